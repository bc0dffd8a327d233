import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { findPulumi } from "../rehearsal/cli";

const root = resolve(__dirname, "../..");
const hasPulumi = findPulumi();

const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { kosli, kapso, runtype, humanloop } = require("pulumi-flows");
const config = new pulumi.Config();
new kosli.Flow("build", {
  name: "build",
  description: config.requireSecret("description"),
  template: { trail: { attestations: [{ name: "review", type: "pull_request" }] } },
  tags: { team: "shop" },
});
const auditors = new kosli.Provider("auditors", { apiToken: config.requireSecret("auditToken"), org: "audit" });
new kosli.Flow("audit", { name: "audit", description: "Yearly" }, { provider: auditors });
new kapso.Workflow("bot", { name: "Bot", status: "draft" });
new runtype.Flow("answer", { name: "Answer", description: "Answers" });
new humanloop.Flow("prompt", { path: "shop/prompt", attributes: { model: "small" } });
`;

const SECRETS = ["k3y-of-acme", "k3y-of-auditors", "hush-hush description"];

describe("drift of a real stack", function () {
  this.timeout(240_000);
  let folder: string;
  let emulator: Emulator;
  let env: NodeJS.ProcessEnv;

  before(async function () {
    if (!hasPulumi) {
      console.log("    !!! There is no Pulumi CLI on PATH: `pulumi stack export | pulumi-flows drift` was NOT tried.");
      this.skip();
    }
    emulator = await startEmulator();
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-drift-"));
    mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
    for (const name of ["@pulumi", "pulumi-flows"])
      symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    writeFileSync(join(folder, "package.json"), '{"name":"shop","private":true}');
    writeFileSync(join(folder, "index.js"), PROGRAM);
    env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_HOME: join(folder, ".pulumi-home"),
      PULUMI_CONFIG_PASSPHRASE: "try-out",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      KAPSO_API_KEY: "key",
      RUNTYPE_API_KEY: "key",
      HUMANLOOP_API_KEY: "key",
    };
    const settings = {
      "kosli:org": "acme",
      ...Object.fromEntries(["kosli", "kapso", "runtype", "humanloop"].map((each) => [`${each}:apiUrl`, emulator.url])),
      "kapso:legacyApiUrl": emulator.url,
    };
    await must("pulumi stack init dev");
    for (const [key, value] of Object.entries(settings)) await must(`pulumi config set ${key} ${value}`);
    for (const [index, key] of ["kosli:apiToken", "auditToken", "description"].entries())
      await must(`pulumi config set --secret ${key} "${SECRETS[index]}"`);
    await must("pulumi up --yes --skip-preview --non-interactive");
  });
  after(async () => {
    await emulator?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const DRIFT = `${JSON.stringify(process.execPath)} ${JSON.stringify(join(root, "dist/cli/bin.js"))} drift`;

  async function shell(command: string, more: NodeJS.ProcessEnv = {}, cwd = folder) {
    const child = spawn("bash", ["-c", `set -o pipefail; ${command}`], { cwd, env: { ...env, ...more } });
    const told = { stdout: "", stderr: "" };
    child.stdout.on("data", (data) => {
      told.stdout += data;
    });
    child.stderr.on("data", (data) => {
      told.stderr += data;
    });
    const [code] = await once(child, "close");
    for (const secret of SECRETS)
      assert.ok(!(told.stdout + told.stderr).includes(secret), `${command} tells ${secret}`);
    return { code, ...told };
  }

  async function must(command: string): Promise<void> {
    const child = spawn("bash", ["-c", command], { cwd: folder, env });
    let told = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data) => {
        told += data;
      });
    const [code] = await once(child, "close");
    assert.equal(code, 0, `${command}: ${told}`);
  }

  it("drift: what was just deployed shows none, in all vendors and accounts, and nothing is written", async () => {
    emulator.clearJournal();
    const told = await shell(`pulumi stack export --show-secrets | ${DRIFT} --unmanaged`);
    assert.equal(told.code, 0, told.stdout + told.stderr);
    assert.equal(told.stdout, "5 flows compared: no drift, 0 in no given state.\n");
    assert.deepEqual(
      emulator.journal().filter(({ wrote }) => wrote),
      [],
    );
  });

  it("drift: an export without its secrets is compared as far as it goes, and what it is not is said", async () => {
    const told = await shell(`pulumi stack export | ${DRIFT}`);
    assert.equal(told.code, 1);
    assert.match(told.stdout, /does not show apiToken of the explicit provider "auditors"/);
    assert.match(told.stdout, /"acme\/build".*\n {2}NOT COMPARED.*: description/);
    assert.match(told.stdout, /4 flows compared: no drift, 1 NOT WHOLLY COMPARED, 1 COULD NOT BE CHECKED\.\n$/);
  });

  it("drift: outside of the project the settings of the last deployment are used", async () => {
    await must(`pulumi stack export --show-secrets > state.json`);
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    cpSync(join(folder, "state.json"), join(elsewhere, "state.json"));
    writeFileSync(join(elsewhere, "Pulumi.yaml"), "name: other\nruntime: nodejs\n");
    const told = await shell(`${DRIFT} --state state.json`, {}, elsewhere);
    assert.equal(told.code, 0, told.stdout);
    assert.match(told.stdout, /project in this folder is "other", not "shop"/);
  });

  it("drift: tells what `pulumi refresh` would find, and `pulumi refresh` takes it away", async () => {
    emulator.edit({ vendor: "kosli", action: "update", org: "acme", name: "build", set: { description: "clicked" } });
    emulator.edit({ vendor: "kosli", action: "tag", org: "acme", name: "build", set: { team: "others" } });
    emulator.edit({ vendor: "kosli", action: "archive", org: "audit", name: "audit" });
    emulator.edit({ vendor: "kosli", action: "create", org: "audit", name: "stray" });
    const told = await shell(`pulumi stack export --show-secrets | ${DRIFT} --unmanaged`);
    assert.equal(told.code, 2, told.stdout + told.stderr);
    assert.match(told.stdout, /"audit\/audit".*\n {2}is gone/);
    assert.match(told.stdout, /description +\[secret\] +\[secret\]/);
    assert.match(told.stdout, /tags\.team +"shop" +"others"/);
    assert.match(told.stdout, /kosli:Flow +audit\/stray/);
    await must("pulumi refresh --yes --skip-preview --non-interactive");
    const after = await shell(`pulumi stack export --show-secrets | ${DRIFT}`);
    assert.deepEqual([after.code, after.stdout], [0, "4 flows compared: no drift.\n"]);
  });

  it("doctor: finds the settings of the stack that is selected, and shows no secret", async () => {
    const told = await shell(`${DRIFT.replace(/ drift$/, " doctor")} --vendor kosli`);
    assert.equal(told.code, 0, told.stdout + told.stderr);
    assert.match(told.stdout, /apiToken +set \(the stack's configuration\)/);
    assert.match(told.stdout, /org +acme \(the stack's configuration\)/);
    assert.match(told.stdout, /kosli:Flow +can be read, 1 there/);
    assert.match(told.stdout, /Pulumi CLI +\d+\.\d+/);
  });

  it("drift: an export that fails is an error of the whole pipe", async () => {
    const told = await shell(`pulumi stack export --stack none | ${DRIFT}`);
    assert.equal(told.code, 1);
    assert.match(told.stderr, /Standard input is empty/);
  });
});
