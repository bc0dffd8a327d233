import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { exportState, type RehearsalOptions, rehearse } from "pulumi-flows-testing";
import { z } from "zod";

/** What an engine is asked to do. */
export type Operation = "preview" | "up" | "refresh" | "destroy";

/** Options of one operation, as the CLI's flags of the same names. */
export interface OperationOptions {
  readonly refresh?: boolean;
  /** Fails where something would change. */
  readonly expectNoChanges?: boolean;
  readonly targetReplace?: readonly string[];
  /** So many operations at once; default: as the engine does by itself. */
  readonly parallel?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** What an engine said of one operation. */
export interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
});
const stackExport = z.object({ deployment: z.object({ resources: z.array(resource).optional() }) });

/** One resource in a stack's state, as Pulumi exports it. */
export type StateResource = z.output<typeof resource>;

/** Runs a Pulumi program: Pulumi's CLI, or the rehearsal where there is none. */
export interface Engine {
  readonly name: string;
  run(operation: Operation, stack: string, options?: OperationOptions): Promise<Outcome>;
  /** Takes what an import file tells of into the stack, unprotected. */
  import(file: string, stack: string): Promise<Outcome>;
  /** The resources in the stack's state. */
  resources(stack: string): Promise<StateResource[]>;
}

/** The Pulumi CLI's version, or `undefined` where there is none. */
export function pulumiVersion(): string | undefined {
  const found = spawnSync("pulumi", ["version"], {
    encoding: "utf8",
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return found.status === 0 ? found.stdout.trim() || "of unknown version" : undefined;
}

/** The rehearsal: no CLI, no account, nothing but this machine. */
export function rehearsalEngine(cwd: string, env: Record<string, string>): Engine {
  const rehearsed = async (options: Pick<RehearsalOptions, "operation" | "stack"> & Partial<RehearsalOptions>) => {
    const lines: string[] = [];
    const { ok, steps } = await rehearse({
      ...options,
      cwd,
      env: { PULUMI_CONFIG_PASSPHRASE: "try-out", ...env, ...options.env },
      output: (line) => lines.push(line),
    });
    return { ok, steps, output: lines.join("\n") };
  };
  return {
    name: "the rehearsal",
    async run(operation, stack, options = {}) {
      const { refresh = false, expectNoChanges = false, targetReplace = [], parallel, env: more = {} } = options;
      const result = await rehearsed({
        operation,
        stack,
        refresh,
        targetReplace: [...targetReplace],
        ...(parallel === undefined ? {} : { parallel }),
        diff: operation !== "up",
        env: { ...more },
      });
      const isSame = result.steps.every(({ op }) => op === "same");
      return { ok: result.ok && (isSame || !expectNoChanges), output: result.output };
    },
    import: (importFile, stack) => rehearsed({ operation: "import", stack, importFile, protect: false }),
    resources: async (stack) => resourcesOf(await exportState({ cwd, stack })),
  };
}

/** Pulumi's own CLI on a backend of its own. */
export interface PulumiEngine extends Engine {
  /** What `pulumi` is run with. */
  readonly environment: NodeJS.ProcessEnv;
  /** Takes away the lock that a killed run has left. */
  cancel(stack: string): Promise<Outcome>;
  /** Refreshes the state, and forgets the creations that a killed run has begun. */
  clearPendingCreates(stack: string): Promise<Outcome>;
}

/** Pulumi's own CLI, on a backend in the program's folder, which must be a temporary one. */
export async function pulumiEngine(
  version: string,
  cwd: string,
  env: Record<string, string>,
  stacks: readonly string[],
): Promise<PulumiEngine> {
  const backend = join(cwd, ".pulumi-backend");
  mkdirSync(backend, { recursive: true });
  const environment = {
    ...process.env,
    ...env,
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_HOME: join(cwd, ".pulumi-home"),
    PULUMI_CONFIG_PASSPHRASE: "try-out",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const pulumi = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    new Promise<Outcome & { readonly stdout: string }>((done, failed) => {
      const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
        cwd,
        env: { ...environment, ...more },
      });
      let output = "";
      let stdout = "";
      child.stdout.on("data", (chunk) => {
        output += chunk;
        stdout += chunk;
      });
      child.stderr.on("data", (chunk) => {
        output += chunk;
      });
      child.on("error", failed);
      child.on("close", (code) => done({ ok: code === 0, output, stdout }));
    });
  for (const stack of stacks) {
    const made = await pulumi(["stack", "init", stack]);
    if (!made.ok) throw new Error(made.output);
  }
  return {
    name: `pulumi ${version}`,
    environment,
    run(
      operation,
      stack,
      { refresh = false, expectNoChanges = false, targetReplace = [], parallel, env: more = {} } = {},
    ) {
      const flags = operation === "preview" ? ["--diff"] : ["--yes", "--skip-preview", "--suppress-progress"];
      const targets = targetReplace.flatMap((urn) => ["--target-replace", urn]);
      const atOnce = parallel === undefined ? [] : ["--parallel", String(parallel)];
      const checks = [...(refresh ? ["--refresh"] : []), ...(expectNoChanges ? ["--expect-no-changes"] : [])];
      return pulumi([operation, "--stack", stack, ...flags, ...atOnce, ...checks, ...targets], more);
    },
    cancel: (stack) => pulumi(["cancel", "--yes", "--stack", stack]),
    clearPendingCreates: (stack) =>
      pulumi([
        "refresh",
        "--clear-pending-creates",
        "--yes",
        "--skip-preview",
        "--suppress-progress",
        "--stack",
        stack,
      ]),
    import: (file, stack) =>
      pulumi([
        ...["import", "--file", file, "--stack", stack, "--protect=false", "--generate-code=false"],
        ...["--yes", "--skip-preview", "--suppress-progress"],
      ]),
    resources: async (stack) => resourcesOf(JSON.parse((await pulumi(["stack", "export", "--stack", stack])).stdout)),
  };
}

function resourcesOf(exported: unknown): StateResource[] {
  return stackExport.parse(exported).deployment.resources ?? [];
}
