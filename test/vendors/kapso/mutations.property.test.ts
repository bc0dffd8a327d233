import assert from "node:assert/strict";
import fc from "fast-check";
import { toRegistered } from "../../../provider/lifecycle/keyed";
import { differingPaths, valueAt } from "../../../provider/lifecycle/paths";
import { isObject } from "../../../provider/lifecycle/values";
import { canonicalDefinition } from "../../../provider/vendors/kapso/definition/meaning";
import { observedDefinition, type WireDefinition } from "../../../provider/vendors/kapso/definition/observed";
import { definition as schema } from "../../../provider/vendors/kapso/definition/schema";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { Bench } from "../../harness/bench";
import { Stack } from "../../harness/stack";
import { type AnyGraph, answeredGraph, benched, graph, MODEL, PHONE } from "./graph-world";

type Path = readonly (string | number)[];

/**
 * What may change in Kapso's answer without a difference: everything else is somebody's change. `*` is any one member,
 * `**` whatever is within; `written` tells whether the program wrote a setting of the node.
 */
const EQUIVALENCES: readonly {
  readonly what: string;
  readonly at: Path;
  readonly unless?: (
    written: (key: string) => boolean,
    config: Record<string, unknown>,
    wrote: Record<string, unknown>,
    path: Path,
  ) => boolean;
}[] = [
  { what: "the renderer of a node", at: ["nodes", "*", "type"] },
  { what: "its place on the canvas", at: ["nodes", "*", "position", "*"] },
  { what: "its computed name", at: ["nodes", "*", "data", "display_name"] },
  { what: "ids and types of edges", at: ["edges", "*", "id"] },
  { what: "ids and types of edges", at: ["edges", "*", "type"] },
  { what: "ids and types of edges", at: ["edges", "*", "flow_condition_id"] },
  { what: "ids of conditions", at: ["nodes", "*", "data", "config", "conditions", "*", "id"] },
  ...["function_name", "workflow_name", "template_name"].map((key) => ({
    what: "names of what an id leads to",
    at: ["nodes", "*", "data", "config", key],
  })),
  ...["header_config", "action_config"].map((key) => ({
    what: "what is computed of a message",
    at: ["nodes", "*", "data", "config", key, "**"],
  })),
  {
    what: "tools that the program did not ask for",
    at: ["nodes", "*", "data", "config", "enabled_default_tools", "*"],
    unless: (_, config, { enabled_default_tools: wrote }, path) =>
      Array.isArray(wrote) && wrote.includes(valueAt(config, path.slice(4))),
  },
  ...[
    "observer_prompt_mode",
    "llm_temperature",
    "llm_max_tokens",
    "sandbox_enabled",
    "sandbox_network_mode",
    "sandbox_allowed_outbound_hosts",
  ].map((key) => ({
    what: "what Kapso chooses",
    at: ["nodes", "*", "data", "config", key, "**"],
    unless: (written: (each: string) => boolean) => written(key),
  })),
  { what: "what no description knows", at: ["nodes", "*", "data", "config"] },
  { what: "what Kapso chooses", at: ["nodes", "*", "data", "config", "flow_agent_app_integration_tools"] },
  ...["provider_model_id", "provider_model_name"].map((key) => ({
    what: "the model of a step that needs one",
    at: ["nodes", "*", "data", "config", key],
    unless: (written: (each: string) => boolean, config: Record<string, unknown>) =>
      written("provider_model_id") || !("conditions" in config || "max_iterations" in config),
  })),
  {
    what: "the name of a model that an id leads to",
    at: ["nodes", "*", "data", "config", "provider_model_name"],
    unless: (_, { provider_model_id }) => provider_model_id === null,
  },
  {
    what: "the other id of a phone number",
    at: ["nodes", "*", "data", "config", "whatsapp_config_id"],
    unless: (written) => !written("phone_number_id"),
  },
  ...["id", "owner", "repo_name", "has_github_app", "imported_missing_pat", "imported_missing_github_app"].map(
    (key) => ({
      what: "what is computed of a repository",
      at: ["nodes", "*", "data", "config", "flow_agent_resources", "*", key],
    }),
  ),
  {
    what: "whether a repository has a token that nobody wrote",
    at: ["nodes", "*", "data", "config", "flow_agent_resources", "*", "has_pat"],
    unless: (_, config, wrote, path) => {
      const address = Object(valueAt(config, path.slice(4, 6))).repo_url;
      const written: unknown = wrote.flow_agent_resources;
      return Array.isArray(written) && written.some((each) => each.repo_url === address && each.pat !== undefined);
    },
  },
];

function fits(path: Path, pattern: Path): boolean {
  const open = pattern.at(-1) === "**";
  const steps = open ? pattern.slice(0, -1) : pattern;
  return (
    (open ? path.length >= steps.length : path.length === steps.length) &&
    steps.every((step, index) => step === "*" || step === path[index])
  );
}

/** Places of everything that is no list or object with something in it. */
function leaves(value: unknown, at: Path = []): Path[] {
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((each, index) => [index, each])
    : isObject(value)
      ? Object.entries(value)
      : [];
  return entries.length === 0 ? [at] : entries.flatMap(([key, each]) => leaves(each, [...at, key]));
}

/** Another value of the same kind. */
function other(value: unknown): unknown {
  if (typeof value === "string") return /^-?\d+(\.\d+)?$/.test(value) ? `${Number(value) + 1}` : `${value}x`;
  if (typeof value === "number") return value + 1 === value ? 0 : value + 1;
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) return [{ name: "x" }];
  return isObject(value) ? { x: "x" } : "x";
}

