import type { Log } from "../lifecycle/ports";

/** What a command may say and hear. Files and the environment it looks at itself. */
export interface Io {
  /** The answer, for people and for other programs. */
  stdout(text: string): void;
  /** Everything beside the answer. */
  stderr(text: string): void;
  /** Standard input as a whole; `undefined` where it is a terminal, from which nothing will come. */
  stdin(): Promise<string | undefined>;
  /** The folder that the command is run in. */
  readonly cwd: string;
}

/** Something that the user can put right: told in one line, without a stack. */
export class CommandError extends Error {}

/** A command line that cannot be understood: told with the way to the help. */
export class UsageError extends CommandError {}

/** Messages of calls, beside the answer. */
export function logTo(io: Io): Log {
  return {
    debug: () => undefined,
    info: (message) => io.stderr(`${message}\n`),
    warn: (message) => io.stderr(`warning: ${message}\n`),
  };
}
