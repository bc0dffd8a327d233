import type { Dialect, Reply } from "./vendor";
import { describeViolation } from "./violations";

// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

/** An error with the vendor's usual body: one text (6). */
export const failure = (status: number, error: string): Reply => ({ status, body: { error } });

/** The answer for an id that does not exist, or belongs to another project (6). */
export const notFound = failure(404, "Not found");

/** A success with the usual envelope. */
export const answer = (data: unknown, status = 200): Reply => ({ status, body: { data } });

/** The vendor says no. Thrown before anything is written. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  /** @param attribute - what the refusal is about, for errors in the style of Rails. */
  constructor(
    readonly status: number,
    message: string,
    readonly attribute = "base",
  ) {
    super(message);
  }

  reply(): Reply {
    return failure(this.status, this.message);
  }

  /** As the old Python client expects it: the messages by attribute, which they do not repeat (6). */
  railsReply(): Reply {
    const start = `${this.attribute} `;
    const named = this.message.toLowerCase().startsWith(start.toLowerCase());
    const text = named ? this.message.slice(start.length) : this.message;
    return { status: this.status, body: { errors: { [this.attribute]: [text] } } };
  }
}

const envelopes = new Set(["", "workflow", "flow", "function", "trigger", "triggers", "secret", "workflow_execution"]);

/** How Kapso refuses. */
export const dialect: Dialect = {
  invalid(_operation, _params, violations) {
    // An id that is no UUID cannot be found.
    if (violations.some((violation) => violation.in === "path")) return notFound;
    const missing = violations.find(({ in: place, field, message }) => {
      return place === "body" && envelopes.has(field) && (field === "" || message === "Field required");
    });
    // A missing envelope is 400 (6), and so is a body that is none.
    if (missing?.field === "") return failure(400, `Bad request: ${describeViolation(missing)}`);
    if (missing !== undefined) return failure(400, `param is missing or the value is empty: ${missing.field}`);
    return failure(422, violations.map(describeViolation).join("; "));
  },
  // Nothing else is known of a route that does not exist than that it answers 404 (2.1), here also where the path has
  // other methods: a DELETE of a workflow must not be taken for the deletion of one that is gone already.
  unknownRoute: () => failure(404, "Not found"),
  tooManyRequests: () => ({
    status: 429,
    body: { error: "Rate limit exceeded", message: "Too many requests. Please try again later." },
  }),
  // The window is a minute at the vendor, and the seconds to wait are always 60, however many are left of it (1).
  quotaHeaders: ({ limit, remaining, wait }) => ({
    "x-ratelimit-limit": String(limit.requests),
    "x-ratelimit-remaining": String(remaining),
    ...(wait !== undefined && limit.retryAfter && { "retry-after": String(Math.ceil(limit.windowSeconds)) }),
  }),
  busy: () => failure(409, "Flow was updated by another request"),
  error: (error) => ({ error }),
};
