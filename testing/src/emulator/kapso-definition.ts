import { idOf, isNodeType, type Project, recordsOf, writeConfig } from "./kapso-config";
import { Refusal } from "./kapso-dialect";
import { brokenRule } from "./kapso-graph";
import type { DefinitionInput, EdgeInput, KapsoDefinition, KapsoEdge, KapsoNode, NodeInput } from "./kapso-records";

// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

/** What a workflow has before its first definition. */
export const emptyDefinition: KapsoDefinition = { nodes: [], edges: [] };

/** What is stored of a definition. An array that is left out keeps its set (2.1). Throws a {@link Refusal}. */
export function writeDefinition(before: KapsoDefinition, input: DefinitionInput, project: Project): KapsoDefinition {
  const nodes = input.nodes?.map((node) => writeNode(node, before, project)) ?? before.nodes;
  const edges =
    input.edges === undefined
      ? keptEdges(before.edges, nodes, project)
      : writeEdges(input.edges, before.edges, nodes, project);
  const definition = { nodes, edges };
  const broken = project.trusted ? undefined : brokenRule(definition, project.switches.kapsoGraphRules);
  if (broken !== undefined) throw new Refusal(422, `Definition is invalid: ${broken}`, "definition");
  return definition;
}

function writeNode(sent: NodeInput, before: KapsoDefinition, project: Project): KapsoNode {
  const type = typeOf(sent.data.node_type, project);
  const stored = before.nodes.find((node) => node.id === sent.id && node.data.node_type === type);
  const config = writeConfig(type, sent.data.config ?? {}, stored?.data.config, project);
  return {
    id: sent.id,
    position: sent.position ?? { x: 0, y: 0 },
    data: { node_type: type, config, display_name: sent.data.display_name ?? null },
  };
}

/** A step without a type, or of one that does not exist, becomes a start-like one (4.1). */
function typeOf(type: string | undefined, { switches, trusted }: Project): string {
  if (isNodeType(type)) return type;
  if (switches.kapsoUnknownType === "refused" && !trusted) {
    throw new Refusal(422, `node_type is not included in the list: ${type ?? "(none)"}`, "node_type");
  }
  return type !== undefined && (trusted || switches.kapsoUnknownType === "kept") ? type : "start";
}

function writeEdges(
  sent: readonly EdgeInput[],
  before: readonly KapsoEdge[],
  nodes: readonly KapsoNode[],
  project: Project,
): KapsoEdge[] {
  const given = new Set(before.map(({ id }) => id));
  return sent.map((edge) => {
    const { source, target, label, flow_condition_id } = edge;
    const written = { id: idOf("edge", edge.id, given, project), source, target, label: label ?? "next" };
    return { ...written, flow_condition_id: conditionOf(written, flow_condition_id, nodes) };
  });
}

/** Edges that a PATCH with nodes only leaves alone, as far as what they hang on is still there. */
function keptEdges(edges: readonly KapsoEdge[], nodes: readonly KapsoNode[], project: Project): KapsoEdge[] {
  const ids = new Set(nodes.map(({ id }) => id));
  return edges.flatMap((edge) => {
    const kept = { ...edge, flow_condition_id: conditionOf(edge, edge.flow_condition_id, nodes) };
    const hadCondition = edge.flow_condition_id !== null;
    const orphan = !ids.has(edge.source) || !ids.has(edge.target) || (hadCondition && kept.flow_condition_id === null);
    if (!orphan || project.switches.kapsoOrphanEdges === "kept") return kept;
    if (project.switches.kapsoOrphanEdges === "removed") return [];
    throw new Refusal(422, `Definition is invalid: edge ${edge.source} -> ${edge.target} lost its end`, "definition");
  });
}

/** The condition of a decision that an edge stands for: as sent if it is one, else by the edge's label (4.1). */
function conditionOf(
  edge: Pick<KapsoEdge, "source" | "label">,
  sent: string | null | undefined,
  nodes: readonly KapsoNode[],
): string | null {
  const source = nodes.find(({ id }) => id === edge.source);
  const conditions = source?.data.node_type === "decide" ? recordsOf(source.data.config.conditions) : [];
  const found = conditions.find(({ id }) => id === sent) ?? conditions.find(({ label }) => label === edge.label);
  return found === undefined ? null : String(found.id);
}
