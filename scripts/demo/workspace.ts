import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";

const root = resolve(__dirname, "../..");

/** What a copy of the demo program needs beside its own folder. */
const COPIED = ["Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "tsconfig.base.json", "examples/demo"];

/** A copy of the demo program in a temporary folder, so that trying it leaves nothing behind in the repository. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), "pulumi-flows-demo-"));

  constructor() {
    for (const each of COPIED) cpSync(join(root, each), join(this.folder, each), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"), "dir");
    writeFileSync(join(this.folder, "package.json"), JSON.stringify({ name: "shop-support", private: true }));
  }

  /**
   * Edits the program, as a person does in an editor.
   *
   * @throws Error where the text is not there exactly once
   */
  rewrite(from: string, to: string): void {
    const file = join(this.folder, "examples/demo/index.ts");
    const [before, after, ...others] = readFileSync(file, "utf8").split(from);
    if (before === undefined || after === undefined || others.length > 0)
      throw new Error(`The program does not hold this text once: ${from}`);
    writeFileSync(file, before + to + after);
  }

  /** Sets or removes a value of a stack's configuration, as `pulumi config set` and `pulumi config rm` do. */
  configure(stack: string, key: string, value: string | undefined): void {
    const file = join(this.folder, `Pulumi.${stack}.yaml`);
    const settings = parse(readFileSync(file, "utf8"));
    writeFileSync(file, stringify({ ...settings, config: { ...settings.config, [key]: value } }));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
