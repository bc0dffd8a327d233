import { isDeepStrictEqual as isEqual } from "node:util";
import { canonicalOf, hashOf, isTold, owned, rulesOf, writtenKeys } from "./canonical";
import { engineArgumentNames } from "./engine-arguments";
import type { FlowType } from "./flow-type";
import { decode, encode, VERSION } from "./migrate";
import { isWithin, type PropertyPath, placesOf, valueAt } from "./paths";
import { isOneOf, secretPaths, showsOneOf } from "./secrets";
import { respelled } from "./spelling";
import { defined, isObject, only, type Values } from "./values";

/** The reserved member of every state: a {@link Declaration} as text. */
export const DECLARED = "__declared";

/** The reserved argument that tells where the program's secrets are: Pulumi tells providers no secretness. */
export const SECRETS = "__secret";

/** What the state remembers of the program, since reading and deleting are told nothing of it. */
export interface Declaration {
  /** The shape of the state; `migrate` reads every older one. */
  readonly version: number;
  /** The fields that the program set. */
  readonly fields: readonly string[];
  /** The keys that the program wrote of each field that it owns by key. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  /** The engine arguments that the program set. */
  readonly engine: Values;
  /** Where the program's secrets are, absent where there is none. Messages never show them. */
  readonly secret?: readonly PropertyPath[];
  /** Where an earlier program had secrets that the flow may still hold: hidden like those of this one. */
  readonly once?: readonly PropertyPath[];
  /** Hashes of what is too large to keep and not declared, as last seen. */
  readonly seen?: Readonly<Record<string, string>>;
  /** The account that holds the flow. */
  readonly account: string;
}

/**
 * What the program declares, from checked arguments.
 *
 * @param before what the program before declared
 */
export function declare(type: FlowType, desired: Values, account: string, before?: Declaration): Declaration {
  const fields = Object.keys(type.fields.shape).filter((field) => desired[field] !== undefined);
  const keys = fields.map((field) => [field, writtenKeys(type, field, desired[field])] as const);
  return {
    version: VERSION,
    fields,
    keys: Object.fromEntries(keys.filter(([, written]) => written.length > 0)),
    engine: only(defined(desired), engineArgumentNames),
    ...placesIn("secret", desired[SECRETS]),
    ...placesIn("once", without([...(before?.once ?? []), ...(before?.secret ?? [])], desired[SECRETS])),
    account,
  };
}

/** The declaration in a state of the current version; `undefined` for what was only looked up by `Flow.get`. */
export function declarationOf(state: Values): Declaration | undefined {
  const found = decode(state[DECLARED]);
  if (!found) return undefined;
  if (!Array.isArray(found.fields)) return undefined;
  return {
    version: VERSION,
    fields: strings(found.fields),
    keys: isObject(found.keys)
      ? Object.fromEntries(Object.entries(found.keys).map(([field, keys]) => [field, strings(keys)]))
      : {},
    engine: isObject(found.engine) ? found.engine : {},
    ...placesIn("secret", found.secret),
    ...placesIn("once", found.once),
    ...(isObject(found.seen) ? { seen: stringsByName(found.seen) } : {}),
    account: typeof found.account === "string" ? found.account : "",
  };
}

function placesIn<Name extends string>(name: Name, paths: unknown): { readonly [N in Name]?: readonly PropertyPath[] };
function placesIn(name: string, paths: unknown): Record<string, readonly PropertyPath[]> {
  if (!Array.isArray(paths) || paths.length === 0) return {};
  const byText = new Map(paths.map((path) => [JSON.stringify(path), strings(path)]));
  return { [name]: [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path) };
}

function without(paths: readonly PropertyPath[], others: unknown): PropertyPath[] {
  const texts = Array.isArray(others) ? others.map((each) => JSON.stringify(each)) : [];
  return paths.filter((path) => !texts.includes(JSON.stringify(path)));
}

/** A declaration that also hides known secrets where somebody has moved them. */
export function hidingMoved(type: FlowType, declaration: Declaration, found: Values, known: Values): Declaration {
  const texts = secretValues(type, known);
  if (texts.length === 0) return declaration;
  const { secret = [], once = [] } = declaration;
  const hidden = secretPaths(type, found, [...secret, ...once]);
  const moved = placesOf(found, (each) => isOneOf(texts, each)).filter(
    (path) => !hidden.some((outer) => isWithin(path, outer)),
  );
  return { ...declaration, ...placesIn("once", [...once, ...moved]) };
}

