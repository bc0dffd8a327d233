import { bodyAs, param } from "./call";
import { parseControl } from "./control-schema";
import { answer, dialect, failure, notFound, Refusal } from "./kapso-dialect";
import { KapsoEdits } from "./kapso-edits";
import { KapsoFunctions, readFunction } from "./kapso-functions";
import { readFlow, readFlowDefinition } from "./kapso-legacy";
import {
  editShape,
  type FunctionInput,
  type KapsoEdit,
  type KapsoExecution,
  type KapsoFunction,
  type KapsoPhoneNumber,
  type KapsoSeed,
  type KapsoState,
  type KapsoTrigger,
  type KapsoWorkflow,
  kapsoDefaults,
  seedShape,
  type TriggerInput,
  type WorkflowInput,
} from "./kapso-records";
import { KapsoStore } from "./kapso-store";
import { type KapsoSwitches, switchDefaults, switchSchema } from "./kapso-switches";
import { KapsoTriggers, type LegacyTriggerInput, readLegacyTrigger, readTrigger } from "./kapso-triggers";
import { KapsoWorkflows, metadataOf } from "./kapso-workflows";
import type { Call, OpenVendor, Reply, Vendor, World } from "./vendor";

// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

type WorkflowBody = { workflow?: WorkflowInput; flow?: WorkflowInput };
type Named = { name: string };
type Recipient = { phone_number?: string; recipient?: string };
type Secret = { name: string; value: unknown };

const gone: Reply = { status: 204, body: undefined };

/** Kapso: workflows (flows), their triggers and the functions that they call, by the current and the legacy API. */
export const kapso: Vendor<KapsoSwitches, KapsoSeed, KapsoEdit, KapsoState> = {
  name: "kapso",
  // The description's paths are whole: one host has both APIs here.
  basePaths: ["/platform/v1", "/api/v1"],
  switches: { defaults: switchDefaults, schema: switchSchema },
  seed: seedShape,
  edit: editShape,
  // Met wherever a request is wrong or one of too many; the description lists them only where the vendor does.
  generalStatuses: { 400: "Error", 422: "Error", 429: "RateLimitError" },
  dialect,
  open: (world, seed) => new Kapso(world, seed),
};

class Kapso implements OpenVendor<KapsoState> {
  private readonly store: KapsoStore;
  private readonly workflows: KapsoWorkflows;
  private readonly triggers: KapsoTriggers;
  private readonly functions: KapsoFunctions;
  private readonly edits: KapsoEdits;

  constructor(
    private readonly world: World<KapsoSwitches>,
    seed: unknown,
  ) {
    this.store = new KapsoStore(world, seed);
    this.workflows = new KapsoWorkflows(this.store);
    this.triggers = new KapsoTriggers(this.store);
    this.functions = new KapsoFunctions(this.store);
    this.edits = new KapsoEdits(this.store, this.workflows, this.triggers, this.functions);
  }

  revision(): number {
    return this.store.revision();
  }

  snapshot(): KapsoState {
    return this.store.snapshot();
  }

  edit(input: unknown): void {
    this.edits.perform(parseControl(this.world.contract.compile(editShape), input, "edit"));
  }

  /** One key is one project (1). */
  authenticate(headers: Headers): { account: string } | { refusal: Reply } {
    const key = headers.get("x-api-key") ?? "";
    const { kapsoKeys } = this.world.switches();
    if (key === "" || (kapsoKeys !== "any" && !Object.hasOwn(kapsoKeys, key))) {
      return { refusal: failure(401, "Invalid or missing API key") };
    }
    return { account: key };
  }

  authorise(): undefined {
    return undefined;
  }

  exclusive(): undefined {
    return undefined;
  }

  handle(call: Call): Reply {
    const { kapsoKeys, kapsoLegacyErrors } = this.world.switches();
    const project = kapsoKeys === "any" ? kapsoDefaults.project_id : (kapsoKeys[call.account] ?? "");
    const operation = Object.hasOwn(this.operations, call.operation) ? this.operations[call.operation] : undefined;
    if (operation === undefined) {
      throw new Error(`The description has an operation ${call.operation} which the emulator does not know`);
    }
    try {
      return operation(call, project);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const rails = call.operation.startsWith("legacy") && kapsoLegacyErrors === "errors" && error.status === 422;
      return rails ? error.railsReply() : error.reply();
    }
  }

