import { z } from "zod";
import { type Problem, rules } from "../../lifecycle/flow-type";
import type { Values } from "../../lifecycle/values";
import { asLoudAs } from "../vendor";
import type { Definition } from "./definition/definition";
import { definition, layout } from "./definition/schema";
import { graphProblems } from "./definition/validate";

/** What programs say of a graph, in both of Kapso's APIs. */
export type GraphFields = {
  /** The name, unique in the project. Default: the resource's name. Changing it renames in place. */
  name: string;
  /** What it is for. Left out, it is not managed; removed from the program, it is emptied. */
  description?: string | undefined;
  /**
   * Whether it runs: a `draft` does not, even with an active trigger, and Kapso says no error. Left out, it is born as a draft and
   * then not managed, but for one thing: what somebody archives is brought back as a draft.
   */
  status?: "draft" | "active" | "archived" | undefined;
  /**
   * The graph: built with `kapso.node` and `kapso.edge`, or as exported from Kapso's editor. Compared by meaning, node by node: what Kapso
   * computes, fills in or spells otherwise makes no difference. Left out, it is not managed.
   */
  definition?: Definition | undefined;
  /**
   * Whether nodes may be dragged on the canvas without a difference: then where they stand is only said for new ones. Default: true.
   */
  ignoreLayout?: boolean | undefined;
  /**
   * What the rules of graphs do that Kapso does not check before customers meet them: `strict` stops at faults and warns of doubts,
   * `warn` only warns, `off` does not look. Default: `strict`.
   */
  validate?: "strict" | "warn" | "off" | undefined;
};

/** The fields of {@link GraphFields}; the layout follows from the definition. */
export const graphFields = {
  name: z.string().min(1),
  description: z.string().optional().register(rules, { clear: "" }),
  status: z
    .enum(["draft", "active", "archived"])
    .optional()
    .register(rules, { ends: { value: "archived", revived: "draft" } }),
  definition: definition.optional(),
  layout,
  ignoreLayout: z.boolean().optional().register(rules, { writeOnly: true }),
  validate: z.enum(["strict", "warn", "off"]).optional().register(rules, { writeOnly: true, lenient: "warn" }),
};

/** What is wrong with the graph, as loudly as the program wants to hear it. */
export function problemsOf({ definition: graph, validate }: Values): Problem[] {
  return asLoudAs(validate, () => graphProblems(graph));
}
