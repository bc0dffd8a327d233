import assert from "node:assert/strict";
import { join } from "node:path";
import countBy from "lodash/countBy";
import groupBy from "lodash/groupBy";
import mapValues from "lodash/mapValues";
import type { FlowType } from "../../provider/lifecycle/flow-type";
import { declarationOf } from "../../provider/lifecycle/state";
import type { Subject } from "../conformance/subject";
import { subjects } from "../conformance/subjects";
import { assertGolden } from "../harness/golden";
import { endings } from "./judge";
import { type Judged, matrixOf } from "./matrix";
import { operationsOf } from "./operations";
import { Threads } from "./threads";

/** Most runs that a flow may need after a fault. */
const MOST_RUNS = 2;

describe("fault matrix", function () {
  this.timeout(600_000);
  const cells: Record<string, number> = {};
  let threads: Threads | undefined;
  before(() => {
    threads = new Threads();
  });
  after(() => threads?.end());

  for (const subject of subjects) {
    for (const [nature, { withoutFaults }] of Object.entries(subject.natures)) {
      if (withoutFaults) continue;
      const title = `${subject.type.token} (${nature})`;
      it(`matrix: ${title}: every fault at every call ends as it is known to, and what follows mends it`, async () => {
        assert.ok(threads);
        const judged = await threads.matrix({ token: subject.type.token, nature });
        cells[title] = judged.length;
        const byOperation = groupBy(judged, ({ operation }) => operation);
        show(title, byOperation);
        const broken = judged.flatMap(({ operation, cell, verdict }) =>
          verdict.broken.map((promise) => `${operation}, ${cell}: ${promise}`),
        );
        assert.deepEqual(broken, [], `${broken.length} broken promises`);
        assertGolden(join(__dirname, "golden", `${title.replace(/\W+/g, "-").replace(/-$/, "")}.json`), {
          cells: judged.length,
          endings: mapValues(byOperation, (each) => countBy(each, ({ verdict }) => verdict.ending)),
        });
        const longest = judged.filter(({ verdict }) => verdict.runs > MOST_RUNS);
        assert.deepEqual(longest, []);
      });
    }
  }

  it("matrix: the number of cells", () => {
    const total = Object.values(cells).reduce((sum, each) => sum + each, 0);
    console.log(`  ${total} cells in total\n`);
    assertGolden(join(__dirname, "golden", "cells.json"), { ...cells, total });
  });

  describe("the judge", () => {
    const [subject] = subjects;
    const [nature] = Object.values(subject?.natures ?? {});
    assert.ok(subject && nature);

    /** The promises that a flow type breaks whose functions are spoiled so. */
    const brokenBy = async (spoiled: Partial<FlowType>, operation: string): Promise<string[]> => {
      const { type } = subject;
      const operations = operationsOf(subject).filter(({ name }) => name === operation);
      const sound = new Set((await matrixOf(subject, nature, operations)).flatMap(({ verdict }) => verdict.broken));
      const judged = await matrixOf(subject, { ...nature, type: { ...type, ...spoiled } }, operations);
      return [...new Set(judged.flatMap(({ verdict }) => verdict.broken))].filter((each) => !sound.has(each));
    };
    const { type }: Subject = subject;

    it("matrix: notices a read that takes a failure for gone", async () => {
      const read: FlowType["read"] = (...of) => type.read(...of).catch(() => undefined);
      const currentAccount: FlowType["currentAccount"] = async (_, state) => declarationOf(state)?.account ?? "";
      assert.ok((await brokenBy({ read, currentAccount }, "read the least")).includes("said to be gone"));
    });

    it("matrix: notices a creation whose failure passes for a refusal", async () => {
      const create: FlowType["create"] = async (...of) => {
        try {
          return await type.create(...of);
        } catch (error) {
          throw Object.assign(error instanceof Error ? error : new Error(), { outcomeUnknown: false });
        }
      };
      assert.ok(
        (await brokenBy({ create }, "create the least")).includes("it is lost: made, not recorded and not told"),
      );
    });

    it("matrix: notices an update whose failure passes for a success", async () => {
      const update: FlowType["update"] = (...of) => type.update(...of).catch(() => undefined);
      assert.ok((await brokenBy({ update }, "change description")).includes("a success that is none"));
    });
  });
});

function show(title: string, byOperation: Readonly<Record<string, Judged[]>>): void {
  const width = Math.max(...Object.keys(byOperation).map(({ length }) => length));
  const line = (what: string, counts: readonly (number | string)[]) =>
    `  ${what.padEnd(width)} ${counts.map((count, index) => String(count || "·").padStart(endings[index]?.length ?? 0)).join("  ")}`;
  const count = (judged: readonly Judged[]) =>
    endings.map((ending) => judged.filter(({ verdict }) => verdict.ending === ending).length);
  const all = Object.values(byOperation).flat();
  console.log(`\n  ${title}: ${all.length} cells`);
  console.log(line("", endings));
  for (const [operation, judged] of Object.entries(byOperation)) console.log(line(operation, count(judged)));
  console.log(`${line("all", count(all))}\n`);
}
