import isEqual from "lodash/isEqual";
import { canonicalOf, hashOf, isTold, owned, rulesOf, writtenKeys } from "./canonical";
import { engineArgumentNames } from "./engine-arguments";
import type { FlowType } from "./flow-type";
import { VERSION } from "./migrate";
import type { PropertyPath } from "./paths";
import { respelled } from "./spelling";
import { defined, isObject, only, type Values } from "./values";

/** The reserved member of every state; see {@link Declaration}. */
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
  /** Hashes of what is too large to keep and not declared, as last seen. */
  readonly seen?: Readonly<Record<string, string>>;
  /** The account that holds the flow. */
  readonly account: string;
}

/** What the program declares, from checked arguments. */
export function declare(type: FlowType, desired: Values, account: string): Declaration {
  const fields = Object.keys(type.fields.shape).filter((field) => desired[field] !== undefined);
  const keys = fields.map((field) => [field, writtenKeys(type, field, desired[field])] as const);
  return {
    version: VERSION,
    fields,
    keys: Object.fromEntries(keys.filter(([, written]) => written.length > 0)),
    engine: only(defined(desired), engineArgumentNames),
    ...secretsIn(desired[SECRETS]),
    account,
  };
}

/** The declaration in a state of the current version; `undefined` for what was only looked up by `Flow.get`. */
export function declarationOf(state: Values): Declaration | undefined {
  const found = state[DECLARED];
  if (!isObject(found)) return undefined;
  if (!Array.isArray(found.fields)) return undefined;
  return {
    version: VERSION,
    fields: strings(found.fields),
    keys: isObject(found.keys)
      ? Object.fromEntries(Object.entries(found.keys).map(([field, keys]) => [field, strings(keys)]))
      : {},
    engine: isObject(found.engine) ? found.engine : {},
    ...secretsIn(found.secret),
    ...(isObject(found.seen) ? { seen: stringsByName(found.seen) } : {}),
    account: typeof found.account === "string" ? found.account : "",
  };
}

function secretsIn(paths: unknown): { readonly secret?: readonly PropertyPath[] } {
  if (!Array.isArray(paths) || paths.length === 0) return {};
  return { secret: paths.map(strings).sort((a, b) => (String(a) < String(b) ? -1 : 1)) };
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
  return { ...after, fields: either(after.fields, before?.fields), keys: Object.fromEntries(keys) };
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
    [DECLARED]: { ...declaration, ...seenOf(type, observed, declaration) },
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
  return { seen: Object.fromEntries(hashed.map((field) => [field, hashOf(observed[field])])) };
}
