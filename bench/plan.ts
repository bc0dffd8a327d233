import createProvider = require("pulumi-flows/runtime/v1");

import { startEmulator } from "pulumi-flows-testing";
import type { Figure } from "./figure";
import { median } from "./median";

const ROUNDS = 2000;
const WARM_UP = 500;

const attestations = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `${prefix}-${index}`, type: "generic" }));

/** Thirty attestations: five of the trail, and five of each of five artifacts. */
const template = {
  version: 1,
  trail: {
    attestations: attestations("trail", 5),
    artifacts: Array.from({ length: 5 }, (_, index) => ({
      name: `image-${index}`,
      attestations: attestations(`check-${index}`, 5),
    })),
  },
};

const templateText = [
  "version: 1",
  "trail:",
  "  attestations:",
  ...Array.from({ length: 30 }, (_, index) => `    - { name: check-${index}, type: generic }`),
  "",
].join("\n");

const realistic = { description: "Builds the image", visibility: "private", tags: { team: "web", tier: "one" } };

/** How long a preview works on one unchanged flow: check and diff, in the provider as the state loads it. */
export async function measurePlan(): Promise<Figure[]> {
  const emulator = await startEmulator();
  try {
    const object = await checkAndDiff(emulator.url, { ...realistic, name: "object", template });
    const text = await checkAndDiff(emulator.url, { ...realistic, name: "text", template: templateText });
    const name = (kind: string) => `check and diff of one flow with a template ${kind} of 30 attestations`;
    const promise = { limit: 1, unit: "ms", measured: true } as const;
    return [
      // Only the first flow of a process meets code that never ran.
      { ...promise, name: name("object"), value: object.usual, note: `the first one ${object.first.toFixed(0)} ms` },
      { ...promise, name: name("text"), value: text.usual },
    ];
  } finally {
    await emulator.close();
  }
}

/** Milliseconds for one flow: the first time, and the median after a warm-up. */
async function checkAndDiff(url: string, args: Record<string, unknown>): Promise<{ first: number; usual: number }> {
  const provider = createProvider("kosli:Flow");
  const config: Record<string, string> = { "kosli:apiUrl": url, "kosli:apiToken": "bench-token", "kosli:org": "acme" };
  await provider.configure?.({ config: { get: (key) => config[key], require: (key) => config[key] ?? "" } });
  const check = async () => {
    const checked = await provider.check?.({}, args);
    if (!checked?.inputs || checked.failures?.length) throw new Error(JSON.stringify(checked));
    return checked.inputs;
  };
  const begun = performance.now();
  const inputs = await check();
  const firstCheck = performance.now() - begun;
  const { id, outs = {} } = await provider.create(inputs);
  const diff = async (news: Record<string, unknown>) => {
    const difference = await provider.diff?.(id, outs, news);
    if (difference?.changes !== false)
      throw new Error(`The unchanged flow has a difference: ${JSON.stringify(difference)}`);
  };
  const firstDiff = await timed(() => diff(inputs));
  const both = async () => diff(await check());
  for (let round = 0; round < WARM_UP; round++) await both();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await timed(both));
  return { first: firstCheck + firstDiff, usual: median(times) };
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await action();
  return performance.now() - begun;
}
