import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UNKNOWN, type Values } from "../../provider/lifecycle/values";
import { handlerText } from "../../provider/sdk/handler-text";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { DynamicProvider, HalfMade } from "../../testing/src/rehearsal/provider";
import { loadSdk } from "../../testing/src/rehearsal/sdk";

const URN = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/kosli:Flow::web";
const TYPE = "pulumi-nodejs:dynamic/kosli:Flow";

/** Pulumi's own dynamic-provider process, running what was built, spoken to as the engine speaks to it. */
describe("Pulumi's dynamic-provider process", function () {
  this.timeout(30_000);
  let emulator: Emulator;
  let folder: string;
  let provider: DynamicProvider;
  const lines: string[] = [];
  const __provider = handlerText("kosli:Flow");
  const resource = { urn: URN, type: TYPE };
  const checked = (args: Values) => provider.check(resource, {}, { ...args, __provider });

  before(async () => {
    emulator = await startEmulator();
    // The handler text is resolved upward from the program's folder, as for a user.
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-host-"));
    symlinkSync(resolve(__dirname, "../../node_modules"), join(folder, "node_modules"), "dir");
    provider = await DynamicProvider.start(
      {
        sdk: loadSdk(folder),
        project: {
          name: "test",
          stack: "dev",
          root: folder,
          folder,
          program: ".",
          typescript: false,
          nodeArguments: [],
          alwaysRefreshes: false,
          salt: undefined,
          declaredConfig: {},
          stackConfig: {},
        },
        env: { ...process.env, KOSLI_API_URL: emulator.url },
        engine: "127.0.0.1:1",
        limit: (call) => call(),
        onLine: (line) => lines.push(line),
      },
      { "kosli:apiToken": "test-token", "kosli:org": "acme" },
    );
  });

  after(async () => {
    provider.close();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    emulator.reset();
    lines.length = 0;
  });

  it("takes the configuration and fills the organization from it", async () => {
    const inputs = await checked({ name: "web" });
    assert.deepEqual(inputs, { name: "web", org: "acme", __provider });
  });

  it("reports all failed checks with their paths, and prints nothing", async () => {
    const failing = checked({
      name: "no spaces",
      template: { trail: { attestations: [{ name: "unit", type: "junitt" }] } },
    });
    await assert.rejects(failing, (error: Error) => {
      assert.match(error.message, /name: A flow's name must begin with/);
      assert.match(error.message, /template\.trail\.attestations\["unit"\]\.type: Kosli's attestation types are/);
      return true;
    });
    assert.deepEqual(lines, []);
  });

  it("creates, sees no difference, reads, updates and deletes", async () => {
    const inputs = await checked({ name: "web", description: "one" });
    const { id, outputs } = await provider.create(resource, inputs);
    assert.equal(id, "acme/web");
    assert.equal(outputs.__provider, __provider);
    const former = { ...resource, id, inputs, outputs };
    assert.deepEqual(await provider.diff(former, inputs, []), {
      changes: false,
      replaces: [],
      deleteBeforeReplace: true,
    });
    const read = await provider.read(former);
    assert.deepEqual(read.inputs, inputs);
    assert.deepEqual(read.outputs, outputs);
    const changed = await checked({ name: "web", description: "two" });
    assert.equal((await provider.diff(former, changed, [])).changes, true);
    assert.equal((await provider.update(former, changed, [])).description, "two");
    emulator.edit({ vendor: "kosli", action: "archive", org: "acme", name: "web" });
    assert.equal((await provider.read(former)).id, "", "gone is told by an empty id");
  });

  it("treats a value that a preview cannot know as a change, at any depth, and never as wrong", async () => {
    const { id, outputs } = await provider.create(resource, await checked({ name: "web", tags: { team: "a" } }));
    const inputs = await checked({ name: "web", tags: { team: UNKNOWN }, description: UNKNOWN });
    assert.equal((await provider.diff({ ...resource, id, inputs, outputs }, inputs, [])).changes, true);
    await checked({ name: UNKNOWN, org: UNKNOWN, template: UNKNOWN });
    await checked({
      name: "web",
      template: { trail: { attestations: UNKNOWN, artifacts: [{ name: UNKNOWN, attestations: [] }] } },
    });
  });

  it("answers what was made but not finished with its id and `__provider`", async () => {
    emulator.faults([
      { match: { operation: "patchTags" }, when: "before", then: { status: 403, body: { message: "no" } } },
    ]);
    await assert.rejects(provider.create(resource, await checked({ name: "half", tags: { team: "a" } })), (error) => {
      assert.ok(error instanceof HalfMade);
      assert.equal(error.id, "acme/half");
      assert.equal(error.outputs.__provider, __provider);
      assert.deepEqual(error.outputs.tags, {}, "tags that were not set are not claimed");
      assert.match(error.reasons[0] ?? "", /was created, but not finished/);
      return true;
    });
  });

  it("prints an expected failure of a read as one line without a stack", async () => {
    await assert.rejects(
      provider.read({ ...resource, id: "acme/nobody", inputs: {}, outputs: { __provider } }),
      /There is no Kosli flow "acme\/nobody"/,
    );
    assert.deepEqual(lines, ['pulumi-flows: There is no Kosli flow "acme/nobody".']);
  });
});

describe("handler text", () => {
  it("is constant and shorter than 100 bytes", () => {
    assert.equal(handlerText("kosli:Flow"), 'exports.handler=()=>require("pulumi-flows/runtime/v1")("kosli:Flow")');
    assert.ok(Buffer.byteLength(handlerText("humanloop:FlowMonitoring")) < 100);
  });
});
