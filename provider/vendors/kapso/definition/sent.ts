import { isDeepStrictEqual as isEqual } from "node:util";
import { isObject, type Values } from "../../../lifecycle/values";
import type { components } from "../api";
import { COMPUTED, computedOf, DEFAULTS, MAYBE_JSON, NEXT, NUMBERS, PARTS, REFERENCES } from "./config-keys";
import type { Definition, Node } from "./definition";
import { canonicalConfig, isNothing, numberOf, parsedJson } from "./meaning";
import {
  configOf,
  isKnownOfPart,
  isManaged,
  isSaidOtherwise,
  isWritten,
  nodeTypeOf,
  partOf,
  type WireDefinition,
  type WireNode,
} from "./observed";
import { placed } from "./placement";

/** A graph in the vendor's own words. */
type SentDefinition = Required<components["schemas"]["DefinitionInput"]>;

const ORIGIN = { x: 0, y: 0 };

/**
 * A graph as Kapso takes it: always both lists whole, since each replaces what was there.
 *
 * @param remote what is there: its places on the canvas, its ids and what the program does not manage are sent back
 * @param movesNodes whether the program says where nodes stand, also those that are there
 */
export function sentDefinition(
  { nodes, edges }: Definition,
  remote: WireDefinition | undefined,
  movesNodes: boolean,
): SentDefinition {
  const there = new Map(remote?.nodes.map((node) => [node.id, node]));
  const places = placed(nodes, edges);
  return {
    nodes: nodes.map((node) => {
      const before = there.get(node.id);
      const kept = before?.position ? { x: before.position.x, y: before.position.y } : undefined;
      const written = node.position && { x: node.position.x, y: node.position.y };
      return {
        id: node.id,
        position: (movesNodes ? (written ?? kept) : (kept ?? written)) ?? places.get(node.id) ?? ORIGIN,
        data: { node_type: node.data.node_type, config: sentConfig(node, before) },
      };
    }),
    edges: edges.map(({ source, target, label }) => ({ source, target, label: label ?? NEXT })),
  };
}

function sentConfig({ data }: Node, before: WireNode | undefined): Values {
  const written = data.config ?? {};
  const sent = Object.entries(written).filter(([key]) => !COMPUTED.has(key));
  const remote = before && nodeTypeOf(before) === data.node_type ? configOf(before) : {};
  return {
    ...unmanaged(data.node_type, written, remote),
    ...Object.fromEntries(sent.map(([key, value]) => [key, sentSetting(data.node_type, key, value, remote[key])])),
  };
}

/**
 * What stands beside the written settings of a step: what this package does not know is kept, since the settings are
 * replaced as a whole; what is no longer written is set back by name, in case they are merged.
 */
function unmanaged(nodeType: string, written: Values, remote: Values): Values {
  const meant = canonicalConfig(nodeType, remote);
  const entries = Object.entries(remote).flatMap(([key, value]): [string, unknown][] => {
    if (isWritten(written[key]) || COMPUTED.has(key) || isSaidOtherwise(key, written)) return [];
    if (!isManaged(nodeType, key, written))
      return key === "provider_model_name" || isNothing(value) ? [] : [[key, value]];
    return key in meant ? [[key, blankOf(nodeType, key, value)]] : [];
  });
  return Object.fromEntries(entries);
}

/** What holds nothing, of the kind of what is there. */
function blankOf(nodeType: string, key: string, value: unknown): unknown {
  const filled = DEFAULTS[nodeType]?.[key];
  if (filled !== undefined) return filled;
  if (Array.isArray(value)) return [];
  if (typeof value === "boolean") return false;
  return isObject(value) && key === "ai_field_config" ? {} : null;
}

function sentSetting(nodeType: string, key: string, value: unknown, remote: unknown): unknown {
  if (NUMBERS.has(key)) return numberOf(value);
  if (MAYBE_JSON.has(key)) return holdsLongNumber(value) ? value : parsedJson(value);
  const member = Object.hasOwn(PARTS, key) ? PARTS[key] : undefined;
  if (member === undefined || !Array.isArray(value)) return value;
  return value.map((item: unknown) =>
    isObject(item)
      ? { ...keptOfPart(nodeType, key, partOf(remote, member, item[member])), ...without(item, computedOf(key)) }
      : item,
  );
}

/** Whether a JSON text holds a number of more digits than JavaScript keeps: parsed, it would be another one. */
function holdsLongNumber(value: unknown): boolean {
  return typeof value === "string" && /\d{16}/.test(value.replace(/"(?:[^"\\]|\\.)*"/g, ""));
}

/** The id that Kapso gave a condition, a tool or a source, so that it knows it again, and what this package does not know. */
function keptOfPart(nodeType: string, list: string, part: Values): Values {
  const kept = Object.entries(part).filter(
    ([name, value]) => (name === "id" || !isKnownOfPart(nodeType, list, name)) && !isNothing(value),
  );
  return Object.fromEntries(kept);
}

function without(item: Values, names: ReadonlySet<string>): Values {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !names.has(name)));
}

/** What Kapso took otherwise than sent and cannot be left so: a reference that leads nowhere, another kind of step. */
export function misunderstood({ nodes }: Definition, answered: WireDefinition): string[] {
  const there = new Map(answered.nodes.map((node) => [node.id, node]));
  return nodes.flatMap(({ id, data: { node_type, config = {} } }) => {
    const found = there.get(id);
    if (!found) return [`Node "${id}" is missing in what Kapso has stored`];
    if (nodeTypeOf(found) !== node_type)
      return [`Node "${id}": Kapso does not know the type "${node_type}" and made a "${nodeTypeOf(found)}" of it`];
    return [
      ...lostReferences(id, "", config, configOf(found)),
      ...lostTools(id, config.flow_agent_function_tools, configOf(found).flow_agent_function_tools),
      ...otherModel(id, config, configOf(found)),
    ];
  });
}

function lostReferences(id: string, at: string, written: Values, found: Values): string[] {
  return REFERENCES.flatMap((key) =>
    isWritten(written[key]) && !isEqual(found[key], written[key])
      ? [
          `Node "${id}": Kapso answers ${at}${key}: ${JSON.stringify(found[key] ?? null)} where ${JSON.stringify(written[key])} was sent, so this project has nothing of that id; wire the \`.id\` of what it is to lead to`,
        ]
      : [],
  );
}

function lostTools(id: string, written: unknown, found: unknown): string[] {
  if (!Array.isArray(written) || !Array.isArray(found)) return [];
  return written.flatMap((tool: unknown) => {
    const same = found.find((each) => isObject(each) && isObject(tool) && each.name === tool.name);
    return isObject(tool) && isObject(same)
      ? lostReferences(id, `flow_agent_function_tools[${JSON.stringify(tool.name)}].`, tool, same)
      : [];
  });
}

/** Kapso takes a default model for a name that it cannot resolve, without a word. */
function otherModel(id: string, written: Values, found: Values): string[] {
  const { provider_model_name: wanted, provider_model_id } = written;
  const { provider_model_name: taken } = found;
  if (!isWritten(wanted) || isWritten(provider_model_id) || !isWritten(taken) || wanted === taken) return [];
  return [
    `Node "${id}": Kapso knows no model ${JSON.stringify(wanted)} and took ${JSON.stringify(taken)}; set provider_model_id`,
  ];
}
