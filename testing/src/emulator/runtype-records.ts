import type { Shape } from "./contract";
import { type ActionMembers, closed, editSchema, listOf, text, textOrNull, time, timeOrNull } from "./control-shapes";
import type { RuntypeAccount } from "./runtype-switches";

// Section numbers are those of the vendor notes on Runtype (`vendors/runtype.md`).

/** What kind of program wrote a flow last (1.5). `sdk` and `terraform` mean: managed in code. */
export type RuntypeSource = "api" | "dashboard" | "mcp" | "sdk" | "terraform";

/** A step as it is stored. */
export interface RuntypeStep {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly order: number;
  readonly enabled: boolean;
  readonly config: Readonly<Record<string, unknown>>;
  readonly when: string | null;
}

/** A step as it is sent (3). */
export interface RuntypeStepInput {
  readonly type: string;
  readonly name: string;
  readonly id?: string;
  readonly order?: number;
  readonly enabled?: boolean;
  readonly when?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A flow as it is sent: what is left out of an update stays (3). */
export interface FlowInput {
  readonly name?: string;
  readonly description?: string | null;
  readonly flowSteps?: readonly RuntypeStepInput[];
  /** Only a creation knows it. */
  readonly steps?: readonly RuntypeStepInput[];
}

/** A stored flow. */
export interface RuntypeFlow extends Readonly<RuntypeAccount> {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  /** In their order. */
  readonly flowSteps: readonly RuntypeStep[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastRunAt: string | null;
  readonly lastModifiedSource: RuntypeSource;
  readonly publishedVersionId: string | null;
  /** Does a product, an agent or a schedule refer to it? No call tells. */
  readonly referenced: boolean;
}

/** A row of a flow's history: its steps at one time. */
export interface RuntypeVersion {
  readonly id: string;
  readonly flowId: string;
  readonly versionNumber: number;
  readonly versionType: "published" | "draft" | "test" | "virtual";
  readonly label: string | null;
  readonly notes: string | null;
  readonly flowSteps: readonly RuntypeStep[];
  readonly createdAt: string;
}

/** What one step did in one run. */
export interface RuntypeStepResult {
  readonly id: string;
  readonly userId: string;
  readonly flowId: string;
  readonly stepId: string | null;
  readonly stepName: string;
  readonly stepType: string;
  readonly status: string;
  readonly recordId: string | null;
  readonly batchExecutionId: string | null;
  readonly createdAt: string;
}

export interface RuntypeState {
  /** In the order of creation, as the other two. */
  flows: RuntypeFlow[];
  versions: RuntypeVersion[];
  stepResults: RuntypeStepResult[];
}

type Given<Row, Required extends keyof Row> = Partial<Row> & Pick<Row, Required>;

/** What is there to begin with. Steps may be given as they are sent. */
export interface RuntypeSeed {
  flows?: (Omit<Given<RuntypeFlow, "name">, "flowSteps"> & {
    flowSteps?: readonly (Omit<RuntypeStepInput, "when"> & { readonly when?: string | null })[];
  })[];
  versions?: Given<RuntypeVersion, "flowId" | "versionNumber" | "flowSteps">[];
  stepResults?: Given<RuntypeStepResult, "flowId" | "stepName" | "stepType">[];
}

/** What a person does in Runtype's dashboard, or a flow by running. `flow` is an id, or a name that only one flow has. */
export type RuntypeEdit = { vendor: "runtype" } & (
  | { action: "createFlow"; account?: RuntypeAccount; set: FlowInput & { readonly name: string } }
  | { action: "updateFlow"; flow: string; set: FlowInput }
  | { action: "deleteFlow"; flow: string }
  /** Without `version` the newest one. */
  | { action: "publishFlow"; flow: string; version?: string }
  /** Every enabled step gets a result. */
  | { action: "runFlow"; flow: string; times?: number }
  | { action: "referenceFlow"; flow: string; referenced: boolean }
);

/** The account which every key has, unless keys are given accounts of their own. */
export const runtypeDefaults: RuntypeAccount = {
  userId: "user_01jv0000000000000000000001",
  organizationId: "org_01jv0000000000000000000001",
};

const storedStep = closed(
  {
    id: text,
    type: { $ref: "runtype#/components/schemas/StepType" },
    name: { type: "string" },
    order: { type: "integer" },
    enabled: { type: "boolean" },
    when: textOrNull,
    config: { type: "object" },
  },
  "type",
  "name",
);
const account = { userId: text, organizationId: textOrNull };

export const seedShape: Shape<RuntypeSeed> = {
  schema: closed({
    flows: listOf(
      closed(
        {
          ...account,
          id: text,
          name: text,
          description: textOrNull,
          flowSteps: listOf(storedStep),
          createdAt: time,
          updatedAt: time,
          lastRunAt: timeOrNull,
          lastModifiedSource: { enum: ["api", "dashboard", "mcp", "sdk", "terraform"] },
          publishedVersionId: textOrNull,
          referenced: { type: "boolean" },
        },
        "name",
      ),
    ),
    versions: listOf(
      closed(
        {
          id: text,
          flowId: text,
          versionNumber: { type: "integer", minimum: 1 },
          versionType: { $ref: "runtype#/components/schemas/VersionType" },
          label: textOrNull,
          notes: textOrNull,
          flowSteps: listOf({ ...storedStep, required: Object.keys(storedStep.properties) }),
          createdAt: time,
        },
        "flowId",
        "versionNumber",
        "flowSteps",
      ),
    ),
    stepResults: listOf(
      closed(
        {
          id: text,
          userId: text,
          flowId: text,
          stepId: textOrNull,
          stepName: { type: "string" },
          stepType: text,
          status: text,
          recordId: textOrNull,
          batchExecutionId: textOrNull,
          createdAt: time,
        },
        "flowId",
        "stepName",
        "stepType",
      ),
    ),
  }),
};

const stepInputs = listOf({ $ref: "runtype#/components/schemas/StepInput" });
const settings = { name: text, description: textOrNull, flowSteps: stepInputs };

const actions: Record<RuntypeEdit["action"], ActionMembers> = {
  createFlow: { "account?": closed(account, "userId", "organizationId"), set: closed(settings, "name") },
  updateFlow: { flow: text, set: closed(settings) },
  deleteFlow: { flow: text },
  publishFlow: { flow: text, "version?": text },
  runFlow: { flow: text, "times?": { type: "integer", minimum: 1 } },
  referenceFlow: { flow: text, referenced: { type: "boolean" } },
};

export const editShape: Shape<RuntypeEdit> = { schema: editSchema("runtype", actions) };
