import { type ExportedProgram, exportedProgram } from "../../provider/cli/export/program";
import type { TakenFlow } from "../../provider/cli/export/taken-flow";
import type { Values } from "../../provider/lifecycle/values";
import { flowTypeOf } from "../../provider/runtime/process";
import type { Emulator } from "../../testing/src";
import { Bench, type Benched } from "./bench";

/** How tests reach each vendor on an emulator. */
export function environmentOf(url: string): Record<string, string> {
  return {
    KOSLI_API_URL: url,
    KOSLI_API_TOKEN: "test-token",
    KOSLI_ORG: "acme",
    KAPSO_API_URL: url,
    KAPSO_LEGACY_API_URL: url,
    KAPSO_API_KEY: "test-key",
    HUMANLOOP_API_URL: url,
    HUMANLOOP_API_KEY: "test-key",
    RUNTYPE_API_URL: url,
    RUNTYPE_API_KEY: "test-key",
  };
}

/** Settings that lead to an emulator, by vendor. */
const SETTINGS: Readonly<Record<string, (url: string) => Record<string, string>>> = {
  kosli: (url) => ({ apiUrl: url, apiToken: "test-token", org: "acme" }),
  kapso: (url) => ({ apiUrl: url, legacyApiUrl: url, apiKey: "test-key" }),
  humanloop: (url) => ({ apiUrl: url, apiKey: "test-key" }),
  runtype: (url) => ({ apiUrl: url, apiKey: "test-key" }),
};

/** Makes a flow as a program would, and answers with its id and outputs. */
export async function makeFlow(emulator: Emulator, token: string, args: Values): Promise<Values & { id: string }> {
  const bench = benchOf(emulator, token);
  const { id, state } = await bench.run().lifecycle.create(bench.inputs(args));
  return { ...state, id };
}

/** A flow type against an emulator. */
export function benchOf(emulator: Emulator, token: string): Bench<unknown, Emulator> {
  const { vendor, type } = flowTypeOf(token);
  const settings = SETTINGS[vendor.name];
  if (!settings) throw new Error(`it is not said how tests reach ${vendor.name}`);
  return new Bench({ vendor, type, settings } as unknown as Benched, emulator);
}

