import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ExportedState, exportState } from "../../testing/src/rehearsal/export";
import { type RehearsalOptions, type RehearsalResult, rehearse } from "../../testing/src/rehearsal/rehearse";
import type { ResourceState } from "../../testing/src/rehearsal/state";
import { QUICK_START } from "../harness/compiled";
import { type FakeFlow, type FakeVendor, startFakeVendor } from "./fake-vendor";

/** One step of a story: an operation at a version of the program, or what somebody does at the vendor. */
export type StoryStep =
  | [operation: RehearsalOptions["operation"], version: number, outcome?: "fails"]
  | { vendor: (flows: Map<string, FakeFlow>) => void };

/** The stories that the fixture program tells. */
export const stories: Record<string, { steps: StoryStep[] }> = require("./program/stories").stories;

/** A copy of the fixture program with a vendor of its own. */
export interface Stage {
  folder: string;
  vendor: FakeVendor;
  /** What the last run printed. */
  lines: string[];
  env: Record<string, string | undefined>;
  run(
    operation: RehearsalOptions["operation"],
    story: string,
    version: number,
    more?: Partial<RehearsalOptions>,
  ): Promise<RehearsalResult>;
  /** The state's resources, secrets in clear. */
  state(): Promise<ResourceState[]>;
  /** The state as the CLI imports it. */
  exported(): Promise<ExportedState>;
  close(): Promise<void>;
}

/** Sets up the program in a temporary folder, so that no run leaves anything in the repository. */
export async function createStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "rehearsal-"));
  cpSync(join(__dirname, "program"), folder, { recursive: true });
  symlinkSync(resolve(__dirname, "../../node_modules"), join(folder, "node_modules"));
  const vendor = await startFakeVendor();
  const env = { ...QUICK_START, PULUMI_CONFIG_PASSPHRASE: "test", PULUMI_CONFIG_PASSPHRASE_FILE: undefined };
  const stage: Stage = {
    folder,
    vendor,
    lines: [],
    env,
    run: (operation, story, version, more = {}) => {
      stage.lines = [];
      return rehearse({
        operation,
        cwd: folder,
        stack: "dev",
        output: (line) => stage.lines.push(line),
        ...more,
        config: { "fake:apiUrl": vendor.url, ...more.config },
        secretConfig: { "fake:apiToken": "s3cret-token", ...more.secretConfig },
        env: { ...env, STORY: story, VERSION: String(version), ...more.env },
      });
    },
    state: async () => (await stage.exported()).deployment.resources,
    exported: () => exportState({ cwd: folder, stack: "dev", showSecrets: true, env }),
    close: async () => {
      await vendor.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return stage;
}
