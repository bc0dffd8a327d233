import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** The SDK's own processes, started with node. */
export interface NodeProcess {
  child: ChildProcess;
  /** Exit code or signal, once everything it printed has been passed on. */
  ended: Promise<number | string>;
}

// A killed rehearsal must leave no process behind: each ends when its standard input does, which by itself must not
// keep it alive. Not before the next turn: starting to read takes the hold back.
const END_WITH_PARENT =
  "data:text/javascript," +
  "process.stdin.on('end',()=>process.exit(1)).on('error',()=>{}).resume();setImmediate(()=>process.stdin.unref())";

/**
 * Starts a script in its own process group: Ctrl-C in a terminal reaches only the rehearsal, which then lets what is
 * under way at the vendor finish.
 */
export function startNode(
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; onLine: (line: string) => void },
): NodeProcess {
  const child = spawn(process.execPath, ["--import", END_WITH_PARENT, ...args], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", options.onLine);
  }
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  ended.catch(() => undefined);
  return { child, ended };
}
