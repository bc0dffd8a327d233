import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isIn } from "../../provider/cli/doctor-versions";
import { isObject, type Values } from "../../provider/lifecycle/values";
import { allVendors } from "../../provider/vendors";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { jsonOf, run, type Told } from "./exported-state";
import { writeCli } from "./played-cli";

const SENTINEL = "s3ntinel-k3y-0a1b2c";

/** The variables that configure every vendor at one address, with the sentinel as key. */
function variables(url: string): Record<string, string> {
  return Object.fromEntries(
    allVendors().flatMap(({ settings }) =>
      Object.entries(settings).flatMap(([name, { variable, secret }]): [string, string][] => {
        if (!variable) return [];
        return [[variable, secret ? SENTINEL : name === "org" ? "acme" : url]];
      }),
    ),
  );
}

function findings(told: Told): Values[] {
  const { findings: found } = jsonOf(told);
  assert.ok(Array.isArray(found) && found.every(isObject));
  return found;
}

describe("doctor", function () {
  this.timeout(60_000);
  const kept = { ...process.env };
  let folder: string;
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator();
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-doctor-"));
  });
  beforeEach(() => {
    emulator.reset();
    // A CLI of this machine must not tell anything.
    process.env = { ...kept, PATH: folder, ...variables(emulator.url), KOSLI_ORG: `acme-${Math.random()}` };
  });
  afterEach(() => {
    process.env = { ...kept };
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await emulator.close();
  });

  const doctor = (...args: string[]) => run(["doctor", ...args], { cwd: folder });

  /** Looks, as people and as programs do, and fails where the key is told. */
  async function both(): Promise<{ told: Told; found: Values[] }> {
    const told = await doctor();
    const json = await doctor("--json");
    assert.equal(json.code, told.code);
    for (const text of [told.stdout, told.stderr, json.stdout, json.stderr]) assert.ok(!text.includes(SENTINEL), text);
    return { told, found: findings(json) };
  }

  const problemsIn = (found: Values[]) => found.filter(({ status }) => status === "problem");

  it("doctor: with everything in order there is no problem, nothing is written, and each setting is told with its source", async () => {
    emulator.clearJournal();
    const { told, found } = await both();
    assert.deepEqual(problemsIn(found), []);
    assert.equal(told.code, 0);
    assert.match(told.stdout, /No problem found\.\n$/);
    assert.deepEqual(
      emulator.journal().filter(({ wrote }) => wrote),
      [],
    );
    for (const { name, flowTypes } of allVendors()) {
      const of = found.filter(({ about }) => about === name);
      assert.ok(
        of.some(({ found: each }) => /^set \(environment variable [A-Z_]+\)$/.test(String(each))),
        name,
      );
      assert.ok(
        of.some(({ subject, status }) => subject === "address" && status === "ok"),
        name,
      );
      for (const { token, onDuplicate } of flowTypes)
        assert.equal(
          of.some(({ subject, status }) => subject === token && status === "ok"),
          onDuplicate !== "settles",
          token,
        );
      assert.ok(
        of.some(({ subject, found: each }) => subject === "maxInFlight" && /^10 \(default\): /.test(String(each))),
      );
    }
  });

  it("doctor: a key that the vendor does not know is a problem with the way to set it", async () => {
    emulator.faults([
      { match: {}, when: "before", then: { status: 401, body: { message: `unknown ${SENTINEL}` } }, times: 0 },
    ]);
    const { told, found } = await both();
    assert.equal(told.code, 1);
    for (const { name } of allVendors()) {
      const [first] = problemsIn(found).filter(({ about }) => about === name);
      assert.match(String(first?.found), /pulumi config set --secret/, name);
    }
  });

  it("doctor: a key without the right to read is a problem", async () => {
    emulator.faults([{ match: {}, when: "before", then: { status: 403, body: {} }, times: 0 }]);
    const { told, found } = await both();
    assert.equal(told.code, 1);
    for (const { name } of allVendors())
      assert.ok(
        problemsIn(found).some(({ about }) => about === name),
        name,
      );
  });

  it("doctor: an address at which nothing answers is a problem of the address", async () => {
    process.env = { ...process.env, ...variables("http://127.0.0.1:1"), KOSLI_ORG: "acme" };
    const told = await doctor("--json", "--vendor", "kosli");
    assert.equal(told.code, 1);
    const [problem] = problemsIn(findings(told));
    assert.equal(problem?.subject, "address");
    assert.match(String(problem?.found), /127\.0\.0\.1:1 does not answer.*ECONNREFUSED/);
    assert.match(String(problem?.fix), /kosli:apiUrl/);
  });

  const misplaced: [what: string, env: Record<string, string>][] = [
    ["a key with a line break", { KOSLI_API_TOKEN: `${SENTINEL}\nx` }],
    ["a key in the address", { KOSLI_API_URL: `https://${SENTINEL}@app.kosli.com` }],
    ["a key in place of the address", { KOSLI_API_URL: SENTINEL }],
    ["a key behind the address", { KOSLI_API_URL: `https://app.kosli.com/?key=${SENTINEL}` }],
  ];
  for (const [what, env] of misplaced)
    it(`doctor: ${what} is a problem, found before any call, and not shown`, async () => {
      process.env = { ...process.env, ...env };
      emulator.clearJournal();
      const { told, found } = await both();
      assert.equal(told.code, 1);
      assert.deepEqual(
        problemsIn(found).map(({ about }) => about),
        ["kosli"],
      );
      assert.ok(!emulator.journal().some(({ path }) => path.startsWith("/api/v2")));
    });

  it("doctor: a key in place of another setting is not shown", async () => {
    process.env.KOSLI_ORG = SENTINEL;
    await both();
  });

  it("doctor: what is not configured is no problem, unless it is asked for, or nothing is configured", async () => {
    const none = Object.fromEntries(Object.keys(variables("")).map((name) => [name, undefined]));
    process.env = {
      ...process.env,
      ...none,
      KAPSO_API_KEY: SENTINEL,
      KAPSO_API_URL: emulator.url,
      KAPSO_LEGACY_API_URL: emulator.url,
    };
    for (const name of Object.keys(none)) if (process.env[name] === undefined) delete process.env[name];
    const { told, found } = await both();
    assert.equal(told.code, 0, told.stdout);
    assert.match(
      String(found.find(({ about }) => about === "kosli")?.fix),
      /pulumi config set --secret kosli:apiToken.*KOSLI_API_TOKEN/,
    );
    assert.equal((await doctor("--vendor", "kosli")).code, 1);
    for (const name of Object.keys(none)) delete process.env[name];
    const nothing = await doctor();
    assert.equal(nothing.code, 1);
    assert.match(nothing.stdout, /PROBLEM {2}vendors {2}none is configured/);
  });

  it("doctor: settings are found in the stack's file, and a secret that only Pulumi's CLI can read is named", async () => {
    for (const name of Object.keys(variables(""))) delete process.env[name];
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\n");
    writeFileSync(
      join(folder, "Pulumi.dev.yaml"),
      `config:\n  kosli:org: acme\n  kosli:apiUrl: ${emulator.url}\n  kosli:maxInFlight: 3\n  kosli:apiToken:\n    secure: v1:${SENTINEL}\n`,
    );
    try {
      const args = ["--stack", "dev", "--json", "--vendor", "kosli"];
      const sealed = await doctor(...args);
      assert.equal(sealed.code, 1);
      assert.match(String(problemsIn(findings(sealed))[0]?.fix), /only Pulumi's CLI can read it.*KOSLI_API_TOKEN/);
      process.env.KOSLI_API_TOKEN = SENTINEL;
      const told = await doctor(...args);
      assert.equal(told.code, 0, told.stdout);
      assert.ok(!(sealed.stdout + told.stdout).includes(SENTINEL));
      const of = (subject: string) =>
        String(findings(told).find((each) => each.about === "kosli" && each.subject === subject)?.found);
      assert.equal(of("org"), "acme (Pulumi.dev.yaml)");
      assert.equal(of("apiToken"), "set (environment variable KOSLI_API_TOKEN)");
      assert.match(of("maxInFlight"), /^3: Calls that run at once/);
    } finally {
      for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"]) rmSync(join(folder, file));
    }
  });

  it("doctor: a setting that is stored as a secret is told to be set, and its value nowhere", async () => {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\n");
    const config = { "kosli:org": { value: "hush-hush-org", secret: true } };
    writeCli(folder, { stdout: JSON.stringify(config) });
    try {
      const told = await doctor("--json", "--vendor", "kosli");
      assert.equal(told.code, 0, told.stdout);
      const org = findings(told).find(({ subject }) => subject === "org");
      assert.equal(org?.found, "set (the stack's configuration)");
      assert.match(told.stdout, /"account"[^}]*\[secret\]/);
      assert.doesNotMatch(told.stdout + told.stderr, /hush-hush/);
    } finally {
      for (const file of ["Pulumi.yaml", "pulumi"]) rmSync(join(folder, file));
    }
  });

  it("doctor: an organization that only flows name is no problem, and the account is not looked at", async () => {
    delete process.env.KOSLI_ORG;
    emulator.clearJournal();
    const told = await doctor("--json", "--vendor", "kosli");
    assert.equal(told.code, 0, told.stdout);
    const note = findings(told).find(({ subject }) => subject === "org");
    assert.equal(note?.status, "note");
    assert.match(String(note?.found), /the account was not looked at/);
    assert.match(String(note?.fix), /pulumi config set kosli:org.*KOSLI_ORG/);
    assert.deepEqual(emulator.journal(), []);
  });

  it("doctor: a configuration that Pulumi's CLI cannot tell is a problem, and vendors are looked at by the environment", async () => {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\n");
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  kosli:org: nobody\n");
    writeCli(folder, { code: 255, stderr: "error: incorrect passphrase\n" });
    try {
      const told = await doctor("--stack", "dev", "--json");
      assert.equal(told.code, 1);
      const [problem, ...others] = problemsIn(findings(told));
      assert.deepEqual([problem?.about, problem?.subject, others], ["configuration", "stack", []]);
      assert.match(String(problem?.found), /of the stack dev cannot be read: .*\(incorrect passphrase\)/);
      assert.match(String(problem?.fix), /environment variables/);
      const stack = findings(told).filter(({ about, subject }) => about === "configuration" && subject === "stack");
      assert.equal(stack.length, 1);
    } finally {
      for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml", "pulumi"]) rmSync(join(folder, file));
    }
  });

  it("doctor: decisions that are in force for a run are told, and unknown ones are problems", async () => {
    process.env.PULUMI_FLOWS_ADOPT = "all";
    assert.match((await doctor()).stdout, /note {5}decisions .*PULUMI_FLOWS_ADOPT is in force/);
    process.env.PULUMI_FLOWS_ON_CONFLICT = "sometimes";
    const told = await doctor();
    assert.equal(told.code, 1);
    assert.match(told.stdout, /PROBLEM {2}decisions .*must be fail or overwrite/);
  });

  const ranges: [version: string, range: string, isInIt: boolean][] = [
    ["3.216.0", ">=3.216.0 <4", true],
    ["3.215.9", ">=3.216.0 <4", false],
    ["4.0.0", ">=3.216.0 <4", false],
    ["4.0.0-alpha.1", ">=3.216.0 <4", false],
    ["20.20.2", ">=20", true],
    ["18.19.0", ">=20", false],
    ["22.0.0", "20 || 22", true],
  ];
  for (const [version, range, isInIt] of ranges)
    it(`doctor: ${version} is ${isInIt ? "in" : "out of"} ${range}`, () => assert.equal(isIn(version, range), isInIt));
});
