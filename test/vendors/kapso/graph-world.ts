import fc from "fast-check";
import type { WireDefinition } from "../../../provider/vendors/kapso/definition/observed";
import { kapso } from "../../../provider/vendors/kapso/vendor";
import { workflow } from "../../../provider/vendors/kapso/workflow";
import type { Emulator } from "../../../testing/src/emulator";
import type { Benched } from "../../harness/bench";

/** Ids that the emulator's projects have. */
export const MODEL = "20000000-0000-4000-8000-000000000002";
export const TEMPLATE = "40000000-0000-4000-8000-000000000001";
export const PHONE = "100000000000001";

/** How tests reach an emulated project. */
export const settings = (url: string) => ({ apiKey: "key-of-shop", apiUrl: url, legacyApiUrl: url });

/** `kapso:Workflow` for a bench. */
export const benched = { vendor: kapso, type: workflow, settings } as unknown as Benched;

export interface AnyNode {
  id: string;
  position?: { x: number; y: number };
  data: { node_type: string; config: Record<string, unknown>; [more: string]: unknown };
  [more: string]: unknown;
}

export interface AnyEdge {
  source: string;
  target: string;
  label?: string;
  [more: string]: unknown;
}

export interface AnyGraph {
  nodes: AnyNode[];
  edges: AnyEdge[];
}

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20 }).filter((each) => !each.includes("\u0000")),
  fc.constantFrom("Hi {{vars.name}}", "t", "true", "0.2", "{ not JSON", "[]", '{"a":1}', "null"),
);
const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/);
const json = fc.jsonValue({ maxDepth: 2, stringUnit: "grapheme-ascii" }).filter((each) => each !== null);
const object = fc.dictionary(word, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 3 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const phones = { phone_number_id: maybe(fc.constantFrom(PHONE)), to_phone_number: maybe(fc.constantFrom("+4912345")) };

const record = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc
    .record(shape)
    .map((values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)));

const part = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  maybe(
    fc.uniqueArray(record({ name: word, description: maybe(text), ...shape }), {
      maxLength: 3,
      selector: (each) => each.name,
    }),
  );

