import assert from "node:assert/strict";
import { callLimits, STATE_BYTES } from "../../bench/limits";
import type { Values } from "../../provider/lifecycle/values";
import { KosliBench } from "../harness/kosli-lifecycle";

const N = 200;

/** Vendor calls of whole runs: what a large stack costs, exactly, and that it is within what is promised. */
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

  /** The calls since the last look are these, or so many, and no more than promised. */
  function takes(expected: number | readonly string[], limit: number): void {
    const calls = bench.calls();
    if (typeof expected === "number") assert.equal(calls.length, expected);
    else assert.deepEqual(calls, expected);
    assert.ok(calls.length <= limit, `${calls.length} calls, and the limit is ${limit}`);
  }

  it("calls: creating takes three each", () => {
    takes(3 * N, callLimits.create(N));
  });

  it("calls: a preview and an up without changes take none: both are check and diff of each flow", () => {
    const { lifecycle } = bench.run();
    for (const { state, inputs } of kept) {
      const checked = lifecycle.check(inputs);
      assert.deepEqual(checked, { inputs, failures: [], warnings: [] });
      assert.deepEqual(lifecycle.diff(state, checked.inputs).changed, []);
    }
    takes(0, callLimits.previewUnchanged);
    takes(0, callLimits.upUnchanged);
  });

  it("calls: a refresh takes one for each hundred flows of the organization", async () => {
    const { lifecycle } = bench.run();
    await Promise.all(kept.map(({ id, state }) => lifecycle.read(id, state)));
    takes(Math.ceil(N / 100), callLimits.refresh(N));
  });

  it("calls: changing one field takes three, and a rename four", async () => {
    const [first] = kept;
    assert.ok(first);
    const changed = bench.inputs({ ...first.inputs, description: "e" });
    const state = await bench.run().lifecycle.update(first.id, first.state, changed);
    takes(["getFlow 200", "putFlow 200", "getFlow 200"], callLimits.changeOneField);
    const renamed = bench.inputs({ ...changed, name: "flow-first" });
    first.state = await bench.run().lifecycle.update(first.id, state, renamed);
    takes(["getFlow 200", "getFlow 404", "renameFlow 200", "getFlow 200"], callLimits.rename);
  });

  it("calls: destroying takes one each, and one for each hundred flows of the organization", async () => {
    const { lifecycle } = bench.run();
    await Promise.all(kept.map(({ id, state }) => lifecycle.delete(id, state)));
    takes(N + Math.ceil(N / 100), callLimits.destroy(N));
  });

  it("calls: creating with tags takes four each", async () => {
    const { lifecycle } = bench.run();
    const all = kept.map(({ inputs }) => bench.inputs({ ...inputs, tags: { team: "web" } }));
    await Promise.all(all.map((inputs) => lifecycle.create(inputs)));
    takes(4 * N, callLimits.createTagged(N));
  });

  it(`state: a flow's outputs are at most ${STATE_BYTES} bytes larger than its inputs`, () => {
    for (const { state, inputs } of kept) {
      assert.ok(Buffer.byteLength(JSON.stringify(state)) - Buffer.byteLength(JSON.stringify(inputs)) <= STATE_BYTES);
    }
  });
});
