import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What came of a command. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** One terminal: what a command sets or where it goes to holds for the next ones. */
export class Shell {
  readonly #bash: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  readonly #output: string;
  readonly #input: string;

  /**
   * @param scratch a folder for what commands print
   * @param answer what is typed where a command asks
   */
  constructor(cwd: string, env: NodeJS.ProcessEnv, { scratch, answer }: { scratch: string; answer: string }) {
    // A process group of its own, so that what runs in the background ends with it.
    this.#bash = spawn("bash", ["--norc"], { cwd, env, detached: true });
    this.#answers = createInterface({ input: this.#bash.stdout })[Symbol.asyncIterator]();
    this.#output = join(scratch, "output");
    this.#input = join(scratch, "input");
    writeFileSync(this.#input, answer);
    // A pipe fails where any part of it does.
    this.#bash.stdin.write("set -o pipefail\n");
  }

  /** Runs a command to its end, or, where it ends with `&`, until it has printed something. */
  async run(command: string): Promise<Outcome> {
    writeFileSync(this.#output, "");
    const isBackground = /&$/.test(command);
    const output = isBackground ? `${this.#output}-${Date.now()}` : this.#output;
    const told = isBackground
      ? `for i in {1..200}; do [ -s ${output} ] && break; sleep 0.05; done; [ -s ${output} ]`
      : "";
    this.#bash.stdin.write(
      isBackground
        ? `{ ${command.slice(0, -1)}\n} >${output} 2>&1 </dev/null &\n${told}; echo $?\n`
        : `{ ${command}\n} >${output} 2>&1 <${this.#input}; echo $?\n`,
    );
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`the shell ended at: ${command}`);
    return { code: Number(value), output: readFileSync(output, "utf8") };
  }

  /** Ends it, and everything that it started. */
  close(): void {
    if (this.#bash.pid === undefined) return;
    try {
      process.kill(-this.#bash.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}
