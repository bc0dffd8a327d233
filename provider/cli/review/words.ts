import { diffArrays, diffLines } from "diff";

/** A piece of two texts that are compared. */
export interface Part {
  readonly fate: "same" | "added" | "removed";
  readonly text: string;
}

/** Longer texts are compared line by line, in characters. */
const LONGEST_BY_WORD = 100_000;
/** Texts with more changes than this are told as one text that takes another's place. */
const MOST_CHANGES = 2000;

const words = new Intl.Segmenter("en", { granularity: "word" });

/** Compares two texts word by word, in any script; very long ones line by line. */
export function comparedTexts(before: string, after: string): readonly Part[] {
  const found = before.length + after.length <= LONGEST_BY_WORD ? byWord(before, after) : byLine(before, after);
  return found ?? replaced(before, after);
}

function byWord(before: string, after: string): readonly Part[] | undefined {
  const changes = diffArrays(wordsOf(before), wordsOf(after), { maxEditLength: MOST_CHANGES });
  return changes && joined(changes.map((each) => part({ ...each, value: each.value.join("") })));
}

/** Lines first, and then the words of those that took each other's place. */
function byLine(before: string, after: string): readonly Part[] | undefined {
  const lines = diffLines(before, after, { maxEditLength: MOST_CHANGES })?.map(part);
  const finer = lines?.flatMap((each, index): readonly Part[] => {
    const [last, next] = [lines[index - 1], lines[index + 1]];
    if (each.fate === "removed" && next?.fate === "added")
      return each.text.length + next.text.length <= LONGEST_BY_WORD
        ? (byWord(each.text, next.text) ?? replaced(each.text, next.text))
        : replaced(each.text, next.text);
    return each.fate === "added" && last?.fate === "removed" ? [] : [each];
  });
  return finer && joined(finer);
}

/** The segmenter takes the square of a text's length, and long to begin: it is given pieces of some hundred characters. */
function wordsOf(text: string): string[] {
  const found: string[] = [];
  for (const [piece] of text.matchAll(/.{1,400}(?:\s+|$)|\S{1,400}|\s+/gsu))
    for (const { segment } of words.segment(piece)) found.push(segment);
  return found;
}

function part({ added, removed, value }: { added?: boolean; removed?: boolean; value: string }): Part {
  return { fate: added ? "added" : removed ? "removed" : "same", text: value };
}

function replaced(before: string, after: string): Part[] {
  const parts: Part[] = [
    { fate: "removed", text: before },
    { fate: "added", text: after },
  ];
  return parts.filter(({ text }) => text !== "");
}

/** Words that changed one after the other are one change: the spaces between them tell nothing. */
function joined(parts: readonly Part[]): Part[] {
  const all: Part[] = [];
  let change = { before: "", after: "" };
  const end = () => {
    all.push(...replaced(change.before, change.after));
    change = { before: "", after: "" };
  };
  parts.forEach(({ fate, text }, index) => {
    const isBetween = fate === "same" && /^\s+$/.test(text) && index > 0 && index < parts.length - 1;
    if (fate === "same" && !isBetween) {
      end();
      const last = all.at(-1);
      if (last?.fate === "same") all[all.length - 1] = { fate, text: last.text + text };
      else all.push({ fate, text });
      return;
    }
    if (fate !== "added") change.before += text;
    if (fate !== "removed") change.after += text;
  });
  end();
  return all;
}
