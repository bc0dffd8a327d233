import type { Shape } from "./contract";
import { type ActionMembers, closed, editSchema, listOf, text, textOrNull, time, timeOrNull } from "./control-shapes";

// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

/** A node as it is stored: config complete, numbers as numbers, secrets included. */
export interface KapsoNode {
  readonly id: string;
  readonly position: { readonly x: number; readonly y: number };
  readonly data: {
    readonly node_type: string;
    readonly config: Readonly<Record<string, unknown>>;
    /** What was sent, which the server computes anew on read; null when nothing was. */
    readonly display_name: string | null;
  };
}

/** An edge as it is stored. */
export interface KapsoEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly label: string;
  readonly flow_condition_id: string | null;
}

/** A graph as it is stored, in the order in which it was sent. */
export interface KapsoDefinition {
  readonly nodes: readonly KapsoNode[];
  readonly edges: readonly KapsoEdge[];
}

/** A definition as it is sent: each array that is there is the complete set. */
export interface DefinitionInput {
  readonly nodes?: readonly NodeInput[];
  readonly edges?: readonly EdgeInput[];
}

/** A node as it is sent. Without `node_type` it becomes a start-like step. */
export interface NodeInput {
  readonly id: string;
  /** Only the legacy API takes a node without it. */
  readonly position?: { readonly x: number; readonly y: number };
  readonly data: {
    readonly node_type?: string;
    readonly config?: Readonly<Record<string, unknown>>;
    readonly display_name?: string | null;
  };
}

/** An edge as it is sent. */
export interface EdgeInput {
  readonly id?: string | null;
  readonly source: string;
  readonly target: string;
  readonly label?: string | null;
  readonly flow_condition_id?: string | null;
}

type Status = "draft" | "active" | "archived";
type ReadMode = "disabled" | "read_only" | "read_with_typing";

/** A stored workflow. `state()` lists them in this form and a seed takes them in it. */
export interface KapsoWorkflow {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly slug: string;
  readonly description: string | null;
  readonly status: Status;
  readonly lock_version: number;
  readonly message_debounce_seconds: number | null;
  readonly inbound_message_read_mode: ReadMode;
  readonly agent_default_tools_version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly execution_count: number;
  readonly last_executed_at: string | null;
  readonly definition: KapsoDefinition;
}

/** What a request or a person may set of a workflow. */
export interface WorkflowInput {
  readonly name?: string;
  readonly slug?: string;
  readonly description?: string | null;
  readonly status?: Status;
  readonly message_debounce_seconds?: number | null;
  readonly inbound_message_read_mode?: ReadMode;
  readonly lock_version?: number;
  readonly definition?: DefinitionInput;
}

/** A trigger as it is sent: flat. */
export interface TriggerInput {
  readonly trigger_type: "inbound_message" | "api_call" | "whatsapp_event" | "project_event";
  readonly active?: boolean;
  readonly phone_number_id?: string | null;
  readonly event?: string | null;
  readonly event_name?: string | null;
  readonly property_key?: string | null;
  readonly operator?: string | null;
  readonly property_value?: unknown;
}

