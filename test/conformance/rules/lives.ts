import assert from "node:assert/strict";
import isEqual from "lodash/isEqual";
import omit from "lodash/omit";
import { rulesOf } from "../../../provider/lifecycle/canonical";
import { FlowError } from "../../../provider/lifecycle/errors";
import { only, type Values } from "../../../provider/lifecycle/values";
import { failureAs } from "../../harness/failure-of";
import type { Stack } from "../../harness/stack";
import { changedElsewhere, type Field, fieldsOf, namedBy, programsOf, type Scene } from "../scene";
import type { Subject } from "../subject";
import type { Declare } from "../suite";

/** From creation to deletion, with nobody else about. */
export function lifeRules(subject: Subject, rule: Declare): void {
  const fields = fieldsOf(subject);

  for (const [name, program] of programsOf(subject)) {
    rule(
      "create, read, diff",
      `${name}: is made once, and shows no difference then, nor after a refresh`,
      async (scene) => {
        const stack = await scene.created(program);
        const { state } = stack.resource;
        assert.equal(scene.only.key, scene.type.label(state));
        scene.demandSettled(stack, program);
        const inputs = await stack.refresh();
        assert.deepEqual(
          inputs,
          scene.bench.inputs(program),
          "a refresh answers the declared inputs, all and only these",
        );
        assert.deepEqual(stack.resource.state, state);
        scene.demandSettled(stack, program);
        assert.deepEqual(scene.changes(), []);
      },
    );

    rule("look-up", `${name}: an id shows what is there, and claims nothing as declared`, async (scene) => {
      const { id, state } = (await scene.created(program)).resource;
      const { lifecycle } = scene.bench.run();
      const found = await lifecycle.read(id, only(program, subject.lookUpBy ?? []));
      assert.equal(found?.id, id);
      assert.equal(found?.inputs, undefined);
      for (const output of scene.type.outputs) assert.deepEqual(found?.state[output], state[output]);
      assert.deepEqual(scene.changes(), []);
    });

    rule("look-up", `${name}: an id that leads nowhere is an error, and nothing is gone`, async (scene) => {
      const { id } = (await scene.created(program)).resource;
      scene.world.remove(scene.only.identity);
      const error = await failureAs(
        FlowError,
        scene.bench.run().lifecycle.read(id, only(program, subject.lookUpBy ?? [])),
      );
      assert.equal(error.kind, "notFound");
      assert.ok(error.message.includes(id), error.message);
    });

    rule("plain state", `${name}: states are JSON without undefined`, async ({ bench }) => {
      const { lifecycle } = bench.run();
      const created = await lifecycle.create(bench.inputs(program));
      const read = await lifecycle.read(created.id, created.state);
      const changed = fields.find(({ rules }) => !rules.replaces);
      const updated = await lifecycle.update(
        created.id,
        created.state,
        bench.inputs({ ...program, ...(changed && { [changed.name]: changed.to }) }),
      );
      for (const value of [created.state, read?.state, read?.inputs, updated]) {
        assert.deepStrictEqual(JSON.parse(JSON.stringify(value)), value);
      }
    });

    rule("delete", `${name}: deletes it, and a second time is a success that does nothing`, async (scene) => {
      const stack = await scene.created(program);
      const { kept } = stack;
      await stack.destroy();
      assert.deepEqual(scene.world.objects(), []);
      scene.world.emulator.clearJournal();
      stack.kept = kept;
      await stack.destroy();
      assert.deepEqual(scene.changes(), []);
    });
  }

  for (const field of fields) {
    const { name, program, changed, rules, stored } = field;

    if (!rules.writeOnly && !rules.derived) {
      rule(
        "look-up",
        `${name} is shown`,
        async (scene) => {
          const { id } = (await scene.created(program)).resource;
          const found = await scene.bench.run().lifecycle.read(id, only(program, subject.lookUpBy ?? []));
          assert.ok(found && name in found.state);
        },
        name,
      );
    }

    if (rules.replaces) {
      rule(
        "changed alone",
        `${name} is the only field named, and makes a new one`,
        async (scene) => {
          const stack = await scene.created(program);
          const { identity } = scene.only;
          demandNamed(scene, stack, field);
          await stack.up(changed);
          assert.notEqual(scene.only.identity, identity);
          assert.deepEqual(scene.only.content[stored], "storedTo" in field ? field.storedTo : field.to);
          await scene.demandSettledAtVendor(stack, changed);
        },
        name,
      );
    } else {
      rule(
        "changed alone",
        `${name} is the only field named, and settles in one update that changes nothing else`,
        async (scene) => {
          const stack = await scene.created(program);
          const before = scene.only;
          demandNamed(scene, stack, field);
          const run = scene.bench.run();
          await stack.up(changed, { run });
          assert.deepEqual(run.log.at("warn"), []);
          assert.equal(scene.only.identity, before.identity);
          assert.deepEqual(scene.only.content[stored], "storedTo" in field ? field.storedTo : field.to);
          assert.deepEqual(omit(scene.only.content, stored), omit(before.content, stored));
          await scene.demandSettledAtVendor(stack, changed);
        },
        name,
      );

      rule(
        "changed alone",
        `${name} changed and changed back leaves the vendor as it was`,
        async (scene) => {
          const stack = await scene.created(program);
          const before = scene.only;
          await stack.up(changed);
          await stack.up(program);
          assert.deepEqual(scene.only, before);
          await scene.demandSettledAtVendor(stack, program);
        },
        name,
      );
    }

    rule(
      "changed alone",
      `${name} gets the same by an update as by a creation`,
      async (scene) => {
        await (await scene.created(program)).up(changed);
        const updated = scene.only.content;
        scene.world.emulator.reset();
        await scene.created(changed);
        assert.deepEqual(scene.only.content, updated);
      },
      name,
    );

    if (field.optional) dropping(field);
  }

  function dropping(field: Field): void {
    const { name, program, dropped, rules, stored, othersKeys } = field;
    const settles = rules.clear === undefined ? "is left alone" : "is cleared";

    rule(
      "removed",
      `${name} ${settles}, and nothing else is changed`,
      async (scene) => {
        const stack = await scene.created(program);
        const before = scene.only;
        const [from, to] = [program, dropped].map((each) => scene.bench.inputs(each));
        const { changed } = scene.bench.run().lifecycle.diff(stack.resource.state, to ?? {});
        const named = namedBy(subject, [name, ...(field.droppedWith ?? [])], from ?? {}, to ?? {});
        assert.deepEqual([...changed].sort(), named);
        await stack.up(dropped);
        const cleared = "cleared" in field ? field.cleared : rules.clear;
        const { identity, content } = scene.only;
        assert.deepEqual(content[stored], rules.clear === undefined ? before.content[stored] : cleared);
        assert.deepEqual(omit(content, stored), omit(before.content, stored));
        // What cannot be changed in place is made anew.
        assert.equal(identity === before.identity, !rules.replaces || rules.clear === undefined);
        await scene.demandSettledAtVendor(stack, dropped);
      },
      name,
    );

    rule(
      "removed",
      `${name} declared again is set again`,
      async (scene) => {
        const stack = await scene.created(dropped);
        await stack.up(program);
        const added = scene.only.content;
        await scene.demandSettledAtVendor(stack, program);
        scene.world.emulator.reset();
        await scene.created(program);
        assert.deepEqual(added, scene.only.content);
      },
      name,
    );

    if (field.neverSent) return;
    rule(
      "undeclared",
      `${name} is nobody's business: what others make of it shows nowhere and stays`,
      async (scene) => {
        const stack = await scene.created(dropped);
        await undisturbed(scene, stack, field, dropped, field.theirs);
      },
      name,
    );

    if (!othersKeys) return;
    rule(
      "undeclared",
      `keys of ${name} that the program does not write show nowhere and stay`,
      async (scene) => {
        const stack = await scene.created(program);
        await undisturbed(scene, stack, field, program, othersKeys);
        await stack.up(dropped);
        assert.deepEqual(scene.only.content[stored], othersKeys, "only the program's own keys are cleared");
      },
      name,
    );
  }
}

