import { FlowError } from "./errors";
import { isObject, type Values } from "./values";

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
  const declared = isObject(values.__declared) ? values.__declared : undefined;
  const found = declared ? declared.version : 1;
  if (typeof found !== "number" || !Number.isInteger(found) || found < 1 || found > VERSION) {
    throw new FlowError(
      "settings",
      `Its state was written by a newer version of pulumi-flows (state version ${String(found)}): install that one.`,
    );
  }
  const current = migrations.slice(found - 1).reduce((older, next) => next(older), values);
  return declared ? { ...current, __declared: { ...Object(current.__declared), version: VERSION } } : current;
}
