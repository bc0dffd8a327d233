import assert from "node:assert/strict";
import fc from "fast-check";
import { type Box, box, type Drawing } from "../../provider/lifecycle/drawing";
import { type Comparison, compareDrawings } from "../../provider/picture/comparison";
import { folded } from "../../provider/picture/fold";
import { sidesOf } from "../../provider/picture/sides";
import { anyDrawing } from "./drawings";
import { type Element, readXml } from "./xml";

const all = (element: Element): Element[] => [element, ...element.children.flatMap(all)];
const linkOf = (side: string, number: number) => ({ own: `${side}-${number}`, target: String(number) });

/** Steps one after the other, with what each is made of. */
function chain(contents: Readonly<Record<string, unknown>>): Drawing {
  const ids = Object.keys(contents);
  return {
    direction: "down",
    boxes: ids.map((id) => box(id, "step", { content: contents[id] })),
    arrows: ids.slice(1).map((to, index) => ({ from: String(ids[index]), to, label: "" })),
  };
}

const fatesOf = ({ boxes, arrows }: Comparison) => ({
  boxes: Object.fromEntries(boxes.map(({ id, fate }) => [id, fate])),
  arrows: Object.fromEntries(arrows.map(({ arrow, fate }) => [`${arrow.from} ${arrow.to}`, fate])),
});

describe("comparison of drawings", () => {
  it("comparison: boxes are told apart by what they are made of, arrows by their ends", () => {
    assert.deepEqual(fatesOf(compareDrawings(chain({ a: 1, b: 1, c: 1 }), chain({ a: 1, c: 2, d: 1 }))), {
      boxes: { a: "same", b: "removed", c: "changed", d: "added" },
      arrows: { "a b": "removed", "a c": "added", "b c": "removed", "c d": "added" },
    });
  });

  it("comparison: whatever is drawn, a drawing and itself are the same, and none and it are all new", () => {
    fc.assert(
      fc.property(anyDrawing, (drawing) => {
        const fates = (comparison: Comparison) =>
          new Set([...comparison.boxes, ...comparison.arrows].map(({ fate }) => fate));
        const expected = drawing.boxes.length > 0;
        assert.deepEqual([...fates(compareDrawings(drawing, drawing))], expected ? ["same"] : []);
        assert.deepEqual([...fates(compareDrawings(undefined, drawing))], expected ? ["added"] : []);
        assert.deepEqual([...fates(compareDrawings(drawing, undefined))], expected ? ["removed"] : []);
      }),
    );
  });

  it("comparison: whatever is drawn, each side shows its own boxes and arrows, those of both in the same place", () => {
    fc.assert(
      fc.property(anyDrawing, anyDrawing, (before, after) => {
        const comparison = compareDrawings(before, after);
        const sides = sidesOf(comparison, "it", linkOf);
        for (const [side, drawing] of [
          [sides.before, before],
          [sides.after, after],
        ] as const) {
          assert.equal(side === undefined, drawing.boxes.length === 0);
          if (side === undefined) continue;
          const found = all(readXml(side));
          const named = (name: string) => found.filter(({ attributes }) => attributes.class?.split(" ")[0] === name);
          assert.equal(named("box").length, drawing.boxes.length);
          assert.equal(named("arrow").length, drawing.arrows.length);
        }
        const sizes = [sides.before, sides.after].flatMap((side) => (side ? [readXml(side).attributes.viewBox] : []));
        assert.ok(new Set(sizes).size <= 1);
      }),
      { numRuns: 100 },
    );
  });

  it("comparison: where an arrow is too long to be drawn, each side names its target as it is called there", () => {
    const calling = (title: string): Drawing => {
      const { direction, boxes, arrows } = chain(
        Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`s${index}`, 1])),
      );
      const leading = boxes.map(({ id }) => ({ from: id, to: "person", label: "" }));
      return {
        direction,
        boxes: [...boxes, box("person", "handoff", { title, content: title })],
        arrows: [...arrows, ...leading],
      };
    };
    const sides = sidesOf(compareDrawings(calling("Ask"), calling("Hand over")), "it", linkOf);
    const named = (side = "") => new Set([...side.matchAll(/class="label"[^>]*>(→ [^<]*)</g)].map(([, name]) => name));
    assert.deepEqual([named(sides.before), named(sides.after)], [new Set(["→ Ask"]), new Set(["→ Hand over"])]);
  });

  it("comparison: what changes has a sign and a link, what stays has neither", () => {
    const { before = "", after = "" } = sidesOf(
      compareDrawings(chain({ a: 1, b: 1, c: 1 }), chain({ a: 2, b: 1, d: 1 })),
      "it",
      linkOf,
    );
    const links = (side: string) =>
      [...side.matchAll(/<a id="([^"]*)" href="([^"]*)"(?: tabindex="-1")? aria-label="([^"]*)"/g)].map((match) =>
        match.slice(1),
      );
    const signs = (side: string) => [...side.matchAll(/class="sign"[^>]*>([^<]*)</g)].map(([, sign]) => sign);
    assert.deepEqual(links(before), [
      ["before-0", "#0", "changed: a"],
      ["before-3", "#3", "removed: c"],
    ]);
    assert.deepEqual(links(after), [
      ["after-0", "#0", "changed: a"],
      ["after-2", "#2", "added: d"],
    ]);
    assert.deepEqual(
      [signs(before), signs(after)],
      [
        ["~", "\u2212"],
        ["~", "+"],
      ],
    );
  });
});

