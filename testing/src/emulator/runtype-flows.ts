import { isDeepStrictEqual } from "node:util";
import { Refusal } from "./runtype-dialect";
import type { FlowInput, RuntypeFlow, RuntypeSource, RuntypeVersion } from "./runtype-records";
import { tellStep, writeSteps } from "./runtype-steps";
import type { RuntypeStore } from "./runtype-store";
import type { RuntypeAccount } from "./runtype-switches";

// Section numbers are those of the vendor notes on Runtype (`vendors/runtype.md`).

/** A name for whom a flow is managed in code (1.5). */
export const isManaged = (source: RuntypeSource): boolean => source === "sdk" || source === "terraform";

/** Flows and their versions. */
export class RuntypeFlows {
  /** Flows that reads still show although they were written, and how many reads do. */
  private readonly outdated = new Map<string, { readonly flow: RuntypeFlow; readonly reads: number }>();
  /** New flows that lists do not show yet, and how many lists do not. */
  private readonly unlisted = new Map<string, number>();

  constructor(private readonly store: RuntypeStore) {}

  // ---- reading

  /** The flows that a list or a pull knows, oldest first. Counts as one. */
  listed(account: RuntypeAccount): RuntypeFlow[] {
    return this.store.flowsOf(account).filter(({ id }) => {
      const reads = this.unlisted.get(id) ?? 0;
      if (reads > 1) this.unlisted.set(id, reads - 1);
      else this.unlisted.delete(id);
      return reads === 0;
    });
  }

  /** The flow as reads tell it. Counts as one. */
  shown(flow: RuntypeFlow): RuntypeFlow {
    const outdated = this.outdated.get(flow.id);
    if (outdated === undefined) return flow;
    if (outdated.reads > 1) this.outdated.set(flow.id, { ...outdated, reads: outdated.reads - 1 });
    else this.outdated.delete(flow.id);
    return outdated.flow;
  }

  /** A flow in an answer (4). */
  tell(flow: RuntypeFlow): object {
    const { switches } = this.store;
    const { flowSteps, description, publishedVersionId, referenced, ...rest } = flow;
    const emptyAs = switches.runtypeDescription === "nulled" ? null : "";
    return {
      ...rest,
      ...(switches.runtypeDescription !== "untold" && { description: description === "" ? emptyAs : description }),
      flowSteps: flowSteps.map((step) => tellStep(step, switches)),
      stepCount: flowSteps.length,
      sampleMetadata: {},
      dashboardUrl: `https://app.runtype.example/flows/${flow.id}`,
    };
  }

  // ---- writing

  create(account: RuntypeAccount, input: FlowInput & { readonly name: string }, source: RuntypeSource): RuntypeFlow {
    const { switches } = this.store;
    this.insistOnName(account, input.name);
    const at = this.store.timestamp();
    const steps = input.flowSteps ?? input.steps ?? [];
    const flow: RuntypeFlow = {
      id: this.store.newId("flow"),
      name: input.name,
      description: input.description ?? null,
      userId: account.userId,
      organizationId: account.organizationId,
      flowSteps: writeSteps(steps, [], this.store.stepRules(source === "dashboard")),
      createdAt: at,
      updatedAt: at,
      lastRunAt: null,
      lastModifiedSource: source,
      publishedVersionId: null,
      referenced: false,
    };
    this.store.flows.put(flow);
    if (switches.runtypeListDelay > 0) this.unlisted.set(flow.id, switches.runtypeListDelay);
    return flow;
  }

  /** What is left out stays; a list of steps replaces the whole list (1.1). */
  update(flow: RuntypeFlow, input: FlowInput, source: RuntypeSource): RuntypeFlow {
    const { name = flow.name, description = flow.description, flowSteps: sent } = input;
    if (name !== flow.name) this.insistOnName(flow, name, flow.id);
    const rules = this.store.stepRules(source === "dashboard");
    const flowSteps = sent === undefined ? flow.flowSteps : writeSteps(sent, flow.flowSteps, rules);
    const changed = { ...flow, name, description, flowSteps };
    if (!this.store.switches.runtypeNoopBumps && isDeepStrictEqual(changed, flow)) return flow;
    return this.put({ ...changed, updatedAt: this.store.timestamp(), lastModifiedSource: source }, flow);
  }

  /** With everything that hangs on it (8). */
  delete(flow: RuntypeFlow): void {
    for (const { id } of this.store.versionsOf(flow)) this.store.versions.delete(id);
    for (const { id, flowId } of this.store.stepResults.all()) {
      if (flowId === flow.id) this.store.stepResults.delete(id);
    }
    this.store.flows.delete(flow.id);
  }

  /** Publishes the newest draft that is newer than what is published; undefined when there is none. */
  publishDraft(flow: RuntypeFlow): RuntypeFlow | undefined {
    const versions = this.store.versionsOf(flow);
    const published = versions.find(({ id }) => id === flow.publishedVersionId)?.versionNumber ?? 0;
    const draft = versions.reverse().find(({ versionType }) => versionType === "draft");
    if (draft === undefined || draft.versionNumber < published) return undefined;
    return this.publish(flow, draft, flow.lastModifiedSource);
  }

  /** Moves the pointer, and copies what is in the version back into the flow (1.8). */
  publish(flow: RuntypeFlow, version: RuntypeVersion, source: RuntypeSource): RuntypeFlow {
    const { runtypePublishRow, runtypePublishStores } = this.store.switches;
    const row: RuntypeVersion =
      runtypePublishRow === "copied"
        ? this.store.addVersion(flow, { ...version, versionType: "published" })
        : { ...version, versionType: "published" };
    this.store.versions.put(row);
    const stored = { flowSteps: row.flowSteps, updatedAt: this.store.timestamp() };
    const pointed = { ...flow, publishedVersionId: row.id, lastModifiedSource: source };
    return this.put(runtypePublishStores ? { ...pointed, ...stored } : pointed, flow);
  }

  /** A run gives every enabled step a result. */
  run(flow: RuntypeFlow): void {
    for (const { id, name, type, enabled } of flow.flowSteps) {
      if (enabled) this.store.addStepResult(flow, { stepId: id, stepName: name, stepType: type });
    }
    this.store.flows.put({ ...flow, lastRunAt: this.store.timestamp() });
  }

  /** Stores the flow. The one before it may show for some more reads. */
  private put(flow: RuntypeFlow, before: RuntypeFlow): RuntypeFlow {
    const reads = this.store.switches.runtypeReadDelay;
    if (reads > 0) this.outdated.set(flow.id, { flow: before, reads });
    else this.outdated.delete(flow.id);
    this.store.flows.put(flow);
    return flow;
  }

  private insistOnName(account: RuntypeAccount, name: string, id?: string): void {
    if (this.store.switches.runtypeDuplicateNames === "allowed") return;
    const others = this.store.flowsOf(account).filter((flow) => flow.id !== id);
    if (others.some((other) => other.name === name)) throw new Refusal(409, `A flow named '${name}' already exists`);
  }
}
