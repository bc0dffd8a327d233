import { isObject, only, type Values } from "../../lifecycle/values";
import { edge, node } from "../../sdk/kapso-nodes";
import { step } from "../../sdk/runtype-steps";
import { accepts } from "./builder-shapes";
import type { Call, Expression } from "./expression";

type Build = Call["build"];

/** Functions of one kind that build arguments, and how something that one of them made is taken apart again. */
interface Family {
  /** What programs call each of them. */
  readonly builders: Readonly<Record<string, Build>>;
  /** The arguments that may have led to a value, the shortest first. */
  arguments(made: Values): unknown[][];
}

const nodes: Family = {
  builders: prefixed("node", node),
  arguments({ id, position, data }) {
    const config = isObject(data) ? data.config : undefined;
    const options = position === undefined ? [] : [{ position }];
    return [[], [id], [id, ...options], [id, config], [id, config, ...options]];
  },
};

const edges: Family = {
  builders: { edge: callable(edge) },
  arguments: ({ source, target, label }) => [
    [source, target],
    [source, target, { label }],
  ],
};

const steps: Family = {
  builders: prefixed("step", step),
  arguments({ name, config, ...others }) {
    const options = only(others, ["id", "enabled", "when"]);
    return [
      [name, config],
      [name, config, options],
    ];
  },
};

/** By vendor. */
const FAMILIES: Readonly<Record<string, readonly Family[]>> = { kapso: [nodes, edges], runtype: [steps] };

function prefixed(name: string, functions: object): Record<string, Build> {
  return Object.fromEntries(Object.entries(functions).map(([each, build]) => [`${name}.${each}`, callable(build)]));
}

/** What is passed is judged by what comes back. */
function callable(build: (...args: never[]) => unknown): Build {
  return (...args) => build(...(args as never[]));
}

/**
 * The call that builds a value, or `undefined` where none does without loss, or the compiler would refuse it.
 *
 * @param same whether what a call builds means the value
 * @param write makes expressions of arguments
 */
export function typedForm(
  vendor: string,
  value: Values,
  same: (built: unknown) => boolean,
  write: (argument: unknown, at: number) => Expression,
): Call | undefined {
  for (const family of FAMILIES[vendor] ?? []) {
    const ways = family.arguments(value).filter((args) => !args.includes(undefined));
    for (const [callee, build] of Object.entries(family.builders)) {
      const args = ways.find((each) => builds(build, each, same));
      if (!args) continue;
      const written = args.map(write);
      if (accepts(callee, written)) return { kind: "call", callee, arguments: written, build };
    }
  }
  return undefined;
}

function builds(build: Build, args: readonly unknown[], same: (built: unknown) => boolean): boolean {
  try {
    return same(build(...args));
  } catch {
    // Not meant for such arguments.
    return false;
  }
}
