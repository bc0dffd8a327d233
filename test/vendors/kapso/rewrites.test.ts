import assert from "node:assert/strict";
import { toRegistered } from "../../../provider/lifecycle/keyed";
import { differingPaths } from "../../../provider/lifecycle/paths";
import { withUntold } from "../../../provider/lifecycle/untold";
import { canonicalDefinition } from "../../../provider/vendors/kapso/definition/meaning";
import { observedDefinition } from "../../../provider/vendors/kapso/definition/observed";
import { definition as schema } from "../../../provider/vendors/kapso/definition/schema";
import { sentDefinition } from "../../../provider/vendors/kapso/definition/sent";
import { type AnyGraph, MODEL, PHONE, TEMPLATE } from "./graph-world";

const ID = "00000001-0002-4000-8000-000000000001";

/** A graph of one step behind the start. */
function of(node_type: string, config: Record<string, unknown>, data: Record<string, unknown> = {}): AnyGraph {
  return {
    nodes: [{ id: "it", data: { node_type, config, ...data } }],
    edges: [{ source: "start", target: "it" }],
  };
}

/** What differs between what was written and what Kapso answers. */
function differences(written: AnyGraph, answered: AnyGraph): string[] {
  const wanted = toRegistered(schema, written);
  const seen = toRegistered(schema, observedDefinition(answered, wanted));
  const found = withUntold(Object(seen), wanted);
  return differingPaths(canonicalDefinition(wanted), canonicalDefinition(found)).map((path) =>
    path.join(".").replace("nodes.it.data.config.", ""),
  );
}

