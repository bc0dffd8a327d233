import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The folder with a vendor's own client and what it needs, kept outside of the repository: installed once, and whole or not
 * at all.
 *
 * @param name tells clients and their versions apart
 * @param install puts everything into an empty folder
 */
export async function installedOnce(name: string, install: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(tmpdir(), `pulumi-flows-${name}`);
  if (existsSync(folder)) return folder;
  const fresh = mkdtempSync(`${folder}-`);
  try {
    await install(fresh);
    // Another process may have been faster: then there is one already, and the same.
    if (!existsSync(folder)) renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** Says aloud that a client cannot be had, and why. */
export function cannotBeHad(client: string, from: string, error: unknown): void {
  const lines = String(error instanceof Error ? error.message : error)
    .trim()
    .split("\n");
  console.warn(`      SKIPPED: ${client} cannot be had from ${from} (${lines.slice(0, 3).join(" ")})`);
}
