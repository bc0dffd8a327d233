import assert from "node:assert/strict";
import { FlowError } from "../../provider/lifecycle/errors";
import { HIDDEN } from "../../provider/lifecycle/secrets";
import type { Values } from "../../provider/lifecycle/values";
import { fieldsOf, programsOf, Scene } from "../conformance/scene";
import type { Subject } from "../conformance/subject";
import { subjects } from "../conformance/subjects";
import { kosliFlow } from "../conformance/subjects/kosli-flow";
import { secretArguments } from "../harness/secret-arguments";
import type { Stack } from "../harness/stack";

/** Gives a test a fresh vendor of the subject's ordinary nature. */
async function within(subject: Subject, test: (scene: Scene) => Promise<void>): Promise<void> {
  const [nature] = Object.values(subject.natures);
  assert.ok(nature);
  const world = await nature.open();
  try {
    await test(new Scene(subject, nature.type ?? subject.type, world));
  } finally {
    await world.emulator.close();
  }
}

/** Compares what a stack keeps, and fails where that writes anything. */
async function compared(scene: Scene, stack: Stack, state: Values = stack.resource.state, secrets: string[][] = []) {
  scene.world.emulator.clearJournal();
  const { lifecycle } = scene.bench.run();
  try {
    return await lifecycle.compare(stack.resource.id, state, secrets);
  } finally {
    assert.deepEqual(scene.changes(), []);
  }
}

function withValueAt(values: Values, [key = "", ...rest]: readonly string[], value: unknown): Values {
  const inner = values[key];
  return {
    ...values,
    [key]: rest.length === 0 ? value : withValueAt(typeof inner === "object" ? { ...inner } : {}, rest, value),
  };
}

describe("compare", function () {
  this.timeout(60_000);

  for (const subject of subjects) {
    const { token } = subject.type;

    it(`compare: ${token} that nobody touched is as it was kept, and is found by the id that lists tell`, () =>
      within(subject, async (scene) => {
        for (const [what, program] of programsOf(subject)) {
          const stack = await scene.created(program);
          const found = await compared(scene, stack);
          assert.deepEqual(found?.deviations, [], what);
          assert.deepEqual(found?.unseen, [], what);
          assert.equal(found?.id, stack.resource.id);
          scene.world.emulator.reset();
        }
      }));

    it(`compare: of ${token} every field that somebody changed is named, and no other`, () =>
      within(subject, async (scene) => {
        for (const { name, program, rules, neverSent, theirs } of fieldsOf(subject)) {
          const isUntouchable = subject.waivers.some((each) => each.rule === "changed outside" && each.field === name);
          if (neverSent || theirs === undefined || isUntouchable) continue;
          const stack = await scene.created(program);
          scene.world.edit(scene.only.identity, name, theirs);
          const { deviations = [] } = (await compared(scene, stack)) ?? {};
          const fields = new Set(deviations.map(({ path }) => path[0]));
          assert.deepEqual([...fields], rules.writeOnly ? [] : [name]);
          scene.world.emulator.reset();
        }
      }));

    it(`compare: ${token} that was deleted outside is gone, and one that has ended differs`, () =>
      within(subject, async (scene) => {
        const stack = await scene.created(subject.least);
        const { end } = scene.world;
        if (end) {
          end(scene.only.identity);
          assert.equal((await compared(scene, stack))?.deviations.length, 1);
        } else {
          scene.world.remove(scene.only.identity);
          assert.equal(await compared(scene, stack), undefined);
        }
      }));

    it(`compare: of ${token} a secret that is not given is no difference, and is told as not compared`, () =>
      within(subject, async (scene) => {
        for (const { name, program } of fieldsOf(subject)) {
          const stack = await scene.created(program);
          const state = { ...stack.resource.state, [name]: HIDDEN };
          try {
            const found = await compared(scene, stack, state);
            assert.deepEqual(found?.deviations, [], name);
            const isKept = stack.resource.state[name] !== undefined && !subject.fields[name]?.neverSent;
            if (isKept) assert.deepEqual(found?.unseen, [[name]], name);
          } catch (error) {
            assert.ok(error instanceof FlowError, String(error));
            assert.match(error.message, /secret that this state does not show/);
          }
          scene.world.emulator.reset();
        }
      }));

    it(`compare: of ${token} no secret is told, whether the flow type, the program or the state says that it is one`, () =>
      within(subject, async (scene) => {
        for (const { program, path, secret } of subject.secrets) {
          const stack = await scene.created(secretArguments(program, path));
          const before = withValueAt(stack.resource.state, path, "an earlier secret");
          const found = await compared(scene, stack, before);
          const told = JSON.stringify(found);
          assert.ok(!told.includes(secret) && !told.includes("an earlier secret"), told);
          scene.world.emulator.reset();
        }
        for (const { name, program, theirs, rules } of fieldsOf(subject)) {
          if (typeof theirs !== "string" || theirs.length < 4 || rules.writeOnly) continue;
          const stack = await scene.created(program);
          scene.world.edit(scene.only.identity, name, theirs);
          const found = await compared(scene, stack, stack.resource.state, [[name]]);
          const { deviations = [] } = found ?? {};
          assert.ok(deviations.length > 0);
          for (const { path, expected = HIDDEN, found: now = HIDDEN } of deviations)
            assert.deepEqual([path[0], expected, now], [name, HIDDEN, HIDDEN]);
          scene.world.emulator.reset();
        }
      }));
  }

  it("compare: a secret that is not given and that the vendor no longer has is a difference, and what is beside it is compared", () =>
    within(kosliFlow, async (scene) => {
      const stack = await scene.created({ name: "web", tags: { team: "shop", key: "hush-hush", other: "kept" } });
      const state = { ...stack.resource.state, tags: { team: "shop", key: HIDDEN, other: HIDDEN } };
      scene.world.edit(scene.only.identity, "tags", { team: "theirs", key: null });
      const found = await compared(scene, stack, state);
      assert.deepEqual(found?.deviations, [
        { path: ["tags", "team"], expected: "shop", found: "theirs" },
        { path: ["tags", "key"], expected: HIDDEN },
      ]);
      assert.deepEqual(found?.unseen, [["tags", "other"]]);
    }));

  it("compare: of a list with a secret that is not given the other items are compared", () =>
    within(kosliFlow, async (scene) => {
      const stack = await scene.created({ name: "web", legacyTemplate: ["artifact", "unit-test"] });
      const state = { ...stack.resource.state, legacyTemplate: [HIDDEN, "unit-test"] };
      assert.deepEqual((await compared(scene, stack, state))?.deviations, []);
      const other = { ...stack.resource.state, legacyTemplate: [HIDDEN, "snyk"] };
      assert.deepEqual(
        (await compared(scene, stack, other))?.deviations.map(({ path }) => path),
        [["legacyTemplate"]],
      );
    }));

  it("compare: of a state that says nothing of its program, or is of a newer version, it is told why it cannot be compared", () =>
    within(kosliFlow, async (scene) => {
      const stack = await scene.created({ name: "web" });
      const { __declared: _, ...lookedUp } = stack.resource.state;
      await assert.rejects(compared(scene, stack, lookedUp), /does not say what the program declares/);
      const newer = { ...lookedUp, __declared: JSON.stringify({ version: 99, fields: [] }) };
      await assert.rejects(compared(scene, stack, newer), /newer version of pulumi-flows/);
      await assert.rejects(
        compared(scene, stack, { ...lookedUp, __declared: HIDDEN }),
        /secret that this state does not show/,
      );
    }));
});
