import { type Arrow, type Box, type Drawing, isSame, UNKNOWN_TEXT } from "../lifecycle/drawing";
import { inReadingOrder } from "./reading-order";

/** What became of a box or an arrow between two drawings. */
export type Fate = "added" | "removed" | "changed" | "same";

/** A box of either drawing, or of both. */
export interface ComparedBox {
  readonly id: string;
  /** Its place in the comparison. */
  readonly number: number;
  readonly fate: Fate;
  /** Absent for one that is added. */
  readonly before?: Box;
  /** Absent for one that is removed. */
  readonly after?: Box;
}

/** An arrow of either drawing, or of both. */
export interface ComparedArrow {
  readonly arrow: Arrow;
  readonly fate: Exclude<Fate, "changed">;
}

/** Two drawings of one flow, laid over each other: in the order in which people read them. */
export interface Comparison {
  readonly direction: Drawing["direction"];
  readonly boxes: readonly ComparedBox[];
  readonly arrows: readonly ComparedArrow[];
}

/** Compares two drawings of a flow: boxes by their ids and by what they are made of, arrows by their ends and label. */
export function compareDrawings(before: Drawing | undefined, after: Drawing | undefined): Comparison {
  const was = new Map(before?.boxes.map((each) => [each.id, each]));
  const is = new Map(after?.boxes.map((each) => [each.id, each]));
  const led = new Map(before?.arrows.map((each) => [keyOf(each), each]));
  const leads = new Map(after?.arrows.map((each) => [keyOf(each), each]));
  const whole = inReadingOrder({
    direction: (after ?? before)?.direction ?? "down",
    boxes: [...new Map([...was, ...is]).values()],
    arrows: [...new Map([...leads, ...led]).values()],
  });
  return {
    direction: whole.direction,
    boxes: whole.boxes.map(({ id }, number) => ({ id, number, ...comparedBox(was.get(id), is.get(id)) })),
    arrows: whole.arrows.map((arrow) => ({ arrow, fate: fateOf(led.has(keyOf(arrow)), leads.has(keyOf(arrow))) })),
  };
}

function comparedBox(before: Box | undefined, after: Box | undefined): Pick<ComparedBox, "fate" | "before" | "after"> {
  if (!before || !after)
    return {
      fate: fateOf(before !== undefined, after !== undefined),
      ...(before && { before }),
      ...(after && { after }),
    };
  if (!isSame(before, after)) return { fate: "changed", before, after };
  // What an update makes anew, such as the id of a version, a preview does not know; it stays where nothing changes.
  const isUnknown = [after.title, after.detail].some((text) => text.includes(UNKNOWN_TEXT));
  return { fate: "same", before, after: isUnknown ? { ...before, shape: after.shape } : after };
}

function fateOf(was: boolean, is: boolean): "added" | "removed" | "same" {
  if (was && is) return "same";
  return is ? "added" : "removed";
}

/** What makes two arrows the same. */
export function keyOf({ from, to, label }: Arrow): string {
  return JSON.stringify([from, to, label]);
}
