import assert from "node:assert/strict";
import type { Clock } from "../../provider/lifecycle/ports";

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/**
 * A clock of its own time with any number of sleepers: while {@link run} waits, the time goes on to the next wake-up
 * whenever nothing else is left to do. For code that waits for nothing but this clock.
 */
export class VirtualClock implements Clock {
  #now: number;
  /** By time; those of one time in the order in which they went to sleep. */
  readonly #sleepers: Sleeper[] = [];

  constructor(begin = Date.UTC(2026, 0, 1)) {
    this.#now = begin;
  }

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => {
      const until = this.#now + Math.max(0, milliseconds);
      const later = this.#sleepers.findIndex((each) => each.until > until);
      this.#sleepers.splice(later < 0 ? this.#sleepers.length : later, 0, { until, wake });
    });
  }

  /** What an action comes to, in no real time. Fails where it waits for something that no sleeper brings. */
  async run<T>(action: () => Promise<T>): Promise<T> {
    let settled = false;
    const result = action().finally(() => {
      settled = true;
    });
    // Until the end of the loop nobody listens.
    result.catch(() => undefined);
    for (;;) {
      // Everything that needs no time comes before this.
      await new Promise((idle) => setImmediate(idle));
      if (settled) return result;
      const next = this.#sleepers.shift();
      assert.ok(next, "the action waits, and nobody sleeps");
      this.#now = next.until;
      next.wake();
    }
  }
}
