import { type Edit, type Emulator, type EmulatorOptions, startEmulator } from "pulumi-flows-testing";
import {
  type Engine,
  type Operation,
  type OperationOptions,
  type Outcome,
  pulumiEngine,
  pulumiVersion,
  rehearsalEngine,
} from "../engines";
import { Workspace } from "./workspace";

/** How the demo is run. */
export interface DemoOptions {
  readonly emulator?: EmulatorOptions;
  /** Where lines go. */
  readonly output: (line: string) => void;
  /** Use the rehearsal also where a Pulumi CLI is found. */
  readonly rehearsalOnly?: boolean;
}

/** A claim of the demo that turned out to be false. */
export class ClaimFailed extends Error {}

/** Where the demo takes place: a copy of its program, an engine, the vendors, and what was shown so far. */
export class Stage {
  readonly #output: (line: string) => void;
  readonly #begun = Date.now();
  #steps = 0;
  #claims = 0;
  #isTypeChecked = false;

  private constructor(
    readonly engine: Engine,
    readonly emulator: Emulator,
    readonly workspace: Workspace,
    output: (line: string) => void,
  ) {
    this.#output = output;
  }

  /** Starts the vendors and says what there is to see. */
  static async open({ emulator: world, output, rehearsalOnly }: DemoOptions): Promise<Stage> {
    const emulator = await startEmulator(world);
    const workspace = new Workspace();
    const env = {
      KOSLI_API_URL: emulator.url,
      KOSLI_API_TOKEN: "demo-token",
      KAPSO_API_URL: emulator.url,
      KAPSO_API_KEY: "demo-key",
      RUNTYPE_API_URL: emulator.url,
      RUNTYPE_API_KEY: "demo-key",
    };
    const version = rehearsalOnly ? undefined : pulumiVersion();
    try {
      const engine = version
        ? await pulumiEngine(version, workspace.folder, env, ["dev", "prod"])
        : rehearsalEngine(workspace.folder, env);
      output(
        "Flows of a shop, as code: examples/demo/index.ts, three Kosli flows, a Kapso workflow and a Runtype flow, a stack each for dev and prod.",
      );
      output(
        `Engine: ${engine.name}${version ? "" : " (no Pulumi CLI on PATH)"}. Vendors: the emulator at ${emulator.url}.`,
      );
      return new Stage(engine, emulator, workspace, output);
    } catch (error) {
      workspace.remove();
      await emulator.close();
      throw error;
    }
  }

  /** Begins a step. Calls are counted from here on. */
  title(text: string, command: string): void {
    this.#steps++;
    this.emulator.clearJournal();
    this.#output(`\n━━ ${this.#steps}. ${text}\n   $ ${command}`);
  }

  /** @throws ClaimFailed where it does not hold */
  claim(text: string, holds: boolean): void {
    if (!holds) throw new ClaimFailed(text);
    this.#claims++;
    this.#output(`   ✓ ${text}`);
  }

  async run(operation: Operation, stack: string, options?: OperationOptions): Promise<Outcome> {
    // The program is compiled anew in every run, and stays the same: its types are checked once.
    const env: Record<string, string> = this.#isTypeChecked ? { PULUMI_NODEJS_TRANSPILE_ONLY: "true" } : {};
    const outcome = await this.engine.run(operation, stack, { ...options, env });
    this.#isTypeChecked = true;
    this.#output(outcome.output.replace(/^\n+|\s+$/g, "").replace(/^/gm, "   │ "));
    return outcome;
  }

  /** Sets or removes a value of dev's configuration. */
  configure(key: string, value: string | undefined): void {
    this.workspace.configure("dev", `shop-compliance:${key}`, value);
  }

  /** Does what a person does in a vendor's UI, which the emulator offers under its control address. */
  async edit(edit: Edit): Promise<void> {
    const answer = await fetch(`${this.emulator.url}/__emulator/edit`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(edit),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** How many calls of this step changed something at a vendor: all of them, or those of one operation. */
  writes(operation?: string): number {
    return this.emulator
      .journal()
      .filter((call) => call.wrote && (operation === undefined || call.operation === operation)).length;
  }

  /** Says that everything held. */
  applaud(): void {
    const seconds = Math.round((Date.now() - this.#begun) / 1000);
    this.#output(`\n${this.#claims} claims held, on ${this.engine.name}, in ${seconds} s.`);
  }

  /** Says which claim did not hold, and where. */
  boo({ message }: ClaimFailed): void {
    this.#output(`   ✗ FAILED at step ${this.#steps}: ${message}`);
  }

  async close(): Promise<void> {
    this.workspace.remove();
    await this.emulator.close();
  }
}

/** Whether a preview shows nothing to do. */
export function isQuiet(output: string): boolean {
  return !/ to (create|update|delete|replace)/.test(output);
}

/**
 * Which steps of a flow a preview marks as added, removed or changed: nested, as the CLI shows it, or by their paths.
 *
 * @param place where the steps stand in the arguments, such as `definition.nodes`
 * @param steps the names of all steps, in the order of the answer
 */
export function markedSteps(output: string, place: string, steps: readonly string[]): string {
  const path = place.replaceAll(".", "\\.");
  const places = output.matchAll(new RegExp(`^\\s*[-+~] (?:${path}\\.(\\w+)|(\\w+)\\s*: \\{)`, "gm"));
  const marked = [...places].map(([, byPath, nested]) => byPath ?? nested);
  return steps.filter((step) => marked.includes(step)).join();
}
