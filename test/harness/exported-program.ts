import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import ts from "typescript";
import { exportCommand } from "../../provider/cli/export/command";
import { fatesOf, writeFiles } from "../../provider/cli/export/folder";
import type { ExportedFile } from "../../provider/cli/export/program";

const root = resolve(__dirname, "../..");

/** What a run of `pulumi-flows export` said and answered. */
export interface ExportRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder in which exports are made. */
export class ExportFolder {
  readonly path = mkdtempSync(join(tmpdir(), "pulumi-flows-export-"));

  /** Runs the command here, with these variables in the environment. */
  async export(env: Readonly<Record<string, string>>, ...args: string[]): Promise<ExportRun> {
    const before = { ...process.env };
    Object.assign(process.env, env);
    let stdout = "";
    let stderr = "";
    try {
      const code = await exportCommand.run(args, {
        stdout: (text) => {
          stdout += text;
        },
        stderr: (text) => {
          stderr += text;
        },
        stdin: async () => undefined,
        cwd: this.path,
      });
      return { code, stdout, stderr };
    } finally {
      for (const name of Object.keys(env)) delete process.env[name];
      Object.assign(process.env, before);
    }
  }

  /** The texts of all files of an export, by path. */
  files(folder: string): Record<string, string> {
    const files = readdirSync(join(this.path, folder), { recursive: true, withFileTypes: true });
    const paths = files
      .filter((each) => each.isFile())
      .map((each) => relative(join(this.path, folder), join(each.parentPath, each.name)));
    return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(this.path, folder, path), "utf8")]));
  }

  /** Writes files of an export that was not made by the command. */
  write(folder: string, files: readonly ExportedFile[]): void {
    writeFiles(this.path, folder, fatesOf(this.path, folder, files));
  }

  /** Makes the packages of this repository those of an export. */
  install(folder: string): void {
    symlinkSync(join(root, "node_modules"), join(this.path, folder, "node_modules"), "dir");
  }

  /** Sets plain configuration of the stack `dev`. */
  configure(folder: string, values: Readonly<Record<string, string>>): void {
    const lines = Object.entries(values).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}\n`);
    writeFileSync(join(this.path, folder, "Pulumi.dev.yaml"), `config:\n${lines.join("")}`);
  }

  /** What this repository's formatter would change in an export. */
  formatProblems(folder: string): string {
    const { formatter } = JSON.parse(readFileSync(join(root, "biome.json"), "utf8"));
    const settings = mkdtempSync(join(tmpdir(), "pulumi-flows-format-"));
    writeFileSync(join(settings, "biome.json"), JSON.stringify({ formatter, files: { includes: ["**/*.ts"] } }));
    const biome = join(root, "node_modules/.bin/biome");
    const args = ["format", `--config-path=${settings}`, ".", "--max-diagnostics=1"];
    const { status, stderr, stdout } = spawnSync(biome, args, { cwd: join(this.path, folder), encoding: "utf8" });
    rmSync(settings, { recursive: true });
    return status === 0 ? "" : `${stdout}\n${stderr}`;
  }

  /** What the compiler says of an export, more strictly than its own settings ask for. */
  typeProblems(folder: string): string[] {
    const file = join(this.path, folder, "tsconfig.json");
    const { config } = ts.readConfigFile(file, ts.sys.readFile);
    const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, join(this.path, folder));
    // Pulumi emits what it runs, and the compiler then looks at more.
    const strictest = { ...options, noEmit: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
    return ts
      .getPreEmitDiagnostics(ts.createProgram(fileNames, strictest))
      .map(
        ({ file: source, messageText }) => `${source?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
      );
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
