import pick from "lodash/pick";
import union from "lodash/union";
import { owned, rulesOf, sameMeaning, writtenKeys } from "./canonical";
import { engineArgumentNames } from "./engine-arguments";
import { FlowError } from "./errors";
import type { FlowType } from "./flow-type";
import { defined, isObject, type Values } from "./values";

/** The reserved member of every state; see {@link Declaration}. */
export const DECLARED = "__declared";

/** The reserved argument that names the fields whose values the program made secret: Pulumi tells providers no secretness. */
export const SECRET_FIELDS = "__secret";

/** What the state remembers of the program, since reading and deleting are told nothing of it. */
export interface Declaration {
  /** The shape of the state. */
  readonly version: 1;
  /** The fields that the program set. */
  readonly fields: readonly string[];
  /** The keys that the program wrote of each field that it owns by key. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
  /** The engine arguments that the program set. */
  readonly engine: Values;
  /** The fields that hold a secret of the program; absent where there is none. Messages never show them. */
  readonly secret?: readonly string[];
  /** The account that holds the flow. */
  readonly account: string;
}

/** What the program declares, from checked arguments. */
export function declare(type: FlowType, desired: Values, account: string): Declaration {
  const fields = Object.keys(type.fields.shape).filter((field) => desired[field] !== undefined);
  const keys = fields.map((field) => [field, writtenKeys(type, field, desired[field])] as const);
  return {
    version: 1,
    fields,
    keys: Object.fromEntries(keys.filter(([, written]) => written.length > 0)),
    engine: pick(defined(desired), engineArgumentNames),
    ...secretFields(desired[SECRET_FIELDS]),
    account,
  };
}

/**
 * The declaration in a state; `undefined` for what was only looked up by `Flow.get`.
 *
 * @throws FlowError for a state that a newer version of this package has written
 */
export function declarationOf(state: Values): Declaration | undefined {
  const found = state[DECLARED];
  if (!isObject(found)) return undefined;
  if (found.version !== 1) {
    throw new FlowError(
      "settings",
      `Its state was written by a newer version of pulumi-flows (state version ${String(found.version)}): install that one.`,
    );
  }
  if (!Array.isArray(found.fields)) return undefined;
  return {
    version: 1,
    fields: strings(found.fields),
    keys: isObject(found.keys)
      ? Object.fromEntries(Object.entries(found.keys).map(([field, keys]) => [field, strings(keys)]))
      : {},
    engine: isObject(found.engine) ? found.engine : {},
    ...secretFields(found.secret),
    account: typeof found.account === "string" ? found.account : "",
  };
}

function secretFields(names: unknown): { readonly secret?: readonly string[] } {
  const secret = strings(names).sort();
  return secret.length > 0 ? { secret } : {};
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** What is declared after a change of which only a part was made: also what should have been dropped, so that the next run drops it. */
export function declaredByEither(after: Declaration, before: Declaration | undefined): Declaration {
  const keys = Object.keys({ ...before?.keys, ...after.keys }).map(
    (field) => [field, union(before?.keys[field], after.keys[field]).sort()] as const,
  );
  return { ...after, fields: union(after.fields, before?.fields), keys: Object.fromEntries(keys) };
}

/** The arguments that lead to a declaration, with the values of a state. */
export function inputsOf({ fields, engine, secret }: Declaration, state: Values): Values {
  return { ...pick(state, fields), ...engine, ...(secret ? { [SECRET_FIELDS]: secret } : {}) };
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
    if (rulesOf(type, field).writeOnly) {
      shown[field] = spelledAs[field];
      continue;
    }
    const found = owned(type, field, observed[field], declaration.keys[field] ?? []);
    shown[field] = sameMeaning(type, field, found, spelledAs[field]) ? spelledAs[field] : found;
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
  const undeclared = Object.keys(type.fields.shape).filter(
    (field) => !declaration.fields.includes(field) && rulesOf(type, field).keep !== "declared",
  );
  return defined({
    ...pick(observed, undeclared),
    ...observedOfDeclared(type, observed, declaration, spelledAs),
    ...outputs,
    [DECLARED]: declaration,
  });
}
