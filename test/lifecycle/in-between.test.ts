import assert from "node:assert/strict";
import { FlowError, PartialFailure, VendorError } from "../../provider/lifecycle/errors";
import type { FlowType } from "../../provider/lifecycle/flow-type";
import { flow } from "../../provider/vendors/kosli/flow";
import { kosli } from "../../provider/vendors/kosli/vendor";
import type { FaultRule } from "../../testing/src/emulator";
import { toyGraph } from "../conformance/subjects/toy-graph";
import { Bench } from "../harness/bench";
import { failureAs, failureOf } from "../harness/failure-of";
import { KosliBench } from "../harness/kosli-lifecycle";
import { created, edit, fault, flowNamed, flowsNamed } from "../harness/kosli-world";
import { Stack } from "../harness/stack";
import { startToyEmulator } from "../toy/toy-emulator";

/** What others do, and what goes wrong, between two calls of one step. */
describe("in between", () => {
  let bench: KosliBench;

  before(async () => {
    bench = await KosliBench.start();
  });
  afterEach(() => bench.emulator.reset());
  after(() => bench.emulator.close());

  it("update: what somebody changes while a write is refused is not taken for a part of it", async () => {
    const web = await created(bench, { name: "web", description: "one" });
    bench.emulator.faults([fault("putFlow", "before", { status: 400, body: { message: "no" } })]);
    let done = false;
    const run = bench.run({
      before({ method }) {
        if (method === "PUT" && !done) edit(bench, "update", "web", { description: "a person's words" });
        done ||= method === "PUT";
      },
    });
    const wanted = bench.inputs({ name: "web", description: "two" });
    const error = await failureOf(run.lifecycle.update(web.id, web.state, wanted));
    assert.ok(!(error instanceof PartialFailure), "nothing of ours has arrived");
    const refused = await failureAs(FlowError, bench.run().lifecycle.update(web.id, web.state, wanted));
    assert.equal(refused.kind, "conflict");
    assert.equal(flowNamed(bench, "web").description, "a person's words");
  });

  it("update: what an item that is dropped was spelled like is no change by somebody else", async () => {
    const toyBench = new Bench(toyGraph, await startToyEmulator());
    try {
      const stack = new Stack(toyBench);
      const nodes = [{ id: "call", type: "call", headers: { "X-Trace": "on" } }];
      await stack.up({ name: "bot", definition: { nodes, edges: [] } });
      // The server answers header names in small letters.
      await stack.up({ name: "bot", definition: { nodes: [{ id: "say", type: "say" }], edges: [] } });
      assert.deepEqual(stack.resource.state.definition, { nodes: { say: { type: "say" } }, edges: {} });
    } finally {
      await toyBench.emulator.close();
    }
  });

  it("update: nor beside a part that was made", async () => {
    const web = await created(bench, { name: "web", description: "one", tags: { team: "a" } });
    bench.emulator.faults([fault("patchTags", "before", { status: 400, body: { message: "no" } })]);
    const run = bench.run({
      before({ method }) {
        if (method === "PATCH") edit(bench, "tag", "web", { team: "theirs" });
      },
    });
    const wanted = bench.inputs({ name: "web", description: "two", tags: { team: "b" } });
    const half = await failureAs(PartialFailure, run.lifecycle.update(web.id, web.state, wanted));
    assert.equal(half.state.description, "two");
    assert.deepEqual(half.state.tags, { team: "a" });
    const refused = await failureAs(FlowError, bench.run().lifecycle.update(half.id, half.state, wanted));
    assert.match(refused.message, /tags\.team: Pulumi last saw "a", it is now "theirs"/);
  });

  it("update: a conflict that the vendor's own lock tells changes nothing that is recorded", async () => {
    const emulator = await startToyEmulator();
    try {
      const toy = new Bench(toyGraph, emulator);
      const { id, state } = await toy.run().lifecycle.create(toy.inputs({ name: "bot", description: "one" }));
      let done = false;
      const run = toy.run({
        before({ method }) {
          if (method === "PATCH" && !done)
            emulator.edit({ vendor: "toy", action: "update", id, set: { description: "theirs" } });
          done ||= method === "PATCH";
        },
      });
      const wanted = toy.inputs({ name: "bot", description: "two" });
      const error = await failureAs(FlowError, run.lifecycle.update(id, state, wanted));
      assert.equal(error.kind, "conflict");
      assert.match(
        error.message,
        /while it was being updated. description: it was "one", it is now "theirs", the program wants "two"/,
      );
      assert.match(error.message, /go on with `pulumi up --refresh`/);
      assert.ok(!(error instanceof PartialFailure));
      assert.equal((await failureAs(FlowError, toy.run().lifecycle.update(id, state, wanted))).kind, "conflict");
      assert.equal(emulator.state().toy.graphs[0]?.description, "theirs");
    } finally {
      await emulator.close();
    }
  });

  it("update: where the program may overwrite, a conflict that the vendor's own lock tells says to run again, and that overwrites", async () => {
    const emulator = await startToyEmulator();
    try {
      const toy = new Bench(toyGraph, emulator);
      const { id, state } = await toy.run().lifecycle.create(toy.inputs({ name: "bot", description: "one" }));
      const wanted = toy.inputs({ name: "bot", description: "two", onConflict: "overwrite" });
      const run = toy.run({
        before({ method }) {
          if (method === "PATCH" && emulator.state().toy.graphs[0]?.description === "one")
            emulator.edit({ vendor: "toy", action: "update", id, set: { description: "theirs" } });
        },
      });
      const error = await failureAs(FlowError, run.lifecycle.update(id, state, wanted));
      assert.match(error.message, /Nothing was changed\. Run `pulumi up` again: it looks again before it writes\.$/);
      await toy.run().lifecycle.update(id, state, wanted);
      assert.equal(emulator.state().toy.graphs[0]?.description, "two");
    } finally {
      await emulator.close();
    }
  });

  it("update: what somebody deletes just before the write is said to be deleted outside", async () => {
    const emulator = await startToyEmulator();
    try {
      const toy = new Bench(toyGraph, emulator);
      const { id, state } = await toy.run().lifecycle.create(toy.inputs({ name: "bot", description: "one" }));
      const run = toy.run({
        before({ method }) {
          if (method === "PATCH") emulator.edit({ vendor: "toy", action: "delete", id });
        },
      });
      const error = await failureAs(
        FlowError,
        run.lifecycle.update(id, state, toy.inputs({ name: "bot", description: "two" })),
      );
      assert.equal(error.kind, "deletedOutside");
      assert.match(
        error.message,
        /"shop\/bot" was deleted outside of Pulumi while it was being changed: .*404.*`pulumi up --refresh`/,
      );
    } finally {
      await emulator.close();
    }
  });

  it("update: a rename that is refused never takes the flow that has the name, whatever fails then", async () => {
    bench.emulator.switches({ ids: "absent" });
    const web = await created(bench, { name: "web", description: "mine" });
    edit(bench, "create", "api", { description: "a stranger's" });
    let gets = 0;
    const run = bench.run({
      before({ method }) {
        if (method === "GET" && ++gets === 2)
          bench.emulator.faults([{ match: { path: "/web" }, when: "before", then: { status: 503 }, times: 0 }]);
      },
    });
    const error = await failureAs(
      FlowError,
      run.lifecycle.update(web.id, web.state, bench.inputs({ name: "api", description: "mine" })),
    );
    assert.equal(error.kind, "collision");
    assert.equal(flowNamed(bench, "api").description, "a stranger's");
  });

  it("update: one answer that is still the old one is no perpetual difference", async () => {
    let stale = false;
    const type: FlowType<never, never, never> = {
      ...(flow as unknown as FlowType<never, never, never>),
      async read(...of) {
        const found = await (flow as unknown as FlowType<never, never, never>).read(...of);
        if (!stale || !found) return found;
        stale = false;
        return { ...(found as object), description: "one" } as never;
      },
      async update(...of) {
        const answer = await (flow as unknown as FlowType<never, never, never>).update(...of);
        stale = true;
        return answer;
      },
    };
    const late = new Bench(
      { vendor: kosli, type: type as never, settings: bench.of.settings } as never,
      bench.emulator,
    );
    const web = await created(bench, { name: "web", description: "one" });
    const run = late.run();
    const state = await run.lifecycle.update(web.id, web.state, bench.inputs({ name: "web", description: "two" }));
    assert.equal(state.description, "two");
    assert.deepEqual(run.log.at("warn"), []);
  });

  it("delete: a flow that is adopted meanwhile is handed over or made anew, and never lost", async () => {
    const web = await created(bench, { name: "web", description: "mine" });
    bench.emulator.faults([fault("archiveFlow", "before", { delay: 150 })]);
    const { lifecycle } = bench.run();
    const [, adopted] = await Promise.all([
      lifecycle.delete(web.id, web.state),
      lifecycle.create(bench.inputs({ name: "web", adopt: true })),
    ]);
    const live = flowsNamed(bench, "web").filter(({ archived }) => !archived);
    assert.deepEqual(
      live.map(({ id }) => id),
      [adopted.state.vendorId],
    );
  });

  for (const [what, then] of [
    ["refused for its rate", { status: 429, headers: { "retry-after": "3600" } }],
    ["held by a lock for ever", { status: 409 }],
  ] as const) {
    it(`create: an unanswered creation whose second try is ${what} is not said to have failed`, async () => {
      bench.emulator.faults([
        { match: { operation: "putFlow", index: 1 }, when: "after", then: { reset: true } },
        // What was made does not show yet.
        { match: { operation: "getFlow", index: 2 }, when: "before", then: { status: 404, body: { message: "no" } } },
        ...Array.from(
          { length: 20 },
          (_, index): FaultRule => ({ match: { operation: "putFlow", index: 3 + index }, when: "before", then }),
        ),
        { match: { operation: "getFlow" }, when: "before", then: { status: 404, body: { message: "no" } }, times: 0 },
      ]);
      const error = await failureAs(FlowError, bench.run().lifecycle.create(bench.inputs({ name: "web" })));
      assert.equal(error.kind, "outcomeUnknown");
      assert.ok(error.cause instanceof VendorError);
    });
  }
});
