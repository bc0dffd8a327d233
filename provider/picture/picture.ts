import type { Drawing } from "../lifecycle/drawing";

/** A drawing with what it is called. */
export interface Picture {
  /** What it shows, in a line: `Kapso workflow "support"`. */
  readonly title: string;
  readonly drawing: Drawing;
}
