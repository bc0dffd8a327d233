import { invalid, Refusal } from "./runtype-dialect";
import { isManaged, type RuntypeFlows } from "./runtype-flows";
import type { RuntypeFlow, RuntypeSource, RuntypeStepInput } from "./runtype-records";
import { contentHash, portableStep, writeSteps } from "./runtype-steps";
import type { RuntypeStore } from "./runtype-store";
import type { RuntypeAccount } from "./runtype-switches";

// Section numbers are those of the vendor notes on Runtype (`vendors/runtype.md`).

interface Definition {
  readonly name: string;
  readonly steps: readonly RuntypeStepInput[];
}

/** The body of an ensure call (5). */
export interface EnsureRequest {
  readonly name: string;
  readonly contentHash?: string;
  readonly definition?: Definition;
  readonly dryRun?: boolean;
  readonly expectedRemoteHash?: string;
  readonly onConflict?: "error" | "overwrite";
  readonly release?: "none" | "publish";
  readonly version?: { readonly label?: string; readonly notes?: string };
}

/** The vendor's own configuration as code (5): converges the flow that has a name, and never deletes. */
export class RuntypeEnsure {
  constructor(
    private readonly store: RuntypeStore,
    private readonly flows: RuntypeFlows,
  ) {}

  ensure(account: RuntypeAccount, request: EnsureRequest, source: RuntypeSource): object {
    const { name, definition, dryRun = false, expectedRemoteHash, onConflict } = request;
    const flow = this.store.named(name, this.store.flowsOf(account));
    const remoteHash = flow && contentHash(flow.flowSteps);
    const wanted = definition === undefined ? request.contentHash : this.hashOf(name, definition);
    if (request.contentHash !== undefined && wanted !== request.contentHash) {
      const message = "contentHash is not the hash of the definition";
      throw new Refusal(422, message, { code: "content_hash_mismatch", contentHash: wanted });
    }
    const same = wanted !== undefined && remoteHash === wanted;
    if (definition === undefined && !same) return { result: "definitionRequired" };
    if (expectedRemoteHash !== undefined && expectedRemoteHash !== remoteHash) {
      throw conflict("The flow is not as expected", "remote_changed", flow, remoteHash);
    }
    if (dryRun) {
      const changes = same ? "none" : flow === undefined ? "create" : "update";
      const changedKeys = same ? [] : flow === undefined ? ["name", "steps"] : ["steps"];
      const remote = flow && { flowId: flow.id, remoteHash };
      return { result: "plan", changes, changedKeys, contentHash: wanted, ...remote };
    }
    if (same || definition === undefined) {
      return { result: "unchanged", flowId: flow?.id, versionId: this.newestVersion(flow), contentHash: wanted };
    }
    if (flow !== undefined && !isManaged(flow.lastModifiedSource) && onConflict !== "overwrite") {
      throw conflict("The flow was changed outside of code", "external_modification", flow, remoteHash);
    }
    const stored = this.write(account, flow, definition, source);
    const versionId = this.record(stored, request);
    return { result: flow === undefined ? "created" : "updated", flowId: stored.id, versionId, contentHash: wanted };
  }

  /** The definition that a name leads to. Lists and pulls may not know a new flow yet. */
  pull(account: RuntypeAccount, name: string): object {
    const flow = this.store.named(name, this.flows.listed(account));
    if (flow === undefined) throw new Refusal(404, "Flow not found");
    return {
      flowId: flow.id,
      versionId: this.newestVersion(flow),
      contentHash: contentHash(flow.flowSteps),
      definition: { name: flow.name, steps: flow.flowSteps.map(portableStep) },
      lastModifiedSource: flow.lastModifiedSource,
      updatedAt: flow.updatedAt,
    };
  }

  /** Whatever writes by ensure manages the flow in code. Definitions have no ids: every step gets a new one (unknown). */
  private write(
    account: RuntypeAccount,
    flow: RuntypeFlow | undefined,
    { name, steps }: Definition,
    source: RuntypeSource,
  ): RuntypeFlow {
    const by = isManaged(source) ? source : "sdk";
    return flow === undefined
      ? this.flows.create(account, { name, flowSteps: steps }, by)
      : this.flows.update(flow, { flowSteps: steps }, by);
  }

  private record(flow: RuntypeFlow, { version = {}, release }: EnsureRequest): string {
    const row = this.store.addVersion(flow, { label: version.label || "sdk-ensure", notes: version.notes || null });
    const published = release === "publish" ? this.flows.publish(flow, row, flow.lastModifiedSource) : undefined;
    return published?.publishedVersionId ?? row.id;
  }

  /** Of the steps as they would be stored: the server's hash is the one that counts. */
  private hashOf(name: string, definition: Definition): string {
    if (definition.name !== name) {
      throw invalid([{ message: "must be the name of the request", path: "definition.name" }]);
    }
    const raw = /"((?:tool|agent|flow)_[0-9a-z]{26})"/.exec(JSON.stringify(definition.steps));
    if (raw !== null) {
      throw invalid([{ message: `${raw[1]} is not portable: refer to tools by name`, path: "definition.steps" }]);
    }
    return contentHash(writeSteps(definition.steps, [], { switches: this.store.switches, newId: () => "-" }));
  }

  private newestVersion(flow: RuntypeFlow | undefined): string | null {
    return (flow && this.store.versionsOf(flow).at(-1)?.id) ?? null;
  }
}

function conflict(
  message: string,
  code: string,
  flow: RuntypeFlow | undefined,
  remoteHash: string | undefined,
): Refusal {
  return new Refusal(409, message, {
    code,
    lastModifiedSource: flow?.lastModifiedSource ?? null,
    modifiedAt: flow?.updatedAt ?? null,
    currentHash: remoteHash ?? null,
  });
}
