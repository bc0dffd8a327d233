import isPlainObject from "lodash/isPlainObject";

/** Named values: arguments, observed fields or state, in the product's own names. */
export type Values = Record<string, unknown>;

/** What Pulumi puts in place of a value that a preview cannot know yet, at any depth. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value is, or contains, one that this preview cannot know. */
export function containsUnknown(value: unknown): boolean {
  return contains(value, UNKNOWN);
}

/** Whether a value is this text, or holds it anywhere. */
export function contains(value: unknown, text: string): boolean {
  if (value === text) return true;
  if (Array.isArray(value)) return value.some((each) => contains(each, text));
  return isObject(value) && Object.values(value).some((each) => contains(each, text));
}

/** A plain object: not an array, not an instance of a class (a Pulumi output, a promise). */
export function isObject(value: unknown): value is Values {
  // Nearly all that is looked at is a primitive, a list or of this very prototype, and the library takes much longer to say so.
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.getPrototypeOf(value) === Object.prototype || isPlainObject(value);
}

/** The members whose value is not `undefined`; Pulumi's wire format has no `undefined`. */
export function defined(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** The members with these names. */
export function only(values: Values, names: readonly string[]): Values {
  // Not lodash: it drops names such as "constructor", which are names like any other here.
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

/** A value as JSON in which equal values have equal texts, whatever the order of their keys. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    isObject(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}

/** The same members with other values. */
export function mapMembers(values: Values, turn: (value: unknown, name: string) => unknown): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, turn(value, name)]));
}
