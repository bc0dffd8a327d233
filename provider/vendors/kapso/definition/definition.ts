/** Where a step stands on the canvas of Kapso's editor. */
export interface Position {
  /** To the right, in the canvas's own units; may be negative. */
  x: number;
  /** Downwards, in the same units. */
  y: number;
}

/** A step of a workflow, as a program or an export from Kapso's editor writes it. */
export interface Node {
  /** What edges call the step: letters, digits, `_` and `-`, beginning with a letter. Another id is another step. */
  id: string;
  /** What draws the step in the editor; `flow-node`, without effect. */
  type?: string | undefined;
  /** Where the step stands on the canvas. */
  position?: Position | null | undefined;
  /** What the step is and does. */
  data: {
    /** What kind of step it is, such as `send_text`. */
    node_type: string;
    /** The settings of this kind of step; `kapso.node` writes them with types. */
    config?: Record<string, unknown> | undefined;
    /** A label, which Kapso usually replaces by one of its own. */
    display_name?: string | undefined;
  };
}

/** What follows a step, as a program or an export from Kapso's editor writes it. */
export interface Edge {
  /** The id of the step that is left. */
  source: string;
  /** The id of the step that follows. */
  target: string;
  /** Default: `next`. An edge that leaves a decide step has the label of one of its conditions. */
  label?: string | null | undefined;
  /** Kapso's own id of the edge; not needed. */
  id?: string | undefined;
  /** Without effect; Kapso says `default`. */
  type?: string | undefined;
  /** Kapso's own id of the condition behind the label; not needed. */
  flow_condition_id?: string | null | undefined;
}

/** The steps of a workflow, and what follows what. */
export interface Definition {
  /** The steps. Their order has no meaning. */
  nodes: Node[];
  /** What follows what. Their order has no meaning. */
  edges: Edge[];
}
