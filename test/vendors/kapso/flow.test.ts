import assert from "node:assert/strict";
import { FlowError } from "../../../provider/lifecycle/errors";
import { RunMemory } from "../../../provider/lifecycle/run-memory";
import type { Values } from "../../../provider/lifecycle/values";
import { edge, node } from "../../../provider/sdk/kapso-nodes";
import { flow } from "../../../provider/vendors/kapso/flow";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { Bench, type Benched } from "../../harness/bench";
import { Stack } from "../../harness/stack";
import { benched } from "./graph-world";

const graphOf = (message: string) => ({
  nodes: [node.start("start_1"), node.sendText("greet", { message })],
  edges: [edge("start_1", "greet")],
});
const program = (more: Values = {}) => ({ name: "bot", definition: graphOf("Hi"), ...more });

describe("kapso:Flow", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const stackOf = () => new Stack(new Bench({ ...benched, type: flow as unknown as Benched["type"] }, emulator));
  const operations = () => {
    const made = emulator.journal().map(({ operation }) => operation);
    emulator.clearJournal();
    return made;
  };
  const statusOf = () => emulator.state().kapso.workflows[0]?.status;

  it("create, refresh, update: only by the API that was documented first, while no status is said", async () => {
    const stack = stackOf();
    await stack.up(program());
    assert.deepEqual(operations(), ["legacyListFlows", "legacyCreateFlow", "legacyGetFlowDefinition"]);
    await stack.refresh();
    assert.deepEqual(operations(), ["legacyGetFlowDefinition"]);
    await stack.up(program({ definition: graphOf("Hello") }));
    assert.deepEqual(operations(), ["legacyGetFlowDefinition", "legacyUpdateFlow", "legacyGetFlowDefinition"]);
  });

  for (const kapsoLegacySpelling of ["camelCase", "snake_case"] as const) {
    it(`both spellings are read, and make no difference: ${kapsoLegacySpelling}`, async () => {
      emulator.switches({ kapsoLegacySpelling });
      const stack = stackOf();
      await stack.up(program());
      await stack.refresh();
      operations();
      await stack.up(program());
      assert.deepEqual(operations(), []);
    });
  }

  it("a flow that a workflow of the same program took over is not archived, and the other way round", async () => {
    const flows = stackOf();
    const workflows = new Stack(new Bench(benched, emulator));
    await flows.up(program({ status: "active" }));
    for (const [from, to] of [
      [flows, workflows],
      [workflows, flows],
    ] as const) {
      const memory = new RunMemory();
      await to.up(program({ status: "active", adopt: true }), { memory });
      await from.destroy({ memory });
      assert.equal(statusOf(), "active");
    }
  });

  it("status: is set by the newer API, under its lock", async () => {
    const stack = stackOf();
    await stack.up(program({ status: "active" }));
    assert.equal(statusOf(), "active");
    assert.deepEqual(operations().slice(-2), ["getWorkflowDefinition", "updateWorkflow"]);
  });

  it("destroy: archives by the newer API, is read back, and fails if it did not take", async () => {
    const stack = stackOf();
    await stack.up(program({ status: "active" }));
    const { kept } = stack;
    emulator.switches({ kapsoArchiveIgnored: true });
    await assert.rejects(stack.destroy(), /it still is active: it may go on answering customers/);
    emulator.switches({ kapsoArchiveIgnored: false });
    stack.kept = kept;
    operations();
    await stack.destroy();
    assert.deepEqual(operations(), [
      "legacyGetFlowDefinition",
      "getWorkflowDefinition",
      "updateWorkflow",
      "legacyGetFlow",
    ]);
    assert.equal(statusOf(), "archived");
  });

  it("create: an archived one of the name is refused with that reason, and revived with adopt", async () => {
    const first = stackOf();
    await first.up(program());
    await first.destroy();
    await assert.rejects(stackOf().up(program()), /is archived, and archived flows keep their names/);
    await stackOf().up(program({ adopt: true }));
    assert.equal(statusOf(), "draft");
  });

  it("update: an edit since the last look is refused, naming the node", async () => {
    const stack = stackOf();
    await stack.up(program());
    emulator.edit({
      vendor: "kapso",
      action: "configureNode",
      workflow: "bot",
      node: "greet",
      set: { message: "theirs" },
    });
    await assert.rejects(
      stack.up(program({ definition: graphOf("Hello") })),
      (error) => error instanceof FlowError && /definition\.nodes\.greet\.data\.config\.message/.test(error.message),
    );
  });

  it("a reference that led nowhere is an error that names the node", async () => {
    const definition = {
      nodes: [node.start(), node.function("lookup", { function_id: "99999999-0000-4000-8000-000000000009" })],
      edges: [edge("start", "lookup")],
    };
    await assert.rejects(stackOf().up(program({ definition })), /Node "lookup": Kapso answers function_id: null/);
  });
});
