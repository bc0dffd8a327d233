/** A quota of calls for each account. */
export interface RateLimit {
  /** Calls in any window of that length. */
  requests: number;
  windowSeconds: number;
  /** Does the 429 say in a `Retry-After` header how many seconds to wait? */
  retryAfter: boolean;
}

export const rateLimitSchema = {
  oneOf: [
    { type: "null" },
    {
      type: "object",
      required: ["requests", "windowSeconds", "retryAfter"],
      additionalProperties: false,
      properties: {
        requests: { type: "integer", minimum: 1 },
        windowSeconds: { type: "number", exclusiveMinimum: 0 },
        retryAfter: { type: "boolean" },
      },
    },
  ],
};

/** What an account has left of its quota when a call arrives. */
export interface QuotaLeft {
  readonly limit: RateLimit;
  /** Calls that would still be let through after this one. */
  readonly remaining: number;
  /** Whole seconds until a call is let through; undefined for a call that is within the limit. */
  readonly wait: number | undefined;
  /** Epoch milliseconds at which the oldest call that counts stops counting. */
  readonly resetsAt: number;
}

/** Counts the calls of each account. Calls that were refused do not count. */
export class Quota {
  private readonly accepted = new Map<string, number[]>();

  take(account: string, limit: RateLimit, now: number): QuotaLeft {
    const window = limit.windowSeconds * 1000;
    const times = (this.accepted.get(account) ?? []).filter((time) => time > now - window);
    this.accepted.set(account, times);
    const oldest = times[times.length - limit.requests];
    const resetsAt = (times[0] ?? now) + window;
    if (oldest !== undefined) {
      return { limit, remaining: 0, wait: Math.max(1, Math.ceil((oldest + window - now) / 1000)), resetsAt };
    }
    times.push(now);
    return { limit, remaining: limit.requests - times.length, wait: undefined, resetsAt };
  }
}