function withValue(whole: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(whole)) return whole.map((each, index) => (index === step ? withValue(each, rest, value) : each));
  return { ...Object(whole), [step]: withValue(Object(whole)[step], rest, value) };
}

/** Where a refresh would show a difference. */
function differences(before: WireDefinition, after: WireDefinition, written: AnyGraph): string[][] {
  const meaning = (answer: WireDefinition) =>
    canonicalDefinition(toRegistered(schema, observedDefinition(answer, toRegistered(schema, written))));
  return differingPaths(meaning(before), meaning(after)).map((path) => [...path]);
}

/** A graph in whose answer every equivalence is met. */
const RICH: AnyGraph = {
  nodes: [
    { id: "start", data: { node_type: "start", config: {} } },
    { id: "ask", data: { node_type: "send_interactive", config: { interactive_type: "button", body_text: "Well?" } } },
    {
      id: "text",
      data: { node_type: "send_text", config: { message: "Hi", phone_number_id: PHONE, provider_model_id: MODEL } },
    },
    {
      id: "agent",
      data: {
        node_type: "agent",
        config: {
          flow_agent_resources: [
            { repo_url: "https://github.com/acme/open", auth_type: "public" },
            { repo_url: "https://github.com/acme/shut", auth_type: "pat", pat: "pat-of-acme" },
          ],
        },
      },
    },
    { id: "route", data: { node_type: "decide", config: { decision_type: "ai", conditions: [{ label: "yes" }] } } },
  ],
  edges: [
    { source: "start", target: "ask" },
    { source: "ask", target: "text" },
    { source: "text", target: "agent" },
    { source: "agent", target: "route" },
  ],
};

describe("changes of Kapso graphs", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());

  async function answerTo(definition: AnyGraph): Promise<WireDefinition> {
    emulator.reset();
    await new Stack(new Bench(benched, emulator)).up({ name: "bot", definition, validate: "off" });
    return answeredGraph(emulator);
  }

  const equivalencesMet = new Set<string>();

  it("any value in an answer, changed: is found and named by node and key, unless it is written down as an equivalence", async () => {
    await fc.assert(
      fc.asyncProperty(graph, async (definition) => {
        const answer = await answerTo(definition);
        for (const path of leaves(answer)) {
          const [kind, place] = path;
          const changed = withValue(answer, path, other(valueAt(answer, path))) as WireDefinition;
          const found = differences(answer, changed, definition);
          const node = kind === "nodes" ? answer.nodes[Number(place)] : undefined;
          const config = Object(node?.data.config);
          const wrote = Object(definition.nodes.find(({ id }) => id === node?.id)?.data.config);
          const written = (key: string) => wrote[key] !== undefined && wrote[key] !== null;
          const same = EQUIVALENCES.find(({ at, unless }) => fits(path, at) && !unless?.(written, config, wrote, path));
          const told = `${path.join(".")} of ${JSON.stringify(node ?? answer.edges)}`;
          if (same) {
            equivalencesMet.add(same.what);
            assert.deepEqual(found, [], told);
            continue;
          }
          assert.ok(found.length > 0, `not found: ${told}`);
          if (path[2] === "id" || kind !== "nodes") continue;
          for (const each of found) assert.deepEqual(each.slice(0, 2), ["nodes", node?.id], told);
          if (path[3] === "config" && path.length > 4)
            assert.ok(
              found.some((each) => each[4] === path[4]),
              `${told} is named ${found.join(" ")}`,
            );
        }
      }),
      { numRuns: 40, examples: [[RICH]] },
    );
  });

  it("every equivalence that is written down was met", () => {
    assert.deepEqual([...equivalencesMet].sort(), [...new Set(EQUIVALENCES.map(({ what }) => what))].sort());
  });

  it("nodes and edges that come, go or lead elsewhere: are found and named alone", async () => {
    await fc.assert(
      fc.asyncProperty(graph, async (definition) => {
        const answer = await answerTo(definition);
        const named = (change: Partial<WireDefinition>) =>
          differences(answer, { ...answer, ...change }, definition).map((path) => path.join("."));
        const added = { id: "brandnew", data: { node_type: "handoff", config: {} } };
        assert.deepEqual(named({ nodes: [...answer.nodes, added] }), ["nodes.brandnew"]);
        const [first, ...others] = answer.nodes;
        assert.deepEqual(named({ nodes: others }), [`nodes.${first?.id}`]);
        const [edge, ...rest] = answer.edges;
        if (!edge) return;
        const key = `edges.${edge.source} --${edge.label ?? "next"}-->`;
        assert.deepEqual(named({ edges: rest }), [key]);
        assert.deepEqual(named({ edges: [{ ...edge, target: "brandnew" }, ...rest] }), [key]);
        assert.deepEqual(named({ edges: [...answer.edges, { source: "brandnew", target: "start", label: null }] }), [
          "edges.brandnew --next-->",
        ]);
      }),
      { numRuns: 40 },
    );
  });

  it("another order of nodes, of edges and of keys makes no difference", async () => {
    const turned = (value: unknown): unknown =>
      isObject(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, each]) => [key, turned(each)]),
          )
        : value;
    await fc.assert(
      fc.asyncProperty(graph, async (definition) => {
        const answer = await answerTo(definition);
        const after = {
          nodes: answer.nodes.map((node) => turned(node)).reverse(),
          edges: answer.edges.map((edge) => turned(edge)).reverse(),
        } as WireDefinition;
        assert.deepEqual(differences(answer, after, definition), []);
      }),
      { numRuns: 40 },
    );
  });
});
