import { z } from "zod";
import { UNTOLD } from "../../../lifecycle/untold";
import { isObject, only, type Values } from "../../../lifecycle/values";
import { ALWAYS_WITH_MODEL, CHOSEN, MAYBE_JSON, NEXT, NUMBERS, PARTS } from "./config-keys";
import { isNothing, numberOf, parsedJson } from "./meaning";
import { configSchema, partSchema } from "./node-configs";

/** A graph as Kapso answers it. Only what identifies its parts is demanded. */
export const wireDefinition = z.object({
  nodes: z.array(
    z.looseObject({
      id: z.string(),
      position: z.looseObject({ x: z.number(), y: z.number() }).nullish(),
      data: z.looseObject({}),
    }),
  ),
  edges: z.array(z.looseObject({ source: z.string(), target: z.string(), label: z.string().nullish() })),
});

export type WireDefinition = z.output<typeof wireDefinition>;
export type WireNode = WireDefinition["nodes"][number];

/** The type of a node; the legacy API documents another spelling of the key. */
export function nodeTypeOf({ data }: WireNode): string {
  return String(data.node_type ?? data.nodeType ?? "");
}

/** The settings of a node as answered. */
export function configOf({ data }: WireNode): Values {
  return isObject(data.config) ? data.config : {};
}

/**
 * A graph as the program would write it: without what nobody can write, and without what Kapso chose where the program
 * says nothing.
 *
 * @param written what the program wrote, or wrote last
 */
export function observedDefinition({ nodes, edges }: WireDefinition, written: unknown): Values {
  const configs = writtenConfigs(written);
  return {
    nodes: nodes.map((node) => {
      const node_type = nodeTypeOf(node);
      return {
        id: node.id,
        data: { node_type, config: observedConfig(node_type, configOf(node), configs.get(node.id)) },
      };
    }),
    edges: edges.map(({ source, target, label }) => ({ source, target, label: label ?? NEXT })),
  };
}

/**
 * The whole graph as a program would write it, also what Kapso may have chosen: somebody may have meant it. What this package does
 * not know of a step that it knows is left out. Nothing for a graph that nobody has drawn.
 */
export function declaredDefinition(wire: WireDefinition): Values | undefined {
  // A new graph may be born with its start.
  if (wire.nodes.every((node) => nodeTypeOf(node) === "start")) return undefined;
  const nodes = wire.nodes.map((node) => ({ id: node.id, data: { config: writtenWhole(node) } }));
  return observedDefinition(wire, { nodes });
}

/** The settings that say something, each in one of its two ways. */
function writtenWhole(node: WireNode): Values {
  const nodeType = nodeTypeOf(node);
  const known = configSchema(nodeType)?.shape;
  const config = configOf(node);
  const told = Object.entries(config).filter(
    ([key, value]) =>
      isWritten(value) &&
      !isIdle(key, config) &&
      (!known || Object.hasOwn(known, key)) &&
      !(key in OLDER && isWritten(config[OLDER[key] ?? ""])),
  );
  return Object.fromEntries(
    told.map(([key, value]) => {
      if (!Object.hasOwn(PARTS, key) || !Array.isArray(value)) return [key, untexted(key, value)];
      return [key, value.filter(isObject).map((part) => writtenPart(nodeType, key, part))];
    }),
  );
}

/** What Kapso tells of every agent and documents for none, where it does nothing. */
function isIdle(key: string, config: Values): boolean {
  if (key.startsWith("sandbox_")) return config.sandbox_enabled !== true;
  return key === "flow_agent_app_integration_tools" && isNothing(config[key]);
}

function writtenPart(nodeType: string, list: string, part: Values): Values {
  const told = Object.entries(part).filter(([name]) => isKnownOfPart(nodeType, list, name));
  return { ...Object.fromEntries(told), ...(part.has_pat === true ? { pat: UNTOLD } : {}) };
}

/** Where the nodes stand of which the program says it. */
export function observedLayout({ nodes }: WireDefinition, written: Values): Values {
  const placed = nodes.filter(({ id, position }) => position && Object.hasOwn(written, id));
  return Object.fromEntries(placed.map(({ id, position }) => [id, { x: position?.x, y: position?.y }]));
}

