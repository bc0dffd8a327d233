import type { Problem } from "../../../lifecycle/flow-type";
import { isObject, UNKNOWN, type Values } from "../../../lifecycle/values";
import { nearestName } from "../../nearest-name";
import { NEXT } from "./config-keys";
import { configProblems } from "./config-problems";
import { configSchema, NODE_TYPES } from "./node-configs";

/** As many labels are listed in a message. */
const MOST_LISTED = 10;

/** What is known of a node. */
interface KnownNode {
  readonly index: number;
  /** What messages call it. */
  readonly named: string;
  /** `undefined` where it is not known yet, or none. */
  readonly id: string | undefined;
  /** `undefined` where it is not known yet, or none. */
  readonly type: string | undefined;
  readonly data: Values | undefined;
}

/** What is known of an edge. */
interface KnownEdge {
  readonly index: number;
  /** What messages call it. */
  readonly named: string;
  /** `undefined` where it is not known yet, or none. */
  readonly source: string | undefined;
  /** `undefined` where it is not known yet, or none. */
  readonly target: string | undefined;
  /** The one that Kapso takes it for; `undefined` where it is not known yet, or none. */
  readonly label: string | undefined;
}

/** The ways out of a decide node. */
interface Conditions {
  readonly labels: ReadonlySet<string>;
  /** The labels for messages. */
  readonly listed: string;
}

/**
 * Everything wrong with a workflow's graph that its list of nodes and its list of edges alone tell. What a preview cannot
 * know yet is not judged, nor what has the wrong form: the schema tells that. Never throws.
 *
 * @param definition as the program writes it, with lists
 */
export function graphProblems(definition: unknown): Problem[] {
  if (!isObject(definition)) return [];
  // A list that is not known may hold anything.
  const nodes = Array.isArray(definition.nodes) ? definition.nodes.map(knownNode) : undefined;
  const edges = Array.isArray(definition.edges) ? definition.edges.map(knownEdge) : undefined;
  return [
    ...(nodes ? [...startProblems(nodes), ...nodes.flatMap(nodeProblems)] : []),
    ...(edges ? edges.flatMap(emptyLabel) : []),
    ...(nodes && edges ? [...edgeProblems(nodes, edges), ...unreachable(nodes, edges)] : []),
  ];
}

