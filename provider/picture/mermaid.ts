import { type Box, freeId, type Shape } from "../lifecycle/drawing";
import type { Picture } from "./picture";
import { inReadingOrder } from "./reading-order";
import { plainLine, plainLines, shortened } from "./text";

/** So many characters of a title, of each line of a detail and of a label are shown, and so many of those lines. */
const LONGEST = { title: 80, detail: 120, label: 60, lines: 3 } as const;

/** What stands around the text of a box. */
const BRACKETS: Readonly<Record<Shape, readonly [string, string]>> = {
  start: ["([", "])"],
  choice: ["{{", "}}"],
  step: ["[", "]"],
  missing: ["[", "]"],
};

/** A picture as the text of a Mermaid diagram, without what it is called. */
export function mermaidOf({ drawing }: Picture): string {
  const { direction, boxes, arrows } = inReadingOrder(drawing);
  const names = namesOf(boxes);
  const missing = boxes.filter(({ shape }) => shape === "missing").map(({ id }) => names.get(id));
  const lines = [
    ...boxes.map((each) => {
      const [open, close] = BRACKETS[each.shape];
      return `${names.get(each.id)}${open}"${textOf(each)}"${close}`;
    }),
    ...arrows.map(({ from, to, label }) => {
      const said = escaped(shortened(plainLine(label), LONGEST.label));
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

function textOf({ kind, title, detail }: Box): string {
  const parts = [
    `<b>${escaped(shortened(plainLine(title), LONGEST.title)) || "#160;"}</b>`,
    kind === title ? "" : escaped(shortened(plainLine(kind), LONGEST.title)),
    ...plainLines(detail)
      .slice(0, LONGEST.lines)
      .map((line) => escaped(shortened(line, LONGEST.detail))),
  ];
  return parts.filter((part) => part !== "").join("<br/>");
}

/** Names that mean nothing to Mermaid, made of the ids, so that a change of one box changes no other. */
function namesOf(boxes: readonly Box[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    boxes.map(({ id }) => {
      const name = `n_${shortened(plainLine(id), 40).replace(/[^A-Za-z0-9]+/g, "_")}`;
      const own = freeId(name, (each) => taken.has(each), "_");
      taken.add(own);
      return [id, own];
    }),
  );
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
