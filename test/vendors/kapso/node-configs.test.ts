import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Values } from "../../../provider/lifecycle/values";
import { configSchema, NODE_TYPES } from "../../../provider/vendors/kapso/definition/node-configs";

/** What may send, and be written by an AI model, as Kapso fills it in. */
const filled = {
  phone_number_id: null,
  whatsapp_config_id: null,
  to_phone_number: null,
  provider_model_id: null,
  provider_model_name: null,
  ai_field_config: {},
};

const written = { provider_model_id: null, provider_model_name: null, ai_field_config: {} };

/** The least that each type needs, and the same config with every key as Kapso gives it back. */
const CONFIGS: Record<string, { readonly least: Values; readonly givenBack: Values }> = {
  start: { least: {}, givenBack: {} },
  send_text: { least: { message: "Hi" }, givenBack: { message: "Hi", delay_seconds: 0, ...filled } },
  send_template: {
    least: { template_id: "t" },
    givenBack: { template_id: "t", template_name: "welcome", parameters: { body: ["a"] }, ...filled },
  },
  send_interactive: {
    least: { interactive_type: "button", body_text: "x" },
    givenBack: {
      interactive_type: "list",
      body_text: "x",
      footer_text: null,
      header_type: null,
      header_text: null,
      header_media_url: null,
      buttons: [{ id: "y", title: "Yes" }],
      list_button_text: "Open",
      list_sections: [{ title: "A", rows: [{ id: "a", title: "A", description: "x" }] }, { rows: [] }],
      cta_display_text: null,
      cta_url: null,
      flow_id: null,
      flow_cta: null,
      flow_token: null,
      flow_action: null,
      flow_action_payload: null,
      header_config: null,
      action_config: { sections: [] },
      ...filled,
    },
  },
  wait_for_response: {
    least: {},
    givenBack: { has_timeout: false, timeout_seconds: null, save_response_to: null },
  },
  decide: {
    least: { decision_type: "ai", conditions: [{ label: "a" }] },
    givenBack: {
      decision_type: "function",
      conditions: [{ id: "5e0f", label: "a", description: null }],
      llm_configuration: {},
      llm_temperature: "0.0",
      llm_max_tokens: null,
      function_id: "f",
      function_name: "route",
      provider_model_id: null,
      provider_model_name: null,
    },
  },
  function: {
    least: { function_id: "f" },
    givenBack: { function_id: "f", function_name: "report", save_response_to: null },
  },
  webhook: {
    least: { url: "https://example.com" },
    givenBack: {
      url: "https://example.com",
      method: "POST",
      headers: '{"Accept": "text/plain"}',
      body_template: '{"a": "{{vars.a}}"}',
      save_response_to: null,
      ...written,
    },
  },
  agent: {
    least: {},
    givenBack: {
      system_prompt: null,
      provider_model_id: "m",
      provider_model_name: "GPT",
      temperature: "0.2",
      max_iterations: 80,
      max_tokens: 8192,
      reasoning_effort: null,
      prompt_cache_ttl: "5m",
      observer_prompt_mode: "analysis_only",
      message_delivery_mode: "tool_only",
      enabled_default_tools: ["handoff_to_human", "complete_task"],
      default_tool_configs: { emit_event: { event_definition_ids: ["e"] }, send_media: { a: 1 } },
      flow_agent_function_tools: [
        { name: "a", description: null, function_id: "f", function_name: "report", input_schema: {} },
      ],
      flow_agent_webhooks: [
        {
          name: "a",
          description: null,
          url: "https://example.com",
          http_method: "POST",
          headers: '{"a": "b"}',
          body: '{"a": 1}',
          body_schema: null,
          jmespath_query: null,
          ai_field_config: {},
        },
      ],
      flow_agent_knowledge_bases: [{ name: "a", description: null, knowledge_base_text: "x" }],
      flow_agent_mcp_servers: [{ name: "a", description: null, url: "https://example.com", headers: null }],
      flow_agent_resources: [
        {
          id: "r",
          resource_type: "github_repository",
          repo_url: "https://github.com/acme/web",
          owner: "acme",
          repo_name: "web",
          branch: null,
          auth_type: "pat",
          pat: null,
          has_pat: true,
          github_app_installation_id: null,
          has_github_app: false,
          imported_missing_pat: null,
          imported_missing_github_app: null,
        },
      ],
      flow_agent_app_integration_tools: [{ name: "a", app_integration_id: "i" }],
      sandbox_enabled: false,
      sandbox_network_mode: "allow_all",
      sandbox_allowed_outbound_hosts: [],
    },
  },
  call: { least: {}, givenBack: { workflow_id: "w", workflow_name: "Other", save_error_to: null } },
  handoff: { least: {}, givenBack: { reason: null, context_data: { a: [1] } } },
  set_variable: {
    least: { variable_name: "x", variable_value: null },
    givenBack: { variable_name: "x", variable_value: "t", value_type: "boolean" },
  },
  emit_event: {
    least: { event_name: "order.paid" },
    givenBack: { event_name: "order.paid", properties: { a: 1, b: null, c: true, d: "x" }, occurred_at: null },
  },
  pipedream: {
    least: { action_id: "a", app_slug: "b" },
    givenBack: {
      action_id: "a",
      app_slug: "b",
      account_id: null,
      configured_props: {},
      dynamic_props_id: null,
      save_response_to: null,
      ...written,
    },
  },
};

