import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { subjects } from "../conformance/subjects";
import { matrixOf } from "./matrix";

// Runs in a thread of its own: tries a share of a matrix and answers with what became of its cells.
const { token, nature, share } = z
  .object({ token: z.string(), nature: z.string(), share: z.object({ from: z.number(), every: z.number() }) })
  .parse(workerData);
const subject = subjects.find(({ type }) => type.token === token);
const found = subject?.natures[nature];
assert.ok(subject && found, `there is no ${token} (${nature})`);
void matrixOf(subject, found, undefined, share).then((judged) => parentPort?.postMessage(judged));
