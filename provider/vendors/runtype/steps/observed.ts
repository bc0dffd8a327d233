import { defined, isObject, only, type Values } from "../../../lifecycle/values";
import { listOf, matching } from "./matching";
import { BRANCHES, CHOSEN } from "./meaning";

/** In whose terms stored steps are told. */
interface Terms {
  /** The steps of a program: a server may have given them other ids. `undefined` where it has none; then everything is told. */
  readonly spelledAs: unknown;
  /** The steps as Pulumi last saw them, if the program declared any. */
  readonly known: unknown;
}

/**
 * Stored steps as the program would write them: without what nobody can write, and without what Runtype chose where no
 * program says anything.
 *
 * @param stored in the order of the flow
 */
export function observedSteps(stored: readonly Values[], terms: Terms, hasConditions: boolean): Values[] {
  return observedBranch(stored, terms).map(({ id, type, name, enabled, when, config }) =>
    defined({ id, type, name: name ?? "", enabled, when: hasConditions ? (when ?? undefined) : undefined, config }),
  );
}

/** The whole of stored steps as a program would write them, also what Runtype may have chosen: somebody may have meant it. */
export function declaredSteps(stored: readonly Values[]): Values[] {
  return observedSteps(stored, { spelledAs: undefined, known: undefined }, true).map(withoutRepeats);
}

/** A step whose prompt stands in it under one name. */
function withoutRepeats({ config, ...step }: Values): Values {
  if (!isObject(config)) return step;
  const said = Object.entries(config).filter(([key, value]) => !(key === "text" && value === config.userPrompt));
  const inner = said.map(([key, value]) => [
    key,
    BRANCHES.includes(key) && Array.isArray(value) ? value.filter(isObject).map(withoutRepeats) : value,
  ]);
  return { ...step, config: Object.fromEntries(inner) };
}

/** Whether a step of these has a condition: then the conditions of all of them are managed. */
export function usesWhen(steps: unknown): boolean {
  return listOf(steps).some(({ when }) => typeof when === "string");
}

/** What steps are known to have. */
const MEMBERS: readonly string[] = ["type", "name", "enabled", "when", "config"];

/** The steps of a branch, which stand in a config as they are: anything else that a program writes is theirs, too. */
function observedBranch(stored: readonly Values[], { spelledAs, known }: Terms): Values[] {
  const spelled = matching(stored, listOf(spelledAs));
  const before = matching(stored, listOf(known));
  return stored.map((step) => {
    const written = [spelled.get(step)?.step ?? {}, before.get(step)?.step ?? {}];
    const { id: _, enabled, config, ...rest } = only(step, [...MEMBERS, ...written.flatMap(Object.keys)]);
    const programs = written.map((each) => (isObject(each.config) ? each.config : {}));
    return {
      ...(written[0]?.id === undefined ? {} : { id: written[0].id }),
      ...rest,
      ...(typeof enabled === "boolean" ? { enabled } : {}),
      ...(isObject(config) ? { config: observedConfig(config, spelledAs === undefined ? [] : programs) } : {}),
    };
  });
}

/** @param programs the config in whose terms it is told, and the one that Pulumi last saw; none where there is no program */
function observedConfig(config: Values, programs: readonly Values[]): Values {
  const counted = Object.entries(config).filter(
    ([key]) => isCounted(key, programs) && !isRepeated(key, config, programs),
  );
  return Object.fromEntries(
    counted.map(([key, value]) => {
      if (!BRANCHES.includes(key) || !Array.isArray(value)) return [key, value];
      const [spelledAs, known] = programs.map((each) => each[key]);
      return [key, observedBranch(value.filter(isObject), { spelledAs, known })];
    }),
  );
}

/** Whether a setting counts: programs may write it, or one does. */
export function isCounted(key: string, programs: readonly Values[]): boolean {
  return !CHOSEN.includes(key) || programs.length === 0 || programs.some((config) => config[key] !== undefined);
}

/** Two names of one thing: Runtype tells a prompt under both. */
const TWINS: Readonly<Record<string, string>> = { text: "userPrompt", userPrompt: "text" };

/** Whether a setting only repeats another one that the program writes. */
function isRepeated(key: string, config: Values, programs: readonly Values[]): boolean {
  const twin = TWINS[key];
  if (twin === undefined || config[key] !== config[twin]) return false;
  return programs.some((program) => program[twin] !== undefined && program[key] === undefined);
}
