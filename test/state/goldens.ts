import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { VERSION } from "../../provider/lifecycle/migrate";
import { KosliBench } from "../harness/kosli-lifecycle";
import { cases } from "./cases";

const folder = join(__dirname, "goldens");

/** Stands for the emulator's address, which is another one each time. */
const HOST = "http://vendor.test";

const values = z.record(z.string(), z.unknown());
const golden = z.record(z.string(), z.object({ id: z.string(), inputs: values.optional(), state: values }));

/** What Pulumi kept of each case. */
export type Golden = z.output<typeof golden>;

/** The states of one type in one version, with the address of this emulator in them. */
export function readGolden(name: string, version: number, url: string): Golden {
  const text = readFileSync(join(folder, `${name}.v${version}.json`), "utf8");
  return golden.parse(JSON.parse(text.replaceAll(HOST, url)));
}

/** The versions of which there are states of a type. */
export function versionsOf(name: string): number[] {
  return readdirSync(folder)
    .flatMap((file) => (file.startsWith(`${name}.v`) ? [Number(/\.v(\d+)\.json$/.exec(file)?.[1])] : []))
    .sort((a, b) => a - b);
}

/** The states that this version writes, and what a lookup keeps. */
export async function writtenNow(bench: KosliBench): Promise<Golden> {
  const written: Golden = {};
  for (const [name, args] of Object.entries(cases["kosli-flow"] ?? {})) {
    const inputs = bench.inputs(args);
    written[name] = { ...(await bench.run().lifecycle.create(inputs)), inputs };
  }
  const found = await bench.run().lifecycle.read("acme/full", {});
  if (found) written.looked_up = { id: found.id, state: found.state };
  return written;
}

/** Records the states of a new version: `node -r ts-node/register/transpile-only test/state/goldens.ts`. */
async function record(): Promise<void> {
  const file = join(folder, `kosli-flow.v${VERSION}.json`);
  if (existsSync(file)) throw new Error(`${file} is there: a golden is never changed. Write a migration first.`);
  const bench = await KosliBench.start({ now: () => Date.UTC(2026, 0, 1) });
  writeFileSync(file, `${JSON.stringify(await writtenNow(bench), null, 2).replaceAll(bench.emulator.url, HOST)}\n`);
  await bench.emulator.close();
}

if (require.main === module) void record();
