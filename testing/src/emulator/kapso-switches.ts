// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

/** What is unknown about Kapso's servers, or what the sources tell in two ways. */
export interface KapsoSwitches {
  /** Which keys exist, and to which project each belongs. Default `"any"`: all reach the one default project. */
  kapsoKeys: "any" | Record<string, string>;

  /** Status, debounce and read mode in a creation (unknown, 3.2). Default `"ignored"`: the schema has none of them. */
  kapsoCreateSettings: "ignored" | "honoured";
  /** Does a workflow that is created without a definition have a start node (unknown)? Default false. */
  kapsoBornWithStart: boolean;
  /** A slug made from the name that is taken (unknown). Default `"refused"`; or the next free number is appended. */
  kapsoDerivedSlug: "refused" | "numbered";
  /** Status for a name or slug that is taken. Default 422, as for a sibling resource (6). */
  kapsoDuplicateStatus: 422 | 409;

  /**
   * A `lock_version` that is sent and stale: 409 (default), 409 unless the request carries nothing but a definition
   * (skills, 2026-01), or no effect. `"required"`: 422 for an update without it, as a wording of the schema may mean (0).
   */
  kapsoLock: "checked" | "notForDefinitions" | "ignored" | "required";
  /**
   * Are metadata and definition of one PATCH one transaction (unknown, 3.3)? Default `"whole"`; `"metadataFirst"`: the
   * metadata stay written when the definition is refused.
   */
  kapsoTransaction: "whole" | "metadataFirst";
  /** How many reads of a definition still show the one before the last write (perhaps asynchronous, 3.3). Default 0. */
  kapsoDefinitionDelay: number;

  /** What becomes of the members that a written config leaves out (unknown, 8). Default `"replaced"`: as if new. */
  kapsoConfigWrite: "replaced" | "merged";
  /** Members of a config which the server does not know: dropped (skills; default) or refused (closed schemas) (4.1). */
  kapsoExtraMembers: "dropped" | "refused";
  /** A node type that does not exist. Default `"start"`: it becomes a start-like step (note of 2026-01, 4.1). */
  kapsoUnknownType: "start" | "kept" | "refused";
  /** An id of a condition or an edge that the server did not give (field scripts send such). Default `"replaced"`. */
  kapsoForeignIds: "replaced" | "kept";
  /** A function, workflow, template or model id that leads nowhere. Default `"null"`, silently (field, 0). */
  kapsoNullReferences: "null" | "refused";
  /** A phone number id that the project does not have, in nodes and triggers (unknown). Default `"accepted"`. */
  kapsoUnknownPhone: "accepted" | "refused";
  /**
   * Which rules for graphs the server checks (unknown, 4.3). Default `"agreed"`: those that every published validator has
   * (unique node ids, edges between nodes, conditions of decisions). `"all"`: those of the skills too, `start` as id of the
   * only start node among them.
   */
  kapsoGraphRules: "none" | "agreed" | "all";
  /** Edges kept by a PATCH with nodes only, whose node or condition is gone (unknown, 8). Default `"removed"`. */
  kapsoOrphanEdges: "removed" | "kept" | "refused";
  /** Activation of a graph without exactly one start node that leads somewhere (unknown, 8). Default `"accepted"`. */
  kapsoActivateInvalid: "accepted" | "refused";

  /**
   * How much of a config is filled in on read: it grows over time (4.2). Default `"all"`; `"few"` leaves out what is
   * empty, `"grown"` has members that nobody knows yet.
   */
  kapsoFilled: "few" | "all" | "grown";
  /** Order of nodes and edges on read. Default `"shuffled"`: not as sent, and always the same (4.1). */
  kapsoOrder: "shuffled" | "sent";
  /** Do headers and bodies of webhooks, the agent's too, read back as JSON in a string (5)? Default true. */
  kapsoHeadersAsText: boolean;
  /** Display names of nodes: computed (field; default), or as sent where one was sent (spec) (4.1). */
  kapsoDisplayNames: "computed" | "sent";
  /** Tools that every agent has (5). Only `handoff_to_human` is told; the others of the default are a guess. */
  kapsoCompulsoryTools: string[];