describe("folded comparison", () => {
  const long = (count: number, more: Readonly<Record<string, unknown>> = {}) =>
    chain({ ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, 1])), ...more });
  const titles = (comparison: Comparison | undefined) =>
    comparison?.boxes.map(({ after, before }: { after?: Box; before?: Box }) => (after ?? before)?.title);

  it("fold: of a long flow what is near a change is shown, and the rest counted", () => {
    const found = folded(compareDrawings(long(100), long(100, { s50: 2 })));
    assert.deepEqual(titles(found), ["49 steps", "s49", "s50", "s51", "48 steps"]);
    assert.deepEqual(
      found?.arrows.map(({ fate }) => fate),
      ["same", "same", "same", "same"],
    );
  });

  it("fold: both ends of an arrow that changes are near", () => {
    const before = long(100);
    const after = { ...before, arrows: [...before.arrows, { from: "s10", to: "s90", label: "skip" }] };
    assert.deepEqual(titles(folded(compareDrawings(before, after))), [
      "9 steps",
      "s9",
      "s10",
      "s11",
      "77 steps",
      "s89",
      "s90",
      "s91",
      "8 steps",
    ]);
  });

  it("fold: small flows, changes all over, and no change at all are left as they are", () => {
    assert.equal(folded(compareDrawings(long(20), long(20, { s5: 2 }))), undefined);
    assert.equal(folded(compareDrawings(undefined, long(100))), undefined);
    assert.equal(folded(compareDrawings(long(100), long(100))), undefined);
  });

  it("fold: whatever is drawn, no change is folded away, and every box is shown or counted", () => {
    const large = fc.tuple(anyDrawing, anyDrawing).map(([a, b]) => {
      const rest = long(60);
      const joined = (drawing: Drawing): Drawing => ({
        direction: "down",
        boxes: [...rest.boxes, ...drawing.boxes.filter(({ id }) => !/^s\d+$/.test(id))],
        arrows: [
          ...rest.arrows,
          ...drawing.arrows.filter(({ from, to }) => !/^s\d+$/.test(from) && !/^s\d+$/.test(to)),
        ],
      });
      return compareDrawings(joined(a), joined(b));
    });
    fc.assert(
      fc.property(large, (comparison) => {
        const found = folded(comparison) ?? comparison;
        const changes = ({ boxes, arrows }: Comparison) =>
          [...boxes, ...arrows].filter(({ fate }) => fate !== "same").length;
        assert.equal(changes(found), changes(comparison));
        const counted = found.boxes.reduce(
          (sum, { number, after }) => sum + (number >= 0 ? 1 : Number.parseInt(after?.title ?? "", 10)),
          0,
        );
        assert.equal(counted, comparison.boxes.length);
      }),
      { numRuns: 100 },
    );
  });
});
