import { isDeepStrictEqual as isEqual } from "node:util";
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
  const [seen, meant, wrote, meantByProgram] = [
    observed.value,
    observed.canonical,
    written.value,
    written.canonical,
  ].map((each) => (isObject(each) ? each : {}));
  const at = (values: Values | undefined, key: string) =>
    values && Object.hasOwn(values, key) ? values[key] : undefined;
  const result = new Map<string, unknown>();
  for (const key of Object.keys({ ...seen, ...meant })) {
    const canonical = at(meant, key);
    const wanted = at(meantByProgram, key);
    // Left out by the normal form: an addition of the vendor's.
    if (canonical === undefined) continue;
    if (!Object.hasOwn(wrote ?? {}, key)) {
      if (!isEqual(canonical, wanted)) result.set(key, canonical);
      continue;
    }
    const value = at(seen, key) ?? canonical;
    result.set(key, respelled({ value, canonical }, { value: at(wrote, key), canonical: wanted }));
  }
  // Written by the program, and without meaning: it stays as written.
  for (const [key, value] of Object.entries(wrote ?? {}))
    if (at(meantByProgram, key) === undefined && !result.has(key)) result.set(key, value);
  return Object.fromEntries(result);
}
