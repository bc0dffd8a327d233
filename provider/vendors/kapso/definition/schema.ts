import { z } from "zod";
import { keyings, rules } from "../../../lifecycle/flow-type";
import { byKey, keyed, keyedAsEdges, keyedBy } from "../../../lifecycle/keyed";
import { isObject, mapMembers, UNKNOWN, type Values } from "../../../lifecycle/values";
import { NEXT } from "./config-keys";
import type { Definition } from "./definition";
import { canonicalDefinition } from "./meaning";

const secret = z.unknown().register(rules, { secret: true });
/** Headers carry keys: every value is a secret, and a text that holds them all is one as a whole. */
const headers = z.union([z.record(z.string(), secret), z.string().register(rules, { secret: true })]).nullish();

const tools = keyed(
  z.array(z.looseObject({ name: z.string().optional(), headers })),
  keyedBy("name"),
  (name) => `There are two tools named "${name}"`,
).nullish();

const resources = keyed(
  z.array(z.looseObject({ repo_url: z.string().optional(), pat: secret.optional() })),
  keyedBy("repo_url"),
  (address) => `The repository ${address} is listed twice`,
).nullish();

/** Only what the engine must know of every config: what is an identity, and what is a secret. `validate.ts` knows the rest. */
const config = z.looseObject({
  headers,
  // That a label stands twice is one of the rules of graphs.
  conditions: z
    .array(z.looseObject({ label: z.string() }))
    .register(keyings, byKey(keyedBy("label")))
    .nullish(),
  flow_agent_function_tools: tools,
  flow_agent_webhooks: tools,
  flow_agent_mcp_servers: tools,
  flow_agent_knowledge_bases: tools,
  flow_agent_resources: resources,
});

const node = z.looseObject({
  id: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, "A node's id begins with a letter and holds letters, digits, _ and -"),
  type: z.string().optional(),
  position: z.looseObject({ x: z.number(), y: z.number() }).nullish(),
  data: z.looseObject({
    node_type: z.string("A node needs its node_type: without one Kapso would store a start node").min(1),
    config: config.optional(),
    display_name: z.string().optional(),
  }),
});

const edge = z.looseObject({
  source: z.string().min(1),
  target: z.string().min(1),
  label: z.string().nullish(),
  id: z.string().optional(),
  type: z.string().optional(),
  flow_condition_id: z.string().nullish(),
});

/** The graph argument: nodes keyed by id, edges by source and label. */
export const definition = z
  .strictObject({
    nodes: keyed(z.array(node), keyedBy("id"), (id) => `There are two nodes "${id}"`),
    edges: keyed(z.array(edge), keyedAsEdges(NEXT), (key) => `There are two edges ${key}: a label leads to one node`),
  })
  .register(rules, { keep: "hash", canonical: canonicalDefinition }) satisfies z.ZodType<Definition>;

/** A graph as registered with Pulumi and kept in the state: nodes are keyed by id, edges by source and label. */
export interface KeyedDefinition {
  /** The steps, by their ids. */
  nodes: Record<string, Omit<Definition["nodes"][number], "id">>;
  /** What follows what: `"greet --next-->": "ask"`. */
  edges: Record<
    string,
    | string
    | {
        /** The id of the step that follows. */
        target: string;
      }
  >;
}

/** Where the nodes stand, where the program manages that. */
export const layout = z
  .record(z.string(), z.looseObject({ x: z.number(), y: z.number() }))
  .optional()
  .register(rules, { derived: layoutOf });

function layoutOf({ ignoreLayout, definition: graph }: Values): unknown {
  if (ignoreLayout === UNKNOWN) return UNKNOWN;
  if (ignoreLayout !== false || graph === undefined) return undefined;
  // Lists that cannot be keyed yet hold ids that are not known yet, or are reported by the check.
  if (!isObject(graph) || !isObject(graph.nodes)) return UNKNOWN;
  const places = mapMembers(graph.nodes, (each) => (isObject(each) ? placeOf(each.position) : undefined));
  return Object.fromEntries(Object.entries(places).filter(([, place]) => place !== undefined));
}

/** A place as Kapso tells it again: by nothing but two numbers, of which none is -0. */
function placeOf(position: unknown): unknown {
  if (!isObject(position)) return position;
  const { x, y } = position;
  return { x: x === 0 ? 0 : x, y: y === 0 ? 0 : y };
}
