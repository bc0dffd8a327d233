import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { isObject, UNKNOWN, type Values } from "../../../provider/lifecycle/values";
import { arrowsOf, boxesOf, demandPlaces, drawn } from "../../harness/drawn";
import { prompt, steps } from "./world";

const DATA = join(__dirname, "../../../../shared/data/runtype");

const flow = (...written: unknown[]) => drawn("runtype:Flow", { name: "it", steps: written });
const say = (name: string, more: Values = {}) => ({ type: "prompt", name, ...more });
const conditional = (name: string, trueSteps: unknown, falseSteps: unknown) => ({
  type: "conditional",
  name,
  config: { condition: "x > 1", trueSteps, falseSteps },
});

describe("drawings of Runtype", () => {
  it("Runtype drawings: steps follow each other in the order in which they run", () => {
    const drawing = flow(say("z"), say("a", { id: "s1" }), say("m"));
    assert.deepEqual(boxesOf(drawing), ["z [prompt]", 's1 [prompt] "a"', "m [prompt]"]);
    assert.deepEqual(arrowsOf(drawing), ["z -> s1", "s1 -> m"]);
  });

  it("Runtype drawings: a box says when its step runs, whether it is switched off, and what it says", () => {
    assert.deepEqual(boxesOf(flow(prompt("Ask", { when: "x > 1", enabled: false }))), [
      "Ask [prompt] switched off\nwhen x > 1\nSay Ask",
    ]);
  });

  it("Runtype drawings: the ends of both branches lead on to the next step", () => {
    const drawing = flow(conditional("if", [say("a"), say("b")], [say("c")]), say("after"));
    assert.deepEqual(boxesOf(drawing), [
      "choice if [conditional] x > 1",
      'if/true/a [prompt] "a"',
      'if/true/b [prompt] "b"',
      'if/false/c [prompt] "c"',
      "after [prompt]",
    ]);
    assert.deepEqual(arrowsOf(drawing), [
      "if -true-> if/true/a",
      "if/true/a -> if/true/b",
      "if -false-> if/false/c",
      "if/true/b -> after",
      "if/false/c -> after",
    ]);
    assert.deepEqual(drawing.boxes[2]?.path, ["steps", "if", "config", "trueSteps", "1"]);
  });

  it("Runtype drawings: an empty branch leads on directly, with its label", () => {
    assert.deepEqual(arrowsOf(flow(conditional("if", [], undefined), say("after"))), [
      "if -true-> after",
      "if -false-> after",
    ]);
  });

  it("Runtype drawings: what a conditional step is made of leaves out the steps that have boxes of their own", () => {
    const [first] = flow(conditional("if", [say("a")], [])).boxes;
    assert.deepEqual(first?.content, { type: "conditional", config: { condition: "x > 1" } });
  });

  it("Runtype drawings: branches within branches, ten deep, and steps of the same name each have a box", () => {
    const nested = (depth: number): Values =>
      conditional("if", depth === 0 ? [say("a"), say("a")] : [nested(depth - 1), say("a")], [say("a")]);
    const { boxes, arrows } = flow(nested(9), say("if/true/a"));
    assert.equal(boxes.length, 10 + 11 + 10 + 1);
    assert.equal(arrows.filter(({ to }) => to === boxes.at(-1)?.id).length, 2);
    assert.equal(boxes.at(-1)?.id, "if/true/a #2");
  });

  it("Runtype drawings: what a preview cannot know yet is shown as unknown, and leads on", () => {
    assert.deepEqual(boxesOf(drawn("runtype:Flow", { name: "it", steps: UNKNOWN })), ["missing [unknown] [steps]"]);
    const drawing = flow(conditional("if", UNKNOWN, []), { type: UNKNOWN, name: UNKNOWN }, UNKNOWN);
    assert.deepEqual(boxesOf(drawing), [
      "choice if [conditional] x > 1",
      'missing if/true/[unknown] [steps] "[unknown]"',
      "[unknown] [[unknown]]",
      'missing [unknown] #2 [steps] "[unknown]"',
    ]);
    assert.equal(arrowsOf(drawing).length, 4);
  });

  it("Runtype drawings: any steps are drawn whole, and all but the first are reached", () => {
    const countOf = (list: readonly Values[]): number =>
      list
        .map(({ config }) => (isObject(config) ? config : {}))
        .map(
          ({ trueSteps = [], falseSteps = [] }) =>
            1 + [trueSteps, falseSteps].reduce<number>((sum, each) => sum + (Array.isArray(each) ? each.length : 0), 0),
        )
        .reduce((a, b) => a + b, 0);
    fc.assert(
      fc.property(steps, (written) => {
        const drawing = flow(...written);
        demandPlaces(drawing, "runtype:Flow", { name: "it", steps: written });
        const { boxes, arrows } = drawing;
        assert.equal(boxes.length, countOf(written));
        for (const { id } of boxes.slice(1))
          assert.ok(
            arrows.some(({ to }) => to === id),
            id,
          );
      }),
      { numRuns: 200 },
    );
  });

  it("Runtype drawings: whatever stands in the place of steps, drawing it does not fail", () => {
    const part = fc.oneof(fc.jsonValue(), fc.constant(UNKNOWN), fc.constant("[secret]"));
    const list = fc.oneof(fc.array(part, { maxLength: 3 }), part);
    const step = fc.record(
      {
        id: part,
        name: part,
        type: fc.oneof(fc.constant("conditional"), part),
        after: part,
        when: part,
        config: fc.oneof(
          fc.record({ trueSteps: list, falseSteps: list }, { requiredKeys: [], noNullPrototype: true }),
          part,
        ),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    const written = fc.oneof(
      fc.array(fc.oneof(step, part), { maxLength: 4 }),
      fc.dictionary(fc.string(), fc.oneof(step, part), { maxKeys: 4, noNullPrototype: true }),
      part,
    );
    fc.assert(
      fc.property(written, (each) => {
        drawn("runtype:Flow", { name: "it", steps: each });
      }),
      { numRuns: 300 },
    );
  });

  it("Runtype drawings: a publication shows the flow and its published version", () => {
    const of = (args: Values) => boxesOf(drawn("runtype:FlowPublication", { flow: "flow_1", ...args }))[1];
    assert.equal(of({ version: "fv_7" }), 'version [published version] "fv_7"');
    assert.match(String(of({})), /what the flow holds/);
  });

  if (!existsSync(DATA))
    console.log(`\n!!! NOT TESTED: drawings of the flows that Runtype publishes, which are not at ${DATA}\n`);
  else
    it("Runtype drawings: those that Runtype publishes are drawn whole", () => {
      for (const file of readdirSync(DATA)) {
        const args = JSON.parse(readFileSync(join(DATA, file), "utf8"));
        const { boxes, arrows } = drawn("runtype:Flow", args);
        assert.deepEqual([boxes.length, arrows.length], [args.steps.length, args.steps.length - 1], file);
        for (const { detail } of boxes) assert.notEqual(detail, "", file);
      }
    });
});
