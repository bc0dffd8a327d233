import assert from "node:assert/strict";
import { PartialFailure } from "../../provider/lifecycle/errors";
import { UNTOLD, withUntold } from "../../provider/lifecycle/untold";
import { toyGraph } from "../conformance/subjects/toy-graph";
import { Bench } from "../harness/bench";
import { failureAs } from "../harness/failure-of";
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

  it("adopt: what arrived without an answer is recorded, and the token in it is sent again", async () => {
    const [nature] = Object.values(toyGraph.natures);
    assert.ok(nature);
    const world = await nature.open();
    try {
      world.add("bot");
      const stack = new Stack(new Bench(toyGraph, world.emulator));
      world.emulator.faults([{ match: { method: "PATCH" }, when: "after", then: { status: 500 }, times: 0 }]);
      const error = await failureAs(PartialFailure, stack.up({ ...program("first"), adopt: true }));
      assert.match(error.message, /Part of the change was made and is recorded; run `pulumi up` again/);
      assert.deepEqual(stack.resource.state.definition, { nodes: { call: { type: "call" } }, edges: {} });
      world.emulator.faults([]);
      world.emulator.clearJournal();
      await stack.up({ ...program("first"), adopt: true });
      assert.equal(world.emulator.journal().filter(({ wrote }) => wrote).length, 1);
      assert.deepEqual(stack.resource.state.definition, {
        nodes: { call: { type: "call", token: "first" } },
        edges: {},
      });
    } finally {
      await world.emulator.close();
    }
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
