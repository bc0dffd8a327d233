import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  defaultSwitches,
  type Emulator,
  type KapsoSwitches,
  kapsoDefaults,
  startEmulator,
} from "../../testing/src/emulator";
import { switchDefaults } from "../../testing/src/emulator/kapso-switches";
import { configOf, errorOf, graph, type KapsoClient, kapsoClient, node, nodeOf, type Workflow } from "./kapso-client";

const unknownId = "99999999-0000-4000-8000-000000000000";
const [support] = kapsoDefaults.phone_numbers;
const text = (id: string, more: Record<string, unknown> = {}) => node(id, "send_text", { message: "Hi", ...more });
const decide = (...labels: string[]) =>
  node("d", "decide", { decision_type: "ai", conditions: labels.map((label) => ({ label })) });
const inbound = { trigger_type: "inbound_message", phone_number_id: support?.phone_number_id };

describe("emulator: switches of kapso", () => {
  const noon = Date.UTC(2026, 8, 28, 12);
  let now = noon;
  let emulator: Emulator;
  let kapso: KapsoClient;

  before(async () => {
    emulator = await startEmulator({ now: () => now });
    kapso = kapsoClient(emulator);
  });
  beforeEach(() => {
    now = noon;
    emulator.reset();
  });
  after(() => emulator.close());

  const set = (switches: Partial<KapsoSwitches>) => emulator.switches(switches);
  const statusOf = async (answer: Promise<{ status: number }>) => (await answer).status;
  const post = (name: string, definition: object) => statusOf(kapso.post({ name, definition }));

  it("switches of kapso: every default is a value that the switch accepts", () => {
    emulator.switches(defaultSwitches);
  });

  describe("workflows", () => {
    it("switches of kapso: a creation may honour status, debounce and read mode", async () => {
      set({ kapsoCreateSettings: "honoured" });
      const settings = { status: "active", message_debounce_seconds: 9, inbound_message_read_mode: "disabled" };
      const { status, message_debounce_seconds, inbound_message_read_mode } = await kapso.create({
        name: "a",
        ...settings,
      });
      assert.deepEqual({ status, message_debounce_seconds, inbound_message_read_mode }, settings);
    });

    it("switches of kapso: a workflow may be born with a start node", async () => {
      set({ kapsoBornWithStart: true });
      const born = await kapso.definition(await kapso.create({ name: "a" }));
      assert.deepEqual(
        born.nodes.map(({ id, data }) => [id, data.node_type]),
        [["start", "start"]],
      );
      const own = await kapso.create({ name: "b", definition: { nodes: [text("hi")] } });
      assert.equal((await kapso.definition(own)).nodes.length, 1);
    });

    it("switches of kapso: a slug from the name may get the next free number", async () => {
      set({ kapsoDerivedSlug: "numbered" });
      const slugs = [];
      for (const name of ["My bot", "my bot", "MY BOT"]) slugs.push((await kapso.create({ name })).slug);
      assert.deepEqual(slugs, ["my-bot", "my-bot-2", "my-bot-3"]);
      assert.equal(await statusOf(kapso.post({ name: "other", slug: "my-bot" })), 422);
    });

    it("switches of kapso: a name that is taken may be 409, for functions too", async () => {
      set({ kapsoDuplicateStatus: 409 });
      await kapso.create({ name: "a" });
      await kapso.createFunction({ name: "a" });
      assert.equal(await statusOf(kapso.post({ name: "a" })), 409);
      assert.equal(await statusOf(kapso.legacy("POST", "/flows", { flow: { name: "a" } })), 409);
      const twin = { name: "a", code: "1", function_type: "cloudflare_worker" };
      assert.equal(await statusOf(kapso.postFunction(twin)), 409);
    });

    it("switches of kapso: a stale lock may go unchecked, for definitions or at all, or be demanded", async () => {
      const workflow = await kapso.create({ name: "a" });
      await kapso.update(workflow, {});
      const stale = (change: object) => statusOf(kapso.patch(workflow, { lock_version: 0, ...change }));
      const definition = graph([text("hi")]);
      set({ kapsoLock: "notForDefinitions" });
      assert.equal(await stale({ definition }), 200);
      assert.equal(await stale({ definition, name: "b" }), 409);
      set({ kapsoLock: "ignored" });
      assert.equal(await stale({ name: "b" }), 200);
      set({ kapsoLock: "required" });
      assert.equal(await stale({ name: "c" }), 409);
      assert.equal(await statusOf(kapso.patch(workflow, { name: "c" })), 422);
      const { lock_version } = await kapso.get(workflow);
      assert.equal(await statusOf(kapso.patch(workflow, { name: "c", lock_version })), 200);
    });

    it("switches of kapso: metadata may stay written when the definition beside them is refused", async () => {
      const workflow = await kapso.create({ name: "a" });
      const change = { name: "b", definition: { nodes: [node("v", "set_variable")] } };
      assert.equal(await statusOf(kapso.patch(workflow, change)), 400);
      assert.deepEqual(await kapso.get(workflow), workflow);
      set({ kapsoTransaction: "metadataFirst" });
      assert.equal(await statusOf(kapso.patch(workflow, change)), 400);
      const { name, lock_version } = await kapso.get(workflow);
      assert.deepEqual([name, lock_version], ["b", 1]);
      assert.equal((await kapso.update(workflow, { definition: graph([text("hi")]) })).lock_version, 2);
    });

    it("switches of kapso: a written definition may show only after some reads, while the metadata show at once", async () => {
      const workflow = await kapso.create({ name: "a", definition: { nodes: [text("old")] } });
      set({ kapsoDefinitionDelay: 2 });
      await kapso.update(workflow, { name: "b", definition: { nodes: [text("new")], edges: [] } });
      assert.equal((await kapso.get(workflow)).name, "b");
      const seen = [];
      for (let read = 0; read < 3; read += 1) seen.push((await kapso.definition(workflow)).nodes[0]?.id);
      assert.deepEqual(seen, ["old", "old", "new"]);
      assert.equal(emulator.state().kapso.workflows[0]?.definition.nodes[0]?.id, "new");
    });

    it("switches of kapso: lists may come in pages with meta", async () => {
      for (const name of ["a", "b", "c"]) await kapso.create({ name });
      set({ kapsoPageSize: 2 });
      const page = async (query: string) => {
        const { data, meta } = Object((await kapso.call("GET", `/platform/v1/workflows${query}`)).body);
        return [data.map(({ name }: { name: string }) => name).join(), meta];
      };
      const meta = { page: 1, per_page: 2, total_pages: 2, total_count: 3 };
      assert.deepEqual(await page(""), ["c,b", meta]);
      assert.deepEqual(await page("?page=2&per_page=100"), ["a", { ...meta, page: 2 }]);
      assert.deepEqual(await page("?per_page=1&page=3"), ["a", { ...meta, page: 3, per_page: 1, total_pages: 3 }]);
      for (const path of ["functions", "provider_models", "whatsapp/phone_numbers"]) {
        assert.ok("meta" in Object((await kapso.call("GET", `/platform/v1/${path}`)).body), path);
      }
    });
  });

  describe("archiving", () => {
    let workflow: Workflow;

    beforeEach(async () => {
      workflow = await kapso.create({ name: "a" });
      await kapso.trigger(workflow, inbound);
    });

    it("switches of kapso: an archived workflow may give up name and slug, and then must find them free again", async () => {
      set({ kapsoArchivedKeepsNames: false });
      await kapso.update(workflow, { status: "archived" });
      await kapso.create({ name: "a" });
      const revived = await kapso.patch(workflow, { status: "draft" });
      assert.deepEqual([revived.status, errorOf(revived)], [422, "Name has already been taken"]);
      assert.equal((await kapso.update(workflow, { description: "still archived" })).status, "archived");
    });

    it("switches of kapso: an archived workflow may have to stay archived", async () => {
      await kapso.update(workflow, { status: "archived" });
      set({ kapsoArchivedRevives: "refused" });
      assert.equal(await statusOf(kapso.patch(workflow, { status: "active" })), 422);
      assert.equal(await statusOf(kapso.patch(workflow, { name: "b", status: "archived" })), 200);
      set({ kapsoArchivedRevives: "allowed" });
      assert.equal((await kapso.update(workflow, { status: "active" })).status, "active");
    });

    it("switches of kapso: archiving may deactivate or delete the triggers", async () => {
      set({ kapsoArchiveTriggers: "deactivated" });
      await kapso.update(workflow, { status: "archived" });
      assert.deepEqual(
        (await kapso.triggers(workflow)).map(({ active }) => active),
        [false],
      );
      set({ kapsoArchiveTriggers: "deleted" });
      await kapso.update(workflow, { name: "still archived" });
      assert.equal((await kapso.triggers(workflow)).length, 1);
      await kapso.update(workflow, { status: "draft" });
      await kapso.update(workflow, { status: "archived" });
      assert.deepEqual(await kapso.triggers(workflow), []);
    });

    it("switches of kapso: archiving may be answered and not done", async () => {
      set({ kapsoArchiveIgnored: true });
      assert.equal((await kapso.update(workflow, { status: "archived", name: "b" })).status, "draft");
      assert.equal((await kapso.get(workflow)).name, "b");
    });
  });

  describe("definitions", () => {
    it("switches of kapso: a config may keep what an update leaves out; null still clears", async () => {
      const workflow = await kapso.create({ name: "a", definition: graph([text("t", { delay_seconds: 5 })]) });
      const write = async (config: Record<string, unknown>) => {
        await kapso.update(workflow, { definition: graph([text("t", config)]) });
        return configOf(await kapso.definition(workflow), "t");
      };
      set({ kapsoConfigWrite: "merged" });
      assert.equal((await write({ phone_number_id: support?.phone_number_id })).delay_seconds, 5);
      const cleared = await write({ phone_number_id: null });
      assert.deepEqual([cleared.delay_seconds, cleared.phone_number_id, cleared.whatsapp_config_id], [5, null, null]);
      set({ kapsoConfigWrite: "replaced" });
      assert.equal((await write({})).delay_seconds, 0);
    });

    it("switches of kapso: members that nobody knows may be refused", async () => {
      set({ kapsoExtraMembers: "refused" });
      const odd = await kapso.post({ name: "a", definition: graph([text("t", { colour: "red" })]) });
      assert.deepEqual([odd.status, errorOf(odd)], [422, "unknown member in config: colour"]);
      const workflow = await kapso.create({ name: "a", definition: graph([text("t"), node("a", "agent")]) });
      await kapso.update(workflow, { definition: await kapso.definition(workflow) });
    });

    it("switches of kapso: members that a server fills in are known to it", async () => {
      set({ kapsoExtraMembers: "refused", kapsoFilled: "grown" });
      const workflow = await kapso.create({ name: "a", definition: graph([text("t"), node("a", "agent")]) });
      await kapso.update(workflow, { definition: await kapso.definition(workflow) });
    });

    it("switches of kapso: an unknown node type may be kept or refused", async () => {
      const definition = { nodes: [node("t", "teleport", { to: "mars" })] };
      set({ kapsoUnknownType: "kept" });
      const { data } = nodeOf(await kapso.definition(await kapso.create({ name: "a", definition })), "t");
      assert.deepEqual(data, { node_type: "teleport", config: { to: "mars" }, display_name: "teleport" });
      set({ kapsoUnknownType: "refused" });
      assert.equal(await post("b", definition), 422);
      assert.equal(await post("b", { nodes: [{ id: "x", position: { x: 0, y: 0 }, data: { config: {} } }] }), 422);
    });

    it("switches of kapso: ids that the server never gave may be kept, if they are UUIDs", async () => {
      set({ kapsoForeignIds: "kept" });
      const conditions = [
        { id: unknownId, label: "yes" },
        { id: "mine", label: "no" },
      ];
      const definition = graph([node("d", "decide", { decision_type: "ai", conditions })]);
      const read = Object(configOf(await kapso.definition(await kapso.create({ name: "a", definition })), "d"));
      assert.equal(read.conditions[0].id, unknownId);
      assert.notEqual(read.conditions[1].id, "mine");
    });

    it("switches of kapso: ids that lead nowhere may be refused", async () => {
      set({ kapsoNullReferences: "refused" });
      for (const [type, member, told] of [
        ["function", "function_id", "Function must exist"],
        ["call", "workflow_id", "Workflow must exist"],
        ["send_template", "template_id", "Template must exist"],
        ["agent", "provider_model_id", "Provider model must exist"],
      ] as const) {
        const answer = await kapso.post({ name: "a", definition: graph([node("n", type, { [member]: unknownId })]) });
        assert.deepEqual([answer.status, errorOf(answer)], [422, told]);
      }
      assert.equal(await post("a", graph([node("n", "function", { function_slug: "a" })])), 201);
    });

    it("switches of kapso: phone numbers that the project lacks may be refused, in nodes and triggers", async () => {
      set({ kapsoUnknownPhone: "refused" });
      assert.equal(await post("a", graph([text("t", { phone_number_id: "42" })])), 422);
      assert.equal(await post("a", graph([text("t", { whatsapp_config_id: unknownId })])), 422);
      assert.equal(await post("a", graph([text("t", { phone_number_id: support?.phone_number_id })])), 201);
      const workflow = await kapso.create({ name: "b" });
      assert.equal(await statusOf(kapso.trigger(workflow, { ...inbound, phone_number_id: "42" })), 422);
      const legacy = { trigger: { trigger_type: "inbound_message", whatsapp_config_id: unknownId } };
      assert.equal(await statusOf(kapso.legacy("POST", `/flows/${workflow.id}/triggers`, legacy)), 422);
      assert.equal(await statusOf(kapso.trigger(workflow, inbound)), 201);
    });

    const agreed = {
      "two nodes of one id": { nodes: [text("a"), text("a")] },
      "an edge from nowhere": { nodes: [text("a")], edges: [{ source: "b", target: "a" }] },
      "an edge to nowhere": { nodes: [text("a")], edges: [{ source: "a", target: "b" }] },
      "no conditions": { nodes: [decide()] },
      "two conditions of one label": { nodes: [decide("a", "a")] },
      "an edge without condition": graph([decide("a"), text("t")], [{ source: "d", target: "t", label: "b" }]),
    };
    for (const [what, definition] of Object.entries(agreed)) {
      it(`switches of kapso: the rules that all agree on refuse ${what}; without rules it is stored`, async () => {
        assert.equal(await post("a", definition), 422);
        set({ kapsoGraphRules: "none" });
        assert.equal(await post("a", definition), 201);
      });
    }

    const skills = {
      "no start node": { nodes: [text("a")] },
      "two start nodes": { nodes: [node("start", "start"), node("b", "start")] },
      "a start node of another id": {
        nodes: [node("begin", "start"), text("a")],
        edges: [{ source: "begin", target: "a" }],
      },
      "a start node that leads nowhere": { nodes: [node("start", "start")] },
      "an empty label": graph([text("a"), text("b")], [{ source: "a", target: "b", label: "" }]),
      "a label that is not next": graph([text("a"), text("b")], [{ source: "a", target: "b", label: "then" }]),
      "two edges of one label": graph(
        [text("a"), text("b")],
        [
          { source: "a", target: "b" },
          { source: "a", target: "start" },
        ],
      ),
      "a condition without edge": graph([decide("a"), text("t")]),
    };
    for (const [what, definition] of Object.entries(skills)) {
      it(`switches of kapso: the rules of the skills refuse ${what}; else it is stored`, async () => {
        assert.equal(await post("a", definition), 201);
        set({ kapsoGraphRules: "all" });
        assert.equal(await post("b", definition), 422);
      });
    }

    it("switches of kapso: the rules of the skills accept a graph that keeps to them", async () => {
      set({ kapsoGraphRules: "all" });
      assert.equal(await post("a", graph([decide("a"), text("t")], [{ source: "d", target: "t", label: "a" }])), 201);
    });

    it("switches of kapso: edges that lost an end may stay, or make the update fail", async () => {
      const definition = graph([text("a"), text("b")], [{ source: "a", target: "b" }]);
      const workflow = await kapso.create({ name: "a", definition });
      const nodes = [node("start", "start"), text("a")];
      set({ kapsoOrphanEdges: "refused" });
      assert.equal(await statusOf(kapso.patch(workflow, { definition: { nodes } })), 422);
      set({ kapsoOrphanEdges: "kept", kapsoGraphRules: "none" });
      await kapso.update(workflow, { definition: { nodes } });
      assert.equal((await kapso.definition(workflow)).edges.length, 2);
    });

    it("switches of kapso: a graph that cannot run may be kept from becoming active", async () => {
      const workflow = await kapso.create({ name: "a" });
      set({ kapsoActivateInvalid: "refused" });
      assert.equal(await statusOf(kapso.patch(workflow, { status: "active" })), 422);
      assert.equal(await statusOf(kapso.patch(workflow, { status: "active", definition: graph([text("hi")]) })), 200);
      assert.equal(await statusOf(kapso.patch(workflow, { definition: { nodes: [], edges: [] } })), 200);
    });
  });

  describe("reads", () => {
    it("switches of kapso: less or more of a config may be filled in, and what it reads can be sent back", async () => {
      const workflow = await kapso.create({ name: "a", definition: graph([text("t"), node("a", "agent")]) });
      const all = await kapso.definition(workflow);
      for (const [filled, expected] of [
        ["few", { message: "Hi", delay_seconds: 0 }],
        ["grown", { ...configOf(all, "t"), labels: [], priority: "normal", retry_policy: null }],
      ] as const) {
        set({ kapsoFilled: filled });
        const read = await kapso.definition(workflow);
        assert.deepEqual(configOf(read, "t"), expected);
        assert.deepEqual(configOf(read, "start"), {});
        await kapso.update(workflow, { definition: read });
        assert.deepEqual(await kapso.definition(workflow), read);
      }
      set({ kapsoFilled: "all" });
      assert.deepEqual(await kapso.definition(workflow), all);
    });

    it("switches of kapso: order, display names and headers may read back as sent", async () => {
      const ids = ["e", "d", "c", "b", "a"];
      const hook = node("h", "webhook", { url: "https://example.com", headers: { a: "1" }, body_template: { b: 1 } });
      const named = { ...hook, data: { ...hook.data, display_name: "Mine" } };
      const definition = { nodes: [...ids.map((id) => text(id)), named] };
      const workflow = await kapso.create({ name: "a", definition });
      set({ kapsoOrder: "sent", kapsoDisplayNames: "sent", kapsoHeadersAsText: false });
      const read = await kapso.definition(workflow);
      assert.deepEqual(
        read.nodes.map(({ id, data }) => [id, data.display_name]),
        [...ids.map((id) => [id, "Send Text Message"]), ["h", "Mine"]],
      );
      const { headers, body_template } = configOf(read, "h");
      assert.deepEqual([headers, body_template], [{ a: "1" }, { b: 1 }]);
    });

    it("switches of kapso: which tools are compulsory can be set", async () => {
      set({ kapsoCompulsoryTools: ["emit_event"] });
      const workflow = await kapso.create({ name: "a", definition: graph([node("a", "agent")]) });
      assert.deepEqual(configOf(await kapso.definition(workflow), "a").enabled_default_tools, ["emit_event"]);
    });
  });

  describe("triggers", () => {
    it("switches of kapso: two triggers of one number may be told apart only when they are made, or never", async () => {
      const [first, second] = [await kapso.create({ name: "a" }), await kapso.create({ name: "b" })];
      await kapso.trigger(first, inbound);
      await kapso.trigger(second, { ...inbound, active: false });
      const [sleeping] = await kapso.triggers(second);
      assert.ok(sleeping);
      set({ kapsoTriggerUnique: "create" });
      assert.equal(await statusOf(kapso.trigger(second, inbound)), 422);
      assert.equal(await statusOf(kapso.toggle(sleeping, true)), 200);
      set({ kapsoTriggerUnique: "never" });
      assert.equal(await statusOf(kapso.trigger(second, inbound)), 201);
    });
  });

  describe("functions", () => {
    it("switches of kapso: a deployment may take time instead of reads, and end in error", async () => {
      const { id } = await kapso.createFunction({ name: "f" });
      set({ kapsoDeployReads: 0, kapsoDeploySeconds: 20 });
      await kapso.deploy(id);
      assert.equal((await kapso.function(id)).status, "draft");
      now += 20_000;
      const secret = { secret: { name: "A", value: "1" } };
      assert.equal(await statusOf(kapso.call("POST", `/platform/v1/functions/${id}/secrets`, secret)), 201);
      assert.equal((await kapso.function(id)).status, "deployed");
      set({ kapsoDeployFails: true, kapsoDeploySeconds: 0 });
      await kapso.deploy(id);
      const { status, version } = await kapso.function(id);
      assert.deepEqual([status, version], ["error", 1]);
    });

    it("switches of kapso: new code may make a function a draft again", async () => {
      set({ kapsoDeployReads: 0, kapsoCodeChange: "draft" });
      const { id } = await kapso.createFunction({ name: "f" });
      await kapso.deploy(id);
      assert.equal((await kapso.function(id)).status, "deployed");
      assert.equal(Object((await kapso.patchFunction(id, { name: "g" })).body).data.status, "deployed");
      assert.equal(Object((await kapso.patchFunction(id, { code: "2" })).body).data.status, "draft");
    });

    it("switches of kapso: the type of a function may be filled in", async () => {
      set({ kapsoFunctionType: "defaulted" });
      const answer = await kapso.postFunction({ name: "f", code: "1" });
      assert.equal(Object(answer.body).data.function_type, "cloudflare_worker");
    });

    it("switches of kapso: a function in use may leave its id behind, or stay", async () => {
      const { id } = await kapso.createFunction({ name: "f" });
      const definition = graph([node("n", "function", { function_id: id })]);
      const workflow = await kapso.create({ name: "a", definition });
      set({ kapsoDeletedFunction: "refused" });
      assert.equal(await statusOf(kapso.deleteFunction(id)), 422);
      set({ kapsoDeletedFunction: "dangling" });
      assert.equal(await statusOf(kapso.deleteFunction(id)), 204);
      const { function_id, function_name } = configOf(await kapso.definition(workflow), "n");
      assert.deepEqual([function_id, function_name], [id, null]);
    });

    it("switches of kapso: deleting a phone number may leave its nodes, without the number", async () => {
      const phone_number_id = support?.phone_number_id ?? "";
      const workflow = await kapso.create({ name: "a", definition: graph([text("t", { phone_number_id })]) });
      set({ kapsoPhoneDeleteRemovesNodes: false });
      emulator.edit({ vendor: "kapso", action: "deletePhoneNumber", phone_number_id });
      const config = configOf(await kapso.definition(workflow), "t");
      assert.deepEqual([config.phone_number_id, config.whatsapp_config_id], [null, null]);
    });
  });

  describe("the legacy api", () => {
    it("switches of kapso: the legacy update may take status and lock_version", async () => {
      const { id } = await kapso.create({ name: "a" });
      const patch = (flow: object) => statusOf(kapso.legacy("PATCH", `/flows/${id}`, { flow }));
      set({ kapsoLegacyTakesStatus: true, kapsoLegacyTakesLock: true });
      assert.equal(await patch({ status: "active", lock_version: 0 }), 200);
      assert.equal((await kapso.get({ id })).status, "active");
      assert.equal(await patch({ status: "draft", lock_version: 0 }), 409);
    });

    it("switches of kapso: the legacy read may spell like the write, and an array left out may be kept", async () => {
      const { id } = await kapso.create({ name: "a", definition: graph([text("hi")]) });
      set({ kapsoLegacySpelling: "snake_case", kapsoLegacyMissingArray: "kept" });
      const read = Object((await kapso.legacy("GET", `/flows/${id}/definition`)).body).data.definition;
      assert.deepEqual(read, await kapso.definition({ id }));
      await kapso.legacy("PATCH", `/flows/${id}`, { flow: { definition: { edges: read.edges } } });
      assert.deepEqual(await kapso.definition({ id }), read);
    });

    it("switches of kapso: the legacy api may refuse like the current one", async () => {
      set({ kapsoLegacyErrors: "error" });
      await kapso.create({ name: "a" });
      const answer = await kapso.legacy("POST", "/flows", { flow: { name: "a" } });
      assert.deepEqual([answer.status, answer.body], [422, { error: "Name has already been taken" }]);
    });
  });

  it("switches of kapso: every one has a test here, or where access is tested", () => {
    const names = Object.keys(switchDefaults).filter((name) => name !== "kapsoKeys");
    const source = readFileSync(__filename, "utf8");
    assert.deepEqual(
      names.filter((name) => !source.includes(`${name}: `)),
      [],
    );
  });
});
