import assert from "node:assert/strict";
import { measureEveryType } from "../bench/every-type";
import { CALLS_OF_A_SET, SHARED_CALLS } from "../bench/limits";

/** What a run shares, in this program. */
const SHARED: Readonly<Record<string, number>> = {
  "up (create)": 4,
  "up, nothing changed": 0,
  "up (change all)": 1,
  refresh: 2,
  destroy: 2,
};

/** The pages of a list that holds so many; one that is empty has one, too. */
function pagesOf(there: number, pageSize: number): number {
  return Math.max(1, Math.ceil(there / pageSize));
}

/** What is summed over the creations of so many, each of which finds those before it. */
function sumOf(many: number, each: (there: number) => number): number {
  return Array.from({ length: many }, (_, there) => each(there)).reduce((sum, next) => sum + next, 0);
}

describe("scale", function () {
  this.timeout(120_000);

  it("scale: where Kapso's lists have one page, calls grow with the flows of every type, each set by the same, and what a run shares does not", async () => {
    const rows = await measureEveryType([2, 4], () => undefined);
    const callsOf = (operation: string) =>
      rows.filter((row) => row.operation === operation).map(({ flows, calls }) => ({ flows, calls }));
    for (const [operation, each] of Object.entries(CALLS_OF_A_SET)) {
      const shared = callsOf(operation).map(({ flows, calls }) => calls - flows * each);
      assert.deepEqual(shared, [shared[0], shared[0]], `${operation}: beyond ${each} for each set of flows`);
      assert.ok(shared[0] !== undefined && shared[0] >= 0 && shared[0] <= SHARED_CALLS, `${operation}: ${shared[0]}`);
    }
    assert.deepEqual(Object.keys(CALLS_OF_A_SET), [...new Set(rows.map(({ operation }) => operation))]);
  });

  it("scale: where Kapso's lists have pages, each creation of a function reads all pages there are, and nothing else takes more calls", async () => {
    const [flows, pageSize] = [4, 1];
    const rows = await measureEveryType([flows], () => undefined, {
      switches: { kapsoPageSize: pageSize },
      parallel: 1,
    });
    const pagesRead = sumOf(flows, (there) => pagesOf(there, pageSize));
    assert.equal(pagesRead, 7);
    const expected = Object.entries(CALLS_OF_A_SET).map(([operation, each]) => {
      const forPages = operation === "up (create)" ? pagesRead - flows : 0;
      return { operation, calls: flows * each + (SHARED[operation] ?? 0) + forPages };
    });
    assert.deepEqual(
      rows.map(({ operation, calls }) => ({ operation, calls })),
      expected,
    );
  });

  it("scale: what docs/performance.md says of a thousand functions in pages of a hundred", () => {
    assert.equal(
      sumOf(1000, (there) => pagesOf(there, 100)),
      5491,
    );
  });
});
