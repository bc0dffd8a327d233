import type { Problem } from "../../../lifecycle/flow-type";
import { nearestName } from "../../nearest-name";
import { configKeys, STEP_TYPES } from "./config-keys";
import { credentialProblems } from "./credentials";
import { type KnownStep, knownSteps, withNested } from "./known-steps";
import { variableProblems } from "./variables";

/** Types that older catalogs of Runtype name and its API refuses, with one to take in their place. */
const DROPPED: ReadonlyMap<string, string> = new Map([
  ["fetch-github", "fetch-url"],
  ["send-text", "api-call"],
]);

/**
 * Everything wrong with a flow's steps that they alone tell. What a preview cannot know yet is not judged, nor what has the
 * wrong form: the schema tells that. Never throws.
 *
 * @param steps as the program writes them
 */
export function stepProblems(steps: unknown): Problem[] {
  if (!Array.isArray(steps)) return [];
  const known = knownSteps(steps, ["steps"]);
  return [...withNested(known).flatMap(ownProblems), ...variableProblems(known)];
}

/** What is wrong with a step, whatever stands before and behind it. */
function ownProblems(step: KnownStep): Problem[] {
  return [...typeProblems(step), ...configProblems(step), ...depthProblems(step), ...credentialProblems(step)];
}

function typeProblems({ path, named, type }: KnownStep): Problem[] {
  if (type === undefined || STEP_TYPES.includes(type)) return [];
  const wrong = (message: string) => ({ path: [...path, "type"], message: `${named}: ${message}` });
  const other = DROPPED.get(type);
  if (other !== undefined) {
    const message = `Runtype's API takes no ${JSON.stringify(type)}, although older catalogs name it: use another type, such as ${other}`;
    return [wrong(message)];
  }
  const meant = nearestName(type, STEP_TYPES);
  if (meant) return [wrong(`there is no step type ${JSON.stringify(type)}: did you mean ${JSON.stringify(meant)}?`)];
  const message = `${JSON.stringify(type)} is no step type that this package knows: Runtype refuses it unless the type is newer than this package`;
  return [{ ...wrong(message), warning: true }];
}

function configProblems({ path, named, type, config }: KnownStep): Problem[] {
  const keys = type === undefined ? undefined : configKeys(type);
  if (!keys || !config) return [];
  const doubt = (key: string, message: string): Problem => {
    return { path: [...path, "config", key], message: `${named}: ${message}`, warning: true };
  };
  const others = Object.keys(config).filter((key) => !Object.hasOwn(keys, key));
  const misspelt = others.flatMap((key) => {
    const meant = nearestName(key, Object.keys(keys));
    return meant ? [doubt(key, `this package does not know config.${key}: did you mean ${meant}?`)] : [];
  });
  // A key that this package does not know may stand in the place of one that is missing.
  if (others.length > 0) return misspelt;
  return Object.entries(keys).flatMap(([key, others]) => {
    const either = others === "optional" ? undefined : [key, ...others];
    if (!either || either.some((each) => config[each] !== undefined)) return [];
    const message =
      either.length === 1 ? `${key} is missing: write it` : `${listed(either)} is missing: write one of them`;
    return [doubt(key, message)];
  });
}

function listed(keys: readonly string[]): string {
  return `${keys.slice(0, -1).join(", ")} or ${keys.at(-1)}`;
}

function depthProblems({ path, named, branches }: KnownStep): Problem[] {
  return branches.flatMap(({ key, steps }): Problem[] => {
    if (steps) return [];
    const message = `${named}: its ${key} stand within more than 10 conditional steps, which is as many as Runtype takes: join conditions`;
    return [{ path: [...path, "config", key], message }];
  });
}
