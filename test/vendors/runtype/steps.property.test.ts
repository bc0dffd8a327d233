import assert from "node:assert/strict";
import fc from "fast-check";
import { type Emulator, type Switches, startEmulator } from "../../../testing/src/emulator";
import { flowStack, operations, steps } from "./world";

/** What Runtype may make of steps: each program must hold under all of it. */
const switches: fc.Arbitrary<Partial<Switches>> = fc.record({
  runtypeStepIds: fc.constantFrom("kept", "minted", "mintedAlways"),
  runtypeOrderFrom: fc.constantFrom(0, 1),
  runtypeWhenTold: fc.boolean(),
  runtypeEnabledTold: fc.boolean(),
  runtypeConfigRewrites: fc.constantFrom("none", "known", "filled"),
  runtypeDescription: fc.constantFrom("kept", "nulled", "refused", "untold"),
  runtypeNoopBumps: fc.boolean(),
});

const replacing = (change: (step: StepInput) => StepInput) => (list: readonly StepInput[], at: number) =>
  list.map((each, index) => (index === at ? change(each) : each));

/** What a person does to a step. */
const EDITS: Readonly<Record<string, (list: readonly StepInput[], at: number) => StepInput[]>> = {
  "a step renamed": replacing((step) => ({ ...step, name: "By hand" })),
  "a step switched": replacing((step) => ({ ...step, enabled: !step.enabled })),
  "another type of step": replacing((step) => ({ ...step, type: "template" })),
  "a setting changed": replacing((step) => ({ ...step, config: { ...step.config, temperature: 9 } })),
  "a setting of no known name added": replacing((step) => ({ ...step, config: { ...step.config, byHand: {} } })),
  "all settings removed": replacing((step) => ({ ...step, config: { temperature: 9 } })),
  "a step removed": (list, at) => list.toSpliced(at, 1),
  "a step added": (list, at) =>
    list
      .toSpliced(at, 0, { id: "by_hand", type: "search", name: "By hand", order: 0, enabled: true, config: {} })
      .map((each, index) => ({ ...each, order: index })),
  "a step moved": (list, at) =>
    [...list.toSpliced(at, 1), ...list.slice(at, at + 1), { ...inputAt(list, at), id: "by_hand", name: "By hand" }].map(
      (each, index) => ({ ...each, order: index }),
    ),
};

function inputAt(list: readonly StepInput[], at: number): StepInput {
  const step = list[at];
  assert.ok(step);
  return step;
}

describe("steps of Runtype flows", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());

  const inWorld = (set: Partial<Switches>) => {
    emulator.reset();
    emulator.switches({ ...set, runtypeHourlyCalls: 100_000 });
  };

  it("steps: whatever a program writes and a server makes of it, a refresh finds no difference", async () => {
    await fc.assert(
      fc.asyncProperty(steps, switches, async (written, set) => {
        inWorld(set);
        const stack = flowStack(emulator);
        const program = { name: "any", description: "any", steps: written, validate: "off" };
        await stack.up(program);
        await stack.refresh();
        emulator.clearJournal();
        await stack.up(program);
        assert.deepEqual(emulator.journal(), []);
      }),
      { numRuns: 200 },
    );
  });

  it("steps: whatever changes from one program to the next, one update settles it, and steps that stay keep their results", async () => {
    await fc.assert(
      fc.asyncProperty(steps, steps, switches, async (first, second, set) => {
        inWorld(set);
        const stack = flowStack(emulator);
        const program = { name: "any", validate: "off" };
        await stack.up({ ...program, steps: first });
        const idsBefore = stored(emulator);
        const run = stack.bench.run();
        await stack.up({ ...program, steps: second }, { run });
        assert.deepEqual(run.log.at("warn"), []);
        const told = stored(emulator).map(({ name, type, enabled, when }) => ({ name, type, enabled, when }));
        const wanted = second.map(({ name, type, enabled = true, when = null }) => ({ name, type, enabled, when }));
        assert.deepEqual(told, wanted);
        if (set.runtypeStepIds !== "mintedAlways") {
          const isAlone = (list: readonly { name?: unknown }[], name: unknown) =>
            list.filter((each) => each.name === name).length === 1;
          for (const { name, id } of idsBefore) {
            const hasIds = [...first, ...second].some((each) => each.id !== undefined);
            if (!hasIds && isAlone(first, name) && isAlone(second, name))
              assert.ok(
                stored(emulator).some((each) => each.name === name && each.id === id),
                `${name} lost ${id}`,
              );
          }
        }
        await stack.refresh();
        emulator.clearJournal();
        await stack.up({ ...program, steps: second });
        assert.deepEqual(emulator.journal(), []);
      }),
      { numRuns: 200 },
    );
  });

  for (const [what, edit] of Object.entries(EDITS)) {
    it(`steps: ${what} in the dashboard is shown by a refresh and undone by an update`, async () => {
      await fc.assert(
        fc.asyncProperty(steps, fc.nat(4), switches, async (written, at, set) => {
          fc.pre(at < written.length);
          inWorld(set);
          const stack = flowStack(emulator);
          const program = { name: "any", steps: written, validate: "off" };
          await stack.up(program);
          const before = stored(emulator).map(inputOf);
          const edited = edit(before, at);
          emulator.edit({ vendor: "runtype", action: "updateFlow", flow: "any", set: { flowSteps: edited } });
          emulator.clearJournal();
          await stack.up(program, { refresh: true });
          assert.ok(operations(emulator).includes("updateFlow"), "it was not seen");
          const meaning = (list: readonly StepInput[]) => list.map(({ id: _, order: __, ...each }) => each);
          assert.deepEqual(meaning(stored(emulator).map(inputOf)), meaning(before));
          await stack.refresh();
          emulator.clearJournal();
          await stack.up(program);
          assert.deepEqual(emulator.journal(), []);
        }),
        { numRuns: 60 },
      );
    });
  }
});

type StepInput = Omit<ReturnType<typeof stored>[number], "when"> & { when?: string };

function inputOf({ when, ...step }: ReturnType<typeof stored>[number]): StepInput {
  return when === null ? step : { ...step, when };
}

function stored(emulator: Emulator) {
  return emulator.state().runtype.flows[0]?.flowSteps ?? [];
}
