import type { Shape } from "./contract";
import { closed } from "./control-shapes";

// Section numbers are those of the vendor notes on Kosli (`vendors/kosli.md`).

/** A stored flow. `state()` lists them in this form and a seed takes them in it. */
export interface KosliFlow {
  /** Five groups of hexadecimal digits, 8-4-4-4-8: not a UUID (3.1). Survives a rename. */
  readonly id: string;
  readonly org: string;
  readonly name: string;
  readonly description: string;
  readonly visibility: "public" | "private";
  /** The uploaded text, unchanged. */
  readonly template: string;
  /** Kept by the server from what CI reports (5); null when unknown. */
  readonly repo_url: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly archived: boolean;
  /** Names given up by renames which still lead to this flow. */
  readonly former_names: readonly string[];
  /** Epoch seconds; null as long as the flow has no trail. */
  readonly latest_activity_at: number | null;
  readonly latest_state: string | null;
  /** Only a filter of the list; no call shows or sets it (1). */
  readonly space_id: string | null;
}

export interface KosliState {
  /** In the order of creation, archived ones included. */
  flows: KosliFlow[];
}

/** Flows to begin with: only `org` and `name` must be given. The list that the vendor's API answers is such a list. */
export interface KosliSeed {
  flows?: (Partial<KosliFlow> & Pick<KosliFlow, "org" | "name">)[];
}

/** What a person in Kosli's web app or a CI job does to a flow. */
export interface KosliEdit {
  vendor: "kosli";
  action: "update" | "archive" | "rename" | "create" | "tag";
  org: string;
  name: string;
  /**
   * `update` and `create`: description, template, visibility, repo_url, latest_activity_at, latest_state;
   * `rename`: `new_name`; `tag`: values of tags, null removes one. `archive` takes none.
   */
  set?: Record<string, unknown>;
}

const flowName = { $ref: "kosli#/components/schemas/FlowName" };
const editable = {
  description: { type: "string" },
  template: { type: "string" },
  visibility: { $ref: "kosli#/components/schemas/Visibility" },
  repo_url: { type: ["string", "null"] },
  latest_activity_at: { type: ["number", "null"] },
  latest_state: { type: ["string", "null"] },
};
const tagValues = (values: object) => ({
  type: "object",
  propertyNames: { $ref: "kosli#/components/schemas/TagKey" },
  additionalProperties: values,
});

export const seedShape: Shape<KosliSeed> = {
  schema: closed({
    flows: {
      type: "array",
      items: closed(
        {
          ...editable,
          id: { type: "string", pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{8}$" },
          org: { type: "string", minLength: 1 },
          name: flowName,
          tags: tagValues({ type: "string" }),
          archived: { type: "boolean" },
          former_names: { type: "array", items: flowName },
          space_id: { type: ["string", "null"] },
        },
        "org",
        "name",
      ),
    },
  }),
};

export const editShape: Shape<KosliEdit> = {
  schema: closed(
    {
      vendor: { const: "kosli" },
      action: { enum: ["update", "archive", "rename", "create", "tag"] },
      org: { type: "string", minLength: 1 },
      name: flowName,
      set: { type: "object" },
    },
    "vendor",
    "action",
    "org",
    "name",
  ),
};
/** Members of an edit, by action. */
export const updateShape: Shape<Partial<KosliFlow>> = { schema: closed(editable) };
export const renameShape: Shape<{ new_name: string }> = { schema: closed({ new_name: flowName }, "new_name") };
export const nothingShape: Shape<Record<string, never>> = { schema: closed({}) };
export const tagShape: Shape<Record<string, string | null>> = { schema: tagValues({ type: ["string", "null"] }) };
