import type { RuleName } from "./subject";

/** Tests of a rule that fail, and what has to be mended. */
export interface KnownFailure {
  /** The token of the flow type. */
  readonly of: string;
  readonly rule: RuleName;
  /** Fits the sentences of the tests. */
  readonly sentence: RegExp;
  readonly why: string;
}

/** Each of them must fail: what holds again is taken off the list. */
export const knownFailures: readonly KnownFailure[] = [
  {
    of: "kosli:Flow",
    rule: "secrets",
    sentence: /refusal that quotes a secret/,
    why: "The vendor's words are put into messages as they are; a refusal that repeats the refused value shows a secret.",
  },
];
