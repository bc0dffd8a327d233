import type { Keying } from "./flow-type";
import { textAt } from "./keyed";
import { isObject, type Values } from "./values";

/** The member of a registered item that names the item before it. */
const AFTER = "after";

/** The members of the items of a list whose order has a meaning. */
interface Members {
  /** An identity of an item, where it has one. */
  readonly id: string;
  /** What else names it, not necessarily alone. */
  readonly name: string;
  /** A number that only repeats the order of the list; not registered. */
  readonly order: string;
}

/**
 * Items in an order that has a meaning. They are registered under their id, or else under their name, which gets a number
 * where it is taken (`"Ask #2"`); each tells the key of the one before it as `after`, so that an inserted item changes
 * nothing but its successor.
 */
export function keyedInOrder(members: Members): Keying {
  const numbered = (key: string, name: unknown) =>
    typeof name === "string" && key.startsWith(`${name} #`) && /^\d+$/.test(key.slice(name.length + 2));
  return {
    toMap(items) {
      const keys = keysOf(items, members, numbered);
      if (!keys) return undefined;
      const entries = items.map((item, index) => {
        const { [members.id]: _, [members.order]: __, ...rest } = isObject(item) ? item : {};
        const key = keys[index] ?? "";
        const isNamed = rest[members.name] === key && isObject(item) && item[members.id] === undefined;
        const { [members.name]: ___, ...unnamed } = rest;
        return [key, { ...(isNamed ? unnamed : rest), ...(index > 0 ? { [AFTER]: keys[index - 1] } : {}) }] as const;
      });
      return Object.fromEntries(entries);
    },
    toList(map) {
      const followers = new Map<unknown, { readonly key: string; readonly value: Values }>();
      for (const [key, value] of Object.entries(map)) {
        if (!isObject(value) || followers.has(value[AFTER])) return undefined;
        followers.set(value[AFTER], { key, value });
      }
      const items: Values[] = [];
      for (let next = followers.get(undefined); next; next = followers.get(next.key)) {
        const { [AFTER]: _, ...item } = next.value;
        const name = item[members.name];
        if (name === undefined) items.push({ [members.name]: next.key, ...item });
        else items.push(numbered(next.key, name) ? item : { [members.id]: next.key, ...item });
      }
      return items.length === followers.size ? items : undefined;
    },
  };
}

/** The key of each item, or `undefined` where the list could not be told from the map again. */
function keysOf(
  items: readonly unknown[],
  { id, name, order }: Members,
  numbered: (key: string, name: unknown) => boolean,
): string[] | undefined {
  const taken = new Set<string>(["__proto__"]);
  let last = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    if (!isObject(item) || AFTER in item || textAt(item, name) === undefined) return undefined;
    if (item[order] !== undefined) {
      if (typeof item[order] !== "number" || item[order] <= last) return undefined;
      last = item[order];
    }
    if (item[id] === undefined) continue;
    const key = textAt(item, id);
    if (key === undefined || taken.has(key) || numbered(key, item[name])) return undefined;
    taken.add(key);
  }
  return items.map((item) => {
    const [own, called] = isObject(item) ? [textAt(item, id), textAt(item, name) ?? ""] : [undefined, ""];
    if (own !== undefined) return own;
    let key = called;
    for (let number = 2; taken.has(key); number++) key = `${called} #${number}`;
    taken.add(key);
    return key;
  });
}