function takes(nodeType: string, config: Values): boolean {
  return (configSchema(nodeType) ?? assert.fail(nodeType)).safeParse(config).success;
}

describe("kapso: configs of nodes", () => {
  it("node configs: every node type has a schema, and nothing else has", () => {
    assert.deepEqual([...NODE_TYPES].sort(), Object.keys(CONFIGS).sort());
    for (const none of ["", "starts", "constructor", "__proto__", "toString"])
      assert.equal(configSchema(none), undefined, none);
  });

  for (const [nodeType, { least, givenBack }] of Object.entries(CONFIGS)) {
    it(`node configs: ${nodeType} takes no less than what it needs, and no unknown key`, () => {
      assert.ok(takes(nodeType, least));
      for (const key of Object.keys(least)) {
        const { [key]: _, ...rest } = least;
        assert.ok(!takes(nodeType, rest), `${key} is not needed`);
      }
      assert.ok(!takes(nodeType, { ...least, from_the_future: 1 }));
    });

    it(`node configs: ${nodeType} is taken as Kapso gives it back, with every key that there is`, () => {
      const schema = configSchema(nodeType) ?? assert.fail();
      const { issues } = schema.safeParse(givenBack).error ?? { issues: [] };
      assert.deepEqual(issues, []);
      assert.deepEqual(Object.keys(schema.shape).sort(), Object.keys(givenBack).sort());
    });
  }

  it("node configs: decimals are numbers, also where Kapso gives them back as text", () => {
    const temperature = (value: unknown) => configSchema("agent")?.safeParse({ temperature: value }).data?.temperature;
    assert.deepEqual(["0.2", "0.0", "-1", 0.2, null].map(temperature), [0.2, 0, -1, 0.2, null]);
    for (const wrong of ["", "warm", "1e3", "0.", "NaN", true, []]) assert.ok(!takes("agent", { temperature: wrong }));
  });

  it("node configs: headers of an agent's tools are objects, also where Kapso gives them back as text", () => {
    const agent = (headers: unknown) => ({ flow_agent_webhooks: [{ name: "a", headers }] });
    for (const right of [null, {}, { a: "b" }, "{}", '{"a": "b"}']) assert.ok(takes("agent", agent(right)));
    for (const wrong of ["", "a: b", "[]", "3", 3, ["a"]]) assert.ok(!takes("agent", agent(wrong)), String(wrong));
  });

  it("node configs: null is taken only where Kapso takes it", () => {
    const nulls = Object.entries(CONFIGS).flatMap(([nodeType, { least }]) =>
      Object.keys(configSchema(nodeType)?.shape ?? {})
        .filter((key) => !takes(nodeType, { ...least, [key]: null }))
        .map((key) => `${nodeType}.${key}`),
    );
    assert.deepEqual(nulls.sort(), [
      ...["agent.default_tool_configs", "agent.enabled_default_tools", "agent.flow_agent_function_tools"],
      ...["agent.flow_agent_knowledge_bases", "agent.flow_agent_mcp_servers", "agent.flow_agent_resources"],
      ...["agent.flow_agent_webhooks", "agent.message_delivery_mode", "agent.observer_prompt_mode"],
      ...["agent.prompt_cache_ttl", "decide.conditions", "decide.decision_type", "decide.llm_configuration"],
      ...["emit_event.event_name", "emit_event.properties", "function.function_id"],
      ...["pipedream.action_id", "pipedream.ai_field_config", "pipedream.app_slug", "pipedream.configured_props"],
      ...["send_interactive.ai_field_config", "send_interactive.body_text", "send_interactive.buttons"],
      ...["send_interactive.interactive_type", "send_interactive.list_sections"],
      ...["send_template.ai_field_config", "send_template.template_id"],
      ...["send_text.ai_field_config", "send_text.message"],
      ...["set_variable.value_type", "set_variable.variable_name"],
      ...["wait_for_response.has_timeout"],
      ...["webhook.ai_field_config", "webhook.method", "webhook.url"],
    ]);
  });

  it("node configs: no schema is made before it is needed, and then once", () => {
    const script = `
      const zod = require("zod");
      let made = 0;
      const counted = (make) => (...args) => { made++; return make(...args); };
      const makers = Object.entries(zod.z).map(([name, each]) => [name, /^[a-z]/.test(name) && typeof each === "function" ? counted(each) : each]);
      require.cache[require.resolve("zod")].exports = { ...zod, z: Object.fromEntries(makers) };
      const { configSchema } = require("./provider/vendors/kapso/definition/node-configs");
      require("./provider/vendors/kapso/definition/validate");
      const atImport = made;
      const first = configSchema("send_text");
      const after = made;
      console.log(JSON.stringify([atImport, after > 0, configSchema("send_text") === first, made === after]));
    `;
    const root = join(__dirname, "../../..");
    // What is counted is what is made beyond the schemas of the engine itself.
    const preload = ["-r", "ts-node/register/transpile-only", "-r", "./provider/lifecycle/check"];
    const said = execFileSync(process.execPath, [...preload, "-e", script], { cwd: root, encoding: "utf8" });
    assert.deepEqual(JSON.parse(said), [0, true, true, true]);
  });
});
