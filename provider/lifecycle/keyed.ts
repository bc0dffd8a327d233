import { z } from "zod";
import { fitting, memberOf, reaching } from "./fitting";
import { type FlowType, type Keying, keyings } from "./flow-type";
import { isObject, UNKNOWN, type Values } from "./values";

/** How each item by itself tells its key. The order of the items has no meaning. */
export interface ItemKeying {
  /** The member that holds the key, where one member does. */
  readonly member?: string;
  /** The key of an item, or `undefined` for an item that has none, or that the map could not hold without loss. */
  keyOf(item: Values): string | undefined;
  /** What stands in the map under the key. */
  toValue(item: Values): unknown;
  /** The item again. */
  toItem(key: string, value: unknown): unknown;
}

/** Items are objects told apart by one of their members. */
export function keyedBy(member: string): ItemKeying {
  return {
    member,
    keyOf: (item) => textAt(item, member),
    toValue({ [member]: _, ...rest }) {
      return rest;
    },
    toItem: (key, value) => (isObject(value) ? { [member]: key, ...value } : value),
  };
}

/** Stands between source and label, and behind the label, of an edge's key. */
const FROM = " --";
const TO = "-->";

/**
 * Items are edges of a graph, of which a node has at most one for each label: registered as `"greet --next-->": "ask"`,
 * or with an object behind the arrow where an edge carries more than its target.
 *
 * @param defaultLabel the label of an edge that names none, or null
 */
export function keyedAsEdges(defaultLabel: string): ItemKeying {
  return {
    keyOf(edge) {
      const source = textAt(edge, "source");
      const label = edge.label === undefined || edge.label === null ? defaultLabel : textAt(edge, "label");
      if (source === undefined || source.includes(FROM) || label === undefined) return undefined;
      // An object behind the arrow would be read as an edge that carries more than its target.
      return edge.target === undefined || isObject(edge.target) ? undefined : `${source}${FROM}${label}${TO}`;
    },
    toValue({ source: _, label: __, target, ...rest }) {
      return Object.keys(rest).length === 0 ? target : { target, ...rest };
    },
    toItem(key, value) {
      const between = key.indexOf(FROM);
      const edge = { source: key.slice(0, between), label: key.slice(between + FROM.length, -TO.length) };
      return isObject(value) ? { ...edge, ...value } : { ...edge, target: value };
    },
  };
}

/** A text that can be a key, or `undefined`. */
export function textAt(item: Values, member: string): string | undefined {
  const text = item[member];
  return typeof text === "string" && text !== "" && text !== UNKNOWN ? text : undefined;
}

/**
 * A list whose items have an identity: registered as a map, and no identity may stand in it twice.
 *
 * @param twice says what is wrong where one does
 */
export function keyed<Item extends z.ZodType>(
  list: z.ZodArray<Item>,
  keying: ItemKeying,
  twice: (key: string) => string,
): z.ZodArray<Item> {
  return list
    .superRefine((items, context) => {
      const seen = new Set<string>();
      items.forEach((item, index) => {
        const key = isObject(item) ? keying.keyOf(item) : undefined;
        if (key === undefined) return;
        const path = keying.member === undefined ? [index] : [index, keying.member];
        if (seen.has(key)) context.addIssue({ code: "custom", path, message: twice(key) });
        seen.add(key);
      });
    })
    .register(keyings, byKey(keying));
}

/** The keying of a list whose items tell their keys. The list comes back in the order of the keys. */
export function byKey(keying: ItemKeying): Keying {
  return {
    toMap(items) {
      const map = new Map<string, unknown>();
      for (const item of items) {
        const key = isObject(item) ? keying.keyOf(item) : undefined;
        if (!isObject(item) || key === undefined || key === "__proto__" || map.has(key)) return undefined;
        map.set(key, keying.toValue(item));
      }
      return Object.fromEntries(map);
    },
    toList: (map) =>
      Object.keys(map)
        .sort()
        .map((key) => keying.toItem(key, map[key])),
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
  return rewrite(schema, value, (keying, map) => (isObject(map) ? (keying.toList(map) ?? map) : map), "before");
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

const hasKeyedLists = reaching((schema) => keyings.has(schema));

/** Walks value and schema together; `when` says whether a keyed list is turned before or after its items are. */
function rewrite(
  schema: z.ZodType,
  value: unknown,
  turn: (keying: Keying, value: unknown) => unknown,
  when: "before" | "after",
): unknown {
  if (!hasKeyedLists(schema)) return value;
  const found = fitting(schema, value);
  const keying = found && keyings.get(found);
  const turned = keying && when === "before" ? turn(keying, value) : value;
  let walked = turned;
  if (Array.isArray(turned)) {
    const element = found instanceof z.ZodArray ? found.element : undefined;
    if (element instanceof z.ZodType) walked = turned.map((item) => rewrite(element, item, turn, when));
  } else if (isObject(turned) && found) {
    walked = Object.fromEntries(
      Object.entries(turned).map(([key, member]) => {
        const inner = memberOf(found, key);
        return [key, inner ? rewrite(inner, member, turn, when) : member];
      }),
    );
  }
  return keying && when === "after" ? turn(keying, walked) : walked;
}
