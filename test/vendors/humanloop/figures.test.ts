import assert from "node:assert/strict";
import type { Values } from "../../../provider/lifecycle/values";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { deploymentStack, flowStack, monitoringStack, operations } from "./world";

/** Vendor calls of Humanloop's types, exactly. */
describe("humanloop: vendor calls", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator({
      seed: {
        humanloop: {
          environments: [{ id: "env_01staging", name: "staging" }],
          files: [
            {
              id: "fl_01shop",
              path: "beside/shop",
              versions: [1, 2].map((say) => ({ version_id: `flv_01shop${say}`, attributes: { say } })),
            },
            {
              id: "ev_01tone",
              path: "beside/tone",
              type: "evaluator",
              versions: [1, 2].map((index) => ({ version_id: `evv_01tone${index}`, attributes: { index } })),
            },
          ],
        },
      },
    });
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  /** The calls since the last look, by their names. */
  function calls(): string[] {
    const made = operations(emulator);
    emulator.clearJournal();
    return made;
  }

  describe("of a flow", () => {
    const program: Values = {
      path: "shop/web",
      attributes: { prompt: "Hi" },
      versionName: "one",
      versionDescription: "d",
      forceDestroy: true,
    };

    it("calls: creating takes 2, and a run asks once which organization it is and which flows there are", async () => {
      const stacks = [1, 2, 3].map(() => flowStack(emulator));
      const [run] = stacks.map(({ bench }) => bench.run());
      for (const [index, stack] of stacks.entries()) {
        await stack.up({ ...program, path: `shop/${index}` }, run ? { run } : {});
        assert.deepEqual(
          calls().sort(),
          [...(index === 0 ? ["getDirectory", "listFlows"] : []), "retrieveFileByPath", "upsertFlow"].sort(),
        );
      }
    });

    const steps: readonly (readonly [what: string, change: Values, made: readonly string[]])[] = [
      ["a preview and an up of what is as wanted", {}, []],
      [
        "other attributes, of a version without a name,",
        { attributes: { prompt: "Hello" }, versionName: undefined, versionDescription: undefined },
        ["getFlow", "upsertFlow"],
      ],
      [
        "other attributes under another name",
        { attributes: { prompt: "Hello" }, versionName: "two", versionDescription: "e" },
        ["getFlow", "upsertFlow", "updateFlowVersion"],
      ],
      ["another name of the version", { versionName: "two" }, ["getFlow", "updateFlowVersion"]],
      [
        "another name and description",
        { versionName: "two", versionDescription: "e" },
        ["getFlow", "updateFlowVersion"],
      ],
      ["another path", { path: "shop/kiosk" }, ["getFlow", "moveFlow"]],
      [
        "everything at once",
        { path: "shop/kiosk", attributes: { prompt: "Hello" }, versionName: "two", versionDescription: "e" },
        ["getFlow", "moveFlow", "upsertFlow", "updateFlowVersion"],
      ],
    ];
    for (const [what, change, made] of steps) {
      it(`calls: ${what} takes ${made.length}`, async () => {
        const stack = flowStack(emulator);
        await stack.up(program);
        calls();
        await stack.up({ ...program, ...change });
        assert.deepEqual(calls(), made);
      });
    }

    it("calls: going back to earlier attributes under another name takes 3", async () => {
      const stack = flowStack(emulator);
      await stack.up(program);
      await stack.up({ ...program, attributes: { prompt: "Hello" }, versionName: "two" });
      calls();
      await stack.up({ ...program, versionName: "three" });
      assert.deepEqual(calls(), ["getFlow", "upsertFlow", "updateFlowVersion"]);
    });

    it("calls: a refresh takes 1, also of a version that is deployed nowhere", async () => {
      const stack = flowStack(emulator);
      await stack.up(program);
      calls();
      await stack.refresh();
      assert.deepEqual(calls(), ["getFlow"]);
      await stack.up({ ...program, attributes: { prompt: "Hello" }, versionName: "two" });
      calls();
      await stack.refresh();
      assert.deepEqual(calls(), ["getFlow"]);
    });

    it("calls: deleting takes 2, and 3 without `forceDestroy`", async () => {
      for (const [wanted, made] of [
        [program, ["getFlow", "deleteFlow"]],
        [{ ...program, forceDestroy: false }, ["getFlow", "listFlowVersions", "deleteFlow"]],
      ] as const) {
        const stack = flowStack(emulator);
        await stack.up(wanted);
        calls();
        await stack.destroy();
        assert.deepEqual(calls(), made);
      }
    });
  });

  describe("of a deployment", () => {
    const program: Values = { flow: "fl_01shop", environment: "staging", version: "flv_01shop1" };

    it("calls: creating takes 4, beside whose it is: what is there, the environment, the deployment, and what is there then", async () => {
      await deploymentStack(emulator).up(program);
      assert.deepEqual(calls(), [
        "listFlowEnvironments",
        "getDirectory",
        "listFlowEnvironments",
        "setFlowDeployment",
        "listFlowEnvironments",
      ]);
    });

    it("calls: as wanted none, another version 3, a refresh 1, deleting 2", async () => {
      const stack = deploymentStack(emulator);
      await stack.up(program);
      calls();
      await stack.up(program);
      assert.deepEqual(calls(), []);
      await stack.up({ ...program, version: "flv_01shop2" });
      assert.deepEqual(calls(), ["listFlowEnvironments", "setFlowDeployment", "listFlowEnvironments"]);
      await stack.refresh();
      assert.deepEqual(calls(), ["listFlowEnvironments"]);
      await stack.destroy();
      assert.deepEqual(calls(), ["listFlowEnvironments", "removeFlowDeployment"]);
    });
  });

  describe("of monitoring", () => {
    const program: Values = { flow: "fl_01shop", evaluators: [{ evaluatorVersionId: "evv_01tone1" }] };

    it("calls: creating takes 2, beside whose it is", async () => {
      await monitoringStack(emulator).up(program);
      assert.deepEqual(calls(), ["getFlow", "getDirectory", "updateFlowMonitoring"]);
    });

    it("calls: as wanted none, other evaluators 2, a refresh 1, deleting 2", async () => {
      const stack = monitoringStack(emulator);
      await stack.up(program);
      calls();
      await stack.up(program);
      assert.deepEqual(calls(), []);
      await stack.up({ ...program, evaluators: [{ evaluatorVersionId: "evv_01tone2" }] });
      assert.deepEqual(calls(), ["getFlow", "updateFlowMonitoring"]);
      await stack.refresh();
      assert.deepEqual(calls(), ["getFlow"]);
      await stack.destroy();
      assert.deepEqual(calls(), ["getFlow", "updateFlowMonitoring"]);
    });
  });
});
