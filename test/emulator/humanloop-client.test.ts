import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { cannotBeHad, installedOnce } from "../harness/vendor-client";

const run = promisify(execFile);
const script = join(__dirname, "humanloop-client-script.js");
const sdk = "humanloop@0.8.20";

/** The folder with the vendor's client. */
function installed(): Promise<string> {
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries", "0", "--loglevel", "error"];
  return installedOnce(sdk.replace("@", "-"), (folder) =>
    run("npm", ["install", ...options, "--prefix", folder, sdk], { cwd: folder, timeout: 90_000 }),
  );
}

describe("emulator: humanloop's own Node client", () => {
  let emulator: Emulator;
  let folder: string;

  before(async function () {
    this.timeout(120_000);
    try {
      folder = await installed();
    } catch (error) {
      cannotBeHad(sdk, "npm's registry", error);
      this.skip();
    }
    emulator = await startEmulator({ seed: { humanloop: { environments: [{ name: "staging" }] } } });
  });
  after(() => emulator?.close());

  for (const humanloopNoValue of ["null", "absent"] as const) {
    it(`humanloop: the vendor's client leads flows through their lives, and no answer breaks its schemas, what has no value being ${humanloopNoValue}`, async function () {
      this.timeout(60_000);
      emulator.reset();
      emulator.switches({ humanloopNoValue });
      for (const type of ["prompt", "tool", "dataset", "evaluator"] as const) {
        emulator.edit({ vendor: "humanloop", action: "createFile", type, path: `Files/${type}` });
      }
      const env = { ...process.env, NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" };
      const { stdout, stderr } = await run(process.execPath, [script, folder, emulator.url], { env, timeout: 50_000 });
      // The client warns of every answer that is not what its schemas say, and goes on.
      assert.equal(stderr, "");
      assert.deepEqual(JSON.parse(stdout), {
        id: "fl_0000000000000000000001",
        attributes: { model: "gpt-4o", "Kebab-Case": { snake_case: [1, null, "x"], camelCase: true } },
        created: true,
        again: true,
        refusals: { taken: 409, refused: 422, empty: 404, lastVersion: 409, gone: 404, wrongKey: 401 },
        renamed: ["two", "Second"],
        versions: [
          ["two", 0],
          ["one", 1],
        ],
        live: "one",
        deployed: ["two", "two"],
        deployments: [
          ["production", "one"],
          ["staging", "two"],
        ],
        monitored: [
          ["environment", "active"],
          ["version", "active"],
        ],
        muted: [
          ["version", "inactive"],
          ["environment", "active"],
        ],
        moved: ["Sales/Triage", "Triage"],
        paged: ["0", "1", "2", "3", "Triage"],
        listed: ["prompt", "tool", "dataset", "evaluator", "flow", "flow", "flow", "flow", "flow"],
        directories: ["", "Files", "Support", "Sales", "Bulk"],
        sales: [1, 1],
        directory: "Empty/Renamed",
      });
      assert.deepEqual(
        emulator.journal().filter(({ operation, violations }) => operation === "" || violations.length > 0),
        [],
      );
    });
  }
});
