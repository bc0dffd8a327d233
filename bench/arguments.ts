import { parseArgs } from "node:util";

/** What the bench is to do. */
export interface BenchArguments {
  /** `figures` are the promises; the others describe without a limit. */
  readonly mode: "figures" | "scaling" | "every-type" | "program-start";
  /** Nothing but JSON on standard output. */
  readonly json: boolean;
  /** Fail where a promise is not kept. */
  readonly check: boolean;
  /** Put the table into docs/performance.md. */
  readonly write: boolean;
  /** Sizes of stacks; the promises take one. */
  readonly flows: readonly number[];
}

const MODES = ["scaling", "every-type", "program-start"] as const;

const SIZES: Readonly<Record<BenchArguments["mode"], readonly number[]>> = {
  figures: [200],
  scaling: [10, 100, 500, 1000],
  "every-type": [10, 100, 1000],
  "program-start": [],
};

export const USAGE = `npm run bench -- [--scaling | --every-type | --program-start] [--json] [--check] [--write] [--flows N[,N...]]

  (no mode)        measures every promise of docs/performance.md
  --scaling        says where the time goes with stacks of 10, 100, 500 and 1000 flows; needs the Pulumi CLI, takes minutes
  --every-type     says what 10, 100 and 1000 flows of every type take, in calls and memory; needs the Pulumi CLI, takes minutes
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
      "every-type": { type: "boolean", default: false },
      "program-start": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      flows: { type: "string" },
    },
  });
  const { json, check, write } = values;
  const [mode = "figures", ...others] = MODES.filter((each) => values[each]);
  if (others.length > 0) throw new Error(`Use either ${[mode, ...others].map((each) => `--${each}`).join(" or ")}.`);
  if (check && mode !== "figures") throw new Error(`--check judges the promises, and --${mode} measures none.`);
  const sizes = values.flows?.split(",").map(Number) ?? SIZES[mode];
  if (!sizes.every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new Error("--flows takes whole numbers above 0, such as 200 or 10,100.");
  }
  if (mode === "figures" && sizes.length > 1) throw new Error("The promises are measured with one number of flows.");
  return { mode, json, check, write, flows: sizes };
}
