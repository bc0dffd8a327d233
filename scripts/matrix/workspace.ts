import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { z } from "zod";

const root = resolve(__dirname, "../..");

const stats = z.object({
  stats: z.object({ passes: z.number(), failures: z.number(), pending: z.number() }),
  failures: z.array(z.object({ fullTitle: z.string(), err: z.object({ message: z.string().optional() }) })),
});

/** What a run of tests came to. */
export type MochaReport = z.output<typeof stats>;

/** Runs a command to its end. Throws where it fails. */
function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8", maxBuffer: 64_000_000 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
}

/** A Node from npm's registry, which publishes its binaries for every system. Answers with its path. */
export function installNode(folder: string, wanted: string): string {
  const system = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${system}-${process.arch}`;
  const prefix = join(folder, `node-${wanted}`);
  const binary = join(prefix, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(binary)) {
    mkdirSync(prefix, { recursive: true });
    run("npm", ["install", "--prefix", prefix, "--no-audit", "--no-fund", `${name}@${wanted}`], prefix);
  }
  return binary;
}

/** The version that a Node says it has. */
export function versionOf(node: string): string {
  const { stdout } = spawnSync(node, ["--version"], { encoding: "utf8" });
  return stdout.trim().replace(/^v/, "");
}

/** A built copy of what is committed, with one SDK. */
export class MatrixCopy {
  private constructor(
    readonly folder: string,
    readonly sdk: string,
  ) {}

  static make(folder: string, wanted: string): MatrixCopy {
    const copy = join(folder, `sdk-${wanted}`);
    rmSync(copy, { recursive: true, force: true });
    run("git", ["clone", "--quiet", root, copy], root);
    run("npm", ["ci", "--no-audit", "--no-fund"], copy);
    // Published packages are built once, with the SDK of the lock file, and meet others at users'.
    run("npm", ["run", "build"], copy);
    const sdk = `@pulumi/pulumi@${wanted}`;
    run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--legacy-peer-deps", sdk], copy);
    const manifest = readFileSync(join(copy, "node_modules/@pulumi/pulumi/package.json"), "utf8");
    return new MatrixCopy(copy, z.object({ version: z.string() }).parse(JSON.parse(manifest)).version);
  }

  /** Runs tests with a Node, which is also that of every process that they start. */
  test(node: string, specs: readonly string[]): MochaReport {
    const report = join(this.folder, "coverage/matrix.json");
    rmSync(report, { force: true });
    const reporter = ["--reporter", "json", "--reporter-option", `output=${report}`];
    const register = ["--no-config", "--require", "ts-node/register/transpile-only", "--extension", "ts"];
    const mocha = ["node_modules/mocha/bin/mocha.js", ...register, "--timeout", "30000", ...reporter, ...specs];
    const PATH = [dirname(node), process.env.PATH].join(delimiter);
    const { stdout, stderr } = spawnSync(node, mocha, {
      cwd: this.folder,
      env: { ...process.env, PATH },
      encoding: "utf8",
      maxBuffer: 256_000_000,
    });
    if (!existsSync(report)) throw new Error(`The tests did not come to an end:\n${stdout.slice(-4000)}${stderr}`);
    return stats.parse(JSON.parse(readFileSync(report, "utf8")));
  }
}
