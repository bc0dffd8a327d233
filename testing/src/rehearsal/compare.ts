import type { Goal } from "./goal";
import { parsePropertyPath } from "./ignore-changes";
import type { Provider } from "./provider";
import type { Steps } from "./run";
import type { ResourceState } from "./state";
import { splitReference } from "./urn";
import { type Properties, sameValue } from "./values";

/** What is to be done about the difference between a resource and its former state. */
export interface Change {
  changed: boolean;
  /** Properties that a replacement is needed for. */
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** Compares a resource with its former state; a forced replacement and another provider need no diff. */
export async function compare(
  run: Steps,
  provider: Provider,
  goal: Goal,
  former: ResourceState,
  next: ResourceState,
): Promise<Change> {
  const replaced = (key: string) => ({ changed: true, replaces: [key], deleteBeforeReplace: false });
  if (run.targets.has(goal.urn)) return replaced("id");
  if (!sameProvider(run, former.provider, next.provider)) return replaced("provider");
  return compareWith(provider, former, next.inputs ?? {}, goal.ignoreChanges, goal.replaceOnChanges);
}

/** Asks the provider what differs; without an opinion of its own the inputs decide, and `replaceOnChanges` with them. */
export async function compareWith(
  provider: Provider,
  former: ResourceState,
  inputs: Properties,
  ignoreChanges: string[],
  replaceOnChanges: string[],
): Promise<Change> {
  const { changes, replaces, deleteBeforeReplace } = await provider.diff(former, inputs, ignoreChanges);
  if (changes !== undefined) return { changed: changes, replaces: changes ? replaces : [], deleteBeforeReplace };
  const before = former.inputs ?? {};
  const keys = [...new Set([...Object.keys(before), ...Object.keys(inputs)])];
  const changed = keys.filter((key) => !sameValue(before[key], inputs[key]));
  const replacing = replaceOnChanges.map((path) => parsePropertyPath(path)[0] ?? "");
  const forced = changed.filter((key) => replacing.includes(key) || replacing.includes("*"));
  return { changed: changed.length > 0, replaces: [...replaces, ...forced], deleteBeforeReplace };
}

/** Another provider may be another account, so a resource that changes it is made anew there. */
function sameProvider(run: Steps, before: string | undefined, after: string | undefined): boolean {
  if (before === undefined || after === undefined || before === after) return true;
  const [old, now] = [splitReference(before), splitReference(after)];
  return old.id === now.id && run.ledger.formerUrn(now.urn) === old.urn;
}
