import type { Arrow, Shape } from "../lifecycle/drawing";
import type { Fate } from "./comparison";
import {
  type Caption,
  captionsOf,
  DETAIL_GAP,
  FONTS,
  type Layout,
  laidOut,
  PADDING,
  type Place,
  type PlacedArrow,
  type PlacedBox,
  type Point,
} from "./layout";
import type { Picture } from "./picture";
import { inReadingOrder } from "./reading-order";
import { plainLine } from "./text";

/** Each rule has its class before it, so that a picture within a page colours nothing but itself. */
export const STYLE = `
.flow{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif}
.flow .ground{fill:#fff}
.flow .box{fill:#f6f8fa;stroke:#848d97;stroke-width:1.2}
.flow .start{fill:#e6f6ea;stroke:#1a7f37;stroke-width:1.6}
.flow .choice{fill:#fff6d6;stroke:#9a6700;stroke-width:1.6}
.flow .missing{fill:#fff;stroke:#cf222e;stroke-width:1.6;stroke-dasharray:5 4}
.flow .arrow{fill:none;stroke:#6e7781;stroke-width:1.4}
.flow .head{fill:#6e7781}
.flow .kind{fill:#59636e;font-size:${FONTS.kind.size}px}
.flow .title{fill:#1f2328;font-size:${FONTS.title.size}px;font-weight:600}
.flow .detail{fill:#424a53;font-size:${FONTS.detail.size}px}
.flow .label{fill:#1f2328;font-size:${FONTS.label.size}px;text-anchor:middle}
@media (prefers-color-scheme:dark){
.flow .ground{fill:#0d1117}
.flow .box{fill:#1b222c;stroke:#6e7681}
.flow .start{fill:#12261e;stroke:#3fb950}
.flow .choice{fill:#2b2413;stroke:#d29922}
.flow .missing{fill:#0d1117;stroke:#f85149}
.flow .arrow{stroke:#8b949e}
.flow .head{fill:#8b949e}
.flow .kind{fill:#9198a1}
.flow .title{fill:#f0f6fc}
.flow .detail{fill:#c9d1d9}
.flow .label{fill:#f0f6fc}
}
`;

/** What a picture of nothing says. */
const NOTHING = "nothing to draw";

/** How far the sides of a choice come to a point, and how round the corners of other boxes and arrows are, in pixels. */
const POINT = 12;
const ROUND = 6;
const BEND = 12;
const HEAD = { length: 9, width: 8 } as const;

/** A picture as an SVG document that needs nothing else: no script, no font, no other file. */
export function svgOf({ title, drawing }: Picture): string {
  const found = placed(laidOut(inReadingOrder(drawing)));
  return lines(
    opening(found, "img"),
    ...words(title, found),
    `<style>${STYLE}</style>`,
    ground(found),
    ...found.arrows.map((each) => drawnArrow(each)),
    ...found.boxes.map((each) => drawnBox(each)),
    ...found.arrows.flatMap(captionsOf).map(drawnCaption),
    "</svg>\n",
  );
}

/** How a picture shows what became of things, and leads from it to where it is told. */
export interface Marks {
  readonly fateOfBox: (id: string) => Fate;
  readonly fateOfArrow: (arrow: Arrow) => Fate;
  readonly linkOf: (id: string) => Link;
}

/** Ids of a page: of a marked box, and of what it leads to. */
export interface Link {
  readonly own: string;
  readonly target: string;
  /** Whether the keyboard comes to it: of two that lead to one place, one is enough. */
  readonly isReached: boolean;
}

/** Signs stand beside colours, which not everybody can tell apart. */
export const SIGNS: Readonly<Record<Exclude<Fate, "same">, string>> = { added: "+", removed: "\u2212", changed: "~" };

/** Laid out things as a part of a page that has {@link STYLE}, with marks. */
export function markedSvg(title: string, laid: Layout, marks: Marks): string {
  const found = placed(laid);
  return lines(
    opening(found, "group"),
    ...words(title, found, MOST_TOLD),
    ground(found),
    ...found.arrows.map((each) => drawnArrow(each, marks.fateOfArrow(each.arrow))),
    ...found.boxes.map((each) => linked(each, marks)),
    ...found.arrows.flatMap(captionsOf).map(drawnCaption),
    ...found.arrows.map((each) => signOfArrow(each, marks.fateOfArrow(each.arrow))),
    "</svg>",
  );
}

