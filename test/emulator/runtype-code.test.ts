import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { errorOf, placesOf, prompt, type RuntypeClient, runtypeClient } from "./runtype-client";

const first = "flow_01jv0000000000000000000001";
const define = (...steps: object[]) => ({ name: "A", definition: { name: "A", steps } });

describe("emulator: runtype's own configuration as code", () => {
  let emulator: Emulator;
  let runtype: RuntypeClient;
  let sdk: RuntypeClient;

  before(async () => {
    emulator = await startEmulator();
    runtype = runtypeClient(emulator);
    sdk = runtypeClient(emulator, "k", { "x-runtype-client": "sdk" });
  });
  beforeEach(() => emulator.reset());
  after(() => emulator.close());

  const ensured = async (body: object, client = sdk) => {
    const { status, body: told } = await client.ensure(body);
    assert.equal(status, 200, JSON.stringify(told));
    return Object(told);
  };

  it("ensure: a definition creates a flow, finds it unchanged, and updates it with a labelled version", async () => {
    const created = await ensured(define(prompt("one", { when: "x" })));
    assert.deepEqual([created.result, created.flowId], ["created", first]);
    const again = await ensured(define(prompt("one", { when: "x" })));
    assert.deepEqual(again, { ...created, result: "unchanged" });
    const updated = await ensured({ ...define(prompt("two")), version: { label: "abc123", notes: "" } });
    assert.deepEqual([updated.result, updated.flowId], ["updated", first]);
    assert.notEqual(updated.contentHash, created.contentHash);
    const { versions } = await runtype.versions({ id: first });
    assert.deepEqual(
      versions.map(({ id, label }) => [id, label]),
      [
        [updated.versionId, "abc123"],
        [created.versionId, "sdk-ensure"],
      ],
    );
    assert.equal((await runtype.get({ id: first })).lastModifiedSource, "sdk");
  });

  it("ensure: a hash alone asks whether the flow is so; a miss is 200 and says nothing else", async () => {
    assert.deepEqual(await ensured({ name: "A", contentHash: "0" }), { result: "definitionRequired" });
    const { contentHash } = await ensured(define(prompt("one")));
    assert.equal((await ensured({ name: "A", contentHash })).result, "unchanged");
    await sdk.update({ id: first }, { flowSteps: [prompt("two")] });
    assert.deepEqual(await ensured({ name: "A", contentHash }), { result: "definitionRequired" });
  });

  it("ensure: a dry run tells what would change, and changes nothing", async () => {
    const plan = await ensured({ ...define(prompt("one")), dryRun: true });
    assert.deepEqual([plan.result, plan.changes, plan.changedKeys], ["plan", "create", ["name", "steps"]]);
    assert.deepEqual(await runtype.names(), []);
    const { contentHash } = await ensured(define(prompt("one")));
    assert.equal(plan.contentHash, contentHash);
    const update = await ensured({ ...define(prompt("two")), dryRun: true });
    assert.deepEqual(
      [update.changes, update.changedKeys, update.flowId, update.remoteHash],
      ["update", ["steps"], first, contentHash],
    );
    assert.equal((await ensured({ ...define(prompt("one")), dryRun: true })).changes, "none");
    assert.equal((await runtype.versions({ id: first })).versions.length, 1);
  });

  it("ensure: a flow that was written by anything else is refused with 409, unless it may be overwritten", async () => {
    const { contentHash } = await ensured(define(prompt("one")));
    const { updatedAt } = await runtype.update({ id: first }, { flowSteps: [prompt("other")] });
    const refused = await sdk.ensure(define(prompt("two")));
    const { code, lastModifiedSource, modifiedAt, currentHash } = Object(refused.body);
    assert.deepEqual([refused.status, code, lastModifiedSource], [409, "external_modification", "api"]);
    assert.equal(modifiedAt, updatedAt);
    assert.notEqual(currentHash, contentHash);
    assert.equal((await ensured({ ...define(prompt("two")), onConflict: "overwrite" })).result, "updated");
    assert.equal((await ensured(define(prompt("three")))).result, "updated");
  });

  it("ensure: a stale expectation of the remote hash is refused with 409", async () => {
    const { contentHash } = await ensured(define(prompt("one")));
    assert.equal((await ensured({ ...define(prompt("two")), expectedRemoteHash: contentHash })).result, "updated");
    const refused = await sdk.ensure({ ...define(prompt("three")), expectedRemoteHash: contentHash });
    assert.deepEqual([refused.status, Object(refused.body).code], [409, "remote_changed"]);
  });

  it("ensure: a hash that is not that of the definition is refused with 422 and the right one", async () => {
    const { contentHash } = await ensured({ ...define(prompt("one")), dryRun: true });
    const refused = await sdk.ensure({ ...define(prompt("one")), contentHash: "0" });
    const { error, ...rest } = Object(refused.body);
    assert.deepEqual([refused.status, rest], [422, { code: "content_hash_mismatch", contentHash }]);
  });

  it("ensure: the hash does not depend on the order of keys, nor on defaults that are left out", async () => {
    const { contentHash } = await ensured(
      define({ type: "wait-until", name: "w", config: { a: 1, b: { c: 2, d: 3 } } }),
    );
    const other = { name: "w", order: 1, enabled: true, type: "wait-until", config: { b: { d: 3, c: 2 }, a: 1 } };
    assert.deepEqual((await ensured({ ...define(other), contentHash })).result, "unchanged");
  });

  it("ensure: a release publishes the new version", async () => {
    const { versionId } = await ensured({ ...define(prompt("one")), release: "publish" });
    assert.equal((await runtype.versions({ id: first })).publishedVersionId, versionId);
  });

  it("ensure: definitions must be portable, and named like the request", async () => {
    const raw = "tool_01jv0000000000000000000001";
    const refused = await sdk.ensure(define({ type: "tool-call", name: "t", config: { toolId: raw } }));
    assert.deepEqual([refused.status, placesOf(refused)], [400, [["definition.steps", undefined]]]);
    assert.equal(
      (await sdk.ensure(define({ type: "tool-call", name: "t", config: { toolId: "tool:x" } }))).status,
      200,
    );
    assert.equal((await sdk.ensure({ name: "B", definition: { name: "A", steps: [] } })).status, 400);
  });

  it("pull: tells the definition without ids, its hash, and who wrote it last", async () => {
    const { contentHash, versionId } = await ensured(define(prompt("one", { when: "x" })));
    await runtype.update({ id: first }, { description: "d" });
    const { status, body } = await runtype.pull("A");
    const { updatedAt, versionId: newest, ...rest } = Object(body);
    assert.equal(status, 200);
    assert.notEqual(newest, versionId);
    assert.deepEqual(rest, {
      flowId: first,
      contentHash,
      definition: {
        name: "A",
        steps: [
          {
            type: "prompt",
            name: "one",
            enabled: true,
            order: 1,
            when: "x",
            config: { model: "m", userPrompt: "Hi", text: "Hi" },
          },
        ],
      },
      lastModifiedSource: "api",
    });
  });

  it("pull: a name is compared whole and in its case; none is 404, and a missing parameter 400", async () => {
    await runtype.create({ name: "Order bot" });
    for (const name of ["Order", "order bot"]) {
      const answer = await runtype.pull(name);
      assert.deepEqual([answer.status, errorOf(answer)], [404, "Flow not found"]);
    }
    assert.equal((await runtype.call("GET", "/flows/pull")).status, 400);
  });

  it("validate: answers 200 whatever is wrong, says where, and works without a key", async () => {
    const validate = async (body: unknown, client = runtype) => {
      const answer = await client.call("POST", "/public/flows/validate", body);
      assert.equal(answer.status, 200);
      return Object(answer.body);
    };
    const flawless = await validate({ name: "A", steps: [prompt("one")] }, runtypeClient(emulator, ""));
    assert.deepEqual([flawless.valid, flawless.errors], [true, []]);
    const context = { authenticated: false, accountChecksPerformed: false, accountChecksSkipped: true };
    assert.deepEqual(flawless.context, context);
    const wrong = await validate({ flowSteps: [{ name: "s", type: "fetch-github" }, 7] });
    assert.equal(wrong.context.authenticated, true);
    assert.equal(wrong.valid, false);
    assert.deepEqual(
      wrong.errors.map(({ code, path }: Record<string, unknown>) => [code, path]),
      [
        ["MISSING_REQUIRED_FIELD", "name"],
        ["INVALID_ENUM", "flowSteps[0].type"],
        ["MISSING_REQUIRED_FIELD", "flowSteps[1].type"],
        ["MISSING_REQUIRED_FIELD", "flowSteps[1].name"],
      ],
    );
    assert.deepEqual(wrong.errors[1].step, { index: 0, name: "s", type: "fetch-github" });
    assert.equal((await validate({ name: "A" })).valid, false);
    assert.equal((await validate({ anything: true })).valid, false);
  });
});
