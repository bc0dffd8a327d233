import assert from "node:assert/strict";
import { UNKNOWN, type Values } from "../../../provider/lifecycle/values";
import { fieldsOf, namedBy, programsOf } from "../scene";
import type { Subject } from "../subject";
import type { Declare } from "../suite";

/** What a preview does: nothing of it may ask the vendor. */
export function offlineRules(subject: Subject, rule: Declare): void {
  const fields = fieldsOf(subject);
  const programs = [
    ...programsOf(subject),
    ...fields.map(({ name, changed }) => [`another ${name}`, changed] as const),
  ];

  for (const [name, program] of programs) {
    rule("check is idempotent", `what check makes of ${name} passes, and is left as it is`, ({ bench }) => {
      const inputs = bench.inputs(program);
      assert.deepEqual(bench.inputs(inputs), inputs);
    });
  }

  for (const [name, program] of programsOf(subject)) {
    rule(
      "check and diff are pure",
      `${name}: no call, no change of what is given, the same answer twice`,
      async (scene) => {
        const { lifecycle } = scene.bench.run();
        const args = frozen(program);
        const state = frozen((await scene.created(program)).resource.state);
        const checked = lifecycle.check(args);
        assert.deepEqual(lifecycle.check(args), checked);
        for (const other of programs.map(([, each]) => frozen(scene.bench.inputs(each)))) {
          const there = lifecycle.diff(state, other);
          assert.deepEqual(lifecycle.diff(state, other), there);
          // As a refresh calls it.
          assert.deepEqual(lifecycle.diff(other, state), lifecycle.diff(other, state));
        }
        assert.deepEqual(scene.world.emulator.journal(), []);
      },
    );
  }

  for (const [name, program] of programsOf(subject)) {
    for (const [field, value] of Object.entries(program)) {
      rule(
        "unknowns",
        `${name}: an unknown ${field}, or anything unknown in it, fails no check and shows it as changed`,
        async (scene) => {
          const stack = await scene.created(program);
          const { lifecycle } = scene.bench.run();
          for (const path of [[], ...placesIn(value)]) {
            const place = [field, ...path].join(".");
            const { inputs, failures } = lifecycle.check(withUnknown(program, [field, ...path]));
            assert.deepEqual(failures, [], place);
            const { changed } = lifecycle.diff(stack.resource.state, inputs);
            const named = namedBy(subject, [field], scene.bench.inputs(program), inputs);
            assert.deepEqual([...changed].sort(), named, place);
          }
          assert.deepEqual(scene.changes(), []);
        },
        field,
      );
    }
  }
}

/** The way to every value in a program, nested ones too. */
function placesIn(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...placesIn(inner).map((path) => [key, ...path])]);
}

function withUnknown(program: Values, path: readonly string[]): Values {
  const copy = structuredClone(program);
  let at: object = copy;
  for (const step of path.slice(0, -1)) {
    const next: unknown = Reflect.get(at, step);
    assert.ok(typeof next === "object" && next !== null);
    at = next;
  }
  Reflect.set(at, path.at(-1) ?? "", UNKNOWN);
  return copy;
}

function frozen<T>(value: T): T {
  const copy = structuredClone(value);
  freeze(copy);
  return copy;
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
}
