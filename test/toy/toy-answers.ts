import type { DefinitionInput, EdgeInput, NodeInput, ToyGraph } from "./toy-records";

/** A graph without its definition, as the server answers it. */
export function headOf({ id, project, name, description, revision, updated_at, run_count }: ToyGraph) {
  return { id, project, name, description, revision, updated_at, run_count };
}

/** A graph as the server answers it: rewritten, and without its tokens. */
export function answerOf(graph: ToyGraph) {
  const { nodes, edges } = graph.definition;
  return {
    ...headOf(graph),
    definition: {
      nodes: [...nodes].sort(byLengthThenAlphabet).map(answeredNode),
      edges: edges.map((edge, index) => answeredEdge(edge, graph.edge_ids[index])).reverse(),
    },
  };
}

/** The label that an edge has, also where none was sent. */
export function labelOf(edge: EdgeInput): string {
  return edge.label ?? "next";
}

/** What does not fit together in a definition that has the right shape; undefined for nothing. */
export function brokenBecause({ nodes, edges }: DefinitionInput): string | undefined {
  const ids = new Set<string>();
  for (const { id } of nodes) {
    if (ids.has(id)) return `two nodes have the id '${id}'`;
    ids.add(id);
  }
  const ways = new Set<string>();
  for (const edge of edges) {
    const { source, target } = edge;
    for (const end of [source, target]) {
      if (!ids.has(end)) return `an edge from '${source}' to '${target}' names no node '${end}'`;
    }
    const way = JSON.stringify([source, labelOf(edge)]);
    if (ways.has(way)) return `two edges from '${source}' have the label '${labelOf(edge)}'`;
    ways.add(way);
  }
  return undefined;
}

const decimal = new Intl.NumberFormat("en-US", {
  useGrouping: false,
  minimumFractionDigits: 1,
  maximumFractionDigits: 20,
});

function answeredNode(node: NodeInput) {
  const { id, type, message, temperature, delay_seconds = 0, headers = {}, token, buttons } = node;
  const { position = { x: 0, y: 0 } } = node;
  return {
    id,
    type,
    display_name: `${type.charAt(0).toUpperCase()}${type.slice(1)}: ${id}`,
    ...(message !== undefined && { message }),
    ...(temperature !== undefined && { temperature: decimal.format(temperature) }),
    delay_seconds,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    ...(token !== undefined && { has_token: true }),
    ...(buttons !== undefined && { buttons }),
    position,
  };
}

function answeredEdge(edge: EdgeInput, id: string | undefined) {
  return { id, source: edge.source, target: edge.target, label: labelOf(edge) };
}

function byLengthThenAlphabet({ id: a }: NodeInput, { id: b }: NodeInput): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
