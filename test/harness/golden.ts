import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/**
 * Compares a value with a JSON file that is kept under version control, so that a change of it shows in review.
 * `UPDATE_GOLDEN=1` writes the file instead.
 */
export function assertGolden(file: string, value: unknown): void {
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
  const kept: unknown = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  assert.deepEqual(JSON.parse(JSON.stringify(value)), kept, `${file} differs; UPDATE_GOLDEN=1 writes it anew`);
}
