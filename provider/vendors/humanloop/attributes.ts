import type { Problem } from "../../lifecycle/flow-type";
import { isObject, UNKNOWN } from "../../lifecycle/values";

/** Members that belong beside the attributes, where the vendor's own sample puts them by mistake. */
const MISPLACED: Readonly<Record<string, string>> = {
  version_name: "versionName",
  version_description: "versionDescription",
};

/** A date with a time, as standards and libraries write it. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\d{8}T\d{4}|\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d)/;
/** Milliseconds since 1970 in the years 2017 to 2049. */
const EPOCH = /^(1[5-9]|2[0-4])\d{11}$/;
const COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/i;

/** What would make a new version at every run. */
export function attributeDoubts(attributes: unknown): Problem[] {
  return doubtsIn(attributes, ["attributes"]);
}

function doubtsIn(value: unknown, at: readonly PropertyKey[]): Problem[] {
  if (value === UNKNOWN) return [];
  if (typeof value === "string" || typeof value === "number") {
    const text = String(value);
    const isTime = TIMESTAMP.test(text) || EPOCH.test(text);
    const kind = isTime ? "a timestamp" : COMMIT.test(text) ? "the id of a commit" : undefined;
    if (!kind) return [];
    const message = `This looks like ${kind}: where it changes at every run, every run makes a version. Say it in versionDescription instead`;
    return [{ path: at, message, warning: true }];
  }
  if (Array.isArray(value)) return value.flatMap((each, index) => doubtsIn(each, [...at, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, each]): Problem[] => {
    const instead = at.length === 1 && Object.hasOwn(MISPLACED, key) ? MISPLACED[key] : undefined;
    if (!instead) return doubtsIn(each, [...at, key]);
    const message = `Within the attributes this becomes a part of the version's content, and names nothing: write ${instead} beside attributes`;
    return [{ path: [...at, key], message, warning: true }];
  });
}
