import type { Shape } from "./contract";
import { type ActionMembers, closed, editSchema, listOf, text, textOrNull, time } from "./control-shapes";
import { digestOf } from "./humanloop-content";
import type { HumanloopAccount } from "./humanloop-switches";

// Section numbers are those of the vendor notes on Humanloop (`vendors/humanloop.md`).

export type HumanloopFileType = "flow" | "prompt" | "tool" | "dataset" | "evaluator" | "agent";

type Json = Readonly<Record<string, unknown>>;

/** A version of a file. Its id need not be unique: flows with equal attributes may share one. */
export interface HumanloopVersion {
  readonly version_id: string;
  /** Of a flow its attributes; of another file what its answers tell beside the members that all files have. */
  readonly attributes: Json;
  readonly version_name: string | null;
  readonly version_description: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_used_at: string;
  readonly version_logs_count: number;
}

/** Either one version of an evaluator, or whichever is deployed to an environment (6.4). */
export type EvaluatorReference =
  | { readonly evaluator_version_id: string }
  | { readonly evaluator_id: string; readonly environment_id: string };

/** An evaluator that runs on new logs of a flow, or did. */
export interface HumanloopMonitor {
  readonly reference: EvaluatorReference;
  readonly state: "active" | "inactive";
  readonly created_at: string;
  readonly updated_at: string;
}

/** A file with all that hangs on it. */
export interface HumanloopFile {
  readonly id: string;
  readonly organization: string;
  readonly type: HumanloopFileType;
  /** The name last, no slash at the ends. Its directory is there. */
  readonly path: string;
  readonly description: string | null;
  readonly readme: string | null;
  readonly tags: readonly string[];
  readonly schema: Json | null;
  readonly created_at: string;
  readonly updated_at: string;
  /** E-mail address. */
  readonly created_by: string;
  /** Oldest first. */
  readonly versions: readonly HumanloopVersion[];
  /** Ids of versions, by the id of the environment. */
  readonly deployments: Readonly<Record<string, string>>;
  readonly evaluators: readonly HumanloopMonitor[];
}

