import { createHash } from "node:crypto";
import { isDeepStrictEqual as isEqual } from "node:util";
import { z } from "zod";
import { type FieldRules, type FlowType, rules } from "./flow-type";
import { isObject, only, sortedJson, type Values } from "./values";

/** The lifecycle's rules of one field, attached to its schema or to what its optional schema wraps. */
export function rulesOf(type: FlowType, field: string): FieldRules {
  const schema = type.fields.shape[field];
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return (schema && rules.get(schema)) ?? (inner instanceof z.ZodType ? rules.get(inner) : undefined) ?? {};
}

/** The normal form of a field's value. A missing value means what the vendor holds when there is none. */
export function canonicalOf(type: FlowType, field: string, value: unknown): unknown {
  const { canonical = (same: unknown) => same, clear } = rulesOf(type, field);
  return canonical(value ?? clear);
}

/** Whether two values of a field mean the same. */
export function sameMeaning(type: FlowType, field: string, a: unknown, b: unknown): boolean {
  return isEqual(a, b) || isEqual(canonicalOf(type, field, a), canonicalOf(type, field, b));
}

/** A short mark of a value that is not kept, equal for values that are equal but for the order of their keys. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(sortedJson(value)).digest("hex").slice(0, 16);
}

/** The part of an observed value that the program answers for: all of it, or only the keys that it wrote. */
export function owned(type: FlowType, field: string, observed: unknown, keys: readonly string[]): unknown {
  if (rulesOf(type, field).owns !== "writtenKeys" || !isObject(observed)) return observed;
  return only(observed, keys);
}

/** The keys of a field that the program wrote, where the field is owned by key. */
export function writtenKeys(type: FlowType, field: string, value: unknown): string[] {
  return rulesOf(type, field).owns === "writtenKeys" && isObject(value) ? Object.keys(value).sort() : [];
}

/** The fields in which `observed` differs from `wanted`, among those that `wanted` has. */
export function differing(type: FlowType, wanted: Values, observed: Values): string[] {
  return Object.keys(wanted).filter((field) => !sameMeaning(type, field, wanted[field], observed[field]));
}

/** What brings back a flow that has ended at the vendor, in the fields of which the program says nothing. */
export function revivals(type: FlowType, wanted: Values, observed: Values): Values {
  return Object.fromEntries(
    Object.keys(type.fields.shape).flatMap((field) => {
      const { ends } = rulesOf(type, field);
      return ends && wanted[field] === undefined && isEqual(observed[field], ends.value) ? [[field, ends.revived]] : [];
    }),
  );
}

/** Whether the vendor tells a field: where it does not, the field can only be compared with what was last sent. */
export function isTold(type: FlowType, field: string, observed: Values): boolean {
  return !rulesOf(type, field).writeOnly && observed[field] !== undefined;
}

/** The fields among values that also hold engine arguments and outputs. */
export function fieldsOf(type: FlowType, values: Values): Values {
  return only(values, Object.keys(type.fields.shape));
}

/** The fields among values that the vendor tells, so that they can be compared. */
export function readable(type: FlowType, values: Values, observed: Values): Values {
  return only(
    values,
    Object.keys(type.fields.shape).filter((field) => isTold(type, field, observed)),
  );
}
