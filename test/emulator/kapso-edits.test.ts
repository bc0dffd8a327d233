import assert from "node:assert/strict";
import { type Emulator, type KapsoEdit, kapsoDefaults, startEmulator } from "../../testing/src/emulator";
import { configOf, graph, type KapsoClient, kapsoClient, node, nodeOf, type Workflow } from "./kapso-client";

const [support] = kapsoDefaults.phone_numbers;
const [, anthropic] = kapsoDefaults.provider_models;
const phone_number_id = support?.phone_number_id ?? "";
const text = (id: string, more: Record<string, unknown> = {}) => node(id, "send_text", { message: "Hi", ...more });

type EditOf<E> = E extends unknown ? Omit<E, "vendor"> : never;

describe("emulator: edits and seeds of kapso", () => {
  let emulator: Emulator;
  let kapso: KapsoClient;
  let workflow: Workflow;

  before(async () => {
    emulator = await startEmulator();
    kapso = kapsoClient(emulator);
  });
  beforeEach(async () => {
    emulator.reset();
    workflow = await kapso.create({
      name: "Bot",
      definition: graph(
        [
          node("d", "decide", { decision_type: "ai", conditions: [{ label: "yes" }] }),
          text("t", { phone_number_id }),
          node("a", "agent", { flow_agent_resources: [{ repo_url: "https://github.com/a/b", pat: "x" }] }),
        ],
        [
          { source: "d", target: "t", label: "yes" },
          { source: "t", target: "a" },
        ],
      ),
    });
  });
  after(() => emulator.close());

  const edit = (action: EditOf<KapsoEdit>) => emulator.edit({ vendor: "kapso", ...action });

  describe("edits", () => {
    it("edit: a person creates, changes and archives workflows, whatever switches say of the API", async () => {
      emulator.switches({ kapsoArchiveIgnored: true });
      edit({ action: "createWorkflow", set: { name: "New", status: "active", definition: graph([text("t")]) } });
      const [made] = await kapso.list("?name_contains=new");
      assert.ok(made);
      assert.deepEqual([made.status, made.lock_version], ["active", 0]);
      assert.equal((await kapso.definition(made)).nodes.length, 2);
      edit({ action: "updateWorkflow", workflow: "new", set: { name: "Newer", description: "by hand" } });
      const { name, description, slug, lock_version } = await kapso.get(made);
      assert.deepEqual([name, description, slug, lock_version], ["Newer", "by hand", "new", 1]);
      edit({ action: "archiveWorkflow", workflow: made.id });
      assert.equal((await kapso.get(made)).status, "archived");
    });

    it("edit: a deleted workflow is gone, and so are its triggers", async () => {
      edit({ action: "addTrigger", workflow: "bot", add: { trigger_type: "inbound_message", phone_number_id } });
      edit({ action: "deleteWorkflow", workflow: "bot" });
      assert.equal((await kapso.call("GET", `/platform/v1/workflows/${workflow.id}`)).status, 404);
      assert.deepEqual(emulator.state().kapso.triggers, []);
    });

    it("edit: runs move lock, count and times, and nothing else", async () => {
      const before = await kapso.definition(workflow);
      edit({ action: "runWorkflow", workflow: "bot" });
      edit({ action: "runWorkflow", workflow: "bot", times: 40 });
      const { lock_version, execution_count, last_executed_at } = await kapso.get(workflow);
      assert.deepEqual([lock_version, execution_count], [41, 41]);
      assert.ok(last_executed_at);
      assert.deepEqual(await kapso.definition(workflow), before);
    });

    it("edit: drawing in the editor changes what was drawn, keeps every other id and counts up the lock", async () => {
      const before = await kapso.definition(workflow);
      edit({ action: "moveNode", workflow: "bot", node: "t", position: { x: -10.5, y: 20 } });
      edit({ action: "configureNode", workflow: "bot", node: "t", set: { message: "Hello" } });
      edit({ action: "configureNode", workflow: "bot", node: "a", set: { provider_model_name: anthropic?.name } });
      edit({ action: "addNode", workflow: "bot", add: text("end") });
      edit({ action: "addEdge", workflow: "bot", add: { source: "a", target: "end" } });
      const after = await kapso.definition(workflow);
      assert.deepEqual(nodeOf(after, "t"), {
        ...nodeOf(before, "t"),
        position: { x: -10.5, y: 20 },
        data: { ...nodeOf(before, "t").data, config: { ...configOf(before, "t"), message: "Hello" } },
      });
      assert.deepEqual(configOf(after, "a"), {
        ...configOf(before, "a"),
        provider_model_id: anthropic?.id,
        provider_model_name: anthropic?.name,
      });
      assert.deepEqual(nodeOf(after, "d"), nodeOf(before, "d"));
      assert.deepEqual(
        after.edges.filter(({ target }) => target !== "end"),
        before.edges,
      );
      assert.equal((await kapso.get(workflow)).lock_version, 5);
      edit({ action: "removeEdge", workflow: "bot", source: "d", label: "yes" });
      edit({ action: "removeNode", workflow: "bot", node: "end" });
      const { nodes, edges } = await kapso.definition(workflow);
      assert.deepEqual(nodes.map(({ id }) => id).sort(), ["a", "d", "start", "t"]);
      assert.deepEqual(edges.map(({ source }) => source).sort(), ["start", "t"]);
    });

    it("edit: a number can be cleared and changed, also where it was filled in from its other id", async () => {
      edit({ action: "configureNode", workflow: "bot", node: "t", set: { phone_number_id: null } });
      const cleared = configOf(await kapso.definition(workflow), "t");
      assert.deepEqual([cleared.phone_number_id, cleared.whatsapp_config_id], [null, null]);
      edit({ action: "configureNode", workflow: "bot", node: "t", set: { whatsapp_config_id: support?.id } });
      assert.equal(configOf(await kapso.definition(workflow), "t").phone_number_id, phone_number_id);
    });

    it("edit: triggers can be added, switched and deleted", async () => {
      edit({ action: "addTrigger", workflow: "bot", add: { trigger_type: "api_call" } });
      const [trigger] = await kapso.triggers(workflow);
      assert.ok(trigger);
      edit({ action: "toggleTrigger", trigger: trigger.id, active: false });
      assert.equal((await kapso.triggers(workflow))[0]?.active, false);
      edit({ action: "deleteTrigger", trigger: trigger.id });
      assert.deepEqual(await kapso.triggers(workflow), []);
    });

    it("edit: functions can be made, changed, deployed and deleted", async () => {
      edit({ action: "createFunction", set: { name: "Look up", code: "1" } });
      edit({ action: "updateFunction", function: "look-up", set: { code: "2" } });
      edit({ action: "deployFunction", function: "look-up" });
      const [row] = emulator.state().kapso.functions;
      assert.ok(row);
      assert.deepEqual([row.code, row.status, row.version], ["2", "deployed", 1]);
      edit({ action: "setSecret", function: "look-up", name: "KEY", value: "theirs" });
      edit({ action: "setSecret", function: "look-up", name: "OTHER", value: "theirs" });
      edit({ action: "setSecret", function: "look-up", name: "OTHER", value: null });
      const [{ secrets, deployed, code } = assert.fail()] = emulator.state().kapso.functions;
      assert.deepEqual([secrets, deployed], [{ KEY: "theirs" }, { code, runtime_config: null }]);
      edit({ action: "deleteFunction", function: row.id });
      assert.deepEqual(emulator.state().kapso.functions, []);
    });

    it("edit: a deleted phone number takes its nodes along, and their edges", async () => {
      edit({ action: "deletePhoneNumber", phone_number_id });
      const { nodes, edges } = await kapso.definition(workflow);
      assert.deepEqual(nodes.map(({ id }) => id).sort(), ["a", "d", "start"]);
      assert.deepEqual(
        edges.map(({ target }) => target),
        ["d"],
      );
      const numbers = await kapso.told<unknown[]>(200, kapso.call("GET", "/platform/v1/whatsapp/phone_numbers"));
      assert.equal(numbers.length, 1);
    });

    it("edit: it is not in the journal, and what makes no sense is refused and changes nothing", () => {
      emulator.clearJournal();
      const before = emulator.state();
      for (const [wrong, told] of [
        [{ action: "runWorkflow", workflow: "nobody" }, /no workflow 'nobody'/],
        [{ action: "moveNode", workflow: "bot", node: "nobody", position: { x: 0, y: 0 } }, /no node 'nobody'/],
        [{ action: "removeEdge", workflow: "bot", source: "t", label: "yes" }, /no edge t --yes-->/],
        [{ action: "createWorkflow", set: { name: "Bot" } }, /Name has already been taken/],
        [{ action: "addNode", workflow: "bot", add: text("t") }, /two nodes have the id t/],
        [{ action: "configureNode", workflow: "bot", node: "t" }, /set: Field required/],
        [{ action: "runWorkflow", workflow: "bot", often: 2 }, /often/],
        [{ action: "teleport" }, /action: must be one of/],
        [{ action: "deletePhoneNumber", phone_number_id: "42" }, /no phone number '42'/],
        [{ action: "toggleTrigger", trigger: workflow.id, active: true }, /no trigger/],
      ] as const) {
        assert.throws(() => emulator.edit(JSON.parse(JSON.stringify({ vendor: "kapso", ...wrong }))), told);
      }
      assert.deepEqual([emulator.state(), emulator.journal()], [before, []]);
    });
  });

  describe("seeds", () => {
    it("seed: a workflow needs a name; its definition is given as it is sent, and is filled in the same way", async () => {
      const seeded = await startEmulator({
        seed: {
          kapso: {
            workflows: [
              {
                name: "Greeter",
                status: "active",
                definition: graph([node("c", "call", { workflow_id: "00000000-0000-4000-8000-00000000000b" })]),
              },
              { name: "Callee", id: "00000000-0000-4000-8000-00000000000b" },
            ],
            triggers: [
              {
                workflow_id: "00000000-0000-4000-8000-00000000000b",
                trigger_type: "whatsapp_event",
                event: "whatsapp.message.read",
                phone_number_id,
              },
            ],
            functions: [{ name: "lookup", code: "1" }],
            phone_numbers: [{ phone_number_id }],
            templates: [],
            provider_models: [{ name: "only-model" }],
          },
        },
      });
      try {
        const client = kapsoClient(seeded);
        const [callee, greeter] = await client.list();
        assert.ok(callee && greeter);
        assert.deepEqual([greeter.slug, greeter.status, greeter.lock_version], ["greeter", "active", 0]);
        const { workflow_id, workflow_name } = configOf(await client.definition(greeter), "c");
        assert.deepEqual([workflow_id, workflow_name], [callee.id, "Callee"]);
        const [trigger] = await client.triggers(callee);
        assert.deepEqual(trigger?.triggerable, { event: "whatsapp.message.read", phone_number_id });
        const fresh = await client.create({ name: "Fresh" });
        assert.equal(fresh.id, "00000002-0001-4000-8000-000000000002");
      } finally {
        await seeded.close();
      }
    });

    it("seed: the state of one emulator is the seed of another, which then answers and goes on the same", async () => {
      const { id } = await kapso.createFunction({ name: "lookup" });
      await kapso.deploy(id);
      await kapso.function(id);
      await kapso.trigger(workflow, { trigger_type: "api_call" });
      await kapso.update(workflow, { status: "active" });
      const run = { workflow_execution: { phone_number: "+15550100001" } };
      await kapso.call("POST", `/platform/v1/workflows/${workflow.id}/executions`, run);
      emulator.switches({ kapsoUnknownType: "kept" });
      await kapso.create({ name: "Odd", definition: { nodes: [node("t", "teleport", { to: "mars" })] } });
      const state = emulator.state();
      const copy = await startEmulator({ seed: JSON.parse(JSON.stringify(state)) });
      try {
        assert.deepEqual(copy.state(), state);
        const twin = kapsoClient(copy);
        assert.deepEqual(await twin.definition(workflow), await kapso.definition(workflow));
        await kapso.create({ name: "Next", definition: graph([text("t")]) });
        await twin.create({ name: "Next", definition: graph([text("t")]) });
        const ids = (from: Emulator) => from.state().kapso.workflows.map((each) => each.id);
        assert.equal(new Set(ids(copy)).size, 3);
        await twin.update(workflow, { definition: await twin.definition(workflow) });
        assert.deepEqual(await twin.definition(workflow), await kapso.definition(workflow));
      } finally {
        await copy.close();
      }
    });

    it("seed: what makes no sense is refused, and the error says where", async () => {
      const twin = { id: "00000000-0000-4000-8000-00000000000a", name: "a" };
      for (const [seed, told] of [
        [{ workflows: [{}] }, /workflows\[0\]\.name: Field required/],
        [{ workflows: [{ name: "a" }, { name: "a" }] }, /two workflows named 'a'/],
        [{ workflows: [{ name: "a", slug: "A b" }] }, /workflows\[0\]\.slug/],
        [{ workflows: [twin, { ...twin, name: "b" }] }, /is there twice/],
        [{ workflows: [{ name: "a", definition: { nodes: [{ id: "1" }] } }] }, /nodes\[0\]/],
        [{ workflows: [{ name: "a", definition: { nodes: [node("v", "set_variable")] } }] }, /variable_name/],
        [{ triggers: [{ workflow_id: twin.id, trigger_type: "api_call" }] }, /there is no workflow/],
        [{ flows: [] }, /flows/],
      ] as const) {
        await assert.rejects(startEmulator({ seed: JSON.parse(JSON.stringify({ kapso: seed })) }), told);
      }
    });
  });
});
