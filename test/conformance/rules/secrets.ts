import assert from "node:assert/strict";
import { inspect } from "node:util";
import get from "lodash/get";
import set from "lodash/set";
import type { Values } from "../../../provider/lifecycle/values";
import type { Run, RunOptions } from "../../harness/bench";
import { failureOf } from "../../harness/failure-of";
import { secretArguments } from "../../harness/secret-arguments";
import { Stack } from "../../harness/stack";
import { fieldsOf, type Scene } from "../scene";
import { keyFieldOf, type SecretCase, type Subject } from "../subject";
import type { Declare } from "../suite";

/** Nobody reads a key or a secret in anything that this package shows or keeps in clear. */
export function secretRules(subject: Subject, rule: Declare): void {
  for (const [what, program] of Object.entries(subject.programs)) {
    rule("secrets", `${what}: the key of the account is in no state, message, log or error`, async (scene) => {
      const shown = await shownInALife(scene, program);
      const keys = Object.entries(subject.vendor.settings).flatMap(([name, { secret }]) =>
        secret ? [scene.bench.of.settings("")[name]] : [],
      );
      assert.ok(keys.length > 0);
      for (const key of keys) for (const text of shown.texts) assert.ok(!text.includes(String(key)), text);
      for (const state of shown.states) assert.ok(!JSON.stringify(state).includes(String(keys)));
    });
  }

  for (const { program, path, secret } of subject.secrets) {
    const field = String(path[0]);
    rule(
      "secrets",
      `${path.join(".")}: a secret of the program is in no message, log or error, and in the state only at its place`,
      async (scene) => {
        const marked = secretArguments(program, path);
        const shown = await shownInALife(scene, marked, {
          [field]: withSecret(marked, { path, secret: `other ${secret}` })[field],
        });
        for (const text of shown.texts) assert.ok(!text.includes(secret), text);
        assert.ok(shown.states.length > 0);
        for (const state of shown.states) {
          assert.ok(String(get(state, path)).includes(secret));
          const others = withSecret(state, { path, secret: "" });
          assert.ok(!JSON.stringify(others).includes(secret), JSON.stringify(others));
        }
      },
      field,
    );

    rule(
      "secrets",
      `${path.join(".")}: a vendor's refusal that quotes a secret is shown without it`,
      async (scene) => {
        const refused = { status: 400, body: { message: `cannot be ${secret}`, errors: { value: secret } } };
        const marked = secretArguments(program, path);
        scene.world.emulator.faults(
          ["PUT", "POST", "PATCH"].map(
            (method) => ({ match: { method }, when: "before", then: refused, times: 0 }) as const,
          ),
        );
        const run = scene.bench.run();
        const error = await failureOf(new Stack(scene.bench).up(marked, { run }));
        for (const text of [...textsOf(error), ...run.log.lines.map(({ message }) => message)]) {
          assert.ok(!text.includes(secret), text);
        }
      },
      field,
    );
  }
}

/** Everything that is shown and kept while a flow is made, disputed, overwritten, adopted, refused and deleted. */
async function shownInALife(
  scene: Scene,
  program: Values,
  change?: Values,
): Promise<{ texts: string[]; states: Values[] }> {
  const { subject, world, bench } = scene;
  const texts: string[] = [];
  const states: Values[] = [];
  const runs: Run[] = [];
  const run = (options: RunOptions = {}) => {
    const next = bench.run(options);
    runs.push(next);
    return next;
  };
  const attempt = async (step: Promise<unknown>) => {
    texts.push(...(await step.then(() => [], textsOf)));
  };
  const declared = fieldsOf(subject).filter(
    ({ name, rules }) => name in program && !rules.replaces && !rules.writeOnly,
  );
  const [field] = change
    ? declared.filter(({ name }) => name in change)
    : [...declared.filter(({ name }) => name !== keyFieldOf(subject)), ...declared];
  assert.ok(field);
  const changed = { ...program, ...(change ?? { [field.name]: field.to }) };

  const stack = new Stack(bench);
  await stack.up(program, { run: run() });
  states.push(stack.resource.state);
  await attempt(new Stack(bench).up(changed, { run: run() }));
  world.edit(scene.only.identity, field.name, field.theirs);
  await attempt(stack.up(changed, { run: run() }));
  await stack.up(changed, { run: run({ overrides: { overwrites: true } }) });
  states.push(stack.resource.state);
  await stack.refresh({ run: run() });
  states.push(stack.resource.state);
  const adopter = new Stack(bench);
  await adopter.up(program, { run: run({ overrides: { adopts: () => true } }) });
  states.push(adopter.resource.state);
  for (const then of [{ status: 500 }, { status: 401 }, { status: 403 }, { html: true }, { reset: true }] as const) {
    world.emulator.faults([{ match: {}, when: "before", then, times: 0 }]);
    await attempt(adopter.refresh({ run: run() }));
    await attempt(adopter.up(changed, { run: run() }));
    await attempt(new Stack(bench).up(changed, { run: run() }));
    await attempt(adopter.destroy({ run: run() }));
  }
  world.emulator.faults([]);
  await adopter.destroy({ run: run() });
  texts.push(...runs.flatMap(({ log }) => log.lines.map(({ message }) => message)));
  return { texts, states };
}

/** Everything that a failure shows, its causes included. The state of a partial failure is kept, not shown. */
function textsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return error === undefined ? [] : [inspect(error, { depth: null })];
  const { state: _state, cause, ...others } = Object.assign({ state: undefined }, error, { cause: error.cause });
  return [error.message, error.stack ?? "", inspect(others, { depth: null }), ...textsOf(cause)];
}

function withSecret(values: Values, { path, secret }: Pick<SecretCase, "path" | "secret">): Values {
  return set(structuredClone(values), path, secret);
}
