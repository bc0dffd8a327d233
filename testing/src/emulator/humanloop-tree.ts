import { Refusal } from "./humanloop-dialect";
import type { HumanloopDirectory, HumanloopFile } from "./humanloop-records";
import { type HumanloopStore, nameOf, parentOf } from "./humanloop-store";

// Section numbers are those of the vendor notes on Humanloop (`vendors/humanloop.md`).

/** Where something shall be: by a path, or by a name, a directory, or both (4). */
export interface Place {
  readonly path?: string | null;
  readonly name?: string | null;
  readonly directory?: string | null | undefined;
}

/** The one tree of directories and files of all types that an organization has (6.1). */
export class HumanloopTree {
  constructor(private readonly store: HumanloopStore) {}

  /** A path as it is stored. */
  pathOf(sent: string): string {
    const path = sent.replace(/^\/+|\/+$/g, "");
    if (path !== sent && this.store.switches.humanloopSlashes === "refused") {
      throw new Refusal(422, `A path must not begin or end with a slash: ${sent}`);
    }
    if (path.split("/").includes("")) throw new Refusal(422, `A path must not have empty parts: ${sent}`);
    return path;
  }

  /** The path to which a move leads. */
  target(organization: string, from: string, { path, name: newName, directory }: Place): string {
    if (typeof path === "string") {
      const both = typeof newName === "string" || typeof directory === "string";
      if (both && this.store.switches.humanloopMoveBothWays === "refused") {
        throw new Refusal(422, "Give either a path, or a name or a directory");
      }
      return this.pathOf(path);
    }
    const name = newName ?? nameOf(from);
    if (name === "" || name.includes("/")) throw new Refusal(422, `A name must not be empty or hold a slash: ${name}`);
    const parent = typeof directory === "string" ? this.store.directory(directory, organization).path : parentOf(from);
    return parent === "" ? name : `${parent}/${name}`;
  }

  /** Refuses a path at which something is, or on the way to which a file is. */
  insistOnFree(organization: string, path: string, status: number): void {
    const taken = this.store.fileAt(organization, path) ?? this.store.directoryAt(organization, path);
    if (taken !== undefined) throw new Refusal(status, `The path ${path} is taken`);
    for (let parent = parentOf(path); parent !== ""; parent = parentOf(parent)) {
      const file = this.store.fileAt(organization, parent);
      if (file !== undefined) throw new Refusal(status, `${parent} is a file`);
    }
  }

  /** Id, versions and deployments stay (6.1). */
  moveFile(file: HumanloopFile, path: string): HumanloopFile {
    if (path === file.path) return file;
    const { organization } = file;
    const { humanloopTakenPath, humanloopMoveNewDirectory } = this.store.switches;
    this.insistOnFree(organization, path, humanloopTakenPath);
    const parent = parentOf(path);
    if (humanloopMoveNewDirectory === "refused" && this.store.directoryAt(organization, parent) === undefined) {
      throw new Refusal(404, `There is no directory ${parent}`);
    }
    this.store.makeParents(organization, path);
    const moved = { ...file, path, updated_at: this.store.timestamp() };
    this.store.files.put(moved);
    return moved;
  }

  makeDirectory(organization: string, path: string): HumanloopDirectory {
    this.insistOnFree(organization, path, 409);
    this.store.makeParents(organization, path);
    const at = this.store.timestamp();
    const directory = { id: this.store.newId("dir"), organization, path, created_at: at, updated_at: at };
    this.store.directories.put(directory);
    return directory;
  }

  /** With everything below, whose paths change. */
  moveDirectory(directory: HumanloopDirectory, path: string): HumanloopDirectory {
    const { organization, path: from } = directory;
    if (path === from) return directory;
    if (from === "" || path.startsWith(`${from}/`)) throw new Refusal(409, `${from || "The root"} cannot move there`);
    this.insistOnFree(organization, path, this.store.switches.humanloopTakenPath);
    this.store.makeParents(organization, path);
    const { files, directories } = this.store;
    for (const file of this.store.below(files, directory)) {
      files.put({ ...file, path: path + file.path.slice(from.length) });
    }
    for (const each of this.store.below(directories, directory)) {
      directories.put({ ...each, path: path + each.path.slice(from.length) });
    }
    const moved = { ...directory, path, updated_at: this.store.timestamp() };
    directories.put(moved);
    return moved;
  }

  /** Only when nothing is in it (6.1). */
  deleteDirectory(directory: HumanloopDirectory): void {
    const { files, directories } = this.store;
    const held = this.store.below(files, directory).length + this.store.below(directories, directory).length;
    if (directory.path === "" || held > 0) throw new Refusal(409, `The directory ${directory.path} is not empty`);
    directories.delete(directory.id);
  }
}