function lines(...all: readonly string[]): string {
  return all.filter((line) => line !== "").join("\n");
}

function opening({ width, height }: Layout, role: "img" | "group"): string {
  const size = `${number(width)} ${number(height)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="${role}" viewBox="0 0 ${size}" width="${number(width)}" height="${number(height)}">`;
}

/** Nobody listens to more boxes at a time. */
const MOST_TOLD = 60;

/** @param most tells a picture with more boxes by how many they are */
function words(title: string, { boxes, arrows }: Layout, most = Number.POSITIVE_INFINITY): string[] {
  const isLong = boxes.length > most;
  return [
    `<title>${escaped(plainLine(title))}</title>`,
    `<desc>${isLong ? `${boxes.length} steps and ${arrows.length} connections` : escaped(described(boxes, arrows))}</desc>`,
  ];
}

function ground({ width, height, boxes }: Layout): string {
  return lines(
    `<rect class="ground" width="${number(width)}" height="${number(height)}" rx="8"/>`,
    boxes.length === 0 ? textAt("label", width / 2, height / 2 + 4, NOTHING) : "",
  );
}

function linked(placedBox: PlacedBox, { fateOfBox, linkOf }: Marks): string {
  const { box, x, y, width } = placedBox;
  const fate = fateOfBox(box.id);
  if (fate === "same") return drawnBox(placedBox);
  const { own, target, isReached } = linkOf(box.id);
  const said = escaped(`${fate}: ${plainLine(box.title)}`).replaceAll('"', "&quot;");
  return lines(
    `<a id="${own}" href="#${target}"${isReached ? "" : ' tabindex="-1"'} aria-label="${said}">`,
    drawnBox(placedBox, fate),
    ...sign({ x: x + width - 4, y: y + 2 }, 11, fate),
    "</a>",
  );
}

/** On the way of an arrow, beside its label. */
function signOfArrow({ points, label }: PlacedArrow, fate: Fate): string {
  if (fate === "same") return "";
  const middle = label ? { x: label.x - 4, y: label.y + label.height / 2 } : middleOf(points);
  return lines(...sign(middle, 8, fate));
}

function sign({ x, y }: Point, radius: number, fate: Exclude<Fate, "same">): string[] {
  return [
    `<circle class="badge ${fate}" cx="${number(x)}" cy="${number(y)}" r="${radius}"/>`,
    textAt(radius > 8 ? "sign" : "small sign", x, y + radius * 0.42, SIGNS[fate]),
  ];
}

/** The point on a way that is as far from its beginning as from its end. */
function middleOf(points: readonly Point[]): Point {
  const parts = points.slice(1).map((point, index) => ({ from: points[index] ?? point, to: point }));
  const lengthOf = ({ from, to }: { from: Point; to: Point }) => distance(from, to);
  let rest = parts.reduce((sum, part) => sum + lengthOf(part), 0) / 2;
  for (const part of parts) {
    const length = lengthOf(part);
    if (rest <= length && length > 0) {
      const share = rest / length;
      return { x: part.from.x + (part.to.x - part.from.x) * share, y: part.from.y + (part.to.y - part.from.y) * share };
    }
    rest -= length;
  }
  return points[0] ?? { x: 0, y: 0 };
}

/** Also a picture of nothing has a size. */
function placed(found: Layout): Layout {
  return found.boxes.length > 0 ? found : { ...found, width: 180, height: 56 };
}

/** The picture in words. */
function described(boxes: readonly PlacedBox[], arrows: readonly PlacedArrow[]): string {
  if (boxes.length === 0) return NOTHING;
  const names = new Map(boxes.map(({ box }) => [box.id, plainLine(box.title)]));
  const steps = boxes.map(({ box: { kind, title } }) => `${plainLine(title)} (${plainLine(kind)})`);
  const ways = arrows.map(
    ({ arrow: { from, to, label } }) =>
      `${names.get(from)} leads to ${names.get(to)}${label === "" ? "" : ` on ${plainLine(label)}`}`,
  );
  return [...steps, ...ways].map((each) => `${each}.`).join(" ");
}

