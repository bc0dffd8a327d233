import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { type Flow, kosliClient } from "./kosli-client";

const file = join(__dirname, "../../../shared/data/kosli/flows.json");

describe("emulator: real flows of kosli", () => {
  let emulator: Emulator;
  let flows: Flow[];

  before(async function () {
    if (!existsSync(file)) {
      console.warn(`      SKIPPED: the real flows are not on this machine (${file})`);
      this.skip();
    }
    flows = JSON.parse(readFileSync(file, "utf8"));
    emulator = await startEmulator();
  });
  after(() => emulator?.close());

  it("kosli: every real flow can be stored and comes back byte for byte", async () => {
    assert.ok(flows.length > 0);
    for (const { name, description, visibility, org, template, tags } of flows) {
      const kosli = kosliClient(emulator, org);
      assert.deepEqual((await kosli.put({ name, description, visibility }, template)).status, 201, name);
      assert.equal((await kosli.tags(name, { set_tags: tags })).status, 200, name);
      const stored = await kosli.flow(name);
      assert.deepEqual(
        [stored.name, stored.description, stored.visibility, stored.template, stored.tags],
        [name, description, visibility, template, tags],
      );
    }
    assert.deepEqual(
      emulator.journal().filter((entry) => entry.violations.length > 0),
      [],
    );
  });

  it("kosli: the answer of a list call is a seed, and the list then answers the same", async () => {
    const seeded = await startEmulator({ seed: { kosli: { flows: JSON.parse(JSON.stringify(flows)) } } });
    try {
      const { body } = await kosliClient(seeded, flows[0]?.org).list();
      const byName = (a: Flow, b: Flow) => (a.name < b.name ? -1 : 1);
      assert.deepEqual(body, [...flows].sort(byName));
    } finally {
      await seeded.close();
    }
  });

  it("kosli: the legacy template of a real flow is what the emulator makes of the same list", async () => {
    const real = flows.find((flow) => flow.name === "secrets");
    const kosli = kosliClient(emulator, "legacy");
    await kosli.json("PUT", "/flows/legacy", { name: "secrets", description: "", template: ["artifact"] });
    assert.equal((await kosli.flow("secrets")).template, real?.template);
  });
});
