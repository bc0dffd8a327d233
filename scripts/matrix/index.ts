import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeBetweenMarkers } from "../../bench/markdown";
import { pulumiVersion } from "../engines";
import { sourceHash } from "../source-hash";
import { type Cell, groundRecord, groundTable, SUBSET, TRIED, withCells } from "./ground";
import { installNode, MatrixCopy, versionOf } from "./workspace";

const USAGE = `npm run test:matrix -- [--node N[,N...]] [--sdk V[,V...]] [--all] [--record] [--folder DIR]

Runs the tests of what is committed on several versions of Node and of @pulumi/pulumi, in copies outside of the repository.

  --node    versions of Node, from npm's registry; default: 20,22,24,26
  --sdk     versions of @pulumi/pulumi; default: 3.216.0,latest: the oldest that is supported, and the newest
  --all     all tests; default: those that depend on Node or the SDK
  --record  writes what came of it to docs/ground.json and the README
  --folder  keeps copies and Nodes there for the next run; default: a temporary folder`;

const root = resolve(__dirname, "../..");

const { values } = parseArgs({
  options: {
    node: { type: "string", default: "20,22,24,26" },
    sdk: { type: "string", default: "3.216.0,latest" },
    all: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    folder: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(USAGE);
else process.exitCode = runMatrix();

function runMatrix(): number {
  const changes = spawnSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" }).stdout;
  if (changes) console.log(`!!! What is not committed is NOT tried:\n${changes}`);
  const cli = pulumiVersion();
  if (!cli) console.log("!!! There is no Pulumi CLI on PATH: stacks are rehearsed only, NOT run on the real engine.");
  const folder = values.folder ? resolve(values.folder) : mkdtempSync(join(tmpdir(), "pulumi-flows-matrix-"));
  mkdirSync(folder, { recursive: true });
  const cells: Cell[] = [];
  let unknown = 0;
  try {
    const nodes = values.node.split(",").map((wanted) => installNode(folder, wanted));
    for (const wanted of values.sdk.split(",")) {
      const copy = MatrixCopy.make(folder, wanted);
      for (const node of nodes) {
        try {
          const cell = tried(copy, node, cli);
          cells.push(cell);
          // At once: the whole matrix takes long, and what was run is run.
          if (values.record) record(cell);
        } catch (error) {
          unknown += 1;
          console.error(`Node ${versionOf(node)} with SDK ${copy.sdk}: ${String(error)}`);
        }
      }
    }
  } finally {
    if (!values.folder) rmSync(folder, { recursive: true, force: true });
  }
  console.log(groundTable(withCells([], cells)));
  if (unknown > 0) console.error(`!!! ${unknown} combinations did not come to an end, and are not in the table.`);
  return unknown > 0 || cells.some(({ failed, passed }) => failed > 0 || passed === 0) ? 1 : 0;
}

function tried(copy: MatrixCopy, node: string, cli: string | undefined): Cell {
  const { stats, failures } = copy.test(node, values.all ? ["test/**/*.test.ts"] : SUBSET);
  const cell: Cell = {
    node: versionOf(node),
    sdk: copy.sdk,
    ...(cli ? { cli: cli.replace(/^v/, "") } : {}),
    tests: values.all ? "all" : "subset",
    source: sourceHash(copy.folder, TRIED),
    passed: stats.passes,
    failed: stats.failures,
    skipped: stats.pending,
  };
  console.log(
    `Node ${cell.node}, SDK ${cell.sdk}: ${cell.passed} passed, ${cell.failed} failed, ${cell.skipped} skipped`,
  );
  for (const { fullTitle, err } of failures) console.log(`  FAILED ${fullTitle}\n    ${err.message?.split("\n")[0]}`);
  return cell;
}

function record(cell: Cell): void {
  const file = join(root, "docs/ground.json");
  const before = existsSync(file) ? groundRecord.parse(JSON.parse(readFileSync(file, "utf8"))) : [];
  const all = withCells(before, [cell]);
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  writeBetweenMarkers(join(root, "README.md"), "ground", groundTable(all));
}