/** Where the program had secrets, now or before; from a state, or from checked arguments. */
export function declaredSecrets(type: FlowType, values: Values): PropertyPath[] {
  const { secret = [], once = [] } = declarationOf(values) ?? declare(type, values, "");
  return [...secret, ...once];
}

/** Where a state, or checked arguments, hold secrets: also what a vendor makes of one, such as a name to be shown. */
export function secretsOf(type: FlowType, values: Values): PropertyPath[] {
  const places = secretPaths(type, values, declaredSecrets(type, values));
  const secrets = places.map((path) => valueAt(values, path));
  const made = type.outputs.filter(
    (output) => placesOf(values[output], (each) => showsOneOf(secrets, each)).length > 0,
  );
  return [...places, ...made.map((output) => [output])];
}

/** What stands there. */
export function secretValues(type: FlowType, values: Values): unknown[] {
  return secretsOf(type, values).map((path) => valueAt(values, path));
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function stringsByName(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/** What is declared after a change of which only a part was made: also what should have been dropped, so that the next run drops it. */
export function declaredByEither(after: Declaration, before: Declaration | undefined): Declaration {
  const keys = Object.keys({ ...before?.keys, ...after.keys }).map(
    (field) => [field, either(before?.keys[field], after.keys[field]).sort()] as const,
  );
  return {
    ...after,
    ...placesIn("secret", [...(after.secret ?? []), ...(before?.secret ?? [])]),
    fields: either(after.fields, before?.fields),
    keys: Object.fromEntries(keys),
  };
}

function either(a: readonly string[] = [], b: readonly string[] = []): string[] {
  return [...new Set([...a, ...b])];
}

/** The arguments that lead to a declaration, with the values of a state. */
export function inputsOf({ fields, engine, secret }: Declaration, state: Values): Values {
  return { ...only(state, fields), ...engine, ...(secret ? { [SECRETS]: secret } : {}) };
}

/** The observed values of the declared fields: what the program answers for. */
export function observedOfDeclared(
  type: FlowType,
  observed: Values,
  declaration: Declaration,
  spelledAs: Values,
): Values {
  const shown: Values = {};
  for (const field of declaration.fields) {
    if (!isTold(type, field, observed)) {
      shown[field] = spelledAs[field];
      continue;
    }
    const found = owned(type, field, observed[field], declaration.keys[field] ?? []);
    const written = spelledAs[field];
    // Most flows are as they were; a normal form can be dear.
    shown[field] = isEqual(found, written)
      ? written
      : respelled(
          { value: found, canonical: canonicalOf(type, field, found) },
          { value: written, canonical: canonicalOf(type, field, written) },
        );
  }
  return defined(shown);
}

/**
 * The state of a flow as observed.
 *
 * @param observed the vendor's values in the product's names
 * @param spelledAs values whose spelling is kept where they mean the same: what the program wrote
 */
export function stateOf(
  type: FlowType,
  observed: Values,
  outputs: Values,
  declaration: Declaration,
  spelledAs: Values,
): Values {
  const undeclared = Object.keys(type.fields.shape).filter((field) => !declaration.fields.includes(field));
  const kept = undeclared.filter((field) => rulesOf(type, field).keep === undefined);
  return defined({
    ...only(observed, kept),
    ...observedOfDeclared(type, observed, declaration, spelledAs),
    ...outputs,
    [DECLARED]: encode({ ...declaration, ...seenOf(type, observed, declaration) }),
  });
}

/** Hashes of what the state does not keep, unless the program declares it, also in another spelling. */
export function seenOf(type: FlowType, observed: Values, { fields }: Declaration): Pick<Declaration, "seen"> {
  const spelled = fields.map((field) => rulesOf(type, field).spells).filter((group) => group !== undefined);
  const hashed = Object.keys(type.fields.shape).filter((field) => {
    const { keep, spells } = rulesOf(type, field);
    const declared = fields.includes(field) || (spells !== undefined && spelled.includes(spells));
    return keep === "hash" && !declared && observed[field] !== undefined;
  });
  if (hashed.length === 0) return {};
  return {
    seen: Object.fromEntries(hashed.map((field) => [field, hashOf(canonicalOf(type, field, observed[field]))])),
  };
}
