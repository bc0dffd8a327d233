import createProvider = require("pulumi-flows/runtime/v1");

import { kapso, runtype } from "pulumi-flows";
import { startEmulator } from "pulumi-flows-testing";
import type { Figure } from "./figure";
import { median } from "./median";

const ROUNDS = 2000;
/** No measurement takes much longer, in milliseconds. */
const LONGEST = 10_000;

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

const NODES = 1000;

/** A chain of messages, questions, calls and agents. */
const largeGraph = {
  nodes: [
    kapso.node.start(),
    ...Array.from({ length: NODES - 1 }, (_, index) => {
      const id = `node-${index}`;
      if (index % 4 === 0) return kapso.node.sendText(id, { message: `Message ${index}` });
      if (index % 4 === 1) return kapso.node.waitForResponse(id, { save_response_to: "answer" });
      const body_template = { order: "{{vars.answer}}", step: index };
      if (index % 4 === 2) return kapso.node.webhook(id, { url: "https://shop.example", body_template });
      return kapso.node.agent(id, { system_prompt: "Be kind.", temperature: 0.2 });
    }),
  ],
  edges: Array.from({ length: NODES - 1 }, (_, index) =>
    kapso.edge(index === 0 ? "start" : `node-${index - 1}`, `node-${index}`),
  ),
};

/** As many steps as nobody draws by hand. */
const STEPS = 200;

const manySteps = Array.from({ length: STEPS }, (_, index) =>
  runtype.step.prompt(`step ${index}`, {
    model: "small",
    systemPrompt: "You are a helpful assistant of the shop. ".repeat(40),
    userPrompt: index === 0 ? "Answer {{user_message}}" : `Say {{answer_${index - 1}}} in other words`,
    outputVariable: `answer_${index}`,
  }),
);

/** 1 MB of attributes in many small members. */
const largeAttributes = {
  prompt: { model: "small", temperature: 0.2, stop: null },
  examples: Array.from({ length: 7000 }, (_, index) => ({
    id: index,
    question: `What about order ${index}, which was to come last week?`,
    answer: { text: "It is on its way.", tone: "kind", links: [`https://shop.example/${index}`] },
  })),
};

/** How long a preview works on one unchanged flow: check and diff, in the provider as the state loads it. */
export async function measurePlan(): Promise<Figure[]> {
  const emulator = await startEmulator();
  try {
    const kosli = { "kosli:apiUrl": emulator.url, "kosli:apiToken": "bench-token", "kosli:org": "acme" };
    const kapso = { "kapso:apiUrl": emulator.url, "kapso:apiKey": "bench-key" };
    const object = await checkAndDiff("kosli:Flow", kosli, { ...realistic, name: "object", template });
    const text = await checkAndDiff("kosli:Flow", kosli, { ...realistic, name: "text", template: templateText });
    const graph = await checkAndDiff("kapso:Workflow", kapso, { name: "bot", definition: largeGraph });
    const runtypeSettings = { "runtype:apiUrl": emulator.url, "runtype:apiKey": "bench-key" };
    const steps = await checkAndDiff("runtype:Flow", runtypeSettings, { name: "support", steps: manySteps });
    const humanloop = { "humanloop:apiUrl": emulator.url, "humanloop:apiKey": "bench-key" };
    const attributes = await checkAndDiff("humanloop:Flow", humanloop, {
      path: "support",
      attributes: largeAttributes,
    });
    const megabytes = (JSON.stringify(largeAttributes).length / 1e6).toFixed(1);
    const name = (kind: string) => `check and diff of one flow with a template ${kind} of 30 attestations`;
    const promise = { limit: 1, unit: "ms", measured: true } as const;
    return [
      // Only the first flow of a process meets code that never ran.
      { ...promise, name: name("object"), value: object.usual, note: `the first one ${object.first.toFixed(0)} ms` },
      { ...promise, name: name("text"), value: text.usual },
      {
        ...promise,
        limit: 50,
        name: `check and diff of one Kapso workflow of ${NODES} nodes`,
        value: graph.usual,
        note: `the first one ${graph.first.toFixed(0)} ms`,
      },
      {
        ...promise,
        limit: 10,
        name: `check and diff of one Runtype flow of ${STEPS} steps`,
        value: steps.usual,
        note: `the first one ${steps.first.toFixed(0)} ms`,
      },
      {
        ...promise,
        limit: 50,
        name: `check and diff of one Humanloop flow with ${megabytes} MB of attributes`,
        value: attributes.usual,
        note: `the first one ${attributes.first.toFixed(0)} ms`,
      },
    ];
  } finally {
    await emulator.close();
  }
}

/** Milliseconds for one flow: the first time, and the median after a warm-up. */
async function checkAndDiff(
  token: string,
  config: Readonly<Record<string, string>>,
  args: Record<string, unknown>,
): Promise<{ first: number; usual: number }> {
  const provider = createProvider(token);
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
  const first = firstCheck + firstDiff;
  // Enough rounds for a median, in seconds also for what is large.
  const rounds = Math.min(ROUNDS, Math.ceil(LONGEST / first));
  for (let round = 0; round < rounds / 4; round++) await both();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await timed(both));
  return { first, usual: median(times) };
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await action();
  return performance.now() - begun;
}
