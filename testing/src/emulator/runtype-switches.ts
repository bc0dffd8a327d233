// Section numbers are those of the vendor notes on Runtype (`vendors/runtype.md`).

/** Whose flows a key reaches: those of its organization or, without one, the user's own. */
export interface RuntypeAccount {
  userId: string;
  organizationId: string | null;
}

/** What is unknown about Runtype's servers, or what the sources tell in two ways. */
export interface RuntypeSwitches {
  /** Which keys exist, and for whom. Default `"any"`: all reach the one default account. */
  runtypeKeys: "any" | Record<string, RuntypeAccount>;
  /** Calls that a key may make in an hour (8). The common switch `rateLimit` wins. Default 1000, as in the vendor's model. */
  runtypeHourlyCalls: number;
  /** A flow of another account (unknown, 8). Default 404. */
  runtypeForeignFlow: 404 | 403;
  /** What `error` is in a body without `code`: a string (default), or an object with code and message (8). */
  runtypeErrorShape: "string" | "object";

  /**
   * A step's id that the caller sends (unknown, 3): kept (default); replaced unless the flow has a step of this id; or
   * replaced by every write.
   */
  runtypeStepIds: "kept" | "minted" | "mintedAlways";
  /** `order` of the first step where none is sent (both occur, 3). Sent ones are kept. Default 1. */
  runtypeOrderFrom: 0 | 1;
  /** Does a flow's answer tell `when` (6: not declared)? The answer with the steps always does. Default false. */
  runtypeWhenTold: boolean;
  /** What leaving `when` out of a step of a known id does (unknown, 3). An empty one always removes it. Default `"removed"`. */
  runtypeWhenCleared: "removed" | "kept";
  /** Is `enabled` told of every step (default), or only where it is false (4: optional)? */
  runtypeEnabledTold: boolean;
  /**
   * What the server changes in a step's config (9.4). Default `"known"`: an old name of a sandbox becomes the new one, and
   * `userPrompt` is repeated as `text` (7); `"filled"`: defaults are filled in too.
   */
  runtypeConfigRewrites: "none" | "known" | "filled";
  /** Keys that no schema has, `steps` of an update among them (unknown, 3): dropped (default), or 400. */
  runtypeUnknownKeys: "dropped" | "refused";

  /**
   * An empty description, and so what clears one (unknown, 3). It is told as `""`; or as null (default); or it is refused
   * and null clears; or no answer tells descriptions and an update ignores them (the older API).
   */
  runtypeDescription: "kept" | "nulled" | "refused" | "untold";
  /** A name that another flow of the account has (8). Default `"allowed"`: no 409 is documented. */
  runtypeDuplicateNames: "allowed" | "refused";
  /** Which of several flows of one name is pulled and ensured (unknown, 8). Default `"older"`, as for tools. */
  runtypePullPicks: "older" | "newer";
  /** Status of a creation; clients take any 2xx (2). Default 201. */
  runtypeCreateStatus: 201 | 200;
  /** Status of a deletion (2). 200 has a body. Default 204. */
  runtypeDeleteStatus: 204 | 200;
  /** Deletion of a flow that something refers to (8). Default `"allowed"`: no 409 is documented. */
  runtypeDeleteReferenced: "allowed" | "refused";
  /** An update of a flow that was last written by `sdk` or `terraform`, by anything else (unknown, 8). Default `"allowed"`. */
  runtypeManagedPut: "allowed" | "refused";
  /** Does an update that changes nothing move `updatedAt` and add a draft (unknown, 8)? Default true. */
  runtypeNoopBumps: boolean;

