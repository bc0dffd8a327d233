import { isObject, type Values } from "../../../provider/lifecycle/values";
import type { KapsoDefinition, KapsoSwitches } from "../../../testing/src/emulator";
import type { Subject } from "../subject";
import { type Hands, HELPER, MODEL } from "./kapso-world";

// What workflows and flows have in common: they are the same records.

/** A graph as a test writes it, as it is sent and as it is told of what is stored. */
export interface Drawn {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly { readonly source: string; readonly target: string; readonly label: string }[];
}

interface DrawnNode {
  readonly id: string;
  readonly data: { readonly node_type: string; readonly config: Values };
}

/** What Kapso fills in where nothing is written, beside what is empty. */
const FILLED: Readonly<Record<string, Values>> = {
  webhook: { method: "POST" },
  set_variable: { value_type: "string" },
  agent: {
    temperature: 0,
    max_iterations: 80,
    max_tokens: 8192,
    prompt_cache_ttl: "5m",
    observer_prompt_mode: "analysis_only",
    message_delivery_mode: "auto_send_assistant_text",
    sandbox_enabled: false,
    sandbox_network_mode: "allow_all",
  },
};

/** Tools that Kapso gives to every agent; `handoff_to_human` is written by the tests. */
const GIVEN_TOOLS: readonly unknown[] = ["enter_waiting", "complete_task"];

/** A stored graph without the vendor's ids and what it fills in, as a set. */
export function drawn({ nodes, edges }: KapsoDefinition): Drawn {
  return {
    nodes: nodes
      .map(({ id, data: { node_type, config } }) => ({
        id,
        data: { node_type, config: settingsOf(node_type, config) },
      }))
      .sort(byText),
    edges: edges.map(({ source, target, label }) => ({ source, target, label })).sort(byText),
  };
}

function settingsOf(nodeType: string, config: Values): Values {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
      const set = withoutBlanks(key === "enabled_default_tools" && Array.isArray(value) ? ownTools(value) : value);
      return set === undefined || set === FILLED[nodeType]?.[key] ? [] : [[key, set]];
    }),
  );
}

function ownTools(tools: readonly unknown[]): unknown[] | undefined {
  const own = tools.filter((tool) => !GIVEN_TOOLS.includes(tool));
  return own.length > 0 && own.join() !== "handoff_to_human" ? own : undefined;
}

/** Without ids, nulls and what is empty; of a value that is nothing else: `undefined`. */
function withoutBlanks(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.length > 0 ? value.map(withoutBlanks) : undefined;
  if (!isObject(value)) return value;
  const set = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
    const inner = key === "id" ? undefined : withoutBlanks(member);
    return inner === undefined ? [] : [[key, inner]];
  });
  return set.length > 0 ? Object.fromEntries(set) : undefined;
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

type Places = Readonly<Record<string, { readonly x: number; readonly y: number }>>;

/** A graph with its nodes in these places. */
export function placedAt(graph: Drawn, places: Places): Values {
  const nodes = graph.nodes.map((node) => ({ ...node, ...(places[node.id] ? { position: places[node.id] } : {}) }));
  return { nodes, edges: graph.edges };
}

/** Workflows, by the names of their fields. */
export const graphHands: Hands = {
  objects: ({ workflows }) =>
    workflows
      .filter(({ status }) => status !== "archived")
      .map((each) => ({
        identity: each.id,
        key: each.name,
        content: {
          name: each.name,
          slug: each.slug,
          description: each.description ?? "",
          status: each.status,
          messageDebounceSeconds: each.message_debounce_seconds,
          inboundMessageReadMode: each.inbound_message_read_mode,
          definition: drawn(each.definition),
          layout: Object.fromEntries(each.definition.nodes.map(({ id, position }) => [id, position])),
        },
      })),
  add: (name) => ({ vendor: "kapso", action: "createWorkflow", set: { name } }),
  remove: (workflow) => ({ vendor: "kapso", action: "deleteWorkflow", workflow }),
  end: (workflow) => ({ vendor: "kapso", action: "archiveWorkflow", workflow }),
  edit({ identity, content }, field, stored) {
    const workflow = { vendor: "kapso", workflow: identity } as const;
    if (field === "layout" && isObject(stored)) {
      return Object.entries(stored as Places).map(([node, position]) => {
        return { ...workflow, action: "moveNode", node, position };
      });
    }
    const set =
      field === "definition"
        ? // People see the nodes where they are.
          { definition: placedAt(stored as Drawn, { ...PLACES, ...(content.layout as Places) }) }
        : { [SETTINGS[field] ?? field]: stored };
    return [{ ...workflow, action: "updateWorkflow", set }];
  },
};

