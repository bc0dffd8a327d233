import type { Arrow, Box, Drawing } from "../lifecycle/drawing";

/** The same drawing with its boxes in the order in which people read them: along each way to its end, first from where it starts. */
export function inReadingOrder({ direction, boxes, arrows }: Drawing): Drawing {
  const byId = new Map(boxes.map((each) => [each.id, each]));
  const leaving = new Map<string, Arrow[]>(boxes.map(({ id }) => [id, []]));
  for (const arrow of arrows) leaving.get(arrow.from)?.push(arrow);
  const isReached = new Set(arrows.filter(({ from, to }) => from !== to).map(({ to }) => to));
  const begin = (each: Box) => (each.shape === "start" ? 0 : isReached.has(each.id) ? 2 : 1);
  const ordered = new Map<string, Box>();
  for (const first of boxes.toSorted((a, b) => begin(a) - begin(b))) {
    // A way may be longer than calls can be deep.
    const ahead = [first];
    for (let next = ahead.pop(); next; next = ahead.pop()) {
      if (ordered.has(next.id)) continue;
      ordered.set(next.id, next);
      const targets = (leaving.get(next.id) ?? []).flatMap(({ to }) => byId.get(to) ?? []);
      ahead.push(...targets.toReversed());
    }
  }
  const sorted = [...ordered.values()];
  return { direction, boxes: sorted, arrows: sorted.flatMap(({ id }) => leaving.get(id) ?? []) };
}
