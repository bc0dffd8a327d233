import assert from "node:assert/strict";
import fc from "fast-check";
import { box } from "../../provider/lifecycle/drawing";
import { mermaidComment, mermaidOf } from "../../provider/picture/mermaid";
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

  it("Mermaid: signs that would mean something are escaped, and what people read stays readable", () => {
    const boxes = [box("a b", "send_text", { title: 'Say "hi" #1', detail: "1. a <b>\n`c` e.g. this_one" })];
    assert.equal(
      mermaidOf({ title: "it", drawing: { direction: "down", boxes, arrows: [] } }),
      'flowchart TD\n  n_a_b["<b>Say #34;hi#34; #35;1</b><br/>send_text<br/>1#46; a #60;b#62;<br/>#96;c#96; e#46;g. this_one"]\n',
    );
  });

  it("Mermaid: a box keeps its name when others come and go", () => {
    const named = (...ids: string[]) =>
      read(
        mermaidOf({ title: "it", drawing: { direction: "down", boxes: ids.map((id) => box(id, "step")), arrows: [] } }),
      ).boxes;
    assert.deepEqual(named("b", "c"), ["n_b", "n_c"]);
    assert.deepEqual(named("a", "b", "c"), ["n_a", "n_b", "n_c"]);
  });
});
