import { parseArgs } from "node:util";
import { nearestName } from "../vendors/nearest-name";
import { type Io, UsageError } from "./io";

/** One option of a command. */
interface Option {
  readonly type: "string" | "boolean";
  /** Whether it may be given several times. */
  readonly multiple?: true;
}

type Options = Readonly<Record<string, Option>>;

/** What was given for options: texts, or lists of them where an option may be given several times. */
export type Given<O extends Options> = {
  readonly [K in keyof O]?: O[K] extends { readonly multiple: true }
    ? string[]
    : O[K] extends { readonly type: "boolean" }
      ? boolean
      : string;
};

/** One command of `pulumi-flows`. */
export interface Command {
  /** What it does, in a line. */
  readonly summary: string;
  /** The whole help. */
  readonly help: string;
  /** Answers with the exit code. */
  run(args: readonly string[], io: Io): Promise<number>;
}

/** Defines a command whose arguments are options alone. `--help` is every command's. */
export function defineCommand<const O extends Options>(command: {
  readonly summary: string;
  readonly help: string;
  readonly options: O;
  run(given: Given<O>, io: Io): Promise<number>;
}): Command {
  const { summary, help, options, run } = command;
  return { summary, help, run: async (args, io) => run(optionsOf(args, options), io) };
}

/**
 * The options in arguments.
 *
 * @throws UsageError for what is unknown, naming what may have been meant
 */
export function optionsOf<const O extends Options>(args: readonly string[], options: O): Given<O> {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const names = Object.keys(options).map((name) => `--${name}`);
  for (const token of tokens) {
    if (token.kind === "positional") throw new UsageError(`"${token.value}" is not understood.`);
    if (token.kind !== "option" || Object.hasOwn(options, token.name)) continue;
    const near = nearestName(token.rawName, names);
    throw new UsageError(`There is no option ${token.rawName}.${near ? ` Did you mean ${near}?` : ""}`);
  }
  try {
    // The parser's own types follow from the options, but not through a type parameter.
    return parseArgs({ args: [...args], options }).values as Given<O>;
  } catch (error) {
    throw new UsageError(error instanceof Error ? firstSentence(error.message) : String(error));
  }
}

function firstSentence(message: string): string {
  return message.split(/\.?\n|\. /)[0] ?? message;
}
