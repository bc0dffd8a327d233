import type { Arrow, Drawing } from "../lifecycle/drawing";

/** An arrow is long where it passes more than so many rows of boxes. */
const LONG = 5;
/** So many long arrows may lead to one box. */
const MOST = 8;
/** So many rows may be passed by all long arrows of a drawing together: each takes the layout time. */
const MOST_ROWS = 3000;

/**
 * The arrows that are too long to be drawn from end to end, since nobody could follow them: where many long ones lead to
 * one box, all of them but the first; and the last ones of a drawing that is full of them.
 */
export function tooFarToDraw({ boxes, arrows }: Pick<Drawing, "boxes" | "arrows">): ReadonlySet<Arrow> {
  const rows = rowsOf({ boxes, arrows });
  const lengthOf = ({ from, to }: Arrow) => Math.abs((rows.get(from) ?? 0) - (rows.get(to) ?? 0));
  const long = arrows.filter((each) => lengthOf(each) > LONG);
  const reaching = new Map<string, Arrow[]>(long.map(({ to }) => [to, []]));
  for (const each of long) reaching.get(each.to)?.push(each);
  const left = new Set([...reaching.values()].flatMap((each) => (each.length > MOST ? each.slice(1) : [])));
  let passed = 0;
  for (const each of long) {
    if (left.has(each)) continue;
    if (passed + lengthOf(each) > MOST_ROWS) left.add(each);
    else passed += lengthOf(each);
  }
  return left;
}

/** About in which row each box will stand: below all that lead to it and come before it in the order of the drawing. */
function rowsOf({ boxes, arrows }: Pick<Drawing, "boxes" | "arrows">): ReadonlyMap<string, number> {
  const places = new Map(boxes.map(({ id }, index) => [id, index]));
  const ahead = new Map<string, string[]>(boxes.map(({ id }) => [id, []]));
  for (const { from, to } of arrows) if ((places.get(from) ?? 0) < (places.get(to) ?? 0)) ahead.get(from)?.push(to);
  const rows = new Map<string, number>();
  for (const { id } of boxes) {
    const next = (rows.get(id) ?? 0) + 1;
    for (const to of ahead.get(id) ?? []) rows.set(to, Math.max(rows.get(to) ?? 0, next));
  }
  return rows;
}
