import type { PropertyPath } from "./paths";
import { UNKNOWN } from "./values";

/** A flow as boxes and arrows, for people to look at. */
export interface Drawing {
  /** `down` for what runs step by step, `right` for what has many parts. */
  readonly direction: "down" | "right";
  readonly boxes: readonly Box[];
  /** Each leads from a box to a box, and no two are the same. */
  readonly arrows: readonly Arrow[];
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
  /** Where that stands in the values of the flow. */
  readonly path: PropertyPath;
}

/**
 * `start`: where it begins. `choice`: goes on in one of several ways. `missing`: an arrow leads to it, and it is not there
 * or not known. `step`: everything else.
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
const UNKNOWN_TEXT = "[unknown]";

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
