import assert from "node:assert/strict";
import { UNTOLD, withUntold } from "../../provider/lifecycle/untold";
import { toyGraph } from "../conformance/subjects/toy-graph";
import { Bench } from "../harness/bench";
import { Stack } from "../harness/stack";

const program = (token: string) => ({
  name: "bot",
  definition: { nodes: [{ id: "call", type: "call", token }], edges: [] },
});

describe("what the vendor does not tell", () => {
  it("stands as last sent, at any depth", () => {
    const observed = { a: { b: [{ token: UNTOLD, c: 1 }] } };
    assert.deepEqual(withUntold(observed, { a: { b: [{ token: "t" }] } }), { a: { b: [{ token: "t", c: 1 }] } });
  });

  it("is left out where nothing was sent", () => {
    assert.deepEqual(withUntold({ a: { token: UNTOLD, c: 1 } }, {}), { a: { c: 1 } });
    assert.deepEqual(withUntold({ token: UNTOLD }, { token: undefined }), {});
  });

  it("update: a change of nothing but a token is sent, and made once", async () => {
    const [nature] = Object.values(toyGraph.natures);
    assert.ok(nature);
    const world = await nature.open();
    try {
      const stack = new Stack(new Bench(toyGraph, world.emulator));
      await stack.up(program("first"));
      world.emulator.clearJournal();
      await stack.up(program("second"));
      const tokens = world.objects().map(({ content }) => content.definition);
      assert.deepEqual(tokens, [program("second").definition]);
      world.emulator.clearJournal();
      await stack.refresh();
      await stack.up(program("second"));
      assert.deepEqual(
        world.emulator.journal().filter(({ wrote }) => wrote),
        [],
      );
    } finally {
      await world.emulator.close();
    }
  });
});
