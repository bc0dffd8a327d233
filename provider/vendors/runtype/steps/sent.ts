import { isObject, type Values } from "../../../lifecycle/values";
import type { components } from "../api";
import { listOf, type Match, matching } from "./matching";
import { BRANCHES } from "./meaning";
import { isCounted, usesWhen } from "./observed";
import type { Step } from "./step";

/** A step as Runtype takes it; which types there are is the server's to say. */
export type SentStep = Omit<components["schemas"]["StepInput"], "type"> & { type: string };

/**
 * Steps for a write, which replaces all of them: with the ids of those that are there, so that their results stay theirs,
 * and with everything that nobody manages as it is there.
 *
 * @param stored what is there, with its conditions; nothing for a new flow
 * @param known the steps as Pulumi last saw them, if the program declared any
 */
export function sentSteps(steps: readonly Step[], stored: readonly Values[], known: unknown): SentStep[] {
  const before = listOf(known);
  const wanted = steps.map((step) => ({ ...step }));
  const there = matching(wanted, stored);
  const written = matching(wanted, before);
  const renumbered = replacedIds(before, stored, [...there.values()]);
  // Until Pulumi has seen a condition, all conditions are other people's.
  const isManaged = managesWhen(steps, known);
  return wanted.map((step, index) => {
    const match = there.get(step);
    const same = match?.step;
    const id = same?.id ?? renumbered.get(step.id) ?? step.id;
    const when = step.when ?? (isManaged ? undefined : same?.when);
    const { type, name, enabled = true } = step;
    const config = step.config ?? {};
    return {
      ...(typeof id === "string" ? { id } : {}),
      type,
      name,
      order: index + 1,
      enabled,
      ...(typeof when === "string" ? { when } : {}),
      config: keeps(match, step) ? sentConfig(config, same?.config, written.get(step)?.step.config) : config,
    };
  });
}

/** Whether conditions are the program's; until then a write sends back those that are there. */
export function managesWhen(steps: readonly Step[], known: unknown): boolean {
  return usesWhen(known ?? steps);
}

/**
 * The ids that a server gave to steps in place of those that Pulumi last saw, where no other step is taken for them: a step
 * that is renamed and changed at once is told by nothing else.
 */
function replacedIds(
  before: readonly Values[],
  stored: readonly Values[],
  taken: readonly Match[],
): ReadonlyMap<unknown, unknown> {
  const given = [...matching(before, stored)].filter(
    ([{ id }, { step }]) => id !== undefined && !taken.some((each) => each.step === step),
  );
  return new Map(given.map(([{ id }, { step }]) => [id, step.id]));
}

/** Whether what is there beside the program's settings stays: not where another step may be meant, or one of another type. */
function keeps(match: Match | undefined, step: Pick<Step, "type"> | Values): boolean {
  return match?.isSure === true && match.step.type === step.type;
}

/** A config with what nobody manages as it is there, and with the ids of the steps in it. */
function sentConfig(config: Values, stored: unknown, known: unknown): Values {
  const there = isObject(stored) ? stored : {};
  const before = isObject(known) ? known : {};
  const kept = Object.entries(there).filter(([key]) => !isCounted(key, [config, before]));
  const branches = BRANCHES.filter((key) => Array.isArray(config[key])).map(
    (key) => [key, sentBranch(listOf(config[key]), listOf(there[key]), before[key])] as const,
  );
  return { ...config, ...Object.fromEntries(kept), ...Object.fromEntries(branches) };
}

function sentBranch(steps: readonly Values[], stored: readonly Values[], known: unknown): Values[] {
  const there = matching(steps, stored);
  const before = matching(steps, listOf(known));
  return steps.map((step) => {
    const match = there.get(step);
    const id = match?.step.id ?? step.id;
    const config = keeps(match, step) && isObject(step.config) ? step.config : undefined;
    return {
      ...step,
      ...(id === undefined ? {} : { id }),
      ...(config ? { config: sentConfig(config, match?.step.config, before.get(step)?.step.config) } : {}),
    };
  });
}
