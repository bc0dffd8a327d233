import assert from "node:assert/strict";
import { FlowError, PartialFailure } from "../../provider/lifecycle/errors";
import type { Values } from "../../provider/lifecycle/values";
import { failureAs } from "../harness/failure-of";
import { KosliBench, type RunOptions } from "../harness/kosli-lifecycle";
import { created, edit, fault, flowNamed, flowsNamed, writes } from "../harness/kosli-world";
import { meanwhile } from "../harness/meanwhile";

const TEMPLATE = "version: 1\ntrail:\n  attestations:\n    - name: review\n      type: pull_request\n";

describe("update: names", () => {
  let bench: KosliBench;
  before(async () => {
    bench = await KosliBench.start();
  });
  afterEach(() => bench.emulator.reset());
  after(() => bench.emulator.close());

  const update = ({ id, state }: { id: string; state: Values }, args: Values, options?: RunOptions) =>
    bench.run(options).lifecycle.update(id, state, bench.inputs(args));

  describe("rename", () => {
    it("rename: is done in place, and keeps Pulumi's id, Kosli's id and everything else", async () => {
      const flow = await created(bench, { name: "web", description: "d", template: TEMPLATE, tags: { team: "shop" } });
      const before = flowNamed(bench, "web");
      const args = { name: "shop", description: "d", template: TEMPLATE, tags: { team: "shop" } };
      const inputs = bench.inputs(args);
      const run = bench.run();
      assert.deepEqual(run.lifecycle.diff(flow.state, inputs), { changed: ["name"], replaces: [] });
      const state = await run.lifecycle.update(flow.id, flow.state, inputs);
      assert.deepEqual(bench.calls(), ["getFlow 200", "getFlow 404", "renameFlow 200", "getFlow 200"]);
      assert.deepEqual(state, {
        ...flow.state,
        name: "shop",
        url: `${bench.emulator.url}/acme/flows/shop`,
      });
      assert.deepEqual(flowNamed(bench, "shop"), { ...before, name: "shop", former_names: ["web"] });
    });

    it("rename: together with other changes writes to the new name", async () => {
      const flow = await created(bench, { name: "web", description: "old", tags: { team: "shop" } });
      await update(flow, { name: "shop", description: "new", tags: { team: "cart" } });
      assert.deepEqual(
        writes(bench).map(({ call }) => call),
        [
          "PUT /api/v2/flows/acme/web/rename",
          "PUT /api/v2/flows/acme/template_file",
          "PATCH /api/v2/tags/acme/flow/shop",
        ],
      );
      const [only, ...others] = flowsNamed(bench);
      assert.deepEqual([only?.name, only?.description, only?.tags, others], ["shop", "new", { team: "cart" }, []]);
    });

    it("rename: to the name of another flow is refused before any write", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "create", "shop", { description: "theirs" });
      const error = await failureAs(FlowError, update(flow, { name: "shop", description: "new" }));
      assert.equal(error.kind, "collision");
      assert.equal(
        error.message,
        'Kosli flow "acme/web": It cannot be renamed to "shop": another flow of acme has this name. Nothing was changed; choose another name.',
      );
      assert.deepEqual(writes(bench), []);
    });

    it("rename: to a name that still leads to another flow is refused before any write", async () => {
      const flow = await created(bench, { name: "web" });
      edit(bench, "create", "shop");
      edit(bench, "rename", "shop", { new_name: "cart" });
      const error = await failureAs(FlowError, update(flow, { name: "shop" }));
      assert.equal(error.kind, "collision");
      assert.match(error.message, /^Kosli flow "acme\/web": The name "shop" still leads to the flow "cart" of acme/);
      assert.deepEqual(writes(bench), []);
    });

    it("rename: back to an old name of its own works", async () => {
      const flow = await created(bench, { name: "web" });
      const state = await update(flow, { name: "shop" });
      const back = await update({ id: flow.id, state }, { name: "web" });
      assert.deepEqual([back.name, back.vendorId], ["web", flow.state.vendorId]);
      assert.deepEqual(
        flowsNamed(bench).map(({ name, former_names }) => [name, former_names]),
        [["web", ["shop"]]],
      );
    });

    it("rename: back to an old name of its own works on servers without ids", async () => {
      bench.emulator.switches({ ids: "absent" });
      const flow = await created(bench, { name: "web" });
      const state = await update(flow, { name: "shop" });
      const back = await update({ id: flow.id, state }, { name: "web" });
      assert.equal(back.name, "web");
      assert.deepEqual(
        flowsNamed(bench).map(({ name }) => name),
        ["web"],
      );
    });

    it("rename: a rename outside is a conflict over the name, which names both", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "rename", "web", { new_name: "theirs" });
      const error = await failureAs(FlowError, update(flow, { name: "web", description: "new" }));
      assert.equal(error.kind, "conflict");
      assert.match(error.message, /name: Pulumi last saw "web", it is now "theirs", the program wants "web"\./);
      assert.deepEqual(writes(bench), []);
    });

    it("rename: a rename outside is undone when the program says to overwrite", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "rename", "web", { new_name: "theirs" });
      const args = { name: "web", description: "new", onConflict: "overwrite" };
      const state = await update(flow, args);
      assert.equal(state.vendorId, flow.state.vendorId);
      assert.deepEqual(
        flowsNamed(bench).map(({ name, description }) => [name, description]),
        [["web", "new"]],
      );
    });

    for (const [what, action] of [
      ["a 500", { status: 500 }],
      ["a reset", { reset: true }],
      ["no answer", { hang: true }],
    ] as const) {
      it(`rename: ${what} after the rename is found out by reading, and the update goes on`, async () => {
        const flow = await created(bench, { name: "web", description: "old" });
        bench.emulator.faults([fault("renameFlow", "after", action)]);
        const state = await update(flow, { name: "shop", description: "new" }, { timeout: 150 });
        assert.deepEqual([state.name, state.description, state.vendorId], ["shop", "new", flow.state.vendorId]);
        assert.equal(bench.emulator.journal().filter(({ operation }) => operation === "renameFlow").length, 1);
      });
    }

    it("rename: a passing lock conflict is waited out", async () => {
      const flow = await created(bench, { name: "web" });
      bench.emulator.faults([fault("renameFlow", "before", { status: 409 }, { times: 2 })]);
      const run = bench.run();
      const state = await run.lifecycle.update(flow.id, flow.state, bench.inputs({ name: "shop" }));
      assert.deepEqual([state.name, state.vendorId], ["shop", flow.state.vendorId]);
      assert.deepEqual(bench.calls(), [
        "getFlow 200",
        "getFlow 404",
        "renameFlow 409",
        "renameFlow 409",
        "renameFlow 200",
        "getFlow 200",
      ]);
      assert.deepEqual(run.clock.pauses, [250, 500]);
    });

    for (const renameOntoExisting of [400, 409] as const) {
      it(`rename: a name that somebody takes while a lock conflict is waited out is told (${renameOntoExisting})`, async () => {
        bench.emulator.switches({ renameOntoExisting });
        const flow = await created(bench, { name: "web" });
        bench.emulator.faults([fault("renameFlow", "before", { status: 409 })]);
        const run = bench.run();
        meanwhile(run, "PUT", "/rename", () => edit(bench, "create", "shop", { description: "theirs" }));
        const inputs = bench.inputs({ name: "shop" });
        const error = await failureAs(FlowError, run.lifecycle.update(flow.id, flow.state, inputs));
        assert.equal(error instanceof PartialFailure, false);
        assert.match(error.message, /^Kosli flow "acme\/web": .*A flow named 'shop' already exists/);
        assert.deepEqual(
          flowsNamed(bench).map(({ name, description }) => [name, description]),
          [
            ["web", ""],
            ["shop", "theirs"],
          ],
        );
      });
    }

    it("rename: a 500 before the rename fails, and the next update converges", async () => {
      const flow = await created(bench, { name: "web" });
      bench.emulator.faults([fault("renameFlow", "before", { status: 500 })]);
      const error = await failureAs(FlowError, update(flow, { name: "shop" }));
      assert.equal(error instanceof PartialFailure, false);
      assert.match(
        error.message,
        /^Kosli flow "acme\/web": PUT \/api\/v2\/flows\/acme\/web\/rename was refused with 500/,
      );
      const state = await update(flow, { name: "shop" });
      assert.equal(state.name, "shop");
    });
  });
});
