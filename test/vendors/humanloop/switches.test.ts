import assert from "node:assert/strict";
import { type Emulator, type HumanloopSwitches, startEmulator } from "../../../testing/src/emulator";
import { switchDefaults, switchSchema } from "../../../testing/src/emulator/humanloop-switches";
import { deploymentStack, flowStack, monitoringStack } from "./world";

/** Every other answer to every question about Humanloop that is open, each alone. */
const alternatives: readonly (readonly [what: string, switches: Partial<HumanloopSwitches>])[] = Object.entries(
  switchSchema,
).flatMap(([name, schema]) => {
  if (name === "humanloopListDelay") return [2].map((value) => [`${name}: ${value}`, { [name]: value }] as const);
  const { enum: values = [] } = schema as { enum?: unknown[] };
  const others = values.filter((value) => value !== switchDefaults[name as keyof HumanloopSwitches]);
  return others.map((value) => [`${name}: ${String(value)}`, { [name]: value }] as const);
});

describe("humanloop: whatever is unknown of the servers", () => {
  let emulator: Emulator;
  before(async () => {
    let now = Date.UTC(2026, 0, 1);
    emulator = await startEmulator({
      now: () => (now += 1000),
      seed: {
        humanloop: {
          environments: [{ id: "env_01staging", name: "staging" }],
          files: [
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

  const [hi, hello] = ["Hi", "Hello"].map((prompt) => ({ prompt, stop: null, tools: [{ b: 1, a: 2 }] }));
  const first = {
    path: "shop/web",
    attributes: hi,
    versionName: "one",
    versionDescription: "says hi",
    forceDestroy: true,
  };
  const second = { ...first, attributes: hello, versionName: "two", versionDescription: "says hello" };
  /** The programs of one flow, one after the other. */
  const flows = [
    first,
    second,
    // Back, under its own name, under another one, and under none.
    first,
    second,
    { ...first, versionName: "three", versionDescription: "says hi again" },
    { path: "shop/web", attributes: hello, forceDestroy: true },
    { path: "shop/web", attributes: hi, versionDescription: "no name", forceDestroy: true },
    { ...first, versionName: "four", path: "shop/kiosk" },
    { ...second, path: "shop/stand", versionDescription: "moved" },
  ];

  for (const [what, switches] of [["as suggested", {}] as const, ...alternatives]) {
    it(`unknown: ${what}: flows, deployments and monitoring settle, and show no difference`, async () => {
      emulator.switches(switches);
      const flow = flowStack(emulator);
      const versions = new Map<unknown, unknown>();
      for (const [index, program] of flows.entries()) {
        const run = flow.bench.run();
        await flow.up(program, { run });
        const warnings = run.log.at("warn").filter((each) => !each.includes("had these attributes already"));
        assert.deepEqual(warnings, [], `step ${index}`);
        const { state } = flow.resource;
        for (const [field, value] of Object.entries(program)) assert.deepEqual(state[field], value, `step ${index}`);
        const known = versions.get(program.attributes) ?? state.versionId;
        assert.equal(state.versionId, known, `step ${index}: equal attributes are one version`);
        versions.set(program.attributes, known);
        await flow.refresh();
        const inputs = flow.bench.inputs(program);
        assert.deepEqual(flow.bench.run().lifecycle.diff(flow.resource.state, inputs).changed, [], `step ${index}`);
      }
      assert.equal(versions.size, 2);
      const { id: own } = flow.resource;
      const stored = () => emulator.state().humanloop.files.find(({ id }) => id === own);
      assert.equal(stored()?.versions.length, 2);

      const place = { flow: own, environment: "staging" };
      const deployment = deploymentStack(emulator);
      for (const version of versions.values()) {
        await deployment.up({ ...place, version });
        await deployment.up({ ...place, version }, { refresh: true });
        assert.equal(stored()?.deployments.env_01staging, version);
      }
      await deployment.destroy();
      assert.equal(stored()?.deployments.env_01staging, undefined);

      const monitoring = monitoringStack(emulator);
      const [pinned, following] = [
        { evaluatorVersionId: "evv_01tone1" },
        { evaluatorId: "ev_01tone", environmentId: "env_01staging" },
      ];
      for (const evaluators of [[pinned], [following, pinned], [following], []]) {
        const program = { flow: own, evaluators };
        await monitoring.up(program);
        emulator.clearJournal();
        await monitoring.up(program, { refresh: true });
        assert.deepEqual(
          emulator.journal().filter(({ wrote }) => wrote),
          [],
        );
        const active = stored()?.evaluators.filter(({ state }) => state === "active");
        assert.equal(active?.length, evaluators.length);
      }
      await monitoring.destroy();
      await flow.destroy();
      assert.equal(stored(), undefined);
    });
  }
});
