import { isObject, UNKNOWN, type Values } from "../../../lifecycle/values";
import { BRANCHES } from "./meaning";

/** As many conditional steps may stand within each other. */
const MOST_NESTED = 10;

/** What is known of a step. */
export interface KnownStep {
  /** Leads to the step from the arguments. */
  readonly path: readonly PropertyKey[];
  /** What messages call it. */
  readonly named: string;
  /** `undefined` where it is not known yet, or none. */
  readonly type: string | undefined;
  /** Empty where there is none; `undefined` where it is not known yet, or has the wrong form. */
  readonly config: Values | undefined;
  /** The lists of steps of a conditional step, of which one is run. */
  readonly branches: readonly Branch[];
}

/** One of the lists of steps of a conditional step. */
interface Branch {
  /** Where it stands in the config. */
  readonly key: string;
  /** `undefined` where it is too deep to be looked at. */
  readonly steps: readonly KnownStep[] | undefined;
}

/**
 * What is known of the steps of a list.
 *
 * @param path leads to the list from the arguments
 * @param depth how many conditional steps the list stands within
 */
export function knownSteps(steps: readonly unknown[], path: readonly PropertyKey[], depth = 0): KnownStep[] {
  return steps.map((written, index) => {
    const step: Values = isObject(written) ? written : {};
    const at = [...path, index];
    const type = knownText(step.type);
    const config = step.config === undefined && isObject(written) ? {} : step.config;
    const known = isObject(config) ? config : undefined;
    const name = knownText(step.name);
    const named =
      name === undefined ? `The step at ${path.at(-1)?.toString()}[${index}]` : `Step ${JSON.stringify(name)}`;
    const branches = type === "conditional" && known ? branchesOf(known, at, depth + 1) : [];
    return { path: at, named, type, config: known, branches };
  });
}

function branchesOf(config: Values, path: readonly PropertyKey[], depth: number): Branch[] {
  return BRANCHES.flatMap((key): Branch[] => {
    const steps = config[key];
    if (!Array.isArray(steps)) return [];
    if (depth > MOST_NESTED) return steps.length > 0 ? [{ key, steps: undefined }] : [];
    return [{ key, steps: knownSteps(steps, [...path, "config", key], depth) }];
  });
}

/** All of the steps, also those within others. */
export function withNested(steps: readonly KnownStep[]): KnownStep[] {
  return steps.flatMap((step) => [step, ...step.branches.flatMap((branch) => withNested(branch.steps ?? []))]);
}

/** A text that is known, and is not empty. */
export function knownText(value: unknown): string | undefined {
  return typeof value === "string" && value !== UNKNOWN && value !== "" ? value : undefined;
}

/**
 * Calls back for every text of a value, with what leads to it. Keys that are not wanted are not looked into.
 *
 * @param path what leads to the value; grows and shrinks while the value is walked through: copy what is kept
 */
export function eachText(
  value: unknown,
  path: PropertyKey[],
  isWanted: (key: string) => boolean,
  found: (text: string, path: readonly PropertyKey[]) => void,
): void {
  if (typeof value === "string") {
    found(value, path);
    return;
  }
  const entries: Iterable<[PropertyKey, unknown]> = Array.isArray(value)
    ? value.entries()
    : isObject(value)
      ? Object.entries(value).filter(([key]) => isWanted(key))
      : [];
  for (const [key, member] of entries) {
    path.push(key);
    eachText(member, path, isWanted, found);
    path.pop();
  }
}