/** Fails where a change of a field is shown as anything else. */
function demandNamed(
  scene: Scene,
  stack: Stack,
  { name, program, changed, rules, toWith = {}, derivedFrom }: Field,
): void {
  const [before = {}, after = {}] = [program, changed].map((each) => scene.bench.inputs(each));
  const difference = scene.bench.run().lifecycle.diff(stack.resource.state, after);
  const written = derivedFrom ? [] : [name, ...Object.keys(toWith)];
  assert.deepEqual([...difference.changed].sort(), namedBy(scene.subject, written, before, after));
  assert.ok(difference.changed.includes(name));
  const places = Object.keys({ ...toWith, [name]: true }).filter((each) => rulesOf(scene.type, each).replaces);
  assert.deepEqual([...difference.replaces].sort(), rules.replaces ? places.sort() : []);
}

async function undisturbed(scene: Scene, stack: Stack, field: Field, program: Values, theirs: unknown): Promise<void> {
  scene.world.edit(scene.only.identity, field.name, theirs);
  const held = scene.only.content[field.stored];
  assert.ok(isEqual(held, theirs) || field.rules.owns, "the edit was made");
  const inputs = await stack.refresh();
  assert.deepEqual(inputs, scene.bench.inputs(program));
  scene.demandSettled(stack, program);
  const elsewhere = changedElsewhere(scene.subject, field, program);
  if (!elsewhere) return;
  await stack.up(elsewhere);
  assert.deepEqual(scene.only.content[field.stored], held);
  await scene.demandSettledAtVendor(stack, elsewhere);
  await stack.up(program);
  assert.deepEqual(scene.only.content[field.stored], held);
}
