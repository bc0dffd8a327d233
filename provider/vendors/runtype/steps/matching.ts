import { isObject, sortedJson, type Values } from "../../../lifecycle/values";
import { BRANCHES, CHOSEN, canonicalSteps } from "./meaning";
import { keying } from "./schema";

/** Steps as a list, whatever form they have; nothing where there are none, or none that are known. */
export function listOf(steps: unknown): Values[] {
  const list = isObject(steps) ? keying.toList(steps) : steps;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** The other one of a step. */
export interface Match {
  readonly step: Values;
  /** Whether no other one may be meant. */
  readonly isSure: boolean;
}

/**
 * Which of the others each step is: the one with its id, else the only one of its name that does the same, else the next of
 * its name, else one that does the same under another name.
 */
export function matching(steps: readonly Values[], others: readonly Values[]): ReadonlyMap<Values, Match> {
  const found = new Map<Values, Match>();
  const left = new Set(others);
  const texts = new Map([...steps, ...others].map((each) => [each, sortedJson([each.type, each.config ?? {}])]));
  const deeds = new Map([...steps, ...others].map((each) => [each, sortedJson(deed(each))]));
  const match = (fits: (step: Values, other: Values) => boolean, onlySure = false) => {
    for (const step of steps) {
      if (found.has(step)) continue;
      const other = [...left].find((each) => fits(step, each));
      if (!other) continue;
      const rivals = [...others.filter((each) => fits(step, each)), ...steps.filter((each) => fits(each, other))];
      const isSure = rivals.length === 2;
      if (onlySure && !isSure) continue;
      found.set(step, { step: other, isSure });
      left.delete(other);
    }
  };
  const isNamesake = (step: Values, other: Values) => step.name === other.name;
  const isSame = (step: Values, other: Values) => texts.get(step) === texts.get(other);
  const doesSame = (step: Values, other: Values) => deeds.get(step) === deeds.get(other);
  match((step, other) => step.id !== undefined && step.id === other.id);
  match((step, other) => isNamesake(step, other) && isSame(step, other), true);
  match((step, other) => isNamesake(step, other) && doesSame(step, other), true);
  match(isNamesake);
  match(doesSame);
  return found;
}

/** What a step does, but for what Runtype may choose, and gives to steps within it; a prompt is one thing under two names. */
function deed({ type, config }: Values): unknown {
  const { text, ...settings } = isObject(config) ? config : {};
  const { userPrompt = text } = settings;
  const compared = Object.entries({ ...settings, userPrompt }).flatMap(([key, value]): [string, unknown][] => {
    if (CHOSEN.includes(key)) return [];
    const isBranch = BRANCHES.includes(key) && Array.isArray(value);
    return [
      [key, isBranch ? value.filter(isObject).map((step) => [step.name, step.enabled ?? true, deed(step)]) : value],
    ];
  });
  return canonicalSteps([{ type, config: Object.fromEntries(compared) }]);
}
