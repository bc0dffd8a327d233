import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** A process of this machine. */
export interface FoundProcess {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  readonly command: string;
}

/** Milliseconds in which what a killed process started must have ended. */
const PATIENCE = 20_000;

/** What a process has started, and what those have started, and so on: parents first. */
export function descendantsOf(pid: number): FoundProcess[] {
  const all = running();
  const found = new Map<number, FoundProcess>();
  for (let count = -1; count !== found.size; ) {
    count = found.size;
    for (const each of all) if (each.parent === pid || found.has(each.parent)) found.set(each.pid, each);
  }
  return [...found.values()];
}

/** Ends processes as a power cut would: none of them gets to do anything more. */
export function kill(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      // It may have ended when its parent did.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
}

/** Waits until these processes are no more. @throws where one lives on */
export async function haveEnded(processes: readonly FoundProcess[]): Promise<void> {
  const pids = new Set(processes.map(({ pid }) => pid));
  const until = Date.now() + PATIENCE;
  for (;;) {
    const alive = running().filter(({ pid }) => pids.has(pid));
    if (alive.length === 0) return;
    if (Date.now() > until)
      throw new Error(`lives on after the kill: ${alive.map(({ command }) => command).join("; ")}`);
    await sleep(50);
  }
}

/** Every process that runs; one that has ended and was not yet fetched by its parent does not. */
function running(): FoundProcess[] {
  const { stdout, error } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], {
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  if (error) throw error;
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, state = "", command = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || state.startsWith("Z")
      ? []
      : [{ pid: Number(pid), parent: Number(parent), state, command }];
  });
}
