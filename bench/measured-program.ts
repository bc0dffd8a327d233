import { cpSync } from "node:fs";
import { join } from "node:path";
import { type Switches, startEmulator } from "pulumi-flows-testing";
import { type Operation, pulumiEngine, pulumiVersion, rehearsalEngine, type StateResource } from "../scripts/engines";
import { Workspace } from "./workspace";

/** A program in JavaScript, so that nothing is compiled while it is timed. */
const projectOf = (program: Program) => `name: bench
runtime:
  name: nodejs
  options:
    typescript: false
main: ${program}
`;

/** Programs in folders of their names: Kosli flows by this package, the same by a bare provider, and flows of every type. */
const PROGRAMS = ["flows", "bare", "every-type"] as const;
type Program = (typeof PROGRAMS)[number];

/** A version of an evaluator, which people make in Humanloop. */
const EVALUATOR = "evv_01bench";
const seed = {
  humanloop: {
    files: [{ path: "tone", type: "evaluator" as const, versions: [{ version_id: EVALUATOR, attributes: {} }] }],
  },
};

/** Nobody waits for an hour here, and how often a deployment is looked at does not depend on what else is read meanwhile. */
const usual = { runtypeHourlyCalls: 1_000_000, kapsoDeployReads: 0 };

/** What one operation took. */
export interface Measured {
  readonly milliseconds: number;
  /** Vendor calls, by the emulator's journal. */
  readonly calls: number;
}

/** A program of the bench with a vendor of its own. */
export interface MeasuredProgram {
  /** Runs one operation on a stack of so many flows; throws where it fails. */
  run(operation: Operation, stack: string, flows: number, variant?: string): Promise<Measured>;
  /** The resources in a stack's state. */
  resources(stack: string): Promise<StateResource[]>;
  /** Empties the vendor. */
  reset(): void;
  end(): Promise<void>;
}

/** How a program is measured. */
export interface MeasuredProgramOptions {
  readonly stacks: readonly string[];
  /** Milliseconds of every vendor call; default 0. */
  readonly latency?: number;
  /** How the vendors answer otherwise than usual. */
  readonly switches?: Partial<Switches>;
  /** So many operations at once; default: as the engine does by itself. */
  readonly parallel?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Prepares a program of the bench: on the Pulumi CLI where there is one, else on the rehearsal. */
export async function measuredProgram(
  program: Program,
  { stacks, latency = 0, switches = {}, parallel, env = {} }: MeasuredProgramOptions,
): Promise<MeasuredProgram> {
  const emulator = await startEmulator({ latency, seed, switches: { ...usual, ...switches } });
  const workspace = new Workspace();
  workspace.write("Pulumi.yaml", projectOf(program));
  // All, since two share the flows' arguments.
  for (const each of PROGRAMS) cpSync(join(__dirname, each), join(workspace.folder, each), { recursive: true });
  const vendors = {
    KOSLI_API_URL: emulator.url,
    KOSLI_API_TOKEN: "bench-token",
    KOSLI_ORG: "acme",
    KAPSO_API_URL: emulator.url,
    KAPSO_LEGACY_API_URL: emulator.url,
    KAPSO_API_KEY: "bench-key",
    RUNTYPE_API_URL: emulator.url,
    RUNTYPE_API_KEY: "bench-key",
    HUMANLOOP_API_URL: emulator.url,
    HUMANLOOP_API_KEY: "bench-key",
    BENCH_EVALUATOR: EVALUATOR,
  };
  const version = pulumiVersion();
  const engine = version
    ? await pulumiEngine(version, workspace.folder, vendors, stacks)
    : rehearsalEngine(workspace.folder, vendors);
  return {
    async run(operation, stack, flows, variant = "") {
      emulator.clearJournal();
      const begun = performance.now();
      const { ok, output } = await engine.run(operation, stack, {
        ...(parallel === undefined ? {} : { parallel }),
        env: { ...env, BENCH_FLOWS: String(flows), BENCH_VARIANT: variant },
      });
      const milliseconds = performance.now() - begun;
      if (!ok) throw new Error(`${operation} of the program "${program}" failed on ${engine.name}:\n${output}`);
      return { milliseconds, calls: emulator.journal().length };
    },
    resources: (stack) => engine.resources(stack),
    reset: () => emulator.reset(),
    async end() {
      workspace.remove();
      await emulator.close();
    },
  };
}