  private readonly operations: Readonly<Record<string, (call: Call, project: string) => Reply>> = {
    // ---- workflows
    listWorkflows: ({ query }, project) => this.page(this.workflows.list(project, query), query, metadataOf),
    createWorkflow: (call, project) => {
      const { workflow } = this.read<{ workflow: WorkflowInput & Named }>("WorkflowCreateBody", call);
      return answer(metadataOf(this.workflows.create(project, workflow)), 201);
    },
    getWorkflow: (call, project) => answer(metadataOf(this.workflow(call, project))),
    updateWorkflow: (call, project) => {
      const { workflow, flow = {} } = this.read<WorkflowBody>("WorkflowUpdateBody", call);
      return answer(metadataOf(this.workflows.update(this.workflow(call, project), workflow ?? flow)));
    },
    getWorkflowDefinition: (call, project) => this.workflows.getDefinition(this.workflow(call, project)),
    listWorkflowVariables: (call, project) => {
      this.workflow(call, project);
      return answer(fixedVariables);
    },

    // ---- triggers
    listTriggers: (call, project) => {
      const triggers = this.store.triggersOf(this.workflow(call, project));
      return this.page(triggers.reverse(), call.query, readTrigger);
    },
    createTrigger: (call, project) => {
      const workflow = this.workflow(call, project);
      const trigger = this.triggers.create(
        workflow,
        this.read<{ trigger: TriggerInput }>("TriggerCreateBody", call).trigger,
      );
      return answer(readTrigger(trigger), 201);
    },
    replaceTriggers: (call, project) => {
      const workflow = this.workflow(call, project);
      const triggers = this.triggers.replace(
        workflow,
        this.read<{ triggers: TriggerInput[] }>("TriggersReplaceBody", call).triggers,
      );
      return answer(triggers.map(readTrigger));
    },
    updateTrigger: (call, project) => answer(readTrigger(this.toggled(call, project))),
    deleteTrigger: (call, project) => this.deleteTrigger(call, project),

    // ---- executions
    listExecutions: (call, project) => {
      const { id } = this.workflow(call, project);
      const { limit } = call.query;
      const runs = this.store.executions.all().filter(({ workflow_id }) => workflow_id === id);
      const shown = runs.reverse().slice(0, typeof limit === "number" ? limit : 20);
      const paging = { cursors: {}, next: null, previous: null };
      return { status: 200, body: { data: shown.map(readExecution), paging } };
    },
    startExecution: (call, project) => {
      const workflow = this.workflow(call, project);
      const { workflow_execution: wanted } = this.read<{ workflow_execution: Recipient }>("ExecutionStartBody", call);
      const { id, tracking_id } = this.start(workflow, wanted);
      return answer({ message: "Workflow execution initiated", workflow_id: workflow.id, id, tracking_id }, 202);
    },
    getExecution: (call, project) => {
      const execution = this.store.executions.find(param(call, "execution_id"));
      if (execution === undefined) return notFound;
      this.store.workflow(execution.workflow_id, project);
      return answer(readExecution(execution));
    },

    // ---- what workflows refer to
    listProviderModels: ({ query }) => this.page(this.store.models.all(), query, (model) => model),
    listPhoneNumbers: ({ query }, project) => this.page(this.numbers(project), query, (number) => number),
    listFunctions: ({ query }, project) => this.page(this.functions.list(project), query, readFunction),
    createFunction: (call, project) => {
      const input = this.read<{ function: FunctionInput & Named & { code: string } }>("FunctionCreateBody", call);
      return answer(readFunction(this.functions.create(project, input.function)), 201);
    },
    getFunction: (call, project) => answer(readFunction(this.functions.read(this.function(call, project)))),
    updateFunction: (call, project) => {
      const input = this.read<{ function: FunctionInput }>("FunctionUpdateBody", call);
      return answer(readFunction(this.functions.update(this.function(call, project), input.function)));
    },
    deleteFunction: (call, project) => {
      this.functions.delete(this.function(call, project));
      return gone;
    },
    deployFunction: (call, project) => {
      const stored = this.function(call, project);
      this.functions.deploy(stored);
      // Without the usual envelope (2.1).
      return { status: 202, body: { message: "Deployment started", function_id: stored.id, status: "deploying" } };
    },
    listFunctionSecrets: (call, project) => answer(this.functions.secrets(this.function(call, project))),
    createFunctionSecret: (call, project) => {
      const stored = this.function(call, project);
      const { secret } = this.read<{ secret: Secret }>("SecretCreateBody", call);
      this.functions.addSecret(stored, secret.name, secret.value);
      return { status: 201, body: { message: "Secret created" } };
    },
    deleteFunctionSecret: (call, project) => {
      const stored = this.function(call, project);
      return this.functions.deleteSecret(stored, param(call, "secret_name")) ? gone : notFound;
    },

    // ---- the legacy API, on the same records (2.2)
    legacyListFlows: ({ query }, project) => answer(this.workflows.list(project, query).map(readFlow)),
    legacyCreateFlow: (call, project) => {
      const { name, description, definition } = this.read<{ flow: WorkflowInput & Named }>("LegacyFlowBody", call).flow;
      const input = { name, ...(description !== undefined && { description }), ...(definition && { definition }) };
      return answer(readFlow(this.workflows.create(project, input, "legacy")), 201);
    },
    legacyGetFlow: (call, project) => answer(readFlow(this.flow(call, project))),
    legacyUpdateFlow: (call, project) => {
      const { flow } = this.read<{ flow: WorkflowInput }>("LegacyFlowUpdateBody", call);
      return answer(readFlow(this.workflows.update(this.flow(call, project), flow, "legacy")));
    },
    legacyGetFlowDefinition: (call, project) => {
      const flow = this.flow(call, project);
      const definition = this.workflows.shownDefinition(flow);
      return answer(readFlowDefinition(flow, definition, this.numbers(project), this.store.project(project)));
    },
    legacyListTriggers: (call, project) =>
      answer(this.store.triggersOf(this.flow(call, project)).map(readLegacyTrigger)),
    legacyCreateTrigger: (call, project) => {
      const flow = this.flow(call, project);
      const trigger = this.triggers.createLegacy(
        flow,
        this.read<{ trigger: LegacyTriggerInput }>("LegacyTriggerCreateBody", call).trigger,
      );
      return answer(readLegacyTrigger(trigger), 201);
    },
    legacyUpdateTrigger: (call, project) => answer(readLegacyTrigger(this.toggled(call, project))),
    legacyDeleteTrigger: (call, project) => this.deleteTrigger(call, project),
    legacyStartExecution: (call, project) => {
      const flow = this.flow(call, project);
      const { tracking_id } = this.start(flow, this.read<Recipient>("LegacyExecutionStart", call));
      return { status: 202, body: { message: "Flow execution initiated", flow_id: flow.id, tracking_id } };
    },
  };

