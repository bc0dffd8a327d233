import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A short hash of every TypeScript file in these folders: it tells what a recorded run was a run of. */
export function sourceHash(root: string, folders: readonly string[]): string {
  const hash = createHash("sha256");
  for (const folder of folders) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort()) {
      if (file.endsWith(".ts")) hash.update(file).update(readFileSync(join(root, folder, file)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}
