import assert from "node:assert/strict";
import { check } from "../../provider/lifecycle/check";
import { encode } from "../../provider/lifecycle/migrate";
import { planOf } from "../../provider/lifecycle/plan";
import { DECLARED, declare } from "../../provider/lifecycle/state";
import { UNKNOWN, type Values } from "../../provider/lifecycle/values";
import { flowTypeOf } from "../../provider/runtime/process";

const { type } = flowTypeOf("kosli:Flow");
const inputsOf = (args: Values) => check(type, { name: "web", org: "acme", ...args }, {}).inputs;
const stateOf = (args: Values, found: Values = {}): Values => {
  const inputs = inputsOf(args);
  return { ...inputs, ...found, [DECLARED]: encode(declare(type, inputs, "acme")) };
};
const changes = (state: Values | undefined, inputs: Values | undefined) =>
  planOf(type, { state, inputs }, new Map()).changes.map(({ path, ...values }) => ({
    place: path.join("."),
    ...values,
  }));

describe("plan", () => {
  it("plan: what differs is told by its place, in what the program declares before or now", () => {
    assert.deepEqual(
      changes(stateOf({ description: "one" }, { visibility: "public" }), inputsOf({ description: "two" })),
      [{ place: "description", before: "one", after: "two" }],
    );
  });

  it("plan: what means the same is no change", () => {
    const text = "version: 1\ntrail: {attestations: [{name: a, type: generic}]}";
    const other = "version: 1\ntrail:\n  attestations:\n    - type: generic\n      name: a # the first\n";
    assert.deepEqual(changes(stateOf({ template: text }), inputsOf({ template: other })), []);
  });

  it("plan: a state is compared as it was last seen, and not as it was declared", () => {
    assert.deepEqual(
      changes(
        stateOf({ description: "as declared" }, { description: "by hand" }),
        inputsOf({ description: "as declared" }),
      ),
      [{ place: "description", before: "by hand", after: "as declared" }],
    );
  });

  it("plan: what somebody has archived comes back", () => {
    const { type: kapso } = flowTypeOf("kapso:Workflow");
    const inputs = check(kapso, { name: "bot" }, {}).inputs;
    const state = { ...inputs, status: "archived", [DECLARED]: encode(declare(kapso, inputs, "")) };
    const found = planOf(kapso, { state, inputs }, new Map()).changes;
    assert.deepEqual(
      found.map(({ path, before }) => [...path, before]),
      [["status", "archived"]],
    );
    assert.notEqual(found[0]?.after, undefined);
  });

  it("plan: what is not known yet is a change, with the sign of it", () => {
    assert.deepEqual(changes(stateOf({ description: "one" }), { ...inputsOf({}), description: UNKNOWN }), [
      { place: "description", before: "one", after: UNKNOWN },
    ]);
  });

  it("plan: what was never there is all new, what goes is all gone, and neither has another side to draw", () => {
    const made = planOf(type, { inputs: inputsOf({ description: "one" }) }, new Map());
    assert.deepEqual(
      made.changes.map(({ path, after }) => [path.join("."), after]),
      [
        ["name", "web"],
        ["org", "acme"],
        ["description", "one"],
      ],
    );
    assert.deepEqual([made.before, made.label], [undefined, "acme/web"]);
    const gone = planOf(type, { state: stateOf({ description: "one" }) }, new Map());
    assert.deepEqual(
      gone.changes.map(({ path, before }) => [path.join("."), before]),
      [
        ["name", "web"],
        ["org", "acme"],
        ["description", "one"],
      ],
    );
    assert.deepEqual([gone.after, gone.label], [undefined, "acme/web"]);
  });

  it("plan: a secret shows on neither side", () => {
    const { type: kapso } = flowTypeOf("kapso:Function");
    const args = (value: string) =>
      check(kapso, { name: "it", code: `call("${value}")`, secrets: { KEY: value } }, {}).inputs;
    const [inputs, before] = [args("second-secret"), args("first-secret")];
    const state = { ...before, [DECLARED]: encode(declare(kapso, before, "")) };
    const plan = planOf(kapso, { state, inputs }, new Map());
    assert.doesNotMatch(JSON.stringify(plan), /first-secret|second-secret/);
  });
});
