import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { importAll, readImportFile } from "./import";
import { Ledger } from "./ledger";
import { LOOPBACK_ONLY, refuseRemoteAddresses } from "./loopback";
import { engineService, monitorService } from "./monitor";
import { type NodeProcess, startNode } from "./processes";
import { type Config, readConfig, readProject } from "./project";
import { createLimit, messageOf } from "./provider";
import { Providers } from "./providers";
import { refreshAll } from "./refresh";
import { removeAll } from "./remove";
import { type Diagnostic, Report, type Step, Stopped, showOutputs } from "./report";
import type { Run } from "./run";
import { loadSdk } from "./sdk";
import { StateFile } from "./state";
import { describe, STACK_TYPE } from "./urn";
import { makeSecret } from "./values";
import { Vault } from "./vault";

/** What to rehearse. */
export interface RehearsalOptions {
  operation: "preview" | "up" | "refresh" | "destroy" | "import";
  /** The Pulumi program's folder. */
  cwd: string;
  stack: string;
  /** Default: `<cwd>/.rehearsal/<stack>.json`. */
  stateFile?: string;
  /** Calls to providers at once; default 16. */
  parallel?: number;
  /** Preview and up: refresh first. What a preview finds is not saved. */
  refresh?: boolean;
  /** Print the differences of every step, not only of updates. */
  diff?: boolean;
  /** URNs to replace whatever their diff; as with `--target-replace`, nothing else is touched. */
  targetReplace?: string[];
  /** Configuration on top of the stack's file; keys with namespace (`kosli:org`) or bare. */
  config?: Record<string, string>;
  /** Like `config`, kept as secrets. */
  secretConfig?: Record<string, string>;
  /** Import: the file with the resources; each must have its inputs and outputs. */
  importFile?: string;
  /** Import: whether nothing may delete the resources until the program says so. Default, as in Pulumi: true. */
  protect?: boolean;
  /** Environment for program and provider, on top of this process's. */
  env?: Record<string, string | undefined>;
  /** Takes the lines that are printed; default: standard output. */
  output?: (line: string) => void;
}

/** What came of it. Secrets are masked everywhere in it. */
export interface RehearsalResult {
  ok: boolean;
  /** The first thing that failed. */
  failure?: string;
  /** One per resource and what happened to it; the stack and components count, as in Pulumi. */
  steps: Step[];
  diagnostics: Diagnostic[];
  /** Stack outputs; secrets as `"[secret]"`, unknowns as `"[unknown]"`. */
  outputs: Record<string, unknown>;
  /** Counts by operation. */
  changes: Record<string, number>;
}

/** Where a stack's state is kept. */
export function stateFileOf({ cwd, stack, stateFile }: { cwd: string; stack: string; stateFile?: string | undefined }) {
  return resolve(cwd, stateFile ?? join(".rehearsal", `${stack}.json`));
}

/** This process's environment with changes; `undefined` takes a variable away. */
export function environment(changes: Record<string, string | undefined> | undefined): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}

/** The passphrase, from where Pulumi takes it. */
export function passphraseOf(env: NodeJS.ProcessEnv): string | undefined {
  const file = env.PULUMI_CONFIG_PASSPHRASE_FILE;
  return env.PULUMI_CONFIG_PASSPHRASE ?? (file ? readFileSync(file, "utf8").trim() : undefined);
}

/**
 * Runs a Pulumi program of dynamic resources without the Pulumi CLI: previews it, brings it up, refreshes or destroys
 * its stack. Only addresses on this machine are reached. What cannot be rehearsed fails and says so.
 * @returns also when the run failed; it never rejects.
 */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalResult> {
  const preview = options.operation === "preview";
  const print = options.output ?? ((line: string) => void process.stdout.write(`${line}\n`));
  const report = new Report(print, { preview, diff: options.diff === true });
  let outputs: Record<string, unknown> = {};
  try {
    outputs = await perform(options, report, preview);
  } catch (error) {
    if (!(error instanceof Stopped)) report.fail(messageOf(error));
  }
  report.summarise(outputs);
  return {
    ok: report.failure === undefined,
    ...(report.failure === undefined ? {} : { failure: report.failure }),
    steps: report.steps,
    diagnostics: report.diagnostics,
    outputs,
    changes: report.changes(),
  };
}