/** Fills an account of each vendor with flows of every type. */
export const ACCOUNTS: Readonly<Record<string, (emulator: Emulator) => Promise<void>>> = {
  async kosli(emulator) {
    const make = (args: Values) => makeFlow(emulator, "kosli:Flow", args);
    await make({ name: "plain" });
    await make({
      name: "Payments",
      description: 'Says "hi", and it\'s it',
      visibility: "public",
      tags: { team: "payments", "cost-center": "42" },
      template: {
        version: 1,
        trail: {
          attestations: [{ name: "jira", type: "jira" }],
          artifacts: [
            {
              name: "web",
              attestations: [
                { name: "unit", type: "junit" },
                { name: "scan", type: "custom:my-scan" },
              ],
            },
          ],
        },
      },
    });
    await make({
      name: "payments",
      template: "# what must be proven\nversion: 1\ntrail:\n  artifacts:\n    - name: web\n",
    });
    await make({ name: "elsewhere", org: "other-org", description: "x".repeat(300) });
  },

  async kapso(emulator) {
    const lookup = await makeFlow(emulator, "kapso:Function", {
      name: "look up an order",
      code: "export default {\n  async fetch() {\n    return new Response('{}');\n  },\n};\n",
      description: "Looks up an order",
      runtimeConfig: { memory: 128 },
      secrets: { SHOP_KEY: "a-secret-of-the-shop" },
    });
    const survey = await makeFlow(emulator, "kapso:Workflow", {
      name: "Survey",
      definition: {
        nodes: [node("start", "start"), node("ask", "send_text", { message: "How was it?" })],
        edges: [edge("start", "ask")],
      },
    });
    const orders = await makeFlow(emulator, "kapso:Workflow", {
      name: "Order bot",
      slug: "orders",
      status: "active",
      description: "Tells where an order is",
      messageDebounceSeconds: 5,
      inboundMessageReadMode: "read_only",
      definition: {
        nodes: [
          node("start", "start"),
          node("greet", "send_text", { message: `Hi {{vars.name}}!\n\nWhere is your order?`, delay_seconds: 2 }),
          node("wait", "wait_for_response"),
          node("find", "function", { function_id: lookup.id }),
          node("which", "decide", {
            decision_type: "ai",
            provider_model_id: "20000000-0000-4000-8000-000000000002",
            conditions: [
              { label: "yes", description: "It was found" },
              { label: "no", description: "It was not found" },
            ],
          }),
          node("call", "webhook", {
            url: "https://shop.example.com/orders",
            method: "POST",
            headers: { Authorization: "Bearer key-of-the-shop", "X-Shop": "shop-4711" },
            body_template: { order: "{{vars.order}}", is_test: false },
          }),
          node("help", "agent", {
            system_prompt: "You help people. ".repeat(30).trim(),
            provider_model_id: "20000000-0000-4000-8000-000000000002",
            flow_agent_webhooks: [
              {
                name: "refund",
                description: "Refunds",
                url: "https://shop.example.com/refund",
                headers: { "X-Key": "refund-key-1" },
              },
            ],
          }),
          node("survey", "call", { workflow_id: survey.id }),
        ],
        edges: [
          edge("start", "greet"),
          edge("greet", "wait"),
          edge("wait", "find"),
          edge("find", "which"),
          edge("which", "call", "yes"),
          edge("which", "help", "no"),
          edge("call", "survey"),
        ],
      },
    });
    await makeFlow(emulator, "kapso:Trigger", {
      workflowId: orders.id,
      triggerType: "inbound_message",
      phoneNumberId: "100000000000001",
    });
    await makeFlow(emulator, "kapso:Trigger", { workflowId: survey.id, triggerType: "api_call", active: false });
  },

  async runtype(emulator) {
    const answer = await makeFlow(emulator, "runtype:Flow", {
      name: "Answer a customer",
      description: "Finds an answer",
      steps: [
        {
          type: "fetch-url",
          name: "Get",
          config: {
            http: { url: "https://shop.example.com", headers: { "X-Key": "key-of-the-shop" } },
            outputVariable: "page",
          },
        },
        {
          type: "prompt",
          name: "Ask",
          enabled: false,
          config: { model: "gpt-5-mini", userPrompt: "Say {{page}}\nbriefly", outputVariable: "said" },
        },
        {
          type: "prompt",
          name: "Ask",
          when: "said.length > 3",
          config: { model: "gpt-5-mini", userPrompt: "Say {{said}}", temperature: 0.5 },
        },
        {
          type: "loop",
          name: "Again",
          config: {
            over: ["a", "b"],
            deep: [
              [1, 2],
              [3, 4],
            ],
          },
        },
        {
          type: "conditional",
          name: "Decide",
          config: {
            condition: "said === 'yes'",
            trueSteps: [
              {
                type: "transform-data",
                name: "Shape",
                config: { script: "return {\n  ok: true,\n};", outputVariable: "shaped" },
              },
            ],
            falseSteps: [],
          },
        },
      ],
    });
    await makeFlow(emulator, "runtype:Flow", { name: "empty" });
    await makeFlow(emulator, "runtype:FlowPublication", { flow: answer.id });
  },

  async humanloop(emulator) {
    emulator.edit({ vendor: "humanloop", action: "createEnvironment", name: "staging" });
    const triage = await makeFlow(emulator, "humanloop:Flow", {
      path: "Support/Triage",
      attributes: {
        prompt: { template: "Sort this:\n{{ticket}}", temperature: 0.2 },
        tools: ["look up", null],
        version: 3,
      },
      versionName: "one",
      versionDescription: "The first",
    });
    await makeFlow(emulator, "humanloop:Flow", { path: "Support/triage 2", attributes: {} });
    await makeFlow(emulator, "humanloop:FlowDeployment", {
      flow: triage.id,
      environment: "staging",
      version: triage.versionId,
    });
    emulator.edit({ vendor: "humanloop", action: "createFile", path: "Support/Accuracy", type: "evaluator" });
    const evaluator = emulator.state().humanloop.files.find(({ type }) => type === "evaluator");
    await makeFlow(emulator, "humanloop:FlowMonitoring", {
      flow: triage.id,
      evaluators: [{ evaluatorVersionId: evaluator?.versions[0]?.version_id }],
    });
  },
};

function node(id: string, node_type: string, config: Values = {}): Values {
  return { id, data: { node_type, config } };
}

function edge(source: string, target: string, label?: string): Values {
  return { source, target, ...(label === undefined ? {} : { label }) };
}

/** Takes over everything of some types, as the command does. */
export async function takenFlows(emulator: Emulator, ...tokens: string[]): Promise<TakenFlow[]> {
  const taken = tokens.map(async (token) => {
    const bench = benchOf(emulator, token);
    const { lifecycle } = bench.run();
    const listed = await lifecycle.list();
    return Promise.all(
      listed.map(async ({ id, label }) => ({ ...(await lifecycle.take(id)), type: bench.of.type, label, lifecycle })),
    );
  });
  return (await Promise.all(taken)).flat();
}

/** The program that declares everything of some types, and its files by path. */
export async function exportedFrom(
  emulator: Emulator,
  ...tokens: string[]
): Promise<ExportedProgram & { readonly texts: Readonly<Record<string, string>> }> {
  const { vendor } = flowTypeOf(tokens[0] ?? "");
  const program = exportedProgram({ vendor, flows: await takenFlows(emulator, ...tokens), missing: [] });
  return { ...program, texts: Object.fromEntries(program.files.map(({ path, text }) => [path, text])) };
}
