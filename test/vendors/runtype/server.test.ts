import assert from "node:assert/strict";
import type { Values } from "../../../provider/lifecycle/values";
import { observedSteps } from "../../../provider/vendors/runtype/steps/observed";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { flowStack, operations, prompt, publicationStack } from "./world";

/** What servers may tell, and programs may write, beyond what is described. */
describe("runtype: what is not described", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const stored = () => emulator.state().runtype.flows[0]?.flowSteps ?? [];
  const asking = (userPrompt: string) => prompt("Ask", {}, { userPrompt, outputVariable: undefined });
  const failuresOf = (...steps: Values[]) =>
    flowStack(emulator).bench.run().lifecycle.check({ name: "web", steps, validate: "off" }).failures;

  it("steps: members that no program writes are no difference, in branches neither", () => {
    const inner = { id: "n1", type: "search", name: "look", userId: "u", config: { query: "x" } };
    const step = {
      id: "s1",
      type: "conditional",
      name: "route",
      order: 1,
      flowId: "f",
      updatedAt: "2026-01-01",
      config: { condition: "a", trueSteps: [inner] },
    };
    const written = [
      { type: "conditional", name: "route", config: { condition: "a", trueSteps: [{ type: "search", name: "look" }] } },
    ];
    assert.deepEqual(observedSteps([step], { spelledAs: written, known: written }, false), [
      {
        type: "conditional",
        name: "route",
        config: { condition: "a", trueSteps: [{ type: "search", name: "look", config: { query: "x" } }] },
      },
    ]);
  });

  for (const runtypeStepIds of ["kept", "minted", "mintedAlways"] as const)
    it(`steps: a condition that a server keeps where it is left out is emptied, also with ids ${runtypeStepIds}`, async () => {
      emulator.switches({ runtypeStepIds, runtypeWhenCleared: "kept" });
      const stack = flowStack(emulator);
      await stack.up({ name: "web", steps: [prompt("a", { when: "messages" }), prompt("b", { when: "b" })] });
      const wanted = { name: "web", steps: [prompt("a"), prompt("b", { when: "messages" })] };
      await stack.up(wanted);
      assert.deepEqual(
        stored().map(({ when }) => when || undefined),
        [undefined, "messages"],
      );
      await stack.refresh();
      const { lifecycle } = stack.bench.run();
      assert.deepEqual(lifecycle.diff(stack.resource.state, lifecycle.check(wanted).inputs).changed, []);
    });

  it("steps: of several of one name each keeps its id by what it does, also where the server fills in settings", async () => {
    emulator.switches({ runtypeConfigRewrites: "filled" });
    const stack = flowStack(emulator);
    await stack.up({ name: "web", steps: [asking("one"), asking("two")] });
    const [one, two] = stored();
    await stack.up({ name: "web", steps: [asking("zero"), asking("one"), asking("two")] });
    assert.deepEqual(
      stored()
        .slice(1)
        .map(({ id }) => id),
      [one?.id, two?.id],
    );
  });

  it("steps: no setting goes over from one step of a name to the other where somebody renamed one", async () => {
    emulator.switches({ runtypeStepIds: "mintedAlways" });
    const stack = flowStack(emulator);
    const inner = (outputVariable: string | undefined) => ({
      condition: "a",
      trueSteps: [prompt("Ask", {}, { outputVariable })],
    });
    const program = {
      name: "web",
      steps: [
        { id: "s1", type: "conditional", name: "Tell", config: inner(undefined) },
        { type: "conditional", name: "Tell", config: { ...inner("a"), falseSteps: [prompt("Ask")] } },
      ],
    };
    await stack.up(program);
    const before = stored().map(({ config }) => config);
    const flowSteps = stored().map(({ when: _, ...step }, index) =>
      index === 0 ? { ...step, name: "By hand" } : step,
    );
    emulator.edit({ vendor: "runtype", action: "updateFlow", flow: "web", set: { flowSteps } });
    await stack.up(program, { refresh: true });
    assert.deepEqual(
      stored().map(({ name, config }) => [name, config.trueSteps]),
      before.map(({ trueSteps }) => ["Tell", trueSteps]),
    );
  });

  it("steps: what people set on steps of one name survives a change of another step", async () => {
    const stack = flowStack(emulator);
    await stack.up({ name: "web", steps: [asking("one"), asking("two"), prompt("Tell")] });
    const flowSteps = stored().map(({ when: _, ...step }) => ({
      ...step,
      config: { ...step.config, outputVariable: `by hand ${step.config.userPrompt}` },
    }));
    emulator.edit({ vendor: "runtype", action: "updateFlow", flow: "web", set: { flowSteps } });
    await stack.up(
      { name: "web", steps: [asking("one"), asking("two"), prompt("Tell", {}, { model: "large" })] },
      { overrides: { overwrites: true } },
    );
    assert.deepEqual(
      stored().map(({ config }) => config.outputVariable),
      ["by hand one", "by hand two", "Tell_result"],
    );
  });

  it("steps: the raw form takes any form of a setting, and null where a server tells it", () => {
    const odd = { http: "https://shop.example", poll: true, trueSteps: { yes: [] }, falseSteps: ["later"] };
    assert.deepEqual(failuresOf({ type: "conditional", name: "a", config: odd }), []);
    assert.deepEqual(failuresOf({ type: "loop", name: "a", when: null, config: null }), []);
    assert.deepEqual(failuresOf({ type: "fetch-url", name: "a", config: { http: { headers: [{ name: "x" }] } } }), []);
  });

  it("steps: headers in any form are hidden", () => {
    const { lifecycle } = flowStack(emulator).bench.run();
    const step = (headers: unknown) => ({ type: "fetch-url", name: "a", config: { http: { headers } } });
    for (const headers of ["Authorization: Bearer x", [{ name: "Authorization", value: "Bearer x" }]]) {
      const { inputs } = lifecycle.check({ name: "web", steps: [step(headers)] });
      assert.deepEqual(lifecycle.secrets(inputs), [["steps", "a", "config", "http", "headers"]]);
    }
  });

  it("steps: whatever holds credentials is hidden, in any form", () => {
    const { lifecycle } = flowStack(emulator).bench.run();
    const config = {
      auth: { type: "bearer", token: "x" },
      cookies: [{ name: "session", value: "x" }],
      authenticate: { username: "u", password: "x" },
    };
    const { inputs } = lifecycle.check({ name: "web", steps: [{ type: "crawl", name: "a", config }], validate: "off" });
    assert.deepEqual(
      lifecycle
        .secrets(inputs)
        .map((path) => path.at(-1))
        .sort(),
      ["auth", "authenticate", "cookies"],
    );
  });

  it("steps: an id in the program keeps a step's results when it is renamed and changed, whatever id Runtype gave it", async () => {
    for (const runtypeStepIds of ["kept", "minted"] as const) {
      emulator.reset();
      emulator.switches({ runtypeStepIds });
      const stack = flowStack(emulator);
      await stack.up({ name: "web", steps: [prompt("a"), prompt("b")] });
      const [, b] = stored();
      await stack.up({ name: "web", steps: [prompt("a"), prompt("b", { id: "b1" })] });
      await stack.up({ name: "web", steps: [prompt("a"), prompt("c", { id: "b1" })] });
      assert.deepEqual([stored()[1]?.name, stored()[1]?.id], ["c", b?.id], runtypeStepIds);
      await stack.refresh();
      emulator.clearJournal();
      await stack.up({ name: "web", steps: [prompt("a"), prompt("c", { id: "b1" })] });
      assert.deepEqual(emulator.journal(), []);
    }
  });

  it("flow: two of one run cannot get one name, in either order", async () => {
    const stack = flowStack(emulator);
    await stack.up({ name: "shop" });
    const run = stack.bench.run();
    await flowStack(emulator).up({ name: "web" }, { run });
    await assert.rejects(stack.up({ name: "web" }, { run }), /is named "web" already|describe/);
    assert.deepEqual(
      emulator.state().runtype.flows.map(({ name }) => name),
      ["shop", "web"],
    );
  });

  it("publication: conditions that the program does not say are published with a warning", async () => {
    const flow = flowStack(emulator);
    const publication = publicationStack(emulator);
    const { stepsHash } = await flow.up({ name: "web", steps: [prompt("a")] });
    const flowSteps = stored().map((step) => ({ ...step, when: "false" }));
    emulator.edit({ vendor: "runtype", action: "updateFlow", flow: "web", set: { flowSteps } });
    const run = publication.bench.run();
    await publication.up({ flow: flow.resource.id, triggers: [stepsHash] }, { run });
    assert.match(run.log.at("warn").join(), /the step "a" has a condition \(`when`\) that the program does not say/);
  });

  it("flow: the first condition of a program replaces or leaves those of other people with a warning, and a refresh shows the rest", async () => {
    const stack = flowStack(emulator);
    await stack.up({ name: "web", steps: [prompt("a"), prompt("b")] });
    const flowSteps = stored().map((step) => ({ ...step, when: "theirs" }));
    emulator.edit({ vendor: "runtype", action: "updateFlow", flow: "web", set: { flowSteps } });
    const run = stack.bench.run();
    const program = { name: "web", steps: [prompt("a", { when: "ours" }), prompt("b")] };
    await stack.up(program, { run });
    assert.deepEqual(
      stored().map(({ when }) => when),
      ["ours", "theirs"],
    );
    const [warning, ...more] = run.log.at("warn");
    assert.deepEqual(more, []);
    assert.match(
      String(warning),
      /step "a" has the condition "theirs", which is replaced; step "b" has the condition "theirs", which stays/,
    );
    await stack.up(program, { refresh: true });
    assert.deepEqual(
      stored().map(({ when }) => when),
      ["ours", null],
    );
  });

  it("publication: what is saved between the look and the publication is not published", async () => {
    const flow = flowStack(emulator);
    const publication = publicationStack(emulator);
    const { stepsHash } = await flow.up({ name: "web", steps: [prompt("a")] });
    const edit = () =>
      emulator.edit({
        vendor: "runtype",
        action: "updateFlow",
        flow: "web",
        set: { flowSteps: [{ type: "search", name: "unseen" }] },
      });
    const run = publication.bench.run({ before: ({ method }) => method === "POST" && edit() });
    await publication.up({ flow: flow.resource.id, triggers: [stepsHash] }, { run });
    const { versions, flows } = emulator.state().runtype;
    const published = versions.find(({ id }) => id === flows[0]?.publishedVersionId);
    assert.deepEqual(
      published?.flowSteps.map(({ name }) => name),
      ["a"],
    );
  });

  it("publication: a hash counts wherever it stands among the triggers", async () => {
    const flow = flowStack(emulator);
    const publication = publicationStack(emulator);
    const { stepsHash } = await flow.up({ name: "web", steps: [prompt("a")] });
    await flow.up({ name: "web", steps: [prompt("b")] });
    const triggers = [{ release: 1, steps: [stepsHash] }];
    await assert.rejects(
      publication.up({ flow: flow.resource.id, triggers }),
      /somebody changed them since.*onConflict/,
    );
  });

  it("flow: a list of names that is not whole makes no second flow", async () => {
    await flowStack(emulator).up({ name: "web" });
    const body = {
      data: [],
      pagination: { hasMore: true, nextCursor: null, currentOffset: 0, hasPrev: false, limit: 1, prevCursor: null },
    };
    emulator.faults([
      { match: { operation: "pullFlow" }, when: "before", then: { status: 404 }, times: 0 },
      { match: { operation: "listFlows" }, when: "before", then: { status: 200, body }, times: 0 },
    ]);
    await assert.rejects(flowStack(emulator).up({ name: "web" }), /leads nowhere/);
    assert.equal(emulator.state().runtype.flows.length, 1);
  });

  it("publication: a key that may no longer ask whose it is can still refresh and destroy it", async () => {
    const flow = flowStack(emulator);
    await flow.up({ name: "web", steps: [prompt("a")] });
    const publication = publicationStack(emulator);
    await publication.up({ flow: flow.resource.id });
    const refused = { match: { operation: "getCaller" }, when: "before", then: { status: 403 }, times: 0 } as const;
    emulator.faults([refused]);
    await publication.refresh();
    await publication.destroy();
    assert.equal(publication.kept, undefined);
  });

  it("calls: a refresh of a flow whose program declares no steps takes one", async () => {
    const stack = flowStack(emulator);
    await stack.up({ name: "web" });
    emulator.clearJournal();
    await stack.refresh();
    assert.deepEqual(operations(emulator), ["getFlow"]);
  });
});
