import assert from "node:assert/strict";
import { FlowError } from "../../../provider/lifecycle/errors";
import { RunMemory } from "../../../provider/lifecycle/run-memory";
import type { Values } from "../../../provider/lifecycle/values";
import { trigger } from "../../../provider/vendors/kapso/trigger";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { Bench, type Benched } from "../../harness/bench";
import { Stack } from "../../harness/stack";
import { benched, PHONE } from "./graph-world";

describe("kapso:Trigger", () => {
  let emulator: Emulator;
  let workflowId: string;
  before(async () => {
    emulator = await startEmulator();
  });
  beforeEach(() => {
    emulator.edit({ vendor: "kapso", action: "createWorkflow", set: { name: "bot" } });
    workflowId = String(emulator.state().kapso.workflows[0]?.id);
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const stackOf = () => new Stack(new Bench({ ...benched, type: trigger as unknown as Benched["type"] }, emulator));
  const inbound = (more: Values = {}) => ({
    workflowId,
    triggerType: "inbound_message",
    phoneNumberId: PHONE,
    ...more,
  });
  const failuresOf = (args: Values) =>
    stackOf()
      .bench.run()
      .lifecycle.check(args)
      .failures.map(({ property, reason }) => `${property}: ${reason}`);

  it("`active` changes in place, by one call beside the look", async () => {
    const stack = stackOf();
    await stack.up(inbound());
    emulator.clearJournal();
    await stack.up(inbound({ active: false }));
    assert.deepEqual(
      emulator.journal().map(({ operation }) => operation),
      ["listTriggers", "updateTrigger"],
    );
    assert.equal(emulator.state().kapso.triggers[0]?.active, false);
  });

  it("anything else makes a new trigger, also what is no longer said", () => {
    const { lifecycle } = stackOf().bench.run();
    const replaces = (before: Values, after: Values) => lifecycle.diff(before, lifecycle.check(after).inputs).replaces;
    assert.deepEqual(replaces(inbound(), inbound({ phoneNumberId: "2" })), ["phoneNumberId"]);
    assert.deepEqual(replaces(inbound(), inbound({ workflowId: "other" })), ["workflowId"]);
    const event = { workflowId, triggerType: "project_event", eventName: "order.made" };
    const filtered = { ...event, propertyKey: "total", operator: "gt", propertyValue: 5 };
    const declared = JSON.stringify({ version: 3, fields: Object.keys(filtered), keys: {}, engine: {}, account: "" });
    assert.deepEqual(replaces({ ...filtered, __declared: declared }, event), [
      "propertyKey",
      "operator",
      "propertyValue",
    ]);
  });

  it("the endpoint that replaces the whole set is never used, and others' triggers stay", async () => {
    emulator.edit({ vendor: "kapso", action: "addTrigger", workflow: "bot", add: { trigger_type: "api_call" } });
    const stack = stackOf();
    await stack.up(inbound());
    await stack.destroy();
    assert.ok(!emulator.journal().some(({ operation }) => operation === "replaceTriggers"));
    assert.deepEqual(
      emulator.state().kapso.triggers.map(({ trigger_type }) => trigger_type),
      ["api_call"],
    );
  });

  it("every kind: settles, and leaves no difference", async () => {
    const kinds: Values[] = [
      inbound(),
      { workflowId, triggerType: "api_call" },
      { workflowId, triggerType: "whatsapp_event", event: "whatsapp.message.failed", phoneNumberId: PHONE },
      { workflowId, triggerType: "whatsapp_event", event: "whatsapp.conversation.ended" },
      { workflowId, triggerType: "project_event", eventName: "order.made" },
      {
        workflowId,
        triggerType: "project_event",
        eventName: "order.made",
        propertyKey: "total",
        operator: "gte",
        propertyValue: 12.5,
      },
    ];
    for (const kind of kinds) {
      const stack = stackOf();
      await stack.up(kind);
      await stack.refresh();
      emulator.clearJournal();
      await stack.up(kind);
      assert.deepEqual(emulator.journal(), [], JSON.stringify(kind));
    }
  });

  it("two on one event with different conditions live beside each other, in one program too", async () => {
    const over = { workflowId, triggerType: "project_event", eventName: "order.paid", propertyKey: "total" };
    const memory = new RunMemory();
    await stackOf().up({ ...over, operator: "gt", propertyValue: 100 }, { memory });
    await stackOf().up({ ...over, operator: "lte", propertyValue: 100 }, { memory });
    assert.equal(emulator.state().kapso.triggers.length, 2);
  });

  it("adopt: one that starts on fewer occasions is not taken for one on all of them", async () => {
    const add = {
      trigger_type: "project_event",
      event_name: "order.paid",
      property_key: "total",
      operator: "gt",
      property_value: 100,
    } as const;
    emulator.edit({ vendor: "kapso", action: "addTrigger", workflow: "bot", add });
    const stack = stackOf();
    await stack.up({ workflowId, triggerType: "project_event", eventName: "order.paid", adopt: true });
    const made = emulator.state().kapso.triggers.find(({ id }) => id === stack.resource.id);
    assert.equal(made?.property_key, null);
    assert.equal(emulator.state().kapso.triggers.length, 2);
  });

  it("what a kind needs and what it has not is told at plan time", () => {
    assert.deepEqual(failuresOf({ workflowId, triggerType: "inbound_message" }), [
      "phoneNumberId: Required: a trigger of the type inbound_message needs it",
    ]);
    assert.deepEqual(failuresOf({ workflowId, triggerType: "api_call", event: "whatsapp.message.sent" }), [
      "event: A trigger of the type api_call has no event",
    ]);
    assert.match(
      failuresOf({ workflowId, triggerType: "whatsapp_event", event: "whatsapp.message.delivered" }).join(),
      /event: Kapso starts new triggers for whatsapp\.message\.received/,
    );
  });

  it("another workflow's trigger of the number is the vendor's refusal, and nothing is made", async () => {
    emulator.edit({ vendor: "kapso", action: "createWorkflow", set: { name: "other" } });
    emulator.edit({
      vendor: "kapso",
      action: "addTrigger",
      workflow: "other",
      add: { trigger_type: "inbound_message", phone_number_id: PHONE },
    });
    await assert.rejects(stackOf().up(inbound()), FlowError);
    assert.equal(emulator.state().kapso.triggers.length, 1);
  });

  it("get: needs the workflow, and says so", async () => {
    const { lifecycle } = stackOf().bench.run();
    const id = "00000001-0005-4000-8000-000000000001";
    await assert.rejects(lifecycle.read(id, {}), /finds a trigger only by its workflow: pass `workflowId`/);
    await stackOf().up(inbound());
    const found = await lifecycle.read(id, { workflowId });
    assert.equal(found?.state.phoneNumberId, PHONE);
  });

  it("refresh: gone with its workflow's triggers is gone; a project without the workflow is not", async () => {
    const stack = stackOf();
    await stack.up(inbound());
    const { kept } = stack;
    emulator.edit({ vendor: "kapso", action: "deleteTrigger", trigger: String(kept?.id) });
    await stack.refresh();
    assert.equal(stack.kept, undefined);
    stack.kept = kept;
    emulator.switches({ kapsoKeys: { "key-of-shop": "77777777-0000-4000-8000-000000000001" } });
    await assert.rejects(stack.refresh(), /reach a project without workflow/);
  });

  it("destroy: where its workflow was deleted outside, says how to go on", async () => {
    const stack = stackOf();
    await stack.up(inbound());
    emulator.edit({ vendor: "kapso", action: "deleteWorkflow", workflow: "bot" });
    await assert.rejects(stack.destroy(), /if the workflow was deleted, .* `pulumi state delete`/);
  });
});
