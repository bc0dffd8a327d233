import type { Goal } from "./goal";
import type { Ledger } from "./ledger";
import type { Project } from "./project";
import { HalfMade, messageOf, type Provider } from "./provider";
import type { ProviderSource, Providers } from "./providers";
import { type Report, Stopped } from "./report";
import type { Sdk } from "./sdk";
import type { PendingOperation, ResourceState } from "./state";
import { describe } from "./urn";
import { annotateSecrets, makeSecret, type Properties } from "./values";

/** Everything that the steps of one run share, whatever program asks for them. */
export interface Steps {
  ledger: Ledger;
  providers: ProviderSource;
  report: Report;
  preview: boolean;
  /** URNs to be replaced whatever their diff; with any, nothing else is touched. */
  targets: Set<string>;
  /** Registrations that have begun and not ended; the program does not wait for them when it breaks. */
  underWay: Set<Promise<unknown>>;
}

/** One run of a program of its own process. */
export interface Run extends Steps {
  providers: Providers;
  sdk: Sdk;
  project: Project;
  parallel: number;
}

/** The state that a resource is to have, without id and outputs. */
export function draftState(goal: Goal, former: ResourceState | undefined, provider: string | undefined): ResourceState {
  const now = new Date().toISOString();
  const orNone = <T>(list: T[]) => (list.length > 0 ? list : undefined);
  return {
    urn: goal.urn,
    custom: goal.custom,
    type: goal.type,
    inputs: goal.inputs,
    outputs: {},
    parent: goal.parent,
    provider,
    protect: goal.protect,
    retainOnDelete: goal.retainOnDelete,
    dependencies: orNone(goal.dependencies),
    propertyDependencies: goal.custom ? goal.propertyDependencies : undefined,
    additionalSecretOutputs: orNone(goal.additionalSecretOutputs),
    ignoreChanges: orNone(goal.ignoreChanges),
    replaceOnChanges: orNone(goal.replaceOnChanges),
    customTimeouts: goal.customTimeouts,
    created: former?.created ?? now,
    modified: former?.modified ?? now,
  };
}

/** Outputs with the secret marks that inputs and options give them. */
export function sealOutputs(
  state: Pick<ResourceState, "inputs" | "additionalSecretOutputs">,
  outputs: Properties,
): Properties {
  const sealed = annotateSecrets(outputs, state.inputs ?? {});
  for (const key of state.additionalSecretOutputs ?? []) {
    const value = sealed[key];
    if (value !== undefined) sealed[key] = makeSecret(value);
  }
  return sealed;
}

/** Nothing new starts after a failure. */
export function stopAfterFailure(run: Steps): void {
  if (run.report.failure !== undefined) throw new Stopped("stopping after a failure");
}

/**
 * Creates or updates at the vendor and settles the state, half made or whole. In a preview nothing is called, and the
 * outputs are the inputs: what is missing among them the SDK takes as unknown.
 */
export async function write(
  run: Steps,
  next: ResourceState,
  type: PendingOperation["type"],
  operate: (provider: Provider) => Promise<{ id: string; outputs: Properties }>,
): Promise<void> {
  const { ledger, providers, report } = run;
  if (run.preview) {
    next.outputs = sealOutputs(next, structuredClone(next.inputs ?? {}));
    return ledger.settle(next);
  }
  stopAfterFailure(run);
  const failed = (message: string) => report.fail(`${type} ${describe(next.urn)} failed: ${message}`, next.urn);
  try {
    const note = { ...next, outputs: undefined };
    const { id, outputs } = await ledger.during(type, note, async () => operate(await providers.of(next.provider)));
    Object.assign(next, { id, outputs: sealOutputs(next, outputs), modified: new Date().toISOString() });
  } catch (error) {
    if (!(error instanceof HalfMade)) {
      await ledger.save();
      throw error instanceof Stopped ? error : failed(messageOf(error));
    }
    const { id, outputs, reasons } = error;
    Object.assign(next, { id, outputs: sealOutputs(next, outputs), initErrors: reasons });
    await ledger.settle(next);
    throw failed(`it exists as ${id}, but not whole: ${reasons.join("; ")}. The next up completes it`);
  }
  await ledger.settle(next);
}