/** Flows: the same records, of which the older API tells less. */
export const flowHands: Hands = {
  ...graphHands,
  objects: (state) =>
    graphHands.objects(state).map((each) => {
      const { name, description, status, definition, layout } = each.content;
      return { ...each, content: { name, description, status, definition, layout } };
    }),
};

/** Settings that the vendor stores under another name. */
const SETTINGS: Readonly<Record<string, string>> = {
  messageDebounceSeconds: "message_debounce_seconds",
  inboundMessageReadMode: "inbound_message_read_mode",
};

const START: DrawnNode = { id: "start", data: { node_type: "start", config: {} } };

/** A graph that greets and tells another system, whose key is in the headers. */
export function greeting(message: string, key = "Bearer of-the-shop"): Drawn {
  const headers = { Authorization: key, accept: "application/json" };
  return {
    nodes: [
      { id: "greet", data: { node_type: "send_text", config: { message, delay_seconds: 2 } } },
      START,
      {
        id: "tell",
        data: {
          node_type: "webhook",
          config: { url: "https://shop.example/hook", method: "PUT", headers, body_template: { who: "{{vars.who}}" } },
        },
      },
    ],
    edges: [
      { source: "greet", target: "tell", label: "next" },
      { source: "start", target: "greet", label: "next" },
    ],
  };
}

/** Where the nodes of {@link greeting} stand. */
export const PLACES = { start: { x: 0, y: 0 }, greet: { x: 10, y: 100 }, tell: { x: -20, y: 200 } };

/** A graph of steps that refer to others, branch, hold a token, and are stored otherwise than written. */
export function helping(prompt: string): Drawn {
  return {
    nodes: [
      {
        id: "agent",
        data: {
          node_type: "agent",
          config: {
            system_prompt: prompt,
            provider_model_id: MODEL,
            temperature: 0.2,
            enabled_default_tools: ["save_variable", "handoff_to_human"],
            flow_agent_function_tools: [
              {
                name: "look_up",
                description: "Looks up an order",
                function_id: HELPER,
                input_schema: { type: "object" },
              },
            ],
            flow_agent_resources: [
              {
                resource_type: "github_repository",
                repo_url: "https://github.com/acme/docs",
                branch: "main",
                auth_type: "pat",
                pat: "token-of-the-docs",
              },
            ],
          },
        },
      },
      {
        id: "mark",
        data: {
          node_type: "set_variable",
          config: { variable_name: "served", variable_value: "t", value_type: "boolean" },
        },
      },
      {
        id: "route",
        data: {
          node_type: "decide",
          config: {
            decision_type: "function",
            function_id: HELPER,
            conditions: [{ label: "again" }, { label: "done", description: "Nothing is left" }],
          },
        },
      },
      START,
    ],
    edges: [
      { source: "agent", target: "route", label: "next" },
      { source: "route", target: "agent", label: "again" },
      { source: "route", target: "mark", label: "done" },
      { source: "start", target: "agent", label: "next" },
    ],
  };
}

