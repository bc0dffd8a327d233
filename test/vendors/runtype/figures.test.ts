import assert from "node:assert/strict";
import type { FlowType } from "../../../provider/lifecycle/flow-type";
import type { Values } from "../../../provider/lifecycle/values";
import { flow } from "../../../provider/vendors/runtype/flow";
import { publication } from "../../../provider/vendors/runtype/publication";
import { runtype } from "../../../provider/vendors/runtype/vendor";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { runtypeSettings } from "../../conformance/subjects/runtype-world";
import { Bench } from "../../harness/bench";
import { Stack } from "../../harness/stack";

const N = 10;

/** Vendor calls of flows and publications, exactly: Runtype limits them by the hour. */
describe("runtype: vendor calls", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const benchOf = (type: unknown) =>
    // The functions' arguments and wire objects are the type's own.
    new Bench({ vendor: runtype, type: type as FlowType, settings: runtypeSettings }, emulator);
  const stackOf = (type: unknown) => new Stack(benchOf(type));

  /** The calls since the last look, by their names. */
  function calls(): string[] {
    const made = emulator.journal().map(({ operation }) => operation);
    emulator.clearJournal();
    return made;
  }

  const prompt = (when?: string): Values => ({
    type: "prompt",
    name: "answer",
    ...(when === undefined ? {} : { when }),
    config: { model: "small", userPrompt: "Hi" },
  });
  const programs = {
    "without conditions": { name: "web", description: "d", steps: [prompt()] },
    "with a condition": { name: "web", description: "d", steps: [prompt("messages")] },
  };
  /** What reading conditions adds. */
  const conditions = { "without conditions": [], "with a condition": ["listStepsOfFlow"] };

  for (const what of ["without conditions", "with a condition"] as const) {
    const program: Values = programs[what];
    const also = conditions[what];

    it(`calls: creating a flow ${what} takes ${3 + also.length}`, async () => {
      await stackOf(flow).up(program);
      assert.deepEqual(calls().sort(), ["createFlow", "listFlows", ...also, "pullFlow"].sort());
    });

    it(`calls: creating ${N} flows ${what} in one run lists the account's flows once`, async () => {
      const bench = benchOf(flow);
      const run = bench.run();
      const each = Array.from({ length: N }, (_, index) =>
        new Stack(bench).up({ ...program, name: `${index}` }, { run }),
      );
      await Promise.all(each);
      const made = calls();
      assert.equal(made.filter((call) => call === "listFlows").length, 1);
      assert.equal(made.length, (2 + also.length) * N + 1);
    });

    it(`calls: a preview and an up of a flow ${what} that is as wanted take none`, async () => {
      const stack = stackOf(flow);
      await stack.up(program);
      calls();
      await stack.up(program);
      assert.deepEqual(calls(), []);
    });

    it(`calls: a refresh of a flow ${what} takes ${1 + also.length}`, async () => {
      const stack = stackOf(flow);
      await stack.up(program);
      calls();
      await stack.refresh();
      assert.deepEqual(calls(), ["getFlow", ...also]);
    });

    it(`calls: changing the description of a flow ${what} takes ${2 + also.length}`, async () => {
      const stack = stackOf(flow);
      await stack.up(program);
      calls();
      await stack.up({ ...program, description: "e" });
      assert.deepEqual(calls(), ["getFlow", ...also, "updateFlow"]);
    });

    it(`calls: renaming a flow ${what} takes ${3 + 2 * also.length} at most`, async () => {
      const stack = stackOf(flow);
      await stack.up(program);
      calls();
      await stack.up({ ...program, name: "shop" });
      assert.ok(calls().length <= 3 + 2 * also.length);
    });

    it(`calls: changing the steps of a flow ${what} takes ${3 + also.length}`, async () => {
      const stack = stackOf(flow);
      await stack.up(program);
      calls();
      const [step] = programs[what].steps;
      await stack.up({ ...program, steps: [{ ...step, enabled: false }] });
      // A write replaces all steps: conditions that nobody manages are asked for, to be sent back.
      assert.deepEqual(calls(), ["getFlow", "listStepsOfFlow", "updateFlow", ...also]);
    });

    it(`calls: deleting a flow ${what} takes ${3 + also.length}, and one less with \`forceDestroy\``, async () => {
      for (const [forceDestroy, looks] of [
        [false, ["listFlowStepResults"]],
        [true, []],
      ] as const) {
        const stack = stackOf(flow);
        await stack.up({ ...program, forceDestroy });
        calls();
        await stack.destroy();
        assert.deepEqual(calls(), ["getFlow", ...also, ...looks, "deleteFlow"]);
      }
    });
  }

  describe("publications", () => {
    let id: string;
    beforeEach(async () => {
      const stack = stackOf(flow);
      await stack.up(programs["without conditions"]);
      ({ id } = stack.resource);
      calls();
    });

    it("calls: publishing what was saved last takes seven, since it looks at what it publishes", async () => {
      const look = ["getCaller", "listFlowVersions", "getFlow", "listStepsOfFlow", "getFlowVersion"];
      const stack = stackOf(publication);
      await stack.up({ flow: id, triggers: ["1"] });
      assert.deepEqual(calls(), [...look, "publishFlowVersion", "listFlowVersions"]);
      emulator.edit({ vendor: "runtype", action: "updateFlow", flow: id, set: { description: "e" } });
      await stack.up({ flow: id, triggers: ["2"] });
      assert.deepEqual(calls(), [...look, "publishFlowVersion", "listFlowVersions"]);
    });

    it("calls: publishing a version takes four", async () => {
      const [version] = emulator.state().runtype.versions;
      await stackOf(publication).up({ flow: id, version: version?.id });
      assert.deepEqual(calls(), ["getCaller", "listFlowVersions", "publishFlowVersion", "listFlowVersions"]);
    });

    it("calls: a refresh takes two, a preview and an up without changes none, and deleting two", async () => {
      const stack = stackOf(publication);
      await stack.up({ flow: id });
      calls();
      await stack.up({ flow: id });
      assert.deepEqual(calls(), []);
      await stack.refresh();
      assert.deepEqual(calls(), ["getCaller", "listFlowVersions"]);
      await stack.destroy();
      assert.deepEqual(calls(), ["getCaller", "listFlowVersions"]);
    });

    it(`calls: a refresh of ${N} publications in one run asks once whose key it is`, async () => {
      const bench = benchOf(publication);
      const stacks = Array.from({ length: N }, () => new Stack(bench));
      for (const stack of stacks) {
        const own = stackOf(flow);
        await own.up({ name: `web ${stacks.indexOf(stack)}` });
        await stack.up({ flow: own.resource.id });
      }
      calls();
      const run = bench.run();
      await Promise.all(stacks.map((stack) => stack.refresh({ run })));
      const made = calls();
      assert.equal(made.filter((call) => call === "getCaller").length, 1);
      assert.equal(made.length, N + 1);
    });
  });
});
