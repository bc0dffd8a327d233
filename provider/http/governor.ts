import { VendorError } from "../lifecycle/errors";
import type { Clock, Log } from "../lifecycle/ports";
import { LONGEST_RETRY_AFTER, retryAfter } from "./retry-policy";

/** How long a 429 that names no time holds back all calls, in milliseconds. */
const DEFAULT_HOLD = 1000;

/**
 * Shares one account's capacity among all calls of the process: at most so many at once, and none while the vendor
 * asked to wait, so that a large `up` does not starve production.
 */
export class Governor {
  readonly #account: string;
  readonly #maxInFlight: number;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #waiting: (() => void)[] = [];
  #inFlight = 0;
  #heldUntil = 0;

  constructor(account: string, maxInFlight: number, clock: Clock, log: Log) {
    this.#account = account;
    this.#maxInFlight = maxInFlight;
    this.#clock = clock;
    this.#log = log;
  }

  /** Runs a call when its turn comes. A 429 holds back every later call of the account. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#inFlight >= this.#maxInFlight) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#inFlight++;
    try {
      while (this.#heldUntil > this.#clock.now()) await this.#clock.sleep(this.#heldUntil - this.#clock.now());
      return await call();
    } catch (error) {
      if (error instanceof VendorError && error.kind === "rateLimited") this.#hold(error);
      throw error;
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#inFlight--;
    }
  }

  #hold(error: VendorError): void {
    const now = this.#clock.now();
    const pause = retryAfter(error.retryAfter, now) ?? DEFAULT_HOLD;
    // A longer pause is not waited for: each call fails and says so.
    if (pause > LONGEST_RETRY_AFTER || now + pause <= this.#heldUntil) return;
    this.#heldUntil = now + pause;
    this.#log.info(`${this.#account} asks to wait ${Math.ceil(pause / 1000)} s (rate limit); all its calls wait.`);
  }
}