  /** Does an archived workflow keep its name and slug from others (8)? Default true. */
  kapsoArchivedKeepsNames: boolean;
  /** Can an archived workflow become draft or active again (unknown, 3.3)? Default `"allowed"`. */
  kapsoArchivedRevives: "allowed" | "refused";
  /** What archiving does to the triggers (unknown, 3.3). Default `"kept"`: they hold their phone number. */
  kapsoArchiveTriggers: "kept" | "deactivated" | "deleted";
  /** Sabotage: a PATCH to `archived` answers 200 and the status stays. Default false. */
  kapsoArchiveIgnored: boolean;

  /** Items on a page of a list, which then carries `meta`. Default 0: everything at once, no `meta` (2.1). */
  kapsoPageSize: number;

  /**
   * When it is checked that a phone number has one active trigger of a kind: always (docs; default), only when triggers
   * are made, or never (field) (4.4).
   */
  kapsoTriggerUnique: "always" | "create" | "never";

  /** How many reads of a function do not show a deployment yet. Default 2. */
  kapsoDeployReads: number;
  /** How many seconds a deployment takes at least. Default 0; 10 to 60 at the vendor (2.1). */
  kapsoDeploySeconds: number;
  /** Sabotage: deployments end in the status `error`. Default false. */
  kapsoDeployFails: boolean;
  /** Status of a deployed function whose code was changed (unknown, 4.5). Default `"keepsStatus"`. */
  kapsoCodeChange: "keepsStatus" | "draft";
  /** A creation without `function_type`: the spec requires it (default), the official script leaves it out (4.5). */
  kapsoFunctionType: "required" | "defaulted";
  /** What deleting a function does to nodes that use it (unknown). Default `"null"`; `"refused"`: the function stays. */
  kapsoDeletedFunction: "null" | "dangling" | "refused";

  /** Does deleting a phone number remove the nodes that name it (field, 5)? Default true; else they lose the number. */
  kapsoPhoneDeleteRemovesNodes: boolean;

  /** Does the legacy PATCH take `status` (unknown, 2.2)? Default false: it is ignored. */
  kapsoLegacyTakesStatus: boolean;
  /** Does the legacy PATCH check `lock_version` (unknown, 2.2)? Default false. */
  kapsoLegacyTakesLock: boolean;
  /** How the legacy read spells the keys of a node's `data` (2.2). Default `"camelCase"`, as on the vendor's page. */
  kapsoLegacySpelling: "camelCase" | "snake_case";
  /** What a legacy write does to the array that its definition leaves out (unknown). Default `"cleared"`. */
  kapsoLegacyMissingArray: "kept" | "cleared";
  /** Shape of the legacy API's validation errors: `{errors: {field: […]}}` (old client; default) or `{error}` (6). */
  kapsoLegacyErrors: "errors" | "error";
}

/** The switches as they are unless something else is asked for. */
export const switchDefaults: KapsoSwitches = {
  kapsoKeys: "any",
  kapsoCreateSettings: "ignored",
  kapsoBornWithStart: false,
  kapsoDerivedSlug: "refused",
  kapsoDuplicateStatus: 422,
  kapsoLock: "checked",
  kapsoTransaction: "whole",
  kapsoDefinitionDelay: 0,
  kapsoConfigWrite: "replaced",
  kapsoExtraMembers: "dropped",
  kapsoUnknownType: "start",
  kapsoForeignIds: "replaced",
  kapsoNullReferences: "null",
  kapsoUnknownPhone: "accepted",
  kapsoGraphRules: "agreed",
  kapsoOrphanEdges: "removed",
  kapsoActivateInvalid: "accepted",
  kapsoFilled: "all",
  kapsoOrder: "shuffled",
  kapsoHeadersAsText: true,
  kapsoDisplayNames: "computed",
  kapsoCompulsoryTools: ["enter_waiting", "complete_task", "handoff_to_human"],
  kapsoArchivedKeepsNames: true,
  kapsoArchivedRevives: "allowed",
  kapsoArchiveTriggers: "kept",
  kapsoArchiveIgnored: false,
  kapsoPageSize: 0,
  kapsoTriggerUnique: "always",
  kapsoDeployReads: 2,
  kapsoDeploySeconds: 0,
  kapsoDeployFails: false,
  kapsoCodeChange: "keepsStatus",
  kapsoFunctionType: "required",
  kapsoDeletedFunction: "null",
  kapsoPhoneDeleteRemovesNodes: true,
  kapsoLegacyTakesStatus: false,
  kapsoLegacyTakesLock: false,
  kapsoLegacySpelling: "camelCase",
  kapsoLegacyMissingArray: "cleared",
  kapsoLegacyErrors: "errors",
};

