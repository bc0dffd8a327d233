import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { type HumanloopClient, humanloopClient } from "./humanloop-client";

/** Each file is a flow as it is sent or answered: `attributes`, and perhaps `path`. */
const folder = join(__dirname, "../../../shared/data/humanloop");

interface RealFlow {
  readonly path: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

describe("emulator: real flows of humanloop", () => {
  let emulator: Emulator;
  let humanloop: HumanloopClient;
  let flows: RealFlow[];

  before(async function () {
    if (!existsSync(folder)) {
      console.warn(`      SKIPPED: the real flows are not on this machine (${folder})`);
      this.skip();
    }
    emulator = await startEmulator();
    humanloop = humanloopClient(emulator);
    flows = readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => {
        const { path = basename(name, ".json"), attributes } = JSON.parse(readFileSync(join(folder, name), "utf8"));
        return { path, attributes };
      });
  });
  after(() => emulator?.close());

  it("humanloop: every real flow can be stored, is live, and comes back with all that was sent", async () => {
    assert.ok(flows.length > 0);
    for (const { path, attributes } of flows) {
      const flow = await humanloop.get(await humanloop.upsert({ path, attributes }));
      assert.deepEqual([flow.path, flow.attributes], [path, attributes]);
    }
  });

  it("humanloop: a real flow is found again by what a read tells, and with its attributes in another order", async () => {
    for (const { path, attributes } of flows) {
      const { id, version_id, attributes: told } = Object((await humanloop.retrieve(path)).body);
      const reversed = Object.fromEntries(Object.entries(attributes).reverse());
      for (const same of [
        { id, attributes: told },
        { path, attributes: reversed },
      ]) {
        assert.equal((await humanloop.upsert(same)).version_id, version_id);
      }
    }
    assert.deepEqual(
      emulator.journal().flatMap(({ violations }) => violations),
      [],
    );
  });
});
