import { VendorError } from "../lifecycle/errors";
import type { Clock, Log } from "../lifecycle/ports";
import { spokenDuration } from "./plain-text";
import type { Request } from "./request";
import { RequestWindow } from "./request-window";
import { LONGEST_RETRY_AFTER, retryAfter } from "./retry-policy";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long the first 429 that names no time holds back all calls, in milliseconds. */
const DEFAULT_HOLD = 1000;

/** Fewer calls in a minute tell nothing of what a vendor takes. */
const FEWEST_TAKEN = 10;

/** A shorter wait is not worth a line, and a line is enough for this long, in milliseconds. */
const WORTH_TELLING = 5000;
const TELL_EVERY = 15_000;

/** How much of an account's capacity a process takes. */
export interface AccountLimits {
  /** Calls that run at once. */
  readonly maxInFlight: number;
  /** Calls in any minute. */
  readonly maxRequestsPerMinute: number;
  /** Calls in any hour. */
  readonly maxRequestsPerHour: number;
}

/** The limits of an account of which the user says nothing. */
export const DEFAULT_LIMITS: AccountLimits = {
  maxInFlight: 10,
  maxRequestsPerMinute: Number.POSITIVE_INFINITY,
  maxRequestsPerHour: Number.POSITIVE_INFINITY,
};

/** What a governor needs of the process and the vendor. */
export interface GovernorOptions {
  /** What messages call the account: `Kosli (https://app.kosli.com)`. */
  readonly account: string;
  /** The namespace of the limits' settings, for messages: `kosli`. */
  readonly namespace: string;
  readonly limits: AccountLimits;
  readonly clock: Clock;
  readonly log: Log;
}

/** What keeps the next call waiting. */
interface Gate {
  readonly until: number;
  /** The reason, after "wait for". */
  readonly why: string;
  /** How many calls pass in each span from then on. */
  readonly rate?: { readonly most: number; readonly span: number };
}

/** A call that waits for its turn. */
interface Waiting {
  readonly go: () => void;
  readonly refuse: () => void;
}

/**
 * Shares one account's capacity among all calls of the process, first come, first served, so that a large `up` does not
 * starve production. Waiting here has no end of its own and is never a failure.
 *
 * A 429 holds back all calls. Those that were under way at that moment may be refused too; after that one call goes at
 * a time, and from the second minute on one more at once for each minute in which none is refused. Where a second 429
 * follows, the minute after it gets no more calls than the vendor took in the minute before, and holds end at least a minute
 * apart. So a vendor that goes on refusing is met with about one refused call a minute, and one that tells no limit
 * is used to nearly the whole of it.
 */
