import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { type RuntypeClient, runtypeClient, type Step } from "./runtype-client";

const folder = join(__dirname, "../../../shared/data/runtype");

interface RealFlow {
  readonly name: string;
  readonly description?: string;
  readonly steps: readonly Step[];
}

describe("emulator: real flows of runtype", () => {
  let emulator: Emulator;
  let runtype: RuntypeClient;
  let flows: RealFlow[];

  before(async function () {
    if (!existsSync(folder)) {
      console.warn(`      SKIPPED: the real flows are not on this machine (${folder})`);
      this.skip();
    }
    emulator = await startEmulator();
    runtype = runtypeClient(emulator);
    flows = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  });
  after(() => emulator?.close());

  it("runtype: every real flow can be stored, and comes back with all that was sent", async () => {
    assert.ok(flows.length > 0);
    for (const sent of flows) {
      const { name, description, flowSteps } = await runtype.get(await runtype.create(sent));
      assert.deepEqual([name, description], [sent.name, sent.description ?? null]);
      const { text, ...config } = flowSteps[0]?.config ?? {};
      assert.deepEqual([text, config], [config.userPrompt, sent.steps[0]?.config]);
      assert.deepEqual(
        flowSteps.map(({ id, name, type }) => ({ id, name, type })),
        sent.steps.map(({ id, name, type }) => ({ id, name, type })),
      );
    }
  });

  it("runtype: what a read tells of a real flow can be sent back, and reads the same", async () => {
    for (const flow of (await runtype.list("?limit=100")).data) {
      const { name, description, flowSteps } = await runtype.get(flow);
      await runtype.update(flow, { name, ...(description && { description }), flowSteps });
      assert.deepEqual((await runtype.get(flow)).flowSteps, flowSteps);
    }
  });

  it("runtype: a real flow is found unchanged by its own pulled definition", async () => {
    for (const { name } of (await runtype.list("?limit=100")).data) {
      const { definition, contentHash } = Object((await runtype.pull(name)).body);
      const { body } = await runtype.ensure({ name, definition, contentHash });
      assert.equal(Object(body).result, "unchanged");
    }
    assert.deepEqual(
      emulator.journal().filter(({ violations }) => violations.length > 0),
      [],
    );
  });
});
