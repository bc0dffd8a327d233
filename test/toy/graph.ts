import isEqual from "lodash/isEqual";
import mapValues from "lodash/mapValues";
import omitBy from "lodash/omitBy";
import { z } from "zod";
import { path } from "../../provider/http/path";
import { box, drawnText } from "../../provider/lifecycle/drawing";
import { FlowError, VendorError } from "../../provider/lifecycle/errors";
import { type FlowType, type Problem, rules } from "../../provider/lifecycle/flow-type";
import { keyed, keyedAsEdges, keyedBy, toRegistered } from "../../provider/lifecycle/keyed";
import { UNTOLD, withUntold } from "../../provider/lifecycle/untold";
import { containsUnknown, isObject, type Values } from "../../provider/lifecycle/values";
import type { ToyAccount } from "./vendor";

/** A node as the program writes it. */
export interface Node {
  id: string;
  type: "say" | "ask" | "call";
  message?: string | undefined;
  temperature?: number | undefined;
  delay_seconds?: number | undefined;
  headers?: Record<string, string> | undefined;
  token?: string | undefined;
  buttons?: { id: string; title: string }[] | undefined;
  position?: { x: number; y: number } | undefined;
}

/** An edge as the program writes it. */
export interface Edge {
  source: string;
  target: string;
  label?: string | undefined;
}

/** What a program says of a graph. */
export type GraphFields = {
  project: string;
  name: string;
  description?: string | undefined;
  definition?: { nodes: Node[]; edges: Edge[] } | undefined;
};

const node = z.strictObject({
  id: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, "A node's id begins with a letter"),
  type: z.enum(["say", "ask", "call"]),
  message: z.string().optional(),
  temperature: z.number().optional(),
  delay_seconds: z.int().optional(),
  headers: z.record(z.string(), z.string().register(rules, { secret: true })).optional(),
  token: z.string().register(rules, { secret: true }).optional(),
  buttons: z.array(z.strictObject({ id: z.string(), title: z.string() })).optional(),
  position: z.strictObject({ x: z.number(), y: z.number() }).optional(),
});

const edge = z.strictObject({ source: z.string(), target: z.string(), label: z.string().optional() });

const definition = z.strictObject({
  nodes: keyed(z.array(node), keyedBy("id"), (id) => `There are two nodes "${id}"`),
  edges: keyed(z.array(edge), keyedAsEdges("next"), (key) => `There are two edges ${key}`),
});

const fields = z.object({
  project: z
    .string("No project is set: use TOY_PROJECT")
    .min(1)
    .register(rules, { replaces: true, setting: "project" }),
  name: z.string().min(1),
  description: z.string().optional().register(rules, { clear: "" }),
  definition: definition.optional().register(rules, {
    clear: { nodes: {}, edges: {} },
    keep: "hash",
    canonical: canonicalDefinition,
  }),
}) satisfies z.ZodType<GraphFields>;

const wireHead = z.looseObject({ id: z.string(), project: z.string(), name: z.string(), revision: z.number() });
const wireGraph = wireHead.extend({
  description: z.string().nullable(),
  definition: z.object({
    nodes: z.array(z.record(z.string(), z.unknown())),
    edges: z.array(z.record(z.string(), z.unknown())),
  }),
});
type WireGraph = z.output<typeof wireGraph>;

/** `toy:Graph`: nodes and edges that their server rewrites. */
export const graph: FlowType<GraphFields, WireGraph, ToyAccount> = {
  token: "toy:Graph",
  noun: "Toy graph",
  fields,
  nameField: "name",
  outputs: ["url"],
  // The switch of the emulator decides; "twins" is the most careful answer, and right for all three.
  onDuplicate: "twins",
  creates: ["project", "name", "description", "definition"],

  crossCheck({ definition: desired }) {
    // The id of any node may be what a preview cannot know yet.
    if (!isObject(desired) || !Array.isArray(desired.nodes) || !Array.isArray(desired.edges)) return [];
    if (containsUnknown(desired)) return [];
    const ids = new Set(desired.nodes.map(({ id }) => id));
    return desired.edges.flatMap((each, index): Problem[] =>
      (["source", "target"] as const).flatMap((end) =>
        isObject(each) && typeof each[end] === "string" && !ids.has(each[end])
          ? [{ path: ["definition", "edges", index, end], message: `There is no node "${each[end]}"` }]
          : [],
      ),
    );
  },

  draw: ({ name }) => ({ direction: "down", boxes: [box("graph", "graph", { title: drawnText(name) })], arrows: [] }),
  label: ({ project, name }) => `${String(project)}/${String(name)}`,
  identity: (id) => id,
  idOf: ({ id }) => id,
  fromId(id) {
    if (!/^gr_\d+$/.test(id)) throw new FlowError("notFound", `The id "${id}" is no graph's.`);
    return {};
  },

  observe: (wire, spelledAs) => ({
    project: wire.project,
    name: wire.name,
    description: wire.description ?? "",
    definition: {
      nodes: wire.definition.nodes.map((each) => observedNode(each, writtenNode(spelledAs, each.id))),
      edges: wire.definition.edges.map(({ source, target, label }) => ({ source, target, label })),
    },
  }),
  outputsOf: ({ id }, { hostRoot }) => ({ url: `${hostRoot}/toy/graphs/${id}` }),
  accountOf: ({ project }, { hostRoot }) => `${hostRoot}/${project}`,
  async currentAccount(account, { project }) {
    await page(account, String(project), { size: "1" });
    return `${account.hostRoot}/${String(project)}`;
  },

  read: (account, id, { project, name }) =>
    id === undefined ? found(account, String(project), String(name)) : get(account, id),
  async list(account, { project }) {
    const listed: { id: string; label: string }[] = [];
    for (let number: number | null = 1; number !== null; ) {
      const { data, next }: Page = await page(account, String(project), { page: String(number) });
      listed.push(...data.map((head) => ({ id: head.id, label: graph.label(head) })));
      number = next;
    }
    return listed;
  },
  find: (account, { project, name }) => found(account, project, name),

  async create({ client }, { project, name, description, definition: desired }) {
    const request = {
      method: "POST",
      path: path`/toy/v1/projects/${project}/graphs`,
      json: { name, description, definition: desired },
      repeatable: false,
    } as const;
    const { status, body } = await client.json(request, wireGraph);
    return { overwrote: status === 200, id: body.id, whole: body };
  },

  async update(account, wire, target, changed) {
    const { id } = wire;
    const json = Object.fromEntries(changed.map((field) => [field, Reflect.get(target, field)]));
    for (let { revision } = wire; ; ) {
      try {
        await account.client.send({
          method: "PATCH",
          path: path`/toy/v1/graphs/${id}`,
          json: { ...json, revision },
          repeatable: true,
        });
        return undefined;
      } catch (error) {
        if (!(error instanceof VendorError && error.kind === "conflict")) throw error;
        const now = await get(account, id);
        if (!now || now.revision === revision) throw error;
        // Where only the token differs, nothing tells whether it arrived: it is sent once more.
        if (has(now, target, changed) && !has(wire, target, changed)) return now;
        // The graph merely ran.
        if (!isEqual(contentOf(now), contentOf(wire)))
          throw new FlowError("conflict", "It was changed while it was updated.");
        revision = now.revision;
      }
    }
  },

  async delete({ client }, { id }) {
    await client.send({ method: "DELETE", path: path`/toy/v1/graphs/${id}`, repeatable: true });
    return undefined;
  },
};

