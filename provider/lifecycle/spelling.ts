import { isDeepStrictEqual as isEqual } from "node:util";
import { valueAt } from "./paths";
import { isObject, type Values } from "./values";

/** A value beside its normal form. */
interface Spelled {
  readonly value: unknown;
  readonly canonical: unknown;
}

/**
 * An observed value, spelled as the program spells it wherever both mean the same, so that a refresh shows what
 * changed and nothing else. What the program did not write takes its normal form, without the vendor's additions.
 */
export function respelled(observed: Spelled, written: Spelled): unknown {
  if (isEqual(observed.canonical, written.canonical)) return written.value;
  const forms = [observed.value, observed.canonical, written.value, written.canonical];
  return forms.every(isObject) ? respelledByKey(observed, written) : observed.value;
}

function respelledByKey(observed: Spelled, written: Spelled): Values {
  const result = new Map<string, unknown>();
  for (const key of Object.keys({ ...Object(observed.value), ...Object(observed.canonical) })) {
    const canonical = valueAt(observed.canonical, [key]);
    const wanted = valueAt(written.canonical, [key]);
    // Left out by the normal form: an addition of the vendor's.
    if (canonical === undefined) continue;
    if (!Object.hasOwn(Object(written.value), key)) {
      if (!isEqual(canonical, wanted)) result.set(key, canonical);
      continue;
    }
    const value = valueAt(observed.value, [key]) ?? canonical;
    result.set(key, respelled({ value, canonical }, { value: valueAt(written.value, [key]), canonical: wanted }));
  }
  // Written by the program, and without meaning: it stays as written.
  for (const [key, value] of Object.entries(Object(written.value)))
    if (valueAt(written.canonical, [key]) === undefined && !result.has(key)) result.set(key, value);
  return Object.fromEntries(result);
}
