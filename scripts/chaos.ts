import { parseArgs } from "node:util";
import { Coverage } from "../test/chaos/coverage";
import { playAll } from "../test/chaos/session";

/**
 * Plays random lives of stacks against random faults and switches of the emulator, until a promise is broken:
 * `npm run test:chaos -- --seed 7 --runs 200`. With the seed and `--path` of a broken case plays just that one.
 */
const { values } = parseArgs({
  options: { seed: { type: "string" }, runs: { type: "string", default: "200" }, path: { type: "string" } },
});
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const runs = Number(values.runs);
if (!Number.isInteger(seed) || !Number.isInteger(runs) || runs < 1)
  throw new Error("usage: npm run test:chaos -- [--seed <whole number>] [--runs <whole number>] [--path <path>]");

/** Looking for a smaller case ends after this. */
const PATIENCE = 60 * 60_000;

async function main(): Promise<void> {
  const begin = Date.now();
  const coverage = new Coverage();
  const path = values.path === undefined ? {} : { path: values.path };
  const broken = await playAll({ seed, runs, ...path, patience: PATIENCE, coverage });
  console.log(coverage.lines().join("\n"));
  const took = `${Math.round((Date.now() - begin) / 1000)} s`;
  console.log(
    broken ??
      `seed ${seed}: ${values.path === undefined ? `${runs} cases` : "the case"} ended as the programs say, in ${took}`,
  );
  if (broken !== undefined) process.exitCode = 1;
}

void main();
