import assert from "node:assert/strict";
import fc from "fast-check";
import { comparedTexts, type Part } from "../../../provider/cli/review/words";
import { anyText } from "../../picture/nasty-texts";

const without = (parts: readonly Part[], fate: Part["fate"]) =>
  parts.flatMap((each) => (each.fate === fate ? [] : [each.text])).join("");
const shown = (before: string, after: string) =>
  comparedTexts(before, after)
    .map(({ fate, text }) => (fate === "same" ? text : fate === "added" ? `{+${text}+}` : `[-${text}-]`))
    .join("");

describe("words", () => {
  it("words: of what is compared, both texts can be read, whatever they say", () => {
    const words = fc
      .array(fc.constantFrom("a", "b", " ", "\n", "日本", "👩‍🚀", "e\u0301", "{{x}}"))
      .map((each) => each.join(""));
    fc.assert(
      fc.property(fc.oneof(anyText, words), fc.oneof(anyText, words), (before, after) => {
        const parts = comparedTexts(before, after);
        assert.equal(without(parts, "added"), before);
        assert.equal(without(parts, "removed"), after);
        assert.ok(parts.every(({ text }) => text !== ""));
      }),
      { numRuns: 500 },
    );
  });

  it("words: what differs is told word by word, and words that follow each other are one change", () => {
    assert.equal(
      shown("Answer in two sentences.", "Answer in two sentences, warmly."),
      "Answer in two sentences{+, warmly+}.",
    );
    assert.equal(shown("Say the old thing now", "Say a new thing now"), "Say [-the old-]{+a new+} thing now");
    assert.equal(
      shown("営業担当者におつなぎします", "技術担当者におつなぎします"),
      "[-営業-]{+技術+}担当者におつなぎします",
    );
  });

  it("words: texts without end are compared line by line, and what is quite another text takes its place", () => {
    const lines = (word: string) => Array.from({ length: 20_000 }, (_, index) => `line ${index} ${word}`);
    const before = lines("stays");
    const after = before.with(12_345, "line 12345 is new");
    const parts = comparedTexts(before.join("\n"), after.join("\n"));
    assert.deepEqual(
      parts.map(({ fate }) => fate),
      ["same", "removed", "added", "same"],
    );
    assert.deepEqual([parts[1]?.text, parts[2]?.text], ["stays\n", "is new\n"]);
    const others = comparedTexts(before.join("\n"), lines("goes").join("\n"));
    assert.deepEqual(
      others.map(({ fate }) => fate),
      ["removed", "added"],
    );
  });
});
