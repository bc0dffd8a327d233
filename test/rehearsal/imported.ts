import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Stage } from "./stage";

/** Brings a story up, forgets its state, and writes the file that imports its resources again. Answers with its path. */
export async function forgottenAndWritten(stage: Stage, story: string): Promise<string> {
  await stage.run("up", story, 1);
  const { resources } = (await stage.exported()).deployment;
  const flows = resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"));
  const entries = flows.map(({ type, urn, id, inputs, outputs }) => ({
    type,
    name: urn.split("::").at(-1),
    id,
    inputs,
    outputs,
  }));
  rmSync(join(stage.folder, ".rehearsal"), { recursive: true });
  const file = join(stage.folder, "import.json");
  writeFileSync(file, JSON.stringify({ resources: entries }));
  return file;
}
