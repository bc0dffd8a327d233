import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { cannotBeHad, installedOnce } from "../harness/vendor-client";

const run = promisify(execFile);
const script = join(__dirname, "runtype-python-client.py");
const sdk = "runtype-sdk==5.5.0";

/** The folder with the vendor's client, one for each Python. */
async function installed(): Promise<string> {
  const { stdout } = await run("python3", ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
  const options = ["--quiet", "--disable-pip-version-check", "--retries", "0", "--timeout", "10"];
  return installedOnce(`${sdk.replace("==", "-")}-python${stdout.trim()}`, (folder) =>
    run("python3", ["-m", "pip", "install", ...options, "--target", folder, sdk], { timeout: 45_000 }),
  );
}

describe("emulator: runtype's own Python client", () => {
  let emulator: Emulator;
  let folder: string;

  before(async function () {
    this.timeout(60_000);
    try {
      folder = await installed();
    } catch (error) {
      cannotBeHad(sdk, "Python's package index", error);
      this.skip();
    }
    emulator = await startEmulator();
  });
  after(() => emulator?.close());

  it("runtype: the vendor's generated client leads a flow through its life, and reads every answer", async function () {
    this.timeout(30_000);
    const env = { ...process.env, PYTHONPATH: folder, NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" };
    const { stdout } = await run("python3", ["-B", script, emulator.url], { env, timeout: 25_000 });
    assert.deepEqual(JSON.parse(stdout), {
      id: "flow_01jv0000000000000000000001",
      description: "By the SDK",
      source: "sdk",
      step: ["Ask", "one"],
      listed: ["Python"],
      totalCount: 1,
      when: "1 > 0",
      renamed: ["Renamed", true],
      draftPublished: true,
      pointer: true,
      history: [
        [2, "published"],
        [1, "draft"],
      ],
      oldest: ["one"],
      managed: 409,
      back: [true, "api"],
      results: 0,
      valid: true,
      organization: true,
      ensure: ["created", "unchanged", "definitionRequired", "plan", "none"],
      pulled: [true, true],
      pulledSteps: [["Ask", "1 > 0"]],
      mismatch: 422,
      deleted: 404,
    });
    assert.deepEqual(
      emulator.journal().filter(({ operation, violations }) => operation === "" || violations.length > 0),
      [],
    );
  });
});