function drawnBox({ box, kind, title, detail, x, y, width, height }: PlacedBox, fate: Fate = "same"): string {
  const left = x + PADDING.x;
  let bottom = y + PADDING.y;
  const written = (name: "kind" | "title" | "detail", texts: readonly string[]) =>
    texts.map((text) => {
      const { size, line } = FONTS[name];
      bottom += line;
      return textAt(name, left, bottom - (line - size) / 2 - size * 0.18, text);
    });
  const above = [...written("kind", kind), ...written("title", title)];
  bottom += DETAIL_GAP;
  return lines(shapeOf(box.shape, fate, { x, y, width, height }), ...above, ...written("detail", detail));
}

/** Shapes differ also where colours cannot be told apart. */
function shapeOf(shape: Shape, fate: Fate, { x, y, width, height }: Place): string {
  const name = classes("box", shape === "step" ? "" : shape, fate);
  if (shape !== "choice") {
    const round = shape === "start" ? Math.min(height / 2, 24) : ROUND;
    return `<rect class="${name}" x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" rx="${number(round)}"/>`;
  }
  const [right, bottom, middle] = [x + width, y + height, y + height / 2];
  const corners: Point[] = [
    { x: x + POINT, y },
    { x: right - POINT, y },
    { x: right + POINT / 2, y: middle },
    { x: right - POINT, y: bottom },
    { x: x + POINT, y: bottom },
    { x: x - POINT / 2, y: middle },
  ];
  return `<polygon class="${name}" points="${corners.map(pair).join(" ")}"/>`;
}

/** What has not changed has no class of its own. */
function classes(...names: readonly string[]): string {
  return names.filter((name) => name !== "" && name !== "same").join(" ");
}

function drawnArrow({ points }: PlacedArrow, fate: Fate = "same"): string {
  const [end, before] = [points.at(-1), points.at(-2)];
  if (!end || !before) return "";
  const length = distance(before, end) || 1;
  const along = { x: (end.x - before.x) / length, y: (end.y - before.y) / length };
  const neck = { x: end.x - along.x * HEAD.length, y: end.y - along.y * HEAD.length };
  const side = { x: (-along.y * HEAD.width) / 2, y: (along.x * HEAD.width) / 2 };
  const head = [end, { x: neck.x + side.x, y: neck.y + side.y }, { x: neck.x - side.x, y: neck.y - side.y }];
  return lines(
    `<path class="${classes("arrow", fate)}" d="${wayAlong([...points.slice(0, -1), neck])}"/>`,
    `<polygon class="${classes("head", fate)}" points="${head.map(pair).join(" ")}"/>`,
  );
}

/** A way with round corners. */
function wayAlong(points: readonly Point[]): string {
  const way = points.map((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (!before) return `M${pair(point)}`;
    if (!after) return `L${pair(point)}`;
    const [into, out] = [towards(point, before), towards(point, after)];
    return `L${pair(into)}Q${pair(point)} ${pair(out)}`;
  });
  return way.join("");
}

/** A point on the way from a corner to the next one, where the bend of the corner begins. */
function towards(corner: Point, other: Point): Point {
  const length = distance(corner, other) || 1;
  const part = Math.min(BEND, length / 2) / length;
  return { x: corner.x + (other.x - corner.x) * part, y: corner.y + (other.y - corner.y) * part };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function drawnCaption({ x, y, width, height, lines }: Caption): string {
  const { line } = FONTS.label;
  return [
    `<rect class="ground" x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"/>`,
    ...lines.map((text, index) => textAt("label", x + width / 2, y + 2 + (index + 1) * line - 4, text)),
  ].join("\n");
}

function textAt(name: string, x: number, y: number, text: string): string {
  return `<text class="${name}" x="${number(x)}" y="${number(y)}">${escaped(text)}</text>`;
}

function pair({ x, y }: Point): string {
  return `${number(x)},${number(y)}`;
}

/** A length as short as it can be seen. */
function number(length: number): string {
  return String(Math.round(length * 10) / 10);
}

/** Text for a document: what it holds was made plain before. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
