import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CommandError } from "../../../provider/cli/io";
import { type Emulator, startEmulator } from "../../../testing/src";
import { environmentOf, makeFlow } from "../../harness/account-of-flows";
import { ExportFolder } from "../../harness/exported-program";

describe("export", function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let folder: ExportFolder;
  beforeEach(async () => {
    emulator = await startEmulator();
    folder = new ExportFolder();
  });
  afterEach(async () => {
    folder.remove();
    await emulator.close();
  });

  const run = (...args: string[]) => folder.export(environmentOf(emulator.url), ...args);
  const flow = (name: string) => makeFlow(emulator, "runtype:Flow", { name, steps: [] });
  const paths = (out = "runtype-flows") => Object.keys(folder.files(out)).filter((path) => path.startsWith("flows/"));

  it("what no program can say of a flow is left as it is, and told in the checklist", async () => {
    const template = "version: 1\nnewer: true\n";
    emulator.edit({ vendor: "kosli", action: "create", org: "acme", name: "web", set: { template } });
    const { code } = await run("kosli");
    assert.equal(code, 0);
    const { "EXPORT.md": told, "flows/web.ts": module } = folder.files("kosli-flows");
    assert.match(told ?? "", /^- `flows\/web\.ts`: template is left out, and not managed: .*newer/m);
    assert.doesNotMatch(module ?? "template", /template/);
  });

  it("a secret of several lines is set by a command that can take it", async () => {
    const headers = { "X-Key": "one\ntwo\n", "X-Other": "a-key" };
    const get = { type: "fetch-url", name: "Get", config: { http: { url: "https://example.com", headers } } };
    await makeFlow(emulator, "runtype:Flow", { name: "one", steps: [get] });
    await run("runtype");
    const { "EXPORT.md": told = "", "secrets.json": secrets = "" } = folder.files("runtype-flows");
    assert.match(told, /`pulumi config set --secret --raw one\.get-http-headers-x-key < FILE`$/m);
    assert.match(told, /`pulumi config set --secret one\.get-http-headers-x-other`$/m);
    assert.deepEqual(JSON.parse(secrets), {
      "one.get-http-headers-x-key": { value: "one\ntwo\n", secret: true },
      "one.get-http-headers-x-other": { value: "a-key", secret: true },
    });
  });

  it("what every preview will warn of is told in the checklist, such as a key in clear where none is kept secret", async () => {
    const config = { over: ["a"], password: "a-password" };
    await makeFlow(emulator, "runtype:Flow", { name: "one", steps: [{ type: "loop", name: "Again", config }] });
    await run("runtype");
    const told = folder.files("runtype-flows")["EXPORT.md"] ?? "";
    assert.match(told, /^- `flows\/one\.ts`: every preview will warn: steps.*password holds a credential in clear/m);
    assert.doesNotMatch(told, /a-password/);
  });

  it("a function that was never deployed is not exported, and the way on is told", async () => {
    emulator.edit({ vendor: "kapso", action: "createFunction", set: { name: "draft", code: "export default {}" } });
    const { code, stderr } = await run("kapso");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^not exported: Kapso function "draft" .*: .*deployment\. Bring it about at the vendor .*adopt/m,
    );
  });

  it("files: what differs is never overwritten without --force, and is named", async () => {
    await flow("one");
    await run("runtype");
    const file = join(folder.path, "runtype-flows/flows/one.ts");
    writeFileSync(file, "// mine\n");
    await flow("two");
    await assert.rejects(run("runtype"), (error: Error) => {
      assert.match(error.message, /Nothing was written.*--force/s);
      assert.match(error.message, /^ {2}runtype-flows\/flows\/one\.ts$/m);
      return true;
    });
    assert.equal(readFileSync(file, "utf8"), "// mine\n");
    assert.deepEqual(paths(), ["flows/one.ts"]);
    const { code, stdout } = await run("runtype", "--force");
    assert.equal(code, 0);
    assert.match(stdout, /^runtype-flows\/flows\/one\.ts: overwritten$/m);
    assert.match(stdout, /^runtype-flows\/flows\/two\.ts: new$/m);
    assert.match(readFileSync(file, "utf8"), /new runtype\.Flow/);
  });

  it("files: an export that is made again changes nothing, and needs no --force", async () => {
    await flow("one");
    await run("runtype");
    const { code, stdout } = await run("runtype");
    assert.equal(code, 0);
    assert.deepEqual(
      new Set(
        stdout
          .trim()
          .split("\n")
          .map((line) => line.split(": ")[1]),
      ),
      new Set(["unchanged"]),
    );
  });

  it("files: a project that is there keeps its own files, also with --force", async () => {
    await flow("one");
    await run("runtype");
    const project = join(folder.path, "runtype-flows/Pulumi.yaml");
    writeFileSync(project, "name: mine\nruntime: nodejs\n");
    assert.equal((await run("runtype")).code, 0);
    const { stdout } = await run("runtype", "--force");
    assert.match(stdout, /Pulumi\.yaml: left as it is/);
    assert.equal(readFileSync(project, "utf8"), "name: mine\nruntime: nodejs\n");
  });

  it("files: where a project has a .gitignore of its own, what it must hold is told", async () => {
    await flow("one");
    assert.doesNotMatch((await run("runtype")).stderr, /gitignore/);
    writeFileSync(join(folder.path, "runtype-flows/.gitignore"), "bin/\n");
    assert.match(
      (await run("runtype")).stderr,
      /^runtype-flows\/\.gitignore is left .* runtype-flows\/import\.json\.$/m,
    );
  });

  it("files: nobody else can read the import file, also where it was readable before", async () => {
    await flow("one");
    await run("runtype");
    const file = join(folder.path, "runtype-flows/import.json");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    writeFileSync(file, "{}");
    chmodSync(file, 0o644);
    await run("runtype", "--force");
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("files: the import file is closed to others also where it stays as it was", async () => {
    await flow("one");
    await run("runtype");
    const file = join(folder.path, "runtype-flows/import.json");
    chmodSync(file, 0o644);
    const { stdout } = await run("runtype");
    assert.match(stdout, /^runtype-flows\/import\.json: unchanged$/m);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  for (const [what, path] of [
    ["a folder where a module is to be", "flows/two.ts/mine"],
    ["a file where the folder of texts is to be", "flows/two"],
    ["a file where the folder of modules is to be", "flows"],
  ] as const)
    it(`files: ${what} is told in one line, and nothing is written, also with --force`, async () => {
      await flow("one");
      await makeFlow(emulator, "runtype:Flow", { name: "two", description: "a\nb", steps: [] });
      const file = join(folder.path, "runtype-flows", path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, "mine");
      for (const options of [[], ["--force"], ["--dry-run"]])
        await assert.rejects(run("runtype", ...options), (error: Error) => {
          assert.ok(error instanceof CommandError);
          assert.match(error.message, /^runtype-flows\/flows\/.* cannot be written: .*\. Nothing was written\.$/);
          return true;
        });
      assert.deepEqual(folder.files("runtype-flows"), { [path]: "mine" });
    });

  it("files: modules that a former export left, and index.ts no longer imports, are named and stay", async () => {
    const { id } = await flow("one");
    await makeFlow(emulator, "runtype:Flow", { name: "two", description: "a\nb", steps: [] });
    assert.doesNotMatch((await run("runtype")).stderr, /no part of this export/);
    emulator.edit({ vendor: "runtype", action: "updateFlow", flow: id, set: { name: "renamed" } });
    const { stderr } = await run("runtype", "--force", "--name", "renamed");
    const others = ["flows/one.ts", "flows/two.ts", "flows/two/description.txt"];
    const named = others.map((path) => `  runtype-flows/${path}\n`).join("");
    assert.match(stderr, new RegExp(`no part of this export.*deletes them.*\n${named}(?! )`));
    assert.deepEqual(paths(), ["flows/one.ts", "flows/renamed.ts", ...others.slice(1)]);
  });

  it("files: git leaves the line ends of texts as they are", async () => {
    await makeFlow(emulator, "runtype:Flow", { name: "one", description: "a\r\nb", steps: [] });
    await run("runtype");
    const out = join(folder.path, "runtype-flows");
    const git = (...args: string[]) => spawnSync("git", args, { cwd: out, encoding: "utf8" }).stdout;
    git("init", "--quiet");
    assert.equal(
      git("check-attr", "text", "flows/one/description.txt", "flows/one.ts"),
      "flows/one/description.txt: text: unset\nflows/one.ts: text: unspecified\n",
    );
  });

  it("--dry-run: says what would be written, and writes nothing", async () => {
    await flow("one");
    const { code, stdout } = await run("runtype", "--dry-run", "--out", "there");
    assert.equal(code, 0);
    assert.match(stdout, /^there\/flows\/one\.ts: new$/m);
    assert.throws(() => folder.files("there"));
  });

  it("--name: takes flows by glob, and several of them", async () => {
    for (const name of ["web-dev", "web-prod", "api-prod", "web.prod"]) await flow(name);
    assert.equal((await run("runtype", "--name", "web-*")).code, 0);
    assert.deepEqual(paths(), ["flows/web-dev.ts", "flows/web-prod.ts"]);
    await run("runtype", "--name", "api-????", "--name", "web.prod", "--out", "other");
    assert.deepEqual(paths("other"), ["flows/api-prod.ts", "flows/web-prod.ts"]);
  });

  it("--name: a Kosli flow is meant by its name, with its organization or without", async () => {
    for (const name of ["web-dev", "api"]) await makeFlow(emulator, "kosli:Flow", { name });
    await run("kosli", "--name", "web*");
    assert.deepEqual(paths("kosli-flows"), ["flows/web-dev.ts", "flows/web-dev/template.yml"]);
    await run("kosli", "--name", "acme/api", "--out", "other");
    assert.deepEqual(paths("other"), ["flows/api.ts", "flows/api/template.yml"]);
  });

  it("--name: what belongs to a flow is named by it", async () => {
    const { id } = await flow("Shop");
    await flow("Other");
    await makeFlow(emulator, "runtype:FlowPublication", { flow: id });
    await run("runtype", "--name", "Shop");
    assert.deepEqual(paths(), ["flows/shop-publication.ts", "flows/shop.ts"]);
  });

  it("--id: takes one flow; what it refers to stays an id where it is not exported", async () => {
    const { id } = await flow("one");
    await flow("two");
    assert.equal((await run("runtype", "--id", id)).code, 0);
    assert.deepEqual(paths(), ["flows/one.ts"]);
  });

  it("--id: one that is not there is told, and the others are exported", async () => {
    const { id } = await flow("one");
    const { code, stderr } = await run("runtype", "--id", id, "--id", "flow_nowhere");
    assert.equal(code, 1);
    assert.match(stderr, /not exported: id flow_nowhere: runtype lists nothing that has it/);
    assert.deepEqual(paths(), ["flows/one.ts"]);
  });

  it("--name: one that nothing has is told, and the others are exported", async () => {
    await flow("one");
    const { code, stderr } = await run("runtype", "--name", "one", "--name", "two*");
    assert.equal(code, 1);
    assert.match(stderr, /^not exported: name two\*: runtype lists nothing of this name$/m);
    assert.deepEqual(paths(), ["flows/one.ts"]);
    const alone = await run("runtype", "--name", "two*", "--out", "other");
    assert.equal(alone.code, 1);
    assert.match(alone.stderr, /Nothing was exported, and nothing was written\./);
    assert.throws(() => folder.files("other"));
  });

  it("half failed: what cannot be read is named with the reason, the rest is written, and the exit code is 1", async () => {
    const one = await makeFlow(emulator, "kapso:Function", { name: "one", code: "export default {}" });
    await makeFlow(emulator, "kapso:Function", { name: "two", code: "export default {}" });
    emulator.faults([
      { match: { method: "GET", path: `/functions/${one.id}` }, when: "before", then: { status: 403 }, times: 0 },
    ]);
    const { code, stderr } = await run("kapso");
    assert.equal(code, 1);
    assert.match(stderr, /^not exported: Kapso function "one" \(.*403/m);
    assert.deepEqual(paths("kapso-flows"), ["flows/two.ts"]);
    const checklist = folder.files("kapso-flows")["EXPORT.md"] ?? "";
    assert.match(checklist, /## Not exported\n\n- Kapso function "one"/);
  });

  it("half failed: a kind that cannot be listed is named, and the other kinds are exported", async () => {
    await makeFlow(emulator, "kapso:Workflow", { name: "bot" });
    emulator.faults([{ match: { operation: "listFunctions" }, when: "before", then: { status: 403 }, times: 0 }]);
    const { code, stderr } = await run("kapso");
    assert.equal(code, 1);
    assert.match(stderr, /^not exported: every Kapso function: /m);
    assert.deepEqual(paths("kapso-flows"), ["flows/bot.ts"]);
  });

  it("nothing to export fails and says why", async () => {
    await assert.rejects(run("runtype"), /There is nothing to export from runtype/);
    await flow("one");
  });

  it("nothing is written where nothing can be read", async () => {
    const env = { ...environmentOf(emulator.url), RUNTYPE_API_KEY: "" };
    const { code, stderr } = await folder.export(env, "runtype");
    assert.equal(code, 1);
    assert.match(stderr, /^not exported: every Runtype flow: .*RUNTYPE_API_KEY/m);
    assert.throws(() => folder.files("runtype-flows"));
  });

  it("command line: a vendor is needed, and a misspelt one is told", async () => {
    await assert.rejects(run(), /Name the vendor/);
    await assert.rejects(run("runtipe"), /There is no vendor "runtipe"\. Did you mean runtype\?/);
    await assert.rejects(run("runtype", "--nmae", "x"), /--nmae.*--name/);
  });

  it("names are told in one line, with nothing that a terminal would obey", async () => {
    const { id } = await flow("one\u001b[2J\nnot exported: all");
    emulator.faults([
      { match: { method: "GET", path: `/v1/flows/${id}` }, when: "before", then: { status: 403 }, times: 0 },
    ]);
    await flow("two\u202e");
    const { stderr } = await run("runtype");
    assert.match(stderr, /^\d of 2: Runtype flow "one not exported: all"$/m);
    assert.match(stderr, /^not exported: Runtype flow "one not exported: all" /m);
    for (const told of [stderr, folder.files("runtype-flows")["EXPORT.md"] ?? ""])
      assert.doesNotMatch(told, /(?!\n)[\p{Cc}\p{Cf}]/u);
  });

  it("progress goes to standard error, and no secret anywhere", async () => {
    await makeFlow(emulator, "runtype:Flow", {
      name: "one",
      steps: [
        {
          type: "fetch-url",
          name: "Get",
          config: { http: { url: "https://example.com", headers: { "X-Key": "a-key-of-the-shop" } } },
        },
      ],
    });
    const { stdout, stderr } = await run("runtype");
    assert.match(stderr, /^1 of 1: Runtype flow "one"$/m);
    assert.doesNotMatch(stdout + stderr, /a-key-of-the-shop/);
    const { "import.json": imported, "secrets.json": secrets, ...others } = folder.files("runtype-flows");
    assert.match(secrets ?? "", /a-key-of-the-shop/);
    assert.match(imported ?? "", /a-key-of-the-shop/);
    assert.doesNotMatch(Object.values(others).join(), /a-key-of-the-shop/);
    assert.match(others["EXPORT.md"] ?? "", /`pulumi config set --secret one\.get-http-headers-x-key`$/m);
  });
});
