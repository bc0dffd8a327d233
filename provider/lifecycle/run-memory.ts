/**
 * What this process has done in this run. It tells a hand-over (a resource renamed in the program without an alias: the
 * new one adopts the flow, then the old one is deleted) from a deletion, and two resources from one.
 */
export class RunMemory {
  /** The key of each vendor object that a resource of this run answers for. */
  readonly #held = new Map<string, string>();
  /** The keys that the program declares. */
  readonly #declared = new Set<string>();
  /** What resources of the program have from earlier runs. */
  readonly #kept = new Set<string>();
  readonly #queues = new Map<string, Promise<unknown>>();

  /** Records that a resource of this run answers for this vendor object, which has this key now. */
  hold(identity: string, key: string): void {
    this.#held.set(identity, key);
  }

  /** Whether a resource of this run answers for what has this key: also where the vendor does not show it yet. */
  holdsKey(key: string): boolean {
    return [...this.#held.values()].includes(key);
  }

  /** Records that the program of this run declares something of this key. */
  declare(key: string): void {
    this.#declared.add(key);
  }

  /**
   * Records that a resource with this key has this vendor object since an earlier run, if the program of this run declares
   * it: nothing need be done for it, and a run that was broken off may have left another resource that had it before.
   */
  keep(identity: string, key: string): void {
    if (this.#declared.has(key)) this.#kept.add(identity);
  }

  /** Whether some resource of the program has this vendor object, so that deleting another one must leave it. */
  keeps(identity: string): boolean {
    return this.holds(identity) || this.#kept.has(identity);
  }

  /** Records that this vendor object is gone. */
  release(identity: string): void {
    this.#held.delete(identity);
    this.#kept.delete(identity);
  }

  /** Whether a resource created, adopted or updated in this run answers for this vendor object. */
  holds(identity: string): boolean {
    return this.#held.has(identity);
  }

  /** Runs one at a time, in the order of the calls, what concerns any of these keys. */
  async exclusively<T>(keys: readonly string[], action: () => Promise<T>): Promise<T> {
    const before = Promise.all(keys.map((key) => this.#queues.get(key)));
    const mine = before.then(action);
    const settled = mine.catch(() => undefined);
    for (const key of keys) this.#queues.set(key, settled);
    try {
      return await mine;
    } finally {
      for (const key of keys) if (this.#queues.get(key) === settled) this.#queues.delete(key);
    }
  }
}
