import { isRecord } from "./description";
import type { RuntypeSource } from "./runtype-records";
import type { Dialect, Reply } from "./vendor";
import { shown } from "./violations";

// Section numbers are those of the vendor notes on Runtype (`vendors/runtype.md`).

/** One wrong place in a request (8). */
interface Detail {
  readonly message: string;
  readonly code?: string;
  readonly path?: string;
}

/** An error with the vendor's usual body, and what some carry beside it (8). */
export const failure = (status: number, error: string, rest: object = {}): Reply => ({
  status,
  body: { error, ...rest },
});

/** The vendor says no. Thrown before anything is written. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly status: number,
    message: string,
    private readonly rest: object = {},
  ) {
    super(message);
  }

  reply(): Reply {
    return failure(this.status, this.message, this.rest);
  }
}

/** A refused input: one text, and the places. */
export const invalid = (details: readonly Detail[]) => new Refusal(400, "Validation failed", { details });

/** How Runtype refuses. */
export const dialect: Dialect = {
  invalid(_operation, _params, violations) {
    const details = violations.map(({ field, message, input }): Detail => {
      const text = message === "Field required" ? message : `${message} [${shown(input)}]`;
      const code = codeOf(message);
      return { message: text, ...(code !== undefined && { code }), ...(field !== "" && { path: field }) };
    });
    return invalid(details).reply();
  },
  // Whatever is not described, PATCH of a flow among it, is taken for absent (2).
  unknownRoute: () => failure(404, "Not found"),
  tooManyRequests: () => failure(429, "Rate limit exceeded"),
  quotaHeaders: ({ limit, remaining, wait, resetsAt }) => ({
    "x-ratelimit-limit": String(limit.requests),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(Math.ceil(resetsAt / 1000)),
    ...(wait !== undefined && limit.retryAfter && { "retry-after": String(wait) }),
  }),
  busy: () => failure(409, "The flow is being changed by another request"),
  error: (error) => ({ error }),
};

/** The codes that are known of refused inputs (8). */
function codeOf(message: string): string | undefined {
  if (message === "Field required") return "MISSING_REQUIRED_FIELD";
  return message.startsWith("must be one of") ? "INVALID_ENUM" : undefined;
}

const namedBy: Readonly<Record<number, string>> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  429: "RATE_LIMITED",
};

/** The error as an object, as a few endpoints tell it (8). 409 and 422 have bodies of their own. */
export function withErrorObject(reply: Reply): Reply {
  const { body, status } = reply;
  const code = namedBy[status];
  if (code === undefined || !isRecord(body) || "code" in body) return reply;
  return { ...reply, body: { ...body, error: { code, message: body.error } } };
}

const sources: readonly RuntypeSource[] = ["api", "dashboard", "mcp", "sdk", "terraform"];

/** What kind of program calls: told by a header of its own, or by how `User-Agent` begins (1.5). */
export function sourceOf(headers: Headers): RuntypeSource {
  const client = headers.get("x-runtype-client")?.toLowerCase();
  const named = sources.find((source) => source === client);
  if (named !== undefined) return named;
  const agent = headers.get("user-agent") ?? "";
  if (/^runtype-sdk\//i.test(agent)) return "sdk";
  return /^terraform/i.test(agent) ? "terraform" : "api";
}
