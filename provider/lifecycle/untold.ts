import { valueAt } from "./paths";
import { defined, isObject, type Values } from "./values";

/**
 * What `observe` puts where the vendor says that there is a value, and never which: a token, the value of a secret. It
 * is compared with what was last sent.
 */
export const UNTOLD = Symbol("untold");

/** A copy of observed values with what was last sent in place of what the vendor does not tell. */
export function withUntold(observed: Values, sent: unknown): Values {
  const told = (value: unknown, known: unknown): unknown => {
    if (value === UNTOLD) return known;
    if (Array.isArray(value)) return value.map((item, index) => told(item, valueAt(known, [index])));
    return isObject(value) ? withUntold(value, known) : value;
  };
  const entries = Object.entries(observed).map(([key, value]) => [key, told(value, valueAt(sent, [key]))] as const);
  return defined(Object.fromEntries(entries));
}
