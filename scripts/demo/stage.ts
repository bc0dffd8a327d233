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
  /** What the program has in its environment as well. */
  readonly env?: Readonly<Record<string, string>>;
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
  static async open({ emulator: world, output, rehearsalOnly, env: more }: DemoOptions): Promise<Stage> {
    const emulator = await startEmulator(world);
    const workspace = new Workspace();
    const env = {
      KOSLI_API_URL: emulator.url,
      KOSLI_API_TOKEN: "demo-token",
      KAPSO_API_URL: emulator.url,
      KAPSO_API_KEY: "demo-key",
      RUNTYPE_API_URL: emulator.url,
      RUNTYPE_API_KEY: "demo-key",
      HUMANLOOP_API_URL: emulator.url,
      HUMANLOOP_API_KEY: "demo-key",
      ...more,
    };
    const version = rehearsalOnly ? undefined : pulumiVersion();
    try {
      const engine = version
        ? await pulumiEngine(version, workspace.folder, env, ["dev", "prod"])
        : rehearsalEngine(workspace.folder, env);
      output(
        "Customer support of a shop, as code: examples/demo/index.ts, a prompt in Humanloop, answers by Runtype, a bot by Kapso, releases in Kosli; a stack each for dev and prod.",
      );
      output(
        `Engine: ${engine.name}${version || rehearsalOnly ? "" : " (no Pulumi CLI on PATH)"}. Vendors: the emulator at ${emulator.url}.`,
      );
      return new Stage(engine, emulator, workspace, output);
    } catch (error) {
      workspace.remove();
      await emulator.close();
      throw error;
    }
  }

  /** Begins a step. Calls are counted from here on. */
  title(text: string): void {
    this.#steps++;
    this.emulator.clearJournal();
    this.#output(`\n━━ ${this.#steps}. ${text}`);
  }

  /** @throws ClaimFailed where it does not hold */
  claim(text: string, holds: boolean): void {
    if (!holds) throw new ClaimFailed(text);
    this.#claims++;
    this.#output(`   ✓ ${text}`);
  }

  async run(operation: Operation, stack: string, options?: OperationOptions): Promise<Outcome> {
    this.#command(`pulumi ${operation}${options?.refresh ? " --refresh" : ""} --stack ${stack}`);
    // The program is compiled anew in every run, and stays the same: its types are checked once.
    const env: Record<string, string> = this.#isTypeChecked ? { PULUMI_NODEJS_TRANSPILE_ONLY: "true" } : {};
    // One at a time, so that the lines stand in the same order each time.
    const outcome = await this.engine.run(operation, stack, { ...options, parallel: 1, env });
    this.#isTypeChecked = true;
    this.#output(outcome.output.replace(/^\n+|\s+$/g, "").replace(/^/gm, "   │ "));
    return outcome;
  }

  /** Sets or removes a value of dev's configuration. */
  configure(key: string, value: string | undefined): void {
    this.#command(`pulumi config --stack dev ${value === undefined ? `rm ${key}` : `set ${key} ${value}`}`);
    this.workspace.configure("dev", `shop-support:${key}`, value);
  }

  /** Edits the program. */
  rewrite(from: string, to: string): void {
    this.workspace.rewrite(from, to);
    const [old, now] = [from.split("\n"), to.split("\n")];
    for (const line of old) if (!now.includes(line)) this.#output(`   index.ts: - ${line.trim()}`);
    for (const line of now) if (!old.includes(line)) this.#output(`   index.ts: + ${line.trim()}`);
  }

  /** Does what a person does in a vendor's UI, which the emulator offers under its control address. */
  async edit(edit: Edit): Promise<void> {
    const answer = await fetch(`${this.emulator.url}/__emulator/edit`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(edit),
    });
    if (!answer.ok) throw new Error(await answer.text());
    this.#output(`   meanwhile, at ${edit.vendor}: ${edit.action}`);
  }

  /** What this step changed at the vendors, in that order, such as `humanloop upsertFlow`. */
  written(): string[] {
    return this.emulator.journal().flatMap(({ vendor, operation, wrote }) => (wrote ? `${vendor} ${operation}` : []));
  }

  /** How many calls of this step changed something: all of them, those at a vendor (`kosli`), or those of one kind (`kosli putFlow`). */
  writes(of?: string): number {
    return this.written().filter((call) => of === undefined || call === of || call.startsWith(`${of} `)).length;
  }

  /** Says that everything held. */
  applaud(): void {
    const seconds = Math.round((Date.now() - this.#begun) / 1000);
    this.#output(`\n${this.#claims} claims held, on ${this.engine.name}, in ${seconds} s.`);
  }

  #command(line: string): void {
    this.#output(`   $ ${line}`);
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