export class Governor {
  readonly #account: string;
  readonly #namespace: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #limits: AccountLimits;
  readonly #minute = new RequestWindow(MINUTE);
  readonly #hour = new RequestWindow(HOUR);
  /** Calls that have been begun before stand before those that never were: they came first. */
  readonly #repeated: Waiting[] = [];
  readonly #waiting: Waiting[] = [];
  #inFlight = 0;
  /** When the latest hold ends or ended. */
  #heldUntil = Number.NEGATIVE_INFINITY;
  /** How many calls go in the minute after the latest hold. */
  #firstMinute = Number.POSITIVE_INFINITY;
  /** Holds so far: a call that was begun before the latest one says nothing new by being refused. */
  #holds = 0;
  /** The refusal by which the vendor asked for a wait that is too long, and until when no other call tries its luck. */
  #closed: { readonly until: number; readonly by: VendorError } | undefined;
  #sleeping = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor({ account, namespace, limits, clock, log }: GovernorOptions) {
    this.#account = account;
    this.#namespace = namespace;
    this.#clock = clock;
    this.#log = log;
    this.#limits = limits;
  }

  /** Takes other limits of the same account into account: the strictest rule. */
  restrict(others: AccountLimits): void {
    const strictest = (name: keyof AccountLimits) => Math.min(this.#limits[name], others[name]);
    this.#limits = {
      maxInFlight: strictest("maxInFlight"),
      maxRequestsPerMinute: strictest("maxRequestsPerMinute"),
      maxRequestsPerHour: strictest("maxRequestsPerHour"),
    };
  }

  /** Sends a call when its turn comes. */
  async run<T>(request: Request, send: () => Promise<T>): Promise<T> {
    await new Promise<void>((go, fail) => {
      const closed = this.#closedFor(request);
      if (closed) return fail(closed);
      const refuse = () => fail(this.#closedFor(request));
      (request.repeated ? this.#repeated : this.#waiting).push({ go, refuse });
      this.#admit();
    });
    try {
      return await this.#sent(send);
    } finally {
      const now = this.#clock.now();
      this.#inFlight--;
      this.#minute.end(now);
      this.#hour.end(now);
      this.#admit();
    }
  }

  async #sent<T>(send: () => Promise<T>): Promise<T> {
    const holds = this.#holds;
    try {
      return await send();
    } catch (error) {
      if (error instanceof VendorError && error.kind === "rateLimited") this.#hold(error, holds);
      throw error;
    }
  }

  /** Begins the calls that may begin, and sees to it that the others will. */
  #admit(): void {
    while (!this.#sleeping && this.#repeated.length + this.#waiting.length > 0) {
      const now = this.#clock.now();
      // Otherwise the end of a call goes on here.
      if (this.#inFlight >= Math.min(this.#limits.maxInFlight, Math.max(1, this.#quietMinutes(now)))) return;
      const gate = this.#gate(now);
      if (gate === "untilAnEnd") return;
      if (gate) {
        void this.#sleep(gate, now);
        return;
      }
      this.#inFlight++;
      this.#minute.begin();
      this.#hour.begin();
      (this.#repeated.shift() ?? this.#waiting.shift())?.go();
    }
  }

  /** Whole minutes since the latest hold, in which nothing was refused. */
  #quietMinutes(now: number): number {
    return Math.max(0, Math.floor((now - this.#heldUntil) / MINUTE));
  }

  /** What keeps the next call waiting the longest, if anything does. */
  #gate(now: number): Gate | "untilAnEnd" | undefined {
    const { maxRequestsPerMinute, maxRequestsPerHour } = this.#limits;
    const taken = this.#quietMinutes(now) < 1 ? this.#firstMinute : Number.POSITIVE_INFINITY;
    const places = [
      {
        window: this.#minute,
        most: maxRequestsPerMinute,
        why: `${this.#namespace}:maxRequestsPerMinute = ${maxRequestsPerMinute}`,
      },
      {
        window: this.#hour,
        most: maxRequestsPerHour,
        why: `${this.#namespace}:maxRequestsPerHour = ${maxRequestsPerHour}`,
      },
      {
        window: this.#minute,
        most: taken,
        why: `the vendor, which took ${taken} calls in a minute and refused the next (429, too many requests)`,
      },
    ];
    const gates: Gate[] = [
      { until: this.#heldUntil, why: "the vendor, which refused a call (429, too many requests)" },
    ];
    for (const { window, most, why } of places) {
      const until = window.freeAt(now, most);
      if (until === undefined) return "untilAnEnd";
      gates.push({ until, why, rate: { most, span: window.span } });
    }
    return gates.filter(({ until }) => until > now).sort((a, b) => b.until - a.until)[0];
  }

  /** Waits for the next call's turn; for all the others behind it too, since none may overtake it. */
  async #sleep(gate: Gate, now: number): Promise<void> {
    this.#sleeping = true;
    this.#tell(gate, now);
    await this.#clock.sleep(Math.min(gate.until - now, TELL_EVERY));
    this.#sleeping = false;
    this.#admit();
  }

  #tell({ until, why, rate }: Gate, now: number): void {
    const calls = this.#repeated.length + this.#waiting.length;
    const rounds = rate ? Math.floor((calls - 1) / rate.most) * rate.span : 0;
    const about = until - now + rounds;
    if (about < WORTH_TELLING || now < this.#toldAt + TELL_EVERY) return;
    this.#toldAt = now;
    const who = calls === 1 ? "1 call waits" : `${calls} calls wait`;
    this.#log.info(`${this.#account}: ${who} for ${why}, about ${spokenDuration(about)}.`);
  }

  #hold(error: VendorError, holds: number): void {
    const now = this.#clock.now();
    const asked = retryAfter(error.retryAfter, now) ?? DEFAULT_HOLD;
    const isNew = holds === this.#holds;
    if (isNew) {
      this.#holds++;
      // One 429 may be chance. Of the second on, what was taken before it is the best guess at what will be.
      const again = this.#quietMinutes(now) < 2;
      this.#firstMinute = again ? Math.max(FEWEST_TAKEN, this.#minute.ended(now)) : Number.POSITIVE_INFINITY;
    }
    if (asked > LONGEST_RETRY_AFTER) {
      // Not waited for. The calls that wait fail with it, for a while, instead of being refused one by one.
      this.#closed = { until: now + LONGEST_RETRY_AFTER, by: error };
      for (const { refuse } of [...this.#repeated.splice(0), ...this.#waiting.splice(0)]) refuse();
      return;
    }
    const apart = isNew ? this.#heldUntil + MINUTE : now;
    this.#heldUntil = Math.max(this.#heldUntil, apart, now + asked);
  }

  /** Why a call is not sent to an account that is closed for now; not in the vendor's words, which may quote another call's secret. */
  #closedFor({ method, path }: Request): VendorError | undefined {
    if (!this.#closed || this.#clock.now() >= this.#closed.until) return undefined;
    const { by } = this.#closed;
    const reason = `${by.method} ${by.path} was refused with ${by.status}`;
    const message = `${method} ${path.text} was not sent, since ${this.#account} refuses calls for now (${reason})`;
    return new VendorError("rateLimited", message, {
      method,
      path: path.text,
      status: by.status,
      retryAfter: by.retryAfter,
      outcomeUnknown: false,
    });
  }
}
