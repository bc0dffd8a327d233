import escapeHtml from "lodash/escape";
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

/** Whether a text holds one of these secrets, in whatever form. */
export function showsOneOf(secrets: readonly unknown[], value: unknown): boolean {
  return secrets.length > 0 && typeof value === "string" && withoutSecrets(value, secrets) !== value;
}

/** From so many characters on the beginning of a secret is hidden too: vendors name a key by how it begins. */
const TELLING_BEGINNING = 12;

/**
 * A message without the texts in these secrets: as they are, as a vendor quotes or encodes them, and where only their
 * beginning is shown.
 */
export function withoutSecrets(message: string, secrets: readonly unknown[]): string {
  const forms = formsIn(secrets);
  // What is long goes first: a short one may stand within it, and would hide how it begins.
  const whole = forms.reduce((shown, form) => shown.replaceAll(form, HIDDEN), withoutBeginnings(message, forms));
  return withoutCut(whole, forms);
}

const knownForms = new WeakMap<readonly unknown[], readonly string[]>();

/** Every form in which a message may show these secrets, the longest first. */
function formsIn(secrets: readonly unknown[]): readonly string[] {
  const known = knownForms.get(secrets);
  if (known) return known;
  const texts = secrets.flatMap(textsIn).flatMap((text) => [text, ...credentialIn(text)]);
  const forms = new Set(texts.filter(({ length }) => length >= SHORTEST_SECRET).flatMap(formsOf));
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  knownForms.set(secrets, sorted);
  return sorted;
}

/** The credential behind a scheme, which a vendor may show without it. */
function credentialIn(text: string): string[] {
  const found = /^(?:Bearer|Basic|Token|ApiKey)\s+(\S.*)$/i.exec(text)?.[1];
  return found === undefined ? [] : [found];
}

function formsOf(text: string): string[] {
  const quoted = (each: string) => JSON.stringify(each).slice(1, -1);
  const encoded = /\p{Surrogate}/u.test(text) ? [] : [encodeURIComponent(text)];
  const bytes = Buffer.from(text);
  const forScripts = (each: string) => each.replace(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
  return [
    text,
    quoted(text),
    // JSON in a text of JSON.
    quoted(quoted(text)),
    // As languages write JSON that is to stand in HTML, or in a script.
    quoted(text).replaceAll("/", "\\/"),
    forScripts(quoted(text)),
    forScripts(quoted(text).replaceAll("/", "\\/")),
    escapeHtml(text),
    // As messages put a vendor's words on one line.
    text.replace(/\s+/g, " ").trim(),
    ...encoded,
    ...encoded.map((each) => each.replaceAll("%20", "+")),
    ...encoded.map((each) => each.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url"),
  ].filter(({ length }) => length >= SHORTEST_SECRET);
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

/**
 * Hides where a message shows so much of a secret's beginning that it tells. Where it goes on in a spelling that nobody foresaw,
 * all of the word is hidden.
 */
function withoutBeginnings(message: string, forms: readonly string[]): string {
  const long = forms.filter(({ length }) => length > TELLING_BEGINNING);
  const beginnings = new Set(long.map((form) => form.slice(0, TELLING_BEGINNING)));
  return [...beginnings].reduce((shown, beginning) => {
    if (!shown.includes(beginning)) return shown;
    const rests = long.filter((form) => form.startsWith(beginning)).map((form) => form.slice(TELLING_BEGINNING));
    const [before, ...parts] = shown.split(beginning);
    const hidden = parts.map((part) => HIDDEN + afterRest(part, rests));
    return [before, ...hidden].join("");
  }, message);
}

/** What follows on the rest of a secret, of which these are the possible ones. */
function afterRest(text: string, rests: readonly string[]): string {
  const shared = rests.map((rest) => sharedLength(text, rest));
  const after = text.slice(Math.max(...shared));
  const isWhole = rests.some((rest) => text.startsWith(rest) && after === text.slice(rest.length));
  const isEscaped = rests.some(
    (rest, index) => /^[\\&%]/.test(text.slice(shared[index])) && /^\W/.test(rest.slice(shared[index])),
  );
  return !isWhole && isEscaped ? after.replace(/^\S+/, "") : after;
}

/** How many characters two texts begin with in common. */
function sharedLength(a: string, b: string): number {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  return shared;
}

/** Hides the beginning of a secret where a message was cut in the midst of it. */
function withoutCut(message: string, forms: readonly string[]): string {
  const parts = message.split(/(\s?(?:…|\.{3}))/);
  return parts
    .map((part, index) => {
      if (index % 2 === 1 || index === parts.length - 1) return part;
      const shown = Math.max(0, ...forms.map((form) => lengthOfBeginning(form, part)));
      return shown === 0 ? part : part.slice(0, -shown) + HIDDEN;
    })
    .join("");
}

/** How much of the beginning of a secret a text ends with. */
function lengthOfBeginning(secret: string, text: string): number {
  const least = secret.slice(0, SHORTEST_SECRET);
  for (let at = text.indexOf(least, text.length - secret.length); at >= 0; at = text.indexOf(least, at + 1))
    if (secret.startsWith(text.slice(at))) return text.length - at;
  return 0;
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value, ...textsIn(parsed(value))];
  if (typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** What a text of JSON says: headers may be written so. */
function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
