import type { Arrow, Box, Drawing } from "../lifecycle/drawing";
import { tooFarToDraw } from "./long-arrows";
import { lineWidth, plainLine, plainLines, wrapped } from "./text";

/** The library is a module of either kind, and its types say only of one. Loaded at the first layout: Mermaid needs none. */
function dagre(): typeof import("@dagrejs/dagre", { with: { "resolution-mode": "import" }}) {
  return require("@dagrejs/dagre");
}

/** Sizes of text and how high a line of it is, in pixels. */
export const FONTS = {
  kind: { size: 11, line: 15 },
  title: { size: 14, line: 19 },
  detail: { size: 12, line: 16 },
  label: { size: 12, line: 16 },
} as const;

/** Between the border of a box and its text. */
export const PADDING = { x: 16, y: 11 } as const;

const NARROWEST = 88;
const WIDEST_TEXT = 216;
const WIDEST_LABEL = 150;
/** Titles, details and labels end after so many lines. */
const LINES = { title: 2, detail: 3, label: 2 } as const;
/** Letters that are bold are wider. */
const BOLD = 1.07;

/** Where something is: its upper left corner and its size, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A box with its lines of text. */
export interface PlacedBox extends Place {
  readonly box: Box;
  readonly kind: readonly string[];
  readonly title: readonly string[];
  readonly detail: readonly string[];
}

/** A point in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Lines of text beside the boxes. */
export interface Caption extends Place {
  readonly lines: readonly string[];
}

/** An arrow with its way, and its label where it has one. */
export interface PlacedArrow {
  readonly arrow: Arrow;
  /** From the border of one box to that of the other, or to that of the stub. */
  readonly points: readonly Point[];
  readonly label: Caption | undefined;
  /** Names the box where the arrow would be too long: it ends here. */
  readonly stub: Caption | undefined;
}

/** A drawing with a place for everything. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly arrows: readonly PlacedArrow[];
}

/**
 * Finds a place for every box and a way for every arrow. Equal drawings have equal layouts.
 *
 * @param others boxes that must have room in the place of the one of their id
 */
export function laidOut({ direction, boxes, arrows }: Drawing, others: ReadonlyMap<string, Box> = new Map()): Layout {
  const { Graph, layout } = dagre();
  const graph = new Graph({ multigraph: true });
  const isRight = direction === "right";
  graph.setGraph({
    rankdir: isRight ? "LR" : "TB",
    nodesep: isRight ? 14 : 36,
    ranksep: isRight ? 72 : 38,
    edgesep: 20,
  });
  // Ids may be whatever text: the library knows boxes and arrows by their numbers.
  const numbers = new Map(boxes.map(({ id }, index) => [id, String(index)]));
  const targets = new Map(boxes.map((each) => [each.id, each]));
  const sized = boxes.map((each) => {
    const other = others.get(each.id);
    return other ? sizedBox(each, sizedBox(other)) : sizedBox(each);
  });
  sized.forEach(({ width, height }, index) => {
    graph.setNode(String(index), { width, height });
  });
  const isTooFar = tooFarToDraw({ boxes, arrows });
  const drawn = arrows.map((arrow, index) => {
    const stub = isTooFar.has(arrow) ? stubTo(targets.get(arrow.to), others.get(arrow.to)) : undefined;
    const end = stub ? `stub ${index}` : String(numbers.get(arrow.to));
    if (stub) graph.setNode(end, { width: stub.width, height: stub.height });
    const label = sizedCaption(arrow.label);
    const { width = 0, height = 0 } = label ?? {};
    const ends = [String(numbers.get(arrow.from)), end, String(index)] as const;
    graph.setEdge(ends[0], ends[1], { width, height, labelpos: "c" }, ends[2]);
    return { arrow, ends, label, stub };
  });
  layout(graph);
  const found: Laid = {
    boxes: sized.map((each, index) => ({ ...each, ...cornerOf(graph.node(String(index)), each) })),
    arrows: drawn.map(({ arrow, ends, label, stub }) => {
      const laid = graph.edge(...ends);
      return {
        arrow,
        points: laid.points ?? [],
        label: label && { ...label, ...cornerOf(laid, label) },
        stub: stub && { ...stub, ...cornerOf(graph.node(ends[1]), stub) },
      };
    }),
  };
  const tidy = isRight ? evened(found) : found;
  return framed(attached(inOrder(tidy, isRight), isRight));
}

