import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";

/** A TypeScript file of a test as JavaScript, types unchecked: compiled once for programs that are started many times. */
export function compiled(file: string): string {
  return transpileModule(readFileSync(file, "utf8"), {
    compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true },
  }).outputText;
}

/** What makes Pulumi's SDK start in half of the time where it need not serialize functions. */
export const QUICK_START = { NODE_OPTIONS: `--require=${JSON.stringify(join(__dirname, "lazy-sdk.js"))}` };

/** The Pulumi.yaml of a program that {@link compiled} made. */
export function compiledProject(name: string): string {
  return `name: ${name}\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n`;
}
