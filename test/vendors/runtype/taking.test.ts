import assert from "node:assert/strict";
import fc from "fast-check";
import { isObject } from "../../../provider/lifecycle/values";
import { canonicalSteps } from "../../../provider/vendors/runtype/steps/meaning";
import { type Emulator, type RuntypeSwitches, startEmulator } from "../../../testing/src/emulator";
import { takenWithoutDifference } from "../../harness/taking";
import { flowStack, steps } from "./world";

/** What Runtype may make of steps. */
const switches: fc.Arbitrary<Partial<RuntypeSwitches>> = fc.record({
  runtypeOrderFrom: fc.constantFrom(0, 1),
  runtypeWhenTold: fc.boolean(),
  runtypeEnabledTold: fc.boolean(),
  runtypeConfigRewrites: fc.constantFrom("none", "known", "filled"),
});

describe("taking over what Runtype has", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());

  const stored = () => emulator.state().runtype.flows[0]?.flowSteps.map(({ id: _, order: __, ...step }) => step) ?? [];

  it("any steps that somebody wrote: show no difference, and are said whole", async () => {
    await fc.assert(
      fc.asyncProperty(steps, switches, async (written, set) => {
        const begin = () => {
          emulator.reset();
          emulator.switches({ ...set, runtypeHourlyCalls: 100_000 });
        };
        begin();
        const flowSteps = JSON.parse(JSON.stringify(written));
        emulator.edit({ vendor: "runtype", action: "createFlow", set: { name: "any", flowSteps } });
        const { bench } = flowStack(emulator);
        const [only] = await bench.run().lifecycle.list();
        const { inputs } = await takenWithoutDifference(bench, only?.id ?? "");
        const before = stored();
        begin();
        await flowStack(emulator).up({ ...inputs, validate: "off" });
        assert.deepEqual(meaning(stored()), meaning(before));
      }),
      { numRuns: 150 },
    );
  });
});

/** Without what says nothing, a prompt that stands there twice, and ids within branches. */
function meaning(value: unknown): unknown {
  const plain = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(plain);
    if (!isObject(each)) return each;
    const said = Object.entries(each).filter(
      ([key]) => key !== "id" && !(key === "text" && each.text === each.userPrompt),
    );
    return Object.fromEntries(said.map(([key, member]) => [key, plain(member)]));
  };
  return canonicalSteps(plain(value));
}
