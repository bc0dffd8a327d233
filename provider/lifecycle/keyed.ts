import { z } from "zod";
import { type FlowType, type Keying, keyings } from "./flow-type";
import { isObject, UNKNOWN, type Values } from "./values";

/** Items are objects told apart by one of their members, and their order has no meaning. */
export function keyedBy(member: string): Keying {
  return {
    toMap(items) {
      const map = new Map<string, unknown>();
      for (const item of items) {
        if (!isObject(item)) return undefined;
        const { [member]: key, ...rest } = item;
        if (typeof key !== "string" || key === "" || key === UNKNOWN || key === "__proto__" || map.has(key))
          return undefined;
        map.set(key, rest);
      }
      return Object.fromEntries(map);
    },
    toList: (map) =>
      Object.keys(map)
        .sort()
        .map((key) => {
          const value = map[key];
          return isObject(value) ? { [member]: key, ...value } : value;
        }),
  };
}

/** A value as it is registered and kept in state: lists with identity become maps. What cannot be keyed stays as written. */
export function toRegistered(schema: z.ZodType, value: unknown): unknown {
  return rewrite(
    schema,
    value,
    (keying, items) => (Array.isArray(items) ? (keying.toMap(items) ?? items) : items),
    "after",
  );
}

/** The same value as the program and the vendor write it: with lists. */
export function fromRegistered(schema: z.ZodType, value: unknown): unknown {
  return rewrite(schema, value, (keying, map) => (isObject(map) ? keying.toList(map) : map), "before");
}

/** Values of a flow in the form in which they are registered and kept. What is no field stays as it is. */
export function registeredForm(type: FlowType, values: Values): Values {
  return byField(type, values, toRegistered);
}

/** Values of a flow as the program and the vendor write them. What is no field stays as it is. */
export function programForm(type: FlowType, values: Values): Values {
  return byField(type, values, fromRegistered);
}

function byField(type: FlowType, values: Values, turn: (schema: z.ZodType, value: unknown) => unknown): Values {
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => {
      const schema = type.fields.shape[field];
      return [field, schema ? turn(schema, value) : value];
    }),
  );
}

/** Walks value and schema together; `when` says whether a keyed list is turned before or after its items are. */
function rewrite(
  schema: z.ZodType,
  value: unknown,
  turn: (keying: Keying, value: unknown) => unknown,
  when: "before" | "after",
): unknown {
  const found = fitting(schema, value);
  const keying = found && keyings.get(found);
  const turned = keying && when === "before" ? turn(keying, value) : value;
  let walked = turned;
  if (found instanceof z.ZodObject && isObject(turned)) {
    walked = Object.fromEntries(
      Object.entries(turned).map(([key, member]) => {
        const inner = found.shape[key];
        return [key, inner ? rewrite(inner, member, turn, when) : member];
      }),
    );
  } else if (found instanceof z.ZodArray && Array.isArray(turned)) {
    const element = found.element;
    if (element instanceof z.ZodType) walked = turned.map((item) => rewrite(element, item, turn, when));
  }
  return keying && when === "after" ? turn(keying, walked) : walked;
}

/** The schema behind optional and union wrappers that fits the value's shape. */
function fitting(schema: z.ZodType, value: unknown): z.ZodType | undefined {
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
  if (schema instanceof z.ZodObject) return isObject(value) ? schema : undefined;
  // A keyed list may already be a map.
  if (schema instanceof z.ZodArray)
    return Array.isArray(value) || (keyings.has(schema) && isObject(value)) ? schema : undefined;
  return isObject(value) || Array.isArray(value) ? undefined : schema;
}

/** A path for messages: items of lists are named by their `name` or `id` where they have one. */
export function showPath(path: readonly PropertyKey[], value: unknown): string {
  let shown = "";
  let at = value;
  for (const step of path) {
    const next: unknown = isObject(at) || Array.isArray(at) ? Reflect.get(at, step) : undefined;
    if (typeof step === "number") {
      const name = isObject(next) ? (next.name ?? next.id) : undefined;
      shown += typeof name === "string" && name !== "" ? `[${JSON.stringify(name)}]` : `[${step}]`;
    } else if (/^[A-Za-z_$][\w$]*$/.test(String(step))) {
      shown += shown === "" ? String(step) : `.${String(step)}`;
    } else {
      shown += `[${JSON.stringify(String(step))}]`;
    }
    at = next;
  }
  return shown;
}
