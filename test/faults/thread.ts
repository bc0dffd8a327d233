import assert from "node:assert/strict";
import { parentPort } from "node:worker_threads";
import { subjects } from "../conformance/subjects";
import { type Judged, matrixOf } from "./matrix";
import type { Answer, Task } from "./threads";

// Runs in a thread of its own: tries one share of a matrix after the other, and answers with what became of its cells.
parentPort?.on("message", async (task: Task) => {
  const answer: Answer = await judgedOf(task).then(
    (judged) => ({ judged }),
    (error) => ({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
  parentPort?.postMessage(answer);
});

async function judgedOf({ token, nature, share }: Task): Promise<Judged[]> {
  const subject = subjects.find(({ type }) => type.token === token);
  const found = subject?.natures[nature];
  assert.ok(subject && found, `there is no ${token} (${nature})`);
  return matrixOf(subject, found, undefined, share);
}