/** What is laid out, wherever it lies. */
type Laid = Pick<Layout, "boxes" | "arrows">;

/** Around everything, in pixels. */
const MARGIN = 20;

/** Moves everything into a picture that is as large as it must be. */
function framed(found: Laid): Layout {
  const places: readonly Place[] = [...found.boxes, ...found.arrows.flatMap(captionsOf)];
  const points = found.arrows.flatMap(({ points: way }) => way);
  const xs = [...places.flatMap(({ x, width }) => [x, x + width]), ...points.map(({ x }) => x)];
  const ys = [...places.flatMap(({ y, height }) => [y, y + height]), ...points.map(({ y }) => y)];
  if (places.length === 0) return { ...found, width: 0, height: 0 };
  const [left, top] = [least(xs) - MARGIN, least(ys) - MARGIN];
  const moved = <P extends Point>(each: P): P => ({ ...each, x: each.x - left, y: each.y - top });
  return {
    width: -least(xs.map((x) => -x)) + MARGIN - left,
    height: -least(ys.map((y) => -y)) + MARGIN - top,
    ...changed(found, moved, moved),
  };
}

/** What is written beside an arrow. */
export function captionsOf({ label, stub }: PlacedArrow): readonly Caption[] {
  return [label, stub].flatMap((each) => each ?? []);
}

/** Moves or turns every place and every point. */
function changed(found: Laid, place: <P extends Place>(each: P) => P, point: (each: Point) => Point): Laid {
  return {
    boxes: found.boxes.map(place),
    arrows: found.arrows.map(({ arrow, points, label, stub }) => ({
      arrow,
      points: points.map(point),
      label: label && place(label),
      stub: stub && place(stub),
    })),
  };
}

/** Not by spreading arguments, of which there may be too many. */
function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function cornerOf({ x = 0, y = 0 }: Partial<Point>, { width, height }: Pick<Place, "width" | "height">): Point {
  return { x: x - width / 2, y: y - height / 2 };
}

/** Boxes that stand in one column are as wide as the widest of them. */
function evened(found: Laid): Laid {
  const middleOf = ({ x, width }: Place) => Math.round(x + width / 2);
  const widest = new Map<number, number>();
  for (const each of found.boxes) widest.set(middleOf(each), Math.max(each.width, widest.get(middleOf(each)) ?? 0));
  const even = (each: PlacedBox) => {
    const width = widest.get(middleOf(each)) ?? each.width;
    return { ...each, width, x: each.x + (each.width - width) / 2 };
  };
  return { ...found, boxes: found.boxes.map(even) };
}

/** What leaves a box stands in the order of the drawing: the library looks only for few crossings, and may have found the mirror image. */
function inOrder(found: Laid, isRight: boolean): Laid {
  const places = new Map(found.boxes.map((each) => [each.box.id, isRight ? each.y : each.x]));
  const last = new Map<string, number>();
  let turned = 0;
  for (const { arrow, stub } of found.arrows) {
    const place = (stub && (isRight ? stub.y : stub.x)) ?? places.get(arrow.to) ?? 0;
    turned += Math.sign((last.get(arrow.from) ?? place) - place);
    last.set(arrow.from, place);
  }
  if (turned <= 0) return found;
  const mirroredPoint = ({ x, y }: Point) => (isRight ? { x, y: -y } : { x: -x, y });
  const mirrored = <P extends Place>(place: P): P => {
    const { x, y } = mirroredPoint(place);
    return { ...place, ...(isRight ? { y: y - place.height } : { x: x - place.width }) };
  };
  return changed(found, mirrored, mirroredPoint);
}

