import fc from "fast-check";
import type { FaultAction, FaultRule } from "../../testing/src/emulator";
import { subjects } from "../conformance/subjects";
import { type SwitchValue, switchValues } from "./switch-values";

/** Every flow type that is shipped. */
export const played = subjects.filter(({ shared }) => shared !== undefined);

/** One fault for the run that follows. */
export interface Fault {
  readonly name: string;
  readonly rule: FaultRule;
  /** The fault strikes from this write of the run on, counted from 1. Default: from its first call on. */
  readonly write?: number;
}

/**
 * One step of a case. Numbers choose among what is there when the step is played, and wrap around; a step for which nothing
 * is there is left out.
 */
export type Step =
  | {
      readonly kind: "declare";
      readonly type: number;
      readonly program: number;
      readonly name: number;
      readonly adopt: boolean;
    }
  | { readonly kind: "change"; readonly resource: number; readonly field: number }
  | { readonly kind: "drop"; readonly resource: number; readonly field: number }
  | { readonly kind: "rewrite"; readonly resource: number; readonly how: readonly ("keep" | "change" | "drop")[] }
  | { readonly kind: "change back"; readonly resource: number }
  | { readonly kind: "rename"; readonly resource: number; readonly name: number }
  | { readonly kind: "remove"; readonly resource: number }
  | { readonly kind: "reorder"; readonly resource: number; readonly to: number }
  | { readonly kind: "rename logically"; readonly resource: number; readonly adopt: boolean }
  | { readonly kind: "overwrite"; readonly resource: number }
  | { readonly kind: "person adds"; readonly type: number; readonly program: number; readonly name: number }
  | { readonly kind: "person edits"; readonly resource: number; readonly field: number }
  | { readonly kind: "both change"; readonly resource: number; readonly field: number; readonly same: boolean }
  | {
      readonly kind: "person adds a key";
      readonly resource: number;
      readonly key: number;
      readonly declares: boolean;
    }
  | { readonly kind: "person deletes"; readonly resource: number }
  | { readonly kind: "person ends"; readonly resource: number }
  | { readonly kind: "up"; readonly refresh: boolean; readonly obeys: boolean; readonly faults: readonly Fault[] }
  | { readonly kind: "refresh"; readonly faults: readonly Fault[] }
  | { readonly kind: "replace"; readonly resource: number; readonly faults: readonly Fault[] }
  | { readonly kind: "destroy"; readonly faults: readonly Fault[] };

/** A random life of a stack. */
export interface Case {
  readonly switches: readonly SwitchValue[];
  readonly steps: readonly Step[];
  /** Which of two ways on the user takes where a message names both: to overwrite, or to look first. */
  readonly overwrites: boolean;
}

const actions: Readonly<Record<string, FaultAction>> = {
  "429": { status: 429, headers: { "retry-after": "3" } },
  "503": { status: 503 },
  "500": { status: 500 },
  "403": { status: 403 },
  reset: { reset: true },
  truncate: { truncate: true },
  html: { html: true },
  hang: { hang: true },
  delay: { delay: 2 },
};

const fault: fc.Arbitrary<Fault> = fc
  .record({
    action: fc.constantFrom(...Object.keys(actions), "500", "403", "403", "reset"),
    after: fc.boolean(),
    which: fc.oneof(
      { weight: 3, arbitrary: fc.nat(12).map((index) => ({ index })) },
      {
        weight: 4,
        arbitrary: fc
          .constantFrom("POST", "POST", "PATCH", "PATCH", "PUT", "DELETE", "GET")
          .map((method) => ({ method })),
      },
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 6 }).map((write) => ({ write })) },
      { weight: 1, arbitrary: fc.constant({}) },
    ),
    times: fc.constantFrom(1, 1, 2, 6, 0),
  })
  .map(({ action, after, which, times }) => {
    // What refuses has not done it.
    const when = after && action !== "429" && action !== "403" ? "after" : "before";
    const then = actions[action] ?? { status: 500 };
    const often = times === 0 ? ", for ever" : `, ${times} times`;
    if ("index" in which) return { name: `${action} ${when} call ${which.index}`, rule: { match: which, when, then } };
    if ("write" in which)
      return {
        name: `${action} ${when} write ${which.write}${often}`,
        rule: { match: {}, when, then, times },
        write: which.write,
      };
    const where = "method" in which ? `${which.method} calls` : "all calls";
    return { name: `${action} ${when} ${where}${often}`, rule: { match: which, when, then, times } };
  });

