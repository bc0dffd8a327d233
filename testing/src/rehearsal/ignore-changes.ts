import { isObject, isSecret, type Properties, type Value } from "./values";

/** Splits `meta.y["a b"][0].*` into its steps. */
export function parsePropertyPath(path: string): string[] {
  const steps = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\*|\d+)\]|\.?([^.[\]]+)/g);
  return [...steps].map(([, quoted, index, plain]) => quoted ?? index ?? plain ?? "");
}

/** The inputs with the former value at every path of `ignoreChanges`, or without, where there was none. */
export function applyIgnoreChanges(paths: string[], former: Properties | undefined, inputs: Properties): Properties {
  const result = structuredClone(inputs);
  for (const path of paths) restore(parsePropertyPath(path), former, result);
  return result;
}

function restore([step, ...rest]: string[], former: Value | undefined, next: Value): void {
  const before = unwrap(former);
  const after = unwrap(next);
  if (step === undefined || !isContainer(after)) return;
  const keys = step === "*" ? new Set([...keysOf(before), ...Object.keys(after)]) : [step];
  for (const key of keys) {
    const was = isContainer(before) ? before[key] : undefined;
    const is = after[key];
    if (rest.length > 0) {
      if (was !== undefined && is !== undefined) restore(rest, was, is);
    } else if (was !== undefined) after[key] = structuredClone(was);
    else delete after[key];
  }
}

function unwrap(value: Value | undefined): Value | undefined {
  return isSecret(value) ? value.value : value;
}

/** Arrays too: their indices are keys. */
function isContainer(value: Value | undefined): value is Properties {
  return isObject(value) || Array.isArray(value);
}

function keysOf(value: Value | undefined): string[] {
  return isContainer(value) ? Object.keys(value) : [];
}
