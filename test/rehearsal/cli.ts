import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RehearsalOptions } from "../../testing/src/rehearsal/rehearse";
import type { ResourceState } from "../../testing/src/rehearsal/state";

/** Is there a Pulumi CLI on PATH? */
export function findPulumi(): boolean {
  return spawnSync("pulumi", ["version"], { env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" } }).status === 0;
}

/** A stack of the real CLI, kept in a folder. */
export interface CliStack {
  run(operation: RehearsalOptions["operation"], flags?: string[]): Promise<{ ok: boolean; text: string }>;
  exportState(): Promise<{ version: number; deployment: { resources?: ResourceState[] } }>;
  importState(state: unknown): Promise<void>;
}

/** Makes a stack `dev` for the program in `folder`, with its configuration. */
export async function createCliStack(
  folder: string,
  env: Record<string, string | undefined>,
  config: { plain: Record<string, string>; secret: Record<string, string> },
): Promise<CliStack> {
  const home = join(folder, ".pulumi-home");
  mkdirSync(home, { recursive: true });
  const settings = { PULUMI_HOME: home, PULUMI_BACKEND_URL: `file://${home}`, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const pulumi = (...args: string[]) =>
    new Promise<{ ok: boolean; text: string }>((resolve) => {
      const child = spawn("pulumi", [...args, "--non-interactive"], {
        cwd: folder,
        env: { ...process.env, ...env, ...settings },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let text = "";
      let errors = "";
      child.stdout.on("data", (data) => (text += data));
      child.stderr.on("data", (data) => (errors += data));
      child.on("close", (code) => resolve({ ok: code === 0, text: code === 0 ? text : text + errors }));
    });
  const must = async (...args: string[]) => {
    const result = await pulumi(...args);
    if (!result.ok) throw new Error(`pulumi ${args.join(" ")} failed:\n${result.text}`);
    return result.text;
  };
  await must("stack", "init", "dev");
  for (const [key, value] of Object.entries(config.plain)) await must("config", "set", key, value);
  for (const [key, value] of Object.entries(config.secret)) await must("config", "set", "--secret", key, value);
  return {
    run: (operation, flags = []) => {
      const ends = operation === "preview" ? [] : ["--yes", "--skip-preview"];
      return pulumi(operation, "--stack", "dev", ...ends, ...flags);
    },
    exportState: async () => JSON.parse(await must("stack", "export", "--show-secrets")),
    importState: async (state) => {
      const file = join(folder, "import.json");
      writeFileSync(file, JSON.stringify(state));
      await must("stack", "import", "--file", file);
    },
  };
}
