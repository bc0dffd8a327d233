import assert from "node:assert/strict";
import { type Emulator, type Switches, startEmulator } from "../../testing/src/emulator";
import { errorOf, placesOf, prompt, type RuntypeClient, runtypeClient, type Step } from "./runtype-client";

describe("emulator: switches of runtype", () => {
  let emulator: Emulator;
  let runtype: RuntypeClient;
  let sdk: RuntypeClient;
  let now = Date.UTC(2026, 8, 28, 12);

  before(async () => {
    emulator = await startEmulator({ now: () => now });
    runtype = runtypeClient(emulator);
    sdk = runtypeClient(emulator, "k", { "x-runtype-client": "sdk" });
  });
  beforeEach(() => emulator.reset());
  after(() => emulator.close());

  const ids = ({ flowSteps }: { flowSteps: readonly Step[] }) => flowSteps.map(({ id }) => id);
  const minted = /^step_01jv\d{22}$/;

  it("switches: runtypeStepIds kept: the caller's ids stay, and the server gives one where none is sent", async () => {
    const flow = await runtype.create({ name: "A", flowSteps: [prompt("one", { id: "greeting" }), prompt("two")] });
    const [one, two] = ids(flow);
    assert.equal(one, "greeting");
    assert.match(two ?? "", minted);
    const put = await runtype.update(flow, { flowSteps: [...flow.flowSteps, prompt("three", { id: "mine" })] });
    assert.deepEqual(ids(put), ["greeting", two, "mine"]);
  });

  it("switches: runtypeStepIds minted: unknown ids are replaced, the flow's own stay", async () => {
    emulator.switches({ runtypeStepIds: "minted" });
    const flow = await runtype.create({ name: "A", flowSteps: [prompt("one", { id: "greeting" })] });
    const [one] = ids(flow);
    assert.match(one ?? "", minted);
    const put = await runtype.update(flow, { flowSteps: [prompt("new", { id: "mine" }), { ...flow.flowSteps[0] }] });
    assert.ok(ids(put).includes(one ?? "") && !ids(put).includes("mine"));
  });

  it("switches: runtypeStepIds mintedAlways: every list of steps gets new ids, other updates leave them", async () => {
    emulator.switches({ runtypeStepIds: "mintedAlways" });
    const flow = await runtype.create({ name: "A", flowSteps: [prompt("one", { id: "greeting" })] });
    assert.deepEqual(ids(await runtype.update(flow, { name: "B" })), ids(flow));
    const put = await runtype.update(flow, { flowSteps: flow.flowSteps });
    assert.notDeepEqual(ids(put), ids(flow));
  });

  it("switches: runtypeOrderFrom is the order of the first step where none is sent", async () => {
    for (const from of [0, 1] as const) {
      emulator.switches({ runtypeOrderFrom: from });
      const { flowSteps } = await runtype.create({ name: "A", flowSteps: [prompt("a"), prompt("b")] });
      assert.deepEqual(
        flowSteps.map(({ order }) => order),
        [from, from + 1],
      );
    }
  });

  it("switches: runtypeWhenTold decides whether flows tell conditions", async () => {
    const flowSteps = [prompt("one", { when: "x" }), prompt("two")];
    for (const told of [false, true]) {
      emulator.switches({ runtypeWhenTold: told });
      const flow = await runtype.create({ name: "A", flowSteps });
      for (const answer of [flow, await runtype.get(flow), await runtype.update(flow, { name: "B" })]) {
        assert.deepEqual(
          answer.flowSteps.map((step) => ("when" in step ? step.when : "untold")),
          [told ? "x" : "untold", "untold"],
        );
      }
    }
  });

  it("switches: a condition that is left out of a known step is removed or kept; an empty one removes it", async () => {
    for (const cleared of ["removed", "kept"] as const) {
      emulator.switches({ runtypeWhenCleared: cleared });
      const flow = await runtype.create({ name: "A", flowSteps: [prompt("one", { id: "s", when: "x" })] });
      const whenAfter = async (step: object) => {
        await runtype.update(flow, { flowSteps: [step] });
        return (await runtype.steps(flow))[0]?.when;
      };
      assert.equal(await whenAfter(prompt("one", { id: "s" })), cleared === "kept" ? "x" : null);
      assert.equal(await whenAfter(prompt("one", { id: "s", when: "" })), null);
      assert.equal(await whenAfter(prompt("one", { id: "s", when: "y" })), "y");
      assert.equal(await whenAfter(prompt("one", { id: "other" })), null);
    }
  });

  it("switches: runtypeEnabledTold false: only a disabled step tells of it", async () => {
    const flowSteps = [prompt("on"), prompt("off", { enabled: false })];
    const told = async () => (await runtype.create({ name: "A", flowSteps })).flowSteps.map(({ enabled }) => enabled);
    assert.deepEqual(await told(), [true, false]);
    emulator.switches({ runtypeEnabledTold: false });
    assert.deepEqual(await told(), [undefined, false]);
  });

  it("switches: runtypeConfigRewrites rewrites nothing, what is known, or fills in defaults too", async () => {
    const script = {
      type: "transform-data",
      name: "t",
      config: { script: "1", sandboxProvider: "cloudflare-sandbox" },
    };
    const branch = { type: "conditional", name: "c", config: { condition: "x", trueSteps: [script], falseSteps: 7 } };
    const ask = { type: "prompt", name: "p", config: { userPrompt: "Hi" } };
    const event = { type: "send-event", name: "e", config: { eventName: "x" } };
    const stored = async (mode: Switches["runtypeConfigRewrites"]) => {
      emulator.switches({ runtypeConfigRewrites: mode });
      const flowSteps = [script, branch, ask, event];
      return (await runtype.create({ name: "A", flowSteps })).flowSteps.map(({ config }) => config);
    };
    assert.deepEqual(await stored("none"), [script.config, branch.config, ask.config, event.config]);
    const known = { script: "1", sandboxProvider: "cloudflare-worker" };
    assert.deepEqual(await stored("known"), [
      known,
      { condition: "x", trueSteps: [{ ...script, config: known }], falseSteps: 7 },
      { userPrompt: "Hi", text: "Hi" },
      event.config,
    ]);
    const filled = { streamOutput: false, errorHandling: "continue" };
    assert.deepEqual(await stored("filled"), [
      { ...known, ...filled },
      { condition: "x", trueSteps: [{ ...script, enabled: true, config: { ...known, ...filled } }], falseSteps: 7 },
      { userPrompt: "Hi", text: "Hi", streamOutput: true, errorHandling: "continue" },
      event.config,
    ]);
  });

  it("switches: a text that is sent beside userPrompt stays, also when it is another one", async () => {
    const config = { userPrompt: "new", text: "old" };
    const { flowSteps } = await runtype.create({ name: "A", flowSteps: [{ type: "prompt", name: "p", config }] });
    assert.deepEqual(flowSteps[0]?.config, config);
  });

  it("switches: unknown keys are dropped or refused, in the flow and in its steps", async () => {
    const unknown = { name: "A", flowSteps: [prompt("one", { note: "x" })], status: "active" };
    const dropped = await runtype.create(unknown);
    assert.ok(!("status" in dropped) && !("note" in Object(dropped.flowSteps[0])));
    emulator.switches({ runtypeUnknownKeys: "refused" });
    const refused = await runtype.post(unknown);
    assert.deepEqual(placesOf(refused), [
      ["status", undefined],
      ["flowSteps[0].note", undefined],
    ]);
    assert.deepEqual(placesOf(await runtype.put(dropped, { steps: [] })), [["steps", undefined]]);
    assert.equal((await runtype.post({ name: "B", description: "d", steps: [] })).status, 201);
  });

  it("switches: an empty description is told as null, as itself, is refused, or nothing tells of any", async () => {
    const flow = await runtype.create({ name: "A", description: "text" });
    const cleared = async (mode: Switches["runtypeDescription"], value: string | null) => {
      emulator.switches({ runtypeDescription: mode });
      await runtype.put(flow, { description: "text" });
      const { status } = await runtype.put(flow, { description: value });
      return [status, (await runtype.get(flow)).description];
    };
    assert.deepEqual(await cleared("nulled", ""), [200, null]);
    assert.deepEqual(await cleared("nulled", null), [400, "text"]);
    assert.deepEqual(await cleared("kept", ""), [200, ""]);
    assert.deepEqual(await cleared("kept", null), [400, "text"]);
    assert.deepEqual(await cleared("refused", ""), [400, "text"]);
    assert.deepEqual(await cleared("refused", null), [200, null]);
    await runtype.put(flow, { description: "text" });
    assert.deepEqual(await cleared("untold", "other"), [200, undefined]);
    emulator.switches({ runtypeDescription: "kept" });
    assert.equal((await runtype.get(flow)).description, "text");
  });

  it("switches: a name that is taken may be refused, by a creation and by a renaming", async () => {
    const flow = await runtype.create({ name: "A" });
    const other = await runtype.create({ name: "B" });
    assert.equal((await runtype.post({ name: "A" })).status, 201);
    emulator.switches({ runtypeDuplicateNames: "refused" });
    assert.equal((await runtype.post({ name: "A" })).status, 409);
    assert.equal((await runtype.put(other, { name: "A" })).status, 409);
    assert.equal((await runtype.put(flow, { name: "A", description: "d" })).status, 200);
    assert.equal((await runtype.put(other, { name: "C" })).status, 200);
  });

  it("switches: of two flows of one name the older or the newer is pulled and ensured", async () => {
    const older = await runtype.create({ name: "A" });
    const newer = await runtype.create({ name: "A" });
    for (const [picks, { id }] of [
      ["older", older],
      ["newer", newer],
    ] as const) {
      emulator.switches({ runtypePullPicks: picks });
      assert.equal(Object((await runtype.pull("A")).body).flowId, id);
      const plan = await runtype.ensure({ name: "A", definition: { name: "A", steps: [] }, dryRun: true });
      assert.equal(Object(plan.body).flowId, id);
    }
  });

  it("switches: a creation answers 201 or 200, a deletion 204 or 200 with a body", async () => {
    emulator.switches({ runtypeCreateStatus: 200, runtypeDeleteStatus: 200 });
    const created = await runtype.post({ name: "A" });
    assert.equal(created.status, 200);
    const deleted = await runtype.delete(Object(created.body));
    assert.deepEqual([deleted.status, deleted.body], [200, { success: true }]);
    emulator.switches({ runtypeCreateStatus: 201, runtypeDeleteStatus: 204 });
    const again = await runtype.post({ name: "A" });
    assert.deepEqual([again.status, (await runtype.delete(Object(again.body))).status], [201, 204]);
  });

  it("switches: a flow that something refers to can be deleted, or not", async () => {
    const flow = await runtype.create({ name: "A" });
    const refer = (referenced: boolean) =>
      emulator.edit({ vendor: "runtype", action: "referenceFlow", flow: "A", referenced });
    refer(true);
    emulator.switches({ runtypeDeleteReferenced: "refused" });
    assert.equal((await runtype.delete(flow)).status, 409);
    emulator.switches({ runtypeDeleteReferenced: "allowed" });
    assert.equal((await runtype.delete(flow)).status, 204);
    emulator.switches({ runtypeDeleteReferenced: "refused" });
    assert.equal((await runtype.delete(await runtype.create({ name: "A" }))).status, 204);
  });

  it("switches: an update of a flow that is managed in code is allowed or refused to others", async () => {
    const flow = await sdk.create({ name: "A" });
    emulator.switches({ runtypeManagedPut: "refused" });
    assert.equal((await runtype.put(flow, { name: "B" })).status, 409);
    assert.equal((await sdk.put(flow, { name: "B" })).status, 200);
    emulator.switches({ runtypeManagedPut: "allowed" });
    assert.equal((await runtype.put(flow, { name: "C" })).status, 200);
    emulator.switches({ runtypeManagedPut: "refused" });
    assert.equal((await runtype.put(flow, { name: "D" })).status, 200);
  });

  it("switches: an update that changes nothing moves updatedAt and adds a draft, or does nothing", async () => {
    const flow = await runtype.create({ name: "A", flowSteps: [prompt("one")] });
    const same = { name: "A", flowSteps: flow.flowSteps };
    now += 1000;
    const bumped = await runtype.update(flow, same);
    assert.notEqual(bumped.updatedAt, flow.updatedAt);
    assert.equal((await runtype.versions(flow)).versions.length, 2);
    emulator.switches({ runtypeNoopBumps: false });
    emulator.clearJournal();
    now += 1000;
    const still = await runtype.update(flow, same);
    assert.deepEqual([still.updatedAt, still.draftVersionId], [bumped.updatedAt, bumped.draftVersionId]);
    assert.equal(emulator.journal()[0]?.wrote, false);
    assert.notEqual((await runtype.update(flow, { name: "B" })).updatedAt, bumped.updatedAt);
  });

  it("switches: a creation adds a draft or none", async () => {
    const drafts = async () => (await runtype.versions(await runtype.create({ name: "A" }))).versions.length;
    assert.equal(await drafts(), 1);
    emulator.switches({ runtypeCreateVersion: false });
    assert.equal(await drafts(), 0);
  });

  it("switches: publishing without a newer draft is 400, or 200 once more", async () => {
    const flow = await runtype.create({ name: "A" });
    const first = await runtype.publish(flow);
    assert.equal((await runtype.publish(flow)).status, 400);
    emulator.switches({ runtypeNoDraft: 200 });
    assert.deepEqual((await runtype.publish(flow)).body, first.body);
  });

  it("switches: what is published is the draft itself, or a copy as a version of its own", async () => {
    for (const row of ["same", "copied"] as const) {
      emulator.switches({ runtypePublishRow: row });
      const flow = await runtype.create({ name: "A" });
      await runtype.publish(flow);
      const { versions, publishedVersionId } = await runtype.versions(flow);
      assert.deepEqual(
        versions.map(({ versionNumber, versionType }) => [versionNumber, versionType]),
        row === "same"
          ? [[1, "published"]]
          : [
              [2, "published"],
              [1, "draft"],
            ],
      );
      assert.equal(publishedVersionId, versions[0]?.id);
      assert.equal((await runtype.publish(flow)).status, 400);
    }
  });

  it("switches: publishing an old version stores its steps, or leaves the flow as it is", async () => {
    for (const stores of [true, false]) {
      emulator.switches({ runtypePublishStores: stores });
      const flow = await runtype.create({ name: "A", flowSteps: [prompt("old")] });
      const [first] = (await runtype.versions(flow)).versions;
      await runtype.update(flow, { flowSteps: [prompt("new")] });
      const { body } = await runtype.publishVersion(flow, { versionId: first?.id });
      assert.deepEqual(Object(body).applied, { flowSteps: stores });
      assert.equal((await runtype.get(flow)).flowSteps[0]?.name, stores ? "old" : "new");
    }
  });

  it("switches: the refusal to publish what is managed in code has a code or none", async () => {
    const flow = await sdk.create({ name: "A" });
    const versionId = (await runtype.versions(flow)).versions[0]?.id;
    const refused = async () => Object.keys(Object((await runtype.publishVersion(flow, { versionId })).body));
    assert.deepEqual(await refused(), ["error"]);
    emulator.switches({ runtypePublishManaged: "coded" });
    assert.deepEqual(await refused(), ["error", "code", "lastModifiedSource"]);
  });

  it("switches: runtypeReadDelay: so many reads still show the flow before the last write", async () => {
    emulator.switches({ runtypeReadDelay: 2 });
    const flow = await runtype.create({ name: "A", flowSteps: [prompt("one")] });
    assert.equal((await runtype.get(flow)).name, "A");
    assert.equal((await runtype.update(flow, { name: "B", flowSteps: [] })).name, "B");
    assert.equal((await runtype.get(flow)).name, "A");
    assert.equal((await runtype.steps(flow)).length, 1);
    assert.equal((await runtype.get(flow)).name, "B");
    assert.equal((await runtype.steps(flow)).length, 0);
  });

  it("switches: runtypeListDelay: so many lists and pulls do not know a new flow, a read does", async () => {
    emulator.switches({ runtypeListDelay: 2 });
    const flow = await runtype.create({ name: "A" });
    assert.equal((await runtype.get(flow)).name, "A");
    assert.deepEqual(await runtype.names(), []);
    assert.equal((await runtype.pull("A")).status, 404);
    assert.deepEqual(await runtype.names(), ["A"]);
    assert.equal((await runtype.pull("A")).status, 200);
  });

  it("switches: runtypeErrorShape object: errors are objects, but for those with a code of their own", async () => {
    emulator.switches({ runtypeErrorShape: "object" });
    const flow = await sdk.create({ name: "A" });
    assert.deepEqual(errorOf(await runtype.call("GET", "/flows/none")), {
      code: "NOT_FOUND",
      message: "Flow not found",
    });
    const wrong = await runtype.post({});
    assert.deepEqual(errorOf(wrong), { code: "BAD_REQUEST", message: "Validation failed" });
    assert.deepEqual(placesOf(wrong), [["name", "MISSING_REQUIRED_FIELD"]]);
    const stranger = await runtypeClient(emulator, "").call("GET", "/flows");
    assert.deepEqual(errorOf(stranger), { code: "UNAUTHORIZED", message: "Unauthorized" });
    const exported = await runtype.call("GET", `/flows/${flow.id}/export-runtime`);
    assert.equal(typeof errorOf(exported), "string");
    const versionId = (await runtype.versions(flow)).versions[0]?.id;
    assert.equal(typeof errorOf(await runtype.publishVersion(flow, { versionId })), "string");
  });
});
