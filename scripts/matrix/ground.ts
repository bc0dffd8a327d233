import { z } from "zod";
import { markdownTable } from "../../bench/markdown";

/** The tests that depend on Node or on the SDK: the wire, the host's gRPC, types, rehearsals, and stacks of every shape. */
export const SUBSET = [
  "test/http/*.test.ts",
  "test/hosts/*.test.ts",
  "test/runtime/*.test.ts",
  "test/state/*.test.ts",
  "test/vendors/kosli/wire.test.ts",
  "test/vendors/kosli/hostile.test.ts",
  "test/vendors/kapso/quota.test.ts",
  "test/vendors/runtype/credentials.test.ts",
  "test/rehearsal/operations.test.ts",
  "test/rehearsal/refusals.test.ts",
  "test/rehearsal/state.test.ts",
  "test/types.test.ts",
] as const;

/** The folders whose source is told by a hash. */
export const TRIED = ["provider", "testing/src"] as const;

/** What came of one run of the tests on one Node and one SDK. */
const cell = z.object({
  /** Node's version. */
  node: z.string(),
  /** The version of `@pulumi/pulumi`. */
  sdk: z.string(),
  /** The version of the Pulumi CLI; absent where the tests had none and rehearsed only. */
  cli: z.string().optional(),
  /** Whether all tests were run, or those that depend on Node and the SDK. */
  tests: z.enum(["all", "subset"]),
  /** Tells the source that was tried. */
  source: z.string(),
  passed: z.number(),
  failed: z.number(),
  skipped: z.number(),
});

/** One cell of the matrix. */
export type Cell = z.output<typeof cell>;

/** The record of what was run, as docs/ground.json keeps it. */
export const groundRecord = z.array(cell);

/** A record with new cells in it: one for each Node (of a major version) and SDK, in the order of their versions. */
export function withCells(record: readonly Cell[], cells: readonly Cell[]): Cell[] {
  const isSame = (a: Cell, b: Cell) => majorOf(a.node) === majorOf(b.node) && a.sdk === b.sdk;
  const kept = record.filter((each) => !cells.some((other) => isSame(each, other)));
  return [...kept, ...cells].sort((a, b) => compareVersions(a.node, b.node) || compareVersions(a.sdk, b.sdk));
}

/** Whether a record is of the present source, for whoever must decide to run again. */
export function sayOf(record: readonly Cell[], present: string): string {
  const old = record.filter(({ source }) => source !== present);
  if (record.length > 0 && old.length === 0)
    return `All ${record.length} combinations were run with the present source, ${present}.`;
  const sources = [...new Set(old.map(({ source }) => source))].join(", ");
  return (
    `!!! docs/ground.json IS OF ANOTHER SOURCE: ${old.length} of ${record.length} combinations were run with ${sources || "none"}, ` +
    `the present source is ${present}. Run \`npm run test:matrix -- --record\`.`
  );
}

/** The table that the README shows. */
export function groundTable(cells: readonly Cell[]): string {
  const rows = cells.map(({ node, sdk, cli, tests, passed, failed, skipped }) => [
    node,
    sdk,
    cli ?? "none: rehearsed",
    tests,
    ...[passed, failed, skipped].map(String),
  ]);
  return markdownTable([["Node", "`@pulumi/pulumi`", "Pulumi CLI", "Tests", "Passed", "Failed", "Skipped"], ...rows]);
}

function majorOf(version: string): string | undefined {
  return version.split(".")[0];
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  const differing = left?.findIndex((part, index) => part !== right?.[index]) ?? -1;
  return differing < 0 ? 0 : (left?.[differing] ?? 0) - (right?.[differing] ?? 0);
}
