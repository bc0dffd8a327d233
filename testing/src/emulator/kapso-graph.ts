import { recordsOf } from "./kapso-config";
import type { KapsoDefinition, KapsoEdge, KapsoNode } from "./kapso-records";
import type { KapsoSwitches } from "./kapso-switches";

// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

/** The first rule of 4.3 that a graph breaks, as far as the server checks them; undefined if there is none. */
export function brokenRule(definition: KapsoDefinition, checked: KapsoSwitches["kapsoGraphRules"]): string | undefined {
  const agreed = checked === "none" ? [] : agreedRules;
  for (const rule of checked === "all" ? [...agreed, ...skillsRules] : agreed) {
    const broken = rule(definition);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** Why a graph could not run: undefined if exactly one start node leads somewhere. */
export function deadBecause({ nodes, edges }: KapsoDefinition): string | undefined {
  const starts = nodes.filter(isStart);
  if (starts.length !== 1) return `there must be exactly one start node, not ${starts.length}`;
  return edges.some(({ source }) => source === starts[0]?.id) ? undefined : "the start node has no outgoing edge";
}

type Rule = (definition: KapsoDefinition) => string | undefined;

/** What every published validator checks. */
const agreedRules: readonly Rule[] = [
  ({ nodes }) => {
    const id = repeated(nodes.map((node) => node.id));
    return id && `two nodes have the id ${id}`;
  },
  ({ nodes, edges }) => {
    const ids = new Set(nodes.map(({ id }) => id));
    const loose = edges.find(({ source, target }) => !ids.has(source) || !ids.has(target));
    return loose && `edge ${loose.source} -> ${loose.target} has an end that is no node`;
  },
  ({ nodes }) => {
    const node = nodes.filter(isDecide).find((each) => labelsOf(each).length === 0);
    return node && `${node.id} has no conditions`;
  },
  ({ nodes }) => {
    const node = nodes.filter(isDecide).find((each) => repeated(labelsOf(each)) !== undefined);
    return node && `${node.id} has two conditions of one label`;
  },
  ({ nodes, edges }) => {
    for (const node of nodes.filter(isDecide)) {
      const stray = leaving(node, edges).find(({ label }) => !labelsOf(node).includes(label));
      if (stray !== undefined) return `edge ${stray.source} -> ${stray.target} has a label that is no condition`;
    }
    return undefined;
  },
];

/** What the validator of the agent skills checks beyond that. */
const skillsRules: readonly Rule[] = [
  (definition) => deadBecause(definition),
  ({ nodes }) => {
    const start = nodes.find(isStart);
    return start?.id === "start" ? undefined : "the id of the start node must be start";
  },
  ({ edges }) => (edges.some(({ label }) => label === "") ? "an edge has an empty label" : undefined),
  ({ nodes, edges }) => {
    const node = nodes.find((each) => repeated(leaving(each, edges).map(({ label }) => label)) !== undefined);
    return node && `two edges from ${node.id} have one label`;
  },
  ({ nodes, edges }) => {
    const plain = nodes.filter((node) => !isDecide(node));
    const node = plain.find((each) => leaving(each, edges).some(({ label }) => label !== "next"));
    return node && `an edge from ${node.id} is not labelled next`;
  },
  ({ nodes, edges }) => {
    for (const node of nodes.filter(isDecide)) {
      const open = labelsOf(node).find((label) => leaving(node, edges).every((edge) => edge.label !== label));
      if (open !== undefined) return `condition ${open} of ${node.id} has no edge`;
    }
    return undefined;
  },
];

function isStart(node: KapsoNode): boolean {
  return node.data.node_type === "start";
}

function isDecide(node: KapsoNode): boolean {
  return node.data.node_type === "decide";
}

function labelsOf(node: KapsoNode): string[] {
  return recordsOf(node.data.config.conditions).map(({ label }) => String(label));
}

function leaving(node: KapsoNode, edges: readonly KapsoEdge[]): KapsoEdge[] {
  return edges.filter(({ source }) => source === node.id);
}

function repeated(texts: readonly string[]): string | undefined {
  return texts.find((text, index) => texts.indexOf(text) !== index);
}
