import { parseArgs } from "node:util";

/** What the bench is to do. */
export interface BenchArguments {
  /** `figures` are the promises; the others describe without a limit. */
  readonly mode: "figures" | "scaling" | "program-start";
  /** Nothing but JSON on standard output. */
  readonly json: boolean;
  /** Fail where a promise is not kept. */
  readonly check: boolean;
  /** Put the table into docs/performance.md. */
  readonly write: boolean;
  /** Sizes of stacks; the promises take one. */
  readonly flows: readonly number[];
}

export const USAGE = `npm run bench -- [--scaling | --program-start] [--json] [--check] [--write] [--flows N[,N...]]

  (no mode)        measures every promise of docs/performance.md
  --scaling        says where the time goes with stacks of 10, 100, 500 and 1000 flows; needs the Pulumi CLI, takes minutes
  --program-start  compares ways to start a program; needs the Pulumi CLI
  --json           prints JSON instead of a table (with npm run --silent, nothing else)
  --check          exits with 1 where a promise is not kept
  --write          puts the table into docs/performance.md; needs the Pulumi CLI
  --flows          sizes of stacks; 200 for the promises`;

/**
 * Reads the command line.
 *
 * @throws Error that says what is wrong with it
 */
export function benchArguments(args: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scaling: { type: "boolean", default: false },
      "program-start": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      flows: { type: "string" },
    },
  });
  const { json, check, write } = values;
  if (values.scaling && values["program-start"]) throw new Error("Use either --scaling or --program-start.");
  const mode = values.scaling ? "scaling" : values["program-start"] ? "program-start" : "figures";
  if (check && mode !== "figures") throw new Error(`--check judges the promises, and --${mode} measures none.`);
  const sizes = values.flows?.split(",").map(Number) ?? (mode === "scaling" ? [10, 100, 500, 1000] : [200]);
  if (!sizes.every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new Error("--flows takes whole numbers above 0, such as 200 or 10,100.");
  }
  if (mode === "figures" && sizes.length > 1) throw new Error("The promises are measured with one number of flows.");
  return { mode, json, check, write, flows: sizes };
}
