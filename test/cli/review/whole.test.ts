import assert from "node:assert/strict";
import { reviewedFlow } from "../../../provider/cli/review/reviewed-flow";
import { check } from "../../../provider/lifecycle/check";
import { diff } from "../../../provider/lifecycle/diff";
import { encode } from "../../../provider/lifecycle/migrate";
import { type PropertyPath, valueAt } from "../../../provider/lifecycle/paths";
import { DECLARED, declare } from "../../../provider/lifecycle/state";
import { isObject, UNKNOWN, type Values } from "../../../provider/lifecycle/values";
import { flowTypeOf } from "../../../provider/runtime/process";
import { FLOWS } from "../../picture/flows";

const prompt = (name: string, more: Values = {}) => ({
  type: "prompt",
  name,
  config: { model: "m", userPrompt: "p" },
  ...more,
});

/** Flows in every form that a program may write them in. */
const ALL: Readonly<Record<string, readonly [token: string, args: Values]>> = {
  ...FLOWS,
  "kosli with an object": [
    "kosli:Flow",
    {
      name: "web",
      org: "acme",
      template: {
        version: 1,
        trail: {
          attestations: [{ name: "pr", type: "pull_request" }],
          artifacts: [{ name: "image", attestations: [{ name: "test", type: "junit" }] }],
        },
      },
    },
  ],
  "kosli with a text": [
    "kosli:Flow",
    {
      name: "web",
      org: "acme",
      description: "d",
      visibility: "private",
      tags: { a: "1", b: "2" },
      template: "version: 1\ntrail:\n  attestations:\n    - {name: a, type: generic}\n",
    },
  ],
  "kosli with a list": ["kosli:Flow", { name: "web", org: "acme", legacyTemplate: ["a", "b"] }],
  "runtype with a description": [
    "runtype:Flow",
    { name: "answers", description: "d", steps: [prompt("Ask"), prompt("Say")] },
  ],
  "runtype with twins": ["runtype:Flow", { name: "answers", steps: [prompt("Ask", { id: "s1" }), prompt("Ask")] }],
  "kapso with a status": [
    "kapso:Workflow",
    {
      name: "s",
      status: "active",
      definition: {
        nodes: [
          { id: "start", data: { node_type: "start", config: {} } },
          { id: "greet", data: { node_type: "send_text", display_name: "Greet", config: { message: "hi" } } },
        ],
        edges: [{ source: "start", target: "greet" }],
      },
    },
  ],
};

/** What may become of a value; `undefined` takes it away. */
const MUTATIONS: readonly ((value: unknown) => unknown)[] = [
  (value) => (typeof value === "string" ? `${value}x` : typeof value === "number" ? value + 1 : !value),
  () => undefined,
  () => UNKNOWN,
  () => null,
  (value) => (Array.isArray(value) ? value.toReversed() : undefined),
  (value) => (Array.isArray(value) ? [...value, value[0]] : isObject(value) ? { ...value, description: "new" } : ""),
  (value) => (isObject(value) ? Object.fromEntries(Object.entries(value).reverse()) : []),
  // What reads like what was there, and what reads like nothing.
  (value) => (isObject(value) ? { ...value, more: {} } : typeof value === "string" ? Number(value) : String(value)),
];

/** The same with something else at a path. */
function withChange(value: unknown, [step, ...rest]: PropertyPath, change: (old: unknown) => unknown): unknown {
  if (step === undefined) return change(value);
  const inner = withChange(valueAt(value, [step]), rest, change);
  if (Array.isArray(value))
    return value.flatMap((each, index) => (String(index) !== step ? [each] : inner === undefined ? [] : [inner]));
  return isObject(value)
    ? Object.fromEntries(Object.entries({ ...value, [step]: inner }).filter(([, each]) => each !== undefined))
    : value;
}

/** Every place within a value, the outermost first. */
function everyPlace(value: unknown): PropertyPath[] {
  const places: PropertyPath[] = [];
  const within = (each: unknown, at: PropertyPath) => {
    if (at.length > 0) places.push(at);
    if (typeof each === "object" && each !== null)
      for (const [key, member] of Object.entries(each)) within(member, [...at, key]);
  };
  within(value, []);
  return places;
}

describe("review as a whole", function () {
  this.timeout(60_000);

  for (const [name, [token, args]] of Object.entries(ALL))
    it(`review: whatever changes in ${name}, it shows a change where an update would be made, and none where not`, () => {
      const { type } = flowTypeOf(token);
      const base = check(type, args, {}).inputs;
      const state = { ...base, [DECLARED]: encode(declare(type, base, "")) };
      let tried = 0;
      for (const place of everyPlace(args))
        for (const [index, change] of MUTATIONS.entries()) {
          const changed = withChange(args, place, change);
          const { inputs, failures } = check(type, isObject(changed) ? changed : {}, {});
          if (failures.length > 0) continue;
          tried++;
          const what = `${place.join(".")}, mutation ${index}`;
          const { boxes, arrows, fields, remarks } = reviewedFlow(
            {
              operation: "update",
              urn: "urn:pulumi:dev::shop::t::it",
              token,
              state,
              inputs,
              isGone: false,
              isRetained: false,
            },
            new Map(),
          );
          const shown = boxes.length + arrows.length + fields.length;
          const isPlanned = diff(type, state, inputs).changed.length > 0;
          assert.doesNotMatch(remarks.join(), /cannot be shown/, what);
          if (isPlanned) assert.ok(shown + remarks.length > 0, what);
          else assert.deepEqual([shown, remarks.filter((each) => !/^Nothing/.test(each))], [0, []], what);
          const isVague = remarks.some((each) => /^Nothing that can be shown/.test(each));
          assert.ok(!isPlanned || !isVague, `${what}: ${remarks}`);
          for (const each of boxes)
            assert.ok(
              each.fate !== "changed" || each.changes.length > 0,
              `${what}: ${each.title} without what changes`,
            );
        }
      assert.ok(tried > 0);
    });
});
