import assert from "node:assert/strict";
import { rulesOf } from "../../../provider/lifecycle/canonical";
import { FlowError } from "../../../provider/lifecycle/errors";
import { failureAs } from "../../harness/failure-of";
import { Stack } from "../../harness/stack";
import { nameTo, programsOf } from "../scene";
import { keyFieldOf, type Subject } from "../subject";
import type { Declare } from "../suite";

/** Whose an object is: names that are taken, given up and handed over. */
export function keyRules(subject: Subject, rule: Declare): void {
  const keyField = keyFieldOf(subject);
  const name = String(subject.least[keyField]);
  const renamed = nameTo(subject);

  for (const [what, program] of programsOf(subject)) {
    rule("collision", `${what}: fails with three ways out, and writes nothing`, async (scene) => {
      scene.world.add(name);
      const before = scene.world.objects();
      const error = await failureAs(FlowError, new Stack(scene.bench).up(program));
      assert.equal(error.kind, "collision");
      const { key } = scene.only;
      for (const way of [key, "`adopt: true`", `PULUMI_FLOWS_ADOPT=${key} pulumi up`, "another name", "import file"]) {
        assert.ok(error.message.includes(way), `${way} is missing in: ${error.message}`);
      }
      assert.deepEqual(scene.changes(), []);
      assert.deepEqual(scene.world.objects(), before);
    });

    for (const [how, adopting, adopts] of [
      ["`adopt: true`", { ...program, adopt: true }, false],
      ["the override of one run", program, true],
    ] as const) {
      rule("adoption", `${what}: ${how} takes over what is there and makes it as wanted`, async (scene) => {
        await scene.created(program);
        const { content, key } = scene.only;
        scene.world.emulator.reset();
        scene.world.add(name);
        const { identity } = scene.only;
        const stack = new Stack(scene.bench);
        await stack.up(adopting, { overrides: { adopts: (label) => adopts && label === key } });
        assert.deepEqual(scene.only, { identity, key, content });
        await scene.demandSettledAtVendor(stack, adopting);
      });
    }

    rule("adoption", `${what}: of what is as wanted already writes nothing`, async (scene) => {
      const adopting = { ...program, adopt: true };
      await scene.created(program);
      const before = scene.only;
      const stack = await scene.created(adopting);
      assert.deepEqual(scene.only, before);
      scene.world.emulator.reset();
      await scene.created(program);
      await new Stack(scene.bench).up(adopting);
      const untold = Object.keys(subject.fields).filter((field) => subject.fields[field]?.holdsUntold);
      const written = [...writeOnlyFields(subject), ...untold].some((field) => field in program);
      // What the vendor never tells must be sent.
      if (!written) assert.deepEqual(scene.changes(), []);
      await scene.demandSettledAtVendor(stack, adopting);
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

function writeOnlyFields(subject: Subject): string[] {
  return Object.keys(subject.fields).filter((field) => rulesOf(subject.type, field).writeOnly);
}
