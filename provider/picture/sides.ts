import type { Box } from "../lifecycle/drawing";
import { type Comparison, keyOf } from "./comparison";
import { type Layout, laidOut, sizedBox, stubTo } from "./layout";
import { type Link, type Marks, markedSvg } from "./svg";

/** A flow before and after a change, as parts of a page. What is in both stands in the same place of both. */
export interface Sides {
  /** How wide each is, in pixels. */
  readonly width: number;
  /** Absent where there was nothing. */
  readonly before?: string;
  /** Absent where there is nothing left. */
  readonly after?: string;
}

/**
 * Draws both sides of a comparison.
 *
 * @param title what is drawn, in a line
 * @param linkOf what a box that changes is called in the page, and what it leads to
 */
export function sidesOf(
  comparison: Comparison,
  title: string,
  linkOf: (side: "before" | "after", number: number) => Omit<Link, "isReached">,
): Sides {
  const { direction, boxes, arrows } = comparison;
  const shown = boxes.flatMap(({ after, before }) => after ?? before ?? []);
  const laid = laidOut(
    { direction, boxes: shown, arrows: arrows.map(({ arrow }) => arrow) },
    new Map(boxes.flatMap(({ id, before }) => (before ? [[id, before] as const] : []))),
  );
  const numbers = new Map(boxes.map(({ id, number }) => [id, number]));
  const fates = new Map(boxes.map(({ id, fate }) => [id, fate]));
  const fatesOfArrows = new Map(arrows.map(({ arrow, fate }) => [keyOf(arrow), fate]));
  const drawn = (side: "before" | "after") => {
    const own = new Map(boxes.flatMap((each) => (each[side] ? [[each.id, each[side]] as const] : [])));
    if (own.size === 0) return {};
    const gone = side === "before" ? "added" : "removed";
    const layout = {
      ...laid,
      boxes: laid.boxes.flatMap((each) => placedAs(each, own.get(each.box.id))),
      arrows: laid.arrows
        .filter(({ arrow }) => fatesOfArrows.get(keyOf(arrow)) !== gone)
        .map((each) => named(each, own.get(each.arrow.to))),
    };
    const marks: Marks = {
      fateOfBox: (id) => fates.get(id) ?? "same",
      fateOfArrow: (arrow) => fatesOfArrows.get(keyOf(arrow)) ?? "same",
      linkOf: (id) => ({
        ...linkOf(side, numbers.get(id) ?? -1),
        isReached: side === "after" || fates.get(id) === "removed",
      }),
    };
    return { [side]: markedSvg(`${title}, ${side}`, layout, marks) };
  };
  return { width: laid.width, ...drawn("before"), ...drawn("after") };
}

/** A box in the place that was found for it or for its other side. */
function placedAs({ x, y, width, height }: Layout["boxes"][number], box: Box | undefined): Layout["boxes"][number][] {
  return box ? [{ ...sizedBox(box), x, y, width, height }] : [];
}

/** An arrow whose stub names the box as it is called on its side. */
function named(arrow: Layout["arrows"][number], target: Box | undefined): Layout["arrows"][number] {
  const { stub } = arrow;
  return stub ? { ...arrow, stub: { ...stub, lines: stubTo(target)?.lines ?? stub.lines } } : arrow;
}
