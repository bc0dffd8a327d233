import { plainText } from "../../http/plain-text";
import { textWithoutCredentials } from "../../lifecycle/credentials";
import { type Drawing, type Labels, UNKNOWN_TEXT } from "../../lifecycle/drawing";
import { messageOf } from "../../lifecycle/errors";
import type { FlowType } from "../../lifecycle/flow-type";
import { migrate } from "../../lifecycle/migrate";
import { differingPaths, isWithin, type PropertyPath, showPath, valueAt } from "../../lifecycle/paths";
import { changedOutside, type PlannedChange, planOf } from "../../lifecycle/plan";
import { containsUnknown, isObject, UNKNOWN } from "../../lifecycle/values";
import { type ComparedArrow, type ComparedBox, type Comparison, compareDrawings } from "../../picture/comparison";
import { flowTypeOf } from "../../runtime/process";
import { nameIn } from "../stack-state";
import type { Operation, PreviewedFlow } from "./preview";

/** A value that changes. */
export interface Change {
  /** Where it stands: `config.message`. */
  readonly place: string;
  /** As text; absent for nothing. */
  readonly before?: string;
  /** As text; absent for nothing. */
  readonly after?: string;
}

/** A box that changes, with what changes of it. */
export interface ReviewedBox extends Omit<ComparedBox, "fate"> {
  readonly fate: "added" | "removed" | "changed";
  readonly title: string;
  readonly kind: string;
  readonly changes: readonly Change[];
}