/** What Kapso makes of what it is sent, and what it would be if somebody had changed it. */
const REWRITES: Readonly<Record<string, { sent: AnyGraph; answers: AnyGraph; changed: AnyGraph; named: string }>> = {
  "edges get ids, a type and the id of a condition": {
    sent: of("handoff", {}),
    answers: {
      ...of("handoff", {}),
      edges: [{ source: "start", target: "it", label: "next", ...{ id: ID, type: "default", flow_condition_id: ID } }],
    },
    changed: { ...of("handoff", {}), edges: [{ source: "start", target: "other" }] },
    named: "edges.start --next-->",
  },
  "conditions get ids": {
    sent: of("decide", { decision_type: "ai", conditions: [{ label: "yes" }] }),
    answers: of("decide", { decision_type: "ai", conditions: [{ label: "yes", id: ID, description: null }] }),
    changed: of("decide", { decision_type: "ai", conditions: [{ label: "yes", id: ID, description: "sure" }] }),
    named: "conditions.yes.description",
  },
  "conditions change their order": {
    sent: of("decide", { decision_type: "ai", conditions: [{ label: "yes" }, { label: "no" }] }),
    answers: of("decide", { decision_type: "ai", conditions: [{ label: "no" }, { label: "yes" }] }),
    changed: of("decide", { decision_type: "ai", conditions: [{ label: "no" }] }),
    named: "conditions.yes",
  },
  "names of nodes are computed": {
    sent: of("handoff", {}, { display_name: "Mine" }),
    answers: of("handoff", {}, { display_name: "Handoff" }),
    changed: of("call", {}, { display_name: "Handoff" }),
    named: "nodes.it.data.node_type",
  },
  "names of what an id leads to are told": {
    sent: of("function", { function_id: ID }),
    answers: of("function", { function_id: ID, function_name: "report", save_response_to: null }),
    changed: of("function", { function_id: MODEL, function_name: "report" }),
    named: "function_id",
  },
  "the name of a template is told": {
    sent: of("send_template", { template_id: TEMPLATE }),
    answers: of("send_template", { template_id: TEMPLATE, template_name: "order_update", parameters: {} }),
    changed: of("send_template", { template_id: TEMPLATE, parameters: { name: "x" } }),
    named: "parameters",
  },
  "what is left out is filled in": {
    sent: of("send_text", { message: "Hi" }),
    answers: of("send_text", {
      message: "Hi",
      phone_number_id: null,
      whatsapp_config_id: null,
      to_phone_number: null,
      delay_seconds: 0,
      provider_model_id: null,
      provider_model_name: null,
      ai_field_config: {},
    }),
    changed: of("send_text", { message: "Hi", delay_seconds: 5 }),
    named: "delay_seconds",
  },
  "what no description knows is filled in": {
    sent: of("send_text", { message: "Hi" }),
    answers: of("send_text", { message: "Hi", priority: "normal" }),
    changed: of("send_text", { message: "Ho", priority: "normal" }),
    named: "message",
  },
  "decimals become texts": {
    sent: of("agent", { temperature: 0.2 }),
    answers: of("agent", { temperature: "0.2" }),
    changed: of("agent", { temperature: "0.3" }),
    named: "temperature",
  },
  "a decimal that is left out becomes a text": {
    sent: of("agent", {}),
    answers: of("agent", { temperature: "0.0" }),
    changed: of("agent", { temperature: "0.7" }),
    named: "temperature",
  },
  "what an agent has by default is filled in": {
    sent: of("agent", {}),
    answers: of("agent", {
      max_iterations: 80,
      max_tokens: 8192,
      prompt_cache_ttl: "5m",
      message_delivery_mode: "auto_send_assistant_text",
      observer_prompt_mode: "analysis_only",
    }),
    changed: of("agent", { max_iterations: 10 }),
    named: "max_iterations",
  },
  "a truth in a variable becomes a letter": {
    sent: of("set_variable", { variable_name: "v", variable_value: true, value_type: "boolean" }),
    answers: of("set_variable", { variable_name: "v", variable_value: "t", value_type: "boolean" }),
    changed: of("set_variable", { variable_name: "v", variable_value: "f", value_type: "boolean" }),
    named: "variable_value",
  },
  "a number in a variable becomes a text": {
    sent: of("set_variable", { variable_name: "v", variable_value: 12.5, value_type: "number" }),
    answers: of("set_variable", { variable_name: "v", variable_value: "12.5", value_type: "number" }),
    changed: of("set_variable", { variable_name: "v", variable_value: "12", value_type: "number" }),
    named: "variable_value",
  },
  "an object in a variable becomes JSON": {
    sent: of("set_variable", { variable_name: "v", variable_value: { b: 1, a: [true] }, value_type: "json" }),
    answers: of("set_variable", { variable_name: "v", variable_value: '{"a": [true], "b": 1}', value_type: "json" }),
    changed: of("set_variable", { variable_name: "v", variable_value: '{"a":[false],"b":1}', value_type: "json" }),
    named: "variable_value.a",
  },
  "the type of a variable is filled in": {
    sent: of("set_variable", { variable_name: "v", variable_value: "true" }),
    answers: of("set_variable", { variable_name: "v", variable_value: "true", value_type: "string" }),
    changed: of("set_variable", { variable_name: "v", variable_value: "t", value_type: "string" }),
    named: "variable_value",
  },
  "headers and bodies become JSON texts": {
    sent: of("webhook", { url: "https://x", headers: { B: "2", A: "1" }, body_template: { a: 1 } }),
    answers: of("webhook", {
      url: "https://x",
      method: "POST",
      headers: '{"A": "1", "B": "2"}',
      body_template: '{"a": 1}',
    }),
    changed: of("webhook", { url: "https://x", headers: '{"A":"1","B":"3"}', body_template: '{"a":1}' }),
    named: "headers.B",
  },
  "a body with placeholders stays a text": {
    sent: of("webhook", { url: "https://x", body_template: '{"name": {{vars.name}}}' }),
    answers: of("webhook", { url: "https://x", body_template: '{"name": {{vars.name}}}' }),
    changed: of("webhook", { url: "https://x", body_template: '{"name": {{vars.other}}}' }),
    named: "body_template",
  },
  "headers of an agent's webhook become JSON text": {
    sent: of("agent", { flow_agent_webhooks: [{ name: "w", url: "https://x", headers: { A: "1" } }] }),
    answers: of("agent", {
      flow_agent_webhooks: [{ name: "w", url: "https://x", http_method: "POST", headers: '{"A":"1"}', body: "{}" }],
    }),
    changed: of("agent", { flow_agent_webhooks: [{ name: "w", url: "https://x", headers: '{"A":"2"}' }] }),
    named: "flow_agent_webhooks.w.headers.A",
  },
  "tools that no agent can do without are added": {
    sent: of("agent", { enabled_default_tools: ["save_variable"] }),
    answers: of("agent", { enabled_default_tools: ["handoff_to_human", "save_variable"] }),
    changed: of("agent", { enabled_default_tools: ["handoff_to_human"] }),
    named: "enabled_default_tools",
  },
  "conditions, tools and sources get members that nobody knows yet": {
    sent: of("agent", { flow_agent_webhooks: [{ name: "w", url: "https://x" }] }),
    answers: of("agent", { flow_agent_webhooks: [{ id: ID, name: "w", url: "https://x", timeout_ms: 30_000 }] }),
    changed: of("agent", { flow_agent_webhooks: [{ id: ID, name: "w", url: "https://y", timeout_ms: 30_000 }] }),
    named: "flow_agent_webhooks.w.url",
  },
  "what the program switches off is left out, or null": {
    sent: of("agent", { sandbox_enabled: false, sandbox_allowed_outbound_hosts: [], observer_prompt_mode: "" }),
    answers: of("agent", { sandbox_allowed_outbound_hosts: null }),
    changed: of("agent", { sandbox_enabled: true }),
    named: "sandbox_enabled",
  },
  "a model that is named by id is named by name too": {
    sent: of("agent", { provider_model_id: MODEL }),
    answers: of("agent", { provider_model_id: MODEL, provider_model_name: "claude" }),
    changed: of("agent", { provider_model_id: ID, provider_model_name: "claude" }),
    named: "provider_model_id",
  },
  "a model that is named by name is named by id too": {
    sent: of("agent", { provider_model_name: "claude" }),
    answers: of("agent", { provider_model_id: MODEL, provider_model_name: "claude" }),
    changed: of("agent", { provider_model_id: ID, provider_model_name: "default" }),
    named: "provider_model_name",
  },
  "a phone number is named in a second way": {
    sent: of("send_text", { message: "Hi", phone_number_id: PHONE }),
    answers: of("send_text", { message: "Hi", phone_number_id: PHONE, whatsapp_config_id: ID }),
    changed: of("send_text", { message: "Hi", phone_number_id: "2", whatsapp_config_id: ID }),
    named: "phone_number_id",
  },
  "a token is told as being there": {
    sent: of("agent", { flow_agent_resources: [{ repo_url: "https://github.com/a/b", auth_type: "pat", pat: "p" }] }),
    answers: of("agent", {
      flow_agent_resources: [
        { id: ID, repo_url: "https://github.com/a/b", auth_type: "pat", has_pat: true, owner: "a", repo_name: "b" },
      ],
    }),
    changed: of("agent", {
      flow_agent_resources: [{ id: ID, repo_url: "https://github.com/a/b", auth_type: "pat", has_pat: false }],
    }),
    named: "flow_agent_resources.https://github.com/a/b.pat",
  },
};

