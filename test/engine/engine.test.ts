import assert from "node:assert/strict";
import { pulumiVersion } from "../../scripts/engines";
import { humanloopScenarios } from "./humanloop-scenarios";
import { kapsoScenarios } from "./kapso-scenarios";
import { kosliOwnershipScenarios } from "./kosli-ownership-scenarios";
import { kosliScenarios } from "./kosli-scenarios";
import { runtypeScenarios } from "./runtype-scenarios";
import { play } from "./stage";
import { toyScenarios } from "./toy-scenarios";

const version = pulumiVersion();

describe("engines", function () {
  this.timeout(180_000);

  before(() => {
    if (!version)
      console.log(
        "    !!! There is no Pulumi CLI on PATH: these stories run on the rehearsal only, NOT on the real engine.",
      );
  });

  for (const scenario of [
    ...kosliScenarios,
    ...kosliOwnershipScenarios,
    ...toyScenarios,
    ...kapsoScenarios,
    ...runtypeScenarios,
    ...humanloopScenarios,
  ]) {
    it(`rehearsal: ${scenario.title}`, async () => {
      await play(scenario);
    });

    it(`pulumi: ${scenario.title}, as on the rehearsal`, async function () {
      if (!version) this.skip();
      const real = await play(scenario, version);
      const rehearsed = await play(scenario);
      for (const [index, trace] of real.entries()) assert.deepEqual(rehearsed[index], trace, `step ${index + 1}`);
    });
  }
});
