import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { type Engine, type Outcome, pulumiEngine, rehearsalEngine, type StateResource } from "../../scripts/engines";
import { QUICK_START } from "../harness/compiled";
import { descendantsOf, haveEnded, kill } from "./processes";

const root = resolve(__dirname, "../..");

/** The stack of the crash program. */
export const STACK = "dev";

/** What is killed: the process of the provider, or that of the engine. */
export const VICTIMS = ["provider", "engine"] as const;
export type Victim = (typeof VICTIMS)[number];

/** A run of `up` that may be killed. */
export interface Running {
  /** What came of it; of an engine that was killed: what it had said so far. */
  readonly ended: Promise<Outcome>;
  /** Kills, and waits until nothing is left that could call a vendor. @throws where something is */
  kill(victim: Victim): Promise<void>;
}

/** What a state file holds after a kill. */
export interface KeptState {
  readonly resources: readonly StateResource[];
  /** What the engine was doing, as far as it wrote that down. */
  readonly pending: readonly string[];
}

/** An engine whose runs can be killed. */
export interface CrashEngine extends Engine {
  /**
   * Starts `up`.
   *
   * @param atOnce so many operations at once; default: one, so that the calls come in the same order in every run
   */
  startUp(atOnce?: number): Running;
  /** The state as it is on disk. */
  keptState(): KeptState;
  /** Takes away the lock of a run that was killed; only where the engine locks. */
  unlock?(): Promise<Outcome>;
  /** Forgets creations that were begun and did not end; only where the engine does not do it by itself. */
  clearPendingCreates?(): Promise<Outcome>;
}

/** What differs between the engines. */
export interface EngineKind {
  readonly name: string;
  /** Where a stack's state is kept, in the program's folder. */
  readonly stateFile: string;
  /** What a user sees of a run whose provider was killed. */
  readonly says: RegExp;
  /** Makes the stack. */
  initialise(folder: string): Promise<void>;
  open(folder: string, env: Record<string, string>): Promise<CrashEngine>;
}

/** The rehearsal. */
export const rehearsal: EngineKind = {
  name: "rehearsal",
  stateFile: `.rehearsal/${STACK}.json`,
  says: /the provider's process ended with SIGKILL, so it is not known whether this was done. Run up again/,
  initialise: async () => undefined,
  async open(folder, env) {
    const cli = join(root, "testing/dist/cli.js");
    const args = [cli, "rehearse", "up", "--cwd", folder, "--stack", STACK, "--parallel"];
    const environment = { ...process.env, ...env, ...QUICK_START, PULUMI_CONFIG_PASSPHRASE: "try-out" };
    return {
      ...rehearsalEngine(folder, { ...env, ...QUICK_START }),
      startUp: (atOnce = 1) => start(process.execPath, [...args, String(atOnce)], folder, environment),
      keptState: () => readKept(join(folder, this.stateFile), rehearsed),
    };
  },
};

/** Pulumi's own CLI of this version. */
export function pulumi(version: string): EngineKind {
  const stateFile = `.pulumi-backend/.pulumi/stacks/crash-test/${STACK}.json`;
  return {
    name: `pulumi ${version}`,
    stateFile,
    says: /error: error reading from server: EOF/,
    async initialise(folder) {
      await pulumiEngine(version, folder, {}, [STACK]);
    },
    async open(folder, env) {
      const engine = await pulumiEngine(version, folder, env, []);
      const args = ["up", "--stack", STACK, "--yes", "--skip-preview", "--suppress-progress", "--parallel"];
      return {
        ...engine,
        unlock: () => engine.cancel(STACK),
        clearPendingCreates: () => engine.clearPendingCreates(STACK),
        startUp: (atOnce = 1) =>
          start(
            "pulumi",
            [...args, String(atOnce), "--non-interactive", "--color", "never"],
            folder,
            engine.environment,
          ),
        keptState: () => readKept(join(folder, stateFile), checkpoint),
      };
    },
  };
}

function start(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Running {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += chunk;
    });
  const ended = new Promise<Outcome>((done, failed) => {
    child.once("error", failed);
    child.once("close", (code) => done({ ok: code === 0, output }));
  });
  return {
    ended,
    async kill(victim) {
      const { pid } = child;
      if (pid === undefined) throw new Error(`${command} did not start`);
      const family = descendantsOf(pid);
      const providers = family.filter((each) => each.command.includes("cmd/dynamic-provider"));
      if (providers.length === 0) throw new Error("there is no process of the provider");
      kill(victim === "provider" ? providers.map((each) => each.pid) : [pid]);
      await haveEnded(providers);
      // What else Pulumi leaves behind calls no vendor, and does not end by itself.
      if (victim === "engine") kill(family.map((each) => each.pid));
      await ended;
      await haveEnded(family);
    },
  };
}

const resources = z.array(z.looseObject({ urn: z.string(), type: z.string() })).default([]);
const pending = z
  .array(z.object({ type: z.string(), resource: z.object({ urn: z.string() }) }))
  .nullish()
  .transform((all) => (all ?? []).map(({ type, resource }) => `${type} ${resource.urn}`));
const snapshot = z.object({ resources, pending_operations: pending });
const rehearsed = z.object({ deployment: snapshot }).transform(({ deployment }) => deployment);
const checkpoint = z
  .object({ checkpoint: z.object({ latest: snapshot.optional() }) })
  .transform((file) => file.checkpoint.latest ?? { resources: [], pending_operations: [] });

function readKept(file: string, shape: z.ZodType<z.output<typeof snapshot>>): KeptState {
  if (!existsSync(file)) return { resources: [], pending: [] };
  const found = shape.parse(JSON.parse(readFileSync(file, "utf8")));
  return { resources: found.resources, pending: found.pending_operations };
}
