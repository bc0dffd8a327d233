import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { benchArguments } from "../bench/arguments";
import { everyTypeTable, memoryFigure } from "../bench/every-type";
import { complaints, exitCodeOf, type Figure, figureTable, verdictOf } from "../bench/figure";
import { markdownTable, writeBetweenMarkers } from "../bench/markdown";
import { median } from "../bench/median";
import { providerMemory } from "../bench/provider-memory";

const kept: Figure = { name: "creating", limit: 603, unit: "calls", measured: true, value: 603 };
const missed: Figure = { name: "loading", limit: 150, unit: "ms", measured: true, value: 151.2, note: "149 to 160" };
const unknown: Figure = { name: "refreshing", limit: 1.15, unit: "times", measured: false, reason: "there is no CLI" };

describe("bench", () => {
  it("arguments: without any, the promises are measured with 200 flows and printed", () => {
    assert.deepEqual(benchArguments([]), { mode: "figures", json: false, check: false, write: false, flows: [200] });
  });

  it("arguments: every flag is understood, and --flows takes sizes", () => {
    assert.deepEqual(benchArguments(["--json", "--check", "--write", "--flows", "20"]), {
      mode: "figures",
      json: true,
      check: true,
      write: true,
      flows: [20],
    });
    assert.deepEqual(benchArguments(["--scaling"]).flows, [10, 100, 500, 1000]);
    assert.deepEqual(benchArguments(["--scaling", "--flows", "10,20"]).flows, [10, 20]);
    assert.deepEqual(benchArguments(["--every-type"]).flows, [10, 100, 1000]);
    assert.equal(benchArguments(["--program-start"]).mode, "program-start");
  });

  it("arguments: what makes no sense is refused with a reason", () => {
    assert.throws(() => benchArguments(["--fast"]), /--fast/);
    assert.throws(() => benchArguments(["--flows", "many"]), /--flows takes whole numbers/);
    assert.throws(() => benchArguments(["--flows", "10,0"]), /--flows takes whole numbers/);
    assert.throws(() => benchArguments(["--flows", "10,20"]), /one number of flows/);
    assert.throws(() => benchArguments(["--scaling", "--program-start"]), /either --scaling or --program-start/);
    assert.throws(() => benchArguments(["--scaling", "--check"]), /--scaling measures none/);
  });

  it("arguments: a wrong one ends the command with 2 and the usage, and with nothing on standard output", () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["-r", "ts-node/register/transpile-only", "bench", "--fast"],
      { cwd: resolve(__dirname, ".."), encoding: "utf8" },
    );
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /--fast[\s\S]*npm run bench -- \[--scaling/);
  });

  it("verdicts: a value at its limit keeps the promise, one above misses it, and what was not measured does neither", () => {
    assert.deepEqual([kept, missed, unknown].map(verdictOf), ["kept", "MISSED", "NOT MEASURED"]);
  });

  it("--check: a missed figure is named with its limit and value, and nothing else makes it fail", () => {
    assert.deepEqual(complaints([kept, missed, unknown]), [
      "MISSED: loading is 151 ms, and the limit is 150 ms.",
      "NOT MEASURED: refreshing (the limit is 1.15 ×): there is no CLI.",
    ]);
    assert.equal(exitCodeOf([kept, missed, unknown], true), 1);
    assert.equal(exitCodeOf([kept, unknown], true), 0);
    assert.equal(exitCodeOf([kept, missed, unknown], false), 0);
  });

  it("--check: a value just above its limit is not shown as the limit", () => {
    const close: Figure = { name: "refreshing", limit: 1.15, unit: "times", measured: true, value: 1.151 };
    assert.deepEqual(complaints([close]), ["MISSED: refreshing is 1.151 ×, and the limit is 1.15 ×."]);
  });

  it("table: it says loudly what was missed and what was not measured, and why", () => {
    assert.deepEqual(figureTable([kept, missed, unknown]), [
      ["Figure", "Limit", "Value", "Verdict"],
      ["creating", "603 calls", "603 calls", "kept"],
      ["loading", "150 ms", "151 ms (149 to 160)", "MISSED"],
      ["refreshing", "1.15 ×", "none", "NOT MEASURED: there is no CLI"],
    ]);
  });

  it("table: what flows of every type take is told for each resource, and memory in MiB where the machine tells it", () => {
    const row = { operation: "refresh", milliseconds: 1540 };
    assert.deepEqual(
      everyTypeTable([
        { ...row, flows: 10, calls: 92, memory: 3 * 2 ** 20 },
        { ...row, flows: 100, calls: 903, memory: undefined },
      ]).slice(1),
      [
        ["10", "100", "refresh", "92", "0.92", "1.5", "3 MiB"],
        ["100", "1000", "refresh", "903", "0.90", "1.5", "not told"],
      ],
    );
  });

  it("memory: the promise is for the largest of all operations, and is not kept where the machine tells none", () => {
    const row = { flows: 1000, operation: "refresh", milliseconds: 1, calls: 1 };
    const rows = [700, 300].map((mebibytes) => ({ ...row, memory: mebibytes * 2 ** 20 }));
    assert.deepEqual(complaints([memoryFigure(rows)]), [
      "MISSED: memory of the provider process is 700 MiB, and the limit is 600 MiB.",
    ]);
    assert.equal(verdictOf(memoryFigure(rows.slice(1))), "kept");
    assert.equal(verdictOf(memoryFigure([{ ...row, memory: undefined }])), "NOT MEASURED");
  });

  it("memory: of the processes that an action starts, the provider's is told, and of others none", async () => {
    const starting = (script: string) => () =>
      new Promise<void>((ended) => {
        const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 600)", script]);
        child.on("close", () => ended());
      });
    const { peak } = await providerMemory(starting("cmd/dynamic-provider/index.js"));
    assert.equal(peak !== undefined, existsSync("/proc/self/status"));
    if (peak !== undefined) assert.ok(peak > 2 ** 24 && peak < 2 ** 28, `${peak} bytes`);
    assert.equal((await providerMemory(starting("cmd/run/index.js"))).peak, undefined);
  });

  it("table: it is Markdown with aligned columns", () => {
    assert.equal(
      markdownTable([
        ["A", "Longer"],
        ["cell", "b"],
      ]),
      "| A    | Longer |\n| ---- | ------ |\n| cell | b      |",
    );
  });

  it("--write: it replaces what stands between the markers of a mode, and nothing else", () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-bench-test-"));
    try {
      const file = join(folder, "page.md");
      writeFileSync(file, "before\n<!-- scaling -->\nold\n<!-- /scaling -->\nafter\n");
      writeBetweenMarkers(file, "scaling", "new");
      assert.equal(readFileSync(file, "utf8"), "before\n<!-- scaling -->\n\nnew\n\n<!-- /scaling -->\nafter\n");
      assert.throws(() => writeBetweenMarkers(file, "figures", "new"), /<!-- figures -->/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("--write: docs/performance.md has a place for every mode", () => {
    const page = readFileSync(resolve(__dirname, "../docs/performance.md"), "utf8");
    for (const mode of ["figures", "scaling", "every-type", "program-start"]) {
      assert.match(page, new RegExp(`<!-- ${mode} -->[\\s\\S]+<!-- /${mode} -->`));
    }
  });

  it("medians: the middle one, or the mean of the two in the middle", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.throws(() => median([]), /median of nothing/);
  });
});
