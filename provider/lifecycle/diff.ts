import { isDeepStrictEqual as isEqual } from "node:util";
import { revivals, rulesOf, sameMeaning } from "./canonical";
import type { FlowType } from "./flow-type";
import { declarationOf, declare, SECRETS } from "./state";
import { containsUnknown, type Values } from "./values";

/** What would change, and which of it needs a new flow. */
export interface Difference {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
}

/**
 * Compares a state with checked arguments, by meaning and only in what the program declares. Pure.
 *
 * What the program declares is itself part of the comparison: to stop or to start managing a field is a change, even
 * where no value differs, since the state must record it.
 */
export function diff(type: FlowType, state: Values, inputs: Values): Difference {
  const before = declarationOf(state);
  const after = declare(type, inputs, before?.account ?? "");
  const ended = revivals(type, inputs, state);
  const changed = Object.keys(type.fields.shape).filter((field) => {
    const wanted = inputs[field];
    if (wanted === undefined) return before?.fields.includes(field) || field in ended;
    if (containsUnknown(wanted)) return true;
    return (
      !sameMeaning(type, field, state[field], wanted) ||
      !before?.fields.includes(field) ||
      !isEqual(before.keys[field] ?? [], after.keys[field] ?? [])
    );
  });
  const replaces = changed.filter((field) => {
    const { replaces: isPlace, clear } = rulesOf(type, field);
    const wanted = inputs[field] ?? clear;
    return isPlace && wanted !== undefined && !isEqual(state[field] ?? clear, wanted);
  });
  if (!isEqual(before?.engine, after.engine)) changed.push(...Object.keys({ ...before?.engine, ...after.engine }));
  if (!isEqual(before?.secret, after.secret)) changed.push(SECRETS);
  // An argument may speak to the lifecycle and to the vendor.
  return { changed: [...new Set(changed)], replaces };
}
