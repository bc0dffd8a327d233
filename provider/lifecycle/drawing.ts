import { isDeepStrictEqual as isEqual } from "node:util";
import type { PropertyPath } from "./paths";
import { UNKNOWN } from "./values";

/** A flow as boxes and arrows, for people to look at. */
export interface Drawing {
  /** `down` for what runs step by step, `right` for what has many parts. */
  readonly direction: "down" | "right";
  readonly boxes: readonly Box[];
  /** Each leads from a box to a box, and no two are the same. */
  readonly arrows: readonly Arrow[];
  /** Where in the values of the flow stands what arrows tell, beside the boxes. */
  readonly arrowPlaces?: readonly PropertyPath[];
}

/** One thing that a flow is made of: a step, a piece of evidence, a version. */
export interface Box {
  /** Unique in the drawing; the same thing has the same one in every drawing of the flow that is made of a program or of its state; a vendor may tell other ids. */
  readonly id: string;
  /** What kind of thing it is, in the vendor's word: `send_text`. */
  readonly kind: string;
  readonly title: string;
  /** What it says or does, as long as it is; empty where there is nothing to tell. */
  readonly detail: string;
  readonly shape: Shape;
  /** What it is made of, without what other boxes show, in its normal form, secrets hidden: two that differ in secrets alone are equal. */
  readonly content: unknown;
  /** Where that stands in the values of the flow, or would; within a text that holds a document, where the text stands. */
  readonly path: PropertyPath;
  /** Whether it is made of several fields of the flow, which its content has by their names. */
  readonly holdsFields?: true;
}

/**
 * `start`: where it begins. `choice`: goes on in one of several ways. `missing`: an arrow leads to it, and it is not there,
 * not said or not known. `step`: everything else.
 */
export type Shape = "start" | "choice" | "step" | "missing";

/** What comes after what. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Which of several ways it is; empty where there is one. */
  readonly label: string;
}

/** What a drawing shows in place of what a preview cannot know yet. */
export const UNKNOWN_TEXT = "[unknown]";

/** A value as a drawing shows it; empty where there is none. */
export function drawnText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value === UNKNOWN) return UNKNOWN_TEXT;
  return typeof value === "object" ? JSON.stringify(value).replaceAll(UNKNOWN, UNKNOWN_TEXT) : String(value);
}

/** The id, with a number behind it where it is taken: ids may hold what parts them, and unkeyed lists one name twice. */
export function freeId(id: string, isTaken: (id: string) => boolean, between = " #"): string {
  let free = id;
  for (let number = 2; isTaken(free); number++) free = `${id}${between}${number}`;
  return free;
}

/** A box; what is left out is empty, and its shape that of a step. */
export function box(id: string, kind: string, more: Partial<Omit<Box, "id" | "kind">> = {}): Box {
  return { id, kind, title: id, detail: "", shape: "step", content: undefined, path: [], ...more };
}

/** Whether two boxes of one id show the same thing unchanged. What they are called means nothing. */
export function isSame(a: Box, b: Box): boolean {
  const isMissing = ({ shape }: Box) => shape === "missing";
  return a.kind === b.kind && isMissing(a) === isMissing(b) && isEqual(a.content, b.content);
}

/** A box for one value; a missing one where it is not said. */
export function valueBox(id: string, kind: string, value: unknown, more: Partial<Omit<Box, "id" | "kind">> = {}): Box {
  const title = drawnText(value);
  const said = { title, content: value, path: [id], ...more };
  return box(id, kind, title === "" ? { ...said, title: "not said", shape: "missing" } : said);
}

/** What flows are called, by Pulumi's ids of them. */
export type Labels = ReadonlyMap<string, string>;

/** A box for another flow, by what it is called where that is known. */
export function flowBox(kind: string, field: string, flow: unknown, labels: Labels, shape: Shape = "step"): Box {
  const label = labels.get(drawnText(flow));
  const named = label === undefined ? {} : { title: label, detail: drawnText(flow) };
  return valueBox(kind, kind, flow, { ...named, shape, path: [field] });
}

/** Two boxes, of which one leads to the other. */
export function pair(first: Box, second: Box): Drawing {
  return { direction: "down", boxes: [first, second], arrows: [{ from: first.id, to: second.id, label: "" }] };
}
