import fc from "fast-check";
import { box, type Drawing } from "../../provider/lifecycle/drawing";
import { anyText } from "./nasty-texts";

/** Any drawing: ids are unique, arrows lead to what is there, and texts are whatever they are. */
export const anyDrawing: fc.Arbitrary<Drawing> = fc.uniqueArray(anyText, { maxLength: 7 }).chain((ids) =>
  fc.record({
    direction: fc.constantFrom("down" as const, "right" as const),
    boxes: fc.tuple(
      ...ids.map((id) =>
        fc
          .record({
            title: anyText,
            detail: anyText,
            shape: fc.constantFrom("start" as const, "choice" as const, "step" as const, "missing" as const),
          })
          .chain((more) => anyText.map((kind) => box(id, kind, more))),
      ),
    ),
    arrows:
      ids.length === 0
        ? fc.constant([])
        : fc.uniqueArray(fc.record({ from: fc.constantFrom(...ids), to: fc.constantFrom(...ids), label: anyText }), {
            maxLength: 10,
            selector: (each) => JSON.stringify(each),
          }),
  }),
);
