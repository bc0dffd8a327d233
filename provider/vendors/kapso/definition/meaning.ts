import { isDeepStrictEqual as isEqual } from "node:util";
import { isObject, mapMembers, type Values } from "../../../lifecycle/values";
import {
  CHOSEN,
  COMPUTED,
  computedOf,
  DEFAULTS,
  DEFAULTS_OF_PARTS,
  MAYBE_JSON,
  NEEDED,
  NEXT,
  NUMBERS,
  PARTS,
} from "./config-keys";

/**
 * A graph by meaning: without what Kapso computes, fills in or spells otherwise, and without the places on the canvas.
 *
 * @param value a definition as registered; lists that could not be keyed stay lists
 */
export function canonicalDefinition(value: unknown): unknown {
  if (!isObject(value)) return value;
  return { nodes: inEach(value.nodes, canonicalNode), edges: canonicalEdges(value.edges) };
}

/** Whatever a list is by now: a map by key, or a list that cannot be keyed. */
function inEach(items: unknown, turn: (item: unknown) => unknown): unknown {
  if (Array.isArray(items)) return items.map(turn);
  return isObject(items) ? mapMembers(items, turn) : items;
}

function canonicalNode(node: unknown): unknown {
  if (!isObject(node) || !isObject(node.data)) return node;
  const { node_type, config } = node.data;
  return {
    ...(node.id === undefined ? {} : { id: node.id }),
    data: { node_type, config: canonicalConfig(String(node_type), isObject(config) ? config : {}) },
  };
}

/** An edge is its source, label and target; its ids and type are the vendor's. */
function canonicalEdges(edges: unknown): unknown {
  if (!Array.isArray(edges)) {
    return isObject(edges) ? mapMembers(edges, (each) => (isObject(each) ? each.target : each)) : edges;
  }
  const bare = edges.map((each: unknown) =>
    isObject(each) ? { source: each.source, label: each.label ?? NEXT, target: each.target } : each,
  );
  return bare.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** The settings of a step by meaning. */
export function canonicalConfig(nodeType: string, config: Values): Values {
  const meant = Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
    if (COMPUTED.has(key)) return [];
    // The name follows from the id.
    if (key === "provider_model_name" && !isNothing(config.provider_model_id)) return [];
    const meaning = meaningOf(key, value, config);
    if (meaning === null || meaning === undefined) return [];
    const filled = DEFAULTS[nodeType]?.[key];
    // 0 is nothing only where Kapso fills in nothing.
    const isFilling = isEqual(meaning, filled) || (isNothing(meaning) && (meaning !== 0 || filled === undefined));
    return isFilling && !NEEDED.has(key) && !CHOSEN.has(key) ? [] : [[key, meaning]];
  });
  return Object.fromEntries(meant);
}

/** What Kapso fills in everywhere. */
export function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === "") return true;
  return (Array.isArray(value) || isObject(value)) && Object.keys(value).length === 0;
}

function meaningOf(key: string, value: unknown, config: Values): unknown {
  if (NUMBERS.has(key)) return numberOf(value);
  if (MAYBE_JSON.has(key)) return parsedJson(value);
  if (key === "variable_value") return variableValue(value, config.value_type);
  if (key === "enabled_default_tools") return Array.isArray(value) ? [...new Set(value)].sort() : value;
  if (Object.hasOwn(PARTS, key)) return inEach(value, (each) => canonicalPart(each, computedOf(key)));
  return value;
}

/** A condition, or a tool or a source of an agent, without what is computed or holds nothing. */
function canonicalPart(part: unknown, computed: ReadonlySet<string>): unknown {
  if (!isObject(part)) return part;
  const meant = mapMembers(part, (value, key) => (MAYBE_JSON.has(key) ? parsedJson(value) : value));
  const said = Object.entries(meant).filter(
    ([key, value]) => !computed.has(key) && !isNothing(value) && !isEqual(value, DEFAULTS_OF_PARTS[key]),
  );
  return Object.fromEntries(said);
}

/** Kapso keeps decimals as text: `"0.2"`. */
export function numberOf(value: unknown): unknown {
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

/** Kapso keeps some objects as JSON text. */
export function parsedJson(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    // A text with placeholders in it.
    return value;
  }
}

/** Kapso keeps every value of a variable as text: true as `t`, objects as JSON. */
function variableValue(value: unknown, type: unknown): unknown {
  const parsed = type === "json" && typeof value === "string" ? anyJson(value) : parsedJson(value);
  if (typeof parsed === "boolean") return parsed ? "t" : "f";
  if (type === "boolean" && (parsed === "true" || parsed === "false")) return parsed === "true" ? "t" : "f";
  if (type === "number") return numberOf(parsed);
  return type !== "json" && typeof parsed === "number" ? String(parsed) : parsed;
}

function anyJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A text that is no JSON, such as one with placeholders, means itself.
    return text;
  }
}
