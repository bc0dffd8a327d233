import assert from "node:assert/strict";
import fc from "fast-check";
import { type Box, box, type Drawing } from "../../provider/lifecycle/drawing";
import { markdownOf } from "../../provider/picture/markdown";
import { mermaidComment, mermaidDoubts, mermaidOf } from "../../provider/picture/mermaid";
import { anyDrawing } from "./drawings";
import { anyText } from "./nasty-texts";

/** What texts consist of: signs that mean nothing, escaped ones, and the tags that part their lines. */
const TEXT = String.raw`(?:[\p{L}\p{M}\p{N} ,?!'\u200b]|(?<=[\p{L}\p{N}])[_-](?=[\p{L}\p{N}])|(?<=\p{L})[.:](?= |"|<)|#\d+;|<b>|</b>|<br/>)*`;
const NAME = "n_[A-Za-z0-9_]*";
const BOX = new RegExp(String.raw`^  (${NAME})(?:\(\["${TEXT}"\]\)|\{\{"${TEXT}"\}\}|\["${TEXT}"\])$`, "u");
const ARROW = new RegExp(String.raw`^  (${NAME}) -->(?:\|"${TEXT}"\|)? (${NAME})$`, "u");

/** The names of boxes and the ends of arrows; fails for whatever is not of the form that was tried with Mermaid itself. */
function read(text: string) {
  const [head, ...lines] = text.split("\n");
  assert.match(head ?? "", /^flowchart (TD|LR)$/);
  assert.equal(lines.pop(), "");
  const boxes: string[] = [];
  const arrows: string[][] = [];
  for (const line of lines) {
    const [drawn, way] = [BOX.exec(line), ARROW.exec(line)];
    if (drawn) boxes.push(String(drawn[1]));
    else if (way) arrows.push([String(way[1]), String(way[2])]);
    else assert.match(line, new RegExp(`^  (classDef missing [\\w:, -]+|class ${NAME}(,${NAME})* missing)$`));
  }
  return { boxes, arrows };
}

describe("Mermaid", () => {
  it("Mermaid: whatever a flow says, the text has one box for each box and one arrow for each arrow, and nothing else", () => {
    fc.assert(
      fc.property(anyDrawing, (drawing) => {
        const { boxes, arrows } = read(mermaidOf({ title: "it", drawing }));
        assert.equal(boxes.length, drawing.boxes.length);
        assert.equal(new Set(boxes).size, boxes.length);
        assert.equal(arrows.length, drawing.arrows.length);
        for (const end of arrows.flat()) assert.ok(boxes.includes(end), end);
      }),
      { numRuns: 300 },
    );
  });

  it("Mermaid: what it is called stays a comment, and begins no directive", () => {
    fc.assert(
      fc.property(anyText, (title) => {
        const comment = mermaidComment({ title, drawing: { direction: "down", boxes: [], arrows: [] } });
        assert.match(comment, /^%% .*$/u);
        assert.doesNotMatch(comment.slice(2), /%%|%\{/);
      }),
    );
  });

  it("Mermaid: several pictures are Markdown, in which nothing that a flow says begins or ends a diagram", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyDrawing), { minLength: 1, maxLength: 3 }), (both) => {
        const pictures = both.map(([title, drawing]) => ({ title, drawing }));
        const text = markdownOf(pictures);
        const parts = [...text.matchAll(/^## (.*)\n\n```mermaid\n([\s\S]*?)```\n/gmu)];
        assert.equal(parts.map(([part]) => part).join("\n"), text);
        assert.equal(text.match(/`+/g)?.length, 2 * pictures.length + (text.match(/\\`/g)?.length ?? 0));
        assert.deepEqual(
          parts.map(([, , diagram]) => diagram),
          pictures.map(mermaidOf),
        );
        for (const [, heading = ""] of parts) assert.doesNotMatch(heading.replace(/\\./gu, ""), /[`*_[\]<>&~$#|\\]/);
      }),
    );
  });

  it("Mermaid: signs that would mean something are escaped, and what people read stays readable", () => {
    const boxes = [box("a b", "send_text", { title: 'Say "hi" #1', detail: "1. a <b>\n`c` e.g. this_one" })];
    assert.equal(
      mermaidOf({ title: "it", drawing: { direction: "down", boxes, arrows: [] } }),
      'flowchart TD\n  n_a_b_4m7u2a["<b>Say #34;hi#34; #35;1</b><br/>send_text<br/>1#46; a #60;b#62;<br/>#96;c#96; e#46;g. this_one"]\n',
    );
  });

  /** A flow in which a step leads to so many others. */
  const wide = (count: number, more: Partial<Box>, label = ""): Drawing => ({
    direction: "down",
    boxes: [box("it", "start"), ...Array.from({ length: count }, (_, index) => box(`s${index}`, "step", more))],
    arrows: Array.from({ length: count }, (_, index) => ({ from: "it", to: `s${index}`, label })),
  });

  it("Mermaid: what would be longer than Mermaid draws loses details first and titles last, and says so", () => {
    const title = "X".repeat(80);
    const detail = `${"Y".repeat(120)}\n${"Z".repeat(120)}`;
    const shownOf = (count: number, label = "") => {
      const drawing = wide(count, { title, detail }, label);
      const text = mermaidOf({ title: "it", drawing });
      const { boxes, arrows } = read(text);
      assert.deepEqual([boxes.length, arrows.length], [count + 1, count]);
      assert.ok(text.length < 50_000, String(text.length));
      const longest = (sign: string) =>
        Math.max(0, ...(text.match(new RegExp(`${sign}+`, "g")) ?? []).map((run) => run.length));
      return [longest("X"), longest("Y"), longest("Z"), mermaidDoubts({ title: "it", drawing }).length];
    };
    assert.deepEqual(shownOf(100), [80, 120, 120, 0]);
    assert.deepEqual(shownOf(180), [80, 120, 0, 1]);
    assert.deepEqual(shownOf(250), [80, 39, 0, 1]);
    assert.deepEqual(shownOf(330), [80, 0, 0, 1]);
    assert.deepEqual(shownOf(400), [39, 0, 0, 1]);
    assert.deepEqual(shownOf(480, "l".repeat(60)), [19, 0, 0, 1]);
  });

  it("Mermaid: what it does not draw however short is told: too many characters, too many arrows", () => {
    const doubts = (drawing: Drawing) => mermaidDoubts({ title: "it", drawing }).join();
    assert.equal(doubts(wide(500, {})), "");
    assert.match(doubts(wide(501, {})), /^Mermaid draws at most 500 arrows .* there are 501$/);
    assert.match(doubts(wide(2_000, {})), /at most 50000 characters .*, and this is longer,Mermaid draws at most 500/);
  });

  it("Mermaid: a box keeps its name when others come and go", () => {
    const named = (...ids: string[]) =>
      read(
        mermaidOf({ title: "it", drawing: { direction: "down", boxes: ids.map((id) => box(id, "step")), arrows: [] } }),
      ).boxes;
    assert.deepEqual(named("b", "c"), ["n_b", "n_c"]);
    assert.deepEqual(named("a", "b", "c"), ["n_a", "n_b", "n_c"]);
    const ids = ["質問", "回答", "a b", "a-b", "a/b", `${"x".repeat(50)}1`, `${"x".repeat(50)}2`];
    for (const id of ids) assert.deepEqual(named(...ids).slice(ids.indexOf(id), ids.indexOf(id) + 1), named(id), id);
    assert.equal(new Set(named(...ids)).size, ids.length);
  });
});
