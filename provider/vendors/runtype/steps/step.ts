/** A step of a flow, as a program or an export from Runtype writes it. */
export interface Step {
  /**
   * Runtype's id of the step, or one of your own; needed only to tell steps of the same name apart or to keep a step's
   * results when it is renamed.
   */
  id?: string | undefined;
  /** What kind of step it is, such as `prompt` or `fetch-url`. */
  type: string;
  /** What the step is called. */
  name: string;
  /** `false`: the step is not run. Default: `true`. */
  enabled?: boolean | undefined;
  /** A JavaScript predicate; the step is skipped where it is falsy. */
  when?: string | null | undefined;
  /** As in exports from Runtype; accepted where it agrees with the list, whose order is what counts. */
  order?: number | undefined;
  /** The settings of this kind of step; `runtype.step` writes them with types. */
  config?: Record<string, unknown> | null | undefined;
}
