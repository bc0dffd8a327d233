import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { messageOf } from "../../lifecycle/errors";
import { CommandError } from "../io";
import type { ExportedFile } from "./program";

/** What becomes of a file. */
type Fate = "new" | "unchanged" | "overwritten" | "left as it is";

/**
 * What is to become of each file of an export, nothing of which is done yet.
 *
 * @throws CommandError where something is in the way, or cannot be read
 */
export function fatesOf(cwd: string, folder: string, files: readonly ExportedFile[]): Map<ExportedFile, Fate> {
  return new Map(files.map((file) => [file, fateOf(resolve(cwd, folder, file.path), join(folder, file.path), file)]));
}

function fateOf(path: string, shown: string, { text, scaffold }: ExportedFile): Fate {
  try {
    demandFolder(dirname(path));
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return "new";
    if (!found.isFile()) throw new Error("something else than a file is there");
    if (readFileSync(path, "utf8") === text) return "unchanged";
    return scaffold ? "left as it is" : "overwritten";
  } catch (error) {
    throw new CommandError(`${shown} cannot be written: ${messageOf(error)}. Nothing was written.`);
  }
}

function demandFolder(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found && dirname(path) !== path) demandFolder(dirname(path));
  if (found && !found.isDirectory()) throw new Error(`${path} is no folder`);
}

/**
 * Nothing is written where something would be lost.
 *
 * @throws CommandError naming every file that is there and differs
 */
export function demandNothingOverwritten(folder: string, fates: ReadonlyMap<ExportedFile, Fate>): void {
  const lost = [...fates].filter(([, fate]) => fate === "overwritten");
  if (lost.length === 0) return;
  const paths = lost.map(([{ path }]) => `  ${join(folder, path)}`).join("\n");
  throw new CommandError(
    `These files are there and differ from what would be written. Nothing was written; choose another folder with --out, or overwrite them with --force:\n${paths}`,
  );
}

/**
 * Writes the files that are not there as they should be.
 *
 * @throws CommandError where one cannot be written; those before it are
 */
export function writeFiles(cwd: string, folder: string, fates: ReadonlyMap<ExportedFile, Fate>): void {
  for (const [file, fate] of fates) {
    const path = resolve(cwd, folder, file.path);
    const mode = file.secret ? 0o600 : 0o666;
    try {
      // One that was there keeps its rights when it is written.
      if (file.secret && fate !== "new") chmodSync(path, mode);
      if (fate === "unchanged" || fate === "left as it is") continue;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file.text, { mode });
    } catch (error) {
      throw new CommandError(
        `${join(folder, file.path)} cannot be written: ${messageOf(error)}. Not everything is written: run it again, with --force, when this is mended.`,
      );
    }
  }
}

/** Modules and texts of flows that are there and no part of an export: of flows that are gone, have another name, or were not asked for. */
export function leftOver(cwd: string, folder: string, files: readonly ExportedFile[]): string[] {
  const root = resolve(cwd, folder);
  const own = new Set(files.map(({ path }) => path));
  const flows = join(root, "flows");
  if (!statSync(flows, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(flows, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => relative(root, join(each.parentPath, each.name)).split(sep).join("/"))
    .filter((path) => !own.has(path))
    .sort()
    .map((path) => join(folder, path));
}
