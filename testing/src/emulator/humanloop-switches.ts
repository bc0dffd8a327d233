// Section numbers are those of the vendor notes on Humanloop (`vendors/humanloop.md`); U1 to U18 are the unknowns of its section 11.

/** Whose files a key reaches, and what it may do. */
export interface HumanloopAccount {
  organization: string;
  /** Members make files, but may not deploy (6.3). */
  role: "admin" | "developer" | "member";
  email: string;
}

/** What is unknown about Humanloop's servers, or what the sources tell in two ways. The common `rateLimit` is U17. */
export interface HumanloopSwitches {
  /** Which keys exist, and for whom. Default `"any"`: all are the one default account's. */
  humanloopKeys: "any" | Record<string, HumanloopAccount>;
  /** A file of another organization (unknown, 6.5: 401 is also said of resources). Default 404. */
  humanloopForeignFile: 404 | 401;
  /** Deploying with the key of a member (6.3). Default 401: no 403 is documented. */
  humanloopRoleRefusal: 401 | 403;
  /** `detail` of an error that is no 422: a text (default), or an object with the text as a member (6.5). */
  humanloopErrorDetail: "text" | "description" | "msg";
  /** `detail` of a 422 over what a request means (6.5): a list, as declared (default), or as in other errors. */
  humanloopRefusal422: "list" | "asOthers";
  /** How optional members without value are told (5). Default `"null"`. */
  humanloopNoValue: "null" | "absent";
  /** Unknown members of a request (unknown, 4). Default `"ignored"`: a misspelt one goes unnoticed. */
  humanloopUnknownMembers: "ignored" | "refused";

  /** When attributes are equal (U4): as JSON with sorted keys (default); the same without nulls; or as they were sent. */
  humanloopEquality: "canonical" | "nullsDropped" | "text";
  /** Ids of a flow's versions (6.2): made from the attributes, so that flows may share one (default), or counted. */
  humanloopVersionIds: "byContent" | "counted";
  /** Upsert of equal attributes under the version's own name (U1). Default 200. */
  humanloopSameName: 200 | 409;
  /** Upsert of equal attributes under another name, also where the version has none (U2). Default `"ignored"`: 200. */
  humanloopOtherName: "ignored" | "renames" | "refused";
  /** Upsert of equal attributes with another description (unknown, 6.2). Default `"ignored"`. */
  humanloopOtherDescription: "ignored" | "stored";
  /** Upsert of equal attributes without the name or the description that the version has (U3). Default `"kept"`. */
  humanloopNameOmitted: "kept" | "cleared";
  /** null for a version's name or description, in upsert and update (U8). Default `"unset"`: as if it were left out. */
  humanloopNullName: "unset" | "clears";
  /** An empty name or description of a version (unknown, 10.4). Default `"nulled"`. */
  humanloopEmptyName: "nulled" | "kept";
  /** Order of a flow's versions (U14). Default `"newest"` first. */
  humanloopVersionOrder: "newest" | "oldest" | "lastUsed";
  /** `created_at` and `updated_at` of a version: its own (default), or the file's (unknown, 5). */
  humanloopTimes: "version" | "file";
  /** Deletion of a version that is deployed (U6): 409 (default), or 204 and it is no longer deployed. */
  humanloopDeleteDeployed: "refused" | "undeploys";
  /** Deletion of the last version (U7): 409 (default), or 204 and the flow is empty, or gone. */
  humanloopDeleteLast: "refused" | "leavesEmpty" | "deletesFlow";

  /** A read of an environment, by default the default one, to which nothing is deployed (U5). Default `"notFound"`. */
  humanloopNothingDeployed: "notFound" | "newest";
  /** Removing the deployment from the default environment (U13). Default `"allowed"`. */
  humanloopRemoveDefault: "allowed" | "refused";
  /** Removing a deployment where there is none (unknown). Default 404. */
  humanloopRemoveNothing: 404 | 204;
  /** An unknown id, or an unknown name in a read, of an environment (U16). Default 404. */
  humanloopUnknownEnvironment: 404 | 422;

  /** A move to a path that is taken (U9). Default 409. */
  humanloopTakenPath: 409 | 422;
  /** Upsert by the path of a file of another type (unknown, 6.1: either is expected). Default 409. */
  humanloopUpsertOtherType: 409 | 422;
  /** The id of a file of another type where a flow's is asked for (U15). Default 404. */
  humanloopOtherTypeId: 404 | 422;
  /** Upsert by id with another path (U10): 422 (default), or 200 and the flow is moved, or stays where it is. */
  humanloopIdAndPath: "refused" | "moves" | "ignored";
  /** A move with a path and a name or directory (unknown, 4): 422 (default), or the path counts. */
  humanloopMoveBothWays: "refused" | "path";
  /** A move to a directory that is not there (inferred, 6.1). Default `"created"`. */
  humanloopMoveNewDirectory: "created" | "refused";
  /** A path with a slash at an end (unknown, 6.1): the slash is dropped (default), or 422. */
  humanloopSlashes: "dropped" | "refused";

