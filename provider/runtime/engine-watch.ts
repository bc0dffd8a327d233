import { connect, Socket } from "node:net";

/** The script of Pulumi's SDK in whose process dynamic providers run; its last argument is the address of the engine, after options for logs. */
const SCRIPT = /@pulumi[\\/]pulumi[\\/]cmd[\\/]dynamic-provider/;

/** Milliseconds until an engine that hung up is asked again. */
const PAUSE = 100;

/**
 * Ends a process of the provider when the engine that started it is gone.
 *
 * Pulumi leaves the process alone when the CLI is killed. What it was doing would go on without anybody who records it:
 * a creation that waits for the vendor's limits would be made minutes later, beside that of the next run. The engine holds
 * the other end of standard input. That it let go of it is no proof, so it is asked, too.
 */
export function endWithEngine({ argv, stdin, exit }: Pick<NodeJS.Process, "argv" | "stdin" | "exit">): void {
  const [, script = "", ...args] = argv;
  const [, host, port] = /^(.+):(\d+)$/.exec(args.at(-1) ?? "") ?? [];
  if (!SCRIPT.test(script) || host === undefined || !(stdin instanceof Socket)) return;
  const ask = () => {
    const engine = connect(Number(port), host).unref().resume();
    engine.once("error", (error) => {
      if ("code" in error && error.code === "ECONNREFUSED") exit(1);
    });
    // An engine that is dying may still take the connection.
    engine.once("close", () => setTimeout(ask, PAUSE).unref());
  };
  stdin
    .on("error", () => undefined)
    .once("end", ask)
    .resume();
  // By itself it keeps no process alive. Starting to read takes the hold back, so not before the next turn.
  setImmediate(() => stdin.unref());
}
