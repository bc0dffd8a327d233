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

  it("compare: no path is told beyond a secret that it leads into, and none with a secret's text in it", () =>
    within(kosliFlow, async (scene) => {
      const textWith = (name: string) => `version: 1\ntrail:\n  attestations:\n  - {name: ${name}, type: jira}\n`;
      const program = {
        name: "web",
        description: "hush-hush",
        tags: { "tag-key": "v" },
        template: textWith("hush-pr"),
      };
      const stack = await scene.created(program);
      const places = [["description"], ["tags"], ["template"]];
      scene.world.edit(scene.only.identity, "tags", { "tag-key": "w" });
      scene.world.edit(scene.only.identity, "template", textWith("other-pr"));
      const hidden = { expected: HIDDEN, found: HIDDEN };
      assert.deepEqual((await compared(scene, stack, stack.resource.state, places))?.deviations, [
        { path: ["template"], ...hidden },
        { path: ["tags"], ...hidden },
      ]);
      scene.world.edit(scene.only.identity, "template", textWith("hush-hush"));
      const state = { ...stack.resource.state, template: { version: 1, trail: { attestations: {} } } };
      const { deviations = [] } = (await compared(scene, stack, state, places.slice(0, 2))) ?? {};
      assert.ok(deviations.some(({ path }) => path[0] === "template"));
      assert.doesNotMatch(JSON.stringify(deviations), /hush-hush|tag-key/);
    }));

  it("compare: nor do messages of an update tell such a path", () =>
    within(kosliFlow, async (scene) => {
      const program = secretArguments({ name: "web", tags: { "tag-key": "v", other: "v" } }, ["tags"]);
      const stack = await scene.created(program);
      scene.world.edit(scene.only.identity, "tags", { "tag-key": "w", other: "w" });
      const wanted = { ...program, tags: { "tag-key": "x", other: "x" } };
      await assert.rejects(stack.up(wanted), (error: Error) => {
        assert.match(
          error.message,
          / tags: Pulumi last saw \[secret\], it is now \[secret\], the program wants \[secret\]\./,
        );
        assert.doesNotMatch(error.message, /tag-key/);
        return true;
      });
    }));

  it("compare: a list with a secret that is not given is not compared, wherever its items are now", () =>
    within(kosliFlow, async (scene) => {
      const stack = await scene.created({ name: "web", legacyTemplate: ["hush-hush", "scan"] });
      const state = { ...stack.resource.state, legacyTemplate: [HIDDEN, "scan"] };
      for (const controls of [["scan", "hush-hush"], ["new", "hush-hush", "scan"], ["scan"]]) {
        const items = controls.map((name) => `\n    - {name: ${name}, type: '*'}`).join("");
        const text = `version: 1\ntrail:\n  artifacts:\n  - name: artifact\n    attestations:${items}\n`;
        scene.world.edit(scene.only.identity, "template", text);
        const found = await compared(scene, stack, state);
        assert.deepEqual([found?.deviations, found?.unseen], [[], [["legacyTemplate"]]], controls.join());
      }
      scene.world.edit(scene.only.identity, "template", "version: 1");
      const [cleared] = (await compared(scene, stack, state))?.deviations ?? [];
      assert.deepEqual(cleared, { path: ["legacyTemplate"], expected: [HIDDEN, "scan"], found: HIDDEN });
    }));

  it("compare: where a secret that is not given is no longer in its place, what is there as a whole is hidden", () =>
    within(kosliFlow, async (scene) => {
      const at = ["template", "trail", "attestations", "pr", "type"];
      const attestation = { name: "pr", type: "custom:hush" };
      const program = { name: "web", template: { version: 1, trail: { attestations: [attestation] } } };
      const stack = await scene.created(secretArguments(program, at));
      const state = withValueAt(stack.resource.state, at, HIDDEN);
      for (const moved of ["{name: other, type: custom:hush}", "{name: pr, type: custom:hush}\nnewer: 1"]) {
        scene.world.edit(scene.only.identity, "template", `version: 1\ntrail:\n  attestations:\n  - ${moved}\n`);
        const found = await compared(scene, stack, state, [at]);
        assert.deepEqual(found?.deviations, [{ path: ["template"], expected: state.template, found: HIDDEN }], moved);
      }
    }));

  it("compare: a secret that is not given and that somebody has emptied is a difference", () =>
    within(kosliFlow, async (scene) => {
      const template = "version: 1\ntrail: {attestations: [{name: pr, type: jira}]}";
      const stack = await scene.created({ name: "web", description: "hush-hush", template });
      const state = { ...stack.resource.state, description: HIDDEN, template: HIDDEN };
      scene.world.edit(scene.only.identity, "description", "");
      scene.world.edit(scene.only.identity, "template", "version: 1");
      const found = await compared(scene, stack, state, [["description"], ["template"]]);
      assert.deepEqual(
        found?.deviations.map(({ path }) => path),
        [["description"], ["template"]],
      );
      assert.deepEqual(found?.unseen, []);
    }));

  it("compare: a template that has become none is one difference, with both as they are written", () =>
    within(kosliFlow, async (scene) => {
      const template = { version: 1, trail: { attestations: [{ name: "pr", type: "jira" }] } };
      const stack = await scene.created({ name: "web", template });
      const expected = stack.resource.state.template;
      for (const found of ["not yaml: [", "", "trail:\n  attestations:\n  - {name: pr, type: jira}\nnewer: 1\n"]) {
        scene.world.edit(scene.only.identity, "template", found);
        const told = await compared(scene, stack);
        assert.deepEqual(told?.deviations, [{ path: ["template"], expected, found }]);
      }
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
