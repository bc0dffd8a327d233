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

/** Counts the calls of each account. Calls that were refused do not count. */
export class Quota {
  private readonly accepted = new Map<string, number[]>();

  /** Undefined if the call is within the limit; otherwise the whole seconds until the next one is. */
  take(account: string, limit: RateLimit, now: number): number | undefined {
    const window = limit.windowSeconds * 1000;
    const times = (this.accepted.get(account) ?? []).filter((time) => time > now - window);
    this.accepted.set(account, times);
    const oldest = times[times.length - limit.requests];
    if (oldest !== undefined) return Math.max(1, Math.ceil((oldest + window - now) / 1000));
    times.push(now);
    return undefined;
  }
}