  /** A deactivated evaluator (6.4): stays as inactive (default), or is no longer told. */
  humanloopDeactivated: "listed" | "removed";
  /** Activating what is active, deactivating what is not (unknown, 6.4). Default `"accepted"`; else 409. */
  humanloopRepeatedActivation: "accepted" | "refused";
  /** An unknown evaluator, or version of one (unknown, 6.4). Default 404. */
  humanloopUnknownEvaluator: 404 | 422;

  /** How many lists do not show a new flow or version yet (U18). Default 0. */
  humanloopListDelay: number;
}

/** The switches as they are unless something else is asked for. */
export const switchDefaults: HumanloopSwitches = {
  humanloopKeys: "any",
  humanloopForeignFile: 404,
  humanloopRoleRefusal: 401,
  humanloopErrorDetail: "text",
  humanloopRefusal422: "list",
  humanloopNoValue: "null",
  humanloopUnknownMembers: "ignored",
  humanloopEquality: "canonical",
  humanloopVersionIds: "byContent",
  humanloopSameName: 200,
  humanloopOtherName: "ignored",
  humanloopOtherDescription: "ignored",
  humanloopNameOmitted: "kept",
  humanloopNullName: "unset",
  humanloopEmptyName: "nulled",
  humanloopVersionOrder: "newest",
  humanloopTimes: "version",
  humanloopDeleteDeployed: "refused",
  humanloopDeleteLast: "refused",
  humanloopNothingDeployed: "notFound",
  humanloopRemoveDefault: "allowed",
  humanloopRemoveNothing: 404,
  humanloopUnknownEnvironment: 404,
  humanloopTakenPath: 409,
  humanloopUpsertOtherType: 409,
  humanloopOtherTypeId: 404,
  humanloopIdAndPath: "refused",
  humanloopMoveBothWays: "refused",
  humanloopMoveNewDirectory: "created",
  humanloopSlashes: "dropped",
  humanloopDeactivated: "listed",
  humanloopRepeatedActivation: "accepted",
  humanloopUnknownEvaluator: 404,
  humanloopListDelay: 0,
};

const oneOf = (...values: unknown[]) => ({ enum: values });

/** A JSON Schema for each switch. */
export const switchSchema: Record<keyof HumanloopSwitches, object> = {
  humanloopKeys: {
    oneOf: [
      { const: "any" },
      {
        type: "object",
        additionalProperties: {
          type: "object",
          required: ["organization", "role", "email"],
          additionalProperties: false,
          properties: {
            organization: { type: "string", minLength: 1 },
            role: oneOf("admin", "developer", "member"),
            email: { type: "string", minLength: 1 },
          },
        },
      },
    ],
  },
  humanloopForeignFile: oneOf(404, 401),
  humanloopRoleRefusal: oneOf(401, 403),
  humanloopErrorDetail: oneOf("text", "description", "msg"),
  humanloopRefusal422: oneOf("list", "asOthers"),
  humanloopNoValue: oneOf("null", "absent"),
  humanloopUnknownMembers: oneOf("ignored", "refused"),
  humanloopEquality: oneOf("canonical", "nullsDropped", "text"),
  humanloopVersionIds: oneOf("byContent", "counted"),
  humanloopSameName: oneOf(200, 409),
  humanloopOtherName: oneOf("ignored", "renames", "refused"),
  humanloopOtherDescription: oneOf("ignored", "stored"),
  humanloopNameOmitted: oneOf("kept", "cleared"),
  humanloopNullName: oneOf("unset", "clears"),
  humanloopEmptyName: oneOf("nulled", "kept"),
  humanloopVersionOrder: oneOf("newest", "oldest", "lastUsed"),
  humanloopTimes: oneOf("version", "file"),
  humanloopDeleteDeployed: oneOf("refused", "undeploys"),
  humanloopDeleteLast: oneOf("refused", "leavesEmpty", "deletesFlow"),
  humanloopNothingDeployed: oneOf("notFound", "newest"),
  humanloopRemoveDefault: oneOf("allowed", "refused"),
  humanloopRemoveNothing: oneOf(404, 204),
  humanloopUnknownEnvironment: oneOf(404, 422),
  humanloopTakenPath: oneOf(409, 422),
  humanloopUpsertOtherType: oneOf(409, 422),
  humanloopOtherTypeId: oneOf(404, 422),
  humanloopIdAndPath: oneOf("refused", "moves", "ignored"),
  humanloopMoveBothWays: oneOf("refused", "path"),
  humanloopMoveNewDirectory: oneOf("created", "refused"),
  humanloopSlashes: oneOf("dropped", "refused"),
  humanloopDeactivated: oneOf("listed", "removed"),
  humanloopRepeatedActivation: oneOf("accepted", "refused"),
  humanloopUnknownEvaluator: oneOf(404, 422),
  humanloopListDelay: { type: "integer", minimum: 0 },
};
