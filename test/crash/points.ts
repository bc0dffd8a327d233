import { createHash } from "node:crypto";
import { VICTIMS, type Victim } from "./crash-engine";
import type { Prepared, UpName } from "./scene";

/** A moment of a run, and what is killed in it. */
export interface KillPoint {
  readonly up: UpName;
  /** Which of the run's vendor calls it is without a kill; two that are made at once may change places. */
  readonly call: number;
  /** What is called, and how many calls of the same operation the run has made before. */
  readonly operation: string;
  readonly nth: number;
  /** When the call has arrived and nothing is done yet; or when the vendor has written and the answer was not sent. */
  readonly moment: "before" | "after";
  readonly victim: Victim;
}

/** As `--at` takes it: `create/12/deployFunction/after/provider`. */
export function nameOf({ up, call, operation, moment, victim }: KillPoint): string {
  return [up, call, operation, moment, victim].join("/");
}

/**
 * Every point of a run: each victim, at each call that the run makes without a kill. A call that only looks has one
 * moment: to the vendors it is the same whether its answer was made or not.
 */
export function pointsOf({ up, calls }: Prepared): KillPoint[] {
  return calls.flatMap(({ operation, wrote }, call) => {
    const nth = calls.slice(0, call).filter((each) => each.operation === operation).length;
    const moments = wrote ? (["before", "after"] as const) : (["before"] as const);
    return moments.flatMap((moment) => VICTIMS.map((victim) => ({ up, call, operation, nth, moment, victim })));
  });
}

/** So many of the points, as if drawn by lot, and the same ones in every run. */
export function sampleOf(points: readonly KillPoint[], size: number): KillPoint[] {
  // Not by the number of the call: two that are made at once may change places.
  const lot = ({ up, operation, nth, moment, victim }: KillPoint) =>
    createHash("sha256").update([up, operation, nth, moment, victim].join("/")).digest("hex");
  const drawn = new Set(points.toSorted((a, b) => (lot(a) < lot(b) ? -1 : 1)).slice(0, size));
  return points.filter((point) => drawn.has(point));
}