  // ---- what calls have in common

  private start(workflow: KapsoWorkflow, { phone_number, recipient }: Recipient): KapsoExecution {
    if (phone_number === undefined && recipient === undefined) {
      throw new Refusal(422, "phone_number or recipient is required");
    }
    // Only when asked for directly: a trigger of a draft does nothing and says nothing (0).
    if (workflow.status !== "active") throw new Refusal(422, "Flow is not active");
    this.workflows.run(workflow);
    const execution = {
      id: this.store.newId("execution"),
      workflow_id: workflow.id,
      tracking_id: this.store.newId("execution"),
      started_at: this.store.timestamp(),
    };
    this.store.executions.put(execution);
    return execution;
  }

  private toggled(call: Call, project: string): KapsoTrigger {
    const trigger = this.store.trigger(param(call, "trigger_id"), project);
    const { active } = this.read<{ trigger: { active?: boolean } }>("TriggerUpdateBody", call).trigger;
    return this.triggers.toggle(trigger, active);
  }

  private deleteTrigger(call: Call, project: string): Reply {
    this.store.triggers.delete(this.store.trigger(param(call, "trigger_id"), project).id);
    return gone;
  }

  private workflow(call: Call, project: string): KapsoWorkflow {
    return this.store.workflow(param(call, "workflow_id"), project);
  }

  private flow(call: Call, project: string): KapsoWorkflow {
    return this.store.workflow(param(call, "flow_id"), project);
  }

  private function(call: Call, project: string): KapsoFunction {
    return this.functions.settled(this.store.function(param(call, "function_id"), project));
  }

  private numbers(project: string): KapsoPhoneNumber[] {
    return this.store.phoneNumbers.all().filter(({ project_id }) => project_id === project);
  }

  /** Everything at once, unless pages are switched on: they are documented for lists in general only (2.1). */
  private page<Row>(rows: readonly Row[], query: Call["query"], tell: (row: Row) => unknown): Reply {
    const { kapsoPageSize } = this.world.switches();
    if (kapsoPageSize === 0) return answer(rows.map(tell));
    const per_page = Math.min(typeof query.per_page === "number" ? query.per_page : kapsoPageSize, kapsoPageSize);
    const page = typeof query.page === "number" ? query.page : 1;
    const meta = { page, per_page, total_pages: Math.ceil(rows.length / per_page), total_count: rows.length };
    const shown = rows.slice((page - 1) * per_page, page * per_page);
    return { status: 200, body: { data: shown.map(tell), meta } };
  }

  private read<T>(schema: string, call: Call): T {
    return bodyAs<T>(schema, call, this.world.contract);
  }
}

function readExecution({ id, started_at, tracking_id }: KapsoExecution): unknown {
  const ended = { ended_at: started_at, last_event_at: started_at, whatsapp_conversation_id: null };
  return { id, status: "ended", started_at, tracking_id, ...ended };
}

const fixedVariables = {
  fixed: {
    system: { flow_id: { type: "string", description: "Id of the workflow", always_available: true } },
    context: { channel: { type: "string", description: "Channel of the conversation", always_available: false } },
  },
  discovered: { system: [], context: [], vars: [] },
};
