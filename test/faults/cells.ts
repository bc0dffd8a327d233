import type { FaultAction, FaultRule } from "../../testing/src/emulator";
import type { Rehearsed } from "./operations";

interface Fault {
  readonly name: string;
  readonly when: FaultRule["when"];
  readonly then: FaultAction;
}

/** Everything that goes wrong on a wire. */
const faults: readonly Fault[] = [
  { name: "429", when: "before", then: { status: 429, headers: { "retry-after": "3" } } },
  { name: "500 before", when: "before", then: { status: 500 } },
  { name: "500 after", when: "after", then: { status: 500 } },
  { name: "reset before", when: "before", then: { reset: true } },
  { name: "reset after", when: "after", then: { reset: true } },
  { name: "hang before", when: "before", then: { hang: true } },
  { name: "hang after", when: "after", then: { hang: true } },
  { name: "truncated after", when: "after", then: { truncate: true } },
  { name: "page before", when: "before", then: { html: true } },
  { name: "page after", when: "after", then: { html: true } },
];

/** Calls that one step never exceeds: what strikes for ever strikes up to this one. */
export const MOST_CALLS = 120;

/** Which later calls of the step are struck too; the step itself may make calls that it did not make without the fault. */
const durations = {
  once: () => undefined,
  "for ever": (operation: string) => ({ operation }),
  /** Whatever is called: the vendor is down from then on. */
  "all down": () => ({}),
} as const;

/** One fault at one call of an operation. */
export interface Cell {
  readonly rehearsed: Rehearsed;
  /** `2 putFlow, 500 after, once` */
  readonly name: string;
  readonly hangs: boolean;
  readonly rules: FaultRule[];
}

/** Every call of an operation × every fault × its durations. */
export function cellsOf(rehearsed: Rehearsed): Cell[] {
  return rehearsed.calls.flatMap((call, index) =>
    faults.flatMap((fault) =>
      Object.entries(durations)
        // All ways in which everything fails are alike.
        .filter(([duration]) => duration !== "all down" || fault.name.startsWith("500"))
        .map(([duration, matching]): Cell => {
          const { name, when, then } = fault;
          const later = matching(call);
          const next = later ? MOST_CALLS - index : 0;
          return {
            rehearsed,
            name: `${index} ${call}, ${name}, ${duration}`,
            hangs: "hang" in then,
            rules: [
              { match: { index }, when, then },
              ...Array.from(
                { length: next },
                (_, offset): FaultRule => ({
                  match: { index: index + 1 + offset, ...later },
                  // What is down does nothing any more.
                  when: duration === "all down" ? "before" : when,
                  then,
                }),
              ),
            ],
          };
        }),
    ),
  );
}