async function perform(options: RehearsalOptions, report: Report, preview: boolean): Promise<Record<string, unknown>> {
  const env = environment({ ...options.env, ...LOOPBACK_ONLY });
  const project = readProject(options.cwd, options.stack);
  const vault = new Vault(passphraseOf(env), project.salt);
  const config = await readConfig(project, vault, options);
  report.learnSecrets(Object.fromEntries(config.secretKeys.map((key) => [key, makeSecret(config.values[key] ?? "")])));
  refuseRemoteAddresses({ ...env, ...config.values });
  const sdk = loadSdk(project.folder);
  const file = await StateFile.open(stateFileOf(options), vault, passphraseOf(env));
  if (!preview && config.secretKeys.length > 0) await file.unlock();
  for (const { type, resource } of file.interrupted) {
    const words = `a run was killed while ${type} ${describe(resource.urn)}: it is not known whether that was done. up finds out`;
    report.diagnose("warning", words, resource.urn);
  }

  const entries =
    options.operation === "import" ? readImportFile(resolve(options.cwd, options.importFile ?? "")) : undefined;
  const ledger = new Ledger(file, !preview);
  for (const { inputs = {}, outputs = {} } of ledger.before) report.learnSecrets({ inputs, outputs });
  const targets = new Set(options.targetReplace);
  for (const urn of targets) {
    if (!ledger.before.some((state) => state.urn === urn))
      throw new Error(`${urn} is to be replaced, but is not in the state`);
  }
  const parallel = options.parallel ?? 16;
  const onLine = (line: string) => report.diagnose("info", line);
  const context = { sdk, project, env, engine: "", limit: createLimit(parallel), onLine };
  const providers = new Providers(context, ledger, config);
  const run: Run = { sdk, project, ledger, providers, report, preview, parallel, targets, underWay: new Set() };

  const server = sdk.createServer();
  server.addService(sdk.monitorService, monitorService(run));
  server.addService(sdk.engineService, engineService(run));
  context.engine = await sdk.listen(server);
  const ignoreSignals = onSignals((signal) => report.fail(`${signal}: what is under way finishes, nothing new starts`));
  try {
    const refreshes =
      options.operation === "refresh" ||
      ((options.refresh ?? project.alwaysRefreshes) && (preview || options.operation === "up"));
    if (refreshes) await refreshAll(run, options.operation === "refresh");
    if (options.operation === "destroy") await removeAll(run, ledger.before);
    if (entries) await importAll(run, entries, vault, options.protect ?? true);
    if (preview || options.operation === "up") await update(run, config, env, context.engine);
    await ledger.save();
  } finally {
    ignoreSignals();
    await providers.close();
    server.forceShutdown();
  }
  const stackState = ledger.resources().find(({ type }) => type === STACK_TYPE);
  return showOutputs(stackState?.outputs);
}

/** Runs the program, then deletes what it no longer declares. */
async function update(run: Run, config: Config, env: NodeJS.ProcessEnv, address: string): Promise<void> {
  if (run.report.failure !== undefined) return;
  run.providers.warmUp();
  const program = startProgram(run, config, env, address);
  const code = await program.ended;
  await Promise.allSettled(run.underWay);
  if (code !== 0 && run.report.failure === undefined) run.report.fail(`the program exited with ${code}`);
  if (run.report.failure !== undefined) return;
  await removeAll(
    run,
    run.ledger.leftovers().filter((state) => run.targets.size === 0 || state.delete === true),
  );
}

function startProgram(run: Run, config: Config, env: NodeJS.ProcessEnv, address: string): NodeProcess {
  const { project, sdk } = run;
  const flags = {
    monitor: address,
    engine: address,
    organization: "organization",
    project: project.name,
    "root-directory": project.root,
    stack: project.stack,
    pwd: project.folder,
    parallel: String(run.parallel),
  };
  const args = [
    ...project.nodeArguments,
    join(sdk.folder, "cmd/run/index.js"),
    ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
    ...(run.preview ? ["--dry-run"] : []),
    project.program,
  ];
  return startNode(args, {
    cwd: project.folder,
    env: {
      ...env,
      PULUMI_CONFIG: JSON.stringify(config.values),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(config.secretKeys),
      ...(project.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    },
    onLine: (line) => run.report.diagnose("info", line),
  });
}

/** Listens once for the signals that end a run, so that a second Ctrl-C ends it at once; answers how to stop. */
function onSignals(listener: (signal: NodeJS.Signals) => void): () => void {
  const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM"];
  for (const signal of signals) process.once(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
