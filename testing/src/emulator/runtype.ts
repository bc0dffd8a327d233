import { bodyAs, param } from "./call";
import { parseControl } from "./control-schema";
import { isRecord } from "./description";
import type { RateLimit } from "./rate-limit";
import { dialect, failure, invalid, Refusal, sourceOf, withErrorObject } from "./runtype-dialect";
import { RuntypeEdits } from "./runtype-edits";
import { type EnsureRequest, RuntypeEnsure } from "./runtype-ensure";
import { isManaged, RuntypeFlows } from "./runtype-flows";
import { pageOf } from "./runtype-pages";
import {
  editShape,
  type FlowInput,
  type RuntypeEdit,
  type RuntypeFlow,
  type RuntypeSeed,
  type RuntypeState,
  type RuntypeStepResult,
  type RuntypeVersion,
  runtypeDefaults,
  seedShape,
} from "./runtype-records";
import { RuntypeStore } from "./runtype-store";
import { type RuntypeAccount, type RuntypeSwitches, switchDefaults, switchSchema } from "./runtype-switches";
import { validationOf } from "./runtype-validation";
import type { Call, OpenVendor, Reply, Vendor, World } from "./vendor";

// Section numbers are those of the vendor notes on Runtype (`vendors/runtype.md`).

const okay = (body: unknown, status = 200): Reply => ({ status, body });

/** Runtype: flows, their steps and versions, and the vendor's own configuration as code. */
export const runtype: Vendor<RuntypeSwitches, RuntypeSeed, RuntypeEdit, RuntypeState> = {
  name: "runtype",
  // The description's paths are whole.
  basePaths: ["/v1"],
  switches: { defaults: switchDefaults, schema: switchSchema },
  seed: seedShape,
  edit: editShape,
  // Met wherever a switch or a wrong request leads there; the description lists them only where the vendor does.
  generalStatuses: { 400: "Error", 403: "Error", 409: "Error", 429: "Error" },
  dialect,
  open: (world, seed) => new Runtype(world, seed),
};

class Runtype implements OpenVendor<RuntypeState> {
  private readonly store: RuntypeStore;
  private readonly flows: RuntypeFlows;
  private readonly code: RuntypeEnsure;
  private readonly edits: RuntypeEdits;

  constructor(
    private readonly world: World<RuntypeSwitches>,
    seed: unknown,
  ) {
    this.store = new RuntypeStore(world, seed);
    this.flows = new RuntypeFlows(this.store);
    this.code = new RuntypeEnsure(this.store, this.flows);
    this.edits = new RuntypeEdits(this.store, this.flows);
  }

  revision(): number {
    return this.store.revision();
  }

  snapshot(): RuntypeState {
    return this.store.snapshot();
  }

  edit(input: unknown): void {
    this.edits.perform(parseControl(this.world.contract.compile(editShape), input, "edit"));
  }

  authenticate(headers: Headers): { account: string } | { refusal: Reply } {
    const key = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
    const { runtypeKeys } = this.world.switches();
    if (key === undefined || (runtypeKeys !== "any" && !Object.hasOwn(runtypeKeys, key))) {
      return { refusal: failure(401, "Unauthorized") };
    }
    return { account: key };
  }

  authorise(): undefined {
    return undefined;
  }

  exclusive(): undefined {
    return undefined;
  }

  rateLimit(): RateLimit {
    return { requests: this.world.switches().runtypeHourlyCalls, windowSeconds: 3600, retryAfter: true };
  }

  finish(reply: Reply): Reply {
    return this.world.switches().runtypeErrorShape === "object" ? withErrorObject(reply) : reply;
  }

  handle(call: Call): Reply {
    const operation = Object.hasOwn(this.operations, call.operation) ? this.operations[call.operation] : undefined;
    if (operation === undefined) {
      throw new Error(`The description has an operation ${call.operation} which the emulator does not know`);
    }
    const { runtypeKeys } = this.world.switches();
    const account = runtypeKeys === "any" ? runtypeDefaults : runtypeKeys[call.account];
    try {
      return operation(call, account ?? runtypeDefaults);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error.reply();
    }
  }

