import type { Definition, Position } from "./definition";

const COLUMN = 320;
const ROW = 200;

/** Places on the canvas, in its own units: each node below the one that leads to it, and beside those that are as far from the start. */
export function placed(nodes: Definition["nodes"], edges: Definition["edges"]): ReadonlyMap<string, Position> {
  const next = new Map<string, string[]>();
  for (const { source, target } of edges) next.set(source, [...(next.get(source) ?? []), target]);
  const rows: string[][] = [];
  const left = new Set(nodes.map(({ id }) => id));
  let row = nodes.filter(({ data }) => data.node_type === "start").map(({ id }) => id);
  while (left.size > 0) {
    // What nothing leads to stands at the end.
    if (row.length === 0) row = [...left];
    for (const id of row) left.delete(id);
    rows.push(row);
    row = [...new Set(row.flatMap((id) => next.get(id) ?? []))].filter((id) => left.has(id));
  }
  return new Map(
    rows.flatMap((each, y) => each.map((id, x): [string, Position] => [id, { x: x * COLUMN, y: y * ROW }])),
  );
}
