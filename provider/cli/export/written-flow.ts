import { isDeepStrictEqual as isEqual } from "node:util";
import type { Checked } from "../../lifecycle/check";
import { SECRETS } from "../../lifecycle/state";
import { only, type Values } from "../../lifecycle/values";
import type { ObjectLiteral } from "./expression";
import type { Name } from "./naming";
import type { References } from "./references";
import type { TakenFlow } from "./taken-flow";
import { registeredArguments, type Style, writtenArguments } from "./written-arguments";

/** A flow with what a program writes of it, and what Pulumi is to keep of it. */
export interface WrittenFlow {
  readonly flow: TakenFlow & Name;
  readonly written: ObjectLiteral;
  /** The arguments as registered by the program. */
  readonly inputs: Values;
}

/** Says why a flow cannot be exported. */
export interface NotWritten {
  readonly reason: string;
}

/**
 * Writes a flow, as a person would where that loses nothing: what is written is evaluated and checked, and must lead to what
 * was found.
 */
export function writeFlow(flow: TakenFlow & Name, references: References): WrittenFlow | NotWritten {
  const styles: Style[] = [
    { typed: true, references },
    { typed: false, references },
    { typed: false, references: undefined },
  ];
  let reason = "";
  for (const style of styles) {
    references.forget(flow);
    const written = writtenArguments(flow, style);
    const { inputs, failures } = registeredArguments(flow, written);
    const { changed } = flow.lifecycle.diff(flow.state, inputs);
    if (failures.length > 0) reason = `a preview would refuse it: ${told(failures)}`;
    else if (!isEqual(inputs, { ...flow.inputs, ...only(inputs, [SECRETS]) }))
      reason = "what a program can write does not lead to what was found";
    else if (changed.length > 0) reason = `a preview would show a change of ${changed.join(", ")}`;
    else return { flow, written, inputs };
  }
  references.forget(flow);
  return { reason };
}

function told(failures: Checked["failures"]): string {
  return failures.map(({ property, reason }) => `${property}: ${reason}`).join("; ");
}
