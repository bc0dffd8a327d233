import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { optionsOf } from "../../provider/cli/command";
import { startEmulator } from "../../testing/src";
import { subjects } from "../conformance/subjects";
import { environmentOf, makeFlow } from "../harness/account-of-flows";
import { Bench } from "../harness/bench";
import { Stack } from "../harness/stack";
import { exported, run, type Told } from "./exported-state";

const root = resolve(__dirname, "../..");
const bin = join(root, "dist/cli/bin.js");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

describe("command line", function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-command-line-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const name of ["doctor", "drift", "graph", "review"])
    it(`command line: ${name} --help tells options that it has, and --version the version`, async () => {
      const help = await run([name, "--help"]);
      assert.deepEqual([help.code, help.stderr], [0, ""]);
      assert.match(help.stdout, new RegExp(`^Usage: .*pulumi-flows ${name}`));
      assert.match((await run(["--help"])).stdout, new RegExp(`\\n {2}${name} +\\w`));
      for (const option of [`--version`, `-h`]) assert.equal((await run([name, option])).code, 0);
      assert.deepEqual(await run([name, "--version"]), { code: 0, stdout: `${version}\n`, stderr: "" });
      for (const [option] of help.stdout.matchAll(/^ {2}--[a-z]+/gm)) {
        if (option.trim() === "--help") continue;
        const told = await run([name, `${option.trim()}=x`, "more"]);
        assert.match(told.stderr, /^"more" is not understood/, option);
      }
    });

  const misuses: [args: string[], told: RegExp][] = [
    [[], /Usage: pulumi-flows <command>/],
    [["drfit"], /There is no command drfit\. Did you mean drift\?\n`pulumi-flows --help`/],
    [["--hlep"], /There is no option --hlep\. Did you mean --help\?/],
    [["drift", "--unmanged"], /no option --unmanged\. Did you mean --unmanaged\?\n`pulumi-flows drift --help`/],
    [["drift", "--jsno"], /Did you mean --json\?/],
    [["drift", "--xyz"], /There is no option --xyz\.\n/],
    [["drift", "--json=yes"], /--json/],
    [["drift", "--state"], /--state/],
    [["drift", "state.json"], /"state\.json" is not understood/],
    [["drift", "--vendor", "kaspo"], /There is no vendor "kaspo"\. Did you mean kapso\?/],
    [["doctor", "--vendro", "kapso"], /Did you mean --vendor\?/],
  ];
  for (const [args, words] of misuses)
    it(`command line: \`pulumi-flows ${args.join(" ")}\` ends with 1 and says what was not understood`, async () => {
      const told = await run(args);
      assert.deepEqual([told.code, told.stdout], [1, ""]);
      assert.match(told.stderr, words);
      assert.doesNotMatch(told.stderr, /\n {4}at /);
    });

  it("command line: an option may be given several times where it says so, and its value may stand behind =", () => {
    const options = { state: { type: "string", multiple: true }, json: { type: "boolean" } } as const;
    assert.deepEqual(
      { ...optionsOf(["--state", "a", "--json", "--state=-"], options) },
      { state: ["a", "-"], json: true },
    );
    assert.deepEqual({ ...optionsOf([], options) }, {});
  });

  /** Runs what the package ships, with no Pulumi CLI on the path. */
  async function shipped(args: readonly string[], stdin: string, env: Record<string, string> = {}): Promise<Told> {
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env: { PATH: folder, ...env } });
    const told = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      told.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      told.stderr += text;
    });
    child.stdin.on("error", () => undefined).end(stdin);
    const [code] = await once(child, "close");
    return { code, ...told };
  }

  it("command line: what is shipped can be executed", async () => {
    assert.match(readFileSync(bin, "utf8"), /^#!\/usr\/bin\/env node\n/);
    assert.ok(statSync(bin).mode & 0o111);
    assert.deepEqual(await shipped(["--version"], ""), { code: 0, stdout: `${version}\n`, stderr: "" });
  });

  for (const subject of subjects.filter(({ vendor }) => vendor.name !== "toy"))
    it(`command line: what is shipped finds ${subject.type.token} unchanged, then gone or ended, and never tells the key`, async () => {
      const [nature] = Object.values(subject.natures);
      assert.ok(nature);
      const world = await nature.open();
      try {
        const stack = new Stack(new Bench({ ...subject, type: nature.type ?? subject.type }, world.emulator));
        await stack.up(subject.least);
        const settings = subject.settings(world.emulator.url);
        const providers = [{ name: "default", vendor: subject.vendor.name, settings }];
        const state = exported(providers, [{ name: "it", token: subject.type.token, kept: stack.resource }]);
        const same = await shipped(["drift"], state);
        assert.deepEqual(same, { code: 0, stdout: "1 flow compared: no drift.\n", stderr: "" });
        const identity = world.objects()[0]?.identity ?? "";
        if (world.end) world.end(identity);
        else world.remove(identity);
        const other = await shipped(["drift", "--json"], state);
        assert.equal(other.code, 2, other.stdout + other.stderr);
        world.emulator.faults([
          { match: {}, when: "before", then: { status: 401, body: { message: JSON.stringify(settings) } }, times: 0 },
        ]);
        const refused = await shipped(["drift"], state);
        assert.equal(refused.code, 1, refused.stdout + refused.stderr);
        for (const { stdout, stderr } of [same, other, refused])
          assert.ok(!(stdout + stderr).includes(settings.apiKey ?? settings.apiToken ?? ""), stdout + stderr);
      } finally {
        await world.emulator.close();
      }
    });

  it("command line: what is to be done is done also where nobody reads what is said", async () => {
    const emulator = await startEmulator();
    try {
      await makeFlow(emulator, "runtype:Flow", { name: "one", steps: [] });
      const env = { PATH: folder, ...environmentOf(emulator.url) };
      const child = spawn(process.execPath, [bin, "export", "runtype", "--out", "unread"], { cwd: folder, env });
      child.stdout.destroy();
      child.stderr.destroy();
      const [code] = await once(child, "close");
      assert.equal(code, 0);
      assert.ok(existsSync(join(folder, "unread/EXPORT.md")));
    } finally {
      await emulator.close();
    }
  });

  it("command line: settings that the state does not show come from the environment", async () => {
    const [subject] = subjects;
    const [nature] = Object.values(subject?.natures ?? {});
    assert.ok(subject && nature);
    const world = await nature.open();
    try {
      const stack = new Stack(new Bench(subject, world.emulator));
      await stack.up(subject.least);
      const state = exported(
        [],
        [{ name: "it", token: subject.type.token, kept: stack.resource, provider: "default" }],
      );
      const missing = await shipped(["drift"], state);
      assert.equal(missing.code, 1);
      assert.match(missing.stdout, /No Kosli API token is set/);
      const env = { KOSLI_API_URL: world.emulator.url, KOSLI_API_TOKEN: "token-of-acme", KOSLI_ORG: "acme" };
      assert.deepEqual(await shipped(["drift"], state, env), {
        code: 0,
        stdout: "1 flow compared: no drift.\n",
        stderr: "",
      });
    } finally {
      await world.emulator.close();
    }
  });
});