/** Arrows leave and reach boxes at the sides that lie in the direction of the drawing, where the library lets them meet corners. */
function attached(found: Laid, isRight: boolean): Laid {
  const places = new Map(found.boxes.map((each) => [each.box.id, each]));
  return {
    ...found,
    arrows: found.arrows.map((each) => {
      const [from, to] = [places.get(each.arrow.from), each.stub ?? places.get(each.arrow.to)];
      const between = each.points.slice(1, -1);
      const [first, last] = [between[0], between.at(-1)];
      if (!from || !to || !first || !last) return each;
      if (from === to) return looped(each, from, last);
      const end = sideOf(to, last, isRight);
      // Straight into the box.
      const before = isRight
        ? { x: end.x - RUN_UP, y: end.y }
        : { x: end.x, y: end.y + (last.y < end.y ? -RUN_UP : RUN_UP) };
      const isSlanted = isRight || Math.abs(last.x - end.x) > 1;
      const points = [sideOf(from, first, isRight), ...between, ...(isSlanted ? [before] : []), end];
      return { ...each, points };
    }),
  };
}

/** The point at which an arrow meets a box that comes from, or goes to, another one. */
function sideOf({ x, y, width, height }: Place, other: Point, isRight: boolean): Point {
  const within = (least: number, value: number, most: number) => Math.min(Math.max(least, value), most);
  if (isRight) return { x: other.x > x + width / 2 ? x + width : x, y: y + height / 2 };
  const middle = x + width / 2;
  const reach = Math.max(0, width / 2 - FAR_FROM_CORNER);
  return { x: within(middle - reach, other.x, middle + reach), y: other.y > y + height / 2 ? y + height : y };
}

/** The last of an arrow, with its head. */
const RUN_UP = 18;

/** Arrows keep so far from the corners of boxes. */
const FAR_FROM_CORNER = 28;

/** An arrow that leads back to where it comes from: around its label, at the right. */
function looped(each: PlacedArrow, { x, y, width, height }: Place, farthest: Point): PlacedArrow {
  const { label } = each;
  const right = x + width;
  const middle = y + height / 2;
  const out = Math.max(right + 20, farthest.x, right + 8 + (label?.width ?? 0) / 2);
  const [above, below] = [middle - height / 4, middle + height / 4];
  return {
    ...each,
    points: [
      { x: right, y: above },
      { x: out, y: above },
      { x: out, y: below },
      { x: right, y: below },
    ],
    label: label && { ...label, x: out - label.width / 2, y: middle - label.height / 2 },
  };
}

/** A box with its lines of text, and as large as they need; and as another one needs. */
export function sizedBox(box: Box, other = { width: 0, height: 0 }): PlacedBox {
  // A start called "start" need not be told twice.
  const kind = wrapped(box.kind === box.title ? [] : [plainLine(box.kind)], WIDEST_TEXT, FONTS.kind.size, 1);
  const title = wrapped([plainLine(box.title)], WIDEST_TEXT, FONTS.title.size * BOLD, LINES.title);
  const detail = wrapped(plainLines(box.detail), WIDEST_TEXT, FONTS.detail.size, LINES.detail);
  const widths = [
    ...kind.map((line) => lineWidth(line, FONTS.kind.size)),
    ...title.map((line) => lineWidth(line, FONTS.title.size * BOLD)),
    ...detail.map((line) => lineWidth(line, FONTS.detail.size)),
  ];
  const height = kind.length * FONTS.kind.line + title.length * FONTS.title.line + detail.length * FONTS.detail.line;
  return {
    box,
    kind,
    title,
    detail,
    x: 0,
    y: 0,
    width: Math.max(other.width, Math.ceil(Math.max(NARROWEST, ...widths) + 2 * PADDING.x)),
    height: Math.max(other.height, height + (detail.length > 0 ? DETAIL_GAP : 0) + 2 * PADDING.y),
  };
}

/** Between title and detail. */
export const DETAIL_GAP = 3;

/** Names a box that an arrow does not reach; with room for what it is called on the other side, too. */
export function stubTo(box: Box | undefined, other?: Box): Caption | undefined {
  const [stub, room] = [box, other].map((each) => (each ? sizedCaption(`→ ${each.title}`) : undefined));
  if (!stub || !room) return stub;
  return { ...stub, width: Math.max(stub.width, room.width), height: Math.max(stub.height, room.height) };
}

function sizedCaption(text: string): Caption | undefined {
  const lines = wrapped([plainLine(text)], WIDEST_LABEL, FONTS.label.size, LINES.label);
  if (lines.length === 0) return undefined;
  const width = Math.ceil(Math.max(...lines.map((line) => lineWidth(line, FONTS.label.size)))) + 8;
  return { lines, x: 0, y: 0, width, height: lines.length * FONTS.label.line + 4 };
}
