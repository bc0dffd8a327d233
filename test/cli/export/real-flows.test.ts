import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pulumiEngine, pulumiVersion, rehearsalEngine } from "../../../scripts/engines";
import { type Emulator, kapsoDefaults, startEmulator } from "../../../testing/src";
import { environmentOf, makeFlow } from "../../harness/account-of-flows";
import { ExportFolder } from "../../harness/exported-program";

const DATA = join(__dirname, "../../../../shared/data");

/** Fills an account with the flows that a vendor publishes. Answers with how many there are. */
const PUBLISHED: Readonly<Record<string, (emulator: Emulator, folder: string) => Promise<number>>> = {
  async kosli(emulator, folder) {
    const flows = JSON.parse(readFileSync(join(folder, "flows.json"), "utf8"));
    // Some are published several times.
    const taken = new Map<string, number>();
    for (const { name, description, visibility, template, tags } of flows) {
      const count = (taken.get(name) ?? 0) + 1;
      taken.set(name, count);
      await makeFlow(emulator, "kosli:Flow", {
        ...{ description, visibility, template, tags },
        name: count === 1 ? name : `${name}-${count}`,
      });
    }
    return flows.length;
  },

  async kapso(emulator, folder) {
    const choose = await makeFlow(emulator, "kapso:Function", { name: "choose", code: "export default {}" });
    const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
    for (const file of files) {
      const text = readFileSync(join(folder, file), "utf8")
        .replaceAll("FUNCTION_ID_HERE", choose.id)
        .replaceAll("PROVIDER_MODEL_ID_HERE", kapsoDefaults.provider_models[0]?.id ?? "");
      await makeFlow(emulator, "kapso:Workflow", { name: file.replace(/\.json$/, ""), definition: JSON.parse(text) });
    }
    return files.length + 1;
  },

  async runtype(emulator, folder) {
    const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
    for (const file of files)
      await makeFlow(emulator, "runtype:Flow", JSON.parse(readFileSync(join(folder, file), "utf8")));
    return files.length;
  },
};

const version = pulumiVersion();

describe("exported real flows", function () {
  this.timeout(180_000);

  for (const [vendor, fill] of Object.entries(PUBLISHED)) {
    const data = join(DATA, vendor);
    if (!existsSync(data)) {
      console.log(`\n!!! NOT TESTED: the flows that ${vendor} publishes are not at ${data}\n`);
      it(`exported real flows: those of ${vendor} are exported whole`);
      continue;
    }

    it(`exported real flows: those of ${vendor} are exported whole, imported, and the first preview is empty`, async () => {
      const emulator = await startEmulator();
      const folder = new ExportFolder();
      try {
        const count = await fill(emulator, data);
        const env = environmentOf(emulator.url);
        const { code, stderr } = await folder.export(env, vendor, "--out", "program");
        assert.equal(code, 0, stderr);
        const files = folder.files("program");
        assert.equal(Object.keys(files).filter((path) => /^flows\/[^/]+\.ts$/.test(path)).length, count);
        assert.equal(folder.formatProblems("program"), "");
        folder.install("program");
        assert.deepEqual(folder.typeProblems("program"), []);
        const program = join(folder.path, "program");
        const engines = [rehearsalEngine(program, env)];
        if (version) engines.push(await pulumiEngine(version, program, env, ["dev"]));
        for (const engine of engines) {
          const imported = await engine.import(join(program, "import.json"), "dev");
          assert.ok(imported.ok, imported.output);
          const preview = await engine.run("preview", "dev", { expectNoChanges: true });
          assert.ok(preview.ok, preview.output);
        }
      } finally {
        folder.remove();
        await emulator.close();
      }
    });
  }
});
