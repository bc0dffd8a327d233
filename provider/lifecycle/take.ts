import { canonicalOf, rulesOf, sameMeaning } from "./canonical";
import { type Checked, check } from "./check";
import { FlowError } from "./errors";
import type { FlowType, Listed } from "./flow-type";
import { programForm, registeredForm } from "./keyed";
import { type PropertyPath, placesOf } from "./paths";
import type { Kept, Settler } from "./settler";
import { declare, hidingMoved, SECRETS, secretsOf } from "./state";
import { UNTOLD, withUntold } from "./untold";
import { isObject, type Values } from "./values";

/** A flow that exists, as Pulumi would keep it had the stack made it. */
export interface Taken extends Kept {
  /** As `check` answers them. Their secrets are the program's: what it writes there must be secret. */
  readonly inputs: Values;
  /** What a program says to get these inputs, as it writes it: without what settings fill in and what follows. */
  readonly program: Values;
  /** Where the flow holds what the vendor never tells, such as a token: a program that is to set it must say it. */
  readonly untold: readonly PropertyPath[];
  /** The fields that the program leaves out, and does not manage, since none can say what is there; and why, as sentences. */
  readonly notes: readonly string[];
}

/** What exists, each thing once, in the same order whatever the vendor's: what is made while pages are read moves others to the next one. */
export function sortedByLabel(listed: readonly Listed[]): readonly Listed[] {
  const keyOf = ({ label, id }: Listed) => JSON.stringify([label, id]);
  const once = new Map(listed.map((each) => [each.id, each]));
  return [...once.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/**
 * Reads a flow that exists, and makes of it what a program says and a state keeps.
 *
 * @throws FlowError where the account does not have it, or no program can say what is there
 */
export async function take<Wire, Account>(
  settler: Settler<Wire, Account>,
  account: Account,
  id: string,
  settings: Values,
): Promise<Taken> {
  const { type } = settler;
  const place = { ...type.fromId(id), ...(await type.locate?.(account, id)) };
  const wire = await type.read(account, id, place, true);
  if (wire === undefined)
    throw new FlowError("notFound", `There is no ${type.noun} "${id}" in the account that the credentials reach.`);
  if (type.accountOf(wire, account) === "") await askWhose(type, account, place);
  const found = registeredForm(type, (type.toDeclare ?? type.observe)(wire, {}));
  const told = withUntold(found, {});
  const program = programForm(type, declarable(type, told, settings));
  const { args, checked, notes } = checkedLeniently(type, program, settings);
  const { secret } = declare(type, { [SECRETS]: secretsOf(type, checked.inputs) }, "");
  const inputs = { ...checked.inputs, ...(secret ? { [SECRETS]: secret } : {}) };
  // As a refresh would: a text that is a secret in one place is one everywhere.
  const declaration = hidingMoved(type, settler.declared(wire, account, inputs), settler.observe(wire, inputs), inputs);
  return {
    id: type.idOf(wire),
    inputs,
    state: settler.stateOf(wire, account, declaration, inputs),
    program: args,
    untold: placesOf(found, (value) => value === UNTOLD).filter(([field = ""]) => !rulesOf(type, field).derived),
    notes,
  };
}

/** Learns whose the flow is, where the vendor tells that only to who asks. A key that may not ask has no answer. */
async function askWhose<Wire, Account>(
  type: FlowType<Values, Wire, Account>,
  account: Account,
  state: Values,
): Promise<void> {
  try {
    await type.currentAccount(account, state);
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
  }
}

/** What a program must say to get what was found: nothing of what it gets anyway, and a thing that has several spellings in the first of them. */
function declarable(type: FlowType, found: Values, settings: Values): Values {
  const spelled = new Set<string>();
  const entries = Object.entries(type.fields.shape).flatMap(([field, schema]): [string, unknown][] => {
    const { derived, writeOnly, setting, clear, spells } = rulesOf(type, field);
    const value = found[field];
    if (value === undefined || derived || writeOnly || (spells && spelled.has(spells))) return [];
    if (spells) spelled.add(spells);
    if (setting && settings[setting] === value) return [];
    if (clear !== undefined && schema.safeParse(undefined).success && sameMeaning(type, field, value, clear)) return [];
    const canonical = canonicalOf(type, field, value);
    // The vendor's additions have no meaning; a text keeps its spelling.
    return [[field, isObject(value) && isObject(canonical) ? canonical : value]];
  });
  return Object.fromEntries(entries);
}

/**
 * Checks what was found. What people made elsewhere may break rules of the type that need not stop anything, and what
 * breaks others is not managed where a program may leave it out: the vendor may know more than this version of the type.
 */
function checkedLeniently(
  type: FlowType,
  program: Values,
  settings: Values,
): { readonly args: Values; readonly checked: Checked; readonly notes: readonly string[] } {
  const lenient = Object.keys(type.fields.shape).flatMap((field): [string, unknown][] => {
    const { lenient: value } = rulesOf(type, field);
    return value === undefined ? [] : [[field, value]];
  });
  const strict = check(type, program, settings);
  if (strict.failures.length === 0) return { args: program, checked: strict, notes: [] };
  const args = { ...program, ...Object.fromEntries(lenient) };
  const checked = check(type, args, settings);
  if (checked.failures.length === 0) return { args, checked, notes: [] };
  const problemsOf = ({ failures }: Checked, field?: string) =>
    failures
      .filter(({ property }) => field === undefined || property.split(/[.[]/)[0] === field)
      .map(({ property, reason }) => `${property}: ${reason}`)
      .join("; ");
  const fields = Object.entries(type.fields.shape);
  const dropped = fields.flatMap(([field, schema]) =>
    schema.safeParse(undefined).success && problemsOf(checked, field) !== "" ? [field] : [],
  );
  const rest = Object.fromEntries(Object.entries(args).filter(([field]) => !dropped.includes(field)));
  const left = check(type, rest, settings);
  if (left.failures.length > 0)
    throw new FlowError("undeclarable", `No program can say what is there. ${problemsOf(left)}.`);
  const notes = dropped.map(
    (field) =>
      `${field} is left out, and not managed: no program can say what is there. ${problemsOf(checked, field)}.`,
  );
  return { args: rest, checked: left, notes };
}
