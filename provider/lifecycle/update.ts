import { isDeepStrictEqual as isEqual } from "node:util";
import { canonicalOf, fieldsOf, isTold, owned, revivals, rulesOf, sameMeaning, writtenKeys } from "./canonical";
import { FlowError, PartialFailure, VendorError } from "./errors";
import type { FlowType } from "./flow-type";
import { showPath, valueAt } from "./paths";
import type { Settler } from "./settler";
import { type Declaration, declarationOf, seenOf } from "./state";
import type { Values } from "./values";

/** What a user can do about a change made outside. */
const WAYS_ON =
  "Either look at the difference with `pulumi preview --refresh` and go on with `pulumi up --refresh`, or take the change into the program, " +
  'or overwrite it: `onConflict: "overwrite"`, or for one run `PULUMI_FLOWS_ON_CONFLICT=overwrite pulumi up`.';

/** The same where no refresh would show it: of what no program declares the state keeps nothing. */
const WAYS_ON_UNSEEN =
  "Either take what is there into the program, " +
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
  const aim = aimOf(settler, wire, state, inputs);
  const disputes = Object.keys(type.fields.shape).filter((field) => isDisputed(settler, aim, field));
  if (disputes.length > 0) {
    const changes = `${settler.name(state)} was changed outside of Pulumi, and this update would undo it. ${told(settler, aim, disputes, { values: state, words: "Pulumi last saw" })}`;
    const decider = deciderOf(settler, inputs);
    if (decider === undefined) {
      const ways = disputes.every((field) => isShownByRefresh(settler, aim, field)) ? WAYS_ON : WAYS_ON_UNSEEN;
      throw new FlowError("conflict", `${changes} Nothing was changed. ${ways}`);
    }
    ports.log.warn(`${changes} It is overwritten, as ${decider} says.`);
  }
  const { target, changed, keys } = aim;
  try {
    return await settler.write(account, wire, { id, known: state, inputs, target, changed, keys });
  } catch (error) {
    throw (await changedMeanwhile(settler, account, id, aim, error)) ?? error;
  }
}

/** What lets this update overwrite what somebody else did, as messages name it; `undefined` where nothing does. */
function deciderOf<Wire, Account>({ ports }: Settler<Wire, Account>, { onConflict }: Values): string | undefined {
  if (onConflict === "overwrite") return "`onConflict`";
  return ports.overrides.overwrites ? "`PULUMI_FLOWS_ON_CONFLICT`" : undefined;
}

/** What an update makes of a flow as it was found. */
interface Aim<Wire> {
  readonly wire: Wire;
  readonly state: Values;
  readonly inputs: Values;
  /** What the program declares, and the values that clear what it dropped. */
  readonly target: Values;
  /** What is there, spelled as it was when Pulumi last saw it. */
  readonly since: Values;
  readonly changed: readonly string[];
  readonly keys: Readonly<Record<string, readonly string[]>>;
  /** Fields that the state keeps as a hash, and that are no longer as they were. */
  readonly unseen: readonly string[];
}

function aimOf<Wire, Account>(settler: Settler<Wire, Account>, wire: Wire, state: Values, inputs: Values): Aim<Wire> {
  const { type } = settler;
  const before = declarationOf(state);
  const keys = ownedKeys(type, before, inputs);
  // Spelled as the state for what the program no longer declares.
  const observed = settler.observe(wire, { ...state, ...inputs }, state);
  const target = { ...fieldsOf(type, inputs), ...clears(type, before, inputs), ...revivals(type, inputs, observed) };
  const changed = Object.keys(target).filter((field) => {
    const found = isTold(type, field, observed) ? owned(type, field, observed[field], keys[field] ?? []) : state[field];
    return !sameMeaning(type, field, target[field], found);
  });
  // What is compared with what Pulumi last saw is looked at as it was looked at then.
  const since = settler.observe(wire, { ...inputs, ...state }, state);
  return { wire, state, inputs, target, since, changed, keys, unseen: unseenChanges(settler, wire, state, before) };
}

/** The changed field that carries this one: itself, or another spelling of the same thing. */
function carrierOf<Wire, Account>({ type }: Settler<Wire, Account>, { changed }: Aim<Wire>, field: string) {
  const { spells } = rulesOf(type, field);
  return changed.find((each) => each === field || (spells !== undefined && rulesOf(type, each).spells === spells));
}

/** Whether an update would undo what somebody did to a field. */
function isDisputed<Wire, Account>(settler: Settler<Wire, Account>, aim: Aim<Wire>, field: string): boolean {
  return carrierOf(settler, aim, field) !== undefined && isChangedOutside(settler, aim, field);
}

/** Whether a field is neither what Pulumi last saw nor, key by key, what is wanted. */
function isChangedOutside<Wire, Account>({ type }: Settler<Wire, Account>, aim: Aim<Wire>, field: string): boolean {
  const { state, since, unseen } = aim;
  const { owns, conflicts: isDisputable = true } = rulesOf(type, field);
  if (!isDisputable || !isTold(type, field, since)) return false;
  if (owns) return disputedKeys(aim, field).length > 0;
  const isKept = declarationOf(state)?.fields.includes(field) || field in state;
  if (isKept) return !sameMeaning(type, field, since[field], state[field]);
  return unseen.includes(field) || setSince(type, field, since, state);
}

