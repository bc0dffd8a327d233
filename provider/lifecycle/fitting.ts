import { z } from "zod";
import { keyings } from "./flow-type";
import { isObject, type Values } from "./values";

/** The schema behind optional and union wrappers that fits the value's shape. */
export function fitting(schema: z.ZodType, value: unknown): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    const inner = schema.unwrap();
    return inner instanceof z.ZodType ? fitting(inner, value) : undefined;
  }
  if (schema instanceof z.ZodUnion) {
    for (const option of schema.options) {
      const found = option instanceof z.ZodType ? fitting(option, value) : undefined;
      if (found) return found;
    }
    return undefined;
  }
  if (schema instanceof z.ZodObject) return isObject(value) && hasLiteralsOf(schema, value) ? schema : undefined;
  if (schema instanceof z.ZodRecord) return isObject(value) ? schema : undefined;
  // A keyed list may already be a map.
  if (schema instanceof z.ZodArray)
    return Array.isArray(value) || (keyings.has(schema) && isObject(value)) ? schema : undefined;
  if (schema instanceof z.ZodUnknown) return schema;
  return isObject(value) || Array.isArray(value) ? undefined : schema;
}

/** Whether the members that tell the forms of a union apart are this form's. */
function hasLiteralsOf(schema: z.ZodObject, value: Values): boolean {
  return Object.entries(schema.shape).every(
    ([key, member]) =>
      !(member instanceof z.ZodLiteral) ||
      value[key] === undefined ||
      [...member.values].some((literal) => literal === value[key]),
  );
}

/** Tells whether a schema, or any inside it, is one of these: what has none need not be walked through, however large. */
export function reaching(isOne: (schema: z.ZodType) => boolean): (schema: z.ZodType) => boolean {
  const known = new WeakMap<z.ZodType, boolean>();
  const reaches = (schema: z.ZodType): boolean => {
    const before = known.get(schema);
    if (before !== undefined) return before;
    const found = isOne(schema) || schemasIn(schema).some(reaches);
    known.set(schema, found);
    return found;
  };
  return reaches;
}

function schemasIn(schema: z.ZodType): z.ZodType[] {
  const inner =
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
      ? [schema.unwrap()]
      : schema instanceof z.ZodUnion
        ? schema.options
        : schema instanceof z.ZodObject
          ? Object.values(schema.shape)
          : schema instanceof z.ZodRecord
            ? [schema.valueType]
            : schema instanceof z.ZodArray
              ? [schema.element]
              : [];
  return inner.filter((each) => each instanceof z.ZodType);
}

/** The schema of a member of an object, or of an item of a list in either form. */
export function memberOf(schema: z.ZodType, key: string): z.ZodType | undefined {
  const inner =
    schema instanceof z.ZodObject
      ? schema.shape[key]
      : schema instanceof z.ZodRecord
        ? schema.valueType
        : schema instanceof z.ZodArray
          ? schema.element
          : undefined;
  return inner instanceof z.ZodType ? inner : undefined;
}