/** An arrow that changes. */
interface ReviewedArrow {
  readonly fate: "added" | "removed";
  /** The titles of the boxes. */
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** A flow that a preview would change, as people look at it. */
export interface ReviewedFlow {
  readonly operation: Operation;
  readonly urn: string;
  /** The resource's name. */
  readonly name: string;
  /** Such as `Kapso workflow "support"`. */
  readonly title: string;
  readonly comparison: Comparison;
  readonly boxes: readonly ReviewedBox[];
  readonly arrows: readonly ReviewedArrow[];
  /** What changes beside the graph. */
  readonly fields: readonly Change[];
  /** What else is to be known, as sentences. */
  readonly remarks: readonly string[];
}

/** What a preview makes of a flow. One that cannot be read is told as such, and is not left out. */
export function reviewedFlow(flow: PreviewedFlow, labels: Labels): ReviewedFlow {
  const { operation, urn, formerUrn, token } = flow;
  const name = nameIn(urn);
  const known = { operation, urn, name };
  const renamed = formerUrn === undefined ? [] : [`The resource was ${formerUrn} before.`];
  try {
    const { type } = flowTypeOf(token);
    const state = flow.state && migrate(flow.state);
    const inputs = flow.inputs && migrate(flow.inputs);
    const isReplaced = operation === "replace";
    const plan = planOf(type, { state, inputs, isReplaced }, labels);
    const { label, before, after, changes, released, taken, untold } = plan;
    // What exists and is not known yet is not all new.
    const isTaken = operation === "import" && state === undefined;
    const comparison = compareDrawings(isTaken ? after : before, after);
    const boxes = comparison.boxes.flatMap(reviewedBox);
    const arrows = reviewedArrows(comparison);
    const fields = (isTaken ? [] : besideGraph(changes, boxes, arrows, [before, after])).flatMap(toldChanges);
    const isNothing = operation === "update" && boxes.length + arrows.length + fields.length === 0;
    return {
      ...known,
      title: `${type.noun} "${plainText(label.replaceAll(UNKNOWN, UNKNOWN_TEXT), 200)}"`,
      comparison,
      boxes,
      arrows,
      fields,
      remarks: [
        ...renamed,
        ...handMade(flow, type),
        ...(flow.isGone ? ["Somebody has deleted it outside of Pulumi, and it is made anew."] : []),
        ...(isTaken ? ["It exists, and is taken over as it is: a preview does not tell what of it will differ."] : []),
        ...(!state && inputs?.adopt === true ? [ADOPTED] : []),
        ...(flow.isRetained ? [RETAINED] : []),
        ...released.map((field) => `${field} is no longer declared: ${isReplaced ? REPLACED : RELEASED}.`),
        ...taken.map((field) => `${field} is declared from now on, as it is already.`),
        ...untold.map((field) => `${field} is declared from now on. ${UNTOLD}`),
        ...(isNothing && released.length + taken.length === 0
          ? [containsUnknown(inputs) ? ONLY_UNKNOWN : NOTHING_SHOWN]
          : plan.isSecret
            ? [MAY_CHANGE]
            : []),
      ],
    };
  } catch (error) {
    const why = `What would change in it cannot be shown: ${textWithoutCredentials(messageOf(error))}`;
    const comparison = compareDrawings(undefined, undefined);
    return {
      ...known,
      title: `${token} "${name}"`,
      comparison,
      boxes: [],
      arrows: [],
      fields: [],
      remarks: [...renamed, why],
    };
  }
}

const RELEASED = "it stays as it is, and others may change it";
const REPLACED = "the new flow has what the vendor gives it";

const ADOPTED =
  "Where one of this name exists, it is taken over and changed to this: what it holds now a preview does not look at.";

const RETAINED = "The flow that is there stays at the vendor: Pulumi only forgets it.";

const UNTOLD =
  "What the flow holds there now the state does not tell: all of it is shown as added, and takes the place of what is there.";

const MAY_CHANGE = "It holds secrets: whether they change as well a preview does not tell.";

const ONLY_UNKNOWN = "Nothing that is known already differs: what is known after the update may.";

const NOTHING_SHOWN =
  "Nothing that can be shown differs: a secret may have changed, whose values a preview does not tell, or which values are secret.";

function reviewedBox(compared: ComparedBox): ReviewedBox[] {
  const { fate, before, after } = compared;
  const box = after ?? before;
  if (fate === "same" || !box) return [];
  const paths = before && after ? differingPaths(before.content, after.content) : [[]];
  const changes = paths.map((path) => ({
    path,
    ...(before ? { before: valueAt(before.content, path) } : {}),
    ...(after ? { after: valueAt(after.content, path) } : {}),
  }));
  const { title, kind } = box;
  const isOther = before !== undefined && after !== undefined && before.kind !== after.kind;
  const own = box.path.at(-1) ?? "";
  // The kind stands in the heading.
  const told = changes
    .flatMap(toldChanges)
    .map((each) => ({ ...each, place: each.place || own }))
    .filter(({ place, before: was, after: is }) => !(/^(node_)?type$/.test(place) && (is ?? was) === kind));
  return [
    {
      ...compared,
      fate,
      title,
      kind,
      changes: [...(isOther ? [{ place: "type", before: before.kind, after: after.kind }] : []), ...told],
    },
  ];
}

function reviewedArrows({ boxes, arrows }: Comparison): ReviewedArrow[] {
  const titles = new Map(boxes.map(({ id, before, after }) => [id, (after ?? before)?.title ?? id]));
  const isReal = (each: ComparedArrow): each is ComparedArrow & { fate: "added" | "removed" } => each.fate !== "same";
  return arrows.filter(isReal).map(({ fate, arrow: { from, to, label } }) => ({
    fate,
    from: titles.get(from) ?? from,
    to: titles.get(to) ?? to,
    label,
  }));
}

/** The changes that boxes and arrows do not tell. */
function besideGraph(
  changes: readonly PlannedChange[],
  boxes: readonly ReviewedBox[],
  arrows: readonly ReviewedArrow[],
  drawings: readonly (Drawing | undefined)[],
): PlannedChange[] {
  const sides = boxes.flatMap(({ before, after }) => [before, after].flatMap((each) => each ?? []));
  const told = [
    ...sides.flatMap(({ content, path, holdsFields }) => [
      path,
      ...(holdsFields && isObject(content) ? Object.keys(content).map((field): PropertyPath => [field]) : []),
    ]),
    ...(arrows.length > 0 ? drawings.flatMap((drawing) => drawing?.arrowPlaces ?? []) : []),
  ].filter(({ length }) => length > 0);
  // What changes as a whole is told by what changes within it.
  return changes.filter(({ path }) => !told.some((place) => isWithin(path, place) || isWithin(place, path)));
}

/** A change as texts: of what is there on one side alone each value by itself. */
function toldChanges({ path, before, after }: PlannedChange): Change[] {
  if (before !== undefined && after !== undefined) {
    const texts = [textOf(before), textOf(after)] as const;
    const place = showPath(path, {});
    if (texts[0] !== texts[1]) return [{ place, before: texts[0], after: texts[1] }];
    // A number and its text read alike.
    return typeof before === typeof after
      ? []
      : [{ place, before: JSON.stringify(before), after: JSON.stringify(after) }];
  }
  const [side, value] = after === undefined ? (["before", before] as const) : (["after", after] as const);
  const leaves = leavesOf(value, path);
  const isEmpty = leaves.length === 0 && path.length > 0;
  return (isEmpty ? [{ place: showPath(path, {}), text: textOf(value) }] : leaves).map(({ place, text }) => ({
    place,
    [side]: text,
  }));
}

function leavesOf(value: unknown, path: PropertyPath): { readonly place: string; readonly text: string }[] {
  if (value === undefined || value === null) return [];
  const isNested = isObject(value) || (Array.isArray(value) && value.some(isObject));
  if (!isNested) return [{ place: showPath(path, {}), text: textOf(value) }];
  return Object.entries(value).flatMap(([key, member]) => leavesOf(member, [...path, key]));
}

/** A value as people read it. */
function textOf(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
  return text.replaceAll(UNKNOWN, UNKNOWN_TEXT);
}

/** What somebody changed outside of Pulumi, where the preview has looked. */
function handMade({ stale, state }: PreviewedFlow, type: FlowType): string[] {
  if (!stale || !state) return [];
  const paths = changedOutside(type, migrate(stale), migrate(state)).map((path) => showPath(path, {}));
  return paths.length === 0 ? [] : [`Changed outside of Pulumi since the last update: ${paths.join(", ")}.`];
}
