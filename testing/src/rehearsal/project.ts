import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { contains, isObject, mapValue, type Properties, type Value } from "./values";
import type { Vault } from "./vault";

/** What Pulumi.yaml and Pulumi.<stack>.yaml say. */
export interface Project {
  name: string;
  stack: string;
  /** Folder of Pulumi.yaml. */
  root: string;
  /** Folder that program and provider run in, and the program in it. */
  folder: string;
  program: string;
  typescript: boolean;
  /** Arguments for node itself, from the runtime's `nodeargs`. */
  nodeArguments: string[];
  /** Does Pulumi.yaml ask for a refresh before every preview and up? */
  alwaysRefreshes: boolean;
  /** Salt of the stack's own secrets. */
  salt: string | undefined;
  declaredConfig: Properties;
  stackConfig: Properties;
}

/** The stack's configuration: full keys (`kosli:org`), every value a text. */
export interface Config {
  values: Record<string, string>;
  secretKeys: string[];
}

/**
 * Reads the project's two files.
 * @throws in words, where they ask for something that is not rehearsed.
 */
export function readProject(cwd: string, stack: string): Project {
  const root = resolve(cwd);
  const file = join(root, "Pulumi.yaml");
  if (!existsSync(file)) throw new Error(`${root} has no Pulumi.yaml: rehearse in the folder of a Pulumi program`);
  const project = readYaml(file);
  const settings = readYaml(join(root, text(project.stackConfigDir) ?? "", `Pulumi.${stack}.yaml`));
  const runtime = isObject(project.runtime) ? project.runtime : { name: project.runtime ?? null };
  const options = isObject(runtime.options) ? runtime.options : {};
  const refused: [boolean, string][] = [
    [text(project.name) === undefined, "a Pulumi.yaml without a name"],
    [runtime.name !== "nodejs", `the runtime ${JSON.stringify(runtime.name)}: only nodejs is`],
    [project.packages !== undefined, "packages in Pulumi.yaml"],
    [settings.environment !== undefined, "environments (ESC)"],
    [settings.encryptedkey !== undefined, "a secrets provider other than the passphrase"],
    [
      !["passphrase", ""].includes(text(settings.secretsprovider) ?? ""),
      `the secrets provider ${settings.secretsprovider}`,
    ],
  ];
  for (const [applies, words] of refused) if (applies) throw new Error(`not rehearsed: ${words}`);
  return {
    name: text(project.name) ?? "",
    stack,
    root,
    ...entryPoint(root, text(project.main)),
    typescript: options.typescript !== false,
    nodeArguments: text(options.nodeargs)?.split(" ").filter(Boolean) ?? [],
    alwaysRefreshes: isObject(project.options) && project.options.refresh === "always",
    salt: text(settings.encryptionsalt),
    declaredConfig: isObject(project.config) ? project.config : {},
    stackConfig: isObject(settings.config) ? settings.config : {},
  };
}

function entryPoint(root: string, main: string | undefined): { folder: string; program: string } {
  if (main === undefined) return { folder: root, program: "." };
  const path = resolve(root, main);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  return isFolder ? { folder: path, program: "." } : { folder: dirname(path), program: basename(path) };
}

function readYaml(file: string): Properties {
  const content: unknown = existsSync(file) ? parse(readFileSync(file, "utf8")) : {};
  return isObject(content) ? content : {};
}

function text(value: Value | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * The configuration as the program sees it: the project's defaults, the stack's file, then what the caller adds.
 * @param vault opens the stack's `secure:` values.
 */
export async function readConfig(
  project: Project,
  vault: Vault,
  added: { config?: Record<string, string> | undefined; secretConfig?: Record<string, string> | undefined },
): Promise<Config> {
  const values: Record<string, string> = {};
  const secret = new Set<string>();
  const set = (key: string, value: Value, isSecret: boolean) => {
    const full = key.includes(":") ? key.replace(/^([^:]+):config:/, "$1:") : `${project.name}:${key}`;
    values[full] = typeof value === "string" ? value : JSON.stringify(value);
    if (isSecret) secret.add(full);
    else secret.delete(full);
  };
  const required: string[] = [];
  for (const [key, declared] of Object.entries(project.declaredConfig)) {
    const value = isObject(declared) ? (declared.value ?? declared.default) : declared;
    if (value !== undefined && value !== null) set(key, value, isObject(declared) && declared.secret === true);
    else required.push(key.includes(":") ? key : `${project.name}:${key}`);
  }
  for (const [key, value] of Object.entries(project.stackConfig)) {
    const sealed = contains(value, isSecure);
    if (sealed) await vault.unlock();
    set(
      key,
      mapValue(value, (each) => (isSecure(each) ? vault.open(String(each.secure)) : undefined)),
      sealed,
    );
  }
  for (const [key, value] of Object.entries(added.config ?? {})) set(key, value, false);
  for (const [key, value] of Object.entries(added.secretConfig ?? {})) set(key, value, true);
  for (const key of required) {
    if (values[key] === undefined)
      throw new Error(`stack ${project.stack} has no value for ${key}, which Pulumi.yaml declares`);
  }
  return { values, secretKeys: [...secret] };
}

function isSecure(value: unknown): value is { secure: string } {
  return isObject(value) && typeof value.secure === "string" && Object.keys(value).length === 1;
}
