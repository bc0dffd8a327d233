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
import { isObject, type Values } from "../../lifecycle/values";
import { longestText } from "../longest-text";
import { BRANCHES, canonicalSteps } from "./steps/meaning";

/** A way that leads on to the next step. */
interface Open {
  readonly from: string;
  readonly label: string;
}

/** A step of a list or a map. */
interface Placed {
  /** Where it stands there. */
  readonly key: string;
  /** What tells it apart. */
  readonly name: string;
  readonly step: unknown;
}

/** A flow: its steps in the order in which they run, and the branches of its conditional ones. */
export function drawSteps({ steps }: Values): Drawing {
  const sketch = new Sketch();
  sketch.add(inOrder(canonicalSteps(steps)), [], "", ["steps"]);
  const boxes = [...sketch.boxes.values()];
  return { direction: "down", boxes, arrows: sketch.arrows, arrowPlaces: boxes.map(({ path }) => [...path, "after"]) };
}

/** Boxes and arrows while they are drawn. */
class Sketch {
  readonly boxes = new Map<string, Box>();
  readonly arrows: Arrow[] = [];

  /**
   * Draws steps that run one after the other. Answers with the ways that lead on from them.
   *
   * @param open the ways that lead to the first of them
   * @param within begins the ids of the boxes
   */
  add(steps: readonly Placed[], open: readonly Open[], within: string, path: readonly string[]): readonly Open[] {
    let ways = open;
    for (const { key, name, step } of steps) {
      const id = freeId(within + name, (each) => this.boxes.has(each));
      const at = key === "" ? path : [...path, key];
      this.arrows.push(...ways.map(({ from, label }) => ({ from, to: id, label })));
      ways = isObject(step) ? this.#draw(id, step, at) : this.#leaveOut(id, name, at);
    }
    return ways;
  }

  #draw(id: string, step: Values, path: readonly string[]): readonly Open[] {
    const { config, after: _, ...rest } = step;
    const isConditional = step.type === "conditional";
    const { branches, own } = isConditional ? partsOf(config) : { branches: {}, own: config };
    const detail = [
      ...(step.enabled === false ? ["switched off"] : []),
      ...(step.when === undefined ? [] : [`when ${drawnText(step.when)}`]),
      longestText(own),
    ];
    this.boxes.set(
      id,
      box(id, drawnText(step.type), {
        title: drawnText(step.name) || (id.split("/").at(-1) ?? id),
        detail: detail.filter((line) => line !== "").join("\n"),
        shape: isConditional ? "choice" : "step",
        content: { ...rest, config: own },
        path,
      }),
    );
    if (!isConditional) return [{ from: id, label: "" }];
    return BRANCHES.flatMap((branch) => {
      const label = branch.replace(/Steps$/, "");
      return this.add(inOrder(branches[branch]), [{ from: id, label }], `${id}/${label}/`, [...path, "config", branch]);
    });
  }

  /** What is not known, or secret as a whole. */
  #leaveOut(id: string, title: string, path: readonly string[]): readonly Open[] {
    this.boxes.set(id, box(id, "steps", { title, shape: "missing", path }));
    return [{ from: id, label: "" }];
  }
}

function partsOf(config: unknown): { readonly branches: Values; readonly own: unknown } {
  if (!isObject(config)) return { branches: {}, own: config };
  const split = (isBranch: boolean) =>
    Object.fromEntries(Object.entries(config).filter(([key]) => BRANCHES.includes(key) === isBranch));
  return { branches: split(true), own: split(false) };
}

/** Steps in the order in which they run. In a map each tells which one is before it; what leads nowhere comes last. */
function inOrder(steps: unknown): Placed[] {
  if (steps === undefined || steps === null) return [];
  if (Array.isArray(steps))
    return steps.map((step: unknown, index) => {
      const { id, name } = isObject(step) ? step : { name: step };
      return { key: String(index), name: drawnText(id ?? name) || `step ${index + 1}`, step };
    });
  if (!isObject(steps)) return [{ key: "", name: drawnText(steps), step: steps }];
  const all = Object.entries(steps).map(([key, step]) => ({ key, name: key, step }));
  const followers = new Map(all.map((each) => [isObject(each.step) ? each.step.after : undefined, each]));
  const ordered = new Set<Placed>();
  for (let next = followers.get(undefined); next && !ordered.has(next); next = followers.get(next.key))
    ordered.add(next);
  return [...ordered, ...all.filter((each) => !ordered.has(each))];
}

/** A publication: the flow, and the version that its callers get. */
export function drawPublication({ flow, version, publishedVersionId }: Values, labels: Labels): Drawing {
  return pair(
    flowBox("flow", "flow", flow, labels, "start"),
    box("version", "published version", {
      title: drawnText(version ?? publishedVersionId) || "what the flow holds",
      content: version,
      path: ["version"],
    }),
  );
}
