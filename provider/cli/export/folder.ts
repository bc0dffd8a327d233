import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CommandError } from "../io";
import type { ExportedFile } from "./program";

/** What becomes of a file. */
type Fate = "new" | "unchanged" | "overwritten" | "left as it is";

function fateOf(path: string, { text, scaffold }: ExportedFile): Fate {
  if (!existsSync(path)) return "new";
  if (readFileSync(path, "utf8") === text) return "unchanged";
  return scaffold ? "left as it is" : "overwritten";
}

/**
 * Nothing is written where something would be lost.
 *
 * @throws CommandError naming every file that is there and differs
 */
export function demandNothingOverwritten(cwd: string, folder: string, files: readonly ExportedFile[]): void {
  const lost = files.filter((file) => fateOf(resolve(cwd, folder, file.path), file) === "overwritten");
  if (lost.length === 0) return;
  const paths = lost.map(({ path }) => `  ${join(folder, path)}`).join("\n");
  throw new CommandError(
    `These files are there and differ from what would be written. Nothing was written; choose another folder with --out, or overwrite them with --force:\n${paths}`,
  );
}

/**
 * Writes files, and says what became of each.
 *
 * @param isTrial only says it
 */
export function writeFiles(cwd: string, folder: string, files: readonly ExportedFile[], isTrial: boolean): string[] {
  return files.map((file) => {
    const path = resolve(cwd, folder, file.path);
    const fate = fateOf(path, file);
    const mode = file.secret ? 0o600 : 0o666;
    if (!isTrial && (fate === "new" || fate === "overwritten")) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file.text, { mode });
      // A file that was there keeps its rights when it is written.
      if (file.secret) chmodSync(path, mode);
    }
    return `${join(folder, file.path)}: ${fate}`;
  });
}
