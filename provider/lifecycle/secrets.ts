import type { z } from "zod";
import { fitting, memberOf, reaching } from "./fitting";
import { type FlowType, rules } from "./flow-type";
import { isWithin, type PropertyPath } from "./paths";
import { isObject, UNKNOWN, type Values } from "./values";

/** What messages show in place of a secret. */
export const HIDDEN = "[secret]";

/**
 * Where values of a flow hold secrets: what the vendor's fields say, and what the program made secret.
 *
 * @param values registered values
 * @param declared the places that the program made secret
 */
export function secretPaths(type: FlowType, values: Values, declared: readonly PropertyPath[]): PropertyPath[] {
  const found = Object.entries(type.fields.shape).flatMap(([field, schema]) =>
    secretsWithin(schema, values[field], [field]),
  );
  return [...found, ...declared.filter((path) => !found.some((outer) => isWithin(path, outer)))];
}

const mayHoldSecrets = reaching((schema) => rules.get(schema)?.secret !== undefined);

function secretsWithin(schema: z.ZodType, value: unknown, at: PropertyPath): PropertyPath[] {
  if (value === undefined || value === UNKNOWN || !mayHoldSecrets(schema)) return [];
  if (isSecret(schema, value)) return [at];
  const found = fitting(schema, value);
  if (!found) return [];
  if (isSecret(found, value)) return [at];
  if (!isObject(value) && !Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const inner = memberOf(found, key);
    return inner ? secretsWithin(inner, member, [...at, key]) : [];
  });
}

function isSecret(schema: z.ZodType, value: unknown): boolean {
  const { secret } = rules.get(schema) ?? {};
  return typeof secret === "function" ? secret(value) : secret === true;
}

/** A copy of what stands at a path, with every secret in it hidden. */
export function redacted(value: unknown, at: PropertyPath, secrets: readonly PropertyPath[]): unknown {
  return replaceSecrets(value, at, secrets, () => HIDDEN);
}

/** A copy of what stands at a path, with something else in place of every secret in it. */
export function replaceSecrets(
  value: unknown,
  at: PropertyPath,
  secrets: readonly PropertyPath[],
  replace: (secret: unknown) => unknown,
): unknown {
  if (value === undefined || value === UNKNOWN || !secrets.some((path) => isWithin(path, at) || isWithin(at, path)))
    return value;
  if (secrets.some((path) => isWithin(at, path))) return replace(value);
  const inner = (key: string, member: unknown) => replaceSecrets(member, [...at, key], secrets, replace);
  if (Array.isArray(value)) return value.map((item, index) => inner(String(index), item));
  // A secret that was said to be in it can no longer be told apart.
  if (!isObject(value)) return replace(value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inner(key, member)]));
}

/** Shorter texts stand in too many words to be taken for the secret; Pulumi leaves them, too. */
const SHORTEST_SECRET = 4;

/** Whether a value is one of these secrets, as a text of its own. */
export function isOneOf(secrets: readonly unknown[], value: unknown): boolean {
  return typeof value === "string" && value.length >= SHORTEST_SECRET && secrets.includes(value);
}

/** A message without the texts in these secrets, also where they are quoted as JSON. */
export function withoutSecrets(message: string, secrets: readonly unknown[]): string {
  const texts = secrets
    .flatMap(textsIn)
    .filter(({ length }) => length >= SHORTEST_SECRET)
    // As it is, as JSON quotes it, and as messages put a vendor's words on one line.
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1), text.replace(/\s+/g, " ").trim()])
    .sort((a, b) => b.length - a.length);
  const whole = texts.reduce((shown, text) => shown.replaceAll(text, HIDDEN), message);
  return whole.includes("…") ? texts.reduce(withoutBeginning, whole) : whole;
}

/** A copy of a value whose texts, also the names of members, are without these secrets. */
export function withoutSecretTexts(value: unknown, secrets: readonly unknown[]): unknown {
  if (typeof value === "string") return withoutSecrets(value, secrets);
  if (Array.isArray(value)) return value.map((item) => withoutSecretTexts(item, secrets));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [withoutSecrets(key, secrets), withoutSecretTexts(member, secrets)]),
  );
}

/** Hides the beginning of a secret where a message was cut in the midst of it. */
function withoutBeginning(message: string, secret: string): string {
  return message
    .split("…")
    .map((part, index, parts) => {
      if (index === parts.length - 1) return part;
      for (let length = Math.min(secret.length, part.length); length >= SHORTEST_SECRET; length--) {
        if (part.endsWith(secret.slice(0, length))) return part.slice(0, -length) + HIDDEN;
      }
      return part;
    })
    .join("…");
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
