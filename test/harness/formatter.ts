import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const root = resolve(__dirname, "../..");

/** A TypeScript text as this repository's formatter leaves it. */
export function formatted(text: string): string {
  const biome = resolve(root, "node_modules/.bin/biome");
  const { status, stdout, stderr } = spawnSync(biome, ["format", "--stdin-file-path=program.ts"], {
    cwd: root,
    input: text,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
