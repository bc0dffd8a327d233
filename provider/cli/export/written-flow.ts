import { isDeepStrictEqual as isEqual } from "node:util";
import { SIGNATURE } from "../../hosts/pulumi-dynamic";
import type { Checked } from "../../lifecycle/check";
import { SECRETS } from "../../lifecycle/state";
import { only, UNKNOWN, type Values } from "../../lifecycle/values";
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
  /** What every preview will say of it. */
  readonly warnings: Checked["warnings"];
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
  const unsayable = unsayableIn(flow.inputs);
  if (unsayable !== undefined) return { reason: `no Pulumi program can say ${unsayable}` };
  let reason = "";
  for (const style of styles) {
    references.forget(flow);
    const written = writtenArguments(flow, style);
    const { inputs, failures, warnings } = registeredArguments(flow, written);
    const { changed } = flow.lifecycle.diff(flow.state, inputs);
    if (failures.length > 0) reason = `a preview would refuse it: ${told(failures)}`;
    else if (!isEqual(inputs, { ...flow.inputs, ...only(inputs, [SECRETS]) }))
      reason = "what a program can write does not lead to what was found";
    else if (changed.length > 0)
      reason = `a preview would show a change of ${changed.join(", ")}. Bring it about at the vendor and export again, or declare it yourself with \`adopt: true\``;
    else return { flow, written, inputs, warnings };
  }
  references.forget(flow);
  return { reason };
}

/** What means something else to Pulumi, wherever it stands in arguments. */
function unsayableIn(value: unknown): string | undefined {
  if (value === UNKNOWN) return `the text ${UNKNOWN}`;
  if (typeof value !== "object" || value === null) return undefined;
  const name = ["__proto__", SIGNATURE].find((each) => Object.hasOwn(value, each));
  if (name !== undefined) return `a member of the name ${name}`;
  return Object.values(value)
    .map(unsayableIn)
    .find((each) => each !== undefined);
}

function told(failures: Checked["failures"]): string {
  return failures.map(({ property, reason }) => `${property}: ${reason}`).join("; ");
}
