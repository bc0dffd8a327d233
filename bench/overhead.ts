import { pulumiVersion } from "../scripts/engines";
import type { Figure } from "./figure";
import { measuredProgram } from "./measured-program";
import { median } from "./median";

const ROUNDS = 5;
const LATENCY = 50;
const LIMIT = 1.15;
const OPERATIONS = ["up", "refresh"] as const;

/**
 * How long Pulumi takes over flows of this package, over what it takes with the least provider that makes the same calls.
 *
 * Each round runs both, one after the other, since a machine's speed changes; the value is the median of the rounds' ratios.
 */
export async function measureOverhead(flows: number): Promise<Figure[]> {
  const named = (operation: string) =>
    ({
      name: `${operation === "up" ? "creating" : "refreshing"} ${flows} flows at ${LATENCY} ms, over a bare provider`,
      limit: LIMIT,
      unit: "times",
    }) as const;
  if (!pulumiVersion()) {
    const reason = "there is no Pulumi CLI on PATH";
    return OPERATIONS.map((operation) => ({ ...named(operation), measured: false, reason }));
  }
  const stacks = Array.from({ length: ROUNDS }, (_, round) => `round-${round + 1}`);
  const bare = await measuredProgram("bare", { stacks, latency: LATENCY });
  const ours = await measuredProgram("flows", { stacks, latency: LATENCY });
  const ratios: Record<(typeof OPERATIONS)[number], number[]> = { up: [], refresh: [] };
  try {
    for (const stack of stacks) {
      bare.reset();
      ours.reset();
      for (const operation of OPERATIONS) {
        const least = await bare.run(operation, stack, flows);
        const whole = await ours.run(operation, stack, flows);
        if (whole.calls !== least.calls) {
          throw new Error(
            `${operation}: ${whole.calls} calls against ${least.calls} of the bare provider is no comparison.`,
          );
        }
        ratios[operation].push(whole.milliseconds / least.milliseconds);
      }
    }
  } finally {
    await bare.end();
    await ours.end();
  }
  return OPERATIONS.map((operation) => ({
    ...named(operation),
    measured: true,
    value: median(ratios[operation]),
    note: `${Math.min(...ratios[operation]).toFixed(2)} to ${Math.max(...ratios[operation]).toFixed(2)}`,
  }));
}
