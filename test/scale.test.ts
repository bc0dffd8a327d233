import assert from "node:assert/strict";
import { measureEveryType } from "../bench/every-type";
import { CALLS_OF_A_SET, SHARED_CALLS } from "../bench/limits";

describe("scale", function () {
  this.timeout(120_000);

  it("scale: calls grow with the flows of every type, each set by the same, and what a run shares does not", async () => {
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
});
