import { isDeepStrictEqual as isEqual } from "node:util";
import { canonicalOf, fieldsOf, isTold, owned, revivals, rulesOf, sameMeaning, writtenKeys } from "./canonical";
import { FlowError } from "./errors";
import type { FlowType } from "./flow-type";
import { showPath, valueAt } from "./paths";
import type { Settler } from "./settler";
import { type Declaration, declarationOf, seenOf } from "./state";
import { isObject, type Values } from "./values";

/** What a user can do about a change made outside. */
const WAYS_ON =
  "Either look at the difference with `pulumi preview --refresh` and go on with `pulumi up --refresh`, or take the change into the program, " +
  'or overwrite it: `onConflict: "overwrite"`, or for one run `PULUMI_FLOWS_ON_CONFLICT=overwrite pulumi up`.';

/** Brings a flow to what the program says, unless somebody has changed it since Pulumi last saw it. */
export async function update<Wire, Account>(
  settler: Settler<Wire, Account>,
  account: Account,
  id: string,
  state: Values,
  inputs: Values,
): Promise<Values> {
  const { type, ports } = settler;
  const wire = await settler.readManaged(account, id, state, true, inputs);
  if (wire === undefined) {
    throw new FlowError(
      "deletedOutside",
      `${settler.name(state)} was deleted outside of Pulumi. \`pulumi up --refresh\` creates it again.`,
    );
  }
  const before = declarationOf(state);
  const keys = ownedKeys(type, before, inputs);
  // Spelled as the state for what the program no longer declares.
  const observed = settler.observe(wire, { ...state, ...inputs }, state);
  const target = { ...fieldsOf(type, inputs), ...clears(type, before, inputs), ...revivals(type, inputs, observed) };
  // What is compared with what Pulumi last saw is looked at as it was looked at then.
  const since = settler.observe(wire, { ...inputs, ...state }, state);
  const now = (field: string) => owned(type, field, observed[field], keys[field] ?? []);
  const changed = Object.keys(target).filter((field) => {
    const found = isTold(type, field, observed) ? now(field) : state[field];
    return !sameMeaning(type, field, target[field], found);
  });
  /** The changed field that carries this one: itself, or another spelling of the same thing. */
  const carrier = (field: string) => {
    const { spells } = rulesOf(type, field);
    return changed.find((each) => each === field || (spells !== undefined && rulesOf(type, each).spells === spells));
  };
  const unseen = unseenChanges(settler, wire, state, before);
  const conflicts = Object.keys(type.fields.shape).filter((field) => {
    const { owns, conflicts: isDisputable = true } = rulesOf(type, field);
    if (!isDisputable || !isTold(type, field, since) || !carrier(field)) return false;
    if (owns) return disputed(now(field), state[field], target[field], keys[field] ?? []);
    if (before?.fields.includes(field) || field in state) return !sameMeaning(type, field, since[field], state[field]);
    return unseen.includes(field);
  });
  if (conflicts.length > 0) {
    const show = settler.shower(state, inputs);
    const seen = conflicts.map((field) => {
      const wanted = target[carrier(field) ?? field];
      if (unseen.includes(field)) {
        return `${field}: it is no longer what Pulumi last saw, it is now ${show([field], now(field))}, the program wants ${show([field], wanted)}`;
      }
      const found = owned(type, field, since[field], keys[field] ?? []);
      return settler.differences(field, state[field], found, [state, inputs], (path, last, found) => {
        const aim = path.length === 1 ? wanted : valueAt({ [field]: canonicalOf(type, field, wanted) }, path);
        return `${showPath(path, {})}: Pulumi last saw ${show(path, last)}, it is now ${show(path, found)}, the program wants ${show(path, aim)}`;
      });
    });
    const by = type.changedBy?.(wire);
    const changes = `${settler.name(state)} was changed outside of Pulumi, and this update would undo it. ${seen.join("; ")}.${by ? ` ${by}` : ""}`;
    if (inputs.onConflict !== "overwrite" && !ports.overrides.overwrites) {
      throw new FlowError("conflict", `${changes} Nothing was changed. ${WAYS_ON}`);
    }
    const decider = inputs.onConflict === "overwrite" ? "`onConflict`" : "`PULUMI_FLOWS_ON_CONFLICT`";
    ports.log.warn(`${changes} It is overwritten, as ${decider} says.`);
  }
  return settler.write(account, wire, { id, known: state, inputs, target, changed, keys });
}

/** The fields that the state keeps as a hash, and that have changed since. */
function unseenChanges<Wire, Account>(
  settler: Settler<Wire, Account>,
  wire: Wire,
  state: Values,
  before: Declaration | undefined,
): string[] {
  if (!before?.seen) return [];
  const { seen = {} } = seenOf(settler.type, settler.observe(wire, state), before);
  return Object.keys(seen).filter((field) => before.seen?.[field] !== undefined && before.seen[field] !== seen[field]);
}

/** Whether somebody has given a key that the program writes, or wrote, a value that is neither what was last seen nor what is wanted. */
function disputed(now: unknown, known: unknown, wanted: unknown, keys: readonly string[]): boolean {
  const at = (values: unknown, key: string) =>
    isObject(values) && Object.hasOwn(values, key) ? values[key] : undefined;
  return keys.some((key) => !isEqual(at(now, key), at(known, key)) && !isEqual(at(now, key), at(wanted, key)));
}

/** The values that clear what the program no longer declares, unless it now spells the same thing otherwise. */
function clears(type: FlowType, before: Declaration | undefined, inputs: Values): Values {
  const spelled = new Set(Object.keys(inputs).map((field) => rulesOf(type, field).spells));
  const dropped = (before?.fields ?? []).filter((field) => inputs[field] === undefined);
  return Object.fromEntries(
    dropped.flatMap((field) => {
      const { clear, spells } = rulesOf(type, field);
      return clear === undefined || (spells && spelled.has(spells)) ? [] : [[field, clear]];
    }),
  );
}

/** The keys that the program writes or wrote, of each field that it owns by key. */
function ownedKeys(type: FlowType, before: Declaration | undefined, inputs: Values): Record<string, string[]> {
  const fields = Object.keys(type.fields.shape).filter((field) => rulesOf(type, field).owns);
  return Object.fromEntries(
    fields.map((field) => [
      field,
      [...new Set([...(before?.keys[field] ?? []), ...writtenKeys(type, field, inputs[field])])],
    ]),
  );
}