/** A text that is known. */
function known(value: unknown): string | undefined {
  return typeof value === "string" && value !== UNKNOWN ? value : undefined;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function knownNode(node: unknown, index: number): KnownNode {
  const { id: writtenId, data } = isObject(node) ? node : {};
  const id = known(writtenId);
  const named = id === undefined ? `The node at nodes[${index}]` : `Node ${quote(id)}`;
  const type = isObject(data) ? known(data.node_type) : undefined;
  return { index, named, id, type: type === "" ? undefined : type, data: isObject(data) ? data : undefined };
}

function knownEdge(edge: unknown, index: number): KnownEdge {
  const written: Values = isObject(edge) ? edge : {};
  const source = known(written.source);
  const target = known(written.target);
  const label = isObject(edge) ? known(written.label ?? NEXT) : undefined;
  const shown = (text: string | undefined) => (text === undefined ? "?" : quote(text));
  return {
    index,
    named: `Edge ${shown(source)} --${label ?? "?"}--> ${shown(target)}`,
    source,
    target,
    label,
  };
}

function startProblems(nodes: readonly KnownNode[]): Problem[] {
  const [first, ...others] = nodes.filter(({ type }) => type === "start");
  if (first) {
    const already = first.id === undefined ? "another node" : quote(first.id);
    return others.map(({ index, named }) => ({
      path: ["definition", "nodes", index, "data", "node_type"],
      message: `${named}: a workflow has one start, and ${already} is it already: remove one of them`,
    }));
  }
  // Any of these may turn out to be the start.
  if (nodes.some(({ type }) => type === undefined)) return [];
  return [
    {
      path: ["definition", "nodes"],
      message:
        'There is no start: add { id: "start", data: { node_type: "start", config: {} } }, or kapso.node.start()',
    },
  ];
}

function nodeProblems({ index, named, type, data }: KnownNode): Problem[] {
  if (!data) return [];
  const path = ["definition", "nodes", index, "data"];
  if (type === undefined) {
    // What is not known yet, or has the wrong form, is not missing.
    if (data.node_type !== undefined && data.node_type !== null && data.node_type !== "") return [];
    const message = `${named}: node_type is missing, and Kapso would take the step for a start: write one of ${NODE_TYPES.join(", ")}`;
    return [{ path: [...path, "node_type"], message }];
  }
  const schema = configSchema(type);
  if (!schema) {
    const meant = nearestName(type, NODE_TYPES);
    const advice = meant
      ? `did you mean ${quote(meant)}?`
      : "Kapso takes a step of a type that it does not know for a start";
    const message = `${named}: ${quote(type)} is no node type that this package knows: ${advice}`;
    return [{ path: [...path, "node_type"], message, warning: true }];
  }
  const config = data.config === undefined ? {} : data.config;
  if (!isObject(config)) return [];
  return configProblems(type, schema, config).map((problem) => ({
    ...problem,
    path: [...path, "config", ...problem.path],
    message: `${named}: ${problem.message}`,
  }));
}

function emptyLabel({ index, named, label }: KnownEdge): Problem[] {
  if (label === undefined || label.trim() !== "") return [];
  const message = `${named}: its label is empty: leave it out, or write the label of a condition`;
  return [{ path: ["definition", "edges", index, "label"], message }];
}

function edgeProblems(nodes: readonly KnownNode[], edges: readonly KnownEdge[]): Problem[] {
  const byId = new Map<string, KnownNode | "several">();
  for (const node of nodes) if (node.id !== undefined) byId.set(node.id, byId.has(node.id) ? "several" : node);
  // A node whose id is not known yet may be any that is missed.
  const complete = nodes.every(({ id }) => id !== undefined);
  const conditions = new Map(nodes.map((node) => [node, conditionsOf(node)]));
  return edges.flatMap((edge): Problem[] => {
    const path = ["definition", "edges", edge.index];
    const missing = (["source", "target"] as const).flatMap((end): Problem[] => {
      const id = edge[end];
      if (!complete || id === undefined || byId.has(id)) return [];
      const message = `${edge.named}: there is no node ${quote(id)}: add it, or correct the edge's ${end}`;
      return [{ path: [...path, end], message }];
    });
    const source = edge.source === undefined ? undefined : byId.get(edge.source);
    if (source === undefined || source === "several") return missing;
    const wrong = wrongLabel(edge, source, conditions.get(source));
    return wrong === undefined
      ? missing
      : [...missing, { path: [...path, "label"], message: `${edge.named}: ${wrong}` }];
  });
}

/** The conditions of a decide node; `undefined` where the label of one of them is not known yet, or none. */
function conditionsOf({ type, data }: KnownNode): Conditions | undefined {
  const config = type === "decide" ? data?.config : undefined;
  if (!isObject(config) || !Array.isArray(config.conditions)) return undefined;
  const labels = config.conditions.map((condition) => known(isObject(condition) ? condition.label : undefined));
  const certain = labels.filter((label) => label !== undefined);
  if (certain.length < labels.length) return undefined;
  const listed = certain.slice(0, MOST_LISTED).map(quote).join(", ");
  return { labels: new Set(certain), listed: certain.length > MOST_LISTED ? `${listed}, …` : listed || "none" };
}

function wrongLabel(
  { label, source }: KnownEdge,
  { type }: KnownNode,
  conditions: Conditions | undefined,
): string | undefined {
  if (label === undefined || label.trim() === "" || source === undefined) return undefined;
  if (type !== "decide") {
    // A type that is not known yet may branch.
    if (type === undefined || label === NEXT || !configSchema(type)) return undefined;
    return `a ${type} step has one edge, labelled ${quote(NEXT)}: leave the label out, or go on from a decide step`;
  }
  if (!conditions || conditions.labels.has(label)) return undefined;
  const unlabelled = label === NEXT ? `; an edge without a label has the label ${quote(NEXT)}` : "";
  return `${quote(source)} has no condition ${quote(label)} (it has: ${conditions.listed}): correct the label, or add the condition${unlabelled}`;
}

/** Nodes that no run gets to. */
function unreachable(nodes: readonly KnownNode[], edges: readonly KnownEdge[]): Problem[] {
  const reached = reachedFrom(
    nodes.filter(({ type }) => type === "start").map(({ id }) => id),
    edges,
  );
  if (!reached) return [];
  return nodes.flatMap(({ index, named, id, type }): Problem[] => {
    // Of a node whose type is not known yet, it may be the start that is wrong.
    if (id === undefined || type === undefined || reached.has(id)) return [];
    const message = `${named}: no run gets to it from the start: add an edge that leads to it, or remove it`;
    return [{ path: ["definition", "nodes", index], message, warning: true }];
  });
}

/** The ids that may be reached; `undefined` where that may be any. */
function reachedFrom(
  starts: readonly (string | undefined)[],
  edges: readonly KnownEdge[],
): ReadonlySet<string> | undefined {
  if (starts.length === 0) return undefined;
  const targets = new Map<string | undefined, (string | undefined)[]>();
  for (const { source, target } of edges) {
    const others = targets.get(source);
    if (others) others.push(target);
    else targets.set(source, [target]);
  }
  const reached = new Set<string>();
  // An edge whose source is not known yet may begin at a node that is reached. The list grows while it is walked.
  const found = [...starts, ...(targets.get(undefined) ?? [])];
  for (const id of found) {
    if (id === undefined) return undefined;
    if (reached.has(id)) continue;
    reached.add(id);
    for (const target of targets.get(id) ?? []) found.push(target);
  }
  return reached;
}
