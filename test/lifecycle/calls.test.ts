import assert from "node:assert/strict";
import type { Values } from "../../provider/lifecycle/values";
import { KosliBench } from "../harness/kosli-lifecycle";

const N = 200;

/** Vendor calls of whole runs: what a large stack costs. */
describe("vendor calls of 200 flows", function () {
  this.timeout(30_000);
  let bench: KosliBench;
  let kept: { id: string; state: Values; inputs: Values }[];

  before(async () => {
    bench = await KosliBench.start();
    const run = bench.run();
    const all = Array.from({ length: N }, (_, index) => bench.inputs({ name: `flow-${index}`, description: "d" }));
    kept = await Promise.all(all.map(async (inputs) => ({ ...(await run.lifecycle.create(inputs)), inputs })));
  });
  after(() => bench.emulator.close());

  it("calls: creating takes three each", () => {
    assert.equal(bench.calls().length, 3 * N);
  });

  it("calls: creating with tags takes one more", async () => {
    await bench.run().lifecycle.create(bench.inputs({ name: "tagged", tags: { team: "web" } }));
    assert.equal(bench.calls().length, 4);
  });

  it("calls: a preview without changes takes none", () => {
    const { lifecycle } = bench.run();
    for (const { state, inputs } of kept) assert.deepEqual(lifecycle.diff(state, inputs).changed, []);
    assert.deepEqual(bench.calls(), []);
  });

  it("calls: a refresh takes one for each hundred flows of the organization", async () => {
    const { lifecycle } = bench.run();
    await Promise.all(kept.map(({ id, state }) => lifecycle.read(id, state)));
    // One flow more than 200 is there: the tagged one.
    assert.deepEqual(bench.calls(), Array(Math.ceil((N + 1) / 100)).fill("listFlows 200"));
  });

  it("calls: changing one field takes three, and a rename four", async () => {
    const [first] = kept;
    assert.ok(first);
    const changed = bench.inputs({ ...first.inputs, description: "e" });
    const state = await bench.run().lifecycle.update(first.id, first.state, changed);
    assert.deepEqual(bench.calls(), ["getFlow 200", "putFlow 200", "getFlow 200"]);
    const renamed = bench.inputs({ ...changed, name: "flow-first" });
    first.state = await bench.run().lifecycle.update(first.id, state, renamed);
    assert.deepEqual(bench.calls(), ["getFlow 200", "getFlow 404", "renameFlow 200", "getFlow 200"]);
  });

  it("calls: destroying takes one each, and one for each hundred flows of the organization", async () => {
    const { lifecycle } = bench.run();
    await Promise.all(kept.map(({ id, state }) => lifecycle.delete(id, state)));
    assert.equal(bench.calls().length, N + Math.ceil((N + 1) / 100));
  });

  it("state: a flow's outputs are at most 700 bytes larger than its inputs", () => {
    for (const { state, inputs } of kept) {
      assert.ok(Buffer.byteLength(JSON.stringify(state)) - Buffer.byteLength(JSON.stringify(inputs)) <= 700);
    }
  });
});