describe("what Kapso rewrites", () => {
  for (const [rule, { sent, answers, changed, named }] of Object.entries(REWRITES)) {
    it(`rewrites: ${rule}: no difference, and a change is named`, () => {
      assert.deepEqual(differences(sent, answers), []);
      assert.deepEqual(differences(sent, changed), [named]);
    });
  }

  it("rewrites: to switch off what Kapso chose is a change, although nothing else is written of it", () => {
    const added = (node_type: string, config: Record<string, unknown>) => {
      const [before, after] = [{}, config].map((each) =>
        canonicalDefinition(toRegistered(schema, of(node_type, each))),
      );
      return differingPaths(before, after).map((path) => path.at(-1));
    };
    for (const off of [{ sandbox_enabled: false }, { enabled_default_tools: [] }, { max_iterations: 0 }])
      assert.deepEqual(added("agent", off), Object.keys(off));
    assert.deepEqual(added("decide", { llm_temperature: 0 }), ["llm_temperature"]);
    assert.deepEqual(added("agent", { temperature: 0, system_prompt: "" }), []);
  });

  it("rewrites: what nobody knows of a condition, a tool or a source is sent back as found", () => {
    const written = of("agent", { flow_agent_webhooks: [{ name: "w", url: "https://y" }] });
    const found = of("agent", {
      flow_agent_webhooks: [{ name: "w", url: "https://x", http_method: "GET", id: ID, timeout_ms: 5, retries: null }],
    });
    assert.deepEqual(sentDefinition(written, found, false).nodes[0]?.data.config, {
      flow_agent_webhooks: [{ name: "w", url: "https://y", id: ID, timeout_ms: 5 }],
    });
  });

  it("rewrites: a JSON text is sent as an object, unless a number in it would become another one", () => {
    const sent = (body_template: string) =>
      Object(sentDefinition(of("webhook", { body_template }), undefined, false).nodes[0]?.data.config).body_template;
    assert.deepEqual(sent('{"id": "12345678901234567"}'), { id: "12345678901234567" });
    assert.equal(sent('{"id": 12345678901234567}'), '{"id": 12345678901234567}');
  });

  it("rewrites: the older API spells the keys of a node otherwise", () => {
    const camel = { id: "it", data: { nodeType: "send_text", displayName: "Text", config: { message: "Hi" } } };
    const answered = { nodes: [camel], edges: [{ source: "start", target: "it", label: null }] };
    assert.deepEqual(differences(of("send_text", { message: "Hi" }), answered as unknown as AnyGraph), []);
  });

  it("rewrites: a node that names a phone number goes with it, which is a change", () => {
    assert.deepEqual(differences(of("handoff", {}), { nodes: [], edges: [] }), ["nodes.it", "edges.start --next-->"]);
  });
});
