import { isDeepStrictEqual } from "node:util";

/** A property value: JSON, with the wire's markers for secrets and unknowns. */
export type Value = null | boolean | number | string | Value[] | Properties;

/** The properties of a resource. */
export interface Properties {
  [key: string]: Value;
}

/** The key by which Pulumi marks every value that is more than JSON. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
/** The signature of a secret. */
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
/** What stands for a value that is known only after an `up`. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isObject(value: unknown): value is Properties {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Is this Pulumi's envelope around a secret? In memory it holds `value`, in a file `ciphertext` or `plaintext`. */
export function isSecret(value: unknown): value is Properties {
  return isObject(value) && value[SIGNATURE] === SECRET;
}

export function isUnknown(value: unknown): boolean {
  return value === UNKNOWN;
}

export function makeSecret(value: Value): Properties {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value: reveal(value) };
}

/** Rebuilds a value; where `visit` answers something, that takes the place of what it was shown. */
export function mapValue(value: Value, visit: (value: Value, path: string) => Value | undefined, path = ""): Value {
  const replaced = visit(value, path);
  if (replaced !== undefined) return replaced;
  if (Array.isArray(value)) return value.map((each, index) => mapValue(each, visit, `${path}[${index}]`));
  if (isObject(value)) return mapProperties(value, visit, path);
  return value;
}

/** {@link mapValue} for the members of an object. */
export function mapProperties(
  properties: Properties,
  visit: (value: Value, path: string) => Value | undefined,
  path = "",
): Properties {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, mapValue(value, visit, `${path}.${key}`)]));
}

/** Is there a value anywhere inside that passes the test? */
export function contains(value: unknown, test: (value: unknown) => boolean): boolean {
  if (test(value)) return true;
  return value !== null && typeof value === "object" && Object.values(value).some((each) => contains(each, test));
}

/** Secrets in clear, as a provider gets them: the dynamic provider's protocol has no secrets. */
export function reveal(value: Value): Value {
  return mapValue(value, (each) => (isSecret(each) ? reveal(each.value ?? null) : undefined));
}

/** {@link reveal} for properties. */
export function revealAll(properties: Properties): Properties {
  return mapProperties(properties, (each) => (isSecret(each) ? reveal(each.value ?? null) : undefined));
}

/** What may be shown: no secret, and a word for what is unknown. */
export function mask(value: Value): Value {
  return mapValue(value, (each) => (isSecret(each) ? "[secret]" : isUnknown(each) ? "[unknown]" : undefined));
}

/** {@link mask} for properties, with unknowns as Pulumi writes them. */
export function hideSecrets(properties: Properties): Properties {
  return mapProperties(properties, (each) => (isSecret(each) ? "[secret]" : undefined));
}

/** Equal as JSON, secrets compared by what they hold. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return isDeepStrictEqual(reveal(a), reveal(b));
}

/**
 * Marks as secret what the provider answered for a property that was secret when it was asked: the provider's
 * protocol loses the marks, and the engine puts them back by name.
 */
export function annotateSecrets(answered: Properties, asked: Properties): Properties {
  const marked = { ...answered };
  for (const [key, before] of Object.entries(asked)) {
    const after = marked[key];
    if (after === undefined || isSecret(after)) continue;
    if (isObject(after) && isObject(before) && !isSecret(before)) marked[key] = annotateSecrets(after, before);
    else if (contains(before, isSecret)) marked[key] = makeSecret(after);
  }
  return marked;
}
