import assert from "node:assert/strict";
import omit from "lodash/omit";
import { rulesOf } from "../../../provider/lifecycle/canonical";
import { FlowError } from "../../../provider/lifecycle/errors";
import type { Taken } from "../../../provider/lifecycle/take";
import type { Values } from "../../../provider/lifecycle/values";
import { failureAs } from "../../harness/failure-of";
import { Stack } from "../../harness/stack";
import { takenWithoutDifference } from "../../harness/taking";
import { type Field, fieldsOf, programsOf, type Scene } from "../scene";
import { keyFieldOf, type Subject } from "../subject";
import type { Declare } from "../suite";

/** What others made becomes a stack's, and nothing is written for that. */
export function takingRules(subject: Subject, rule: Declare): void {
  const fields = fieldsOf(subject);

  for (const [what, program] of programsOf(subject)) {
    rule("list", `${what}: tells what lives, all and only that, and writes nothing`, async (scene) => {
      const beside = [...(subject.beside ?? [])].sort();
      assert.deepEqual(await listed(scene), beside);
      const { id } = (await scene.created(program)).resource;
      assert.deepEqual(await listed(scene), [...beside, id].sort());
      const { identity } = scene.only;
      if (scene.world.end) scene.world.end(identity);
      else scene.world.remove(identity);
      const left = beside.filter((each) => !each.startsWith(`${identity}/`) && each !== identity);
      assert.deepEqual(await listed(scene), left);
      assert.deepEqual(scene.changes(), []);
    });

    rule("take", `${what}: shows no difference then, nor after a refresh, and writes nothing`, async (scene) => {
      const { id } = (await scene.created(program)).resource;
      await takenWithoutDifference(scene.bench, id);
      assert.deepEqual(scene.changes(), []);
    });

    rule("take, made by others", `${what}: shows no difference either`, async (scene) => {
      const { beside = [] } = subject;
      scene.world.add(String(program[keyFieldOf(subject)]), program);
      const found = (await listed(scene)).filter((id) => !beside.includes(id));
      assert.equal(found.length, 1);
      scene.world.emulator.clearJournal();
      for (const id of found) await takenWithoutDifference(scene.bench, id);
      assert.deepEqual(scene.changes(), []);
    });

    rule("take", `${what}: is kept as by a stack that makes the same`, async (scene) => {
      const { id } = (await scene.created(program)).resource;
      const taken = await scene.bench.run().lifecycle.take(id);
      scene.world.emulator.reset();
      const { state } = (await scene.created(taken.inputs)).resource;
      assert.deepEqual(omit(taken.state, scene.type.outputs), omit(state, scene.type.outputs));
      assert.deepEqual(Object.keys(taken.state).sort(), Object.keys(state).sort());
    });

    for (const { name, stored } of fields.filter((field) => field.name in program && isTold(field, what))) {
      rule(
        "take",
        `${what}: ${name} is declared, so that a stack that makes the same gives the vendor the same`,
        async (scene) => {
          const { id } = (await scene.created(program)).resource;
          const { inputs } = await scene.bench.run().lifecycle.take(id);
          const { content } = scene.only;
          scene.world.emulator.reset();
          await scene.created(inputs);
          assert.deepEqual(scene.only.content[stored], content[stored]);
        },
        name,
      );
    }

    rule("taken, deleted", `${what}: a destroy deletes it`, async (scene) => {
      const stack = await take(scene, program);
      await stack.destroy();
      assert.deepEqual(scene.world.objects(), []);
    });

    rule("taken with another key", `${what}: is refused with its id, and not listed`, async (scene) => {
      assert.ok(Object.keys(scene.world.otherAccounts).length > 0);
      const { id } = (await scene.created(program)).resource;
      for (const [key, reach] of Object.entries(scene.world.otherAccounts)) {
        const { lifecycle } = scene.bench.run({ settings: reach() });
        const error = await failureAs(FlowError, lifecycle.take(id));
        assert.ok(error.message.includes(id), `${key}: ${error.message}`);
        const found = await lifecycle.list().catch((failure: unknown) => {
          assert.ok(failure instanceof FlowError, `${key}: ${String(failure)}`);
          return [];
        });
        assert.ok(!found.some((each) => each.id === id), key);
        assert.deepEqual(scene.changes(), [], key);
      }
    });
  }

  for (const field of fields) {
    const { name, program, rules, stored } = field;
    if (rules.replaces || rules.derived) continue;
    rule(
      "taken, changed",
      `${name} is changed as in a stack that made it`,
      async (scene) => {
        const stack = await take(scene, program);
        const before = scene.only;
        const wanted = { ...withoutSpellings(scene, stack.program, name), ...field.toWith, [name]: field.to };
        await stack.up(wanted);
        assert.equal(scene.only.identity, before.identity);
        assert.deepEqual(scene.only.content[stored], "storedTo" in field ? field.storedTo : field.to);
        assert.deepEqual(omit(scene.only.content, stored), omit(before.content, stored));
        await scene.demandSettledAtVendor(stack, wanted);
      },
      name,
    );
  }
}

async function listed({ bench }: Scene): Promise<string[]> {
  const found = await bench.run().lifecycle.list();
  for (const { label } of found) assert.notEqual(label, "");
  return found.map(({ id }) => id).sort();
}

/** A stack that has taken over what another one made, and that never knew of it. */
async function take(scene: Scene, program: Values): Promise<Stack & { readonly program: Values }> {
  const { id } = (await scene.created(program)).resource;
  const taken = await scene.bench.run().lifecycle.take(id);
  return Object.assign(stackOf(scene, taken), { program: taken.program });
}

function stackOf({ bench }: Scene, { id, state }: Taken): Stack {
  return new Stack(bench, { id, state, unfinished: false });
}

/** Whether the vendor tells all of what a program says of a field. */
function isTold({ rules, neverSent, holdsUntold }: Field, program: string): boolean {
  const isUntold = Array.isArray(holdsUntold) ? holdsUntold.includes(program) : holdsUntold === true;
  return !rules.writeOnly && !rules.derived && !neverSent && !isUntold;
}

/** A program without other spellings of the same thing. */
function withoutSpellings({ type }: Scene, program: Values, field: string): Values {
  const { spells } = rulesOf(type, field);
  return omit(program, spells ? Object.keys(program).filter((each) => rulesOf(type, each).spells === spells) : []);
}
