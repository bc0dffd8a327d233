/** So much of a text is looked at, in characters: no picture shows more. */
const MOST = 300;

/** Marks of direction and others that show nothing; what joins characters stays. */
const INVISIBLE = /(?![\u200c\u200d])\p{Cf}/gu;
/** What XML cannot hold, beside halves of characters. */
const UNSAYABLE = /[\p{Cs}\ufffe\uffff]/gu;

/** What people take for one character. */
const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

const ELLIPSIS = "…";

/** Somebody else's text in lines that can be shown: without controls, halves of characters and needless space. */
export function plainLines(text: string): string[] {
  const begin = text.length > MOST ? beginOf(text) : text;
  const lines = begin
    .split(/\r\n|[\n\r\u2028\u2029\v\f\u0085]/)
    .map((line) =>
      line
        .replace(INVISIBLE, "")
        .replace(UNSAYABLE, "\ufffd")
        .replace(/[\p{Cc}\s]+/gu, " ")
        .trim(),
    )
    .filter((line) => line !== "");
  return begin.length < text.length ? [...lines.slice(0, -1), `${lines.at(-1) ?? ""}${ELLIPSIS}`] : lines;
}

/** The beginning of a long text, without the character within which it would end. */
function beginOf(text: string): string {
  const around = text.slice(0, MOST + LONGEST_CHARACTER);
  return text.slice(0, characters.segment(around).containing(MOST)?.index);
}

/** A person with a hat beside another one is one character of so many parts. */
const LONGEST_CHARACTER = 50;

/** The same on one line. */
export function plainLine(text: string): string {
  return plainLines(text).join(" ");
}

/** A text of at most so many characters, with an ellipsis where it was longer. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  // No more of a long text is taken apart than is needed.
  const begin = text.slice(0, (most + 1) * LONGEST_CHARACTER);
  const first: string[] = [];
  for (const { segment } of characters.segment(begin)) {
    if (first.push(segment) > most) break;
  }
  if (first.length <= most && begin === text) return text;
  return `${first
    .slice(0, most - 1)
    .join("")
    .trimEnd()}${ELLIPSIS}`;
}

/** Widths as wide fonts have them, in parts of the font's size: a box may be too wide, and never too narrow. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/^[ijl.,:;'|!]$/, 0.32],
  [/^[ Iftr()[\]{}/\\`"*-]$/, 0.42],
  [/^[mwMW@%&]$/, 0.98],
  [/^[A-Z_#+<>=~]$/, 0.76],
  [/^[ -~]$/, 0.63],
  [/^[\p{L}\p{N}]\p{M}*$/u, 0.72],
];
/** Characters of eastern scripts, and signs such as emoji. */
const FULL = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\u3000-\u303f\uff00-\uff60]/u;
/** What never begins a line. */
const CLOSING = /[、。，．：；！？）」』】〉》]/;

function widthOf(character: string): number {
  if (FULL.test(character)) return 1.05;
  return WIDTHS.find(([fits]) => fits.test(character))?.[1] ?? 1.3;
}

/** About how wide a line is. */
export function lineWidth(line: string, size: number): number {
  let width = 0;
  for (const { segment } of characters.segment(line)) width += widthOf(segment) * size;
  return width;
}

/**
 * Lines that are broken where they become too wide: between words where that is possible.
 *
 * @param width how wide a line may be
 * @param size the size of the font
 * @param most how many lines there may be; the last one ends with an ellipsis where there were more
 */
export function wrapped(lines: readonly string[], width: number, size: number, most: number): string[] {
  const broken: string[] = [];
  for (const line of lines) {
    if (broken.length > most) break;
    broken.push(...brokenLine(line, width, size, most + 1));
  }
  if (broken.length <= most) return broken;
  let last = `${broken[most - 1]}${ELLIPSIS}`;
  while (lineWidth(last, size) > width) {
    const all = [...characters.segment(last.slice(0, -1))].map(({ segment }) => segment);
    if (all.length <= 1) break;
    last = `${all.slice(0, -1).join("").trimEnd()}${ELLIPSIS}`;
  }
  return [...broken.slice(0, most - 1), last];
}

/** A line in pieces, no more of them than are wanted. */
function brokenLine(line: string, width: number, size: number, most: number): string[] {
  const pieces: string[] = [];
  let piece: string[] = [];
  let used = 0;
  /** How much of the piece stands before the last place at which it may be broken. */
  let breakable = 0;
  for (const { segment } of characters.segment(line)) {
    const own = widthOf(segment) * size;
    if (used + own > width && piece.length > 0 && segment !== " ") {
      const at = breakable > 0 ? breakable : piece.length;
      pieces.push(piece.slice(0, at).join("").trimEnd());
      if (pieces.length === most) return pieces;
      piece = piece.slice(at);
      used = lineWidth(piece.join(""), size);
      breakable = 0;
    }
    if (FULL.test(segment) && !CLOSING.test(segment) && piece.length > 0) breakable = piece.length;
    piece.push(segment);
    used += own;
    if (/[\s_/.:,-]/.test(segment)) breakable = piece.length;
  }
  const rest = piece.join("").trimEnd();
  return rest === "" ? pieces : [...pieces, rest];
}
