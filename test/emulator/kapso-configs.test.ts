import assert from "node:assert/strict";
import { type Emulator, kapsoDefaults, startEmulator } from "../../testing/src/emulator";
import {
  configOf,
  type Definition,
  graph,
  type KapsoClient,
  kapsoClient,
  node,
  type Workflow,
  yesOrNo,
} from "./kapso-client";

const [openai, anthropic] = kapsoDefaults.provider_models;
const [support] = kapsoDefaults.phone_numbers;
const [template] = kapsoDefaults.templates;
const unknownId = "99999999-0000-4000-8000-000000000000";

describe("emulator: what kapso rewrites in configs", () => {
  let emulator: Emulator;
  let kapso: KapsoClient;

  before(async () => {
    emulator = await startEmulator();
    kapso = kapsoClient(emulator);
  });
  beforeEach(() => emulator.reset());
  after(() => emulator.close());

  const create = (...others: ReturnType<typeof node>[]) => kapso.create({ name: "a", definition: graph(others) });
  const stored = async (...others: ReturnType<typeof node>[]): Promise<Definition> =>
    kapso.definition(await create(...others));
  /** The config of one node as it reads back. */
  const read = async (type: string, config: Record<string, unknown>) => {
    emulator.reset();
    return configOf(await stored(node("n", type, config)), "n");
  };
  const write = (workflow: Workflow, definition: object) => kapso.update(workflow, { definition });

  describe("configs", () => {
    const phone = { phone_number_id: null, whatsapp_config_id: null, to_phone_number: null };
    const model = { provider_model_id: null, provider_model_name: null };
    const ai = { ...model, ai_field_config: {} };

    for (const { type, sent, filled } of [
      { type: "start", sent: {}, filled: {} },
      { type: "send_text", sent: { message: "Hi" }, filled: { ...phone, delay_seconds: 0, ...ai } },
      {
        type: "send_template",
        sent: { template_id: template?.id },
        filled: { template_name: "order_update", parameters: {}, ...phone, ...ai },
      },
      {
        type: "wait_for_response",
        sent: {},
        filled: { has_timeout: false, timeout_seconds: null, save_response_to: null },
      },
      {
        type: "webhook",
        sent: { url: "https://example.com" },
        filled: { method: "POST", headers: "{}", body_template: null, save_response_to: null, ...ai },
      },
      { type: "call", sent: {}, filled: { workflow_id: null, workflow_name: null, save_error_to: null } },
      { type: "handoff", sent: { reason: "angry" }, filled: { context_data: null } },
      { type: "set_variable", sent: { variable_name: "x", variable_value: "y" }, filled: { value_type: "string" } },
      { type: "emit_event", sent: { event_name: "order.made" }, filled: { properties: {}, occurred_at: null } },
      {
        type: "pipedream",
        sent: { action_id: "a", app_slug: "b" },
        filled: {
          account_id: null,
          configured_props: {},
          dynamic_props_id: null,
          save_response_to: null,
          ...ai,
        },
      },
      {
        type: "send_interactive",
        sent: { interactive_type: "button", body_text: "Choose", buttons: [{ id: "a", title: "A" }] },
        filled: {
          footer_text: null,
          header_type: null,
          header_text: null,
          header_media_url: null,
          list_button_text: null,
          list_sections: [],
          cta_display_text: null,
          cta_url: null,
          flow_id: null,
          flow_cta: null,
          flow_token: null,
          flow_action: null,
          flow_action_payload: null,
          header_config: {},
          action_config: { buttons: [{ type: "reply", reply: { id: "a", title: "A" } }] },
          ...phone,
          ...ai,
        },
      },
      {
        type: "agent",
        sent: { system_prompt: "Help" },
        filled: {
          ...model,
          temperature: "0.0",
          max_iterations: 80,
          max_tokens: 8192,
          reasoning_effort: null,
          prompt_cache_ttl: "5m",
          observer_prompt_mode: "analysis_only",
          message_delivery_mode: "auto_send_assistant_text",
          enabled_default_tools: ["enter_waiting", "complete_task", "handoff_to_human"],
          default_tool_configs: {},
          flow_agent_function_tools: [],
          flow_agent_webhooks: [],
          flow_agent_mcp_servers: [],
          flow_agent_knowledge_bases: [],
          flow_agent_resources: [],
          flow_agent_app_integration_tools: [],
          sandbox_enabled: false,
          sandbox_network_mode: "allow_all",
          sandbox_allowed_outbound_hosts: [],
        },
      },
    ]) {
      it(`rewrites: the config of a ${type} node is filled in, and reads the same when it is sent back`, async () => {
        const config = await read(type, sent);
        assert.deepEqual(config, { ...sent, ...filled });
        assert.deepEqual(await read(type, config), config);
      });
    }

    it("rewrites: the config of a decision is filled in", async () => {
      const { conditions, ...config } = configOf(await stored(yesOrNo({ llm_temperature: 1 })), "choose");
      assert.deepEqual(config, {
        decision_type: "ai",
        llm_configuration: {},
        function_id: null,
        function_name: null,
        ...model,
        llm_temperature: "1.0",
        llm_max_tokens: null,
      });
    });

    it("rewrites: members that the type does not have are dropped, and null is the same as left out", async () => {
      const config = await read("send_text", { message: "Hi", delay_seconds: null, colour: "red" });
      assert.equal(config.delay_seconds, 0);
      assert.ok(!("colour" in config));
    });

    it("rewrites: decimals become text with at least one digit after the point", async () => {
      for (const [sent, told] of [
        [0.2, "0.2"],
        [0, "0.0"],
        [1, "1.0"],
        ["0.70", "0.7"],
        [null, "0.0"],
      ]) {
        assert.equal((await read("agent", { temperature: sent })).temperature, told);
      }
    });

    it("rewrites: values of variables become text, as the database writes them", async () => {
      for (const [sent, told] of [
        [true, "t"],
        [false, "f"],
        ["true", "true"],
        [12.5, "12.5"],
        [{ bb: 1, a: [true] }, '{"a":[true],"bb":1}'],
        [[1], "[1]"],
      ]) {
        const { variable_value } = await read("set_variable", { variable_name: "x", variable_value: sent });
        assert.equal(variable_value, told);
        const again = await read("set_variable", { variable_name: "x", variable_value });
        assert.equal(again.variable_value, told);
      }
    });

    it("rewrites: headers and bodies of webhooks become JSON in a string; other text stays as it is", async () => {
      const sent = {
        url: "https://example.com",
        headers: { "X-Key": "1", A: "2" },
        body_template: { b: [{ dd: 1, c: 2 }] },
      };
      const config = await read("webhook", sent);
      assert.deepEqual([config.headers, config.body_template], ['{"A":"2","X-Key":"1"}', '{"b":[{"c":2,"dd":1}]}']);
      assert.deepEqual(await read("webhook", config), config);
      const plain = { url: "https://example.com", body_template: 'Hello {{vars.name}} "' };
      assert.equal((await read("webhook", plain)).body_template, plain.body_template);
      const agent = await read("agent", { flow_agent_webhooks: [{ name: "w", headers: { K: "1" }, body: { a: 1 } }] });
      const [tool] = Object(agent.flow_agent_webhooks);
      assert.deepEqual([tool.headers, tool.body, tool.http_method], ['{"K":"1"}', '{"a":1}', "POST"]);
      const again = await read("agent", agent);
      assert.deepEqual(again, agent);
    });

    it("rewrites: keys of a config come by their length, then by their bytes", async () => {
      const config = await read("emit_event", { event_name: "a.b", properties: { zz: 1, é: 2, b: 3, aaa: 4, ab: 5 } });
      assert.deepEqual(
        Object.keys(config),
        ["event_name", "properties", "occurred_at"].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)),
      );
      assert.deepEqual(Object.keys(Object(config.properties)), ["b", "ab", "zz", "é", "aaa"]);
    });

    it("rewrites: agents have the compulsory tools, after those that were sent, and cannot lose them", async () => {
      const config = await read("agent", { enabled_default_tools: ["save_variable", "complete_task"] });
      assert.deepEqual(config.enabled_default_tools, [
        "save_variable",
        "complete_task",
        "enter_waiting",
        "handoff_to_human",
      ]);
    });

    it("rewrites: the token of a resource is never told, only that there is one; owner and name come from the address", async () => {
      const resource = {
        resource_type: "github_repository",
        repo_url: "https://github.com/acme/web.git",
        branch: "main",
      };
      const workflow = await create(
        node("a", "agent", {
          flow_agent_resources: [
            { ...resource, auth_type: "pat", pat: "ghp_secret" },
            { ...resource, auth_type: "pat" },
            { ...resource, auth_type: "github_app" },
          ],
        }),
      );
      const definition = await kapso.definition(workflow);
      assert.ok(!JSON.stringify(definition).includes("ghp_secret"));
      const resources = Object(configOf(definition, "a").flow_agent_resources);
      assert.deepEqual(resources[0], {
        ...resource,
        id: "00000001-0004-4000-8000-000000000001",
        owner: "acme",
        repo_name: "web",
        auth_type: "pat",
        has_pat: true,
        github_app_installation_id: null,
        has_github_app: false,
        imported_missing_pat: false,
        imported_missing_github_app: false,
      });
      assert.deepEqual([resources[1].has_pat, resources[1].imported_missing_pat], [false, true]);
      assert.equal(resources[2].imported_missing_github_app, true);
    });

    it("rewrites: a resource that is sent back keeps its token, one that comes without its id loses it", async () => {
      const resource = { repo_url: "https://github.com/acme/web", auth_type: "pat", pat: "ghp_secret" };
      const workflow = await create(node("a", "agent", { flow_agent_resources: [resource] }));
      const hasPat = async () =>
        Object(configOf(await kapso.definition(workflow), "a").flow_agent_resources)[0].has_pat;
      await write(workflow, await kapso.definition(workflow));
      assert.equal(await hasPat(), true);
      const { pat, ...without } = resource;
      await write(workflow, graph([node("a", "agent", { flow_agent_resources: [without] })]));
      assert.equal(await hasPat(), false);
    });
  });

  describe("references", () => {
    it("rewrites: what is referred to is named beside its id", async () => {
      const { id } = await kapso.createFunction({ name: "lookup" });
      const callee = await kapso.create({ name: "Refunds" });
      const definition = await stored(
        node("f", "function", { function_id: id }),
        node("c", "call", { workflow_id: callee.id }),
        node("t", "send_template", { template_id: template?.id }),
        node("a", "agent", { provider_model_id: anthropic?.id, flow_agent_function_tools: [{ function_id: id }] }),
      );
      const told = (node: string, name: string) => configOf(definition, node)[name];
      assert.deepEqual(
        [told("f", "function_name"), told("c", "workflow_name"), told("t", "template_name")],
        ["lookup", "Refunds", "order_update"],
      );
      assert.equal(told("a", "provider_model_name"), anthropic?.name);
      const [tool] = Object(told("a", "flow_agent_function_tools"));
      assert.deepEqual([tool.function_name, tool.input_schema], ["lookup", {}]);
    });

    it("rewrites: an id that leads nowhere becomes null without a word", async () => {
      const definition = await stored(
        node("f", "function", { function_id: unknownId }),
        node("d", "decide", { decision_type: "function", function_id: "no-uuid", conditions: [{ label: "a" }] }),
        node("c", "call", { workflow_id: unknownId }),
        node("t", "send_template", { template_id: unknownId }),
        node("a", "agent", {
          provider_model_id: unknownId,
          flow_agent_function_tools: [{ name: "x", function_id: unknownId }],
        }),
      );
      const found = [
        configOf(definition, "f").function_id,
        configOf(definition, "d").function_id,
        configOf(definition, "c").workflow_id,
        configOf(definition, "t").template_id,
        configOf(definition, "a").provider_model_id,
        Object(configOf(definition, "a").flow_agent_function_tools)[0].function_id,
      ];
      assert.deepEqual(found, Array(6).fill(null));
    });

    it("rewrites: a slug instead of an id is dropped, and leaves the reference null", async () => {
      await kapso.createFunction({ name: "lookup" });
      const config = await read("function", { function_slug: "lookup" });
      assert.deepEqual(config, { function_id: null, function_name: null, save_response_to: null });
    });

    it("rewrites: a model can be given by name; an unknown name becomes the default model; an id wins", async () => {
      const modelOf = async (config: Record<string, unknown>) => {
        const { provider_model_id, provider_model_name } = await read("agent", config);
        return [provider_model_id, provider_model_name];
      };
      const name = anthropic?.name;
      assert.deepEqual(await modelOf({ provider_model_name: name }), [anthropic?.id, name]);
      assert.deepEqual(await modelOf({ provider_model_name: "no-such-model" }), [openai?.id, openai?.name]);
      const both = { provider_model_id: anthropic?.id, provider_model_name: openai?.name };
      assert.deepEqual(await modelOf(both), [anthropic?.id, name]);
    });

    it("rewrites: one id of a phone number fills in the other; an unknown number is stored as it is", async () => {
      const idsOf = async (config: Record<string, unknown>) => {
        const { phone_number_id, whatsapp_config_id } = await read("send_text", { message: "Hi", ...config });
        return [phone_number_id, whatsapp_config_id];
      };
      const both = [support?.phone_number_id, support?.id];
      assert.deepEqual(await idsOf({ phone_number_id: support?.phone_number_id }), both);
      assert.deepEqual(await idsOf({ whatsapp_config_id: support?.id }), both);
      assert.deepEqual(await idsOf({ phone_number_id: "42", whatsapp_config_id: support?.id }), ["42", null]);
      assert.deepEqual(await idsOf({ phone_number_id: "42" }), ["42", null]);
    });
  });
});
