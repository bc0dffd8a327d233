import assert from "node:assert/strict";
import type { Request } from "../../../provider/http/request";
import { FlowError } from "../../../provider/lifecycle/errors";
import { failureAs } from "../../harness/failure-of";
import { Stack } from "../../harness/stack";
import { fieldsOf, programsOf, type Scene } from "../scene";
import { keyFieldOf, type Subject } from "../subject";
import type { Declare } from "../suite";

/** What somebody does in the moment between the look and the write. */
export function raceRules(subject: Subject, rule: Declare): void {
  const name = String(subject.least[keyFieldOf(subject)]);

  for (const [what, program] of programsOf(subject)) {
    const mutable = fieldsOf(subject).filter(({ rules }) => !rules.replaces && !rules.derived);
    const written = mutable.filter((each) => each.name in program);
    const field = written.find((each) => each.name !== keyFieldOf(subject)) ?? written[0] ?? mutable[0];
    assert.ok(field, `nothing of ${what} can be changed`);

    rule(
      "race to create",
      `${what}: one that somebody makes before the creation is never taken over in silence`,
      async (scene) => {
        const stack = new Stack(scene.bench);
        const before = atFirstWrite(scene, () => scene.world.add(name, program));
        const error = await failureAs(FlowError, stack.up(program, { before }));
        const { key } = scene.only;
        assert.ok(error.message.includes(key), error.message);
        // What was overwritten is recorded, and what was left alone is not.
        if (stack.kept) await scene.demandGoesOn(stack, program);
        else assert.deepEqual(scene.changes(), []);
      },
    );

    rule(
      "race with a deletion",
      `${what}: one that somebody deletes before the update is not made again`,
      async (scene) => {
        const stack = await scene.created(program);
        const { kept } = stack;
        const changed = { ...program, [field.name]: field.to };
        const before = atFirstWrite(scene, () => scene.world.remove(scene.only.identity));
        const error = await failureAs(FlowError, stack.up(changed, { before }));
        assert.ok(error.message.includes(scene.type.label(stack.resource.state)), error.message);
        assert.deepEqual(scene.world.objects(), []);
        assert.deepEqual(stack.kept, kept);
        await stack.up(changed, { refresh: true });
        await scene.demandSettledAtVendor(stack, changed);
      },
    );

    rule("race with a deletion", `${what}: one that somebody deletes before the deletion is deleted`, async (scene) => {
      const stack = await scene.created(program);
      const before = atFirstWrite(scene, () => scene.world.remove(scene.only.identity));
      await stack.destroy({ before });
      assert.deepEqual(scene.world.objects(), []);
      assert.deepEqual(scene.changes(), []);
    });
  }
}

/** Does something once, in the moment before the first call that is more than a look. */
function atFirstWrite({ subject: { looks = [] } }: Scene, happens: () => void): (request: Request) => void {
  let happened = false;
  return ({ method, path }) => {
    if (happened || method === "GET" || looks.some((look) => path.text.endsWith(look))) return;
    happened = true;
    happens();
  };
}
