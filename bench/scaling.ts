import sortBy from "lodash/sortBy";
import type { Operation } from "../scripts/engines";
import { type Measured, measuredProgram } from "./measured-program";

const LATENCY = 50;

const OPERATIONS: readonly { readonly title: string; readonly operation: Operation }[] = [
  { title: "up (create)", operation: "up" },
  { title: "up, nothing changed", operation: "up" },
  { title: "preview", operation: "preview" },
  { title: "refresh", operation: "refresh" },
  { title: "destroy", operation: "destroy" },
];

/** Where the time of one operation on a stack of so many flows goes; all in milliseconds. */
export interface ScalingRow {
  readonly flows: number;
  readonly operation: string;
  readonly calls: number;
  readonly total: number;
  /** With a bare provider that makes no calls: engine, SDK, start of the program and of the provider. */
  readonly pulumi: number;
  /** What a bare provider takes beyond that for its calls. */
  readonly vendor: number;
  /** What this package takes beyond the bare provider. */
  readonly own: number;
  /** How many times as long as with the bare provider. */
  readonly ratio: number;
}

/** Runs the life of stacks of several sizes on the Pulumi CLI, with the vendor at 50 ms. */
export async function measureScaling(sizes: readonly number[], told: (line: string) => void): Promise<ScalingRow[]> {
  const lives = sizes.flatMap((flows) =>
    Array.from({ length: roundsFor(flows) }, (_, round) => ({ flows, stack: `flows-${flows}-${round + 1}` })),
  );
  const stacks = lives.map(({ stack }) => stack);
  const silent = await measuredProgram("bare", { stacks, latency: LATENCY, env: { BENCH_SILENT: "1" } });
  const bare = await measuredProgram("bare", { stacks, latency: LATENCY });
  const ours = await measuredProgram("flows", { stacks, latency: LATENCY });
  const rounds: ScalingRow[] = [];
  try {
    for (const { flows, stack } of lives) {
      for (const { title, operation } of OPERATIONS) {
        told(`${stack}: ${title}`);
        const alone = await silent.run(operation, stack, flows);
        const least = await bare.run(operation, stack, flows);
        const whole = await ours.run(operation, stack, flows);
        rounds.push(rowOf(flows, title, alone, least, whole));
      }
    }
  } finally {
    for (const each of [silent, bare, ours]) await each.end();
  }
  return sizes.flatMap((flows) =>
    OPERATIONS.map(({ title }) => middle(rounds.filter((row) => row.flows === flows && row.operation === title))),
  );
}

/** Noise is large against what small stacks take. */
function roundsFor(flows: number): number {
  return flows <= 100 ? 3 : 1;
}

function rowOf(flows: number, operation: string, silent: Measured, bare: Measured, ours: Measured): ScalingRow {
  // Without calls the bare provider is the silent one: both have measured the same.
  const quiet = bare.calls === 0;
  const pulumi = quiet ? (silent.milliseconds + bare.milliseconds) / 2 : silent.milliseconds;
  const vendor = quiet ? 0 : bare.milliseconds - silent.milliseconds;
  const total = ours.milliseconds;
  const least = pulumi + vendor;
  return { flows, operation, calls: ours.calls, total, pulumi, vendor, own: total - least, ratio: total / least };
}

/** The round in the middle by its total, so that its shares add up. */
function middle(rounds: readonly ScalingRow[]): ScalingRow {
  const row = sortBy(rounds, "total")[Math.floor(rounds.length / 2)];
  if (!row) throw new Error("There is no round.");
  return row;
}

/** The rows of the table: seconds. */
export function scalingTable(rows: readonly ScalingRow[]): string[][] {
  // Without the sign of a zero.
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1).replace(/^-0\.0$/, "0.0");
  return [
    ["Flows", "Operation", "Calls", "Seconds", "Pulumi", "Vendor", "This package", "Over a bare provider"],
    ...rows.map(({ flows, operation, calls, total, pulumi, vendor, own, ratio }) => [
      String(flows),
      operation,
      String(calls),
      ...[total, pulumi, vendor, own].map(seconds),
      `${ratio.toFixed(2)} ×`,
    ]),
  ];
}
