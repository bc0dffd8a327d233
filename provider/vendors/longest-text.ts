import { HIDDEN } from "../lifecycle/secrets";
import { isObject, UNKNOWN } from "../lifecycle/values";

/** What a step says: the longest text of several words in a value, or else the longest one. Empty where there is none. */
export function longestText(value: unknown): string {
  const texts = textsIn(value);
  const sentences = texts.filter((text) => /\S\s+\S/.test(text));
  return (sentences.length > 0 ? sentences : texts).reduce((a, b) => (b.length > a.length ? b : a), "");
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return value === HIDDEN || value === UNKNOWN ? [] : [value];
  const members = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return members.flatMap(textsIn);
}
