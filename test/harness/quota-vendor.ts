import { type Client, createClient } from "../../provider/http/client";
import { type AccountLimits, DEFAULT_LIMITS, Governor } from "../../provider/http/governor";
import type { Response, Send } from "../../provider/http/request";
import { TestLog } from "./kosli-lifecycle";
import type { VirtualClock } from "./virtual-clock";

const MINUTE = 60_000;

/** How a vendor counts. */
export interface Quota {
  /** Calls a minute. */
  readonly most: number;
  readonly windows: "fixed" | "sliding";
  /** Whether a 429 says how long to wait. */
  readonly saysWhen?: boolean;
}

/** A vendor with a quota and answers that take their time, in virtual time. */
export class QuotaVendor {
  readonly #clock: VirtualClock;
  readonly #quota: Quota;
  /** Of everybody, when they were counted. */
  readonly #accepted: number[] = [];
  /** When calls of ours were counted, and when they were refused. */
  readonly ours: number[] = [];
  readonly refused: number[] = [];

  constructor(clock: VirtualClock, quota: Quota) {
    this.#clock = clock;
    this.#quota = quota;
  }

  /** Counts a call. Answers with the milliseconds until there is a place, where there is none. */
  take(): number | undefined {
    const now = this.#clock.now();
    const { most, windows } = this.#quota;
    const since = windows === "fixed" ? Math.floor(now / MINUTE) * MINUTE : now - MINUTE + 1;
    const counted = this.#accepted.filter((time) => time >= since);
    if (counted.length < most) {
      this.#accepted.push(now);
      return undefined;
    }
    return windows === "fixed" ? since + MINUTE - now : (counted[0] ?? now) + MINUTE - now;
  }

  /** Somebody else who uses the account, evenly, so many times a minute. */
  async otherUser(perMinute: number): Promise<void> {
    for (;;) {
      this.take();
      await this.#clock.sleep(MINUTE / perMinute);
    }
  }

  /** Answers between 100 and 300 milliseconds after the sending; counts somewhere on the way. */
  transport(): Send {
    let calls = 0;
    return async () => {
      const latency = 100 + ((++calls * 7919) % 200);
      const way = latency * ((calls % 10) / 10);
      await this.#clock.sleep(way);
      this.ours.push(this.#clock.now());
      const pause = this.take();
      if (pause !== undefined) this.refused.push(this.#clock.now());
      await this.#clock.sleep(latency - way);
      return pause === undefined ? accepted : this.#refusal(pause);
    };
  }

  #refusal(pause: number): Response {
    const when = (this.#quota.saysWhen ?? true) ? { "retry-after": String(Math.ceil(pause / 1000)) } : {};
    return { status: 429, headers: { "content-type": "application/json", ...when }, text: '"slow down"' };
  }
}

const accepted: Response = { status: 200, headers: { "content-type": "application/json" }, text: '"OK"' };

/** A client of one account of a vendor with a quota. */
export function quotaClient(
  vendor: QuotaVendor,
  clock: VirtualClock,
  limits: Partial<AccountLimits> = {},
): { readonly client: Client; readonly log: TestLog } {
  const log = new TestLog();
  const account = { account: "Kosli (https://app.kosli.com)", namespace: "kosli" };
  const client = createClient({
    transport: vendor.transport(),
    dialect: { describe: () => undefined, advise: () => undefined, passingStatuses: [] },
    headers: {},
    governor: new Governor({ ...account, limits: { ...DEFAULT_LIMITS, ...limits }, clock, log }),
    clock,
    log,
    random: () => 0.5,
  });
  return { client, log };
}

/** The largest number of times in any span of so many milliseconds. */
export function mostWithin(times: readonly number[], span: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let from = 0;
  return sorted.reduce((most, time, index) => {
    while ((sorted[from] ?? time) <= time - span) from++;
    return Math.max(most, index - from + 1);
  }, 0);
}

/** How many times fall into each fixed minute that has any. */
export function byMinute(times: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const time of times) counts.set(Math.floor(time / MINUTE), (counts.get(Math.floor(time / MINUTE)) ?? 0) + 1);
  return [...counts.values()];
}
