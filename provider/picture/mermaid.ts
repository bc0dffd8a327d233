import { type Box, type Drawing, freeId, type Shape } from "../lifecycle/drawing";
import type { Picture } from "./picture";
import { inReadingOrder } from "./reading-order";
import { plainLine, plainLines, shortened } from "./text";

/** So many characters of a title, of each line of a detail and of a label are shown, and so many of those lines. */
interface Lengths {
  readonly title: number;
  readonly detail: number;
  readonly label: number;
  readonly lines: number;
}

/** The first that makes a text short enough is taken. */
const LENGTHS: readonly Lengths[] = [
  { title: 80, label: 60, lines: 3, detail: 120 },
  { title: 80, label: 60, lines: 1, detail: 120 },
  { title: 80, label: 60, lines: 1, detail: 40 },
  { title: 80, label: 60, lines: 0, detail: 0 },
  { title: 40, label: 30, lines: 0, detail: 0 },
  { title: 20, label: 15, lines: 0, detail: 0 },
];

/** What Mermaid draws where nobody allows more: its settings `maxTextSize` and `maxEdges`. */
const ALLOWED = { characters: 50_000, edges: 500 } as const;

/** So much of that is left for what the picture is called. */
const FOR_COMMENT = 1_000;

/** What stands around the text of a box. */
const BRACKETS: Readonly<Record<Shape, readonly [string, string]>> = {
  start: ["([", "])"],
  choice: ["{{", "}}"],
  step: ["[", "]"],
  missing: ["[", "]"],
};

/** A picture as the text of a Mermaid diagram, without what it is called; shortened where Mermaid would refuse it. */
export function mermaidOf({ drawing }: Picture): string {
  return fitted(drawing).text;
}

/** What a user should know of a picture as Mermaid, as sentences without their end. */
export function mermaidDoubts({ drawing }: Picture): string[] {
  const { text, lengths } = fitted(drawing);
  const characters = `Mermaid draws at most ${ALLOWED.characters} characters unless it is told otherwise`;
  return [
    ...(isShort(text)
      ? lengths === LENGTHS[0]
        ? []
        : [`texts are shortened, since ${characters}`]
      : [`${characters}, and this is longer`]),
    ...(drawing.arrows.length > ALLOWED.edges
      ? [
          `Mermaid draws at most ${ALLOWED.edges} arrows unless it is told otherwise, and there are ${drawing.arrows.length}`,
        ]
      : []),
  ];
}

function isShort(text: string): boolean {
  return text.length <= ALLOWED.characters - FOR_COMMENT;
}

/** The text of a drawing, with as much of its texts as there is room for. */
function fitted(drawing: Drawing): { readonly text: string; readonly lengths: Lengths | undefined } {
  const ordered = inReadingOrder(drawing);
  const names = namesOf(ordered.boxes);
  let text = "";
  for (const lengths of LENGTHS) {
    text = textWithin(ordered, names, lengths);
    if (isShort(text)) return { text, lengths };
  }
  return { text, lengths: undefined };
}

function textWithin(
  { direction, boxes, arrows }: Drawing,
  names: ReadonlyMap<string, string>,
  lengths: Lengths,
): string {
  const missing = boxes.filter(({ shape }) => shape === "missing").map(({ id }) => names.get(id));
  const lines = [
    ...boxes.map((each) => {
      const [open, close] = BRACKETS[each.shape];
      return `${names.get(each.id)}${open}"${textOf(each, lengths)}"${close}`;
    }),
    ...arrows.map(({ from, to, label }) => {
      const said = escaped(shortened(plainLine(label), lengths.label));
      return `${names.get(from)} -->${said === "" ? "" : `|"${said}"|`} ${names.get(to)}`;
    }),
    ...(missing.length > 0 ? ["classDef missing stroke-dasharray:5 4", `class ${missing.join(",")} missing`] : []),
  ];
  return [`flowchart ${direction === "right" ? "LR" : "TD"}`, ...lines.map((line) => `  ${line}`), ""].join("\n");
}

/** What a picture is called, as a comment of Mermaid. */
export function mermaidComment({ title }: Picture): string {
  // Directives stand between %%{ and }%%, also within a comment.
  return `%% ${plainLine(title).replace(/%(?=[%{])/g, "% ")}`;
}

function textOf({ kind, title, detail }: Box, lengths: Lengths): string {
  const parts = [
    `<b>${escaped(shortened(plainLine(title), lengths.title)) || "#160;"}</b>`,
    kind === title ? "" : escaped(shortened(plainLine(kind), lengths.title)),
    ...plainLines(detail)
      .slice(0, lengths.lines)
      .map((line) => escaped(shortened(line, lengths.detail))),
  ];
  return parts.filter((part) => part !== "").join("<br/>");
}

/** Names that mean nothing to Mermaid, made of the ids, so that a change of one box changes no other. */
function namesOf(boxes: readonly Box[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    boxes.map(({ id }) => {
      const own = freeId(nameOf(id), (each) => taken.has(each), "_");
      taken.add(own);
      return [id, own];
    }),
  );
}

/** So many characters of an id can be read in its name. */
const LONGEST_NAME = 40;

/** The id, where it may be a name; else what can be read of it, and a mark of the whole. */
function nameOf(id: string): string {
  if (id.length <= LONGEST_NAME && /^[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*$/.test(id)) return `n_${id}`;
  const words = id.slice(0, LONGEST_NAME).match(/[A-Za-z0-9]+/g) ?? [];
  return ["n", ...words, markOf(id)].join("_");
}

/** FNV-1a, in 32 bits: two ids of one drawing will hardly have the same. */
function markOf(id: string): string {
  let mark = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) mark = Math.imul(mark ^ id.charCodeAt(at), 0x01000193);
  return (mark >>> 0).toString(36);
}

/**
 * What Mermaid looks for also in what was escaped: an end of line, a formula, an icon, and what it puts itself in place of
 * an escaped sign. Parted by something that does not show, it is none.
 */
const LOOKED_FOR = /\\(?=n)|\$(?=\$)|(?<=fa[bklrs]?):(?=fa-)|ﬂ(?=°)|¶(?=ß)/g;
const NOTHING_SHOWN = "\u200b";

/**
 * A text that Mermaid shows as it is. It takes texts for HTML and Markdown, whose signs can begin anywhere and make
 * lists and links of what looks harmless; so only what means nothing in either stands for itself.
 */
function escaped(text: string): string {
  return text
    .replace(LOOKED_FOR, `$&${NOTHING_SHOWN}`)
    .replace(/[^\p{L}\p{M}\p{N} ,?!']/gu, (sign, at: number, all: string) => {
      const [before = "", after = ""] = [all[at - 1], all[at + sign.length]];
      const isWithin = /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after);
      if ((sign === "_" || sign === "-") && isWithin) return sign;
      if (/[.:]/.test(sign) && /\p{L}/u.test(before) && (after === "" || after === " ")) return sign;
      return `#${sign.codePointAt(0)};`;
    });
}
