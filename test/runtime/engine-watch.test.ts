import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const watch = resolve(__dirname, "../../provider/runtime/engine-watch.ts");

/** Longer than it takes to end. */
const A_WHILE = 1_000;

describe("runtime: a process of the provider", function () {
  this.timeout(30_000);

  const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-watch-"));
  const script = join(folder, "node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js");
  let engine: Server;
  let child: ChildProcess;

  before(() => {
    mkdirSync(join(script, ".."), { recursive: true });
    const busy = "setInterval(() => undefined, 1000); process.stdout.write('ready');";
    writeFileSync(script, `require(${JSON.stringify(watch)}).endWithEngine(process); ${busy}`);
  });
  beforeEach(async () => {
    engine = createServer((socket) => socket.on("error", () => undefined)).listen(0, "127.0.0.1");
    await once(engine, "listening");
  });
  afterEach(() => {
    child.kill("SIGKILL");
    engine.close();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const start = async (stdin: "pipe" | "ignore", ...options: string[]) => {
    const address = engine.address();
    assert.ok(typeof address === "object" && address);
    const args = ["-r", "ts-node/register/transpile-only", script, ...options, `127.0.0.1:${address.port}`];
    child = spawn(process.execPath, args, { cwd: resolve(__dirname, "../.."), stdio: [stdin, "pipe", "inherit"] });
    assert.ok(child.stdout);
    await once(child.stdout, "data");
  };

  it("engine: gone, it ends, whatever it is doing", async () => {
    await start("pipe");
    const ended = once(child, "exit");
    engine.close();
    child.stdin?.end();
    assert.deepEqual(await ended, [1, null]);
  });

  it("engine: gone, it ends, also where options for logs come before the address", async () => {
    await start("pipe", "--logtostderr", "-v=9");
    const ended = once(child, "exit");
    engine.close();
    child.stdin?.end();
    assert.deepEqual(await ended, [1, null]);
  });

  it("engine: there, it lives, though nobody holds its standard input", async () => {
    await start("pipe");
    child.stdin?.end();
    await sleep(A_WHILE);
    assert.equal(child.exitCode, null);
  });

  it("engine: there, it lives, though it was given no standard input", async () => {
    await start("ignore");
    await sleep(A_WHILE);
    assert.equal(child.exitCode, null);
  });
});
