import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { RehearsalOptions } from "pulumi-flows-testing";
import { parse, stringify } from "yaml";

/**
 * What `pulumi` is where there is none: the commands of the guides, on the rehearsal. What it does not know fails. Compiled
 * and put on the PATH by the player. The result of a rehearsal goes to the file `GUIDE_RESULT`, for comparison.
 */
const FILE = ".rehearsal/played.json";

/** What the CLI keeps beside the state. */
interface Kept {
  stack?: string;
  stacks: string[];
  /** By stack; in a file of the test alone. */
  secrets: Record<string, Record<string, string>>;
}

const kept: Kept = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : { stacks: [], secrets: {} };

function keep(): void {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, JSON.stringify(kept));
}

/** The options of all commands together; each takes those it knows. */
const options = {
  stack: { type: "string", short: "s" },
  yes: { type: "boolean" },
  diff: { type: "boolean" },
  refresh: { type: "boolean" },
  "expect-no-changes": { type: "boolean" },
  secret: { type: "boolean" },
  json: { type: "boolean" },
  "show-sames": { type: "boolean" },
  "show-secrets": { type: "boolean" },
  "non-interactive": { type: "boolean" },
  color: { type: "string" },
  file: { type: "string" },
  protect: { type: "string" },
  "generate-code": { type: "string" },
  local: { type: "boolean" },
} as const;

const { values, positionals } = parseArgs({ options, allowPositionals: true });

function stack(): string {
  const name = values.stack ?? kept.stack;
  if (name === undefined || !kept.stacks.includes(name)) throw new Error(`no stack named '${name}' found`);
  return name;
}

/** Loaded by the commands that need it: others take half of the time. */
const testing = () => import("pulumi-flows-testing");

const settingsFile = () => `Pulumi.${stack()}.yaml`;
const settings = () => (existsSync(settingsFile()) ? parse(readFileSync(settingsFile(), "utf8")) : {});

async function run(operation: RehearsalOptions["operation"]): Promise<number> {
  if (operation !== "preview" && !values.yes && process.env.PULUMI_SKIP_CONFIRMATIONS !== "true")
    throw new Error("--yes must be passed in to proceed when running in non-interactive mode");
  const { rehearse } = await testing();
  const result = await rehearse({
    operation,
    cwd: ".",
    stack: stack(),
    diff: true,
    ...(values.refresh && { refresh: true }),
    ...(values.file && { importFile: resolve(values.file), protect: values.protect !== "false" }),
    secretConfig: kept.secrets[stack()] ?? {},
    ...(values.json && { output: () => undefined }),
  });
  if (values.json) console.log(JSON.stringify(result));
  else if (process.env.GUIDE_RESULT) writeFileSync(process.env.GUIDE_RESULT, JSON.stringify(result));
  const isSame = result.steps.every(({ op }) => op === "same");
  return result.ok && (isSame || !values["expect-no-changes"]) ? 0 : 1;
}

function keyOf(name: string): string {
  return name.includes(":") ? name : `${parse(readFileSync("Pulumi.yaml", "utf8")).name}:${name}`;
}

function setConfiguration(name: string, value: string, isSecret: boolean): void {
  if (isSecret) {
    kept.secrets[stack()] = { ...kept.secrets[stack()], [keyOf(name)]: value };
    keep();
    return;
  }
  const before = settings();
  writeFileSync(settingsFile(), stringify({ ...before, config: { ...before.config, [keyOf(name)]: value } }));
}

/** What is typed in. The CLI would take nothing as well; no guide means that. */
function asked(): string {
  const answer = readFileSync(0, "utf8").trimEnd();
  if (answer === "") throw new Error("nothing was typed in");
  return answer;
}

function setAll(json: string): void {
  const all: Record<string, { value: string; secret?: boolean }> = JSON.parse(json);
  for (const [name, { value, secret = false }] of Object.entries(all)) setConfiguration(name, value, secret);
}

function removeConfiguration(name: string): void {
  const { config, ...others } = settings();
  const { [keyOf(name)]: _, ...rest } = config;
  writeFileSync(settingsFile(), stringify({ ...others, config: rest }));
}

function initStack(name: string): void {
  kept.stacks.push(name);
  kept.stack = name;
  keep();
  console.log(`Created stack '${name}'`);
}

async function exported() {
  const { exportState } = await testing();
  return exportState({ cwd: ".", stack: stack(), showSecrets: values["show-secrets"] ?? false });
}

async function tellOutput(name: string): Promise<void> {
  const { deployment } = await exported();
  const value = deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs?.[name];
  if (value === undefined) throw new Error(`current stack does not have output property '${name}'`);
  console.log(typeof value === "string" ? value : JSON.stringify(value));
}

async function main([command = "", ...more]: string[]): Promise<number> {
  const [action = "", ...names] = more;
  switch (command) {
    case "preview":
    case "up":
    case "refresh":
    case "destroy":
    case "import":
      return run(command);
    case "login":
      return 0;
    case "version":
      console.log("v3.260.0");
      return 0;
    case "config":
      if (action === "set") setConfiguration(names[0] ?? "", names[1] ?? asked(), values.secret ?? false);
      else if (action === "set-all") setAll(names[0] ?? "");
      else if (action === "rm") removeConfiguration(names[0] ?? "");
      else if (action === "" && values.json) tellConfiguration();
      else break;
      return 0;
    case "stack":
      if (action === "init") initStack(names[0] ?? "");
      else if (action === "select") {
        kept.stack = names[0] ?? "";
        stack();
        keep();
      } else if (action === "export") console.log(JSON.stringify(await exported(), null, 2));
      else if (action === "output") await tellOutput(names[0] ?? "");
      else break;
      return 0;
  }
  throw new Error(`the guides' test does not play \`pulumi ${positionals.join(" ")}\``);
}

function tellConfiguration(): void {
  const plain: Record<string, string> = settings().config ?? {};
  const all = [
    ...Object.entries(plain).map(([key, value]) => [key, { value: String(value), secret: false }]),
    ...Object.entries(kept.secrets[stack()] ?? {}).map(([key, value]) => [key, { value, secret: true }]),
  ];
  console.log(JSON.stringify(Object.fromEntries(all)));
}

main(positionals).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 255;
  },
);