  private readonly operations: Readonly<Record<string, (call: Call, account: RuntypeAccount) => Reply>> = {
    getCaller: (_call, { userId, organizationId }) => {
      const organization = organizationId !== null && { orgId: organizationId, orgRole: "admin", orgSlug: "acme" };
      return okay({ userId, hasOrganization: organizationId !== null, ...organization });
    },

    // ---- flows
    listFlows: ({ query }, account) => okay(pageOf(this.flows.listed(account), query)),
    createFlow: (call, account) => {
      const { runtypeCreateVersion, runtypeCreateStatus } = this.world.switches();
      const input = bodyAs<FlowInput & { name: string }>("FlowCreate", call, this.world.contract);
      this.check(input, createKeys);
      const flow = this.flows.create(account, input, sourceOf(call.headers));
      if (runtypeCreateVersion) this.store.addVersion(flow);
      return okay(this.flows.tell(flow), runtypeCreateStatus);
    },
    getFlow: (call, account) => okay(this.flows.tell(this.flows.shown(this.flow(call, account)))),
    updateFlow: (call, account) => this.update(call, this.flow(call, account)),
    deleteFlow: (call, account) => {
      const flow = this.flow(call, account);
      const { runtypeDeleteReferenced, runtypeDeleteStatus } = this.world.switches();
      if (flow.referenced && runtypeDeleteReferenced === "refused") throw new Refusal(409, "The flow is in use");
      this.flows.delete(flow);
      return okay(runtypeDeleteStatus === 200 ? { success: true } : undefined, runtypeDeleteStatus);
    },
    publishFlow: (call, account) => {
      const flow = this.flow(call, account);
      const published = this.flows.publishDraft(flow);
      if (published === undefined && this.world.switches().runtypeNoDraft === 400) {
        throw new Refusal(400, "There is no draft to publish");
      }
      const publishedVersionId = (published ?? flow).publishedVersionId;
      // Without any version there is nothing that 200 could name.
      if (publishedVersionId === null) throw new Refusal(400, "There is no draft to publish");
      return okay({ success: true, message: "Flow published", publishedVersionId });
    },
    exportFlowRuntime: (call, account) => {
      this.flow(call, account);
      throw new Refusal(403, "Exporting needs an Enterprise plan", { code: "BYOC_PLAN_REQUIRED" });
    },
    // There are no records here: nothing runs.
    runFlowOnRecordType: (call, account) => {
      const { id } = this.flow(call, account);
      const { recordType } = bodyAs<{ recordType: string }>("RunRequest", call, this.world.contract);
      const counts = { recordCount: 0, successCount: 0, failureCount: 0, results: [] };
      const run = { batchId: "batch_01jv0000000000000000000001", flowId: id, recordType, executedImmediately: true };
      return okay({ success: true, ...run, ...counts, completedAt: this.store.timestamp(), status: "completed" });
    },
    listFlowStepResults: (call, account) => this.stepResults(call.query, this.flow(call, account)),
    listStepsOfFlow: (call, account) => {
      const flow = this.flows.shown(this.flow(call, account, "flowId"));
      const { id: flowId, userId, createdAt, updatedAt } = flow;
      const data = flow.flowSteps.map((step) => ({ ...step, flowId, userId, createdAt, updatedAt }));
      return okay({ flowId, flowName: flow.name, data });
    },

    // ---- versions
    listFlowVersions: (call, account) => {
      const flow = this.flow(call, account, "flowId");
      const { type } = call.query;
      const rows = this.store.versionsOf(flow).filter((row) => type === undefined || row.versionType === type);
      const { id: flowId, publishedVersionId } = flow;
      return okay({ flowId, publishedVersionId, versions: rows.reverse().map(tellSummary) });
    },
    getFlowVersion: (call, account) => {
      const flow = this.flow(call, account, "flowId");
      return okay(tellVersion(this.version(flow, param(call, "versionId"))));
    },
    getPublishedFlowVersion: (call, account) => {
      const flow = this.flow(call, account, "flowId");
      return okay(tellVersion(this.version(flow, flow.publishedVersionId ?? "")));
    },
    publishFlowVersion: (call, account) => this.publishVersion(call, this.flow(call, account, "flowId")),

    // ---- configuration as code
    ensureFlow: (call, account) => {
      const request = bodyAs<EnsureRequest>("EnsureRequest", call, this.world.contract);
      return okay(this.code.ensure(account, request, sourceOf(call.headers)));
    },
    pullFlow: ({ query }, account) => okay(this.code.pull(account, String(query.name))),
    validateFlow: ({ body, headers }) => {
      const authenticated = "account" in this.authenticate(headers);
      return okay(validationOf(body, authenticated, this.stepTypes()));
    },
  };

  private update(call: Call, flow: RuntypeFlow): Reply {
    const { runtypeManagedPut, runtypeDescription } = this.world.switches();
    const { description, ...rest } = bodyAs<FlowInput>("FlowUpdate", call, this.world.contract);
    const ignored = description === undefined || runtypeDescription === "untold";
    const input: FlowInput = ignored ? rest : { ...rest, description };
    this.check(input, updateKeys);
    const source = sourceOf(call.headers);
    if (runtypeManagedPut === "refused" && isManaged(flow.lastModifiedSource) && !isManaged(source)) {
      throw new Refusal(409, "The flow is managed in code");
    }
    const updated = this.flows.update(flow, input, source);
    const draft = updated === flow ? this.store.versionsOf(flow).at(-1) : this.store.addVersion(updated);
    return okay({ ...this.flows.tell(updated), draftVersionId: draft?.id ?? null });
  }

