import assert from "node:assert/strict";
import fc from "fast-check";
import { type Emulator, kapsoDefaults, startEmulator } from "../../testing/src/emulator";
import {
  configOf,
  type Definition,
  graph,
  type KapsoClient,
  kapsoClient,
  node,
  nodeOf,
  type Workflow,
  yesOrNo,
} from "./kapso-client";

const [openai] = kapsoDefaults.provider_models;
const [support] = kapsoDefaults.phone_numbers;
const unknownId = "99999999-0000-4000-8000-000000000000";
const text = (id: string, more: Record<string, unknown> = {}) => node(id, "send_text", { message: "Hi", ...more });

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
    assert.equal((await kapso.get(workflow)).lock_version, 1);
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
