import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { type Flow, placesOf, prompt, type RuntypeClient, runtypeClient } from "./runtype-client";

describe("emulator: versions of runtype", () => {
  let emulator: Emulator;
  let runtype: RuntypeClient;
  const noon = Date.UTC(2026, 8, 28, 12);
  let now = noon;

  before(async () => {
    emulator = await startEmulator({ now: () => now });
    runtype = runtypeClient(emulator);
  });
  beforeEach(() => {
    now = noon;
    emulator.reset();
  });
  after(() => emulator.close());

  describe("versions", () => {
    const stepNames = ({ flowSteps }: Flow) => flowSteps.map(({ name }) => name);
    const types = async (flow: Flow, query = "") =>
      (await runtype.versions(flow, query)).versions.map(({ versionNumber, versionType }) => [
        versionNumber,
        versionType,
      ]);

    it("runtype: a creation and every update add a numbered draft, which holds the steps of its time", async () => {
      const flow = await runtype.create({ name: "A", flowSteps: [prompt("one", { when: "x" })] });
      const { draftVersionId } = await runtype.update(flow, { flowSteps: [prompt("two")] });
      const { versions, publishedVersionId } = await runtype.versions(flow);
      assert.deepEqual([versions.map(({ versionNumber }) => versionNumber), publishedVersionId], [[2, 1], null]);
      assert.equal(versions[0]?.id, draftVersionId);
      const first = await runtype.call("GET", `/flow-versions/${flow.id}/${versions[1]?.id}`);
      const { flowConfig, versionType, flowId } = Object(first.body);
      assert.deepEqual([flowId, versionType], [flow.id, "draft"]);
      assert.deepEqual([flowConfig.steps[0].name, flowConfig.steps[0].when], ["one", "x"]);
    });

    it("runtype: publishing moves the pointer to the newest draft, and needs a newer one the next time", async () => {
      const flow = await runtype.create({ name: "A" });
      assert.equal((await runtype.call("GET", `/flow-versions/${flow.id}/published`)).status, 404);
      const { draftVersionId } = await runtype.update(flow, { flowSteps: [prompt("one")] });
      const { body } = await runtype.publish(flow);
      assert.deepEqual(body, { success: true, message: "Flow published", publishedVersionId: draftVersionId });
      assert.deepEqual(await types(flow), [
        [2, "published"],
        [1, "draft"],
      ]);
      assert.deepEqual(await types(flow, "?type=published"), [[2, "published"]]);
      const published = await runtype.told<{ id: string }>("GET", `/flow-versions/${flow.id}/published`);
      assert.equal(published.id, draftVersionId);
      assert.equal((await runtype.publish(flow)).status, 400);
    });

    it("runtype: publishing an older version copies its steps back over the flow", async () => {
      const flow = await runtype.create({ name: "A", flowSteps: [prompt("old")] });
      const [first] = (await runtype.versions(flow)).versions;
      await runtype.update(flow, { name: "B", flowSteps: [prompt("new")] });
      await runtype.publish(flow);
      const { status, body } = await runtype.publishVersion(flow, { versionId: first?.id });
      assert.equal(status, 200);
      assert.deepEqual(body, {
        success: true,
        message: "Flow version published",
        flowId: flow.id,
        versionId: first?.id,
        applied: { flowSteps: true },
        warnings: [],
        lastModifiedSource: "api",
      });
      const rolledBack = await runtype.get(flow);
      assert.deepEqual([rolledBack.name, stepNames(rolledBack)], ["B", ["old"]]);
      assert.equal((await runtype.versions(flow)).publishedVersionId, first?.id);
    });

    it("runtype: a draft that was passed over is published by the next call without version", async () => {
      const flow = await runtype.create({ name: "A", flowSteps: [prompt("old")] });
      const [first] = (await runtype.versions(flow)).versions;
      await runtype.update(flow, { flowSteps: [prompt("new")] });
      await runtype.publishVersion(flow, { versionId: first?.id });
      assert.equal((await runtype.publish(flow)).status, 200);
      assert.deepEqual(stepNames(await runtype.get(flow)), ["new"]);
    });

    it("runtype: a version is found only under its own flow", async () => {
      const flow = await runtype.create({ name: "A" });
      const other = await runtype.create({ name: "B" });
      const versionId = (await runtype.versions(other)).versions[0]?.id;
      assert.equal((await runtype.publishVersion(flow, { versionId })).status, 404);
      assert.equal((await runtype.call("GET", `/flow-versions/${flow.id}/${versionId}`)).status, 404);
      assert.deepEqual(placesOf(await runtype.publishVersion(flow, {})), [["versionId", "MISSING_REQUIRED_FIELD"]]);
    });

    it("runtype: a version of a flow that is managed in code is published only when the caller insists", async () => {
      const flow = await runtypeClient(emulator, "k", { "x-runtype-client": "sdk" }).create({ name: "A" });
      const versionId = (await runtype.versions(flow)).versions[0]?.id;
      const refused = await runtype.publishVersion(flow, { versionId });
      assert.equal(refused.status, 409);
      assert.equal((await runtype.versions(flow)).publishedVersionId, null);
      assert.equal((await runtype.publishVersion(flow, { versionId, onConflict: "overwrite" })).status, 200);
      assert.equal((await runtype.get(flow)).lastModifiedSource, "api");
      assert.equal((await runtype.publishVersion(flow, { versionId })).status, 200);
    });
  });
});
