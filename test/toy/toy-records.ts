import type { Shape } from "../../testing/src/emulator/contract";

/** A node as it is sent. Members that only the server sets may be there and mean nothing. */
export interface NodeInput {
  readonly id: string;
  readonly type: "say" | "ask" | "call";
  readonly message?: string;
  readonly temperature?: number;
  readonly delay_seconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
  readonly buttons?: readonly { readonly id: string; readonly title: string }[];
  readonly position?: { readonly x: number; readonly y: number };
  readonly display_name?: unknown;
  readonly has_token?: unknown;
}

/** An edge as it is sent. */
export interface EdgeInput {
  readonly source: string;
  readonly target: string;
  readonly label?: string;
  readonly id?: unknown;
}

/** A definition as it is sent. */
export interface DefinitionInput {
  readonly nodes: readonly NodeInput[];
  readonly edges: readonly EdgeInput[];
}

/** A stored graph. `state()` lists them in this form and a seed takes them in it. */
export interface ToyGraph {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly description: string | null;
  readonly revision: number;
  /** As it was sent, with its tokens. */
  readonly definition: DefinitionInput;
  /** Ids of the edges, in the order in which these were sent. */
  readonly edge_ids: readonly string[];
  readonly updated_at: string;
  readonly run_count: number;
}

/** A channel that is set. */
export interface ToyChannel {
  readonly graph_id: string;
  readonly channel: string;
  readonly revision: number;
  readonly set_at: string;
}

export interface ToyState {
  /** In the order of creation. */
  graphs: ToyGraph[];
  channels: ToyChannel[];
}

/** Graphs and channels to begin with. Of a graph only `project` and `name` must be given; channels need its `id`. */
export interface ToySeed {
  graphs?: (Partial<ToyGraph> & Pick<ToyGraph, "project" | "name">)[];
  channels?: (Partial<ToyChannel> & Omit<ToyChannel, "set_at">)[];
}

/** Which graph somebody works on. A name that several graphs have does not tell. */
export type GraphReference = { id: string } | { project: string; name: string };

/** What somebody does in the toy's user interface. */
export type ToyEdit = { vendor: "toy" } & (
  | {
      action: "create";
      project: string;
      name: string;
      set?: { description?: string | null; definition?: DefinitionInput };
    }
  | ({
      action: "update";
      set: { name?: string; description?: string | null; definition?: DefinitionInput };
    } & GraphReference)
  | ({ action: "delete" } & GraphReference)
  | ({ action: "run" } & GraphReference)
  | ({ action: "setChannel"; channel: string; revision: number } & GraphReference)
  | ({ action: "unsetChannel"; channel: string } & GraphReference)
);

/** Servers that are as different as those of real vendors. */
export interface ToySwitches {
  /** Which projects exist; what is in any other one does not exist either. Default `"any"`. */
  toyProjects: "any" | string[];
  /**
   * A creation with a name that is taken in its project: refused with 409, a second graph, or a replacement of the
   * graph that is there, answered with 200. A rename is refused unless twins are. Default `"refused"`.
   */
  toyDuplicates: "refused" | "twins" | "upserts";
  /** How many calls of getGraph and listGraphs that would show a created graph do not. Default 0. */
  toyLag: number;
}

/** The switches as they are unless something else is asked for. */
export const switchDefaults: ToySwitches = { toyProjects: "any", toyDuplicates: "refused", toyLag: 0 };

/** A JSON Schema for each switch. */
export const switchSchema: Record<keyof ToySwitches, object> = {
  toyProjects: { oneOf: [{ const: "any" }, { type: "array", items: { type: "string" } }] },
  toyDuplicates: { enum: ["refused", "twins", "upserts"] },
  toyLag: { type: "integer", minimum: 0 },
};

const described = (schema: string) => ({ $ref: `toy#/components/schemas/${schema}` });
const text = { type: "string", minLength: 1 };
const closed = (properties: object, ...required: string[]) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

const content = { description: described("Description"), definition: described("DefinitionInput") };

export const seedShape: Shape<ToySeed> = {
  schema: closed({
    graphs: {
      type: "array",
      items: closed(
        {
          ...content,
          id: described("GraphId"),
          project: text,
          name: described("GraphName"),
          revision: described("Revision"),
          edge_ids: { type: "array", items: { type: "string", pattern: "^ed_[1-9][0-9]*$" } },
          updated_at: described("Timestamp"),
          run_count: { type: "integer", minimum: 0 },
        },
        "project",
        "name",
      ),
    },
    channels: {
      type: "array",
      items: closed(
        {
          graph_id: described("GraphId"),
          channel: text,
          revision: described("Revision"),
          set_at: described("Timestamp"),
        },
        "graph_id",
        "channel",
        "revision",
      ),
    },
  }),
};

/** The shape of one action. `on` tells how the graph is given, which for a new one is not by its id. */
const action = (name: ToyEdit["action"], on: readonly string[], members: object = {}, ...required: string[]) => ({
  if: { properties: { action: { const: name } } },
  then: closed(
    {
      vendor: true,
      action: true,
      ...Object.fromEntries(on.map((member) => [member, member === "id" ? described("GraphId") : text])),
      ...members,
    },
    ...required,
  ),
});
const anyGraph = ["id", "project", "name"];
const oneGraph = { oneOf: [{ required: ["id"] }, { required: ["project", "name"] }] };

export const editShape: Shape<ToyEdit> = {
  schema: {
    type: "object",
    required: ["vendor", "action"],
    properties: {
      vendor: { const: "toy" },
      action: { enum: ["create", "update", "delete", "run", "setChannel", "unsetChannel"] },
    },
    allOf: [
      action("create", ["project", "name"], { set: closed(content) }, "project", "name"),
      action("update", anyGraph, { set: closed({ ...content, name: described("GraphName") }) }, "set"),
      action("delete", anyGraph),
      action("run", anyGraph),
      action("setChannel", anyGraph, { channel: text, revision: described("Revision") }, "channel", "revision"),
      action("unsetChannel", anyGraph, { channel: text }, "channel"),
    ],
    if: { properties: { action: { not: { const: "create" } } } },
    then: oneGraph,
  },
};
