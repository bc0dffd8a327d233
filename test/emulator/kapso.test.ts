import assert from "node:assert/strict";
import { type Emulator, kapsoDefaults, startEmulator } from "../../testing/src/emulator";
import { configOf, errorOf, graph, type KapsoClient, kapsoClient, node, type Workflow } from "./kapso-client";

const nobody = { id: "00000063-0001-4000-8000-000000000063" };
const text = (id: string, message = "Hi") => node(id, "send_text", { message });

describe("emulator: kapso", () => {
  let emulator: Emulator;
  let kapso: KapsoClient;
  const noon = Date.UTC(2026, 8, 28, 12);
  let now = noon;

  before(async () => {
    emulator = await startEmulator({ now: () => now });
    kapso = kapsoClient(emulator);
  });
  beforeEach(() => {
    now = noon;
    emulator.reset();
  });
  after(() => emulator.close());

  describe("access", () => {
    it("kapso: a call without X-API-Key is refused with 401, on both APIs", async () => {
      const stranger = kapsoClient(emulator, "");
      for (const path of ["/platform/v1/workflows", "/platform/v1/provider_models", "/api/v1/flows"]) {
        const answer = await stranger.call("GET", path);
        assert.equal(answer.status, 401);
        assert.equal(typeof errorOf(answer), "string");
      }
    });

    it("kapso: every key reaches the one project, unless keys are given projects of their own", async () => {
      const workflow = await kapso.create({ name: "Mine" });
      assert.equal(workflow.project_id, kapsoDefaults.project_id);
      assert.deepEqual(await kapsoClient(emulator, "another").names(), ["Mine"]);
      const other = "10000000-0000-4000-8000-000000000002";
      emulator.switches({ kapsoKeys: { mine: kapsoDefaults.project_id, theirs: other } });
      const theirs = kapsoClient(emulator, "theirs");
      assert.deepEqual(await kapsoClient(emulator, "mine").names(), ["Mine"]);
      assert.deepEqual(await theirs.names(), []);
      assert.equal((await theirs.create({ name: "Mine" })).project_id, other);
      assert.equal((await kapso.call("GET", "/platform/v1/workflows")).status, 401);
    });

    it("kapso: what another project has is answered like what nobody has, on every call that names it", async () => {
      const workflow = await kapso.create({ name: "Mine" });
      const trigger = await kapso.told<{ id: string }>(201, kapso.trigger(workflow, { trigger_type: "api_call" }));
      const { id } = await kapso.createFunction({ name: "f" });
      emulator.switches({ kapsoKeys: { theirs: "10000000-0000-4000-8000-000000000002" } });
      const theirs = kapsoClient(emulator, "theirs");
      const at = `/platform/v1/workflows/${workflow.id}`;
      for (const answer of [
        await theirs.call("GET", at),
        await theirs.patch(workflow, { name: "Theirs" }),
        await theirs.call("GET", `${at}/definition`),
        await theirs.call("GET", `${at}/variables`),
        await theirs.call("GET", `${at}/triggers`),
        await theirs.trigger(workflow, { trigger_type: "api_call" }),
        await theirs.replaceTriggers(workflow, []),
        await theirs.toggle(trigger, false),
        await theirs.deleteTrigger(trigger),
        await theirs.call("GET", `/platform/v1/functions/${id}`),
        await theirs.patchFunction(id, { name: "g" }),
        await theirs.deploy(id),
        await theirs.deleteFunction(id),
        await theirs.legacy("GET", `/flows/${workflow.id}`),
        await theirs.legacy("GET", `/flows/${workflow.id}/definition`),
        await theirs.legacy("PATCH", `/flows/${workflow.id}`, { flow: { name: "Theirs" } }),
        await theirs.legacy("DELETE", `/triggers/${trigger.id}`),
        await theirs.call("GET", `/platform/v1/workflows/${nobody.id}`),
        await theirs.call("GET", "/platform/v1/workflows/no-uuid"),
      ]) {
        assert.deepEqual([answer.status, answer.body], [404, { error: "Not found" }]);
      }
    });

    it("kapso: a quota counts each key, tells what is left of it, and lets wait for 60 seconds", async () => {
      emulator.switches({ rateLimit: { requests: 2, windowSeconds: 60, retryAfter: true } });
      const list = () => kapso.call("GET", "/platform/v1/functions");
      const quota = ({ headers }: { headers: Headers }) =>
        ["x-ratelimit-limit", "x-ratelimit-remaining", "retry-after"].map((name) => headers.get(name));
      assert.deepEqual(quota(await list()), ["2", "1", null]);
      assert.deepEqual(quota(await list()), ["2", "0", null]);
      now += 50_000;
      const refused = await list();
      assert.equal(refused.status, 429);
      assert.deepEqual(quota(refused), ["2", "0", "60"]);
      assert.deepEqual(Object.keys(Object(refused.body)), ["error", "message"]);
      assert.equal((await kapsoClient(emulator, "another").call("GET", "/api/v1/flows")).status, 200);
      now += 10_001;
      assert.equal((await list()).status, 200);
    });
  });

  describe("workflows", () => {
    it("kapso: a new workflow is a draft with a slug from its name, and its answer has no definition", async () => {
      const answer = await kapso.post({ name: " Welcome: new (VIP) customers! ", definition: graph([text("hi")]) });
      assert.equal(answer.status, 201);
      assert.deepEqual(Object(answer.body).data, {
        id: "00000001-0001-4000-8000-000000000001",
        project_id: kapsoDefaults.project_id,
        name: " Welcome: new (VIP) customers! ",
        slug: "welcome-new-vip-customers",
        description: null,
        status: "draft",
        lock_version: 0,
        message_debounce_seconds: 1,
        inbound_message_read_mode: "read_with_typing",
        agent_default_tools_version: 2,
        created_at: "2026-09-28T08:00:00.000-04:00",
        updated_at: "2026-09-28T08:00:00.000-04:00",
        execution_count: 0,
        last_executed_at: null,
      });
    });

    it("kapso: status, debounce and read mode have no effect on a creation", async () => {
      const workflow = await kapso.create({
        name: "a",
        status: "active",
        message_debounce_seconds: 9,
        inbound_message_read_mode: "disabled",
      });
      const { status, message_debounce_seconds, inbound_message_read_mode } = workflow;
      assert.deepEqual([status, message_debounce_seconds, inbound_message_read_mode], ["draft", 1, "read_with_typing"]);
    });

    it("kapso: an update changes what it names, counts up the lock_version and answers without definition", async () => {
      const workflow = await kapso.create({ name: "a", description: "old" });
      now += 1000;
      const updated = await kapso.update(workflow, { name: "b", status: "active", message_debounce_seconds: null });
      assert.deepEqual(updated, {
        ...workflow,
        name: "b",
        status: "active",
        message_debounce_seconds: null,
        lock_version: 1,
        updated_at: "2026-09-28T08:00:01.000-04:00",
      });
      assert.deepEqual(await kapso.get(workflow), updated);
      assert.equal((await kapso.update(workflow, {})).lock_version, 2);
      assert.equal((await kapso.update(workflow, { description: null })).description, null);
    });

    it("kapso: a rename leaves the slug, which can be changed by itself", async () => {
      const workflow = await kapso.create({ name: "First" });
      assert.equal((await kapso.update(workflow, { name: "Second" })).slug, "first");
      assert.equal((await kapso.update(workflow, { slug: "second-2" })).slug, "second-2");
    });

    it("kapso: an update may come in the envelope `flow`, a creation may not; no envelope is 400", async () => {
      const workflow = await kapso.create({ name: "a" });
      const path = `/platform/v1/workflows/${workflow.id}`;
      assert.equal((await kapso.call("PATCH", path, { flow: { name: "b" } })).status, 200);
      assert.equal((await kapso.get(workflow)).name, "b");
      const bare = await kapso.call("PATCH", path, { name: "c" });
      assert.deepEqual([bare.status, errorOf(bare)], [400, "param is missing or the value is empty: workflow"]);
      assert.equal((await kapso.call("POST", "/platform/v1/workflows", { flow: { name: "b" } })).status, 400);
      assert.equal((await kapso.call("POST", "/platform/v1/workflows", "{")).status, 400);
      assert.equal((await kapso.call("POST", "/platform/v1/workflows")).status, 400);
    });

    it("kapso: the list is newest first, filters, and leaves out definitions", async () => {
      const first = await kapso.create({ name: "Order Status", definition: graph([text("hi")]) });
      now += 60_000;
      const second = await kapso.create({ name: "Reorder" });
      await kapso.update(second, { status: "active" });
      assert.deepEqual(await kapso.names(), ["Reorder", "Order Status"]);
      assert.deepEqual(await kapso.names("?name_contains=ORDER"), ["Reorder", "Order Status"]);
      assert.deepEqual(await kapso.names("?name_contains=status"), ["Order Status"]);
      assert.deepEqual(await kapso.names("?status=active"), ["Reorder"]);
      assert.deepEqual(await kapso.names("?created_after=2026-09-28T12:00:30Z"), ["Reorder"]);
      assert.deepEqual(await kapso.names("?created_before=2026-09-28T12:00:30Z"), ["Order Status"]);
      const [listed] = await kapso.list("?name_contains=status");
      assert.deepEqual(listed, await kapso.get(first));
      assert.ok(!("definition" in first));
      assert.equal((await kapso.call("GET", "/platform/v1/workflows?status=paused")).status, 422);
    });

    it("kapso: GET /definition tells the metadata and the graph, GET only the metadata", async () => {
      const workflow = await kapso.create({ name: "a", definition: graph([text("hi")]) });
      const { definition, ...rest } = await kapso.told<Workflow & { definition: unknown }>(
        200,
        kapso.call("GET", `/platform/v1/workflows/${workflow.id}/definition`),
      );
      assert.deepEqual(rest, workflow);
      assert.deepEqual(Object.keys(Object(definition)), ["nodes", "edges"]);
    });

    it("kapso: a workflow cannot be deleted, nor its definition written in place: there are no such routes", async () => {
      const workflow = await kapso.create({ name: "a" });
      const path = `/platform/v1/workflows/${workflow.id}`;
      for (const answer of [
        await kapso.call("DELETE", path),
        await kapso.call("PUT", `${path}/definition`, {}),
        await kapso.call("PATCH", `${path}/definition`, {}),
        await kapso.legacy("DELETE", `/flows/${workflow.id}`),
      ]) {
        assert.deepEqual([answer.status, answer.body], [404, { error: "Not found" }]);
      }
      assert.equal((await kapso.get(workflow)).name, "a");
    });

    it("kapso: variables can be read", async () => {
      const workflow = await kapso.create({ name: "a" });
      const answer = await kapso.call("GET", `/platform/v1/workflows/${workflow.id}/variables`);
      assert.deepEqual(Object.keys(Object(answer.body).data), ["fixed", "discovered"]);
    });
  });

  describe("refusals", () => {
    it("kapso: name and slug are unique in the project, also among archived workflows", async () => {
      const taken = await kapso.create({ name: "Taken" });
      const other = await kapso.create({ name: "Other" });
      await kapso.update(taken, { status: "archived" });
      for (const [answer, told] of [
        [await kapso.post({ name: "Taken", slug: "free" }), "Name has already been taken"],
        [await kapso.post({ name: "Free", slug: "taken" }), "Slug has already been taken"],
        [await kapso.post({ name: "TAKEN" }), "Slug has already been taken"],
        [await kapso.patch(other, { name: "Taken" }), "Name has already been taken"],
        [await kapso.patch(other, { slug: "taken" }), "Slug has already been taken"],
      ] as const) {
        assert.deepEqual([answer.status, answer.body], [422, { error: told }]);
      }
      assert.equal((await kapso.update(other, { name: "Other", slug: "other" })).name, "Other");
    });

    it("kapso: a slug of other than lowercase letters, digits and single hyphens is refused", async () => {
      const workflow = await kapso.create({ name: "a" });
      for (const slug of ["with_underscore", "Upper", "-a", "a--b", ""]) {
        const answers = [await kapso.post({ name: "b", slug }), await kapso.patch(workflow, { slug })];
        for (const answer of answers) {
          assert.deepEqual([answer.status, errorOf(answer)], [422, "slug must be lowercase alphanumeric with hyphens"]);
        }
      }
    });

    it("kapso: an empty name and an unknown status are refused", async () => {
      const workflow = await kapso.create({ name: "a" });
      const blank = await kapso.patch(workflow, { name: " " });
      assert.deepEqual([blank.status, errorOf(blank)], [422, "Name can't be blank"]);
      assert.equal((await kapso.patch(workflow, { status: "paused" })).status, 422);
      assert.equal((await kapso.post({ slug: "a" })).status, 422);
    });

    it("kapso: a stale lock_version is refused with 409 and changes nothing; without one the last writer wins", async () => {
      const workflow = await kapso.create({ name: "a" });
      await kapso.update(workflow, { lock_version: 0, name: "b" });
      for (const change of [{ name: "c" }, { definition: graph([text("hi")]) }]) {
        const stale = await kapso.patch(workflow, { lock_version: 0, ...change });
        assert.deepEqual([stale.status, stale.body], [409, { error: "Flow was updated by another request" }]);
      }
      assert.deepEqual((await kapso.definition(workflow)).nodes, []);
      assert.equal((await kapso.update(workflow, { name: "d" })).name, "d");
      assert.equal((await kapso.update(workflow, { lock_version: 2, name: "e" })).lock_version, 3);
    });

    it("kapso: a variable without a name is refused with 400, other faults of a definition with 422", async () => {
      for (const config of [{ variable_value: 1 }, { variable_name: "", variable_value: 1 }, { variable_name: null }]) {
        const answer = await kapso.post({ name: "a", definition: graph([node("v", "set_variable", config)]) });
        assert.deepEqual([answer.status, answer.body], [400, { error: "variable_name can't be blank" }]);
      }
      for (const wrong of [
        node("t", "send_text"),
        node("t", "send_text", { message: 3 }),
        node("1", "start"),
        node("d", "decide", { decision_type: "dice", conditions: [{ label: "a" }] }),
        node("w", "webhook", { url: "https://example.com", method: "TRACE" }),
        node("a", "agent", { temperature: "warm" }),
        node("a", "agent", { reasoning_effort: "huge" }),
        node("i", "send_interactive", { interactive_type: "button", body_text: "x".repeat(1025) }),
        { ...text("t"), selected: true },
      ]) {
        const answer = await kapso.post({ name: "a", definition: { nodes: [wrong] } });
        assert.equal(answer.status, 422, JSON.stringify(wrong));
      }
      assert.deepEqual(await kapso.names(), []);
    });

    it("kapso: a prompt cache of 1h is for models of Anthropic only", async () => {
      const agent = (model: number) =>
        graph([
          node("a", "agent", {
            prompt_cache_ttl: "1h",
            provider_model_id: kapsoDefaults.provider_models[model]?.id ?? null,
          }),
        ]);
      const refused = await kapso.post({ name: "a", definition: agent(0) });
      assert.equal(refused.status, 422);
      assert.match(String(errorOf(refused)), /Anthropic/);
      const workflow = await kapso.create({ name: "a", definition: agent(1) });
      assert.equal(configOf(await kapso.definition(workflow), "a").prompt_cache_ttl, "1h");
    });
  });

  describe("runs", () => {
    it("kapso: a run moves lock_version, count and times of the workflow, and can be read", async () => {
      const workflow = await kapso.create({ name: "a" });
      await kapso.update(workflow, { status: "active" });
      now += 5000;
      const path = `/platform/v1/workflows/${workflow.id}/executions`;
      const answer = await kapso.call("POST", path, { workflow_execution: { phone_number: "+15550100001" } });
      assert.equal(answer.status, 202);
      const { id, workflow_id, tracking_id } = Object(answer.body).data;
      assert.equal(workflow_id, workflow.id);
      const { lock_version, execution_count, last_executed_at, updated_at } = await kapso.get(workflow);
      assert.deepEqual([lock_version, execution_count], [2, 1]);
      assert.deepEqual([last_executed_at, updated_at], Array(2).fill("2026-09-28T08:00:05.000-04:00"));
      const { data, paging } = Object((await kapso.call("GET", path)).body);
      assert.deepEqual(data.length, 1);
      assert.equal(paging.next, null);
      const run = await kapso.told(200, kapso.call("GET", `/platform/v1/workflow_executions/${id}`));
      assert.deepEqual([run, Object(run).tracking_id], [data[0], tracking_id]);
    });

    it("kapso: a workflow that is not active does not run, and a run needs somebody to talk to", async () => {
      const workflow = await kapso.create({ name: "a" });
      const start = (run: object) =>
        kapso.call("POST", `/platform/v1/workflows/${workflow.id}/executions`, { workflow_execution: run });
      const refused = await start({ phone_number: "+15550100001" });
      assert.deepEqual([refused.status, errorOf(refused)], [422, "Flow is not active"]);
      await kapso.update(workflow, { status: "active" });
      assert.equal((await start({})).status, 422);
      assert.equal((await kapso.get(workflow)).execution_count, 0);
    });
  });

  it("kapso: a path under one of its bases that leads nowhere is its own; any other is nobody's", async () => {
    for (const path of ["/platform/v1/nowhere", "/api/v1/nowhere", "/platform/v2/workflows"]) {
      assert.equal((await kapso.call("GET", path)).status, 404);
    }
    const seen = emulator.journal().map(({ vendor, operation, violations }) => [vendor, operation, violations.length]);
    assert.deepEqual(seen, [
      ["kapso", "", 1],
      ["kapso", "", 1],
      ["", "", 1],
    ]);
  });

  describe("what workflows refer to", () => {
    it("kapso: models and phone numbers can be listed", async () => {
      const { provider_models, phone_numbers } = kapsoDefaults;
      assert.deepEqual(await kapso.told(200, kapso.call("GET", "/platform/v1/provider_models")), provider_models);
      const numbers = await kapso.told(200, kapso.call("GET", "/platform/v1/whatsapp/phone_numbers"));
      assert.deepEqual(numbers, phone_numbers);
    });
  });
});
