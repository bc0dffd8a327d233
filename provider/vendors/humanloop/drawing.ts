import { type Box, box, type Drawing, drawnText, flowBox, type Labels, pair, valueBox } from "../../lifecycle/drawing";
import { isObject, type Values } from "../../lifecycle/values";
import { longestText } from "../longest-text";

/** A flow: where it is, and its version. */
export function drawFlow({ path, attributes, versionName, versionDescription, versionId }: Values): Drawing {
  const version = box("version", "version", {
    title: drawnText(versionName ?? versionId) || "version",
    detail: drawnText(versionDescription) || longestText(attributes),
    content: { attributes, versionName, versionDescription },
    path: ["attributes"],
    holdsFields: true,
  });
  const title = drawnText(path) || "flow";
  return pair(box("flow", "flow", { title, shape: "start", content: path, path: ["path"] }), version);
}

/** A deployment: the version, and the environment that has it. */
export function drawDeployment({ flow, version, environment }: Values, labels: Labels): Drawing {
  const [id, label] = [drawnText(flow), labels.get(drawnText(flow))];
  const detail = id === "" ? "" : `of ${label === undefined ? id : `${label} (${id})`}`;
  return pair(
    valueBox("version", "version", version, { detail, shape: "start" }),
    valueBox("environment", "environment", environment),
  );
}

/** A monitoring: the flow, and what runs on its logs. */
export function drawMonitoring({ flow, evaluators }: Values, labels: Labels): Drawing {
  const start = flowBox("flow", "flow", flow, labels, "start");
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