  /** Does a creation add a draft too, as an update does (unknown)? Default true. */
  runtypeCreateVersion: boolean;
  /** Publishing without a draft that is newer than what is published (8): 400 (default), or 200 once more. */
  runtypeNoDraft: 400 | 200;
  /**
   * What the pointer aims at after publishing (unknown): the draft, whose type becomes published (default), or a copy of
   * it, appended as a version of its own.
   */
  runtypePublishRow: "same" | "copied";
  /** Do the steps of what is published become those of the flow (1.8)? Default true, as the newest notes say. */
  runtypePublishStores: boolean;
  /** Has the 409 for publishing a version of a flow that is managed in code a `code` (4)? Default `"plain"`: none. */
  runtypePublishManaged: "plain" | "coded";

  /** How many reads of a flow still show it as it was before the last write. Default 0. */
  runtypeReadDelay: number;
  /** How many lists and pulls do not show a new flow yet. Default 0. */
  runtypeListDelay: number;
}

/** The switches as they are unless something else is asked for. */
export const switchDefaults: RuntypeSwitches = {
  runtypeKeys: "any",
  runtypeHourlyCalls: 1000,
  runtypeForeignFlow: 404,
  runtypeErrorShape: "string",
  runtypeStepIds: "kept",
  runtypeOrderFrom: 1,
  runtypeWhenTold: false,
  runtypeWhenCleared: "removed",
  runtypeEnabledTold: true,
  runtypeConfigRewrites: "known",
  runtypeUnknownKeys: "dropped",
  runtypeDescription: "nulled",
  runtypeDuplicateNames: "allowed",
  runtypePullPicks: "older",
  runtypeCreateStatus: 201,
  runtypeDeleteStatus: 204,
  runtypeDeleteReferenced: "allowed",
  runtypeManagedPut: "allowed",
  runtypeNoopBumps: true,
  runtypeCreateVersion: true,
  runtypeNoDraft: 400,
  runtypePublishRow: "same",
  runtypePublishStores: true,
  runtypePublishManaged: "plain",
  runtypeReadDelay: 0,
  runtypeListDelay: 0,
};

const oneOf = (...values: unknown[]) => ({ enum: values });
const yesOrNo = { type: "boolean" };
const count = { type: "integer", minimum: 0 };

/** A JSON Schema for each switch. */
export const switchSchema: Record<keyof RuntypeSwitches, object> = {
  runtypeKeys: {
    oneOf: [
      { const: "any" },
      {
        type: "object",
        additionalProperties: {
          type: "object",
          required: ["userId", "organizationId"],
          additionalProperties: false,
          properties: { userId: { type: "string" }, organizationId: { type: ["string", "null"] } },
        },
      },
    ],
  },
  runtypeHourlyCalls: { type: "integer", minimum: 1 },
  runtypeForeignFlow: oneOf(404, 403),
  runtypeErrorShape: oneOf("string", "object"),
  runtypeStepIds: oneOf("kept", "minted", "mintedAlways"),
  runtypeOrderFrom: oneOf(0, 1),
  runtypeWhenTold: yesOrNo,
  runtypeWhenCleared: oneOf("removed", "kept"),
  runtypeEnabledTold: yesOrNo,
  runtypeConfigRewrites: oneOf("none", "known", "filled"),
  runtypeUnknownKeys: oneOf("dropped", "refused"),
  runtypeDescription: oneOf("kept", "nulled", "refused", "untold"),
  runtypeDuplicateNames: oneOf("allowed", "refused"),
  runtypePullPicks: oneOf("older", "newer"),
  runtypeCreateStatus: oneOf(201, 200),
  runtypeDeleteStatus: oneOf(204, 200),
  runtypeDeleteReferenced: oneOf("allowed", "refused"),
  runtypeManagedPut: oneOf("allowed", "refused"),
  runtypeNoopBumps: yesOrNo,
  runtypeCreateVersion: yesOrNo,
  runtypeNoDraft: oneOf(400, 200),
  runtypePublishRow: oneOf("same", "copied"),
  runtypePublishStores: yesOrNo,
  runtypePublishManaged: oneOf("plain", "coded"),
  runtypeReadDelay: count,
  runtypeListDelay: count,
};
