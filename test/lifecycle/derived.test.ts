import assert from "node:assert/strict";
import { z } from "zod";
import { check } from "../../provider/lifecycle/check";
import { diff } from "../../provider/lifecycle/diff";
import { type FlowType, rules } from "../../provider/lifecycle/flow-type";
import { toyGraph } from "../conformance/subjects/toy-graph";
import { Bench } from "../harness/bench";
import { Stack } from "../harness/stack";
import { graph } from "../toy/graph";
import { startToyEmulator } from "../toy/toy-emulator";

const fields = graph.fields.extend({
  length: z
    .number()
    .optional()
    .register(rules, {
      derived: ({ description }) => (typeof description === "string" ? description.length : undefined),
    }),
  status: z
    .enum(["on", "off", "archived"])
    .optional()
    .register(rules, { ends: { value: "archived", revived: "off" } }),
});
const type = { ...graph, fields } as unknown as FlowType;
const args = { name: "bot", project: "shop" };

describe("derived fields", () => {
  it("follow from the arguments at every check", () => {
    const { inputs } = check(type, { ...args, description: "four" }, {});
    assert.equal(inputs.length, 4);
    assert.deepEqual(check(type, inputs, {}).inputs, inputs);
    assert.equal(check(type, { ...inputs, description: "longer" }, {}).inputs.length, 6);
    assert.ok(!("length" in check(type, args, {}).inputs));
  });

  it("are no arguments: a message does not name them as such", () => {
    const [failure] = check(type, { ...args, descripton: "" }, {}).failures;
    assert.match(failure?.reason ?? "", /The arguments are project, name, description, definition, status, adopt/);
  });
});

describe("what ends a flow", () => {
  it("diff: is a difference also where the program says nothing of the field", () => {
    assert.deepEqual(changedFrom({ status: "archived" }), ["status"]);
    assert.deepEqual(changedFrom({ status: "on" }), []);
  });

  function changedFrom(state: object): readonly string[] {
    const { inputs } = check(type, args, {});
    const declared = JSON.stringify({ version: 3, fields: ["project", "name"], keys: {}, engine: {}, account: "" });
    return diff(type, { ...inputs, ...state, __declared: declared }, inputs).changed;
  }
});

describe("what is nobody's work", () => {
  it("update: is made good although it is no longer what was last seen", async () => {
    const mended = graph.fields.extend({ description: z.string().optional().register(rules, { conflicts: false }) });
    const emulator = await startToyEmulator();
    try {
      const bench = new Bench({ ...toyGraph, type: { ...type, fields: mended } }, emulator);
      const stack = new Stack(bench);
      await stack.up({ ...args, description: "as wanted" });
      const [found] = emulator.state().toy.graphs;
      emulator.edit({ vendor: "toy", action: "update", id: found?.id ?? "", set: { description: "failed" } });
      await stack.up({ ...args, description: "as wanted now" });
      assert.equal(emulator.state().toy.graphs[0]?.description, "as wanted now");
    } finally {
      await emulator.close();
    }
  });
});

describe("warnings of check", () => {
  it("do not stop, and name the place", () => {
    const doubtful: FlowType = {
      ...type,
      crossCheck: () => [{ path: ["description"], message: "Rather short", warning: true }],
    };
    const { failures, warnings } = check(doubtful, args, {});
    assert.deepEqual([failures, warnings], [[], [{ property: "description", reason: "Rather short" }]]);
  });
});
