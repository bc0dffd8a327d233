import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { pulumiVersion } from "../scripts/engines";
import { type BenchArguments, benchArguments, USAGE } from "./arguments";
import { measureCallsAndState } from "./calls";
import { everyTypeTable, measureEveryType, memoryFigure } from "./every-type";
import { complaints, exitCodeOf, type Figure, figureTable } from "./figure";
import { measureLoading } from "./loading";
import { markdownTable, writeBetweenMarkers } from "./markdown";
import { measureOverhead } from "./overhead";
import { measurePlan } from "./plan";
import { measureProgramStart, programStartTable } from "./program-start";
import { measureScaling, scalingTable } from "./scaling";

const root = resolve(__dirname, "..");

/** What does not belong to the result goes to standard error. */
const told = (line: string) => console.error(line);

async function bench({ mode, json, check, write, flows }: BenchArguments): Promise<void> {
  const machine = environment();
  if (!machine.cli && (write || mode !== "figures")) {
    told(`There is no Pulumi CLI on PATH, and --${mode === "figures" ? "write" : mode} needs it.`);
    process.exitCode = 2;
    return;
  }
  const measured = await measure(mode, flows);
  if (json) console.log(JSON.stringify({ ...machine, [mode]: measured.result }, null, 2));
  else console.log(`${measured.table}\n\n${describe(machine)}`);
  if (write) {
    writeBetweenMarkers(join(root, "docs/performance.md"), mode, `${measured.table}\n\n${describe(machine)}`);
  }
  for (const line of complaints(measured.figures)) told(line);
  process.exitCode = exitCodeOf(measured.figures, check);
}

/** What was measured: as it is, as a table, and the promises among it. */
interface Results {
  readonly result: unknown;
  readonly table: string;
  readonly figures: readonly Figure[];
}

async function measure(mode: BenchArguments["mode"], flows: readonly number[]): Promise<Results> {
  if (mode === "scaling") {
    const rows = await measureScaling(flows, told);
    return { result: rows, table: markdownTable(scalingTable(rows)), figures: [] };
  }
  if (mode === "every-type") {
    const rows = await measureEveryType(flows, told);
    return { result: rows, table: markdownTable(everyTypeTable(rows)), figures: [memoryFigure(rows)] };
  }
  if (mode === "program-start") {
    const starts = await measureProgramStart(told);
    return { result: starts, table: markdownTable(programStartTable(starts)), figures: [] };
  }
  const [count = 200] = flows;
  // First, since it also tells how long the first flow of a process takes.
  const plan = await measurePlan();
  const loading = measureLoading();
  const figures = [...(await measureCallsAndState(count)), ...loading, ...plan, ...(await measureOverhead(count))];
  return { result: figures, table: markdownTable(figureTable(figures)), figures };
}

/** What the numbers hold for. */
interface Machine {
  readonly cli: string | undefined;
  readonly sdk: string;
  readonly node: string;
  readonly cores: number;
}

function environment(): Machine {
  const sdk = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(root, "node_modules/@pulumi/pulumi/package.json"), "utf8")));
  return { cli: pulumiVersion(), sdk: sdk.version, node: process.version, cores: cpus().length };
}

function describe({ cli, sdk, node, cores }: Machine): string {
  const engine = cli ? `Pulumi CLI ${cli}` : "the rehearsal";
  return `Measured with ${engine}, \`@pulumi/pulumi\` ${sdk}, Node.js ${node}, on ${cores} cores.`;
}

function parsed(): BenchArguments | undefined {
  try {
    return benchArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}

const wanted = parsed();
if (wanted) {
  bench(wanted).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 2;
  });
}
