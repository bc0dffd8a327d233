import {
  type Arrow,
  type Box,
  box,
  type Drawing,
  drawnText,
  flowBox,
  freeId,
  type Labels,
  pair,
} from "../../lifecycle/drawing";
import { fromRegistered } from "../../lifecycle/keyed";
import { isObject, type Values } from "../../lifecycle/values";
import { longestText } from "../longest-text";
import { NEXT } from "./definition/config-keys";
import { canonicalDefinition } from "./definition/meaning";
import { definition as schema } from "./definition/schema";

/** A workflow: a box for each node, an arrow for each edge. */
export function drawGraph({ definition }: Values, labels: Labels): Drawing {
  if (definition === undefined) return { direction: "down", boxes: [], arrows: [] };
  if (!isObject(definition))
    return { direction: "down", boxes: [unseen("definition", "definition", definition, ["definition"])], arrows: [] };
  const boxes = new Map<string, Box>();
  const meant = canonicalDefinition(definition);
  const meanings = new Map(isObject(meant) ? entriesOf(meant.nodes) : []);
  for (const [key, node] of entriesOf(definition.nodes)) addNode(boxes, key, node, meanings.get(key), labels);
  for (const part of ["nodes", "edges"]) {
    const own = freeId(part, (each) => boxes.has(each));
    if (definition[part] !== undefined && !isObject(definition[part]) && !Array.isArray(definition[part]))
      boxes.set(own, unseen(own, part, definition[part], ["definition", part]));
  }
  const arrows = new Map<string, Arrow>();
  for (const edge of edgesIn(definition)) {
    const [from, to] = [drawnText(edge.source), drawnText(edge.target)];
    for (const id of [from, to]) if (!boxes.has(id)) boxes.set(id, box(id, "not there", { shape: "missing" }));
    const label = drawnText(edge.label ?? NEXT);
    const arrow = { from, to, label: label === NEXT ? "" : label };
    arrows.set(JSON.stringify(arrow), arrow);
  }
  return {
    direction: "down",
    boxes: [...boxes.values()].map((each) => shaped(each, arrows)),
    arrows: [...arrows.values()],
    arrowPlaces: [["definition", "edges"]],
  };
}

/** What is not known yet, or a secret as a whole. */
function unseen(id: string, kind: string, value: unknown, path: readonly string[]): Box {
  return box(id, kind, { title: drawnText(value), shape: "missing", path });
}

/** What is in a list has its place there as key; its id may be unknown, or stand there twice. */
function addNode(boxes: Map<string, Box>, key: string, written: unknown, meant: unknown, labels: Labels): void {
  const node: Values = isObject(written) ? written : {};
  const data: Values = isObject(node.data) ? node.data : {};
  const id = "id" in node ? drawnText(node.id) : key;
  const own = freeId(id, (each) => boxes.has(each));
  const content = isObject(meant) ? meant.data : meant;
  // What is said of the ways that lead on stands at them.
  const { conditions: _, ...config } = isObject(content) && isObject(content.config) ? content.config : {};
  const said = longestText(config);
  boxes.set(
    own,
    box(own, drawnText(data.node_type), {
      title: drawnText(data.display_name) || own,
      // The id of a function tells people less than its name.
      detail: labels.get(said) ?? said,
      shape: data.node_type === "start" ? "start" : "step",
      content,
      path: ["definition", "nodes", key],
    }),
  );
}

/** The members of a map or a list, by their keys. */
function entriesOf(members: unknown): [key: string, member: unknown][] {
  return isObject(members) || Array.isArray(members) ? Object.entries(members) : [];
}

function edgesIn(definition: Values): Values[] {
  const graph = fromRegistered(schema, { nodes: [], edges: definition.edges });
  return isObject(graph) && Array.isArray(graph.edges) ? graph.edges.filter(isObject) : [];
}

function shaped(drawn: Box, arrows: ReadonlyMap<string, Arrow>): Box {
  const ways = [...arrows.values()].filter(({ from }) => from === drawn.id).length;
  return drawn.shape === "step" && ways > 1 ? { ...drawn, shape: "choice" } : drawn;
}

/** A trigger: what happens, and the workflow that it starts. */
export function drawTrigger(values: Values, labels: Labels): Drawing {
  const { workflowId, triggerType, event, eventName, phoneNumberId, propertyKey, operator, propertyValue, active } =
    values;
  const filter = [propertyKey, operator, propertyValue].map(drawnText).filter((each) => each !== "");
  const details = [
    ...(phoneNumberId === undefined ? [] : [`to the number ${drawnText(phoneNumberId)}`]),
    ...(filter.length > 0 ? [`where ${filter.join(" ")}`] : []),
    ...(active === false ? ["switched off"] : []),
  ];
  return pair(
    box("trigger", drawnText(triggerType) || "trigger", {
      title: drawnText(event ?? eventName ?? triggerType) || "trigger",
      detail: details.join("\n"),
      shape: "start",
      content: { triggerType, event, eventName, phoneNumberId, propertyKey, operator, propertyValue, active },
      path: ["triggerType"],
      holdsFields: true,
    }),
    flowBox("workflow", "workflowId", workflowId, labels),
  );
}

/** A function: its code. */
export function drawFunction({ name, code, runtimeConfig, functionType, secrets }: Values): Drawing {
  return {
    direction: "down",
    boxes: [
      box("function", drawnText(functionType) || "function", {
        title: drawnText(name) || "function",
        detail: drawnText(code),
        content: { code, runtimeConfig, secrets },
        path: ["code"],
        holdsFields: true,
      }),
    ],
    arrows: [],
  };
}