/** A directory. The root is not stored: every organization has one, of its own id. */
export interface HumanloopDirectory {
  readonly id: string;
  readonly organization: string;
  readonly path: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** An environment. `production`, the default one, is not stored until it is renamed: every organization has it (6.3). */
export interface HumanloopEnvironment {
  readonly id: string;
  readonly organization: string;
  readonly name: string;
  readonly tag: "default" | "other";
  readonly created_at: string;
}

export interface HumanloopState {
  /** In the order of creation, as the other two. */
  files: HumanloopFile[];
  directories: HumanloopDirectory[];
  environments: HumanloopEnvironment[];
}

type Given<Row, Required extends keyof Row> = Partial<Row> & Pick<Row, Required>;

/** What is there to begin with. A file whose `deployments` are left out has its first version deployed to the default environment. */
export interface HumanloopSeed {
  files?: (Omit<Given<HumanloopFile, "path">, "versions"> & {
    versions?: readonly Given<HumanloopVersion, "attributes">[];
  })[];
  directories?: Given<HumanloopDirectory, "path">[];
  environments?: Given<HumanloopEnvironment, "name">[];
}

/** A flow as it is sent (4). */
export interface FlowInput {
  readonly id?: string | null;
  readonly path?: string | null;
  readonly attributes: Json;
  readonly version_name?: string | null;
  readonly version_description?: string | null;
}

/** Evaluators to switch on and off (4). */
export interface MonitoringInput {
  readonly activate?: readonly EvaluatorReference[] | null;
  readonly deactivate?: readonly EvaluatorReference[] | null;
}

/** What only a person can set (3). */
type FileNotes = Partial<Pick<HumanloopFile, "description" | "readme" | "tags" | "schema">>;

/**
 * What a person does in Humanloop's app, or an application by running. `file` is an id or a path, `environment` an id or a
 * name, `version` an id.
 */
export type HumanloopEdit = { vendor: "humanloop" } & (
  | { action: "upsertFlow"; account?: HumanloopAccount; set: FlowInput }
  | { action: "createFile"; account?: HumanloopAccount; type: HumanloopFileType; path: string; attributes?: Json }
  | { action: "annotateFile"; file: string; set: FileNotes }
  | { action: "moveFile"; file: string; path: string }
  | { action: "deleteFile"; file: string }
  | { action: "renameVersion"; file: string; version: string; name?: string | null; description?: string | null }
  | { action: "deleteVersion"; file: string; version: string }
  /** Without `version` none: the environment is left empty. */
  | { action: "deploy"; file: string; environment: string; version?: string }
  | { action: "monitor"; file: string; set: MonitoringInput }
  /** Adds logs; without `version` to the one that a read without version tells. */
  | { action: "log"; file: string; version?: string; times?: number }
  | { action: "createEnvironment"; name: string; organization?: string }
  | { action: "renameEnvironment"; environment: string; name: string; organization?: string }
);

const organization = "acme";

/** The account which every key has, unless keys are given accounts of their own, and the ids that are there from the start. */
export const humanloopDefaults = {
  account: { organization, role: "admin", email: "ada@acme.example" } satisfies HumanloopAccount,
  /** Id of the environment `production`. */
  production: productionId(organization),
  /** Id of the root directory. */
  root: rootId(organization),
};

export function productionId(organization: string): string {
  return `env_${digestOf(`production of ${organization}`)}`;
}

export function rootId(organization: string): string {
  return `dir_${digestOf(`root of ${organization}`)}`;
}

const json = { type: "object" };
const type = { $ref: "humanloop#/components/schemas/FileType" };
const tags = listOf({ type: "string" });
const notes = { description: textOrNull, readme: textOrNull, tags, schema: { type: ["object", "null"] } };
const account = closed(
  { organization: text, role: { enum: ["admin", "developer", "member"] }, email: text },
  "organization",
  "role",
  "email",
);
const times = { created_at: time, updated_at: time };
const reference = { $ref: "humanloop#/components/schemas/MonitoringEvaluatorReference" };

export const seedShape: Shape<HumanloopSeed> = {
  schema: closed({
    files: listOf(
      closed(
        {
          ...notes,
          ...times,
          id: text,
          organization: text,
          type,
          path: text,
          created_by: text,
          versions: listOf(
            closed(
              {
                ...times,
                version_id: text,
                attributes: json,
                version_name: textOrNull,
                version_description: textOrNull,
                last_used_at: time,
                version_logs_count: { type: "integer", minimum: 0 },
              },
              "attributes",
            ),
          ),
          deployments: { type: "object", additionalProperties: text },
          evaluators: listOf(
            closed(
              { ...times, reference, state: { enum: ["active", "inactive"] } },
              "reference",
              "state",
              "created_at",
              "updated_at",
            ),
          ),
        },
        "path",
      ),
    ),
    directories: listOf(closed({ ...times, id: text, organization: text, path: text }, "path")),
    environments: listOf(
      closed(
        { id: text, organization: text, name: text, tag: { enum: ["default", "other"] }, created_at: time },
        "name",
      ),
    ),
  }),
};

const actions: Record<HumanloopEdit["action"], ActionMembers> = {
  upsertFlow: { "account?": account, set: { $ref: "humanloop#/components/schemas/FlowRequest" } },
  createFile: { "account?": account, type, path: text, "attributes?": json },
  annotateFile: { file: text, set: closed(notes) },
  moveFile: { file: text, path: text },
  deleteFile: { file: text },
  renameVersion: { file: text, version: text, "name?": textOrNull, "description?": textOrNull },
  deleteVersion: { file: text, version: text },
  deploy: { file: text, environment: text, "version?": text },
  monitor: { file: text, set: { $ref: "humanloop#/components/schemas/EvaluatorActivationDeactivationRequest" } },
  log: { file: text, "version?": text, "times?": { type: "integer", minimum: 1 } },
  createEnvironment: { name: text, "organization?": text },
  renameEnvironment: { environment: text, name: text, "organization?": text },
};

export const editShape: Shape<HumanloopEdit> = { schema: editSchema("humanloop", actions) };