/** What the program wrote of each node, by id; the graph may be registered or not. */
function writtenConfigs(written: unknown): ReadonlyMap<string, Values> {
  const nodes = isObject(written) ? written.nodes : undefined;
  const entries = Array.isArray(nodes)
    ? nodes.map((each: unknown) => [isObject(each) ? String(each.id) : "", each] as const)
    : Object.entries(isObject(nodes) ? nodes : {});
  return new Map(
    entries.flatMap(([id, each]) => {
      const data = isObject(each) ? each.data : undefined;
      return isObject(data) ? [[id, isObject(data.config) ? data.config : {}]] : [];
    }),
  );
}

function observedConfig(nodeType: string, config: Values, written: Values = {}): Values {
  // What the program sets to nothing, Kapso may leave out or call null.
  const empty = Object.keys(written).filter(
    (key) => CHOSEN.has(key) && isNothing(written[key]) && isNothing(config[key]),
  );
  const told = Object.entries(config).filter(([key]) => isManaged(nodeType, key, written) && !empty.includes(key));
  return {
    ...Object.fromEntries(told.map(([key, value]) => [key, observedSetting(nodeType, key, value, written[key])])),
    ...only(written, empty),
  };
}

/** Two ways to say one thing: Kapso fills in the other one. */
const COUNTERPARTS: Readonly<Record<string, string>> = {
  whatsapp_config_id: "phone_number_id",
  phone_number_id: "whatsapp_config_id",
  provider_model_id: "provider_model_name",
  provider_model_name: "provider_model_id",
};

/** Of those, the ones that are left out where the other one is there. */
const OLDER: Readonly<Record<string, string>> = {
  whatsapp_config_id: "phone_number_id",
  provider_model_name: "provider_model_id",
};

/** Whether the program says a setting in its other way. */
export function isSaidOtherwise(key: string, written: Values): boolean {
  const other = COUNTERPARTS[key];
  return other !== undefined && isWritten(written[other]) && !isWritten(written[key]);
}

/** Whether the program answers for a setting: what it does not write may be what Kapso chose. */
export function isManaged(nodeType: string, key: string, written: Values): boolean {
  if (isWritten(written[key])) return true;
  const known = configSchema(nodeType)?.shape;
  // What Kapso fills in grows over time; nobody can have meant what nobody knows.
  if (!known || !Object.hasOwn(known, key) || CHOSEN.has(key) || isSaidOtherwise(key, written)) return false;
  return !(ALWAYS_WITH_MODEL.has(nodeType) && MODEL.has(key));
}

const MODEL = new Set(["provider_model_id", "provider_model_name"]);

/** Whether a setting says anything. */
export function isWritten(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** One of several conditions, tools or sources, by the member that tells them apart; the list may be registered or not. */
export function partOf(list: unknown, member: string, value: unknown): Values {
  const found = Array.isArray(list)
    ? list.find((each) => isObject(each) && each[member] === value)
    : isObject(list) && typeof value === "string" && Object.hasOwn(list, value)
      ? list[value]
      : undefined;
  return isObject(found) ? found : {};
}

/** Whether this package knows a member of a condition, a tool or a source. */
export function isKnownOfPart(nodeType: string, list: string, member: string): boolean {
  return Object.hasOwn(partSchema(nodeType, list)?.shape ?? {}, member);
}

function observedSetting(nodeType: string, key: string, value: unknown, written: unknown): unknown {
  if (key === "enabled_default_tools" && Array.isArray(value) && Array.isArray(written)) {
    // Kapso adds those that no agent can do without, and does not say which they are.
    return written.filter((tool) => value.includes(tool));
  }
  const member = Object.hasOwn(PARTS, key) ? PARTS[key] : undefined;
  if (member !== undefined && Array.isArray(value)) {
    return value.map((each: unknown) =>
      isObject(each) ? observedPart(nodeType, key, each, partOf(written, member, each[member])) : each,
    );
  }
  // A program that writes a text sees what changed in the text.
  return typeof written === "string" ? value : untexted(key, value);
}

function observedPart(nodeType: string, list: string, part: Values, written: Values): Values {
  const told = Object.entries(part).filter(([name]) => isWritten(written[name]) || isKnownOfPart(nodeType, list, name));
  return {
    ...Object.fromEntries(told.map(([name, value]) => [name, untexted(name, value)])),
    ...(part.has_pat === true && isWritten(written.pat) ? { pat: UNTOLD } : {}),
  };
}

/** What Kapso keeps as text, as what it means: so that a preview shows the header that changed, and not another text. */
function untexted(key: string, value: unknown): unknown {
  if (NUMBERS.has(key)) return numberOf(value);
  return MAYBE_JSON.has(key) ? parsedJson(value) : value;
}
