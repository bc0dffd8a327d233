import { randomUUID } from "node:crypto";
import type { Ledger } from "./ledger";
import { refuseRemoteAddresses } from "./loopback";
import type { Config } from "./project";
import { DynamicProvider, type Provider, type ProviderContext } from "./provider";
import type { ResourceState } from "./state";
import { makeUrn, PROVIDER_TYPE, splitReference } from "./urn";
import { makeSecret, type Properties, revealAll, sameValue } from "./values";

interface Running {
  inputs: Properties;
  process: Promise<DynamicProvider>;
}

/** Where the steps of a run find their providers, by reference (`<urn>::<id>`). */
export interface ProviderSource {
  of(reference: string | undefined): Promise<Provider>;
  start(reference: string, inputs: Properties): Promise<Provider>;
  useDefault(): Promise<string>;
}

/** The provider processes of a run: one for the stack's configuration and one for each explicit provider. */
export class Providers implements ProviderSource {
  private readonly running = new Map<string, Running>();
  private readonly retired: Promise<DynamicProvider>[] = [];
  private prepared: ResourceState | undefined;
  private defaultReference: Promise<string> | undefined;

  constructor(
    private readonly context: ProviderContext,
    private readonly ledger: Ledger,
    private readonly config: Config,
  ) {}

  /** The process that a reference (`<urn>::<id>`) names, started with the inputs in the state if need be. */
  of(reference: string | undefined): Promise<DynamicProvider> {
    if (reference === undefined) throw new Error("the state does not say which provider this resource has");
    const running = this.running.get(reference);
    if (running) return running.process;
    const { urn, id } = splitReference(reference);
    const state = this.ledger.findById(urn, id);
    if (!state) throw new Error(`its provider ${urn} is not in the state`);
    return this.start(reference, state.inputs ?? {});
  }

  /** Starts a provider with these inputs; one that runs with others is not used any more. */
  start(reference: string, inputs: Properties): Promise<DynamicProvider> {
    const running = this.running.get(reference);
    if (running && sameValue(running.inputs, inputs)) return running.process;
    if (running) this.retired.push(running.process);
    refuseRemoteAddresses(revealAll(inputs));
    const process = DynamicProvider.start(this.context, inputs);
    process.catch(() => undefined); // reported by whoever uses it
    this.running.set(reference, { inputs, process });
    return process;
  }

  /** Starts the default provider while the program still loads. */
  warmUp(): void {
    const state = this.defaultState();
    this.start(`${state.urn}::${state.id}`, state.inputs ?? {});
    this.prepared = state;
  }

  /** The provider of resources that name none; it enters the state with the first of them. */
  useDefault(): Promise<string> {
    this.defaultReference ??= this.settleDefault();
    return this.defaultReference;
  }

  private async settleDefault(): Promise<string> {
    const state = this.prepared ?? this.defaultState();
    const reference = `${state.urn}::${state.id}`;
    this.start(reference, state.inputs ?? {});
    this.ledger.claim(state.urn);
    await this.ledger.settle(state);
    return reference;
  }

  private defaultState(): ResourceState {
    const { project } = this.context;
    const urn = makeUrn(project.stack, project.name, undefined, PROVIDER_TYPE, "default");
    const former = this.ledger.findFormer(urn);
    const entries = Object.entries(this.config.values).sort(([a], [b]) => (a < b ? -1 : 1));
    const inputs = Object.fromEntries(
      entries.map(([key, value]) => [key, this.config.secretKeys.includes(key) ? makeSecret(value) : value]),
    );
    const now = new Date().toISOString();
    const times = { created: former?.created ?? now, modified: former?.modified ?? now };
    const id = former?.id ?? randomUUID();
    return { ...former, urn, custom: true, id, type: PROVIDER_TYPE, inputs, outputs: inputs, ...times };
  }

  async close(): Promise<void> {
    const all = [...this.retired, ...[...this.running.values()].map(({ process }) => process)];
    await Promise.allSettled(all.map(async (process) => (await process).close()));
  }
}
