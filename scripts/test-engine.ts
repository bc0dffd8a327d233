import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { pulumiVersion } from "./engines";
import { sourceHash } from "./source-hash";

/**
 * Runs the stories of test/engine on the real Pulumi CLI, and with --record writes what came of it to
 * docs/engine-run.json, so that anyone can see on what the last claim rests.
 */
const root = resolve(__dirname, "..");
const { values } = parseArgs({ options: { record: { type: "boolean", default: false } } });
const version = pulumiVersion();
if (!version) {
  console.error(
    "There is no Pulumi CLI on PATH: the engine tests cannot run for real. Install it, or run `npm test` for the rehearsal.",
  );
  process.exit(1);
}

const report = z.object({ stats: z.object({ passes: z.number(), failures: z.number() }) });

const mocha = [
  "mocha",
  "--reporter",
  "json",
  "--reporter-option",
  "output=coverage/engine.json",
  "--spec",
  "test/engine/engine.test.ts",
  "--grep",
  "^engines pulumi",
];
rmSync(join(root, "coverage/engine.json"), { force: true });
const run = spawnSync("npx", mocha, { cwd: root, stdio: "inherit" });
const { passes, failures } = report.parse(JSON.parse(readFileSync(join(root, "coverage/engine.json"), "utf8"))).stats;
console.log(`pulumi ${version}: ${passes} passed, ${failures} failed`);
if (values.record && passes > 0 && run.status === failures) {
  const sdk = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(root, "node_modules/@pulumi/pulumi/package.json"), "utf8")));
  const record = {
    cli: version,
    sdk: sdk.version,
    node: process.version,
    source: sourceHash(root, ["provider", "testing/src", "test/engine", "test/toy"]),
    passed: passes,
    failed: failures,
  };
  writeFileSync(join(root, "docs/engine-run.json"), `${JSON.stringify(record, null, 2)}\n`);
}
process.exitCode = passes > 0 ? (run.status ?? 1) : 1;
