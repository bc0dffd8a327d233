import { FlowError } from "./errors";
import { isObject, sortedJson, type Values } from "./values";

/**
 * Turns values as an older version kept them, a state or registered arguments, into the next version's. One for each
 * version that was ever written, and never taken away: a state is read years after it was written.
 */
const migrations: readonly ((values: Values) => Values)[] = [
  // 1 to 2: secrets are told by their places instead of by fields.
  (values) => {
    const places = (secret: unknown) =>
      Array.isArray(secret) ? secret.map((each) => (typeof each === "string" ? [each] : each)) : secret;
    const { __declared: declared, __secret: secret, ...others } = values;
    return {
      ...others,
      ...(secret === undefined ? {} : { __secret: places(secret) }),
      ...(isObject(declared)
        ? { __declared: { ...declared, ...(declared.secret ? { secret: places(declared.secret) } : {}) } }
        : {}),
    };
  },
  // 2 to 3: the declaration is kept as one text, since Pulumi takes long over values with many parts.
  (values) => values,
];

/** The shape of the states that this version writes. */
export const VERSION = migrations.length + 1;

/**
 * A state, or registered arguments, as this version keeps them.
 *
 * Arguments tell no version: each migration leaves what is of a newer one as it is.
 *
 * @throws FlowError for a state that a newer version of this package has written
 */
export function migrate(values: Values): Values {
  const declared = decode(values.__declared);
  const found = declared ? declared.version : 1;
  if (found === VERSION) return values;
  if (typeof found !== "number" || !Number.isInteger(found) || found < 1 || found > VERSION) {
    throw new FlowError(
      "settings",
      `Its state was written by a newer version of pulumi-flows (state version ${String(found)}): install that one.`,
    );
  }
  const older = declared ? { ...values, __declared: declared } : values;
  const current = migrations.slice(found - 1).reduce((each, next) => next(each), older);
  return declared ? { ...current, __declared: encode({ ...Object(current.__declared), version: VERSION }) } : current;
}

/** What is declared, as the state keeps it. */
export function encode(declared: object): string {
  return sortedJson(declared);
}

/** What was decoded last: one state is asked for its declaration many times in a row. */
let last: { readonly kept: string; readonly declared: Values } | undefined;

/**
 * What a state says is declared, in whichever form a version kept it; `undefined` where it says nothing of it.
 *
 * @throws FlowError for a text that cannot be read: to take it for nothing would forget account and secrets
 */
export function decode(kept: unknown): Values | undefined {
  if (typeof kept !== "string") return isObject(kept) ? kept : undefined;
  if (kept === last?.kept) return last.declared;
  try {
    const declared: unknown = JSON.parse(kept);
    if (isObject(declared)) {
      last = { kept, declared };
      return declared;
    }
  } catch {
    // Told below.
  }
  throw new FlowError(
    "settings",
    "Its state cannot be read: somebody has edited `__declared` by hand. Restore it from an earlier `pulumi stack export`.",
  );
}
