import assert from "node:assert/strict";
import { FlowError, VendorError } from "../../provider/lifecycle/errors";
import { declarationOf } from "../../provider/lifecycle/state";
import type { Values } from "../../provider/lifecycle/values";
import { toyGraph } from "../conformance/subjects/toy-graph";
import { Bench, type Benched } from "../harness/bench";
import { failureAs } from "../harness/failure-of";
import { KosliBench } from "../harness/kosli-lifecycle";
import { edit } from "../harness/kosli-world";
import { takenWithoutDifference } from "../harness/taking";
import { graph } from "../toy/graph";
import { startToyEmulator, type ToyEmulator } from "../toy/toy-emulator";
import type { DefinitionInput } from "../toy/toy-records";

const CALL: DefinitionInput["nodes"][number] = {
  id: "call",
  type: "call",
  message: "Bearer of-greet",
  headers: { authorization: "Bearer of-greet" },
  token: "token-of-greet",
};

describe("taking over", () => {
  let emulator: ToyEmulator;
  before(async () => {
    emulator = await startToyEmulator();
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const benchOf = (type: Values = {}) =>
    new Bench({ ...toyGraph, type: { ...graph, ...type } as unknown as Benched["type"] }, emulator);
  /** Somebody makes a graph. */
  function made(name: string, set: Values = {}, project = "shop"): string {
    emulator.edit({ vendor: "toy", action: "create", project, name, set });
    return emulator.state().toy.graphs.at(-1)?.id ?? "";
  }

  it("list: answers in the order of the labels, page by page, whatever the vendor's order", async () => {
    for (let number = 60; number > 0; number--) made(`bot ${String(number).padStart(2, "0")}`);
    const labels = (await benchOf().run().lifecycle.list()).map(({ label }) => label);
    assert.equal(labels.length, 60);
    assert.deepEqual(labels, labels.toSorted());
  });

  it("list: what stands on two pages, since the list grew while it was read, is one thing", async () => {
    const listed = ["1", "2", "1"].map((id) => ({ id, label: `bot ${id}` }));
    const found = await benchOf({ list: async () => listed })
      .run()
      .lifecycle.list();
    assert.deepEqual(found, listed.slice(0, 2));
  });

  it("list: a failure says what was listed", async () => {
    emulator.faults([{ match: {}, when: "before", then: { status: 403 }, times: 0 }]);
    const error = await failureAs(FlowError, benchOf().run().lifecycle.list());
    assert.match(error.message, /^Listing every Toy graph: GET .* 403/);
  });

  it("the program says nothing that a setting says already, and inputs do", async () => {
    const own = await benchOf().run().lifecycle.take(made("bot"));
    assert.deepEqual(own.program, { name: "bot" });
    assert.deepEqual(own.inputs, { name: "bot", project: "shop" });
    const other = await takenWithoutDifference(benchOf(), made("bot", {}, "kiosk"));
    assert.deepEqual(other.program, { name: "bot", project: "kiosk" });
  });

  it("secrets are the program's, and hidden also where their text stands elsewhere", async () => {
    const definition = { nodes: [CALL], edges: [] };
    const { inputs, state } = await takenWithoutDifference(benchOf(), made("bot", { definition }));
    const at = ["definition", "nodes", "call"];
    assert.deepEqual(inputs.__secret, [[...at, "headers", "authorization"]]);
    assert.deepEqual(benchOf().run().lifecycle.secrets(inputs), inputs.__secret);
    assert.deepEqual(declarationOf(state)?.once, [[...at, "message"]]);
  });

  it("what the vendor never tells is left out of inputs and state, and its place is told", async () => {
    const { inputs, state, untold } = await benchOf()
      .run()
      .lifecycle.take(made("bot", { definition: { nodes: [CALL], edges: [] } }));
    assert.deepEqual(untold, [["definition", "nodes", "call", "token"]]);
    assert.ok(!JSON.stringify([inputs, state]).includes("token"));
  });

  it("what no program can say is a failure that names the place", async () => {
    const crossCheck = () => [{ path: ["name"], message: "No bots here" }];
    const error = await failureAs(FlowError, benchOf({ crossCheck }).run().lifecycle.take(made("bot")));
    assert.equal(error.kind, "undeclarable");
    assert.match(error.message, /^Toy graph "gr_\d+": No program can say what is there\. name: No bots here\.$/);
  });

  it("what is taken over in a run can be deleted in it: that is no hand-over", async () => {
    const { lifecycle } = benchOf().run();
    const { id, state } = await lifecycle.take(made("bot"));
    await lifecycle.delete(id, state);
    assert.deepEqual(emulator.state().toy.graphs, []);
  });

  it("whose it is may be told to nobody; a failure to ask is one", async () => {
    const id = made("bot");
    const mayNotAsk = async () => {
      throw new FlowError("wrongAccount", "The key may not ask.");
    };
    const { state } = await benchOf({ accountOf: () => "", currentAccount: mayNotAsk })
      .run()
      .lifecycle.take(id);
    assert.equal(declarationOf(state)?.account, "");
    const fails = async () => {
      throw new VendorError("server", "GET / failed", { method: "GET", path: "/", outcomeUnknown: false });
    };
    const failing = benchOf({ accountOf: () => "", currentAccount: fails })
      .run()
      .lifecycle.take(id);
    assert.match((await failureAs(FlowError, failing)).message, /GET \/ failed/);
  });

  it("kosli: a template that no program can say is left as it is, and told, and the rest is managed", async () => {
    const bench = await KosliBench.start();
    try {
      const unsayable: [template: string, note: RegExp][] = [
        ["version: 1\nnewer: true\n", /^template is left out, and not managed: .* template\.newer: .*\.$/],
        ["trail: {attestations: [{name: a, type: newer}]}", /template\.trail\.attestations/],
        ["not yaml: [", /not readable YAML/],
        ["", /must be a YAML mapping/],
        ["- a", /must be a YAML mapping/],
      ];
      for (const [template, note] of unsayable) {
        edit(bench, "create", "web", { template, description: "Theirs" });
        bench.emulator.clearJournal();
        const taken = await takenWithoutDifference(bench, "acme/web");
        assert.deepEqual(taken.program, { name: "web", description: "Theirs", visibility: taken.inputs.visibility });
        assert.equal(taken.notes.length, 1);
        assert.match(taken.notes[0] ?? "", note);
        const { lifecycle } = bench.run();
        const { inputs } = lifecycle.check({ ...taken.program, name: "ours" });
        await lifecycle.update(taken.id, taken.state, inputs);
        const [flow] = bench.emulator.state().kosli.flows;
        assert.equal(flow?.name, "ours");
        assert.equal(flow?.template, template);
        bench.emulator.reset();
      }
    } finally {
      await bench.emulator.close();
    }
  });

  it("kosli: an old name of a flow leads to none, and without an organization nothing is listed", async () => {
    const bench = await KosliBench.start();
    try {
      edit(bench, "create", "web");
      edit(bench, "rename", "web", { new_name: "shop" });
      const error = await failureAs(FlowError, bench.run().lifecycle.take("acme/web"));
      assert.match(error.message, /"acme\/web".*renamed to "shop"/);
      await takenWithoutDifference(bench, "acme/shop");
      const { type } = bench.of;
      await assert.rejects(type.list(bench.run().account, {}), /No organization is set/);
    } finally {
      await bench.emulator.close();
    }
  });
});
