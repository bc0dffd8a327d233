import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, kapsoDefaults, startEmulator } from "../../testing/src/emulator";
import { type Definition, type KapsoClient, kapsoClient } from "./kapso-client";

const folder = join(__dirname, "../../../shared/data/kapso");

describe("emulator: real flows of kapso", () => {
  let emulator: Emulator;
  let kapso: KapsoClient;
  let graphs: { name: string; definition: Definition }[];

  before(async function () {
    if (!existsSync(folder)) {
      console.warn(`      SKIPPED: the real flows are not on this machine (${folder})`);
      this.skip();
    }
    emulator = await startEmulator();
    kapso = kapsoClient(emulator);
    const { id } = await kapso.createFunction({ name: "decide" });
    const model = kapsoDefaults.provider_models[1]?.id ?? "";
    graphs = readdirSync(folder).map((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      return {
        name: name.replace(".json", ""),
        definition: JSON.parse(text.replaceAll("FUNCTION_ID_HERE", id).replaceAll("PROVIDER_MODEL_ID_HERE", model)),
      };
    });
  });
  after(() => emulator?.close());

  it("kapso: every real graph can be stored, and comes back with all that was sent", async () => {
    assert.ok(graphs.length > 0);
    for (const { name, definition } of graphs) {
      const read = await kapso.definition(await kapso.create({ name, definition }));
      assert.deepEqual(read.nodes.map(({ id }) => id).sort(), definition.nodes.map(({ id }) => id).sort());
      for (const sent of definition.nodes) {
        const { position, data } = read.nodes.find(({ id }) => id === sent.id) ?? {};
        assert.deepEqual([position, data?.node_type], [sent.position, sent.data.node_type]);
        for (const [member, value] of Object.entries(sent.data.config)) {
          const got = data?.config[member];
          if (member === "temperature") assert.equal(got, String(value));
          else if (member === "conditions") {
            assert.deepEqual(
              Object(got).map(({ label, description }: Record<string, unknown>) => ({ label, description })),
              value,
            );
          } else assert.deepEqual(got, value, `${name} ${sent.id} ${member}`);
        }
      }
      const ends = ({ edges }: Definition) =>
        edges.map(({ source, label, target }) => `${source} ${label} ${target}`).sort();
      assert.deepEqual(ends(read), ends(definition));
    }
  });

  it("kapso: what a read tells of a real graph can be sent back, and reads the same", async () => {
    for (const workflow of await kapso.list()) {
      const read = await kapso.definition(workflow);
      await kapso.update(workflow, { definition: read });
      assert.deepEqual(await kapso.definition(workflow), read);
    }
    assert.deepEqual(
      emulator.journal().filter(({ violations }) => violations.length > 0),
      [],
    );
  });
});
