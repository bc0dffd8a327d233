import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Values } from "../../../provider/lifecycle/values";
import { run as runCommand, type Told } from "../exported-state";
import { previewOf } from "./previews";

const kosli = (name: string, more: Values = {}): Values => ({ name, org: "acme", ...more });
const change = {
  token: "kosli:Flow",
  name: "web",
  before: kosli("web", { description: "one" }),
  after: kosli("web", { description: "two" }),
};

describe("review", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-review-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (args: readonly string[], stdin?: string): Promise<Told> =>
    runCommand(["review", ...args], { cwd: folder, ...(stdin === undefined ? {} : { stdin }) });
  const read = (name: string) => readFileSync(join(folder, name), "utf8");

  it("review: writes the page and the summary, and says so", async () => {
    const told = await run(["--out", "flows.html", "--summary", "flows.md"], previewOf([change]));
    assert.deepEqual(told, { code: 0, stdout: "flows.html: new\nflows.md: new\n", stderr: "" });
    assert.match(read("flows.html"), /^<!doctype html>/);
    assert.match(read("flows.md"), /^### Flows of `shop\/dev`: 1 to update\n/);
  });

  it("review: a file that is there and differs is overwritten only by --force", async () => {
    writeFileSync(join(folder, "flows.html"), "somebody's");
    const refused = await run(["--out", "flows.html"], previewOf([change]));
    assert.deepEqual([refused.code, read("flows.html")], [1, "somebody's"]);
    assert.match(refused.stderr, /flows\.html/);
    assert.match(refused.stderr, /--force/);
    assert.equal((await run(["--out", "flows.html", "--force"], previewOf([change]))).code, 0);
    assert.match(read("flows.html"), /^<!doctype html>/);
  });

  it("review: several previews make one page and one summary", async () => {
    writeFileSync(join(folder, "dev.json"), previewOf([change]));
    writeFileSync(join(folder, "prod.json"), previewOf([change]).replaceAll("pulumi:dev::", "pulumi:prod::"));
    const { code, stdout } = await run([
      "--preview",
      "dev.json",
      "--preview",
      "prod.json",
      "--out",
      "flows.html",
      "--summary",
      "-",
    ]);
    assert.equal(code, 0);
    assert.deepEqual(stdout.match(/^### .*/gm), [
      "### Flows of `shop/dev`: 1 to update",
      "### Flows of `shop/prod`: 1 to update",
    ]);
    assert.match(read("flows.html"), /<h1>Flow changes of shop\/dev, shop\/prod<\/h1>/);
  });

  it("review: a preview that has failed is shown with its reasons, and ends with 1", async () => {
    const diagnostics = [
      { severity: "error", message: "error: it is refused\n" },
      { severity: "info#err", message: "warning: [runtime] it is doubtful" },
      { severity: "info", message: "hello from the program" },
      { severity: "debug", message: "error: only for debugging" },
    ];
    const { code, stdout } = await run(["--summary", "-", "--out", "flows.html"], previewOf([change], { diagnostics }));
    assert.equal(code, 1);
    assert.match(stdout, /\*\*The preview failed: this is not all that would change\.\*\*/);
    assert.deepEqual(stdout.match(/^- \*\*.*/gm), ["- **error** `it is refused`", "- **warning** `it is doubtful`"]);
    assert.match(read("flows.html"), /The preview failed/);
  });

  it("review: resources that are no flows are counted, and a preview without changes says so", async () => {
    const other = (op: string, name: string) => ({
      op,
      urn: `urn:pulumi:dev::shop::random:index:Id::${name}`,
      newState: null,
    });
    const preview = JSON.parse(previewOf([]));
    preview.steps.push(other("create", "a"), other("create", "b"), other("same", "c"));
    const { code, stdout } = await run(["--summary", "-"], JSON.stringify(preview));
    assert.deepEqual(
      [code, stdout],
      [0, "### Flows of `shop/dev`: no changes\n\nOther resources, which are not shown here: 2 create, 1 same.\n"],
    );
  });

  for (const [what, text, message] of [
    ["what is no JSON", "Previewing update (dev)", /this is no JSON/],
    ["another JSON", '{"version":3,"deployment":{}}', /this is no preview/],
    [
      "a log of events",
      '{"sequence":0}\n{"sequence":1}\n',
      /log of events: unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW/,
    ],
    ["UTF-16", "{\0}\0", /this is UTF-16.*Out-File -Encoding utf8/],
  ] as const)
    it(`review: ${what} is refused with what to do, and nothing is written`, async () => {
      const { code, stderr } = await run(["--out", "flows.html"], text);
      assert.equal(code, 1);
      assert.match(stderr, message);
      assert.ok(!existsSync(join(folder, "flows.html")));
    });

  it("review: a preview that wrote nothing is one that failed, named by its file, and takes no other with it", async () => {
    writeFileSync(join(folder, "dev.json"), previewOf([change]));
    writeFileSync(join(folder, "empty.json"), "");
    writeFileSync(join(folder, "bare.json"), "{}");
    const files = ["dev.json", "empty.json", "bare.json"].flatMap((name) => ["--preview", name]);
    const { code, stdout } = await run([...files, "--out", "flows.html", "--summary", "-"]);
    assert.equal(code, 1);
    assert.deepEqual(stdout.match(/^### .*/gm), [
      "### Flows of `shop/dev`: 1 to update",
      "### Flows of `empty.json`: no changes",
      "### Flows of `bare.json`: no changes",
    ]);
    assert.match(stdout, /empty\.json: the preview wrote nothing, so .* has failed before it began/);
    assert.match(read("flows.html"), /bare\.json: the preview wrote nothing/);
  });

  it("review: two previews of one stack are refused", async () => {
    for (const name of ["a.json", "b.json"]) writeFileSync(join(folder, name), previewOf([change]));
    const { code, stderr } = await run(["--preview", "a.json", "--preview", "b.json", "--summary", "-"]);
    assert.equal(code, 1);
    assert.match(stderr, /a\.json and b\.json are previews of one stack, shop\/dev: leave one out\./);
  });

  it("review: a preview of nothing at all, such as that of destroying an empty stack, is none that failed", async () => {
    const { code, stdout } = await run(["--summary", "-"], '{"config":{},"duration":1,"changeSummary":{}}');
    assert.deepEqual([code, stdout], [0, "### Flows of `standard input`: no changes\n"]);
  });

  it("review: other resources are counted as what becomes of them", async () => {
    const step = (op: string, name: string) => ({ op, urn: `urn:pulumi:dev::shop::random:index:Id::${name}` });
    const steps = [
      step("read", "a"),
      step("discard", "b"),
      ...["create-replacement", "replace", "delete-replaced"].map((op) => step(op, "c")),
    ];
    const { stdout } = await run(["--summary", "-"], JSON.stringify({ steps, changeSummary: {} }));
    assert.match(stdout, /which are not shown here: 1 read, 1 discard, 1 replace\./);
  });

  it("review: flows that stay are counted only where all are listed", async () => {
    const same = { ...change, after: change.before, op: "same" };
    const preview = JSON.parse(previewOf([same]));
    assert.match((await run(["--summary", "-"], JSON.stringify(preview))).stdout, /: 1 unchanged\n/);
    // Such a step stands there also where those that stay are left out.
    preview.steps.at(-1).newState.protect = true;
    assert.match((await run(["--summary", "-"], JSON.stringify(preview))).stdout, /: no changes\n/);
  });

  it("review: flows that stay are counted where the preview names them", async () => {
    const same = { ...change, name: "other", after: change.before, op: "same" };
    const { stdout } = await run(["--summary", "-"], previewOf([change, same]));
    assert.match(stdout, /^### Flows of `shop\/dev`: 1 to update, 1 unchanged\n/);
  });

  it("review: what a program prints is no failure, whatever word it begins with", async () => {
    const diagnostics = [
      { severity: "info", message: "error: 0 found" },
      { severity: "info#err", message: "warning: only a word" },
    ];
    const { code, stdout } = await run(["--summary", "-"], previewOf([change], { diagnostics }));
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /failed|0 found|only a word/);
  });

  it("review: messages show no value that the engine quotes, no credential and no colours", async () => {
    const message = (text: string) => ({ severity: "error", message: `error: ${text}\n` });
    const { stdout } = await run(
      ["--summary", "-", "--out", "flows.html"],
      previewOf([change], {
        diagnostics: [
          message(
            "resource 'web': property descriptionn value {&{{hush-hush} x}} has a problem: There is no such argument",
          ),
          message("\u001b[90mthe key sk-1234567890abcdefghijklmnop is refused\u001b[39m"),
        ],
      }),
    );
    assert.match(stdout, /`resource 'web': property descriptionn: There is no such argument`/);
    assert.match(stdout, /`the key \[secret\] is refused`/);
    assert.doesNotMatch(stdout + read("flows.html"), /hush|sk-1234|\[90m|U\+001B/);
  });

  it("review: a terminal, no file to write, and one file for both are refused with what to do", async () => {
    assert.match(
      (await run(["--out", "flows.html"])).stderr,
      /No preview is given: run `pulumi preview --json \| pulumi-flows review`/,
    );
    assert.match((await run([], previewOf([change]))).stderr, /Name the page's file with --out/);
    assert.match((await run(["--out", "a", "--summary", "./a"], previewOf([change]))).stderr, /name the same file/);
    assert.match((await run(["--preview", "gone.json", "--out", "a"])).stderr, /The preview gone\.json cannot be read/);
  });
});
