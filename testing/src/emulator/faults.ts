import { Ajv2020, type ValidateFunction } from "ajv/dist/2020";
import { parseControl } from "./control-schema";

/** Makes chosen calls go wrong. The first rule that matches, has tries left and ends the call, wins. */
export interface FaultRule {
  /** Every given member must fit; an empty match fits every call. */
  match: {
    /** `operationId` in the API description. */
    operation?: string;
    method?: string;
    /** Part of the path with query. */
    path?: string;
    /** The n-th vendor call since the rules were set, from 0. */
    index?: number;
  };
  /** Before the vendor does the call, or after it did and before it answers. */
  when: "before" | "after";
  then: FaultAction;
  /** How many calls that fit go by unharmed before it strikes. Default 0. */
  skip?: number;
  /** How often the rule strikes. Default 1; 0 means for ever. */
  times?: number;
}

/** What happens to a call that a {@link FaultRule} strikes. */
export type FaultAction =
  /** Answers this. Without `body`: an error in the vendor's dialect. A text is sent as it is, anything else as JSON. */
  | { status: number; headers?: Record<string, string>; body?: unknown }
  /** Breaks the connection without an answer. */
  | { reset: true }
  /** Never answers and keeps the connection open. */
  | { hang: true }
  /** Waits so many milliseconds and goes on. */
  | { delay: number }
  /** Announces a whole body, sends half of it and breaks the connection; of a reply without body nothing is sent. */
  | { truncate: true }
  /** Answers 200 with a web page, as a proxy or a login portal does. */
  | { html: true };

/** A {@link FaultAction} that ends the call. */
export type FinalFault = Exclude<FaultAction, { delay: number }>;

/** What is known of a call when the rules are asked. */
export interface FaultSubject {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
}

/** The rules as they stood when a call arrived. */
export interface FaultTurn {
  /** Milliseconds to wait, and how the call ends if a rule ends it here. */
  strike(when: FaultRule["when"]): { delay: number; final: FinalFault | undefined };
  /** What struck so far, for the journal. */
  struck(): string | undefined;
}

export class Faults {
  private rules: { readonly rule: FaultRule; left: number; toSkip: number }[] = [];
  private seen = 0;

  /** Replaces the rules; the count of calls starts again. */
  set(rules: unknown): void {
    const checked = parseControl(validRules, rules, "fault rules");
    this.rules = checked.map((rule) => ({
      rule,
      left: rule.times === 0 ? Number.POSITIVE_INFINITY : (rule.times ?? 1),
      toSkip: rule.skip ?? 0,
    }));
    this.seen = 0;
  }

  /** Counts a call. */
  arrive(subject: FaultSubject): FaultTurn {
    const rules = this.rules;
    const index = this.seen++;
    const fitting = rules.filter(({ rule }) => fits(rule.match, subject, index));
    const armed = fitting.filter((candidate) => candidate.toSkip-- <= 0);
    const notes: string[] = [];
    return {
      strike(when) {
        let delay = 0;
        for (const candidate of armed) {
          const { rule } = candidate;
          if (rule.when !== when || candidate.left <= 0) continue;
          candidate.left -= 1;
          notes.push(`${when}: ${describe(rule.then)}`);
          if (!("delay" in rule.then)) return { delay, final: rule.then };
          delay += rule.then.delay;
        }
        return { delay, final: undefined };
      },
      struck: () => (notes.length === 0 ? undefined : notes.join("; ")),
    };
  }
}

function fits(match: FaultRule["match"], subject: FaultSubject, index: number): boolean {
  return (
    (match.operation === undefined || match.operation === subject.operation) &&
    (match.method === undefined || match.method.toUpperCase() === subject.method) &&
    (match.path === undefined || subject.path.includes(match.path)) &&
    (match.index === undefined || match.index === index)
  );
}

function describe(action: FaultAction): string {
  if ("status" in action) return String(action.status);
  if ("delay" in action) return `delay ${action.delay}`;
  return Object.keys(action).join();
}

const strikes = { const: true };

const validRules: ValidateFunction<FaultRule[]> = new Ajv2020({ allErrors: true, verbose: true }).compile({
  type: "array",
  items: {
    type: "object",
    required: ["match", "when", "then"],
    additionalProperties: false,
    properties: {
      match: {
        type: "object",
        additionalProperties: false,
        properties: {
          operation: { type: "string" },
          method: { type: "string" },
          path: { type: "string" },
          index: { type: "integer", minimum: 0 },
        },
      },
      when: { enum: ["before", "after"] },
      then: {
        type: "object",
        additionalProperties: false,
        properties: {
          status: { type: "integer", minimum: 200, maximum: 599 },
          headers: { type: "object", additionalProperties: { type: "string" } },
          body: {},
          reset: strikes,
          hang: strikes,
          delay: { type: "number", minimum: 0, maximum: 600_000 },
          truncate: strikes,
          html: strikes,
        },
        dependentRequired: { headers: ["status"], body: ["status"] },
        dependentSchemas: { status: { propertyNames: { enum: ["status", "headers", "body"] } } },
        if: { not: { required: ["status"] } },
        then: { minProperties: 1, maxProperties: 1 },
      },
      skip: { type: "integer", minimum: 0 },
      times: { type: "integer", minimum: 0 },
    },
  },
});
