import { box } from "../lifecycle/drawing";
import { type ComparedArrow, type ComparedBox, type Comparison, keyOf } from "./comparison";

/** Smaller graphs are seen at a glance. */
const SMALL = 30;
/** So many boxes must be folded away, or it is not worth it. */
const WORTH = 10;

/**
 * A comparison of a large graph without what is far from every change: boxes that are connected, and no neighbours of a
 * change, become one box that tells how many they are. `undefined` where there is no need to.
 */
export function folded({ direction, boxes, arrows }: Comparison): Comparison | undefined {
  if (boxes.length <= SMALL) return undefined;
  const neighbours = new Map<string, string[]>(boxes.map(({ id }) => [id, []]));
  for (const { arrow } of arrows) {
    neighbours.get(arrow.from)?.push(arrow.to);
    neighbours.get(arrow.to)?.push(arrow.from);
  }
  const changed = [
    ...boxes.filter(({ fate }) => fate !== "same").map(({ id }) => id),
    ...arrows.filter(({ fate }) => fate !== "same").flatMap(({ arrow }) => [arrow.from, arrow.to]),
  ];
  const near = new Set(changed.flatMap((id) => [id, ...(neighbours.get(id) ?? [])]));
  if (near.size === 0 || boxes.length - near.size < WORTH) return undefined;
  const groups = groupsOf(
    boxes.map(({ id }) => id).filter((id) => !near.has(id)),
    neighbours,
  );
  const counts = new Map<string, number>();
  for (const group of groups.values()) counts.set(group, (counts.get(group) ?? 0) + 1);
  const standIn = (id: string) => groups.get(id) ?? id;
  const shown = new Map(
    boxes.map((each) => [standIn(each.id), near.has(each.id) ? each : foldedBox(standIn(each.id), counts)]),
  );
  const kept = arrows.flatMap(({ arrow, fate }): ComparedArrow[] => {
    const [from, to] = [standIn(arrow.from), standIn(arrow.to)];
    if (from === to && groups.has(arrow.from)) return [];
    return [{ arrow: { from, to, label: groups.has(arrow.from) ? "" : arrow.label }, fate }];
  });
  return {
    direction,
    boxes: [...shown.values()],
    arrows: [...new Map(kept.map((each) => [keyOf(each.arrow), each])).values()],
  };
}

/** Which group each of these boxes belongs to: those that are connected without others between them. */
function groupsOf(
  ids: readonly string[],
  neighbours: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, string> {
  const left = new Set(ids);
  const groups = new Map<string, string>();
  for (const first of ids) {
    // No flow has a box of such an id: it begins with a sign that nobody can write.
    const group = `\u0000${groups.size}`;
    const ahead = left.has(first) ? [first] : [];
    for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
      if (!left.delete(id)) continue;
      groups.set(id, group);
      ahead.push(...(neighbours.get(id) ?? []));
    }
  }
  return groups;
}

function foldedBox(id: string, counts: ReadonlyMap<string, number>): ComparedBox {
  const count = counts.get(id) ?? 0;
  const drawn = box(id, "unchanged", { title: count === 1 ? "1 step" : `${count} steps`, detail: "as before" });
  return { id, number: -1, fate: "same", before: drawn, after: drawn };
}
