import { type Arrow, type Box, box, type Drawing, drawnText, freeId } from "../../lifecycle/drawing";
import type { PropertyPath } from "../../lifecycle/paths";
import { HIDDEN } from "../../lifecycle/secrets";
import { isObject, UNKNOWN, type Values } from "../../lifecycle/values";
import { canonicalLegacyTemplate, canonicalTemplate } from "./template";

/** A flow: what its trails must prove, of themselves and of the artifacts that they produce. */
export function drawTemplate({ name, template, legacyTemplate }: Values): Drawing {
  const field = template === undefined ? "legacyTemplate" : "template";
  const written = template ?? legacyTemplate;
  if (written === undefined) return { direction: "right", boxes: [], arrows: [] };
  const sketch = new Sketch(drawnText(name), [field]);
  const trail = trailIn(field === "template" ? canonicalTemplate(written) : canonicalLegacyTemplate(written));
  if (written === UNKNOWN || written === HIDDEN || !trail) {
    const title = written === UNKNOWN || written === HIDDEN ? drawnText(written) : "cannot be read";
    sketch.add(TRAIL, box("template", "template", { title, shape: "missing", path: [field] }));
    return sketch;
  }
  sketch.addAttestations(TRAIL, trail.attestations, [field, "trail"]);
  for (const { key, name: artifact, required } of named(trail.artifacts)) {
    const path = [field, "trail", "artifacts", key];
    const id = sketch.add(TRAIL, box(`artifact/${artifact}`, "artifact", { title: artifact, content: {}, path }));
    sketch.addAttestations(id, isObject(required) ? required.attestations : required, path);
  }
  return sketch;
}

/** The id of the box where everything begins. */
const TRAIL = "trail";

/** A drawing while it is drawn. */
class Sketch implements Drawing {
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
    for (const { key, name: title, required } of named(attestations)) {
      const kind = drawnText(isObject(required) ? required.type : required);
      const path = [...within, "attestations", key];
      this.add(parent, box(`${parent}/attestation/${title}`, kind, { title, content: required, path }));
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

/** The items of a list, in whichever form it is. */
function named(list: unknown): { readonly key: string; readonly name: string; readonly required: unknown }[] {
  if (isObject(list)) return Object.entries(list).map(([key, required]) => ({ key, name: key, required }));
  if (!Array.isArray(list))
    return list === undefined || list === null ? [] : [{ key: "0", name: drawnText(list), required: {} }];
  return list.map((item: unknown, index) => {
    const { name = undefined, ...required } = isObject(item) ? item : { name: item };
    return { key: String(index), name: drawnText(name) || String(index + 1), required };
  });
}
