import { isObject, isSecret, mask, type Properties, sameValue, type Value } from "./values";

/** One property that differs; values as they may be shown, secrets as `"[secret]"`. */
export interface PropertyDifference {
  /** As in Pulumi: `definition.nodes["a b"].message`, `tags[0]`. */
  path: string;
  kind: "add" | "delete" | "update";
  before?: unknown;
  after?: unknown;
}

/** What differs between two sets of properties, without those that are internal as in Pulumi (`__provider`); objects are compared by key, arrays by position. */
export function differences(before: Properties, after: Properties): PropertyDifference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !key.startsWith("__"));
  return keys.flatMap((key) => compare(joinPath("", key), before[key], after[key]));
}

function compare(path: string, before: Value | undefined, after: Value | undefined): PropertyDifference[] {
  if (sameValue(before, after)) return [];
  if (before === undefined) return [{ path, kind: "add", after: mask(after ?? null) }];
  if (after === undefined) return [{ path, kind: "delete", before: mask(before) }];
  if (isSecret(before) || isSecret(after)) return [{ path, kind: "update", before: "[secret]", after: "[secret]" }];
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => compare(`${path}[${index}]`, before[index], after[index])).flat();
  }
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => compare(joinPath(path, key), before[key], after[key]));
  }
  return [{ path, kind: "update", before: mask(before), after: mask(after) }];
}

function joinPath(path: string, key: string): string {
  if (!/^[^.[\]"\s]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
