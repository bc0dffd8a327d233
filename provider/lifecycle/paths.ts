import { isDeepStrictEqual as isEqual } from "node:util";
import { isObject, UNKNOWN } from "./values";

/** A way into values of a flow: field, then keys; places in lists as numbers. */
export type PropertyPath = readonly string[];

/** What stands at a path; `undefined` where it leads nowhere. What is within an unknown is unknown. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const step of path) {
    if (at === UNKNOWN) return UNKNOWN;
    at = typeof at === "object" && at !== null && Object.hasOwn(at, step) ? Reflect.get(at, step) : undefined;
  }
  return at;
}

/** Whether a path is, or leads into, what another one names. */
export function isWithin(path: PropertyPath, outer: PropertyPath): boolean {
  return outer.every((step, index) => path[index] === step);
}

/** Where in a value something stands that fits. What fits is not looked into. */
export function placesOf(value: unknown, fits: (found: unknown) => boolean, at: PropertyPath = []): PropertyPath[] {
  if (fits(value)) return [at];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => placesOf(member, fits, [...at, key]));
}

/** The innermost places where two values differ: objects are compared by key, everything else as a whole. */
export function differingPaths(a: unknown, b: unknown, at: PropertyPath = []): PropertyPath[] {
  if (isEqual(a, b)) return [];
  if (!isObject(a) || !isObject(b)) return [at];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => differingPaths(valueAt(a, [key]), valueAt(b, [key]), [...at, key]));
}

/** A path for messages: items of lists are named by their `name` or `id` where they have one. */
export function showPath(path: readonly PropertyKey[], value: unknown): string {
  let shown = "";
  let at = value;
  for (const step of path) {
    const next: unknown = isObject(at) || Array.isArray(at) ? Reflect.get(at, step) : undefined;
    if (typeof step === "number") {
      const name = isObject(next) ? (next.name ?? next.id) : undefined;
      shown += typeof name === "string" && name !== "" && name !== UNKNOWN ? `[${JSON.stringify(name)}]` : `[${step}]`;
    } else if (/^[A-Za-z_$][\w$]*$/.test(String(step))) {
      shown += shown === "" ? String(step) : `.${String(step)}`;
    } else {
      shown += `[${JSON.stringify(String(step))}]`;
    }
    at = next;
  }
  return shown;
}