/** The fault that makes twins of a creation which is tried again: it was done, and nobody heard. */
const lostAnswer: fc.Arbitrary<Fault> = fc
  .record({
    action: fc.constantFrom("503", "500", "reset", "truncate", "html"),
    skip: fc.nat(3),
  })
  .map(({ action, skip }) => ({
    name: `${action} after the ${skip + 1}. POST call`,
    rule: { match: { method: "POST" }, when: "after", then: actions[action] ?? { status: 500 }, skip },
  }));

const MOST_FIELDS = Math.max(...played.map(({ fields }) => Object.keys(fields).length));
const number = fc.nat(59);
const type = fc.nat(played.length - 1);
const faults = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Fault[]>([]) },
  { weight: 2, arbitrary: fc.array(fault, { minLength: 1, maxLength: 3, size: "max" }) },
  { weight: 1, arbitrary: lostAnswer.map((each) => [each]) },
);
const declare = fc.record({
  kind: fc.constant("declare" as const),
  type,
  program: number,
  name: fc.nat(3),
  adopt: fc.boolean(),
});
const one = <const Kind extends string>(kind: Kind) => fc.record({ kind: fc.constant(kind), resource: number });
const up = fc.record({
  kind: fc.constant("up" as const),
  refresh: fc.nat(3).map((n) => n === 3),
  obeys: fc.boolean(),
  faults,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: up },
  { weight: 4, arbitrary: declare },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("change" as const), resource: number, field: number }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("drop" as const), resource: number, field: number }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("rewrite" as const),
      resource: number,
      how: fc.array(fc.constantFrom("keep", "change", "drop"), { minLength: 1, maxLength: MOST_FIELDS, size: "max" }),
    }),
  },
  { weight: 2, arbitrary: one("change back") },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("rename" as const), resource: number, name: fc.nat(3) }),
  },
  { weight: 2, arbitrary: one("remove") },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reorder" as const), resource: number, to: number }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("rename logically" as const), resource: number, adopt: fc.boolean() }),
  },
  { weight: 1, arbitrary: one("overwrite") },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("person adds" as const),
      type,
      program: number,
      name: fc.nat(3),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("person edits" as const), resource: number, field: number }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("both change" as const),
      resource: number,
      field: number,
      same: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("person adds a key" as const),
      resource: number,
      key: fc.nat(3),
      declares: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: one("person deletes") },
  { weight: 3, arbitrary: one("person ends") },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("refresh" as const), faults }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("replace" as const), resource: number, faults }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("destroy" as const), faults }) },
);

const drawn: fc.Arbitrary<Case> = fc
  .record({
    switches: fc.subarray([...switchValues], { maxLength: 40 }),
    first: fc.array(declare, { minLength: 1, maxLength: 4, size: "max" }),
    begin: fc.option(up, { nil: undefined }),
    later: fc.array(step, { maxLength: 16, size: "max" }),
    overwrites: fc.boolean(),
  })
  .map(({ switches, first, begin, later, overwrites }) => ({
    switches,
    steps: [...first, ...(begin ? [begin] : []), ...later],
    overwrites,
  }));

/** Random cases: a program to begin with, and what becomes of it. Small and large ones alike, from the first on. */
export const cases: fc.Arbitrary<Case> = fc.noBias(drawn);
