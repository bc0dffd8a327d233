import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";

const root = resolve(__dirname, "../..");

const names = z.record(z.string(), z.string()).optional();
const entry = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  os: z.array(z.string()).optional(),
  hasInstallScript: z.boolean().optional(),
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).optional(),
});

/** One entry of a lock file. */
export type LockedPackage = z.output<typeof entry>;

/** The entries of a lock file by the folders that they stand for; `""` is the project itself. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** The published packages of this repository, by name: the folders that they are packed from. */
export const published = { "pulumi-flows": "", "pulumi-flows-testing": "testing" } as const;

/** The name of a package of this repository. */
export type PublishedName = keyof typeof published;

/** What `package-lock.json` has locked. */
export function readLockFile(): LockedPackages {
  const text = readFileSync(join(root, "package-lock.json"), "utf8");
  return z.object({ packages: z.record(z.string(), entry) }).parse(JSON.parse(text)).packages;
}

/** What an entry is installed with: optional packages where they are locked, and what it needs beside it. */
function neededBy({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }: LockedPackage) {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  return [...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {}), ...peers];
}

/** The folder in which Node finds a package from another one's: the nearest upward. */
function findUpward(packages: LockedPackages, from: string, name: string): string | undefined {
  const inside = from === "" ? "" : `${from}/`;
  const path = `${inside}node_modules/${name}`;
  if (path in packages) return path;
  if (from === "") return undefined;
  const above = from.lastIndexOf("/node_modules/");
  return findUpward(packages, above < 0 ? "" : from.slice(0, above), name);
}

/**
 * The folder of a package and of all that is installed with it, each with the folders that it needs itself. Peers of
 * the package itself are the choice of the program that uses it; they count where `peers` is set.
 */
export function productionTree(
  packages: LockedPackages,
  folder: string,
  { peers = false } = {},
): ReadonlyMap<string, readonly string[]> {
  const tree = new Map<string, readonly string[]>();
  const visit = (path: string) => {
    if (tree.has(path)) return;
    const locked = packages[path] ?? {};
    const needed = neededBy(path === folder && !peers ? { ...locked, peerDependencies: undefined } : locked);
    const found = needed.flatMap((name) => findUpward(packages, path, name) ?? []).sort();
    tree.set(path, found);
    found.forEach(visit);
  };
  visit(folder);
  return tree;
}

/** The name of the package in a folder of a lock file. */
export function nameIn(path: string): string {
  return path.split("node_modules/").at(-1) ?? path;
}
