import { type Box, box, type Drawing, drawnText } from "../../lifecycle/drawing";
import { isObject, type Values } from "../../lifecycle/values";
import { longestText } from "../longest-text";

/** A flow: where it is, and its version. */
export function drawFlow({ path, attributes, versionName, versionDescription, versionId }: Values): Drawing {
  const version = box("version", "version", {
    title: drawnText(versionName ?? versionId) || "version",
    detail: drawnText(versionDescription) || longestText(attributes),
    content: { attributes, versionName, versionDescription },
    path: ["attributes"],
  });
  return chain(box("flow", "flow", { title: drawnText(path), shape: "start", content: path, path: ["path"] }), version);
}

/** A deployment: the version, and the environment that has it. */
export function drawDeployment({ flow, version, environment }: Values): Drawing {
  return chain(
    box("version", "version", {
      title: drawnText(version),
      detail: `of ${drawnText(flow)}`,
      shape: "start",
      content: version,
      path: ["version"],
    }),
    box("environment", "environment", {
      title: drawnText(environment),
      content: environment,
      path: ["environment"],
    }),
  );
}

/** A monitoring: the flow, and what runs on its logs. */
export function drawMonitoring({ flow, evaluators }: Values): Drawing {
  const start = box("flow", "flow", { title: drawnText(flow), shape: "start", content: flow, path: ["flow"] });
  const all = Array.isArray(evaluators) || isObject(evaluators) ? Object.entries(evaluators) : [];
  const boxes = all.map(([key, evaluator]): Box => {
    const { evaluatorVersionId, evaluatorId, environmentId } = isObject(evaluator) ? evaluator : {};
    return box(`evaluator/${key}`, "evaluator", {
      title: drawnText(evaluatorVersionId ?? evaluatorId) || drawnText(evaluator),
      detail: environmentId === undefined ? "" : `as deployed to ${drawnText(environmentId)}`,
      content: evaluator,
      path: ["evaluators", key],
    });
  });
  if (all.length === 0 && evaluators !== undefined && !Array.isArray(evaluators) && !isObject(evaluators))
    boxes.push(
      box("evaluators", "evaluators", { title: drawnText(evaluators), shape: "missing", path: ["evaluators"] }),
    );
  return {
    direction: "right",
    boxes: [start, ...boxes],
    arrows: boxes.map(({ id }) => ({ from: "flow", to: id, label: "" })),
  };
}

function chain(first: Box, second: Box): Drawing {
  return { direction: "down", boxes: [first, second], arrows: [{ from: first.id, to: second.id, label: "" }] };
}
