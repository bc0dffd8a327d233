import type { Operation } from "../scripts/engines";
import type { Figure } from "./figure";
import { MEMORY } from "./limits";
import { type MeasuredProgramOptions, measuredProgram } from "./measured-program";
import { providerMemory } from "./provider-memory";

/** The flow types of the program `every-type`: one resource of each makes a set. */
const TYPES_IN_SET = 10;

const LIFE: readonly { readonly title: string; readonly operation: Operation; readonly variant?: string }[] = [
  { title: "up (create)", operation: "up" },
  { title: "up, nothing changed", operation: "up" },
  { title: "up (change all)", operation: "up", variant: "changed" },
  { title: "refresh", operation: "refresh" },
  { title: "destroy", operation: "destroy" },
];

/** One operation on a stack with so many flows of every type. */
export interface EveryTypeRow {
  readonly flows: number;
  readonly operation: string;
  readonly calls: number;
  readonly milliseconds: number;
  /** The most memory of the provider process, in bytes; `undefined` where the machine does not tell. */
  readonly memory: number | undefined;
}

/**
 * Runs the life of stacks with so many flows of every type each; the vendors answer at once.
 *
 * @param how the vendors answer, and how many operations are made at once, where that is not as usual
 */
export async function measureEveryType(
  sizes: readonly number[],
  told: (line: string) => void,
  how: Pick<MeasuredProgramOptions, "switches" | "parallel"> = {},
): Promise<EveryTypeRow[]> {
  const stackOf = (flows: number) => `each-${flows}`;
  // Pulumi writes the whole state after every step: at ten thousand resources that is nearly all it would do.
  const env = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
  const program = await measuredProgram("every-type", { ...how, stacks: sizes.map(stackOf), env });
  const rows: EveryTypeRow[] = [];
  try {
    for (const flows of sizes) {
      program.reset();
      for (const { title, operation, variant } of LIFE) {
        told(`${flows} of every type: ${title}`);
        const { result, peak } = await providerMemory(() => program.run(operation, stackOf(flows), flows, variant));
        rows.push({ flows, operation: title, ...result, memory: peak });
      }
    }
    return rows;
  } finally {
    await program.end();
  }
}

/** The promise of memory, kept by the largest of all rows. */
export function memoryFigure(rows: readonly EveryTypeRow[]): Figure {
  const promise = { name: "memory of the provider process", limit: MEMORY, unit: "MiB" } as const;
  const told = rows.flatMap(({ memory }) => memory ?? []);
  if (told.length === 0)
    return { ...promise, measured: false, reason: "this machine does not tell the memory of processes" };
  return { ...promise, measured: true, value: Math.max(...told) / 2 ** 20 };
}

/** The rows of the table: seconds, and MiB. */
export function everyTypeTable(rows: readonly EveryTypeRow[]): string[][] {
  return [
    ["Of every type", "Resources", "Operation", "Calls", "Calls per resource", "Seconds", "Memory of the provider"],
    ...rows.map(({ flows, operation, calls, milliseconds, memory }) => [
      String(flows),
      String(flows * TYPES_IN_SET),
      operation,
      String(calls),
      (calls / flows / TYPES_IN_SET).toFixed(2),
      (milliseconds / 1000).toFixed(1),
      memory === undefined ? "not told" : `${Math.round(memory / 2 ** 20)} MiB`,
    ]),
  ];
}
