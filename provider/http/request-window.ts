/** Into how many slices a span is cut: ended calls are counted by slice, not kept one by one. */
const SLICES = 60;

/**
 * Counts calls, so that no more than so many fall into any span of time: a minute or an hour.
 *
 * A call counts from its sending until a span after its end, since the vendor may count it anywhere between the two: so
 * the promise holds for the vendor's count too, be its windows fixed or sliding. The price is that a place becomes free
 * up to a sixtieth of the span late.
 */
export class RequestWindow {
  readonly span: number;
  #running = 0;
  /** Ended calls by the time from which they no longer count; at most one more than there are slices. */
  readonly #ended: { readonly until: number; count: number }[] = [];

  /** @param span in milliseconds */
  constructor(span: number) {
    this.span = span;
  }

  /** Counts a call that is sent now. */
  begin(): void {
    this.#running++;
  }

  /** Says that a call has ended, however it did. */
  end(now: number): void {
    this.#running--;
    const slice = this.span / SLICES;
    const until = (Math.floor(now / slice) + 1) * slice + this.span;
    const last = this.#ended.at(-1);
    if (last && last.until >= until) last.count++;
    else this.#ended.push({ until, count: 1 });
  }

  /** How many calls ended in the span before now. */
  ended(now: number): number {
    const kept = this.#ended.findIndex(({ until }) => until > now);
    this.#ended.splice(0, kept < 0 ? this.#ended.length : kept);
    return this.#ended.reduce((sum, { count }) => sum + count, 0);
  }

  /**
   * When a call may be sent so that no span holds more than `most`: now at the earliest; `undefined` while only the end of a
   * running call can make a place.
   */
  freeAt(now: number, most: number): number | undefined {
    let used = this.ended(now) + this.#running;
    if (used < most) return now;
    for (const { until, count } of this.#ended) {
      used -= count;
      if (used < most) return until;
    }
    return undefined;
  }
}
