import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../testing/src/emulator";
import { allTakenWithoutDifference } from "./harness/taking";
import { flowStack } from "./vendors/runtype/world";

const FOLDER = join(__dirname, "../../shared/data/runtype");

describe("real Runtype flows", () => {
  if (!existsSync(FOLDER)) {
    console.log(`\n!!! NOT TESTED: the flows that Runtype publishes are not at ${FOLDER}\n`);
    it("real Runtype flows: live as their vendor publishes them");
    return;
  }

  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());

  it("real Runtype flows: there are as many as were collected", () => assert.equal(files.length, 8));

  for (const file of files) {
    it(`real Runtype flows: ${file} is created as published, reads back without a difference, and is deleted`, async () => {
      emulator.reset();
      const published = JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
      const stack = flowStack(emulator);
      const run = stack.bench.run();
      await stack.up(published, { run });
      assert.deepEqual(run.log.at("warn"), []);
      const [made] = emulator.state().runtype.flows;
      assert.deepEqual([made?.name, made?.description], [published.name, published.description]);
      assert.deepEqual(
        made?.flowSteps.map(({ config: { text: _, ...config }, order: __, when: ___, ...step }) => ({
          ...step,
          config,
        })),
        published.steps,
      );
      await stack.refresh();
      emulator.clearJournal();
      await stack.up(published);
      assert.deepEqual(emulator.journal(), [], "a second up has nothing to do");
      await stack.destroy();
      assert.deepEqual(emulator.state().runtype.flows, []);
      assert.deepEqual(
        emulator.journal().flatMap(({ violations }) => violations),
        [],
      );
    });
  }

  it("real Runtype flows: made by others, all of them are taken over without a difference", async () => {
    emulator.reset();
    for (const file of files) {
      const { steps: flowSteps, ...set } = JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
      emulator.edit({ vendor: "runtype", action: "createFlow", set: { ...set, flowSteps } });
    }
    assert.equal((await allTakenWithoutDifference(flowStack(emulator).bench)).length, files.length);
  });
});
