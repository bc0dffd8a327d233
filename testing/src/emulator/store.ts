import { isDeepStrictEqual } from "node:util";

/**
 * Rows of one kind in the order of their creation, found by id or by any of their keys.
 *
 * Rows are never changed in place: `put` replaces a row, and only a row that differs from the stored one counts as a
 * change. That makes "did this call change anything?" a comparison of two numbers.
 */
export class Collection<Row extends { readonly id: string }> {
  private readonly rows = new Map<string, Row>();
  private readonly index = new Map<string, string>();
  private changes = 0;

  /** @param keysOf - the keys of a row; the row stored last owns a key that two rows give. */
  constructor(private readonly keysOf: (row: Row) => readonly string[]) {}

  get revision(): number {
    return this.changes;
  }

  all(): Row[] {
    return [...this.rows.values()];
  }

  has(id: string): boolean {
    return this.rows.has(id);
  }

  find(key: string): Row | undefined {
    const id = this.index.get(key);
    return id === undefined ? undefined : this.rows.get(id);
  }

  put(row: Row): void {
    const before = this.rows.get(row.id);
    if (before !== undefined && isDeepStrictEqual(before, row)) return;
    for (const key of before === undefined ? [] : this.keysOf(before)) {
      if (this.index.get(key) === row.id) this.index.delete(key);
    }
    this.rows.set(row.id, row);
    for (const key of this.keysOf(row)) this.index.set(key, row.id);
    this.changes += 1;
  }

  delete(id: string): void {
    const row = this.rows.get(id);
    if (row === undefined) return;
    for (const key of this.keysOf(row)) {
      if (this.index.get(key) === id) this.index.delete(key);
    }
    this.rows.delete(id);
    this.changes += 1;
  }
}
