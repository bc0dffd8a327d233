import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { z } from "zod";
import { plainText } from "../http/plain-text";
import { messageOf } from "../lifecycle/errors";
import { isObject, type Values } from "../lifecycle/values";
import type { ReadConfig } from "../runtime/settings";
import { CommandError } from "./io";

/** Milliseconds until Pulumi's CLI counts as hanging: it may ask a service in the network. */
const CLI_TIMEOUT = 60_000;

/** What is configured for a stack, outside of the environment. */
export interface Configuration {
  readonly read: ReadConfig;
  /** Where values of it stand, in words. */
  readonly source: string;
  /** Whether everything that is set can be read, secrets included. */
  readonly isWhole: boolean;
  /** The keys, `namespace:name`, that are set and whose values cannot be read here: secrets in a file. */
  readonly sealed: readonly string[];
  /** The values that are stored as secrets, by key. */
  readonly secrets: ReadonlyMap<string, string>;
  /** What a user should know of how it was found. */
  readonly notes: readonly string[];
}

/** The stack whose configuration is looked for. */
export interface WantedStack {
  /** Default: the one that Pulumi's CLI has selected. */
  readonly stack?: string | undefined;
  /** The project that it must be of. Default: any. */
  readonly project?: string | undefined;
}

/** Nothing is configured, or nothing that is looked for. */
export function noConfiguration(...notes: string[]): Configuration {
  return {
    read: () => undefined,
    source: "no stack configuration",
    isWhole: false,
    sealed: [],
    secrets: new Map(),
    notes,
  };
}

/**
 * The configuration of a stack: what Pulumi's CLI tells of it, secrets included; without the CLI the plain values of
 * `Pulumi.<stack>.yaml`.
 *
 * @param cwd a folder of the stack's project
 * @throws CommandError where it is there and cannot be read: to go on without it could look in another account
 */
export async function findConfiguration({ stack, project }: WantedStack, cwd: string): Promise<Configuration> {
  const file = projectFile(cwd);
  if (!file) return noConfiguration();
  const described = readYaml(file);
  if (project !== undefined && described.name !== project)
    return noConfiguration(
      `The project in this folder is "${String(described.name)}", not "${project}": its configuration is not used.`,
    );
  const told = await runPulumi(
    ["config", "--json", "--show-secrets", ...(stack === undefined ? [] : ["--stack", stack])],
    dirname(file),
  );
  if (!told.ok && told.isMissing) {
    const why = "There is no Pulumi CLI on the PATH";
    const named = stack ?? process.env.PULUMI_STACK;
    return named
      ? configurationInFiles(file, described, named, why)
      : noConfiguration(`${why}: name the stack with --stack to use its file, or set environment variables.`);
  }
  const found = told.ok ? valuesOf(told.stdout) : undefined;
  if (found) {
    const { values, secrets } = found;
    const source = "the stack's configuration";
    return { read: reading(values), source, isWhole: true, sealed: [], secrets, notes: [] };
  }
  const which = stack === undefined ? "the stack that is selected" : `the stack ${stack}`;
  const how = told.ok ? "answered something that is not understood" : `failed (${plainText(told.message, 300)})`;
  throw new CommandError(
    `The configuration of ${which} cannot be read: \`pulumi config\` ${how}. Check --stack, the login and the passphrase.`,
  );
}

function configurationInFiles(projectPath: string, project: Values, stack: string, why: string): Configuration {
  const name = `Pulumi.${stack.split("/").at(-1)}.yaml`;
  const folder = typeof project.stackConfigDir === "string" ? project.stackConfigDir : ".";
  const path = join(dirname(projectPath), folder, name);
  const own = existsSync(path) ? readYaml(path) : {};
  const entries = [project, own].flatMap(({ config }) => (isObject(config) ? Object.entries(config) : []));
  const values = new Map<string, string>();
  const sealed = new Set<string>();
  for (const [key, entry] of entries) {
    values.delete(key);
    sealed.delete(key);
    if (isObject(entry) && "secure" in entry) sealed.add(key);
    const plain = isObject(entry) ? (entry.value ?? entry.default) : entry;
    if (["string", "number", "boolean"].includes(typeof plain)) values.set(key, String(plain));
  }
  const more = "environment" in own ? " Nor are the values of its `environment`." : "";
  const notes = [
    `${why}: only plain values of ${existsSync(path) ? name : "Pulumi.yaml"} are used, its secrets are not.${more}`,
  ];
  const source = existsSync(path) ? name : "Pulumi.yaml";
  return { read: reading(values), source, isWhole: false, sealed: [...sealed], secrets: new Map(), notes };
}

function reading(values: ReadonlyMap<string, string>): ReadConfig {
  return (namespace, name) => values.get(`${namespace}:${name}`);
}

const configured = z.record(
  z.string(),
  z.looseObject({ value: z.string().optional(), secret: z.boolean().optional() }),
);

/** `undefined` for what cannot be read. What it was is not told: it holds secrets. */
function valuesOf(json: string): Record<"values" | "secrets", Map<string, string>> | undefined {
  try {
    const values = new Map<string, string>();
    const secrets = new Map<string, string>();
    for (const [key, { value, secret }] of Object.entries(configured.parse(JSON.parse(json)))) {
      if (value === undefined) continue;
      values.set(key, value);
      if (secret) secrets.set(key, value);
    }
    return { values, secrets };
  } catch {
    return undefined;
  }
}

/** The file of the project that a folder is in. */
function projectFile(folder: string): string | undefined {
  const found = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(folder, name)).find((path) => existsSync(path));
  const above = resolve(folder, "..");
  return found ?? (above === folder ? undefined : projectFile(above));
}

function readYaml(path: string): Values {
  try {
    const content: unknown = parse(readFileSync(path, "utf8"));
    return isObject(content) ? content : {};
  } catch (error) {
    // The parser's own words would quote the line.
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    throw new CommandError(`${path} cannot be read: ${line ? `line ${line} is no YAML` : messageOf(error)}`);
  }
}

/** What Pulumi's CLI answered. */
export type PulumiAnswer =
  | { readonly ok: true; readonly stdout: string }
  | { readonly ok: false; readonly isMissing: boolean; readonly message: string };

/** Asks Pulumi's CLI something that changes nothing. */
export function runPulumi(args: readonly string[], cwd: string): Promise<PulumiAnswer> {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const command = [...args, "--non-interactive", "--color", "never"];
  return new Promise((done) => {
    execFile("pulumi", command, { cwd, env, timeout: CLI_TIMEOUT, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (!error) return done({ ok: true, stdout });
      const said = stderr.replace(/^error: /gm, "").trim();
      done({ ok: false, isMissing: error.code === "ENOENT", message: said || "it was stopped after a minute" });
    });
  });
}
