import assert from "node:assert/strict";
import { check } from "../../provider/lifecycle/check";
import { draw } from "../../provider/lifecycle/draw";
import type { Drawing } from "../../provider/lifecycle/drawing";
import { valueAt } from "../../provider/lifecycle/paths";
import type { Values } from "../../provider/lifecycle/values";
import { flowTypeOf } from "../../provider/runtime/process";

/** Draws what a program says, and fails where a drawing could not be shown: ids are unique, arrows lead from box to box, each once. */
export function drawn(token: string, args: Values): Drawing {
  const { type } = flowTypeOf(token);
  const { inputs } = check(type, args, {});
  const { drawing } = draw(type, inputs);
  const ids = drawing.boxes.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, `an id twice: ${ids.join(", ")}`);
  const arrows = drawing.arrows.map((each) => JSON.stringify(each));
  assert.equal(new Set(arrows).size, arrows.length, `an arrow twice: ${arrows.join(", ")}`);
  for (const { from, to } of drawing.arrows) assert.ok(ids.includes(from) && ids.includes(to), `${from} to ${to}`);
  return drawing;
}

/** Fails where a box does not stand in the arguments where it says. */
export function demandPlaces({ boxes }: Drawing, token: string, args: Values): void {
  const { inputs } = check(flowTypeOf(token).type, args, {});
  for (const { path, id } of boxes) assert.notEqual(valueAt(inputs, path), undefined, `${id} is at ${path.join(".")}`);
}

/** The boxes of a drawing in short: `greet [send_text] Hello`. */
export function boxesOf({ boxes }: Drawing): string[] {
  return boxes.map(({ id, kind, title, detail, shape }) =>
    [
      shape === "step" ? id : `${shape} ${id}`,
      `[${kind}]`,
      ...(title === id ? [] : [`"${title}"`]),
      ...(detail === "" ? [] : [detail]),
    ].join(" "),
  );
}

/** The arrows of a drawing in short: `greet -yes-> ask`. */
export function arrowsOf({ arrows }: Drawing): string[] {
  return arrows.map(({ from, to, label }) => `${from} -${label === "" ? "" : `${label}-`}> ${to}`);
}
