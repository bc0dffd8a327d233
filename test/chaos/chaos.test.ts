import assert from "node:assert/strict";
import { allVendors } from "../../provider/vendors";
import { played } from "./case";
import { Coverage } from "./coverage";
import { playAll } from "./session";

/** Played at every test run; `npm run test:chaos` plays others. */
const SEEDS = [8, 9, 10];
const RUNS = 40;

describe("chaos", function () {
  this.timeout(600_000);
  const coverage = new Coverage();

  for (const seed of SEEDS) {
    it(`chaos: ${RUNS} random lives of stacks under random faults, from seed ${seed}, end as their programs say`, async () => {
      const broken = await playAll({ seed, runs: RUNS, patience: 180_000, coverage });
      assert.equal(broken, undefined, broken);
    });
  }

  it("chaos: every flow type is played", () => {
    assert.deepEqual(
      played.map(({ type }) => type.token).sort(),
      allVendors()
        .flatMap(({ flowTypes }) => flowTypes.map(({ token }) => token))
        .sort(),
    );
  });

  it("chaos: every kind of step, flow type, fault and switch was met", () => {
    console.log(`\n${coverage.lines().join("\n")}\n`);
    assert.deepEqual(
      coverage.below({ steps: 1, "flow types": 10, faults: 1, switches: 1, failures: 1, "ways on": 1, endings: 2 }),
      [],
    );
  });
});
