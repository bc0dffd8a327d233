import { createHash } from "node:crypto";
import { isRecord } from "./description";
import type { HumanloopSwitches } from "./humanloop-switches";

/** What a version is: attributes of equal text are one version. */
export function contentOf(attributes: object, equality: HumanloopSwitches["humanloopEquality"]): string {
  return JSON.stringify(equality === "text" ? attributes : sorted(attributes, equality === "nullsDropped"));
}

/** As long as the ids in the vendor's samples. */
export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 22);

function sorted(value: unknown, withoutNulls: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item, withoutNulls));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => !withoutNulls || member !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member, withoutNulls)]),
  );
}
