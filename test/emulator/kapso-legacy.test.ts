import assert from "node:assert/strict";
import { type Emulator, kapsoDefaults, startEmulator } from "../../testing/src/emulator";
import { configOf, graph, type KapsoClient, kapsoClient, node } from "./kapso-client";

const [support] = kapsoDefaults.phone_numbers;
const text = (id: string) => node(id, "send_text", { message: "Hi" });

describe("emulator: the legacy api of kapso", () => {
  const noon = Date.UTC(2026, 8, 28, 12);
  let emulator: Emulator;
  let kapso: KapsoClient;

  before(async () => {
    emulator = await startEmulator({ now: () => noon });
    kapso = kapsoClient(emulator);
  });
  beforeEach(() => emulator.reset());
  after(() => emulator.close());

  const create = (flow: object) => kapso.told<{ id: string }>(201, kapso.legacy("POST", "/flows", { flow }));
  const patch = (id: string, flow: object) => kapso.legacy("PATCH", `/flows/${id}`, { flow });
  const definition = (id: string) =>
    kapso.told<Record<string, unknown>>(200, kapso.legacy("GET", `/flows/${id}/definition`));

  it("legacy: a flow has created_by, and neither slug nor lock_version", async () => {
    const flow = await create({ name: "My flow", description: "d", slug: "own", status: "active" });
    assert.deepEqual(flow, {
      id: "00000001-0001-4000-8000-000000000001",
      name: "My flow",
      description: "d",
      status: "draft",
      project_id: kapsoDefaults.project_id,
      created_at: "2026-09-28T08:00:00.000-04:00",
      updated_at: "2026-09-28T08:00:00.000-04:00",
      created_by: { id: "50000000-0000-4000-8000-000000000001", name: "Emulated Person" },
      last_executed_at: null,
      execution_count: 0,
    });
    assert.deepEqual(await kapso.told(200, kapso.legacy("GET", `/flows/${flow.id}`)), flow);
  });

  it("legacy: both APIs act on the same records", async () => {
    const flow = await create({ name: "My flow" });
    assert.equal((await kapso.get(flow)).slug, "my-flow");
    await kapso.update(flow, { status: "archived" });
    const list = (query: string) => kapso.told<unknown[]>(200, kapso.legacy("GET", `/flows${query}`));
    assert.equal((await list("?q[status_eq]=archived")).length, 1);
    assert.equal((await list("?q[status_eq]=draft")).length, 0);
    await patch(flow.id, { name: "Renamed" });
    const { name, slug, lock_version } = await kapso.get(flow);
    assert.deepEqual([name, slug, lock_version], ["Renamed", "my-flow", 2]);
  });

  it("legacy: an update takes neither status nor lock_version", async () => {
    const flow = await create({ name: "a" });
    assert.equal((await patch(flow.id, { status: "active", lock_version: 99, description: "new" })).status, 200);
    const { status, description } = await kapso.get(flow);
    assert.deepEqual([status, description], ["draft", "new"]);
  });

  it("legacy: the definition spells the keys of data in camelCase, and comes with the project's numbers", async () => {
    const flow = await create({ name: "a", definition: graph([text("hi")]) });
    const { definition: read, whatsapp_configs } = await definition(flow.id);
    const sent = Object(read).nodes.find(({ id }: { id: string }) => id === "hi");
    assert.deepEqual(Object.keys(sent.data), ["nodeType", "config", "displayName"]);
    assert.deepEqual([sent.data.nodeType, sent.data.config.delay_seconds], ["send_text", 0]);
    assert.deepEqual(
      whatsapp_configs,
      kapsoDefaults.phone_numbers.map(({ id, name, display_phone_number }) => ({
        id,
        name,
        phone_number: display_phone_number,
      })),
    );
    await patch(flow.id, { definition: Object(read) });
    const types = (await kapso.definition(flow)).nodes.map(({ data }) => data.node_type);
    assert.deepEqual(types, ["start", "start"], "camelCase is no type on write");
  });

  it("legacy: a node may come without position; an array that is left out is cleared", async () => {
    const flow = await create({ name: "a" });
    const { position, ...unplaced } = text("hi");
    await patch(flow.id, { definition: { nodes: [node("start_1", "start"), unplaced], edges: [] } });
    const read = await kapso.definition(flow);
    assert.deepEqual(read.nodes.find(({ id }) => id === "hi")?.position, { x: 0, y: 0 });
    assert.equal(configOf(read, "hi").message, "Hi");
    await patch(flow.id, { definition: { edges: [] } });
    assert.deepEqual((await kapso.definition(flow)).nodes, []);
  });

  it("legacy: validation errors come by field, others as one text", async () => {
    await create({ name: "Taken" });
    const taken = await kapso.legacy("POST", "/flows", { flow: { name: "Taken" } });
    assert.deepEqual([taken.status, taken.body], [422, { errors: { name: ["has already been taken"] } }]);
    const variable = { nodes: [node("v", "set_variable")] };
    const blank = await kapso.legacy("POST", "/flows", { flow: { name: "a", definition: variable } });
    assert.deepEqual([blank.status, blank.body], [400, { error: "variable_name can't be blank" }]);
    assert.deepEqual((await kapso.legacy("POST", "/flows", {})).status, 400);
  });

  it("legacy: a trigger is made and told with Kapso's id of the number", async () => {
    const flow = await create({ name: "a" });
    const post = (trigger: object) => kapso.legacy("POST", `/flows/${flow.id}/triggers`, { trigger });
    const input = { trigger_type: "inbound_message", whatsapp_config_id: support?.id };
    const trigger = await kapso.told<{ id: string }>(201, post(input));
    assert.deepEqual(trigger, {
      id: "00000001-0005-4000-8000-000000000001",
      flow_id: flow.id,
      trigger_type: "inbound_message",
      active: true,
      display_name: `Inbound message: ${support?.phone_number_id}`,
      triggerable: { id: "00000001-0005-4000-8000-000000000001", whatsapp_config_id: support?.id },
      created_at: "2026-09-28T08:00:00.000-04:00",
      updated_at: "2026-09-28T08:00:00.000-04:00",
    });
    assert.deepEqual((await kapso.triggers(flow))[0]?.triggerable, { phone_number_id: support?.phone_number_id });
    assert.equal((await post(input)).status, 422);
    const off = await kapso.legacy("PATCH", `/triggers/${trigger.id}`, { trigger: { active: false } });
    assert.equal(Object(off.body).data.active, false);
    assert.equal((await kapso.legacy("DELETE", `/triggers/${trigger.id}`)).status, 204);
    assert.deepEqual(await kapso.told(200, kapso.legacy("GET", `/flows/${flow.id}/triggers`)), []);
  });

  it("legacy: a run is started without envelope and told without one", async () => {
    const flow = await create({ name: "a" });
    await kapso.update(flow, { status: "active" });
    const answer = await kapso.legacy("POST", `/flows/${flow.id}/executions`, { phone_number: "+15550100001" });
    assert.equal(answer.status, 202);
    assert.deepEqual(Object.keys(Object(answer.body)), ["message", "flow_id", "tracking_id"]);
    assert.equal((await kapso.get(flow)).execution_count, 1);
  });
});
