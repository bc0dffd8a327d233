import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Milliseconds between looks: far less than the provider process lives. */
const BETWEEN = 100;

/**
 * The most memory, in bytes, that the provider process of an engine took that ran meanwhile: its resident set, as Linux counts
 * it. `undefined` where the machine does not tell.
 */
export async function providerMemory<T>(action: () => Promise<T>): Promise<{ result: T; peak: number | undefined }> {
  let peak: number | undefined;
  const look = () => {
    for (const bytes of descendants().filter(isProvider).map(highWater)) peak = Math.max(peak ?? 0, bytes);
  };
  const timer = existsSync("/proc/self/status") ? setInterval(look, BETWEEN) : undefined;
  try {
    return { result: await action(), peak };
  } finally {
    clearInterval(timer);
  }
}

/** The processes that this one has started, and theirs. */
function descendants(): string[] {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => [pid, /^PPid:\s+(\d+)/m.exec(told(pid, "status"))?.[1]]),
  );
  const isOurs = (pid: string | undefined): boolean =>
    pid !== undefined && (pid === String(process.pid) || isOurs(parents.get(pid)));
  return [...parents.keys()].filter((pid) => isOurs(parents.get(pid)));
}

function isProvider(pid: string): boolean {
  return told(pid, "cmdline").includes("cmd/dynamic-provider");
}

function highWater(pid: string): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(told(pid, "status"))?.[1] ?? 0) * 1024;
}

/** Empty for a process that has ended meanwhile. */
function told(pid: string, file: "status" | "cmdline"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
