import type { PendingOperation, ResourceState, StateFile } from "./state";

/** The book of one run: what was there before, what is there now, and what is under way between the two. */
export class Ledger {
  /** The state before the run, in order of creation. */
  readonly before: ResourceState[];
  private readonly now: ResourceState[] = [];
  private readonly claimed = new Map<string, ResourceState | undefined>();
  /** New URN of every resource that was found under an alias, with its former state. */
  private readonly renamed = new Map<string, ResourceState>();
  private readonly gone = new Set<ResourceState>();
  private readonly pending = new Set<PendingOperation>();
  private readonly condemned = new Set<ResourceState>();
  /** Originals by the URN whose settling sets them aside. */
  private readonly superseded = new Map<string, ResourceState>();

  /** @param writes false in a preview: then nothing is ever saved. */
  constructor(
    private readonly file: Pick<StateFile, "resources" | "save" | "unlock">,
    readonly writes: boolean,
  ) {
    this.before = file.resources;
  }

  /** Takes a URN for this run. @throws when the program uses it twice. */
  claim(urn: string): void {
    if (this.claimed.has(urn)) throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    this.claimed.set(urn, undefined);
  }

  /** The former state of a resource, under its URN or the first of its aliases that is known. */
  findFormer(urn: string, aliases: string[] = []): ResourceState | undefined {
    for (const each of [urn, ...aliases]) {
      const former = this.before.find((state) => state.urn === each && !state.delete && !this.gone.has(state));
      if (!former) continue;
      if (each !== urn) this.renamed.set(urn, former);
      return former;
    }
    return undefined;
  }

  /** The former URN of a resource that was found under an alias. */
  formerUrn(urn: string): string | undefined {
    return this.renamed.get(urn)?.urn;
  }

  isClaimed(urn: string): boolean {
    return this.claimed.has(urn);
  }

  /** The new state of a resource of this run, once it is settled. */
  settled(urn: string): ResourceState | undefined {
    return this.claimed.get(urn);
  }

  /** Finds a provider, in the new state or the old one. */
  findById(urn: string, id: string): ResourceState | undefined {
    return [...this.now, ...this.before].find((state) => state.urn === urn && state.id === id);
  }

  /** A resource has reached its new state. */
  async settle(state: ResourceState): Promise<void> {
    const original = this.superseded.get(state.urn);
    if (original) {
      original.delete = true;
      this.renamed.delete(state.urn);
    }
    this.now.push(state);
    this.claimed.set(state.urn, state);
    await this.save();
  }

  /** From the moment its replacement is settled, the original waits to be deleted: never are both or neither known. */
  setAsideOnSettle(former: ResourceState, urn: string): void {
    this.superseded.set(urn, former);
  }

  /** A resource was deleted and is to be made again, in this run or in the next. */
  async condemn(former: ResourceState): Promise<void> {
    former.pendingReplacement = true;
    this.condemned.add(former);
    await this.save();
  }

  isCondemned(former: ResourceState): boolean {
    return this.condemned.has(former);
  }

  /** A resource of the old state is no more. */
  async remove(former: ResourceState): Promise<void> {
    this.gone.add(former);
    await this.save();
  }

  /** Runs a vendor's operation with a note in the state, so that a killed run can be told what it was doing. */
  async during<T>(type: PendingOperation["type"], resource: ResourceState, operate: () => Promise<T>): Promise<T> {
    const operation = { resource, type };
    this.pending.add(operation);
    await this.save();
    try {
      return await operate();
    } finally {
      this.pending.delete(operation);
    }
  }

  /** What the program no longer declares, and originals that were replaced. */
  leftovers(): ResourceState[] {
    const adopted = new Set(this.renamed.values());
    return this.before.filter(
      (state) => !this.gone.has(state) && (state.delete || !(this.claimed.has(state.urn) || adopted.has(state))),
    );
  }

  /** The state as it is to be saved now. */
  resources(): ResourceState[] {
    const newUrns = new Map<string, string>();
    for (const [urn, former] of this.renamed) if (this.claimed.get(urn)) newUrns.set(former.urn, urn);
    const remaining = this.before.filter(
      (state) => !this.gone.has(state) && (state.delete || !(this.claimed.get(state.urn) || newUrns.has(state.urn))),
    );
    return [...this.now, ...remaining.map((state) => renameReferences(state, (urn) => newUrns.get(urn) ?? urn))];
  }

  /** Drops references to resources that a refresh found gone: the format forbids dangling ones. */
  forgetLostReferences(): void {
    const lost = new Set([...this.gone].map((state) => state.urn));
    const kept = (urns: string[]) => urns.filter((urn) => !lost.has(urn));
    for (const state of this.before) {
      const dependencies = kept(state.dependencies ?? []);
      state.dependencies = dependencies.length > 0 ? dependencies : undefined;
      for (const [key, urns] of Object.entries(state.propertyDependencies ?? {})) {
        if (state.propertyDependencies) state.propertyDependencies[key] = kept(urns);
      }
    }
  }

  async save(): Promise<void> {
    if (this.writes) await this.file.save(() => ({ resources: this.resources(), pending: [...this.pending] }));
  }

  /** Refuses before the vendor is called what could not be saved afterwards. */
  async readyForSecrets(): Promise<void> {
    if (this.writes) await this.file.unlock();
  }
}

function renameReferences(state: ResourceState, rename: (urn: string) => string): ResourceState {
  const renamed = { ...state };
  if (state.parent) renamed.parent = rename(state.parent);
  if (state.dependencies) renamed.dependencies = state.dependencies.map(rename);
  if (state.propertyDependencies) {
    const entries = Object.entries(state.propertyDependencies);
    renamed.propertyDependencies = Object.fromEntries(entries.map(([key, urns]) => [key, urns.map(rename)]));
  }
  return renamed;
}
