import assert from "node:assert/strict";
import fc from "fast-check";
import { box, type Drawing } from "../../provider/lifecycle/drawing";
import { laidOut } from "../../provider/picture/layout";
import { inReadingOrder } from "../../provider/picture/reading-order";
import { svgOf } from "../../provider/picture/svg";
import { anyDrawing } from "./drawings";
import { anyText } from "./nasty-texts";
import { type Element, readXml } from "./xml";

function all(element: Element): Element[] {
  return [element, ...element.children.flatMap(all)];
}

const chain = (...ids: string[]): Drawing => ({
  direction: "down",
  boxes: ids.map((id) => box(id, "step")),
  arrows: ids.slice(1).map((to, index) => ({ from: String(ids[index]), to, label: "" })),
});

describe("SVG", () => {
  it("SVG: whatever a flow says, it is well-formed, has every box and arrow, and holds nothing that acts or is elsewhere", () => {
    fc.assert(
      fc.property(anyDrawing, anyText, (drawing, title) => {
        const svg = svgOf({ title, drawing });
        const found = all(readXml(svg));
        const named = (name: string) => found.filter(({ attributes }) => attributes.class?.split(" ")[0] === name);
        assert.deepEqual(
          [...new Set(found.map(({ name }) => name))].filter(
            (name) => !["svg", "title", "desc", "style", "rect", "polygon", "path", "text"].includes(name),
          ),
          [],
        );
        assert.equal(named("box").length, drawing.boxes.length);
        assert.equal(named("arrow").length, drawing.arrows.length);
        for (const { attributes } of found)
          for (const [key, value] of Object.entries(attributes)) {
            assert.doesNotMatch(key, /^on|href/);
            if (key !== "class" && key !== "role" && key !== "xmlns") assert.match(value, /^[\d .,MLQ-]+$/, key);
          }
        assert.doesNotMatch(
          svg.replace('xmlns="http://www.w3.org/2000/svg"', "").replace(/>[^<]*</g, "><"),
          /url\(|@import|http/,
        );
      }),
      { numRuns: 200 },
    );
  });

  it("SVG: tells what it shows in words", () => {
    const svg = readXml(
      svgOf({
        title: 'Kapso workflow "a & b"',
        drawing: { ...chain("ask", "tell"), arrows: [{ from: "ask", to: "tell", label: "yes" }] },
      }),
    );
    assert.equal(svg.attributes.role, "img");
    assert.deepEqual(
      svg.children.slice(0, 2).map(({ name, text }) => [name, text]),
      [
        ["title", 'Kapso workflow "a & b"'],
        ["desc", "ask (step). tell (step). ask leads to tell on yes."],
      ],
    );
  });

  it("SVG: every kind of box has a shape of its own, not only a colour", () => {
    const shapes = (["start", "choice", "step", "missing"] as const).map((shape) => {
      const drawing: Drawing = { direction: "down", boxes: [box("it", "kind", { shape })], arrows: [] };
      const svg = svgOf({ title: "it", drawing });
      const drawn = all(readXml(svg)).find(({ attributes }) => attributes.class?.startsWith("box"));
      return `${drawn?.name} ${drawn?.attributes.rx} ${new RegExp(`\\.${shape}\\{[^}]*dasharray`).test(svg)}`;
    });
    assert.equal(new Set(shapes).size, 4, shapes.join());
  });

  it("SVG: follows the reader's choice of light and dark", () => {
    assert.match(svgOf({ title: "it", drawing: chain("a") }), /@media \(prefers-color-scheme:dark\)/);
  });

  it("SVG: a drawing of nothing says so", () => {
    assert.match(svgOf({ title: "it", drawing: chain() }), /<text [^>]*>nothing to draw<\/text>/);
  });
});

describe("layout", () => {
  it("layout: the same drawing is laid out the same way, whatever was laid out before", () => {
    fc.assert(
      fc.property(anyDrawing, anyDrawing, (drawing, other) => {
        const once = laidOut(drawing);
        laidOut(other);
        assert.deepEqual(laidOut(drawing), once);
      }),
      { numRuns: 100 },
    );
  });

  it("layout: no box covers another one, and everything is within the picture", () => {
    fc.assert(
      fc.property(anyDrawing, (drawing) => {
        const { width, height, boxes, arrows } = laidOut(drawing);
        const labels = arrows.flatMap(({ label }) => label ?? []);
        for (const each of [...boxes, ...labels]) {
          assert.ok(each.x >= 0 && each.x + each.width <= width + 0.5, "within the width");
          assert.ok(each.y >= 0 && each.y + each.height <= height + 0.5, "within the height");
        }
        for (const { x, y } of arrows.flatMap(({ points }) => points))
          assert.ok(x >= 0 && x <= width + 0.5 && y >= 0 && y <= height + 0.5, `${x},${y} in ${width},${height}`);
        for (const a of boxes)
          for (const b of boxes)
            assert.ok(
              a === b || a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
              `${a.box.id} covers ${b.box.id}`,
            );
      }),
      { numRuns: 200 },
    );
  });

  it("layout: steps go down, parts go to the right, and what leaves a box keeps its order", () => {
    const [first, second] = laidOut(chain("a", "b")).boxes;
    assert.ok(first && second && first.y + first.height < second.y);
    for (const direction of ["down", "right"] as const) {
      const names = ["one", "two", "three", "four"];
      const { boxes } = laidOut({
        direction,
        boxes: ["it", ...names].map((id) => box(id, "step")),
        arrows: names.map((to) => ({ from: "it", to, label: "" })),
      });
      const along = boxes.slice(1).map(({ x, y }) => (direction === "right" ? y : x));
      assert.deepEqual(
        along,
        along.toSorted((a, b) => a - b),
        direction,
      );
    }
  });

  /** Steps that each ask a person, whose other answers lead to the first one and to one at the end. */
  const questions = (count: number): Drawing => {
    const { boxes, arrows } = chain(...Array.from({ length: count }, (_, index) => `ask ${index}`));
    const leading = (to: string, label: string) => boxes.map(({ id }) => ({ from: id, to, label }));
    return {
      direction: "down",
      boxes: [...boxes, box("person", "handoff", { title: "Hand over" })],
      arrows: [...arrows, ...leading("person", "human"), ...leading("ask 0", "menu")],
    };
  };
  /** How many rows all arrows pass: the library makes a point for each, and takes its time for it. */
  const rowsPassed = (drawing: Drawing) =>
    laidOut(inReadingOrder(drawing)).arrows.reduce((sum, { points }) => sum + points.length, 0);

  it("layout: of many long arrows that lead to one box only the first is drawn to its end, and the others name it", () => {
    const drawing = questions(40);
    const { boxes, arrows } = laidOut(inReadingOrder(drawing));
    assert.equal(arrows.length, drawing.arrows.length);
    const named = (name: string) => arrows.filter(({ stub }) => stub?.lines.join(" ") === name);
    // From the last five rows, and first from afar; the first step asks itself, too.
    assert.equal(named("→ Hand over").length, 40 - 5 - 1);
    assert.equal(named("→ ask 0").length, 40 - 6 - 1);
    for (const { arrow, stub, points } of arrows) {
      if (!stub) continue;
      const [end, from] = [points.at(-1), boxes.find(({ box: { id } }) => id === arrow.from)];
      assert.ok(end && from && end.y === stub.y && stub.x <= end.x && end.x <= stub.x + stub.width, "ends at its stub");
      assert.ok(stub.y - from.y - from.height < 120, "and that is near");
      for (const { x, y, width, height } of [...boxes, ...arrows.flatMap((each) => each.stub ?? [])])
        assert.ok(
          (x === stub.x && y === stub.y) ||
            x >= stub.x + stub.width ||
            stub.x >= x + width ||
            y >= stub.y + stub.height ||
            stub.y >= y + height,
          "covers nothing",
        );
    }
    const { children } = readXml(svgOf({ title: "it", drawing }));
    assert.match(children[1]?.text ?? "", /ask 20 leads to Hand over on human\. ask 20 leads to ask 0 on menu\./);
    assert.equal(children.filter(({ text }) => text === "→ Hand over").length, 40 - 5 - 1);
  });

  it("layout: long arrows are drawn to their ends as long as few lead to one box", () => {
    for (const { stub } of laidOut(inReadingOrder(questions(12))).arrows) assert.equal(stub, undefined);
  });

  it("layout: twice as many steps pass about twice as many rows, whichever ways lead back and ahead", () => {
    const few = rowsPassed(questions(60));
    const many = rowsPassed(questions(120));
    assert.ok(many < 2.2 * few, `${many} and ${few}`);
    const { direction, boxes, arrows } = chain(...Array.from({ length: 300 }, (_, index) => `step ${index}`));
    const back = boxes.slice(150).map(({ id }, index) => ({ from: id, to: `step ${index}`, label: "" }));
    const passed = rowsPassed({ direction, boxes, arrows: [...arrows, ...back] });
    assert.ok(passed < 12_000, String(passed));
  });

  it("layout: a long text ends after three lines with an ellipsis, and no character is cut in two", () => {
    for (const sign of ["x", "word ", "👨‍👩‍👧", "文", "e\u0301"]) {
      const [placed] = laidOut({
        direction: "down",
        boxes: [box("it", "step", { detail: sign.repeat(300) })],
        arrows: [],
      }).boxes;
      assert.equal(placed?.detail.length, 3);
      assert.ok(placed.detail[2]?.endsWith("…"));
      for (const line of placed.detail)
        assert.equal(line.replace("…", "").replaceAll(sign.trim(), "").trim(), "", line);
      assert.ok(placed.width <= 260, String(placed.width));
    }
  });

  it("reading order: begins at the start, follows each way to its end, and keeps what nothing leads to", () => {
    const drawing: Drawing = {
      direction: "down",
      boxes: [
        box("end", "step"),
        box("alone", "step"),
        box("b", "step"),
        box("a", "step"),
        box("go", "start", { shape: "start" }),
      ],
      arrows: [
        { from: "go", to: "a", label: "" },
        { from: "a", to: "b", label: "" },
        { from: "b", to: "a", label: "again" },
        { from: "a", to: "end", label: "" },
      ],
    };
    const { boxes, arrows } = inReadingOrder(drawing);
    assert.deepEqual(
      boxes.map(({ id }) => id),
      ["go", "a", "b", "end", "alone"],
    );
    assert.equal(arrows.length, 4);
  });
});