/** Whether what is there is what was written, as far as it is told. */
function has(now: WireGraph, target: Partial<GraphFields>, changed: readonly string[]): boolean {
  const registered = (values: Values): Values => mapValues(values, (value) => toRegistered(definition, value));
  const wanted = registered({ ...target });
  const seen = withUntold(registered(graph.observe(now, target)), wanted);
  return changed.every((field) => isEqual(canonicalDefinition(seen[field]), canonicalDefinition(wanted[field])));
}

/** What people write, without the server's counters. */
function contentOf({ name, description, definition: { nodes, edges } }: WireGraph): unknown {
  return { name, description, nodes, edges: edges.map(({ id: _, ...each }) => each) };
}

/** The node that the program wrote under this id, whose spelling of headers is kept. */
function writtenNode({ definition: written }: Values, id: unknown): Values {
  const nodes = isObject(written) ? written.nodes : undefined;
  const node = Array.isArray(nodes)
    ? nodes.find((each) => isObject(each) && each.id === id)
    : isObject(nodes) && typeof id === "string" && Object.hasOwn(nodes, id)
      ? nodes[id]
      : undefined;
  return isObject(node) ? node : {};
}

function observedNode({ display_name: _, has_token, temperature, headers, ...wire }: Values, written: Values): Values {
  const spelled = new Map(
    isObject(written.headers) ? Object.keys(written.headers).map((name) => [name.toLowerCase(), name]) : [],
  );
  return {
    ...wire,
    ...(temperature === undefined || temperature === null ? {} : { temperature: Number(temperature) }),
    ...(isObject(headers)
      ? {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [spelled.get(name) ?? name, value]),
          ),
        }
      : {}),
    ...(has_token ? { token: UNTOLD } : {}),
  };
}

/** A definition by meaning: what the server fills in where nothing is written is left out. */
function canonicalDefinition(value: unknown): unknown {
  if (!isObject(value)) return value;
  const fillings: Values = { delay_seconds: 0, headers: {}, position: { x: 0, y: 0 } };
  const bare = (each: unknown) =>
    isObject(each) ? omitBy(each, (member, key) => member === undefined || isEqual(member, fillings[key])) : each;
  const nodes = isObject(value.nodes)
    ? mapValues(value.nodes, bare)
    : Array.isArray(value.nodes)
      ? value.nodes.map(bare)
      : value.nodes;
  return { ...value, nodes };
}

async function get({ client }: ToyAccount, id: string): Promise<WireGraph | undefined> {
  try {
    return (await client.json({ method: "GET", path: path`/toy/v1/graphs/${id}`, repeatable: true }, wireGraph)).body;
  } catch (error) {
    if (error instanceof VendorError && error.kind === "notFound") return undefined;
    throw error;
  }
}

const wirePage = z.object({ data: z.array(wireHead), next: z.number().nullable() });
type Page = z.output<typeof wirePage>;

async function page({ client }: ToyAccount, project: string, query: Record<string, string>): Promise<Page> {
  const request = { method: "GET", path: path`/toy/v1/projects/${project}/graphs`, query, repeatable: true } as const;
  return (await client.json(request, wirePage)).body;
}

async function found(account: ToyAccount, project: string, name: string): Promise<WireGraph | undefined> {
  const { data } = await page(account, project, { name });
  const head = data.find((each) => each.name === name);
  return head && get(account, head.id);
}
