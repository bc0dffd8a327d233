import { type Arrow, type Box, box, type Drawing, drawnText, freeId, type Shape } from "../../lifecycle/drawing";
import type { PropertyPath } from "../../lifecycle/paths";
import { HIDDEN } from "../../lifecycle/secrets";
import { isObject, UNKNOWN, type Values } from "../../lifecycle/values";
import { canonicalLegacyTemplate, canonicalTemplate } from "./template";

/** A flow: what its trails must prove, of themselves and of the artifacts that they produce. */
export function drawTemplate({ name, template, legacyTemplate }: Values): Drawing {
  const field = template === undefined ? "legacyTemplate" : "template";
  const written = template ?? legacyTemplate;
  if (written === undefined) return { direction: "right", boxes: [], arrows: [] };
  const sketch = new Tree(drawnText(name) || TRAIL, [field]);
  const trail = trailIn(field === "template" ? canonicalTemplate(written) : canonicalLegacyTemplate(written));
  if (written === UNKNOWN || written === HIDDEN || !trail) {
    const title = written === UNKNOWN || written === HIDDEN ? drawnText(written) : "cannot be read";
    sketch.add(TRAIL, box("template", "template", { title, shape: "missing", path: [field] }));
    return sketch;
  }
  sketch.addAttestations(TRAIL, trail.attestations, [field, "trail"]);
  for (const { name: title, required, shape, path } of named(trail.artifacts, [field, "trail", "artifacts"])) {
    const id = sketch.add(TRAIL, box(`artifact/${title}`, "artifact", { title, shape, content: {}, path }));
    sketch.addAttestations(id, isObject(required) ? required.attestations : undefined, path);
  }
  // A text, and a list of controls, have no places of what they mean.
  return isObject(written) ? sketch : { ...sketch, boxes: sketch.boxes.map((each) => ({ ...each, path: [field] })) };
}

/** The id of the box where everything begins. */
const TRAIL = "trail";

/** A trail and what it needs, while they are drawn. */
class Tree implements Drawing {
  readonly direction = "right";
  readonly boxes: Box[];
  readonly arrows: Arrow[] = [];

  constructor(title: string, path: PropertyPath) {
    this.boxes = [box(TRAIL, "trail", { title, shape: "start", content: {}, path })];
  }

  /** Adds what a box needs. Answers with its id. */
  add(parent: string, drawn: Box): string {
    const id = freeId(drawn.id, (taken) => this.boxes.some((each) => each.id === taken));
    this.boxes.push({ ...drawn, id });
    this.arrows.push({ from: parent, to: id, label: "" });
    return id;
  }

  addAttestations(parent: string, attestations: unknown, within: PropertyPath): void {
    for (const { name: title, required, shape, path } of named(attestations, [...within, "attestations"])) {
      const kind = isObject(required) ? drawnText(required.type) : "attestations";
      this.add(parent, box(`${parent}/attestation/${title}`, kind, { title, shape, content: required, path }));
    }
  }
}

/** The trail of a template in its normal form, or as it is where it is not wholly known; `undefined` where there is none. */
function trailIn(canonical: unknown): Values | undefined {
  const whole: unknown = Array.isArray(canonical) ? canonical[0] : canonical;
  if (!isObject(whole)) return undefined;
  if (whole.trail === undefined || whole.trail === null) return {};
  return isObject(whole.trail) ? whole.trail : undefined;
}

/** What is required, by its name. */
interface Named {
  readonly name: string;
  readonly required: unknown;
  /** `missing` where it is not known, or is a secret. */
  readonly shape: Shape;
  readonly path: PropertyPath;
}

/** The items of a list, in whichever form it is. */
function named(list: unknown, path: PropertyPath): Named[] {
  const item = (key: string, name: string, required: unknown): Named => ({
    name,
    required,
    shape: isObject(required) ? "step" : "missing",
    path: [...path, key],
  });
  if (list === undefined || list === null) return [];
  if (isObject(list)) return Object.entries(list).map(([key, required]) => item(key, key, required));
  if (!Array.isArray(list)) return [{ ...item("", drawnText(list), list), path }];
  return list.map((each: unknown, index) => {
    const { name, ...required } = isObject(each) ? each : { name: each };
    return item(String(index), drawnText(name) || String(index + 1), isObject(each) ? required : each);
  });
}
