import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const cli = join(__dirname, "../../testing/src/cli.ts");

describe("emulator: command line", function () {
  this.timeout(30_000);
  const children: ChildProcess[] = [];
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "emulator-cli-"));
  });
  after(() => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (...args: string[]) => {
    const child = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", cli, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    const ended = once(child, "close").then(([code]) => ({ code, ...output }));
    return { child, ended };
  };

  it("cli: emulator prints its URL, serves the seed and stops on SIGINT with exit code 0", async () => {
    const seed = join(folder, "seed.yaml");
    writeFileSync(seed, "kosli:\n  flows:\n  - {org: acme, name: seeded}\nkapso:\n  workflows:\n  - {name: Seeded}\n");
    const { child, ended } = start("emulator", "--port", "0", "--latency", "5", "--seed", seed);
    const [line] = await once(child.stdout, "data");
    const url = String(line).trim();
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const response = await fetch(`${url}/api/v2/flows/acme/seeded`, { headers: { authorization: "Bearer k" } });
    assert.equal(response.status, 200);
    const list = await fetch(`${url}/platform/v1/workflows`, { headers: { "x-api-key": "k" } });
    assert.match(await list.text(), /"slug":"seeded"/);
    child.kill("SIGINT");
    assert.deepEqual(await ended, { code: 0, stdout: `${url}\n`, stderr: "" });
  });

  it("cli: misuse ends in exit code 2 with the usage on stderr", async () => {
    const misuses = [[], ["emulate"], ["emulator", "--prt", "1"], ["emulator", "--port", "x"], ["emulator", "extra"]];
    for (const { code, stdout, stderr } of await Promise.all(misuses.map((args) => start(...args).ended))) {
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, /Usage: pulumi-flows-testing/);
    }
  });

  it("cli: --help prints the usage and succeeds", async () => {
    const { code, stdout } = await start("--help").ended;
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: pulumi-flows-testing/);
  });

  it("cli: a seed that is not there or makes no sense ends in exit code 1 and one line", async () => {
    const wrong = join(folder, "wrong.json");
    writeFileSync(wrong, '{"kosli":{"flows":[{"org":"acme"}]}}');
    for (const seed of [wrong, join(folder, "none.json")]) {
      const { code, stderr } = await start("emulator", "--port", "0", "--seed", seed).ended;
      assert.equal(code, 1);
      assert.match(stderr, /^(Wrong seed: flows\[0\]\.name: Field required.*|ENOENT.*)\n$/);
    }
  });
});
