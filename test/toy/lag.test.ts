import assert from "node:assert/strict";
import { FlowError } from "../../provider/lifecycle/errors";
import { toyGraph } from "../conformance/subjects/toy-graph";
import { Bench } from "../harness/bench";
import { failureAs } from "../harness/failure-of";
import { startToyEmulator, type ToyEmulator } from "./toy-emulator";

/** A vendor that does not show at once what it has made, and would make it twice. */
describe("a graph that shows late", () => {
  let emulator: ToyEmulator;
  let bench: Bench;

  before(async () => {
    emulator = await startToyEmulator({ switches: { toyDuplicates: "twins", toyLag: 3 } });
    bench = new Bench(toyGraph, emulator);
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  it("lag: two resources of one program with one name make one graph, and the second fails", async () => {
    const { lifecycle } = bench.run();
    const inputs = bench.inputs({ name: "bot" });
    await lifecycle.create(inputs);
    const error = await failureAs(FlowError, lifecycle.create(inputs));
    assert.equal(error.kind, "collision");
    assert.equal(emulator.state().toy.graphs.length, 1);
  });

  it("lag: a creation whose answer was lost is looked for until it shows, and makes no twin", async () => {
    emulator.faults([{ match: { operation: "createGraph" }, when: "after", then: { reset: true } }]);
    const run = bench.run();
    const { id } = await run.lifecycle.create(bench.inputs({ name: "bot", description: "answers" }));
    assert.deepEqual(
      emulator.state().toy.graphs.map((graph) => graph.id),
      [id],
    );
    assert.ok(run.clock.pauses.length > 0);
  });

  it("lag: one that never shows is named, and never made again", async () => {
    emulator.switches({ toyLag: 1000 });
    emulator.faults([{ match: { operation: "createGraph" }, when: "after", then: { reset: true } }]);
    const run = bench.run();
    const error = await failureAs(FlowError, run.lifecycle.create(bench.inputs({ name: "bot" })));
    assert.equal(error.kind, "outcomeUnknown");
    assert.match(error.message, /Toy graph "shop\/bot".*PULUMI_FLOWS_ADOPT=shop\/bot pulumi up/);
    assert.equal(emulator.state().toy.graphs.length, 1);
    const waited = run.clock.pauses.reduce((sum, pause) => sum + pause, 0);
    assert.equal(waited, 30_000, "looked for half a minute");
  });
});
