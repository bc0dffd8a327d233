import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A Pulumi program in a temporary folder, beside which `bare-provider` can be loaded. */
export class Workspace {
  readonly #top = mkdtempSync(join(tmpdir(), "pulumi-flows-bench-"));
  readonly folder = join(this.#top, "program");

  constructor() {
    const modules = join(dirname(__dirname), "node_modules");
    mkdirSync(this.folder);
    mkdirSync(join(this.#top, "node_modules"));
    symlinkSync(modules, join(this.folder, "node_modules"), "dir");
    symlinkSync(join(modules, "axios"), join(this.#top, "node_modules/axios"), "dir");
    copyFileSync(join(__dirname, "bare/provider.js"), join(this.#top, "node_modules/bare-provider.js"));
    this.write("package.json", JSON.stringify({ name: "bench", private: true }));
  }

  write(file: string, content: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), content);
  }

  remove(): void {
    rmSync(this.#top, { recursive: true, force: true });
  }
}
