import fc from "fast-check";
import { cases } from "./case";
import type { Coverage } from "./coverage";
import { Arena, play } from "./play";

/** Which cases to play. */
export interface Session {
  readonly seed: number;
  readonly runs: number;
  /** Plays the one case that a broken session has named. */
  readonly path?: string;
  /** Milliseconds after which no smaller case is looked for any more. */
  readonly patience: number;
  readonly coverage: Coverage;
}

/** Plays random cases, and tells the smallest one that breaks a promise, as a story and how to play it again; or nothing. */
export async function playAll({ seed, runs, path, patience, coverage }: Session): Promise<string | undefined> {
  const arena = await Arena.open();
  try {
    const property = fc.asyncProperty(cases, async (each) => void (await play(arena, each, coverage)));
    const found = await fc.check(property, {
      seed,
      numRuns: runs,
      ...(path === undefined ? {} : { path, endOnFailure: true }),
      interruptAfterTimeLimit: patience,
      markInterruptAsFailure: false,
    });
    if (!found.failed)
      return found.numRuns < runs && path === undefined
        ? `only ${found.numRuns} of ${runs} cases were played in time`
        : undefined;
    const { errorInstance: error, numRuns, numShrinks, counterexamplePath } = found;
    const story = error instanceof Error ? error.message : String(error);
    return `${story}\nAfter ${numRuns} cases, and made smaller ${numShrinks} times. Again: npm run test:chaos -- --seed ${seed} --path ${counterexamplePath}`;
  } finally {
    await arena.close();
  }
}
