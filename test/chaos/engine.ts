import { registeredForm } from "../../provider/lifecycle/keyed";
import type { Values } from "../../provider/lifecycle/values";
import { Ledger } from "../../testing/src/rehearsal/ledger";
import { refreshAll } from "../../testing/src/rehearsal/refresh";
import { registerResource } from "../../testing/src/rehearsal/register";
import { removeAll } from "../../testing/src/rehearsal/remove";
import { type Operation, Report, Stopped } from "../../testing/src/rehearsal/report";
import type { Steps } from "../../testing/src/rehearsal/run";
import type { ResourceState } from "../../testing/src/rehearsal/state";
import { makeUrn } from "../../testing/src/rehearsal/urn";
import type { Subject } from "../conformance/subject";
import { type ProcessOptions, ProviderProcess, withHandler } from "./provider-process";

/** A resource as a program declares it. */
export interface Declared {
  /** Its logical name. */
  readonly name: string;
  readonly subject: Subject;
  readonly args: Values;
}

/** How `pulumi` is called. */
export interface RunOptions extends ProcessOptions {
  readonly operation: "up" | "preview" | "refresh" | "destroy";
  /** As with `--refresh`. */
  readonly refresh?: boolean;
  /** URNs, as with `--target-replace`. */
  readonly targetReplace?: readonly string[];
}

/** What came of a run. */
export interface Outcome {
  /** What failed, in the order in which it was told. */
  readonly failures: readonly string[];
  readonly thrown: readonly unknown[];
  readonly warnings: readonly string[];
  /** What the finest log says. */
  readonly log: readonly string[];
  readonly steps: readonly { readonly op: Operation; readonly urn: string }[];
  /** The ids of what a refresh has shown. */
  readonly shown: ReadonlySet<string>;
}

/**
 * A stack whose programs are lists of resources. The steps are those of the rehearsal, which is compared with the real
 * engine: registration in order, replacement, partial failures, deletions after all else and in reverse, refreshes. Only
 * the processes are left out: the provider runs in this one.
 */
export class Stack {
  resources: readonly ResourceState[] = [];

  /** Runs `pulumi` once, with a provider process of its own. */
  async run(program: readonly Declared[], options: RunOptions): Promise<Outcome> {
    const { operation, refresh = operation === "refresh", targetReplace = [] } = options;
    const preview = operation === "preview";
    const subjects = [...new Set([...program.map(({ subject }) => subject), ...this.#subjects])];
    const process = new ProviderProcess(subjects, options);
    const report = new Report(() => undefined, { preview, diff: false });
    const file = { resources: structuredClone([...this.resources]), save: async () => {}, unlock: async () => {} };
    const ledger = new Ledger(file, !preview);
    const targets = new Set(targetReplace);
    const steps: Steps = { ledger, providers: process, report, preview, targets, underWay: new Set() };
    try {
      if (refresh) await refreshAll(steps, true);
      const refreshed = report.steps.length;
      if (operation === "destroy") await removeAll(steps, ledger.before);
      if (operation === "up" || preview) await this.#update(steps, program);
      return {
        failures: report.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message),
        thrown: process.failures,
        warnings: process.log.at("warn"),
        log: process.log.at("debug"),
        steps: operation === "refresh" ? report.steps : report.steps.slice(refreshed),
        shown: process.shown,
      };
    } finally {
      if (!preview) this.resources = JSON.parse(JSON.stringify(ledger.resources()));
      for (const { subject } of program) this.#subjects.add(subject);
    }
  }

  readonly #subjects = new Set<Subject>();

  async #update(steps: Steps, program: readonly Declared[]): Promise<void> {
    for (const each of program) {
      if (steps.report.failure !== undefined) return;
      try {
        await registerResource(steps, goalOf(each));
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
      }
    }
    if (steps.report.failure !== undefined) return;
    const leftovers = steps.ledger.leftovers();
    await removeAll(
      steps,
      leftovers.filter((state) => steps.targets.size === 0 || state.delete === true),
    );
  }
}

/** The URN of a resource. */
export function urnOf({ name, subject }: Pick<Declared, "name" | "subject">): string {
  return makeUrn("dev", "chaos", undefined, typeOf(subject), name);
}

function typeOf({ type }: Subject): string {
  return `pulumi-nodejs:dynamic/${type.token}`;
}

/** What the class of the resource registers. */
function goalOf(declared: Declared): Parameters<typeof registerResource>[1] {
  const { subject, args } = declared;
  return {
    urn: urnOf(declared),
    type: typeOf(subject),
    custom: true,
    inputs: withHandler(subject.type.token, registeredForm(subject.type, args)),
    parent: undefined,
    provider: undefined,
    dependencies: [],
    propertyDependencies: {},
    protect: undefined,
    retainOnDelete: undefined,
    deleteBeforeReplace: true,
    ignoreChanges: [],
    replaceOnChanges: [],
    additionalSecretOutputs: [],
    customTimeouts: undefined,
    aliases: [],
  };
}
