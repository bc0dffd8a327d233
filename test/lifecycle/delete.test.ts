import assert from "node:assert/strict";
import { FlowError } from "../../provider/lifecycle/errors";
import { failureAs } from "../harness/failure-of";
import { KosliBench } from "../harness/kosli-lifecycle";
import { created, edit, fault, flowNamed, flowsNamed, writes } from "../harness/kosli-world";

describe("delete", () => {
  let bench: KosliBench;
  before(async () => {
    bench = await KosliBench.start();
  });
  afterEach(() => bench.emulator.reset());
  after(() => bench.emulator.close());

  it("delete: archives once, and says what that means", async () => {
    const { id, state } = await created(bench, { name: "web" });
    const run = bench.run();
    await run.lifecycle.delete(id, state);
    assert.deepEqual(bench.calls(), ["listFlows 200", "archiveFlow 200"]);
    assert.equal(flowsNamed(bench, "web")[0]?.archived, true);
    assert.deepEqual(run.log.at("info"), [
      'Kosli flow "acme/web": archived. Kosli keeps its trails under the archived name; this cannot be undone through the API, and the name is free again.',
    ]);
  });

  it("delete: may be repeated", async () => {
    const { id, state } = await created(bench, { name: "web" });
    await bench.run().lifecycle.delete(id, state);
    bench.emulator.clearJournal();
    await bench.run().lifecycle.delete(id, state);
    assert.deepEqual(writes(bench), []);
    assert.equal(flowsNamed(bench).length, 1);
  });

  it("delete: may be repeated in one process, whatever its list says", async () => {
    const { id, state } = await created(bench, { name: "web" });
    const run = bench.run();
    await run.lifecycle.delete(id, state);
    await run.lifecycle.delete(id, state);
    assert.equal(bench.emulator.journal().filter(({ operation }) => operation === "archiveFlow").length, 1);
  });

  it("delete: a flow that disappears between look-up and archiving is a success", async () => {
    const { id, state } = await created(bench, { name: "web" });
    bench.emulator.faults([fault("archiveFlow", "before", { status: 404 })]);
    await bench.run().lifecycle.delete(id, state);
    assert.deepEqual(bench.calls(), ["listFlows 200", "archiveFlow 404"]);
  });

  it("delete: an archiving whose answer was lost is repeated, and the 404 then is a success", async () => {
    const { id, state } = await created(bench, { name: "web" });
    bench.emulator.faults([fault("archiveFlow", "after", { reset: true })]);
    await bench.run().lifecycle.delete(id, state);
    assert.deepEqual(bench.calls(), ["listFlows 200", "archiveFlow reset", "archiveFlow 404"]);
  });

  it("delete: never sends DELETE", async () => {
    const { id, state } = await created(bench, { name: "web" });
    await bench.run().lifecycle.delete(id, state);
    assert.deepEqual(writes(bench), [{ call: "PUT /api/v2/flows/acme/web/archive", body: undefined }]);
  });

  it("delete: a flow that now has the name is not touched", async () => {
    const { id, state } = await created(bench, { name: "web" });
    edit(bench, "archive", "web");
    edit(bench, "create", "web", { description: "theirs" });
    await bench.run().lifecycle.delete(id, state);
    assert.deepEqual(writes(bench), []);
    assert.equal(flowNamed(bench, "web").archived, false);
  });

  it("delete: a flow that was renamed outside is archived under its new name", async () => {
    const { id, state } = await created(bench, { name: "web" });
    edit(bench, "rename", "web", { new_name: "shop" });
    edit(bench, "create", "web", { description: "theirs" });
    await bench.run().lifecycle.delete(id, state);
    assert.deepEqual(
      flowsNamed(bench).map(({ name, archived }) => [name.split("-archived")[0], archived]),
      [
        ["shop", true],
        ["web", false],
      ],
    );
  });

  it("delete: with the key of another account it fails and archives nothing", async () => {
    const { id, state } = await created(bench, { name: "web" });
    bench.emulator.switches({ orgs: ["other"] });
    const error = await failureAs(FlowError, bench.run().lifecycle.delete(id, state));
    assert.match(error.message, /^Kosli flow "acme\/web": GET \S+ was refused with 404: Organization 'acme' does not/);
    assert.equal(flowNamed(bench, "web").archived, false);
  });

  it("delete: absence at another host is an error, so that the flow is not forgotten", async () => {
    const { id, state } = await created(bench, { name: "web" });
    const other = await KosliBench.start();
    try {
      const error = await failureAs(FlowError, other.run().lifecycle.delete(id, state));
      assert.equal(error.kind, "wrongAccount");
    } finally {
      await other.emulator.close();
    }
  });

  it("delete: a refusal is an error that names the flow", async () => {
    const { id, state } = await created(bench, { name: "web" });
    bench.emulator.faults([fault("archiveFlow", "before", { status: 403 })]);
    const error = await failureAs(FlowError, bench.run().lifecycle.delete(id, state));
    assert.match(
      error.message,
      /^Kosli flow "acme\/web": PUT \/api\/v2\/flows\/acme\/web\/archive was refused with 403/,
    );
  });

  it("delete: 120 flows need two lists and one call each", async () => {
    const adopting = bench.run();
    for (let index = 0; index < 120; index++) edit(bench, "create", `flow-${index}`);
    const flows = await Promise.all(
      flowsNamed(bench).map(({ name }) => adopting.lifecycle.create(bench.inputs({ name, adopt: true }))),
    );
    bench.emulator.clearJournal();
    const run = bench.run();
    await Promise.all(flows.map(({ id, state }) => run.lifecycle.delete(id, state)));
    const counted = (operation: string) =>
      bench.emulator.journal().filter((entry) => entry.operation === operation).length;
    assert.deepEqual([counted("listFlows"), counted("archiveFlow"), counted("getFlow")], [2, 120, 0]);
    assert.equal(
      flowsNamed(bench).every(({ archived }) => archived),
      true,
    );
  });

  describe("hand-over", () => {
    it("hand-over: a flow that a new resource of the run adopted is not deleted with the old one, which warns", async () => {
      const { id, state } = await created(bench, { name: "web" });
      const run = bench.run();
      await run.lifecycle.create(bench.inputs({ name: "web", adopt: true }));
      bench.emulator.clearJournal();
      await run.lifecycle.delete(id, state);
      assert.deepEqual(bench.calls(), []);
      assert.equal(flowNamed(bench, "web").archived, false);
      assert.deepEqual(run.log.at("warn"), [
        'Kosli flow "acme/web" is now managed by another resource of this program, so it was not deleted.',
      ]);
    });

    it("hand-over: works on servers without ids", async () => {
      bench.emulator.switches({ ids: "absent" });
      const { id, state } = await created(bench, { name: "web" });
      const run = bench.run();
      await run.lifecycle.create(bench.inputs({ name: "web", adopt: true }));
      await run.lifecycle.delete(id, state);
      assert.equal(flowNamed(bench, "web").archived, false);
    });

    it("hand-over: works for a state from before the server told ids", async () => {
      bench.emulator.switches({ ids: "absent" });
      const { id, state } = await created(bench, { name: "web" });
      assert.equal("vendorId" in state, false);
      bench.emulator.switches({ ids: "present" });
      const run = bench.run();
      await run.lifecycle.create(bench.inputs({ name: "web", adopt: true }));
      await run.lifecycle.delete(id, state);
      assert.equal(flowNamed(bench, "web").archived, false);
      assert.deepEqual(run.log.at("warn"), [
        'Kosli flow "acme/web" is now managed by another resource of this program, so it was not deleted.',
      ]);
    });

    it("hand-over: works when the new resource renames the flow first", async () => {
      const old = await created(bench, { name: "web" });
      const run = bench.run();
      await run.lifecycle.update(old.id, old.state, bench.inputs({ name: "shop" }));
      await run.lifecycle.delete(old.id, old.state);
      assert.equal(flowNamed(bench, "shop").archived, false);
    });

    it("hand-over: a new flow of the old name does not keep the old flow from being deleted", async () => {
      const { id, state } = await created(bench, { name: "web" });
      edit(bench, "rename", "web", { new_name: "old" });
      edit(bench, "create", "web");
      const run = bench.run();
      await run.lifecycle.create(bench.inputs({ name: "web", adopt: true }));
      await run.lifecycle.delete(id, state);
      assert.deepEqual(
        flowsNamed(bench).map(({ name, archived }) => [name.split("-archived")[0], archived]),
        [
          ["old", true],
          ["web", false],
        ],
      );
    });

    it("hand-over: a flow that was only read is deleted", async () => {
      const { id, state } = await created(bench, { name: "web" });
      const run = bench.run();
      await run.lifecycle.read(id, state);
      await run.lifecycle.delete(id, state);
      assert.equal(flowsNamed(bench, "web")[0]?.archived, true);
    });
  });
});