/**
 * What somebody did to these fields, and what the program wants of them.
 *
 * @param last what they were before, and the words for it
 */
function told<Wire, Account>(
  settler: Settler<Wire, Account>,
  aim: Aim<Wire>,
  fields: readonly string[],
  last: { readonly values: Values; readonly words: string },
): string {
  const { type } = settler;
  const { wire, state, inputs, target, since, keys, unseen } = aim;
  const show = settler.shower(state, inputs);
  const seen = fields.map((field) => {
    const wanted = target[carrierOf(settler, aim, field) ?? field];
    const [was, found] = [last.values[field], since[field]].map((value) =>
      owned(type, field, value, keys[field] ?? []),
    );
    if (last.values === state && unseen.includes(field)) {
      return `${field}: it is no longer what Pulumi last saw, it is now ${show([field], found)}, the program wants ${show([field], wanted)}`;
    }
    return settler.differences(field, was, found, [state, inputs], (path, before, now) => {
      const aimed = path.length === 1 ? wanted : valueAt({ [field]: canonicalOf(type, field, wanted) }, path);
      const wish = field in target ? `the program wants ${show(path, aimed)}` : "the program says nothing of it";
      return `${showPath(path, {})}: ${last.words} ${show(path, before)}, it is now ${show(path, now)}, ${wish}`;
    });
  });
  const by = type.changedBy?.(wire);
  return `${seen.join("; ")}.${by ? ` ${by}` : ""}`;
}

/** What a refusal by the vendor's own lock means: it tells that somebody was there, and not what they did. */
async function changedMeanwhile<Wire, Account>(
  settler: Settler<Wire, Account>,
  account: Account,
  id: string,
  aim: Aim<Wire>,
  failure: unknown,
): Promise<FlowError | undefined> {
  const { type } = settler;
  const { state, inputs, target, keys } = aim;
  const half = failure instanceof PartialFailure ? failure : undefined;
  if (!isConflict(half ? half.cause : failure)) return undefined;
  const wire = await type.read(account, id, state, true, inputs).catch(() => undefined);
  if (wire === undefined) return undefined;
  const now = aimOf(settler, wire, state, inputs);
  const changes = Object.keys(type.fields.shape).filter((field) => {
    const [was, is, wanted] = [aim.since, now.since, target].map((values) =>
      owned(type, field, values[field], keys[field] ?? []),
    );
    const isSeen = isTold(type, field, aim.since) && isTold(type, field, now.since);
    return isSeen && !sameMeaning(type, field, was, is) && !(field in target && sameMeaning(type, field, is, wanted));
  });
  if (changes.length === 0) return undefined;
  const seen = told(settler, now, changes, { values: aim.since, words: "it was" });
  const message = `${settler.name(state)} was changed outside of Pulumi while it was being updated. ${seen}`;
  const ways =
    deciderOf(settler, inputs) === undefined ? WAYS_ON : "Run `pulumi up` again: it looks again before it writes.";
  if (!half) return new FlowError("conflict", `${message} Nothing was changed. ${ways}`, failure);
  return new PartialFailure(
    id,
    half.state,
    `${message} Of this update a part was made, and is recorded. ${ways}`,
    failure,
  );
}

function isConflict(failure: unknown): boolean {
  return (failure instanceof VendorError || failure instanceof FlowError) && failure.kind === "conflict";
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

/**
 * Whether somebody has given a field a value that had none when Pulumi last saw the flow, and that no program declared: a
 * state that was read keeps whatever the vendor tells. What follows from other fields is nobody's.
 */
function setSince(type: FlowType, field: string, since: Values, state: Values): boolean {
  const { keep, clear, derived } = rulesOf(type, field);
  if (derived) return false;
  const wasRead = type.outputs.some((output) => output in state);
  return wasRead && keep === undefined && since[field] !== undefined && !sameMeaning(type, field, since[field], clear);
}

/** Whether a refresh takes into the state what somebody did to a field that is disputed. */
function isShownByRefresh<Wire, Account>({ type }: Settler<Wire, Account>, aim: Aim<Wire>, field: string): boolean {
  const before = declarationOf(aim.state);
  const { owns, keep } = rulesOf(type, field);
  if (owns) return disputedKeys(aim, field).every((key) => before?.keys[field]?.includes(key));
  return before?.fields.includes(field) || keep !== "nothing";
}

/** The keys of a field, of those that the program writes or wrote, to which somebody has given a value that is neither what was last seen nor what is wanted. */
function disputedKeys<Wire>({ since, state, target, keys }: Aim<Wire>, field: string): string[] {
  const at = (values: Values, key: string) => valueAt(values, [field, key]);
  const isDisputedKey = (key: string) =>
    !isEqual(at(since, key), at(state, key)) && !isEqual(at(since, key), at(target, key));
  return (keys[field] ?? []).filter(isDisputedKey);
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
