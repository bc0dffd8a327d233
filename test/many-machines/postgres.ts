import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where Debian keeps each version's server, which is not on the PATH. */
const DEBIAN = "/usr/lib/postgresql";

/** Nobody: PostgreSQL does not run as root. */
const NOBODY = 65534;

/** The folder of PostgreSQL's programs, or `undefined` where there is none. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...versions.map((each) => join(DEBIAN, each, "bin"))];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

/** A PostgreSQL server of its own, with its data in a temporary folder. */
export interface Postgres {
  /** As Pulumi takes it for a backend. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a server.
 *
 * @param programs the folder of PostgreSQL's programs
 * @throws Error where it does not start
 */
export async function startPostgres(programs: string): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-postgres-"));
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  const asUser = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (asUser.uid !== undefined) for (const each of [folder, data]) chownSync(each, NOBODY, NOBODY);
  const made = spawnSync(join(programs, "initdb"), ["-D", data, "-U", "pulumi", "-A", "trust", "--no-sync"], {
    ...asUser,
    cwd: folder,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}${made.error ?? ""}`);
  const port = await freePort();
  const settings = { listen_addresses: "127.0.0.1", port, unix_socket_directories: folder, fsync: "off" };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(join(programs, "postgres"), ["-D", data, ...flags], { ...asUser, cwd: folder });
  let told = "";
  server.stderr.on("data", (text) => (told += text));
  while (!told.includes("ready to accept connections")) {
    if (server.exitCode !== null) throw new Error(`postgres did not start: ${told}`);
    await sleep(50);
  }
  return {
    url: `postgres://pulumi@127.0.0.1:${port}/postgres?sslmode=disable`,
    async close() {
      await ended(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ended(server: ChildProcess): Promise<void> {
  const closed = new Promise((done) => server.once("close", done));
  // A fast shutdown, which does not wait for clients.
  server.kill("SIGINT");
  await closed;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (typeof address !== "object" || address === null) throw new Error("there is no free port");
  return address.port;
}
