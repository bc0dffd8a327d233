import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { SECRET, SIGNATURE } from "../../provider/hosts/pulumi-dynamic";
import { startEmulator } from "../../testing/src/emulator";
import { Scene } from "../conformance/scene";
import { kosliFlow } from "../conformance/subjects/kosli-flow";
import type { Stack } from "../harness/stack";
import { type ExportedFlow, type ExportedProvider, exported, jsonOf, run } from "./exported-state";
import { type PlayedCli, writeCli } from "./played-cli";

/** What `pulumi stack export` tells of a stack without resources. */
const EMPTY = '{"version":3,"deployment":{}}';

describe("settings of drift", function () {
  this.timeout(60_000);
  const path = process.env.PATH;
  let folder: string;
  let scene: Scene;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-settings-"));
    process.env.PATH = folder;
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    const [nature] = Object.values(kosliFlow.natures);
    assert.ok(nature);
    scene = new Scene(kosliFlow, kosliFlow.type, await nature.open());
  });
  afterEach(async () => {
    process.env.PATH = path;
    await scene.world.emulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const playCli = (cli: PlayedCli) => writeCli(folder, cli);
  const cliWasAsked = () => existsSync(join(folder, "called"));
  const drift = (stdin: string, ...args: string[]) => run(["drift", ...args], { stdin, cwd: folder });
  const settings = () => kosliFlow.settings(scene.world.emulator.url);
  const provider = (more: Partial<ExportedProvider> = {}) => ({
    name: "default",
    vendor: "kosli",
    settings: settings(),
    ...more,
  });
  const flow = (stack: Stack, more: Partial<ExportedFlow> = {}) => ({
    name: "it",
    token: "kosli:Flow",
    kept: stack.resource,
    ...more,
  });

  it("drift: a configuration that Pulumi's CLI cannot tell is an error, although the state keeps older settings", async () => {
    const state = exported([provider()], [flow(await scene.created({ name: "web" }))]);
    playCli({ code: 255, stderr: "error: no stack named 'prdo' found\n" });
    for (const args of [[], ["--stack", "prdo"], ["--stack", "prdo", "--unmanaged"]]) {
      const told = await drift(state, ...args);
      assert.deepEqual([told.code, told.stdout], [1, ""]);
      assert.match(told.stderr, /cannot be read: `pulumi config` failed \(no stack named 'prdo' found\)/);
    }
  });

  it("drift: the state of an empty stack is not taken for that of the stack that is selected", async () => {
    await scene.created({ name: "of-the-selected-stack" });
    const config = Object.entries(settings()).map(([key, value]) => [`kosli:${key}`, { value }]);
    playCli({ stdout: JSON.stringify(Object.fromEntries(config)) });
    assert.equal((await drift(EMPTY)).code, 0);
    const told = await drift(EMPTY, "--unmanaged");
    assert.deepEqual([told.code, told.stdout], [1, ""]);
    assert.match(told.stderr, /standard input: this is the state of an empty stack.* name it with --stack/);
    assert.ok(!cliWasAsked());
    const named = await drift(EMPTY, "--unmanaged", "--stack", "dev");
    assert.match(named.stdout, /acme\/of-the-selected-stack/);
    assert.match(readFileSync(join(folder, "called"), "utf8"), /--stack dev /);
  });

  it("drift: beside other states, that of an empty stack is an error where accounts are listed", async () => {
    writeFileSync(join(folder, "empty.json"), EMPTY);
    const args = ["--state", "-", "--state", "empty.json"];
    assert.equal((await drift(exported([], []), ...args)).code, 0);
    const told = await drift(exported([], []), ...args, "--unmanaged");
    assert.equal(told.code, 1);
    assert.match(told.stderr, /empty\.json: this is the state of an empty stack.*leave it out/);
  });

  it("drift: a stack that none of several states is of is not understood", async () => {
    writeFileSync(join(folder, "one.json"), exported([], []));
    const args = ["--state", "-", "--state", "one.json", "--stack"];
    assert.equal((await drift(exported([], []), ...args, "acme/shop/dev")).code, 0);
    const told = await drift(exported([], []), ...args, "acme/shop/prod");
    assert.equal(told.code, 1);
    assert.match(told.stderr, /None of the given states is of the stack "acme\/shop\/prod"/);
  });

  it("drift: --unmanaged looks at the organizations that flows name where none is configured, and needs one where none does", async () => {
    const { org: _, ...others } = settings();
    const web = await scene.created({ name: "web", org: "acme" });
    await scene.world.add("stray");
    const without = provider({ settings: others });
    const told = await drift(exported([without], [flow(web)]), "--unmanaged", "--json");
    assert.equal(told.code, 2, told.stdout);
    assert.deepEqual(jsonOf(told).notListed, []);
    assert.match(JSON.stringify(jsonOf(told).unmanaged), /"acme\/stray"/);
    const none = await drift(exported([without], []), "--unmanaged");
    assert.equal(none.code, 1);
    assert.match(none.stdout, /Not listed: .*No organization is set/);
  });

  it("drift: a setting that is stored as a secret is shown nowhere, whether the CLI or the state tells it", async () => {
    const web = await scene.created({ name: "web", org: "acme" });
    await scene.world.add("stray");
    const config = Object.entries(settings()).map(([key, value]) => [
      `kosli:${key}`,
      { value, secret: key !== "apiUrl" },
    ]);
    const sealed = (value: string) => ({ [SIGNATURE]: SECRET, plaintext: JSON.stringify(value) });
    const state = JSON.parse(
      exported([provider()], [flow(web)]).replaceAll(
        '"kosli:org":"acme"',
        `"kosli:org":${JSON.stringify(sealed("acme"))}`,
      ),
    );
    for (const [what, cli, stdin] of [
      [
        "the CLI",
        true,
        exported([provider()], [flow(web), flow(web, { name: "bad", kept: { id: "acme/bad", state: {} } })]),
      ],
      ["the state", false, JSON.stringify(state)],
    ] as const) {
      if (cli) playCli({ stdout: JSON.stringify(Object.fromEntries(config)) });
      else rmSync(join(folder, "pulumi"));
      const told = await drift(stdin, "--unmanaged");
      assert.match(told.stdout, /\[secret\]\/stray/, what);
      assert.doesNotMatch(told.stdout + told.stderr, /acme/, what);
    }
  });

  it("drift: once an account cannot be reached, no more calls are made for its other flows, and those of others are compared", async () => {
    const web = await scene.created({ name: "web" });
    const flows = Array.from({ length: 20 }, (_, index) => flow(web, { name: `f${index}`, provider: "one" }));
    const other = await startEmulator();
    const unreached = provider({
      name: "one",
      isExplicit: true,
      settings: { ...settings(), maxInFlight: "1", apiUrl: other.url },
    });
    other.faults([{ match: {}, when: "before", then: { reset: true }, times: 0 }]);
    const told = await drift(exported([provider(), unreached], [...flows, flow(web, { name: "else" })]), "--json");
    assert.equal(told.code, 1);
    assert.deepEqual([jsonOf(told).compared, jsonOf(told).drifted], [1, []]);
    const failed = z.array(z.object({ message: z.string() })).parse(jsonOf(told).failed);
    const late = failed.filter(({ message }) => /^Not looked at, since .*"acme\/web".* broke off/.test(message));
    assert.deepEqual([failed.length, late.length], [20, 19]);
    assert.equal(new Set(other.journal().map(({ path }) => path)).size, 1);
    await other.close();
  });
});