/** Configs that Kapso takes, by node type. */
const configs: Readonly<Record<string, fc.Arbitrary<Record<string, unknown>>>> = {
  send_text: record({
    message: text,
    delay_seconds: maybe(fc.nat(9)),
    provider_model_id: maybe(fc.constantFrom(MODEL)),
    ai_field_config: maybe(fc.constant({ message: { mode: "prompt", prompt: "greet" } })),
    ...phones,
  }),
  send_template: record({ template_id: fc.constant(TEMPLATE), parameters: maybe(object), ...phones }),
  send_interactive: record({
    interactive_type: fc.constantFrom("button", "list"),
    body_text: text,
    footer_text: maybe(text),
    header_type: maybe(fc.constantFrom("none", "text")),
    header_text: maybe(text),
    buttons: maybe(fc.array(fc.record({ id: word, title: word }), { maxLength: 3 })),
  }),
  wait_for_response: record({
    has_timeout: maybe(fc.boolean()),
    timeout_seconds: maybe(fc.nat(600)),
    save_response_to: maybe(word),
  }),
  webhook: record({
    url: fc.webUrl(),
    method: maybe(fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE")),
    headers: maybe(fc.dictionary(word, text, { maxKeys: 3 })),
    body_template: maybe(fc.oneof(object, fc.constantFrom('{"name": {{vars.name}}}'))),
    save_response_to: maybe(word),
  }),
  agent: record({
    system_prompt: maybe(text),
    provider_model_id: maybe(fc.constantFrom(MODEL)),
    temperature: maybe(fc.constantFrom(0, 0.2, 1, 1.25)),
    max_iterations: maybe(fc.constantFrom(10, 80)),
    max_tokens: maybe(fc.constantFrom(100, 8192)),
    reasoning_effort: maybe(fc.constantFrom("low", "high", null)),
    prompt_cache_ttl: maybe(fc.constant("5m")),
    message_delivery_mode: maybe(fc.constantFrom("auto_send_assistant_text", "tool_only")),
    enabled_default_tools: maybe(fc.uniqueArray(fc.constantFrom("save_variable", "get_variable", "complete_task"))),
    sandbox_enabled: maybe(fc.boolean()),
    flow_agent_webhooks: part({
      url: fc.webUrl(),
      headers: maybe(object),
      body: maybe(object),
      http_method: maybe(fc.constantFrom("GET", "POST")),
    }),
    flow_agent_mcp_servers: part({ url: fc.webUrl(), headers: maybe(fc.dictionary(word, text, { maxKeys: 2 })) }),
    flow_agent_knowledge_bases: part({ knowledge_base_text: text }),
    flow_agent_resources: maybe(
      fc.uniqueArray(
        record({
          resource_type: fc.constant("github_repository"),
          repo_url: word.map((name) => `https://github.com/acme/${name}`),
          branch: maybe(word),
          auth_type: fc.constantFrom("pat", "public"),
          pat: maybe(fc.constantFrom("pat-of-acme")),
        }),
        { maxLength: 2, selector: (each) => each.repo_url },
      ),
    ),
  }),
  call: record({ save_error_to: maybe(word) }),
  handoff: record({ reason: maybe(text), context_data: maybe(json) }),
  set_variable: fc.oneof(
    record({
      variable_name: word,
      variable_value: fc.oneof(text, fc.boolean(), fc.integer()),
      value_type: maybe(fc.constant("string")),
    }),
    record({ variable_name: word, variable_value: fc.boolean(), value_type: fc.constant("boolean") }),
    record({
      variable_name: word,
      variable_value: fc.oneof(fc.integer(), fc.constantFrom(0.5, 12.25)),
      value_type: fc.constant("number"),
    }),
    record({ variable_name: word, variable_value: json, value_type: fc.constant("json") }),
  ),
  emit_event: record({
    event_name: word,
    properties: maybe(object),
    occurred_at: maybe(fc.constantFrom("{{context.now}}")),
  }),
};

const decide = record({
  decision_type: fc.constant("ai"),
  provider_model_id: maybe(fc.constantFrom(MODEL)),
  llm_temperature: maybe(fc.constantFrom(0, 0.5)),
  conditions: fc.uniqueArray(record({ label: word, description: maybe(text) }), {
    minLength: 1,
    maxLength: 4,
    selector: ({ label }) => label,
  }),
});

const step = fc.oneof(
  ...Object.entries(configs).map(([node_type, config]) => config.map((each) => ({ node_type, config: each }))),
  decide.map((config) => ({ node_type: "decide", config })),
);

const position = maybe(
  fc.record({ x: fc.integer({ min: -999, max: 999 }), y: fc.double({ min: -9, max: 9, noNaN: true }) }),
);

/** Any graph that Kapso takes: a chain from the start, with branches after decisions. */
export const graph: fc.Arbitrary<AnyGraph> = fc
  .uniqueArray(fc.record({ id: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,7}$/), data: step, position }), {
    minLength: 1,
    maxLength: 6,
    selector: ({ id }) => id.toLowerCase(),
  })
  .map((steps) => {
    const nodes: AnyNode[] = [
      { id: "start", data: { node_type: "start", config: {} } },
      ...steps
        .filter(({ id }) => id !== "start")
        .map(({ id, data, position: place }) => ({ id, data, ...(place ? { position: place } : {}) })),
    ];
    const edges = nodes.slice(1).flatMap(({ id }, index): AnyEdge[] => {
      const before = nodes[index];
      if (!before) return [];
      const { conditions } = before.data.config;
      if (!Array.isArray(conditions)) return [{ source: before.id, target: id }];
      return conditions.map(({ label }) => ({ source: before.id, target: id, label: String(label) }));
    });
    // Programs have plain objects.
    return JSON.parse(JSON.stringify({ nodes, edges }));
  });

/** The graph of the first workflow as the API answers it: also what the editor exports. */
export async function answeredGraph(emulator: Emulator): Promise<AnyGraph & WireDefinition> {
  const [stored] = emulator.state().kapso.workflows;
  const to = `${emulator.url}/platform/v1/workflows/${stored?.id}/definition`;
  const answer = (await (await fetch(to, { headers: { "x-api-key": "any" } })).json()) as {
    data: { definition: AnyGraph & WireDefinition };
  };
  return answer.data.definition;
}
