import assert from "node:assert/strict";
import type { Request } from "../../../provider/http/request";
import { FlowError } from "../../../provider/lifecycle/errors";
import { RunMemory } from "../../../provider/lifecycle/run-memory";
import type { Values } from "../../../provider/lifecycle/values";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { failureAs } from "../../harness/failure-of";
import type { Stack } from "../../harness/stack";
import { flowStack, operations, prompt, publicationStack } from "./world";

describe("runtype:FlowPublication", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const program = (...names: string[]): Values => ({ name: "support", steps: names.map((name) => prompt(name)) });
  const flow = () => {
    const [only] = emulator.state().runtype.flows;
    assert.ok(only);
    return only;
  };
  const held = () => flow().flowSteps.map(({ name }) => name);
  const published = () =>
    emulator
      .state()
      .runtype.versions.find(({ id }) => id === flow().publishedVersionId)
      ?.flowSteps.map(({ name }) => name);
  const versionOf = (...names: string[]) =>
    String(
      emulator
        .state()
        .runtype.versions.find(({ flowSteps }) => flowSteps.map(({ name }) => name).join() === names.join())?.id,
    );
  const edit = (...names: string[]) =>
    emulator.edit({
      vendor: "runtype",
      action: "updateFlow",
      flow: "support",
      set: { flowSteps: names.map((name) => ({ type: "search", name })) },
    });
  const publishes = () => operations(emulator).filter((each) => each.startsWith("publish"));

  /** A flow and its publication, as one program has them. */
  class World {
    readonly flow: Stack = flowStack(emulator);
    readonly publication: Stack = publicationStack(emulator);
    warnings: string[] = [];

    async up(args: Values, more: Values = {}, { refresh = false } = {}) {
      emulator.clearJournal();
      this.warnings = [];
      const memory = new RunMemory();
      const runs = [this.flow, this.publication].map((stack) => stack.bench.run({ memory }));
      const { stepsHash } = await this.flow.up(args, { ...(runs[0] && { run: runs[0] }), refresh });
      const wanted = { flow: this.flow.resource.id, triggers: [stepsHash], ...more };
      try {
        await this.publication.up(wanted, { ...(runs[1] && { run: runs[1] }), refresh });
      } finally {
        this.warnings = runs.flatMap(({ log }) => log.at("warn"));
      }
    }
  }

  it("a new flow is published with it, and nothing is published again without a reason", async () => {
    const world = new World();
    await world.up(program("a"));
    assert.deepEqual(published(), ["a"]);
    await world.up(program("a"));
    assert.deepEqual(emulator.journal(), []);
    await world.up(program("a"), {}, { refresh: true });
    assert.deepEqual(publishes(), []);
    assert.deepEqual(world.warnings, []);
  });

  it("a change of the steps is published where their hash is a trigger, and only saved where it is none", async () => {
    const world = new World();
    await world.up(program("a"), { triggers: ["release 1"] });
    await world.up(program("a", "b"), { triggers: ["release 1"] });
    assert.deepEqual([held(), published()], [["a", "b"], ["a"]]);
    await world.up(program("a", "b"), { triggers: ["release 2"] });
    assert.deepEqual(published(), ["a", "b"]);
    await world.up(program("c"));
    assert.deepEqual(published(), ["c"]);
  });

  it("a trigger that changes without anything new to publish publishes nothing", async () => {
    const world = new World();
    await world.up(program("a"), { triggers: [1] });
    await world.up(program("a"), { triggers: [2] });
    assert.deepEqual(publishes(), []);
  });

  it("an older version rolls back; another one that is published outside is shown and repaired", async () => {
    const world = new World();
    await world.up(program("a"));
    await world.up(program("b"));
    const version = versionOf("a");
    await world.up(program("b"), { version });
    assert.deepEqual([published(), held()], [["a"], ["a"]]);
    assert.match(world.warnings.join(), /version 1 is older than version 2, and Runtype puts its steps back/);
    emulator.edit({ vendor: "runtype", action: "publishFlow", flow: "support", version: versionOf("b") });
    await world.publication.refresh();
    assert.equal(world.publication.resource.state.version, versionOf("b"));
    await world.up(program("b"), { version });
    assert.deepEqual(published(), ["a"]);
  });

  it("after a rollback the flow's own steps are published again, and never those that were rolled back", async () => {
    const world = new World();
    await world.up(program("a"));
    await world.up(program("bad"));
    await world.up(program("worse"), { triggers: [] });
    await world.up(program("worse"), { version: versionOf("a") });
    await world.up(program("a"), { version: versionOf("a") }, { refresh: true });
    await world.up(program("a"));
    assert.deepEqual([published(), held()], [["a"], ["a"]]);
    await world.up(program("good"));
    assert.deepEqual([published(), held()], [["good"], ["good"]]);
  });

  it("what somebody published meanwhile is told and left, without a version", async () => {
    const world = new World();
    await world.up(program("a"));
    await world.up(program("b"));
    emulator.edit({ vendor: "runtype", action: "publishFlow", flow: "support", version: versionOf("a") });
    const run = world.publication.bench.run();
    await world.publication.refresh({ run });
    assert.match(run.log.at("warn").join(), /version flowver_\w+ is published, and Pulumi last saw/);
    assert.deepEqual(published(), ["a"]);
  });

  it("what somebody published meanwhile is not published over unseen: a refresh, or `onConflict`, goes on", async () => {
    const world = new World();
    await world.up(program("a"));
    await world.up(program("b"));
    const [a, b] = [versionOf("a"), versionOf("b")];
    for (const wish of [{ version: b }, { triggers: ["another release"] }]) {
      emulator.edit({ vendor: "runtype", action: "publishFlow", flow: "support", version: a });
      const error = await failureAs(FlowError, world.publication.up({ flow: flow().id, triggers: ["1"], ...wish }));
      assert.equal(error.kind, "conflict");
      for (const word of [a, b, "pulumi up --refresh", 'onConflict: "overwrite"'])
        assert.ok(error.message.includes(word), error.message);
      assert.deepEqual(published(), ["a"]);
      const run = world.publication.bench.run();
      await world.publication.up({ flow: flow().id, triggers: ["1"], onConflict: "overwrite", ...wish }, { run });
      assert.ok(run.log.at("warn").some((each) => each.includes("It is overwritten, as `onConflict`")));
    }
    emulator.edit({ vendor: "runtype", action: "publishFlow", flow: "support", version: a });
    await world.publication.up({ flow: flow().id, triggers: ["2"], version: b }, { refresh: true });
    assert.deepEqual(published(), ["b"]);
  });

  it("what somebody saved in the dashboard is not published unseen: the hash of the steps tells", async () => {
    const world = new World();
    await world.up(program("a"), { triggers: [1] });
    const { stepsHash } = world.flow.resource.state;
    await world.up(program("a"), { triggers: [stepsHash, 1] });
    edit("unseen");
    await assert.rejects(world.up(program("a"), { triggers: [stepsHash, 2] }), (error: Error) => {
      assert.match(error.message, /somebody changed them since \(the last change came from "dashboard", at 20/);
      assert.match(error.message, /Nothing was published.*pulumi up --refresh/);
      return true;
    });
    assert.deepEqual(published(), ["a"]);
    await world.up(program("a"), { triggers: [stepsHash, 3], onConflict: "overwrite" });
    assert.deepEqual(published(), ["unseen"]);
    assert.match(world.warnings.join(), /They are published, as `onConflict` or `PULUMI_FLOWS_ON_CONFLICT` says/);
    edit("unseen again");
    const run = world.publication.bench.run({ overrides: { overwrites: true } });
    await world.publication.up({ flow: flow().id, triggers: [stepsHash, 4] }, { run });
    assert.deepEqual(published(), ["unseen again"]);
  });

  it("without the hash among the triggers, what somebody else saved is published with a warning", async () => {
    const world = new World();
    await world.up(program("a"), { triggers: [1] });
    edit("unseen");
    await world.up(program("a"), { triggers: [2] });
    assert.deepEqual(published(), ["unseen"]);
    assert.match(world.warnings.join(), /was not saved by Pulumi \(the last change came from "dashboard"/);
  });

  it("dropping the version publishes what the flow holds", async () => {
    const world = new World();
    await world.up(program("a"));
    await world.up(program("b"), { triggers: [] });
    await world.up(program("b"), { triggers: [], version: versionOf("a") });
    assert.deepEqual([published(), held()], [["a"], ["a"]]);
    await world.up(program("b"), { triggers: [], version: versionOf("a") }, { refresh: true });
    assert.deepEqual([published(), held()], [["a"], ["b"]]);
    await world.up(program("b"), { triggers: [] });
    assert.deepEqual([published(), held()], [["b"], ["b"]]);
  });

  it("dropping the version publishes what the flow holds also where a publication does not change it", async () => {
    emulator.switches({ runtypePublishRow: "copied", runtypePublishStores: false });
    const world = new World();
    await world.up(program("a"));
    await world.up(program("b"), { triggers: [] });
    await world.up(program("b"), { triggers: [], version: versionOf("a") });
    assert.deepEqual([published(), held()], [["a"], ["b"]]);
    await world.up(program("b"), { triggers: [] });
    assert.deepEqual([published(), held()], [["b"], ["b"]]);
  });

  it("a publication without an answer is looked for, and taken for done where it is", async () => {
    const world = new World();
    await world.up(program("a"));
    await world.flow.up(program("b"));
    emulator.faults([{ match: { operation: "publishFlowVersion" }, when: "after", then: { status: 500 } }]);
    await world.up(program("b"));
    assert.deepEqual([published(), publishes()], [["b"], ["publishFlowVersion"]]);
    assert.equal(world.publication.resource.state.publishedVersionId, flow().publishedVersionId);
  });

  it("a publication without an answer is found also where the first look for it fails", async () => {
    const world = new World();
    await world.flow.up(program("a"));
    const wanted = { flow: flow().id, triggers: [world.flow.resource.state.stepsHash] };
    const before = ({ path }: Request) => {
      if (path.text.endsWith("/publish"))
        emulator.faults([
          { match: { operation: "publishFlowVersion" }, when: "after", then: { status: 500 } },
          { match: { method: "GET" }, when: "before", then: { status: 403 }, times: 1 },
        ]);
    };
    await world.publication.up(wanted, { before });
    assert.deepEqual([published(), publishes()], [["a"], ["publishFlowVersion"]]);
  });

  it("a flow that another tool manages as code is not published over, unless the program says so", async () => {
    const world = new World();
    await world.up(program("a"));
    await world.up(program("b"));
    const ensured = await fetch(`${emulator.url}/v1/flows/ensure`, {
      method: "POST",
      headers: { authorization: "Bearer k", "content-type": "application/json", "x-runtype-client": "sdk" },
      body: JSON.stringify({
        name: "support",
        definition: { name: "support", steps: [{ type: "search", name: "ensured" }] },
        onConflict: "overwrite",
      }),
    });
    assert.equal(ensured.status, 200);
    const version = versionOf("a");
    await assert.rejects(world.up(program("b"), { version }), /manages the flow as code.*onConflict: "overwrite"/);
    assert.deepEqual(published(), ["b"]);
    await world.up(program("b"), { version, onConflict: "overwrite" });
    assert.deepEqual(published(), ["a"]);
  });

  it("a version that does not exist is named, and nothing is published", async () => {
    const world = new World();
    await world.up(program("a"));
    await assert.rejects(world.up(program("a"), { version: "flowver_none" }), /There is no version "flowver_none"/);
    assert.deepEqual(published(), ["a"]);
  });

  it("what somebody publishes right after is told, and not taken for a copy of one's own", async () => {
    const world = new World();
    await world.up(program("a"));
    await world.up(program("b"));
    const [mine, theirs] = [versionOf("a"), versionOf("b")];
    let isPublished = false;
    const run = world.publication.bench.run({
      before({ method }) {
        if (isPublished && method === "GET")
          emulator.edit({ vendor: "runtype", action: "publishFlow", flow: "support", version: theirs });
        isPublished ||= method === "POST";
      },
    });
    const wanted = { flow: world.flow.resource.id, version: mine };
    // What is published already is published by nobody.
    emulator.edit({
      vendor: "runtype",
      action: "updateFlow",
      flow: "support",
      set: { flowSteps: [{ type: "search", name: "c" }] },
    });
    emulator.edit({ vendor: "runtype", action: "publishFlow", flow: "support" });
    await publicationStack(emulator).up(wanted, { run });
    assert.match(
      run.log.at("warn").join(),
      new RegExp(`somebody published version ${theirs} in place of version ${mine}`),
    );
    assert.deepEqual(published(), ["b"]);
  });

  it("a first publication says what it takes the place of", async () => {
    const world = new World();
    await world.up(program("a"));
    const former = versionOf("a");
    edit("b");
    const run = world.publication.bench.run();
    await publicationStack(emulator).up({ flow: world.flow.resource.id, version: versionOf("b") }, { run });
    assert.match(
      run.log.at("info").join(),
      new RegExp(`version ${versionOf("b")} took the place of version ${former}`),
    );
  });

  it("deleting it calls nothing but the look, and says that the version stays published", async () => {
    const world = new World();
    await world.up(program("a"));
    const run = world.publication.bench.run();
    emulator.clearJournal();
    await world.publication.destroy({ run });
    assert.deepEqual(operations(emulator), ["getCaller", "listFlowVersions"]);
    assert.match(run.log.at("info").join(), /cannot be undone: version flowver_\w+ stays published/);
    assert.deepEqual(published(), ["a"]);
  });

  for (const set of [
    { runtypePublishRow: "copied" },
    { runtypePublishStores: false },
    { runtypeCreateVersion: false },
    { runtypeNoDraft: 200 },
    { runtypeNoopBumps: false },
  ] as const) {
    it(`publishes and rolls back where ${JSON.stringify(set)}`, async () => {
      emulator.switches(set);
      const world = new World();
      await world.up(program("a"));
      assert.deepEqual(published(), ["a"]);
      await world.up(program("b"));
      assert.deepEqual(published(), ["b"]);
      const version = versionOf("a");
      await world.up(program("b"), { version });
      assert.deepEqual(published(), ["a"]);
      await world.publication.refresh();
      await world.flow.refresh();
      assert.equal(world.publication.resource.state.version, version);
      await world.up(program("b"), { version });
      assert.deepEqual(publishes(), []);
      await world.up(program("c"));
      assert.deepEqual([published(), held()], [["c"], ["c"]]);
    });
  }
});
