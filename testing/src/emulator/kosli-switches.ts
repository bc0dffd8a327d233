// Section numbers are those of the vendor notes on Kosli (`vendors/kosli.md`).

/** What a key may see and do. */
export interface KosliAccount {
  orgs: string[];
  /** Admin and member may write, the others only read (4). */
  role: "admin" | "member" | "snapshotter" | "reader";
}

/** What is unknown about Kosli's servers, or differs between their versions. */
export interface KosliSwitches {
  /** Which organizations exist. Default `"any"`. */
  orgs: "any" | string[];
  /** Which keys exist, and for whom. Default `"any"`: every non-empty key sees and does everything. */
  keys: "any" | Record<string, KosliAccount>;
  /** An organization that exists, but not for this key. Default 404: 9.27 has a wrong place show as 401 or 404. */
  invisibleOrg: 401 | 403 | 404;
  /** `PUT` without `template_file` on an existing flow (unknown, 5). Default `"resets"`: the harmful one. */
  templateOmittedOnUpdate: "keeps" | "resets";
  /** What the server fills in when a new flow comes without template. Not empty (5); the default text is a guess. */
  defaultTemplate: string;
  /** Is a sent `visibility` stored? The sources disagree (5). Default `"used"`, so that sending it by habit shows. */
  visibilitySent: "used" | "ignored";
  /** Do replies carry `visibility`? Perhaps deprecated (3.1). Default `"present"`. */
  visibilityInReply: "present" | "absent";
  /** `PUT` with a name that a rename gave up (unknown, 5). Default `"creates"`, as the wording suggests. */
  putOnAlias: "creates" | "updatesRenamed";
  /** Rename onto the name of another flow (unknown, 5). Default 409, which the description guesses. */
  renameOntoExisting: 400 | 409;
  /** One attestation name twice in one list (unknown, 2.5: "meant to be unique"). Default `"refused"`. */
  duplicateAttestationNames: "accepted" | "refused";
  /** An artifact whose name is empty (unknown, 2.5). Default `"refused"`. */
  emptyArtifactName: "accepted" | "refused";
  /** Which custom attestation types exist; others are refused (unknown whether they are, 2.5). Default `"any"`. */
  customTypes: "any" | string[];
  /** A `template_file` part without content (unknown). Default `"refused"`: an empty text is no template. */
  emptyTemplateFile: "refused" | "asAbsent";
  /** CRLF in a template (unknown, 5). Default `"kept"`. */
  templateLineEnds: "kept" | "lf";
  /** A byte order mark before a template (unknown, 5). Default `"kept"`. */
  templateByteOrderMark: "kept" | "dropped";
  /**
   * How the server reads templates. Default `"1.1"`: the dumps of 2.2 look like those of Python's usual reader, for
   * which `name: on` is a boolean and so no name.
   */
  yamlVersion: "1.1" | "1.2";
  /** Limit of `template_file`. Default 10 MiB: "at most 10 MB" (2.1). */
  templateLimitBytes: number;
  /** Limit of `data_json`: there is one, its size is unknown (2.1). Default 1 MiB. */
  fieldLimitBytes: number;
  /** Limit of a flow's name (unknown, 4). Default null: none. */
  nameLimit: number | null;
  /** Older servers have no `id` (3.1). Default `"present"`. */
  ids: "present" | "absent";
  /** Servers before 13 Aug 2026 list no `latest_activity_at` and `latest_state` (3.2). Default `"present"`. */
  listActivity: "present" | "absent";
  /** Is "no tags" null? Default false: `{}` in live output (3.1). */
  tagsNull: boolean;
  /** What an unknown `repo_url` reads as. Default `""`, as in live output (3.1). */
  repoUrlUnknown: "" | null;
  /** A key in both `set_tags` and `remove_tags` (unknown, 2.4). Default `"refused"`: nobody may rely on either. */
  tagInBoth: "refused" | "removed" | "set";
  /** Is the 404 of the tags endpoint wrapped in double quotes once more? Default true: seen for a control (4). */
  tags404Quoted: boolean;
  /** Several `tag` parameters in a list call: must any or all match (unknown, 1)? Default `"any"`, like `space_id`. */
  repeatedTag: "any" | "all";
  /** 409 for a create while another create of the same name is under way (4). Default true. */
  conflictOnConcurrentPut: boolean;
  /** `GET` of `<name>-archived-at-<seconds>` (unknown). Default `"readable"`: archiving keeps the data (5). */
  archivedByItsNewName: "readable" | "notFound";
  /** Rename, tags and PUT on an archived flow (unknown, 5). None of them un-archives. Default `"refused"`. */
  archivedWrites: "refused" | "accepted";
  /** Sabotage: archive answers 200 and does nothing. Default false. */
  archiveIgnored: boolean;
}

