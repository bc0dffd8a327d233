import { isDeepStrictEqual as isEqual } from "node:util";
import { canonicalOf } from "./canonical";
import type { FlowType } from "./flow-type";
import { differingPaths, type PropertyPath, valueAt } from "./paths";
import { secretPaths } from "./secrets";

/** A place in which two values differ, and what stands there in each; `undefined` for nothing. */
export interface Place {
  readonly path: PropertyPath;
  readonly a: unknown;
  readonly b: unknown;
}

/**
 * Where two values of a field differ, in the form in which they are compared. A place within a secret of the vendor's or
 * of the program's is the secret's own: its names are secret as well.
 *
 * @param declared where the program has secrets
 */
export function placesThatDiffer(
  type: FlowType,
  field: string,
  a: unknown,
  b: unknown,
  declared: readonly PropertyPath[],
): Place[] {
  const before = { [field]: canonicalOf(type, field, a) };
  const after = { [field]: canonicalOf(type, field, b) };
  if (isEqual(before, after)) return [];
  // The normal form of a list may have other places than the list.
  const listed = Array.isArray(a) || Array.isArray(b);
  const paths = listed ? [[field]] : differingPaths(before[field], after[field], [field]);
  const secrets = [before, after].flatMap((values) => secretPaths(type, values, declared));
  const outermost = (path: PropertyPath) =>
    path.map((_, index) => path.slice(0, index + 1)).find((each) => secrets.some((secret) => isEqual(secret, each)));
  const told = new Map(paths.map((path) => outermost(path) ?? path).map((path) => [JSON.stringify(path), path]));
  return [...told.values()].map((path) => {
    // What differs as a whole is shown as it is written.
    const whole = path.length === 1;
    return { path, a: whole ? a : valueAt(before, path), b: whole ? b : valueAt(after, path) };
  });
}
