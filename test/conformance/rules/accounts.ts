import assert from "node:assert/strict";
import { FlowError } from "../../../provider/lifecycle/errors";
import { failureAs } from "../../harness/failure-of";
import { programsOf } from "../scene";
import type { Subject } from "../subject";
import type { Declare } from "../suite";

/** Credentials that lead elsewhere must never empty a stack. */
export function accountRules(subject: Subject, rule: Declare): void {
  for (const [what, program] of programsOf(subject)) {
    rule("another host", `${what}: is never gone, and nothing is changed at either`, async (scene) => {
      const stack = await scene.created(program);
      const { kept } = stack;
      const before = scene.only;
      const { world } = scene;
      const elsewhere = await (world.elsewhere ? world.elsewhere() : world.branch());
      try {
        for (const object of elsewhere.objects()) elsewhere.remove(object.identity);
        elsewhere.emulator.clearJournal();
        const settings = subject.settings(elsewhere.emulator.url);
        for (const step of [
          stack.refresh({ settings }),
          stack.destroy({ settings }),
          stack.up({ ...program, onConflict: "overwrite" }, { settings }),
        ]) {
          const error = await failureAs(FlowError, step);
          assert.ok(error.message.includes(before.key), error.message);
          assert.deepEqual(stack.kept, kept);
        }
        assert.deepEqual(scene.only, before);
        assert.deepEqual(elsewhere.objects(), []);
      } finally {
        await elsewhere.emulator.close();
      }
    });

    rule("another key", `${what}: is never gone with it, and nothing is changed`, async (scene) => {
      assert.ok(Object.keys(scene.world.otherAccounts).length > 0);
      const stack = await scene.created(program);
      const { kept } = stack;
      const before = scene.only;
      for (const [key, reach] of Object.entries(scene.world.otherAccounts)) {
        const settings = reach();
        for (const step of [
          stack.refresh({ settings }),
          stack.destroy({ settings }),
          stack.up({ ...program, onConflict: "overwrite" }, { settings }),
        ]) {
          const error = await failureAs(FlowError, step);
          assert.ok(error.message.includes(before.key), `${key}: ${error.message}`);
          assert.deepEqual(stack.kept, kept, key);
        }
        assert.deepEqual(scene.only, before, key);
      }
    });
  }
}
