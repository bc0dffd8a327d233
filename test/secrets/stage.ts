import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { type RehearsalOptions, rehearse } from "pulumi-flows-testing";
import { main } from "../../provider/cli/main";
import { allVendors } from "../../provider/vendors";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { BESIDE, HELPER } from "../conformance/subjects/kapso-world";
import { QUICK_START } from "../harness/compiled";
import { type CanaryFlow, canaryFlows, type KEY_SOURCES, keys, MARK } from "./programs";

const root = resolve(__dirname, "../..");

/** What a command printed, in both streams. */
export interface Printed {
  readonly what: string;
  readonly ok: boolean;
  readonly text: string;
}

/** Options of one operation. */
export interface Step {
  readonly version?: number;
  readonly refresh?: boolean;
  /** The stack; default `dev`. */
  readonly stack?: string;
  /** Whether the keys are in the environment alone. */
  readonly environmentOnly?: boolean;
}

/** A program full of canaries in a folder of its own, an emulator, and whatever was seen of both. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "pulumi-flows-secrets-"));
  readonly #keys = Object.values(keys());
  readonly #watch = new ProcessWatch(this.folder);
  printed: Printed[] = [];

  private constructor(
    readonly emulator: Emulator,
    /** Whether there is Pulumi's CLI, or the rehearsal. */
    readonly isCli: boolean,
  ) {
    cpSync(join(__dirname, "program"), this.folder, { recursive: true });
    mkdirSync(join(this.folder, "tmp"));
    mkdirSync(join(this.folder, "node_modules"));
    writeFileSync(join(this.folder, "package.json"), '{"name":"canaries","private":true}');
    for (const name of ["@pulumi", "pulumi-flows"])
      symlinkSync(join(root, "node_modules", name), join(this.folder, "node_modules", name));
  }

  static async open(isCli: boolean): Promise<Stage> {
    const emulator = await startEmulator({
      seed: {
        kapso: {
          workflows: [{ id: BESIDE, name: "Beside" }],
          functions: [{ id: HELPER, name: "Helper", code: "export default {}" }],
        },
      },
    });
    const stage = new Stage(emulator, isCli);
    if (isCli) for (const stack of ["dev", "twin"]) await stage.#must(["stack", "init", stack]);
    return stage;
  }

  async close(): Promise<void> {
    this.#watch.stop();
    await this.emulator.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What processes showed of canaries: command lines and environments. */
  get seen(): ReadonlySet<string> {
    return this.#watch.seen;
  }

  /** Everything by which a vendor is reached, but for keys. */
  get #plain(): Record<string, string> {
    const { url } = this.emulator;
    const addresses = allVendors().map(({ name }) => [`${name}:apiUrl`, url]);
    return { ...Object.fromEntries(addresses), "kapso:legacyApiUrl": url, "kosli:org": "acme" };
  }

  #keysOf(source: (typeof KEY_SOURCES)[number]) {
    return this.#keys.filter((each) => each.source === source);
  }

  /** Settings that are stored as secrets. */
  #secret(environmentOnly = false): Record<string, string> {
    const others = this.#keysOf("explicit provider").map(({ vendor, key }) => [`canaries:other-${vendor}`, key]);
    const own = this.#keysOf("configuration").map(({ vendor, setting, key }) => [`${vendor}:${setting}`, key]);
    return Object.fromEntries([...others, ...(environmentOnly ? [] : own)]);
  }

  get #environment(): Record<string, string> {
    return {
      ...Object.fromEntries(this.#keysOf("environment").map(({ variable, key }) => [variable, key])),
      TMPDIR: join(this.folder, "tmp"),
      PULUMI_CONFIG_PASSPHRASE: "a passphrase",
      PULUMI_BACKEND_URL: `file://${this.folder}`,
      PULUMI_HOME: join(this.folder, ".pulumi-home"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  }

  /** Writes what the program says. */
  write(flows: readonly CanaryFlow[]): void {
    const providers = this.#keysOf("explicit provider").map(({ vendor, setting }) => ({
      vendor,
      key: setting,
      args: { apiUrl: this.emulator.url, ...(vendor === "kosli" ? { org: "acme" } : {}) },
    }));
    writeFileSync(join(this.folder, "program.json"), JSON.stringify({ mark: MARK, resources: flows, providers }));
  }

  /** Runs an operation of the engine, at the finest level of its log. */
  async run(operation: "preview" | "up" | "refresh" | "destroy", step: Step = {}): Promise<Printed> {
    const { version = 1, refresh = false, stack = "dev", environmentOnly = false } = step;
    this.write(canaryFlows(version));
    const what = `${operation}${refresh ? " --refresh" : ""} of ${stack} v${version}`;
    return this.isCli
      ? this.#runCli(what, operation, stack, refresh, environmentOnly)
      : this.#rehearse(what, { operation, stack, refresh, secretConfig: this.#secret(environmentOnly) });
  }

  async #rehearse(
    what: string,
    options: Pick<RehearsalOptions, "operation" | "stack" | "refresh" | "secretConfig">,
  ): Promise<Printed> {
    const lines: string[] = [];
    const result = await rehearse({
      ...options,
      ...this.#rehearsed,
      diff: true,
      output: (line) => lines.push(line),
    });
    return this.#keep({ what, ok: result.ok, text: [...lines, JSON.stringify(result)].join("\n") });
  }

  get #rehearsed() {
    return { cwd: this.folder, config: this.#plain, env: { ...this.#environment, ...QUICK_START } };
  }

  async #runCli(
    what: string,
    operation: string,
    stack: string,
    refresh: boolean,
    environmentOnly: boolean,
  ): Promise<Printed> {
    const secrets = this.#secret(environmentOnly);
    const path = ["config", "set-all", "--stack", stack];
    // The test's own command line, which users are told to avoid, is not looked at.
    this.#watch.pause();
    rmSync(join(this.folder, `Pulumi.${stack}.yaml`), { force: true });
    await this.#must([
      ...path,
      ...Object.entries(this.#plain).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]),
      ...Object.entries(secrets).flatMap(([key, value]) => ["--secret", `${key}=${value}`]),
    ]);
    this.#watch.resume();
    const flags = operation === "preview" ? ["--diff"] : ["--yes", "--skip-preview"];
    return this.#keep({
      what,
      ...(await this.#spawn("pulumi", [
        operation,
        ...["--stack", stack, ...flags, ...(refresh ? ["--refresh"] : [])],
        ...["--non-interactive", "--color", "never", "--debug", "-v=9", "--logtostderr", "--logflow"],
      ])),
    });
  }

  async #told(args: readonly string[]): Promise<string> {
    const { ok, text, stdout } = await this.#spawn("pulumi", [...args, "--non-interactive"]);
    if (!ok) throw new Error(`pulumi ${args.join(" ")} failed: ${text}`);
    return stdout;
  }

  async #must(args: readonly string[]): Promise<string> {
    const { ok, text } = await this.#spawn("pulumi", [...args, "--non-interactive"]);
    if (!ok) throw new Error(`pulumi ${args[0]} ${args[1]} failed: ${text}`);
    return text;
  }

  /** What a preview of this version of the program tells other programs. */
  async previewed(version: number): Promise<string> {
    this.write(canaryFlows(version));
    if (this.isCli) return this.#told(["preview", "--json", "--stack", "dev"]);
    return JSON.stringify(
      await rehearse({
        operation: "preview",
        stack: "dev",
        secretConfig: this.#secret(),
        ...this.#rehearsed,
        output: () => undefined,
      }),
    );
  }

  /** The state of a stack as it is exported. */
  async exported(showSecrets: boolean): Promise<string> {
    if (!this.isCli) {
      const { exportState } = await import("pulumi-flows-testing");
      return JSON.stringify(await exportState({ cwd: this.folder, stack: "dev", showSecrets, env: this.#environment }));
    }
    return this.#must(["stack", "export", "--stack", "dev", ...(showSecrets ? ["--show-secrets"] : [])]);
  }

  /** Runs a command of `pulumi-flows`, with the keys of the environment. */
  async command(args: readonly string[], stdin?: string): Promise<Printed> {
    const env = { ...this.#environment, ...this.#variables };
    const before = { ...process.env };
    Object.assign(process.env, env);
    let text = "";
    const say = (said: string) => {
      text += said;
    };
    try {
      const code = await main(args, { stdout: say, stderr: say, stdin: async () => stdin, cwd: this.folder });
      return this.#keep({ what: `pulumi-flows ${args.join(" ")}`, ok: code === 0, text });
    } finally {
      for (const name of Object.keys(env)) delete process.env[name];
      Object.assign(process.env, before);
    }
  }

  #spawn(file: string, args: readonly string[]): Promise<{ ok: boolean; text: string; stdout: string }> {
    const env = { ...process.env, ...this.#environment };
    return new Promise((done, failed) => {
      const child = spawn(file, args, { cwd: this.folder, env, stdio: ["ignore", "pipe", "pipe"] });
      const chunks: string[] = [];
      let stdout = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => chunks.push(String(chunk)));
      child.stdout.on("data", (chunk) => {
        stdout += String(chunk);
      });
      child.on("error", failed);
      child.on("close", (code) => done({ ok: code === 0, text: chunks.join(""), stdout }));
    });
  }

  /** The addresses, for commands that are told no configuration. */
  get #variables(): Record<string, string> {
    const { url } = this.emulator;
    const addresses = allVendors().map(({ name }) => [`${name.toUpperCase()}_API_URL`, url]);
    return { ...Object.fromEntries(addresses), KAPSO_LEGACY_API_URL: url, KOSLI_ORG: "acme" };
  }

  #keep(printed: Printed): Printed {
    this.printed.push(printed);
    return printed;
  }

  /** Every file that is there, but for what is linked in and the program's own text. */
  files(): { readonly path: string; readonly text: string }[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name))
      .map((path) => ({ path: relative(this.folder, path), text: readFileSync(path, "latin1") }))
      .filter(({ path }) => path !== "program.json" && !path.startsWith("node_modules/"));
  }
}

/** Looks at command lines and environments of processes that run in a folder, as long as they live. */
class ProcessWatch {
  /** `cmdline: …` and `environ: NAME=…`, of whatever holds the beginning of a canary. */
  readonly seen = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(readonly folder: string) {
    this.resume();
  }

  resume(): void {
    this.#timer = setInterval(() => this.#look(), 40);
  }

  pause(): void {
    clearInterval(this.#timer);
  }

  stop(): void {
    this.pause();
  }

  #look(): void {
    for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        if (Number(id) === process.pid || !readlinkSync(`/proc/${id}/cwd`).startsWith(this.folder)) continue;
        for (const [file, of] of [
          ["cmdline", "command line"],
          ["environ", "environment"],
        ] as const)
          for (const part of readFileSync(`/proc/${id}/${file}`, "utf8").split("\0"))
            if (part.includes("cnr")) this.seen.add(`${of}: ${part}`);
      } catch {
        // It has ended, or is somebody else's.
      }
    }
  }
}
