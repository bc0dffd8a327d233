import assert from "node:assert/strict";
import fc from "fast-check";
import { type Emulator, kapsoDefaults, startEmulator } from "../../testing/src/emulator";
import {
  configOf,
  type Definition,
  graph,
  type KapsoClient,
  kapsoClient,
  type Node,
  node,
  nodeOf,
  type Workflow,
} from "./kapso-client";

const [openai, anthropic] = kapsoDefaults.provider_models;
const [support] = kapsoDefaults.phone_numbers;
const [template] = kapsoDefaults.templates;
const unknownId = "99999999-0000-4000-8000-000000000000";
const text = (id: string, more: Record<string, unknown> = {}) => node(id, "send_text", { message: "Hi", ...more });
const yesOrNo = (more: Record<string, unknown> = {}) =>
  node("choose", "decide", {
    decision_type: "ai",
    conditions: [{ label: "yes" }, { label: "no", description: "Declined" }],
    ...more,
  });

describe("emulator: what kapso rewrites", () => {
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

  describe("nodes", () => {
    it("rewrites: a node gets the type of the canvas and a display name of its own, whatever was sent", async () => {
      const sent = text("hi");
      const workflow = await kapso.create({
        name: "a",
        definition: { nodes: [{ ...sent, type: "fancy", data: { ...sent.data, display_name: "Greeting" } }] },
      });
      const { type, position, data } = nodeOf(await kapso.definition(workflow), "hi");
      assert.deepEqual([type, position], ["flow-node", { x: 0, y: 0 }]);
      assert.deepEqual([data.node_type, data.display_name], ["send_text", "Send Text Message"]);
    });

    it("rewrites: display names are made of the type and of what the node refers to", async () => {
      const { id } = await kapso.createFunction({ name: "report-delivery" });
      const callee = await kapso.create({ name: "Refunds" });
      const definition = await stored(
        yesOrNo(),
        node("byFunction", "decide", { decision_type: "function", conditions: [{ label: "a" }], function_id: id }),
        node("run", "function", { function_id: id }),
        node("lost", "function", { function_id: unknownId }),
        node("wait", "wait_for_response"),
        node("waitLong", "wait_for_response", { has_timeout: true, timeout_seconds: 300 }),
        node("agent", "agent"),
        node("call", "call", { workflow_id: callee.id }),
        node("hook", "webhook", { url: "https://example.com" }),
        node("set", "set_variable", { variable_name: "x", variable_value: "1" }),
      );
      const names = Object.fromEntries(definition.nodes.map(({ id, data }) => [id, data.display_name]));
      assert.deepEqual(names, {
        start: "Start",
        choose: "Decision: AI",
        byFunction: "Decision: Function",
        run: "Function: report-delivery",
        lost: "Function",
        wait: "Wait for Response",
        waitLong: "Wait for Response (300s timeout)",
        agent: "AI Agent",
        call: "Call Workflow: Refunds",
        hook: "Call Webhook",
        set: "Set Variable: x",
      });
    });

    it("rewrites: nodes and edges come back in an order of their own, which is the same at every read", async () => {
      const ids = ["one", "two", "three", "four", "five", "six"];
      const workflow = await kapso.create({
        name: "a",
        definition: graph(
          ids.map((id) => text(id)),
          ids.slice(1).map((target, index) => ({ source: ids[index], target })),
        ),
      });
      const first = await kapso.definition(workflow);
      assert.notDeepEqual(
        first.nodes.map(({ id }) => id),
        ["start", ...ids],
      );
      assert.notDeepEqual(
        first.edges.map(({ target }) => target),
        ids,
      );
      await write(workflow, { nodes: [...first.nodes].reverse(), edges: [...first.edges].reverse() });
      assert.deepEqual(await kapso.definition(workflow), first);
    });

    it("rewrites: a node without type or of an unknown one becomes a start-like step", async () => {
      const nodes = [
        { id: "none", position: { x: 0, y: 0 }, data: { config: { a: 1 } } },
        node("odd", "teleport", { to: "mars" }),
        node("inherited", "constructor"),
      ];
      const { nodes: got } = await kapso.definition(await kapso.create({ name: "a", definition: { nodes } }));
      assert.deepEqual(
        got.map(({ data }) => data),
        Array(3).fill({ node_type: "start", config: {}, display_name: "Start" }),
      );
    });
  });

  describe("edges and conditions", () => {
    it("rewrites: an edge gets an id, a type and the label next; it has a condition only after a decision", async () => {
      const workflow = await kapso.create({
        name: "a",
        definition: graph([yesOrNo(), text("thanks")], [{ source: "choose", target: "thanks", label: "yes" }]),
      });
      const { nodes, edges } = await kapso.definition(workflow);
      const conditions = Object(configOf({ nodes, edges }, "choose").conditions);
      const byTarget = Object.fromEntries(edges.map(({ id, ...edge }) => [edge.target, edge]));
      assert.deepEqual(byTarget, {
        choose: { source: "start", target: "choose", label: "next", type: "default", flow_condition_id: null },
        thanks: {
          source: "choose",
          target: "thanks",
          label: "yes",
          type: "default",
          flow_condition_id: conditions[0].id,
        },
      });
      assert.equal(new Set(edges.map(({ id }) => id)).size, 2);
    });

    it("rewrites: conditions get ids and null for what they lack", async () => {
      const { conditions } = configOf(await stored(yesOrNo()), "choose");
      assert.deepEqual(conditions, [
        { id: "00000001-0002-4000-8000-000000000001", label: "yes", description: null },
        { id: "00000002-0002-4000-8000-000000000002", label: "no", description: "Declined" },
      ]);
    });

    it("rewrites: ids of conditions and edges stay when they are sent back, and change when they are not", async () => {
      const definition = graph([yesOrNo(), text("thanks")], [{ source: "choose", target: "thanks", label: "yes" }]);
      const workflow = await kapso.create({ name: "a", definition });
      const idsOf = async () => {
        const now = await kapso.definition(workflow);
        const conditions: { id: string }[] = Object(configOf(now, "choose").conditions);
        return [...conditions, ...now.edges].map(({ id }) => id);
      };
      const first = await idsOf();
      await write(workflow, await kapso.definition(workflow));
      assert.deepEqual(await idsOf(), first);
      await write(workflow, definition);
      const second = await idsOf();
      assert.equal(new Set([...first, ...second]).size, 8);
    });

    it("rewrites: an id that the server never gave is replaced, and the edge finds its condition by label", async () => {
      const conditions = [
        { id: unknownId, label: "yes" },
        { id: "mine", label: "no" },
      ];
      const edge = { id: unknownId, source: "choose", target: "thanks", label: "no", flow_condition_id: "mine" };
      const definition = graph([yesOrNo({ conditions }), text("thanks")], [edge]);
      const { nodes, edges } = await kapso.definition(await kapso.create({ name: "a", definition }));
      const read = Object(configOf({ nodes, edges }, "choose").conditions);
      const ids = [...read, ...edges].map(({ id }: { id: string }) => id);
      assert.ok(!ids.includes(unknownId) && !ids.includes("mine"));
      assert.equal(edges.find(({ source }) => source === "choose")?.flow_condition_id, read[1].id);
    });

    it("rewrites: an id that is sent twice stays with the first", async () => {
      const workflow = await create(yesOrNo());
      const [first] = Object(configOf(await kapso.definition(workflow), "choose").conditions);
      const conditions = [first, { ...first, label: "twin" }];
      await write(workflow, graph([yesOrNo({ conditions })]));
      const ids = Object(configOf(await kapso.definition(workflow), "choose").conditions);
      assert.equal(ids[0].id, first.id);
      assert.notEqual(ids[1].id, first.id);
    });

    it("rewrites: an array that is left out keeps its set, as far as its edges still have ends", async () => {
      const workflow = await kapso.create({
        name: "a",
        definition: graph([text("b"), text("c")], [{ source: "b", target: "c" }]),
      });
      await write(workflow, { edges: [{ source: "b", target: "c" }] });
      const { nodes, edges } = await kapso.definition(workflow);
      assert.deepEqual([nodes.length, edges.length], [3, 1]);
      await write(workflow, { nodes: [text("b"), text("d")] });
      const after = await kapso.definition(workflow);
      assert.deepEqual(after.nodes.map(({ id }) => id).sort(), ["b", "d"]);
      assert.deepEqual(after.edges, []);
      await write(workflow, {});
      assert.deepEqual(await kapso.definition(workflow), after);
    });

    it("rewrites: kept edges of a decision follow its condition by label, and go with it", async () => {
      const workflow = await kapso.create({
        name: "a",
        definition: graph(
          [yesOrNo(), text("t")],
          [
            { source: "choose", target: "t", label: "yes" },
            { source: "choose", target: "t", label: "no" },
          ],
        ),
      });
      await write(workflow, { nodes: [yesOrNo({ conditions: [{ label: "no" }] }), text("t")] });
      const { nodes, edges } = await kapso.definition(workflow);
      const [condition] = Object(configOf({ nodes, edges }, "choose").conditions);
      assert.deepEqual(
        edges.map(({ label, flow_condition_id }) => [label, flow_condition_id]),
        [["no", condition.id]],
      );
    });
  });

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

  it("rewrites: what the editor exports can be sent back, and reads the same but for lock and time", async () => {
    const { id } = await kapso.createFunction({ name: "lookup" });
    const workflow = await kapso.create({
      name: "a",
      definition: graph(
        [
          yesOrNo({ provider_model_id: openai?.id, llm_temperature: 0.3 }),
          text("hi", {
            phone_number_id: support?.phone_number_id,
            message: { $ai: {} },
            ai_field_config: { message: { mode: "prompt" } },
          }),
          node("f", "function", { function_id: id, save_response_to: "r" }),
          node("a", "agent", {
            temperature: 0.2,
            flow_agent_resources: [{ repo_url: "https://github.com/a/b", pat: "x" }],
          }),
          node("h", "webhook", { url: "https://example.com", headers: { a: "1" } }),
          node("v", "set_variable", { variable_name: "x", variable_value: true, value_type: "boolean" }),
        ],
        [{ source: "choose", target: "hi", label: "yes" }],
      ),
    });
    const before = await kapso.definition(workflow);
    await write(workflow, before);
    assert.deepEqual(JSON.stringify(await kapso.definition(workflow)), JSON.stringify(before));
    const nodes: readonly Node[] = before.nodes;
    await write(workflow, { nodes, edges: before.edges });
    assert.deepEqual(await kapso.definition(workflow), before);
    assert.equal((await kapso.get(workflow)).lock_version, 2);
    assert.deepEqual(
      emulator.journal().flatMap(({ violations }) => violations),
      [],
    );
  });

  it("rewrites: whatever was stored, a read of it can be sent back and reads the same", async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom("0.5", '{"b":1,"a":2}', true, 3, 0.1, null));
    const members = {
      send_text: { message: "Hi" },
      webhook: { url: "https://example.com" },
      agent: {},
      set_variable: { variable_name: "x" },
      emit_event: { event_name: "a" },
      handoff: {},
      teleport: {},
    };
    const names = [
      "message",
      "headers",
      "body_template",
      "temperature",
      "variable_value",
      "context_data",
      "properties",
    ];
    const type = fc.constantFrom(...Object.keys(members));
    const config = fc.dictionary(fc.constantFrom(...names, "reason", "ai_field_config", "provider_model_name"), value);
    const workflow = await kapso.create({ name: "a" });
    let written = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(type, config), { maxLength: 4 }), async (sent) => {
        const nodes = sent.map(([kind, more], index) => node(`n${index}`, kind, { ...Object(members)[kind], ...more }));
        const answer = await kapso.patch(workflow, { definition: { nodes, edges: [] } });
        assert.ok(answer.status < 500, JSON.stringify(answer.body));
        if (answer.status !== 200) return;
        written += 1;
        const definition = await kapso.definition(workflow);
        await write(workflow, definition);
        assert.equal(JSON.stringify(await kapso.definition(workflow)), JSON.stringify(definition));
      }),
      { numRuns: 100 },
    );
    assert.ok(written > 20, `only ${written} of 100 were accepted`);
  });
});