  /** Refused for a flow that is managed in code, unless the caller insists (2). */
  private publishVersion(call: Call, flow: RuntypeFlow): Reply {
    const { versionId, onConflict } = bodyAs<{ versionId: string; onConflict?: string }>(
      "PublishVersionRequest",
      call,
      this.world.contract,
    );
    const version = this.version(flow, versionId);
    const { lastModifiedSource } = flow;
    if (isManaged(lastModifiedSource) && onConflict !== "overwrite") {
      const coded = this.world.switches().runtypePublishManaged === "coded";
      const rest = coded ? { code: "managed_in_code", lastModifiedSource } : {};
      throw new Refusal(409, "The flow is managed in code", rest);
    }
    const caller = sourceOf(call.headers);
    const source = caller === "dashboard" || caller === "mcp" ? caller : "api";
    this.flows.publish(flow, version, source);
    const applied = { flowSteps: this.world.switches().runtypePublishStores };
    const told = { flowId: flow.id, versionId, applied, warnings: [], lastModifiedSource: source };
    return okay({ success: true, message: "Flow version published", ...told });
  }

  private stepResults(query: Call["query"], flow: RuntypeFlow): Reply {
    const wanted = (row: RuntypeStepResult): boolean =>
      row.flowId === flow.id &&
      [undefined, row.stepId].includes(textOf(query.stepId)) &&
      [undefined, row.status].includes(textOf(query.status)) &&
      [undefined, row.recordId].includes(textOf(query.recordId)) &&
      [undefined, row.batchExecutionId].includes(textOf(query.batchId)) &&
      (textOf(query.from) ?? "") <= row.createdAt &&
      row.createdAt <= (textOf(query.to) ?? "~");
    const rows = this.store.stepResults.all().filter(wanted);
    if (query.sortOrder !== "asc") rows.reverse();
    const limit = Math.max(1, Number(query.limit ?? 50) || 50);
    const offset = Math.max(0, Number(query.offset ?? 0) || 0);
    const data = rows.slice(offset, offset + limit);
    const pagination = { limit, offset, returned: data.length, hasMore: offset + data.length < rows.length };
    return okay({ data, pagination });
  }

  /** What the description cannot say, because it is not known. */
  private check(input: FlowInput, keys: readonly string[]): void {
    const { runtypeUnknownKeys, runtypeDescription } = this.world.switches();
    if (input.description === null && runtypeDescription !== "refused") {
      throw invalid([{ message: "must be string [null]", path: "description" }]);
    }
    if (input.description === "" && runtypeDescription === "refused") {
      throw invalid([{ message: "must NOT have fewer than 1 characters []", path: "description" }]);
    }
    if (runtypeUnknownKeys === "dropped") return;
    const unknown = (value: object, known: readonly string[], path: string) =>
      Object.keys(value).flatMap((key) => (known.includes(key) ? [] : [{ message: "Unknown key", path: path + key }]));
    const steps = input.flowSteps ?? input.steps ?? [];
    const found = [
      ...unknown(input, keys, ""),
      ...steps.flatMap((step, index) => unknown(step, stepKeys, `flowSteps[${index}].`)),
    ];
    if (found.length > 0) throw invalid(found);
  }

  private flow(call: Call, account: RuntypeAccount, name = "id"): RuntypeFlow {
    return this.store.flow(param(call, name), account);
  }

  private version(flow: RuntypeFlow, id: string): RuntypeVersion {
    const version = this.store.versions.find(id);
    if (version?.flowId !== flow.id) throw new Refusal(404, "Flow version not found");
    return version;
  }

  private stepTypes(): readonly unknown[] {
    const schema = this.world.contract.description.components.schemas.StepType;
    return isRecord(schema) && Array.isArray(schema.enum) ? schema.enum : [];
  }
}

const createKeys = ["name", "description", "flowSteps", "steps"];
const updateKeys = ["name", "description", "flowSteps"];
const stepKeys = ["id", "type", "name", "order", "enabled", "when", "config"];

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);

/** A version in a list: without what it holds (4). */
function tellSummary({ flowSteps, flowId, ...row }: RuntypeVersion): object {
  return { ...row, stepCount: flowSteps.length, stepSummary: flowSteps.map(({ type }) => type).join(", ") || null };
}

function tellVersion({ flowSteps, ...row }: RuntypeVersion): object {
  const steps = flowSteps.map(({ when, ...step }) => ({ ...step, ...(when !== null && { when }) }));
  return { ...row, flowConfig: { steps } };
}