const oneOf = (...values: unknown[]) => ({ enum: values });
const yesOrNo = { type: "boolean" };
const count = { type: "integer", minimum: 0 };

/** A JSON Schema for each switch. */
export const switchSchema: Record<keyof KapsoSwitches, object> = {
  kapsoKeys: {
    oneOf: [
      { const: "any" },
      {
        type: "object",
        additionalProperties: {
          type: "string",
          pattern: "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$",
        },
      },
    ],
  },
  kapsoCreateSettings: oneOf("ignored", "honoured"),
  kapsoBornWithStart: yesOrNo,
  kapsoDerivedSlug: oneOf("refused", "numbered"),
  kapsoDuplicateStatus: oneOf(422, 409),
  kapsoLock: oneOf("checked", "notForDefinitions", "ignored", "required"),
  kapsoTransaction: oneOf("whole", "metadataFirst"),
  kapsoDefinitionDelay: count,
  kapsoConfigWrite: oneOf("replaced", "merged"),
  kapsoExtraMembers: oneOf("dropped", "refused"),
  kapsoUnknownType: oneOf("start", "kept", "refused"),
  kapsoForeignIds: oneOf("replaced", "kept"),
  kapsoNullReferences: oneOf("null", "refused"),
  kapsoUnknownPhone: oneOf("accepted", "refused"),
  kapsoGraphRules: oneOf("none", "agreed", "all"),
  kapsoOrphanEdges: oneOf("removed", "kept", "refused"),
  kapsoActivateInvalid: oneOf("accepted", "refused"),
  kapsoFilled: oneOf("few", "all", "grown"),
  kapsoOrder: oneOf("shuffled", "sent"),
  kapsoHeadersAsText: yesOrNo,
  kapsoDisplayNames: oneOf("computed", "sent"),
  kapsoCompulsoryTools: { type: "array", items: { type: "string" }, uniqueItems: true },
  kapsoArchivedKeepsNames: yesOrNo,
  kapsoArchivedRevives: oneOf("allowed", "refused"),
  kapsoArchiveTriggers: oneOf("kept", "deactivated", "deleted"),
  kapsoArchiveIgnored: yesOrNo,
  kapsoPageSize: count,
  kapsoTriggerUnique: oneOf("always", "create", "never"),
  kapsoDeployReads: count,
  kapsoDeploySeconds: { type: "number", minimum: 0 },
  kapsoDeployFails: yesOrNo,
  kapsoCodeChange: oneOf("keepsStatus", "draft"),
  kapsoFunctionType: oneOf("required", "defaulted"),
  kapsoDeletedFunction: oneOf("null", "dangling", "refused"),
  kapsoPhoneDeleteRemovesNodes: yesOrNo,
  kapsoLegacyTakesStatus: yesOrNo,
  kapsoLegacyTakesLock: yesOrNo,
  kapsoLegacySpelling: oneOf("camelCase", "snake_case"),
  kapsoLegacyMissingArray: oneOf("kept", "cleared"),
  kapsoLegacyErrors: oneOf("errors", "error"),
};
