import { deepEqual, doesNotMatch, equal, match, rejects } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { exportState } from "../../testing/src/rehearsal/export";
import { applyIgnoreChanges, parsePropertyPath } from "../../testing/src/rehearsal/ignore-changes";
import { makeSecret } from "../../testing/src/rehearsal/values";
import { Vault } from "../../testing/src/rehearsal/vault";
import { createStage, type Stage } from "./stage";

describe("rehearsal: state", function () {
  this.timeout(120_000);
  let stage: Stage;
  beforeEach(async () => {
    stage = await createStage();
  });
  afterEach(() => stage.close());

  const file = () => join(stage.folder, ".rehearsal/dev.json");

  /** Starts `rehearse up` as a process of its own, as a user does. */
  function startUp(story: string): { child: ChildProcess; ended: Promise<number | null> } {
    writeFileSync(join(stage.folder, "Pulumi.dev.yaml"), `config:\n  fake:apiUrl: ${stage.vendor.url}\n`);
    const cli = resolve(__dirname, "../../testing/src/rehearsal/command.ts");
    const script = `require(${JSON.stringify(cli)}).rehearseCommand(["up"]).then((code) => { process.exitCode = code; })`;
    const child = spawn(process.execPath, ["-r", require.resolve("ts-node/register/transpile-only"), "-e", script], {
      cwd: stage.folder,
      env: {
        ...process.env,
        ...stage.env,
        TS_NODE_PROJECT: resolve(__dirname, "../../tsconfig.json"),
        STORY: story,
        VERSION: "1",
      },
      stdio: "ignore",
    });
    return { child, ended: new Promise((done) => child.once("exit", (code) => done(code))) };
  }

  it("state: is readable by its owner only and keeps secrets sealed", async () => {
    await stage.run("up", "secrets", 1);
    equal(statSync(file()).mode & 0o777, 0o600);
    const text = readFileSync(file(), "utf8");
    doesNotMatch(text, /s3cret-token|quiet word/);
    equal(JSON.parse(text).version, 3);
    equal(JSON.parse(text).deployment.secrets_providers.type, "passphrase");
  });

  it("state: a secret that did not change keeps its ciphertext", async () => {
    const sealed = () => readFileSync(file(), "utf8").match(/v1:[^"]+/g);
    await stage.run("up", "secrets", 1);
    const before = sealed();
    await stage.run("up", "secrets", 1);
    deepEqual(sealed(), before);
  });

  it("state: without a passphrase nothing is called at the vendor when there is a secret to keep", async () => {
    const result = await stage.run("up", "secrets", 1, { env: { PULUMI_CONFIG_PASSPHRASE: undefined } });
    match(result.failure ?? "", /set PULUMI_CONFIG_PASSPHRASE/);
    deepEqual(stage.vendor.journal, []);
  });

  it("state: a wrong passphrase is told, and the state stays as it is", async () => {
    await stage.run("up", "secrets", 1);
    const before = readFileSync(file(), "utf8");
    const result = await stage.run("refresh", "secrets", 1, { env: { PULUMI_CONFIG_PASSPHRASE: "wrong" } });
    match(result.failure ?? "", /incorrect passphrase/);
    equal(readFileSync(file(), "utf8"), before);
  });

  it("export: masks secrets, needs no passphrase, and shows them only when asked", async () => {
    await stage.run("up", "secrets", 1);
    const place = { cwd: stage.folder, stack: "dev" };
    const masked = JSON.stringify(await exportState(place));
    doesNotMatch(masked, /s3cret-token|quiet word|v1:/);
    match(masked, /"token":"\[secret\]"/);
    const clear = JSON.stringify(await exportState({ ...place, showSecrets: true, env: stage.env }));
    match(clear, /"1b47061264138c4ac30d75fd1eb44270","plaintext":"\\"s3cret-token\\""/);
    await rejects(
      exportState({ ...place, showSecrets: true, env: { PULUMI_CONFIG_PASSPHRASE: undefined } }),
      /set PULUMI_CONFIG_PASSPHRASE/,
    );
  });

  it("export: a stack that was never up is empty", async () => {
    deepEqual((await exportState({ cwd: stage.folder, stack: "none" })).deployment.resources, []);
  });

  it("interruption: a killed run leaves its operation in the state, and the next run names it", async () => {
    stage.vendor.hold.set("POST /flows", new Promise(() => undefined));
    const { child, ended } = startUp("empty");
    await stage.vendor.held();
    child.kill("SIGKILL");
    await ended;
    const { deployment } = await exportState({ cwd: stage.folder, stack: "dev" });
    deepEqual(
      deployment.pending_operations?.map(({ type, resource }) => [type, resource.urn.split("::").at(-1)]),
      [["creating", "a"]],
    );
    stage.vendor.hold.clear();
    const next = await stage.run("up", "empty", 1);
    match(next.diagnostics[0]?.message ?? "", /a run was killed while creating fake:Flow a/);
    equal(next.ok, true, stage.lines.join("\n"));
    equal((await exportState({ cwd: stage.folder, stack: "dev" })).deployment.pending_operations, undefined);
  });

  it("interruption: on a signal what is under way finishes and is saved, and nothing new starts", async () => {
    let release = () => {};
    stage.vendor.hold.set("POST /flows", new Promise((done) => (release = () => done())));
    const { child, ended } = startUp("drift"); // b waits for a, c for b
    await stage.vendor.held();
    child.kill("SIGTERM");
    await new Promise((done) => setTimeout(done, 300));
    release();
    equal(await ended, 1);
    deepEqual([...stage.vendor.flows.keys()], ["a"]);
    const { resources, pending_operations: pending } = (await exportState({ cwd: stage.folder, stack: "dev" }))
      .deployment;
    deepEqual(resources.map(({ id, type }) => type.includes("fake") && id).filter(Boolean), ["a"]);
    equal(pending, undefined);
  });

  it("vault: seals in the CLI's format and opens with the passphrase alone", async () => {
    const vault = new Vault("pass", undefined);
    await vault.unlock();
    match(vault.salt ?? "", /^v1:[\w+/=]{12}:v1:/);
    const hidden = vault.hide({ a: { b: makeSecret(["x"]) }, c: 1 }, "urn");
    doesNotMatch(JSON.stringify(hidden), /\[\\?"x/);
    const other = new Vault("pass", vault.salt);
    await other.unlock();
    deepEqual(other.show(hidden, "urn"), { a: { b: makeSecret(["x"]) }, c: 1 });
    await rejects(new Vault("word", vault.salt).unlock(), /incorrect passphrase/);
  });

  it("ignoreChanges: paths have names, quoted names, indices and stars", () => {
    deepEqual(parsePropertyPath('a.b["c.d"][0][*].e'), ["a", "b", "c.d", "0", "*", "e"]);
    const former = { list: [{ x: 1 }, { x: 2 }], secret: makeSecret({ in: 1, keep: 1 }) };
    const inputs = { list: [{ x: 3, y: 3 }, { x: 4 }], secret: makeSecret({ in: 2, keep: 2 }), added: 1 };
    deepEqual(applyIgnoreChanges(["list[*].x", "secret.in", "added", "none.at.all"], former, inputs), {
      list: [{ x: 1, y: 3 }, { x: 2 }],
      secret: makeSecret({ in: 1, keep: 2 }),
    });
  });
});
