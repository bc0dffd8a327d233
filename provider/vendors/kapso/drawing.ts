import { type Arrow, type Box, box, type Drawing, drawnText, freeId } from "../../lifecycle/drawing";
import { fromRegistered } from "../../lifecycle/keyed";
import { isObject, type Values } from "../../lifecycle/values";
import { longestText } from "../longest-text";
import { NEXT } from "./definition/config-keys";
import { canonicalDefinition } from "./definition/meaning";
import { definition as schema } from "./definition/schema";

/** A workflow: a box for each node, an arrow for each edge. */
export function drawGraph({ definition }: Values): Drawing {
  if (definition === undefined) return { direction: "down", boxes: [], arrows: [] };
  if (!isObject(definition)) return { direction: "down", boxes: [unseen(definition, "definition")], arrows: [] };
  const boxes = new Map<string, Box>();
  const meant = Object(canonicalDefinition(definition)).nodes;
  if (isObject(definition.nodes) || Array.isArray(definition.nodes))
    for (const [key, node] of Object.entries(definition.nodes)) addNode(boxes, key, node, Reflect.get(meant, key));
  else if (definition.nodes !== undefined) boxes.set("nodes", unseen(definition.nodes, "nodes"));
  if (definition.edges !== undefined && !isObject(definition.edges) && !Array.isArray(definition.edges))
    boxes.set("edges", unseen(definition.edges, "edges"));
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
  };
}

/** What is not known yet, or a secret as a whole. */
function unseen(value: unknown, kind: string): Box {
  return box(kind, kind, { title: drawnText(value), shape: "missing", path: ["definition"] });
}

/** What is in a list has its place there as key; its id may be unknown, or stand there twice. */
function addNode(boxes: Map<string, Box>, key: string, written: unknown, meant: unknown): void {
  const node: Values = isObject(written) ? written : {};
  const data: Values = isObject(node.data) ? node.data : {};
  const id = "id" in node ? drawnText(node.id) : key;
  const own = freeId(id, (each) => boxes.has(each));
  const content = isObject(meant) ? meant.data : meant;
  // What is said of the ways that lead on stands at them.
  const { conditions: _, ...config } = Object(Object(content).config);
  boxes.set(
    own,
    box(own, drawnText(data.node_type), {
      title: drawnText(data.display_name) || own,
      detail: longestText(config),
      shape: data.node_type === "start" ? "start" : "step",
      content,
      path: ["definition", "nodes", key],
    }),
  );
}

function edgesIn(definition: Values): Values[] {
  const { edges } = Object(fromRegistered(schema, { nodes: [], edges: definition.edges }));
  return Array.isArray(edges) ? edges.filter(isObject) : [];
}

function shaped(drawn: Box, arrows: ReadonlyMap<string, Arrow>): Box {
  const ways = [...arrows.values()].filter(({ from }) => from === drawn.id).length;
  return drawn.shape === "step" && ways > 1 ? { ...drawn, shape: "choice" } : drawn;
}

/** A trigger: what happens, and the workflow that it starts. */
export function drawTrigger(values: Values): Drawing {
  const { workflowId, triggerType, event, eventName, phoneNumberId, propertyKey, operator, propertyValue, active } =
    values;
  const filter = [propertyKey, operator, propertyValue].map(drawnText).filter((each) => each !== "");
  const details = [
    ...(phoneNumberId === undefined ? [] : [`to the number ${drawnText(phoneNumberId)}`]),
    ...(filter.length > 0 ? [`where ${filter.join(" ")}`] : []),
    ...(active === false ? ["switched off"] : []),
  ];
  return {
    direction: "down",
    boxes: [
      box("trigger", drawnText(triggerType), {
        title: drawnText(event ?? eventName ?? triggerType),
        detail: details.join("\n"),
        shape: "start",
        content: { triggerType, event, eventName, phoneNumberId, propertyKey, operator, propertyValue, active },
        path: ["triggerType"],
      }),
      box("workflow", "workflow", { title: drawnText(workflowId), content: workflowId, path: ["workflowId"] }),
    ],
    arrows: [{ from: "trigger", to: "workflow", label: "" }],
  };
}

/** A function: its code. */
export function drawFunction({ name, code, runtimeConfig, functionType, secrets }: Values): Drawing {
  return {
    direction: "down",
    boxes: [
      box("function", drawnText(functionType) || "function", {
        title: drawnText(name),
        detail: drawnText(code),
        content: { code, runtimeConfig, secrets },
        path: ["code"],
      }),
    ],
    arrows: [],
  };
}
