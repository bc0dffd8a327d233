import assert from "node:assert/strict";
import isEqual from "lodash/isEqual";
import { FlowError } from "../../../provider/lifecycle/errors";
import type { Values } from "../../../provider/lifecycle/values";
import { failureAs } from "../../harness/failure-of";
import { changedElsewhere, type Field, fieldsOf, leavesOf, namedBy, programsOf, type Scene } from "../scene";
import { keyFieldOf, type Subject } from "../subject";
import type { Declare } from "../suite";

/** What happens to people's flows while no Pulumi program is running. */
export function outsideRules(subject: Subject, rule: Declare): void {
  for (const [what, program] of programsOf(subject)) {
    rule(
      "deleted outside",
      `${what}: a refresh says that it is gone, and the next up makes it again`,
      async (scene) => {
        const stack = await scene.created(program);
        const before = scene.only;
        scene.world.remove(before.identity);
        await stack.refresh();
        assert.equal(stack.kept, undefined);
        await stack.up(program);
        assert.deepEqual(scene.only.content, before.content);
      },
    );

    rule("deleted outside", `${what}: an update refuses, and makes nothing`, async (scene) => {
      const stack = await scene.created({ ...program, onConflict: "overwrite" });
      scene.world.remove(scene.only.identity);
      const error = await failureAs(FlowError, stack.up(program));
      assert.equal(error.kind, "deletedOutside");
      assert.match(error.message, /deleted outside of Pulumi.*`pulumi up --refresh`/);
      assert.deepEqual(scene.world.objects(), []);
      assert.deepEqual(scene.changes(), []);
    });

    rule("ended outside", `${what}: is a difference, never gone, and the next up brings it back`, async (scene) => {
      const stack = await scene.created(program);
      const before = scene.only;
      assert.ok(scene.world.end);
      scene.world.end(before.identity);
      assert.deepEqual(scene.world.objects(), []);
      await stack.refresh();
      assert.ok(stack.kept);
      assert.equal(scene.bench.run().lifecycle.diff(stack.kept.state, scene.bench.inputs(program)).changed.length, 1);
      await stack.up(program);
      assert.deepEqual(scene.only, before);
      await scene.demandSettledAtVendor(stack, program);
    });

    rule("delete", `${what}: of what was deleted outside is a success`, async (scene) => {
      const stack = await scene.created(program);
      scene.world.remove(scene.only.identity);
      await stack.destroy();
      assert.deepEqual(scene.changes(), []);
    });

    rule(
      "stranger of the name",
      `${what}: one that took the name of a deleted one is not ours, and left alone`,
      async (scene) => {
        const stack = await scene.created(program);
        const { kept } = stack;
        scene.world.remove(scene.only.identity);
        scene.world.add(String(program[keyFieldOf(subject)]), program);
        const stranger = scene.only;
        const error = await failureAs(FlowError, stack.up({ ...program, onConflict: "overwrite" }));
        assert.equal(error.kind, "deletedOutside");
        await stack.refresh();
        assert.equal(stack.kept, undefined);
        stack.kept = kept;
        await stack.destroy();
        assert.deepEqual(scene.only, stranger);
        assert.deepEqual(scene.changes(), []);
      },
    );
  }

  for (const field of fieldsOf(subject)) {
    const { name, program, rules, stored } = field;
    if (field.neverSent) continue;

    if (rules.writeOnly) {
      rule(
        "changed outside",
        `${name}, which the vendor never tells, shows no difference`,
        async (scene) => {
          const stack = await scene.created(program);
          edit(scene, field);
          const inputs = await stack.refresh();
          assert.deepEqual(inputs, scene.bench.inputs(program));
          scene.demandSettled(stack, program);
        },
        name,
      );
      continue;
    }

    rule(
      "changed outside",
      `${name} is shown by a refresh, named by diff, and repaired by an update`,
      async (scene) => {
        const stack = await scene.created(program);
        const before = scene.only;
        edit(scene, field);
        const inputs = await stack.refresh();
        assert.ok(!isEqual(inputs?.[name], scene.bench.inputs(program)[name]), "the refresh shows it");
        const { changed } = scene.bench.run().lifecycle.diff(stack.resource.state, scene.bench.inputs(program));
        assert.deepEqual(changed, [name]);
        await stack.up(program);
        assert.deepEqual(scene.only.content[stored], before.content[stored]);
        assert.equal(scene.only.identity, before.identity);
        await scene.demandSettledAtVendor(stack, program);
      },
      name,
    );

    // What follows from other fields cannot be written.
    if (field.derivedFrom === undefined)
      rule(
        "changed outside",
        `${name} is taken into the program without a write`,
        async (scene) => {
          const stack = await scene.created(program);
          edit(scene, field);
          const inputs = await stack.refresh();
          scene.world.emulator.clearJournal();
          const taken = { ...program, [name]: inputs?.[name] };
          await stack.up(taken);
          const [before = {}, after = {}] = [program, taken].map((each) => scene.bench.inputs(each));
          const following = namedBy(subject, [], before, after);
          // What follows, and is never told, must be sent.
          if (!following.some((each) => subject.fields[each]?.holdsUntold)) assert.deepEqual(scene.changes(), []);
          await scene.demandSettledAtVendor(stack, taken);
        },
        name,
      );

    if (field.optional && !isEqual(field.theirs, program[name]))
      rule(
        "conflict",
        `${name} that somebody set before the program declared it: nothing is written, and the ways on go on`,
        async (scene) => {
          const stack = await scene.created(field.dropped);
          // Somebody may want what the vendor chose.
          if (!isEqual(scene.only.content[stored], field.theirs)) edit(scene, field);
          const before = scene.only;
          const { kept } = stack;
          if (isEqual(kept?.state[name], field.theirs)) return;
          const error = await failureAs(FlowError, stack.up(program));
          assert.equal(error.kind, "conflict");
          // What is spelled in several ways may be named by another.
          const names = fieldsOf(subject).flatMap((each) => (each.stored === stored ? [each.name] : []));
          assert.ok(
            names.some((each) => error.message.includes(`${each}`)),
            error.message,
          );
          assert.deepEqual(scene.only, before);
          assert.deepEqual(scene.changes(), []);
          const shows = error.message.includes("`pulumi up --refresh`");
          const overwrites = error.message.includes("`PULUMI_FLOWS_ON_CONFLICT=overwrite pulumi up`");
          assert.ok(shows || overwrites, error.message);
          for (const options of [
            ...(shows ? [{ refresh: true }] : []),
            ...(overwrites ? [{ overrides: { overwrites } }] : []),
          ]) {
            stack.kept = kept;
            await stack.up(program, options);
            await scene.demandSettledAtVendor(stack, program);
          }
        },
        name,
      );

    const elsewhere = changedElsewhere(subject, field, program);
    const wishes: [string, Values, readonly string[]][] = elsewhere
      ? [["while something else is changed", elsewhere, []]]
      : [];
    // Two sides that want the same are in no conflict.
    const wanted = "storedTo" in field ? field.storedTo : field.to;
    if (!isEqual(wanted, field.theirs)) {
      wishes.push(["while it is changed itself", field.changed, field.told?.to ?? wordsOf(field.to, field.theirs)]);
    }
    const theirs = field.told?.theirs ?? wordsOf(field.theirs, field.to, program[name]);
    for (const [when, wish, told] of wishes) {
      rule(
        "conflict",
        `${name} that somebody changed ${when}: nothing is written, and the message names it`,
        async (scene) => {
          const stack = await scene.created(program);
          edit(scene, field);
          const before = scene.only;
          const error = await failureAs(FlowError, stack.up(wish));
          assert.equal(error.kind, "conflict");
          const { kept } = stack;
          const shown = [scene.type.label(stack.resource.state), name, ...theirs, ...told];
          for (const word of [...shown, "pulumi up --refresh", 'onConflict: "overwrite"', "PULUMI_FLOWS_ON_CONFLICT"]) {
            assert.ok(error.message.includes(word), `${word} is missing in: ${error.message}`);
          }
          assert.deepEqual(scene.only, before);
          assert.deepEqual(scene.changes(), []);
          // A refresh is the acknowledgement.
          stack.kept = kept;
          await stack.up(wish, { refresh: true });
          await scene.demandSettledAtVendor(stack, wish);
        },
        name,
      );

      for (const [how, overwriting, overwrites] of [
        ['`onConflict: "overwrite"`', { ...wish, onConflict: "overwrite" }, false],
        ["the override of one run", wish, true],
      ] as const) {
        rule(
          "conflict",
          `${name} that somebody changed ${when} is overwritten by ${how}`,
          async (scene) => {
            const stack = await scene.created(program);
            edit(scene, field);
            await stack.up(overwriting, { overrides: { overwrites } });
            await scene.demandSettledAtVendor(stack, overwriting);
            await demandAsCreated(scene, wish);
          },
          name,
        );
      }
    }
  }
}

function edit(scene: Scene, { name, theirs }: Field): void {
  const before = scene.only;
  scene.world.edit(before.identity, name, theirs);
  assert.notDeepEqual(scene.only, before, "the edit was made");
}

/** Fails where the vendor holds something else than what a creation with this program would have given. */
async function demandAsCreated(scene: Scene, program: Values): Promise<void> {
  const { content } = scene.only;
  scene.world.emulator.reset();
  await scene.created(program);
  assert.deepEqual(content, scene.only.content);
}

/** The words of a value that no other one has. */
function wordsOf(value: unknown, ...others: readonly unknown[]): string[] {
  const known = new Set(others.flatMap(leavesOf));
  return leavesOf(value).filter((leaf) => !known.has(leaf));
}
