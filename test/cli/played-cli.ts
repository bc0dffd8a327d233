import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a Pulumi CLI that is played by a script does. */
export interface PlayedCli {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
}

/** Writes a CLI into a folder of the path, which answers every command but `version` so; `called` there tells the last one. */
export function writeCli(folder: string, { stdout = "", stderr = "", code = 0 }: PlayedCli): void {
  const script = `#!${process.execPath}
if (process.argv[2] === "version") {
  console.log("v3.260.0");
  process.exit();
}
require("node:fs").writeFileSync(${JSON.stringify(join(folder, "called"))}, process.argv.slice(2).join(" "));
process.stdout.write(${JSON.stringify(stdout)});
process.stderr.write(${JSON.stringify(stderr)});
process.exitCode = ${code};
`;
  writeFileSync(join(folder, "pulumi"), script);
  chmodSync(join(folder, "pulumi"), 0o755);
}
