import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { VERSION } from "../../provider/lifecycle/migrate";
import { only } from "../../provider/lifecycle/values";
import type { Bench } from "../harness/bench";
import { type Case, cases } from "./cases";

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
export async function writtenNow(bench: Bench, { programs, lookUpBy = [] }: Case): Promise<Golden> {
  const written: Golden = {};
  for (const [name, args] of Object.entries(programs)) {
    const inputs = bench.inputs(args);
    written[name] = { ...(await bench.run().lifecycle.create(inputs)), inputs };
  }
  const { id = "", inputs = {} } = written.full ?? {};
  const found = await bench.run().lifecycle.read(id, only(inputs, lookUpBy));
  if (found) written.looked_up = { id: found.id, state: found.state };
  return JSON.parse(JSON.stringify(written));
}

/** Records the states of a new version: `node -r ts-node/register/transpile-only test/state/goldens.ts`. */
async function record(): Promise<void> {
  for (const [name, each] of Object.entries(cases)) {
    const file = join(folder, `${name}.v${VERSION}.json`);
    if (existsSync(file)) {
      console.log(`${file} is there: a golden is never changed. For another shape write a migration first.`);
      continue;
    }
    const { bench } = await each.open();
    const written = JSON.stringify(await writtenNow(bench, each), null, 2);
    writeFileSync(file, `${written.replaceAll(bench.emulator.url, HOST)}\n`);
    await bench.emulator.close();
  }
}

if (require.main === module) void record();