/** The other answers to what is unknown of the vendor, and may not matter. */
export const GUESSED_OTHERWISE: Partial<KapsoSwitches> = {
  kapsoCreateSettings: "honoured",
  kapsoBornWithStart: true,
  kapsoDerivedSlug: "numbered",
  kapsoDuplicateStatus: 409,
  kapsoLock: "notForDefinitions",
  kapsoTransaction: "metadataFirst",
  kapsoConfigWrite: "merged",
  kapsoExtraMembers: "refused",
  kapsoForeignIds: "kept",
  kapsoNullReferences: "refused",
  kapsoUnknownPhone: "refused",
  kapsoGraphRules: "all",
  kapsoOrphanEdges: "refused",
  kapsoActivateInvalid: "refused",
  kapsoFilled: "few",
  kapsoOrder: "sent",
  kapsoHeadersAsText: false,
  kapsoDisplayNames: "sent",
  kapsoCompulsoryTools: [],
  kapsoArchivedKeepsNames: false,
  kapsoPageSize: 1,
};

/** Answers that come late, and with more in them than anybody knows. */
export const LATE: Partial<KapsoSwitches> = {
  kapsoDefinitionDelay: 2,
  kapsoLock: "required",
  kapsoUnknownType: "kept",
  kapsoGraphRules: "none",
  kapsoOrphanEdges: "kept",
  kapsoFilled: "grown",
  kapsoPageSize: 2,
};

/** Nothing locks, and nothing comes back. */
export const FINAL: Partial<KapsoSwitches> = {
  kapsoLock: "ignored",
  kapsoArchivedRevives: "refused",
  kapsoArchiveTriggers: "deleted",
  kapsoUnknownType: "refused",
};

/** Fields of graphs in either API. */
export const graphCases: Subject["fields"] = {
  name: { to: "shop", theirs: "kiosk" },
  description: { to: "the new shop", theirs: "their shop" },
  status: { to: "draft", theirs: "draft" },
  definition: {
    to: placedAt(greeting("Hello"), PLACES),
    storedTo: greeting("Hello"),
    theirs: greeting("by hand"),
    // Without a graph it may not be active.
    droppedWith: ["status"],
    holdsUntold: ["graph"],
    told: { to: ["Hello"], theirs: ["definition.nodes.greet.data.config.message", "by hand"] },
  },
  layout: {
    derivedFrom: "definition",
    to: placedAt(greeting("Hi"), { ...PLACES, tell: { x: 30, y: 300 } }),
    storedTo: { ...PLACES, tell: { x: 30, y: 300 } },
    theirs: { tell: { x: 77, y: 7 } },
    told: { to: ["300"], theirs: ["layout.tell", "77"] },
  },
  ignoreLayout: { to: true, neverSent: true },
  validate: { to: "off", neverSent: true },
};

/** A program that declares every field of a graph in either API. */
export const wholeGraph = {
  name: "web",
  description: "the shop",
  status: "active",
  definition: placedAt(greeting("Hi"), PLACES),
  ignoreLayout: false,
  validate: "strict",
};

/** Secrets that a graph holds. */
export const graphSecrets: Subject["secrets"] = [
  {
    program: {
      name: "web",
      definition: {
        nodes: {
          start: { data: { node_type: "start", config: {} } },
          call: {
            data: {
              node_type: "webhook",
              config: { url: "https://shop.example", headers: { Authorization: "hush-hush" } },
            },
          },
        },
        edges: { "start --next-->": "call" },
      },
    },
    path: ["definition", "nodes", "call", "data", "config", "headers", "Authorization"],
    secret: "hush-hush",
  },
  {
    program: {
      name: "web",
      definition: {
        nodes: {
          start: { data: { node_type: "start", config: {} } },
          say: { data: { node_type: "send_text", config: { message: "hush-hush" } } },
        },
        edges: { "start --next-->": "say" },
      },
    },
    path: ["definition", "nodes", "say", "data", "config", "message"],
    secret: "hush-hush",
  },
];

/** Rules that cannot hold where nothing comes back. */
export const graphWaivers: Subject["waivers"] = (["forced replacement", "ended outside"] as const).map((rule) => ({
  rule,
  nature: "nothing comes back",
  reason: "There an archived workflow stays archived, and keeps its name: the vendor's refusal is shown.",
}));
