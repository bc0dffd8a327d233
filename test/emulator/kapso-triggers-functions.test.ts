import assert from "node:assert/strict";
import { type Emulator, kapsoDefaults, startEmulator } from "../../testing/src/emulator";
import {
  configOf,
  errorOf,
  graph,
  type KapsoClient,
  kapsoClient,
  node,
  type Trigger,
  type Workflow,
} from "./kapso-client";

const [support, sales] = kapsoDefaults.phone_numbers.map(({ phone_number_id }) => phone_number_id);
const inbound = (phone_number_id: string | undefined, more: object = {}) => ({
  trigger_type: "inbound_message",
  phone_number_id,
  ...more,
});
const event = (name: string, more: object = {}) => ({ trigger_type: "whatsapp_event", event: name, ...more });

describe("emulator: triggers and functions of kapso", () => {
  const noon = Date.UTC(2026, 8, 28, 12);
  let now = noon;
  let emulator: Emulator;
  let kapso: KapsoClient;
  let workflow: Workflow;

  before(async () => {
    emulator = await startEmulator({ now: () => now });
    kapso = kapsoClient(emulator);
  });
  beforeEach(async () => {
    now = noon;
    emulator.reset();
    workflow = await kapso.create({ name: "a" });
  });
  after(() => emulator.close());

  const add = (trigger: object) => kapso.told<Trigger>(201, kapso.trigger(workflow, trigger));

  describe("triggers", () => {
    it("triggers: they are flat on write and nested on read, by type", async () => {
      assert.deepEqual(await add(inbound(support)), {
        id: "00000001-0005-4000-8000-000000000001",
        workflow_id: workflow.id,
        trigger_type: "inbound_message",
        active: true,
        display_name: `Inbound message: ${support}`,
        triggerable: { phone_number_id: support },
        created_at: "2026-09-28T08:00:00.000-04:00",
        updated_at: "2026-09-28T08:00:00.000-04:00",
      });
      const nested = async (trigger: object) => (await add(trigger)).triggerable;
      assert.deepEqual(await nested({ trigger_type: "api_call" }), {});
      assert.deepEqual(await nested(event("whatsapp.message.sent")), { event: "whatsapp.message.sent" });
      assert.deepEqual(await nested(event("whatsapp.message.failed", { phone_number_id: support })), {
        event: "whatsapp.message.failed",
        phone_number_id: support,
      });
      const project = { event_name: "order.made", property_key: "total", operator: "gte", property_value: 5 };
      assert.deepEqual(await nested({ trigger_type: "project_event", ...project }), project);
      assert.deepEqual(await nested({ trigger_type: "project_event", event_name: "a" }), {
        event_name: "a",
        property_key: null,
        operator: null,
        property_value: null,
      });
      assert.equal((await add({ trigger_type: "api_call", active: false })).active, false);
    });

    it("triggers: the list is newest first and does not touch the workflow", async () => {
      await add(inbound(support));
      await add({ trigger_type: "api_call" });
      assert.deepEqual(
        (await kapso.triggers(workflow)).map(({ trigger_type }) => trigger_type),
        ["api_call", "inbound_message"],
      );
      assert.deepEqual(await kapso.get(workflow), workflow);
    });

    it("triggers: what a type needs must be there, and delivered and read are refused", async () => {
      for (const trigger of [
        { trigger_type: "inbound_message" },
        { trigger_type: "whatsapp_event" },
        { trigger_type: "project_event" },
        { trigger_type: "telegram" },
        event("whatsapp.message.delivered"),
        event("whatsapp.message.read"),
        { trigger_type: "project_event", event_name: "a", operator: "like" },
        { trigger_type: "project_event", event_name: "a", property_value: null },
      ]) {
        assert.equal((await kapso.trigger(workflow, trigger)).status, 422, JSON.stringify(trigger));
      }
      assert.equal((await kapso.call("POST", `/platform/v1/workflows/${workflow.id}/triggers`, {})).status, 400);
      assert.deepEqual(await kapso.triggers(workflow), []);
    });

    it("triggers: only `active` can change", async () => {
      const trigger = await add(inbound(support));
      now += 1000;
      const answer = await kapso.call("PATCH", `/platform/v1/triggers/${trigger.id}`, {
        trigger: { active: false, phone_number_id: sales, trigger_type: "api_call" },
      });
      assert.equal(answer.status, 200);
      assert.deepEqual(Object(answer.body).data, {
        ...trigger,
        active: false,
        updated_at: "2026-09-28T08:00:01.000-04:00",
      });
    });

    it("triggers: a deleted one is gone, a second time it is 404, and the nested path is none", async () => {
      const trigger = await add(inbound(support));
      const nested = await kapso.call("DELETE", `/platform/v1/workflows/${workflow.id}/triggers/${trigger.id}`);
      assert.equal(nested.status, 404);
      const deleted = await kapso.deleteTrigger(trigger);
      assert.deepEqual([deleted.status, deleted.body], [204, ""]);
      assert.equal((await kapso.deleteTrigger(trigger)).status, 404);
      assert.deepEqual(await kapso.triggers(workflow), []);
    });

    it("triggers: a number has one active trigger for its messages and one for each event, in the whole project", async () => {
      await add(inbound(support));
      await add(event("whatsapp.message.sent", { phone_number_id: support }));
      const other = await kapso.create({ name: "b" });
      const twin = await kapso.trigger(other, inbound(support));
      assert.equal(twin.status, 422);
      assert.match(String(errorOf(twin)), /already has an active inbound message trigger/);
      const status = async (trigger: object) => (await kapso.trigger(other, trigger)).status;
      assert.equal(await status(event("whatsapp.message.sent", { phone_number_id: support })), 422);
      assert.equal(await status(event("whatsapp.message.failed", { phone_number_id: support })), 201);
      assert.equal(await status(event("whatsapp.message.sent", { phone_number_id: sales })), 201);
      assert.equal(await status(inbound(sales)), 201);
      const sleeping = await kapso.told<Trigger>(201, kapso.trigger(other, inbound(support, { active: false })));
      assert.equal((await kapso.toggle(sleeping, true)).status, 422);
      const [, first] = await kapso.triggers(workflow);
      assert.ok(first);
      await kapso.toggle(first, false);
      assert.equal((await kapso.toggle(sleeping, true)).status, 200);
    });

    it("triggers: PUT replaces the set and every id, or nothing when one item is wrong", async () => {
      const before = [await add(inbound(support)), await add({ trigger_type: "api_call" })];
      const wrong = [
        [inbound(support), { trigger_type: "inbound_message" }],
        [inbound(support), inbound(support)],
      ];
      for (const triggers of wrong) {
        assert.equal((await kapso.replaceTriggers(workflow, triggers)).status, 422);
        assert.deepEqual(await kapso.triggers(workflow), before.toReversed());
      }
      const answer = await kapso.replaceTriggers(workflow, [inbound(support), { trigger_type: "api_call" }]);
      assert.equal(answer.status, 200);
      const after: Trigger[] = Object(answer.body).data;
      assert.deepEqual(
        after.map(({ trigger_type }) => trigger_type),
        ["inbound_message", "api_call"],
      );
      assert.equal(new Set([...before, ...after].map(({ id }) => id)).size, 4);
      await kapso.replaceTriggers(workflow, []);
      assert.deepEqual(await kapso.triggers(workflow), []);
    });

    it("triggers: those of an archived workflow stay, and hold their number", async () => {
      await add(inbound(support));
      await kapso.update(workflow, { status: "archived" });
      const [trigger] = await kapso.triggers(workflow);
      assert.equal(trigger?.active, true);
      const other = await kapso.create({ name: "b" });
      assert.equal((await kapso.trigger(other, inbound(support))).status, 422);
    });
  });

  describe("functions", () => {
    const code = "export default { fetch() {} }";
    const secret = (id: string, name: string, value: unknown) =>
      kapso.call("POST", `/platform/v1/functions/${id}/secrets`, { secret: { name, value } });
    const secrets = (id: string) => kapso.told(200, kapso.call("GET", `/platform/v1/functions/${id}/secrets`));
    const deployed = async (name: string) => {
      const { id } = await kapso.createFunction({ name });
      await kapso.deploy(id);
      for (let read = 0; read < 3; read += 1) await kapso.function(id);
      return id;
    };

    it("functions: a new one is a draft without version", async () => {
      const input = { name: "Look up", code, function_type: "cloudflare_worker" };
      const answer = await kapso.postFunction(input);
      assert.equal(answer.status, 201);
      assert.deepEqual(Object(answer.body).data, {
        ...input,
        id: "00000001-0006-4000-8000-000000000001",
        project_id: kapsoDefaults.project_id,
        slug: "look-up",
        lock_version: 0,
        description: null,
        version: null,
        status: "draft",
        last_deployed_at: null,
        invoke_response_mode: "passthrough",
        public_endpoint: false,
        runtime_config: null,
        endpoint_url: null,
        created_by_id: null,
        created_at: "2026-09-28T08:00:00.000-04:00",
        updated_at: "2026-09-28T08:00:00.000-04:00",
      });
    });

    it("functions: name and slug are unique, code is needed and at most 1 MB", async () => {
      await kapso.createFunction({ name: "lookup" });
      const post = async (input: object) => {
        const answer = await kapso.postFunction({ code, function_type: "cloudflare_worker", ...input });
        return [answer.status, errorOf(answer)];
      };
      assert.deepEqual(await post({ name: "lookup", slug: "b" }), [422, "Name has already been taken"]);
      assert.deepEqual(await post({ name: "b", slug: "lookup" }), [422, "Slug has already been taken"]);
      assert.deepEqual(await post({ name: "b", slug: "B_" }), [
        422,
        "slug must be lowercase alphanumeric with hyphens",
      ]);
      assert.equal((await post({ name: "b", code: "" }))[0], 422);
      assert.equal((await post({ name: "b", code: undefined }))[0], 422);
      assert.equal((await post({ name: "b", function_type: undefined }))[0], 422);
      assert.equal((await post({ name: "b", function_type: "lambda" }))[0], 422);
      assert.equal((await post({ name: "b", code: "é".repeat(512 * 1024 + 1) }))[0], 422);
      assert.equal((await post({ name: "b", code: "x".repeat(1024 * 1024) }))[0], 201);
    });

    it("functions: an update counts up the lock and checks one that is sent", async () => {
      const { id } = await kapso.createFunction({ name: "lookup" });
      const updated = await kapso.patchFunction(id, { name: "b", lock_version: 0, invoke_response_mode: "wrapped" });
      const { name, slug, lock_version, invoke_response_mode } = Object(updated.body).data;
      assert.deepEqual([name, slug, lock_version, invoke_response_mode], ["b", "lookup", 1, "wrapped"]);
      assert.equal((await kapso.patchFunction(id, { name: "c", lock_version: 0 })).status, 409);
      assert.equal((await kapso.patchFunction(id, { name: "c" })).status, 200);
    });

    it("functions: a deployment shows after two reads; until then the status is what it was", async () => {
      const { id } = await kapso.createFunction({ name: "lookup" });
      const answer = await kapso.deploy(id);
      assert.equal(answer.status, 202);
      assert.deepEqual(Object(answer.body).status, "deploying");
      now += 1000;
      const seen = [];
      for (let read = 0; read < 4; read += 1) seen.push((await kapso.function(id)).status);
      assert.deepEqual(seen, ["draft", "draft", "deployed", "deployed"]);
      const { version, lock_version, ...rest } = await kapso.function(id);
      assert.deepEqual([version, lock_version], [1, 1]);
      assert.equal(Object(rest).last_deployed_at, "2026-09-28T08:00:01.000-04:00");
      await kapso.deploy(id);
      assert.deepEqual([(await kapso.function(id)).status, (await kapso.function(id)).version], ["deployed", 1]);
      assert.equal((await kapso.function(id)).version, 2);
    });

    it("functions: a read that comes upon a finished deployment did not write", async () => {
      await deployed("lookup");
      const wrote = emulator.journal().flatMap(({ operation, wrote }) => (wrote ? [operation] : []));
      assert.deepEqual(wrote, ["createWorkflow", "createFunction", "deployFunction"]);
    });

    it("functions: new code is not deployed by being written", async () => {
      const id = await deployed("lookup");
      const { status, version, code: read } = Object((await kapso.patchFunction(id, { code: "1" })).body).data;
      assert.deepEqual([status, version, read], ["deployed", 1, "1"]);
    });

    it("functions: secrets need a deployment, are told by name and kind, and go by name", async () => {
      const draft = await kapso.createFunction({ name: "draft" });
      assert.deepEqual(await secrets(draft.id), []);
      assert.equal((await secret(draft.id, "TOKEN", "x")).status, 422);
      assert.equal((await kapso.call("DELETE", `/platform/v1/functions/${draft.id}/secrets/TOKEN`)).status, 422);
      const id = await deployed("lookup");
      assert.equal((await secret(id, "TOKEN", "hidden")).status, 201);
      assert.equal((await secret(id, "SETTINGS", { a: "hidden" })).status, 201);
      assert.equal((await secret(id, "lower", "x")).status, 422);
      assert.deepEqual(await secrets(id), [
        { name: "TOKEN", type: "text" },
        { name: "SETTINGS", type: "json" },
      ]);
      assert.ok(!JSON.stringify([await kapso.function(id), await secrets(id)]).includes("hidden"));
      const remove = (name: string) => kapso.call("DELETE", `/platform/v1/functions/${id}/secrets/${name}`);
      assert.equal((await remove("TOKEN")).status, 204);
      assert.equal((await remove("TOKEN")).status, 404);
      assert.deepEqual(await secrets(id), [{ name: "SETTINGS", type: "json" }]);
    });

    it("functions: a deleted one is gone, and nodes that used it have null", async () => {
      const { id } = await kapso.createFunction({ name: "lookup" });
      const tool = node("a", "agent", { flow_agent_function_tools: [{ function_id: id }] });
      const definition = graph([node("f", "function", { function_id: id }), tool]);
      await kapso.update(workflow, { definition });
      assert.equal((await kapso.deleteFunction(id)).status, 204);
      assert.equal((await kapso.deleteFunction(id)).status, 404);
      const read = await kapso.definition(workflow);
      assert.equal(configOf(read, "f").function_id, null);
      assert.equal(Object(configOf(read, "a").flow_agent_function_tools)[0].function_id, null);
      assert.equal((await kapso.createFunction({ name: "lookup" })).slug, "lookup");
    });

    it("functions: the list is newest first", async () => {
      await kapso.createFunction({ name: "a" });
      await kapso.createFunction({ name: "b" });
      const list = await kapso.told<{ name: string }[]>(200, kapso.call("GET", "/platform/v1/functions"));
      assert.deepEqual(
        list.map(({ name }) => name),
        ["b", "a"],
      );
    });
  });
});
