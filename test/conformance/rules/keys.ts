import assert from "node:assert/strict";
import { rulesOf } from "../../../provider/lifecycle/canonical";
import { adopting } from "../../../provider/lifecycle/create";
import { FlowError } from "../../../provider/lifecycle/errors";
import type { Values } from "../../../provider/lifecycle/values";
import { failureAs } from "../../harness/failure-of";
import { Stack } from "../../harness/stack";
import { nameTo, programsOf, type Scene } from "../scene";
import { keyFieldOf, type Subject } from "../subject";
import type { Declare } from "../suite";

/** Whose an object is: names that are taken, given up and handed over. */
export function keyRules(subject: Subject, rule: Declare): void {
  const keyField = keyFieldOf(subject);
  const name = String(subject.least[keyField]);
  const renamed = nameTo(subject);
  const isEnded = Object.keys(subject.fields).some((field) => rulesOf(subject.type, field).ends);

  for (const [what, program] of programsOf(subject)) {
    rule("collision", `${what}: fails with three ways out, and writes nothing`, async (scene) => {
      scene.world.add(name, program);
      const before = scene.world.objects();
      const error = await failureAs(FlowError, new Stack(scene.bench).up(program));
      assert.equal(error.kind, "collision");
      const { key } = scene.only;
      const rename = scene.type.nameField ? ["another name"] : [];
      for (const way of [key, "`adopt: true`", adopting(key), ...rename, "import file"]) {
        assert.ok(error.message.includes(way), `${way} is missing in: ${error.message}`);
      }
      assert.deepEqual(scene.changes(), []);
      assert.deepEqual(scene.world.objects(), before);
    });

    for (const [how, wanted, adopts] of [
      ["`adopt: true`", { ...program, adopt: true }, false],
      ["the override of one run", program, true],
    ] as const) {
      rule("adoption", `${what}: ${how} takes over what is there and makes it as wanted`, async (scene) => {
        await scene.created(program);
        const { content, key } = scene.only;
        scene.world.emulator.reset();
        scene.world.add(name, program);
        const { identity } = scene.only;
        const stack = new Stack(scene.bench);
        await stack.up(wanted, { overrides: { adopts: (label) => adopts && label === key } });
        assert.deepEqual(scene.only, { identity, key, content });
        await scene.demandSettledAtVendor(stack, wanted);
      });
    }

    rule("adoption", `${what}: of what is as wanted already writes nothing`, async (scene) => {
      const wanted = { ...program, adopt: true };
      await scene.created(program);
      const before = scene.only;
      const stack = await scene.created(wanted);
      assert.deepEqual(scene.only, before);
      scene.world.emulator.reset();
      await scene.created(program);
      await new Stack(scene.bench).up(wanted);
      // What the vendor never tells must be sent.
      if (!isSomeUntold(scene, what, program)) assert.deepEqual(scene.changes(), []);
      await scene.demandSettledAtVendor(stack, wanted);
    });
  }

  rule("two creations", "of one key in one run make one object, and the second fails", async (scene) => {
    const run = scene.bench.run();
    const stacks = [new Stack(scene.bench), new Stack(scene.bench)];
    const ends = await Promise.allSettled(stacks.map((stack) => stack.up(subject.least, { run })));
    assert.deepEqual(ends.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    assert.equal(scene.world.objects().length, 1);
  });

  rule("two creations", "of one key in one run are never an adoption of one by the other", async (scene) => {
    const run = scene.bench.run();
    const program = { ...subject.least, adopt: true };
    await new Stack(scene.bench).up(program, { run });
    const error = await failureAs(FlowError, new Stack(scene.bench).up(program, { run }));
    assert.equal(error.kind, "collision");
    assert.equal(scene.world.objects().length, 1);
  });

  for (const [what, program] of programsOf(subject)) {
    rule("rename", `${what}: keeps the id and the vendor's identity, and makes no twin`, async (scene) => {
      const stack = await scene.created(program);
      const before = scene.only;
      const { id } = stack.resource;
      for (const next of [renamed, name, renamed]) {
        const wanted = { ...program, [keyField]: next };
        await stack.up(wanted);
        assert.equal(stack.resource.id, id);
        assert.equal(scene.only.identity, before.identity);
        assert.equal(scene.only.key, scene.type.label(stack.resource.state));
        await scene.demandSettledAtVendor(stack, wanted);
        assert.equal(stack.resource.id, id);
      }
    });
  }

  rule("rename to a taken name", "is refused, and changes nothing", async (scene) => {
    const stack = await scene.created(subject.least);
    scene.world.add(renamed);
    const before = scene.world.objects();
    const error = await failureAs(FlowError, stack.up({ ...subject.least, [keyField]: renamed }));
    assert.ok(error.message.includes(renamed), error.message);
    assert.deepEqual(scene.world.objects(), before);
  });

  rule(
    "hand-over",
    "a resource that adopts what another one of the program gave up: nothing is deleted, and one warning says so",
    async (scene) => {
      const old = await scene.created(subject.least);
      const before = scene.only;
      const run = scene.bench.run();
      const stack = new Stack(scene.bench);
      await stack.up({ ...subject.least, adopt: true }, { run });
      scene.world.emulator.clearJournal();
      await old.destroy({ run });
      assert.deepEqual(scene.only, before);
      assert.deepEqual(scene.world.emulator.journal(), []);
      const warnings = run.log.at("warn");
      assert.equal(warnings.length, 1);
      assert.ok(warnings[0]?.includes(before.key), warnings[0]);
      await scene.demandSettledAtVendor(stack, { ...subject.least, adopt: true });
    },
  );

  rule("collision", "with what another resource made, without `adopt`, changes nothing", async (scene) => {
    await scene.created(subject.least);
    const before = scene.only;
    const error = await failureAs(FlowError, new Stack(scene.bench).up(subject.least));
    assert.equal(error.kind, "collision");
    assert.deepEqual(scene.only, before);
  });

  for (const [what, program] of programsOf(subject)) {
    if (isEnded) {
      rule("forced replacement", `${what}: what ended is in the way, and adopting brings it back`, async (scene) => {
        const stack = await scene.created(program);
        const before = scene.only;
        await stack.destroy();
        const error = await failureAs(FlowError, stack.up(program));
        assert.equal(error.kind, "collision");
        assert.deepEqual(scene.world.objects(), []);
        const wanted = { ...program, adopt: true };
        await stack.up(wanted);
        assert.deepEqual(scene.only, before);
        await scene.demandSettledAtVendor(stack, wanted);
      });
      continue;
    }
    rule("forced replacement", `${what}: deletes once and makes anew`, async (scene) => {
      const stack = await scene.created(program);
      const before = scene.only;
      const run = scene.bench.run();
      await stack.destroy({ run });
      await stack.up(program, { run });
      assert.notEqual(scene.only.identity, before.identity);
      assert.deepEqual(scene.only.content, before.content);
      await scene.demandSettledAtVendor(stack, program);
    });
  }
}

/** Whether a program holds something that the vendor takes and never tells. */
function isSomeUntold({ subject, bench }: Scene, what: string, program: Values): boolean {
  const inputs = bench.inputs(program);
  return Object.entries(subject.fields).some(([name, { holdsUntold, neverSent }]) => {
    const untold = Array.isArray(holdsUntold) ? holdsUntold.includes(what) : holdsUntold;
    return name in inputs && (untold || (rulesOf(subject.type, name).writeOnly && !neverSent));
  });
}