/** The switches as they are unless something else is asked for. */
export const switchDefaults: KosliSwitches = {
  orgs: "any",
  keys: "any",
  invisibleOrg: 404,
  templateOmittedOnUpdate: "resets",
  // The text of a legacy create with no controls but the artifact itself: the only server-made text that was seen.
  defaultTemplate: "version: 1\ntrail:\n  attestations: []\n  artifacts:\n  - name: artifact\n    attestations: []\n",
  visibilitySent: "used",
  visibilityInReply: "present",
  putOnAlias: "creates",
  renameOntoExisting: 409,
  duplicateAttestationNames: "refused",
  emptyArtifactName: "refused",
  customTypes: "any",
  emptyTemplateFile: "refused",
  templateLineEnds: "kept",
  templateByteOrderMark: "kept",
  yamlVersion: "1.1",
  templateLimitBytes: 10 * 1024 * 1024,
  fieldLimitBytes: 1024 * 1024,
  nameLimit: null,
  ids: "present",
  listActivity: "present",
  tagsNull: false,
  repoUrlUnknown: "",
  tagInBoth: "refused",
  tags404Quoted: true,
  repeatedTag: "any",
  conflictOnConcurrentPut: true,
  archivedByItsNewName: "readable",
  archivedWrites: "refused",
  archiveIgnored: false,
};

const oneOf = (...values: unknown[]) => ({ enum: values });
const strings = { type: "array", items: { type: "string" } };
const bytes = { type: "integer", minimum: 1 };

/** A JSON Schema for each switch. */
export const switchSchema: Record<keyof KosliSwitches, object> = {
  orgs: { oneOf: [{ const: "any" }, strings] },
  keys: {
    oneOf: [
      { const: "any" },
      {
        type: "object",
        additionalProperties: {
          type: "object",
          required: ["orgs", "role"],
          additionalProperties: false,
          properties: { orgs: strings, role: oneOf("admin", "member", "snapshotter", "reader") },
        },
      },
    ],
  },
  invisibleOrg: oneOf(401, 403, 404),
  templateOmittedOnUpdate: oneOf("keeps", "resets"),
  defaultTemplate: { type: "string", minLength: 1 },
  visibilitySent: oneOf("used", "ignored"),
  visibilityInReply: oneOf("present", "absent"),
  putOnAlias: oneOf("creates", "updatesRenamed"),
  renameOntoExisting: oneOf(400, 409),
  duplicateAttestationNames: oneOf("accepted", "refused"),
  emptyArtifactName: oneOf("accepted", "refused"),
  customTypes: { oneOf: [{ const: "any" }, strings] },
  emptyTemplateFile: oneOf("refused", "asAbsent"),
  templateLineEnds: oneOf("kept", "lf"),
  templateByteOrderMark: oneOf("kept", "dropped"),
  yamlVersion: oneOf("1.1", "1.2"),
  templateLimitBytes: bytes,
  fieldLimitBytes: bytes,
  nameLimit: { type: ["integer", "null"], minimum: 1 },
  ids: oneOf("present", "absent"),
  listActivity: oneOf("present", "absent"),
  tagsNull: { type: "boolean" },
  repoUrlUnknown: oneOf("", null),
  tagInBoth: oneOf("refused", "removed", "set"),
  tags404Quoted: { type: "boolean" },
  repeatedTag: oneOf("any", "all"),
  conflictOnConcurrentPut: { type: "boolean" },
  archivedByItsNewName: oneOf("readable", "notFound"),
  archivedWrites: oneOf("refused", "accepted"),
  archiveIgnored: { type: "boolean" },
};
