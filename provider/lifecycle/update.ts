import isEqual from "lodash/isEqual";
import { fieldsOf, owned, rulesOf, sameMeaning, writtenKeys } from "./canonical";
import { FlowError } from "./errors";
import type { FlowType } from "./flow-type";
import type { Settler } from "./settler";
import { type Declaration, declarationOf } from "./state";
import { isObject, type Values } from "./values";

/** Brings a flow to what the program says, unless somebody has changed it since Pulumi last saw it. */
export async function update<Wire, Account>(
  settler: Settler<Wire, Account>,
  account: Account,
  id: string,
  state: Values,
  inputs: Values,
): Promise<Values> {
  const { type, ports } = settler;
  const wire = await settler.readManaged(account, state, true);
  if (wire === undefined) {
    throw new FlowError(
      "deletedOutside",
      `${settler.name(state)} was deleted outside of Pulumi. \`pulumi up --refresh\` creates it again.`,
    );
  }
  const before = declarationOf(state);
  const target = { ...fieldsOf(type, inputs), ...clears(type, before, inputs) };
  const keys = ownedKeys(type, before, inputs);
  // Spelled as the state for what the program no longer declares.
  const observed = settler.observe(wire, { ...state, ...inputs });
  const now = (field: string) => owned(type, field, observed[field], keys[field] ?? []);
  const changed = Object.keys(target).filter((field) => {
    const found = rulesOf(type, field).writeOnly ? state[field] : now(field);
    return !sameMeaning(type, field, target[field], found);
  });
  /** The changed field that carries this one: itself, or another spelling of the same thing. */
  const carrier = (field: string) => {
    const { spells } = rulesOf(type, field);
    return changed.find((each) => each === field || (spells !== undefined && rulesOf(type, each).spells === spells));
  };
  const conflicts = Object.keys(type.fields.shape).filter((field) => {
    const known = before?.fields.includes(field) || field in state;
    const { writeOnly, owns } = rulesOf(type, field);
    if (writeOnly || !carrier(field)) return false;
    if (owns) return disputed(now(field), state[field], target[field], keys[field] ?? []);
    return known && !sameMeaning(type, field, observed[field], state[field]);
  });
  if (conflicts.length > 0 && inputs.onConflict !== "overwrite" && !ports.overrides.overwrites) {
    const show = settler.shower(state, inputs);
    const seen = conflicts.map(
      (field) =>
        `${field}: Pulumi last saw ${show(field, state[field])}, it is now ${show(field, now(field))}, the program wants ${show(field, target[carrier(field) ?? field])}`,
    );
    throw new FlowError(
      "conflict",
      `${settler.name(state)} was changed outside of Pulumi, and this update would undo it. ${seen.join("; ")}. Nothing was changed. ` +
        "Either look at the difference with `pulumi preview --refresh` and go on with `pulumi up --refresh`, or take the change into the program, " +
        'or overwrite it: `onConflict: "overwrite"`, or for one run `PULUMI_FLOWS_ON_CONFLICT=overwrite pulumi up`.',
    );
  }
  return settler.write(account, wire, { id, known: state, inputs, target, changed, keys });
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