/** A stored trigger. What its type does not have is null. */
export interface KapsoTrigger extends Required<TriggerInput> {
  readonly id: string;
  readonly workflow_id: string;
  readonly whatsapp_config_id: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A stored function. */
export interface KapsoFunction {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly slug: string;
  readonly lock_version: number;
  readonly description: string | null;
  readonly code: string;
  /** Deployments so far that succeeded; null before the first. */
  readonly version: number | null;
  readonly status: "draft" | "deployed" | "error";
  readonly last_deployed_at: string | null;
  readonly function_type: "cloudflare_worker" | "supabase_function";
  readonly invoke_response_mode: "passthrough" | "wrapped";
  readonly public_endpoint: boolean;
  readonly runtime_config: Readonly<Record<string, unknown>> | null;
  readonly created_at: string;
  readonly updated_at: string;
  /** What runs, which no call tells; null before the first deployment. */
  readonly deployed: Pick<KapsoFunction, "code" | "runtime_config"> | null;
  /** With their values, which no call tells. */
  readonly secrets: Readonly<Record<string, unknown>>;
  /** The deployment under way: when it is done at the earliest, and how many reads do not show it yet. */
  readonly deployment: { readonly ready_at: string; readonly reads_left: number } | null;
}

/** What a request or a person may set of a function. */
export interface FunctionInput {
  readonly name?: string;
  readonly slug?: string;
  readonly lock_version?: number;
  readonly description?: string | null;
  readonly code?: string;
  readonly function_type?: KapsoFunction["function_type"];
  readonly invoke_response_mode?: KapsoFunction["invoke_response_mode"];
  readonly public_endpoint?: boolean;
  readonly runtime_config?: Readonly<Record<string, unknown>> | null;
}

/** A WhatsApp number: `id` is Kapso's (`whatsapp_config_id`), `phone_number_id` Meta's. */
export interface KapsoPhoneNumber {
  readonly id: string;
  readonly project_id: string;
  readonly phone_number_id: string;
  readonly name: string;
  readonly display_phone_number: string;
}

/** A WhatsApp template: no call shows it, nodes name it. */
export interface KapsoTemplate {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
}

/** An AI model, the same for every project. The first one is what an unknown model's name becomes. */
export interface KapsoProviderModel {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly deprecation_status: string | null;
}

/** A run that a call started. */
export interface KapsoExecution {
  readonly id: string;
  readonly workflow_id: string;
  readonly tracking_id: string;
  readonly started_at: string;
}

/** Each list in the order of creation. */
export interface KapsoState {
  workflows: KapsoWorkflow[];
  triggers: KapsoTrigger[];
  functions: KapsoFunction[];
  phone_numbers: KapsoPhoneNumber[];
  templates: KapsoTemplate[];
  provider_models: KapsoProviderModel[];
  executions: KapsoExecution[];
}

type Given<Row, Needed extends keyof Row> = Partial<Row> & Pick<Row, Needed>;

/**
 * What to begin with. Definitions are given as they are sent, or as `state()` tells them. Where phone numbers, templates
 * or models are not given, those of {@link kapsoDefaults} are there.
 */
export interface KapsoSeed {
  workflows?: (Omit<Given<KapsoWorkflow, "name">, "definition"> & { definition?: DefinitionInput })[];
  triggers?: Given<KapsoTrigger, "workflow_id" | "trigger_type">[];
  functions?: Given<KapsoFunction, "name" | "code">[];
  phone_numbers?: Given<KapsoPhoneNumber, "phone_number_id">[];
  templates?: Given<KapsoTemplate, "name">[];
  provider_models?: Given<KapsoProviderModel, "name">[];
  executions?: Given<KapsoExecution, "workflow_id">[];
}

/** Which workflow or function: its id, or its slug if only one project has it. */
type IdOrSlug = string;

/** What a person in Kapso's web app does, or what happens by itself. Each change of a workflow counts up its lock. */
export type KapsoEdit = { vendor: "kapso" } & (
  | { action: "createWorkflow"; project_id?: string; set: WorkflowInput & { name: string } }
  | { action: "updateWorkflow"; workflow: IdOrSlug; set: WorkflowInput }
  | { action: "archiveWorkflow"; workflow: IdOrSlug }
  /** Whether a person can do this is unknown; some day the workflow may be gone. */
  | { action: "deleteWorkflow"; workflow: IdOrSlug }
  /** Runs it so many times (default once). */
  | { action: "runWorkflow"; workflow: IdOrSlug; times?: number }
  | { action: "moveNode"; workflow: IdOrSlug; node: string; position: { x: number; y: number } }
  /** Changes members of a node's config and leaves the others. */
  | { action: "configureNode"; workflow: IdOrSlug; node: string; set: Record<string, unknown> }
  | { action: "addNode"; workflow: IdOrSlug; add: NodeInput }
  /** The edges from and to the node go too. */
  | { action: "removeNode"; workflow: IdOrSlug; node: string }
  | { action: "addEdge"; workflow: IdOrSlug; add: EdgeInput }
  /** `label`: default `next`. */
  | { action: "removeEdge"; workflow: IdOrSlug; source: string; label?: string }
  | { action: "addTrigger"; workflow: IdOrSlug; add: TriggerInput }
  | { action: "toggleTrigger"; trigger: string; active: boolean }
  | { action: "deleteTrigger"; trigger: string }
  | { action: "createFunction"; project_id?: string; set: FunctionInput & { name: string; code: string } }
  | { action: "updateFunction"; function: IdOrSlug; set: FunctionInput }
  /** Deploys at once. */
  | { action: "deployFunction"; function: IdOrSlug }
  /** Gives a secret another value, or adds one; null removes it. */
  | { action: "setSecret"; function: IdOrSlug; name: string; value: unknown }
  | { action: "deleteFunction"; function: IdOrSlug }
  | { action: "deletePhoneNumber"; phone_number_id: string }
);

const project_id = "10000000-0000-4000-8000-000000000001";

/** What is there unless a seed says otherwise. The ids never change. */
export const kapsoDefaults = {
  project_id,
  phone_numbers: [
    {
      id: "30000000-0000-4000-8000-000000000001",
      project_id,
      phone_number_id: "100000000000001",
      name: "Support line",
      display_phone_number: "+1 555 010 0001",
    },
    {
      id: "30000000-0000-4000-8000-000000000002",
      project_id,
      phone_number_id: "100000000000002",
      name: "Sales line",
      display_phone_number: "+1 555 010 0002",
    },
  ],
  templates: [
    { id: "40000000-0000-4000-8000-000000000001", project_id, name: "order_update" },
    { id: "40000000-0000-4000-8000-000000000002", project_id, name: "appointment_reminder" },
  ],
  provider_models: [
    {
      id: "20000000-0000-4000-8000-000000000001",
      name: "gpt-5-mini",
      provider: "openai",
      deprecation_status: null,
    },
    {
      id: "20000000-0000-4000-8000-000000000002",
      name: "claude-sonnet-4-5",
      provider: "anthropic",
      deprecation_status: null,
    },
    {
      id: "20000000-0000-4000-8000-000000000003",
      name: "gpt-4o-mini",
      provider: "openai",
      deprecation_status: "deprecated",
    },
  ],
} satisfies Pick<KapsoState, "phone_numbers" | "templates" | "provider_models"> & { project_id: string };

// ---- shapes of seeds and edits

const described = (schema: string) => ({ $ref: `kapso#/components/schemas/${schema}` });
const uuid = { type: "string", format: "uuid" };
const count = { type: "integer", minimum: 0 };
const position = described("Position");

const settings = {
  name: text,
  slug: described("Slug"),
  description: textOrNull,
  status: described("WorkflowStatus"),
  message_debounce_seconds: { type: ["integer", "null"] },
  inbound_message_read_mode: described("ReadMode"),
  definition: described("DefinitionInput"),
};
const seededTrigger = {
  id: uuid,
  workflow_id: uuid,
  trigger_type: described("TriggerType"),
  active: { type: "boolean" },
  phone_number_id: textOrNull,
  whatsapp_config_id: textOrNull,
  // Old triggers may have events that new ones may not.
  event: textOrNull,
  event_name: textOrNull,
  property_key: textOrNull,
  operator: { anyOf: [described("TriggerOperator"), { type: "null" }] },
  property_value: true,
  created_at: time,
  updated_at: time,
};
const functionSettings = {
  name: text,
  slug: described("FunctionSlug"),
  description: textOrNull,
  code: { type: "string" },
  function_type: described("FunctionType"),
  invoke_response_mode: { enum: ["passthrough", "wrapped"] },
  public_endpoint: { type: "boolean" },
  runtime_config: { type: ["object", "null"] },
};

export const seedShape: Shape<KapsoSeed> = {
  schema: closed({
    workflows: listOf(
      closed(
        {
          ...settings,
          id: uuid,
          project_id: uuid,
          lock_version: count,
          agent_default_tools_version: count,
          created_at: time,
          updated_at: time,
          execution_count: count,
          last_executed_at: timeOrNull,
        },
        "name",
      ),
    ),
    triggers: listOf(closed(seededTrigger, "workflow_id", "trigger_type")),
    functions: listOf(
      closed(
        {
          ...functionSettings,
          id: uuid,
          project_id: uuid,
          lock_version: count,
          version: { type: ["integer", "null"], minimum: 0 },
          status: { enum: ["draft", "deployed", "error"] },
          last_deployed_at: timeOrNull,
          created_at: time,
          updated_at: time,
          deployed: {
            anyOf: [
              { type: "null" },
              closed(
                { code: { type: "string" }, runtime_config: { type: ["object", "null"] } },
                "code",
                "runtime_config",
              ),
            ],
          },
          secrets: { type: "object" },
          deployment: {
            anyOf: [{ type: "null" }, closed({ ready_at: time, reads_left: count }, "ready_at", "reads_left")],
          },
        },
        "name",
        "code",
      ),
    ),
    phone_numbers: listOf(
      closed(
        { id: uuid, project_id: uuid, phone_number_id: text, name: text, display_phone_number: text },
        "phone_number_id",
      ),
    ),
    templates: listOf(closed({ id: uuid, project_id: uuid, name: text }, "name")),
    provider_models: listOf(closed({ id: uuid, name: text, provider: text, deprecation_status: textOrNull }, "name")),
    executions: listOf(closed({ id: uuid, workflow_id: uuid, tracking_id: uuid, started_at: time }, "workflow_id")),
  }),
};

const actions: Record<KapsoEdit["action"], ActionMembers> = {
  createWorkflow: { "project_id?": uuid, set: { ...closed(settings, "name") } },
  updateWorkflow: { workflow: text, set: closed(settings) },
  archiveWorkflow: { workflow: text },
  deleteWorkflow: { workflow: text },
  runWorkflow: { workflow: text, "times?": { type: "integer", minimum: 1 } },
  moveNode: { workflow: text, node: text, position },
  configureNode: { workflow: text, node: text, set: { type: "object" } },
  addNode: { workflow: text, add: described("NodeInput") },
  removeNode: { workflow: text, node: text },
  addEdge: { workflow: text, add: described("EdgeInput") },
  removeEdge: { workflow: text, source: text, "label?": text },
  addTrigger: { workflow: text, add: described("TriggerInput") },
  toggleTrigger: { trigger: uuid, active: { type: "boolean" } },
  deleteTrigger: { trigger: uuid },
  createFunction: { "project_id?": uuid, set: closed(functionSettings, "name", "code") },
  updateFunction: { function: text, set: closed(functionSettings) },
  deployFunction: { function: text },
  setSecret: { function: text, name: text, value: {} },
  deleteFunction: { function: text },
  deletePhoneNumber: { phone_number_id: text },
};

export const editShape: Shape<KapsoEdit> = { schema: editSchema("kapso", actions) };
