import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Emulator } from "../../testing/src/emulator";

const root = resolve(__dirname, "../..");

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly printed: string;
}

/** A customer on the list. */
export interface Customer {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (printed += data));
  const [code] = await once(child, "close");
  return { code, printed };
}

/** A machine: a copy of examples/automation in a temporary folder, whose vendors an emulator plays. */
export class Customers {
  readonly folder = mkdtempSync(join(tmpdir(), "pulumi-flows-customers-"));
  /** The folder of the program that each customer's stack runs. */
  readonly program = join(this.folder, "customer");
  readonly env: Record<string, string>;

  /** @param backend the address of Pulumi's backend; default: files in the folder */
  constructor(emulator: Emulator, backend?: string) {
    cpSync(join(root, "examples/automation"), this.folder, { recursive: true });
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"), "dir");
    const files = join(this.folder, "backend");
    mkdirSync(files);
    this.env = {
      PULUMI_BACKEND_URL: backend ?? `file://${files}`,
      PULUMI_HOME: join(this.folder, ".pulumi-home"),
      PULUMI_CONFIG_PASSPHRASE: "try-out",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      KAPSO_API_URL: emulator.url,
      KAPSO_API_KEY: "test-key",
      KOSLI_API_URL: emulator.url,
      KOSLI_API_TOKEN: "test-token",
      KOSLI_ORG: "acme",
      RUNTYPE_API_URL: emulator.url,
      RUNTYPE_API_KEY: "test-key",
    };
  }

  /** Runs the example to its end. */
  async drive(...args: readonly string[]): Promise<Ended> {
    return ended(
      spawn(process.execPath, ["-r", "ts-node/register/transpile-only", "index.ts", ...args], {
        cwd: this.folder,
        env: { ...process.env, ...this.env },
      }),
    );
  }

  /** Changes the list of customers, and answers with what puts it back. */
  rewrite(change: (customers: readonly Customer[]) => readonly Customer[]): () => void {
    const file = join(this.folder, "customers.json");
    const before = readFileSync(file, "utf8");
    writeFileSync(file, JSON.stringify(change(JSON.parse(before))));
    return () => writeFileSync(file, before);
  }

  /** Runs the CLI in the folder of the program. */
  async pulumi(...args: readonly string[]): Promise<Ended> {
    return ended(spawn("pulumi", args, { cwd: this.program, env: { ...process.env, ...this.env } }));
  }

  /** Holds the next run of a customer's stack before its end, until it is released. */
  hold(customer: string): { begun(): Promise<void>; release(): void } {
    const held = join(this.folder, `${customer}.held`);
    const begun = join(this.folder, `${customer}.begun`);
    writeFileSync(held, "");
    appendFileSync(
      join(this.program, "index.ts"),
      `
import { existsSync, writeFileSync } from "node:fs";
if (pulumi.getStack() === ${JSON.stringify(customer)} && existsSync(${JSON.stringify(held)})) {
  writeFileSync(${JSON.stringify(begun)}, "");
  const waiting = setInterval(() => existsSync(${JSON.stringify(held)}) || clearInterval(waiting), 50);
}
`,
    );
    return {
      async begun() {
        while (!existsSync(begun)) await sleep(50);
      },
      release: () => rmSync(held),
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
