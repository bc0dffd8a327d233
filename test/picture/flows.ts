import { check } from "../../provider/lifecycle/check";
import { draw } from "../../provider/lifecycle/draw";
import type { Values } from "../../provider/lifecycle/values";
import type { Picture } from "../../provider/picture/picture";
import { flowTypeOf } from "../../provider/runtime/process";

/** A picture of a flow, from the arguments of a program. */
export function pictureOf(token: string, args: Values): Picture {
  const { type } = flowTypeOf(token);
  const { label, drawing } = draw(type, check(type, args, {}).inputs);
  return { title: `${type.noun} "${label}"`, drawing };
}

const prompt = (name: string, more: Values = {}) => ({
  type: "prompt",
  name,
  config: { model: "gpt-4o", userPrompt: `Say "${name}" to {{user}} & <everybody> else` },
  ...more,
});

const send = (id: string, message: string) => ({ id, data: { node_type: "send_text", config: { message } } });

/** A flow of every type, by name. */
export const FLOWS: Readonly<Record<string, readonly [token: string, args: Values]>> = {
  "kapso-workflow": [
    "kapso:Workflow",
    {
      name: "support",
      definition: {
        nodes: [
          { id: "start", data: { node_type: "start", config: {} } },
          send("greet", "Hello! How can we help you today?"),
          { id: "wait", data: { node_type: "wait_for_response", config: { save_response_to: "answer" } } },
          {
            id: "choose",
            data: {
              node_type: "decide",
              config: {
                decision_type: "ai",
                conditions: [{ label: "sales" }, { label: "support" }, { label: "other" }],
              },
            },
          },
          send("sales", "日本語でもどうぞ。営業担当者におつなぎしますので、そのまま少々お待ちください。"),
          send("support", "Connecting you to support."),
        ],
        edges: [
          { source: "start", target: "greet" },
          { source: "greet", target: "wait" },
          { source: "wait", target: "choose" },
          { source: "wait", target: "wait", label: "again" },
          { source: "choose", target: "sales", label: "sales" },
          { source: "choose", target: "support", label: "support" },
          { source: "choose", target: "forgotten", label: "other" },
        ],
      },
    },
  ],
  "kapso-flow": ["kapso:Flow", { name: "undrawn" }],
  "kapso-trigger": [
    "kapso:Trigger",
    { workflowId: "wf-1", triggerType: "inbound_message", phoneNumberId: "100000000000001", active: false },
  ],
  "kapso-function": ["kapso:Function", { name: "choose", code: "export default {\n  async fetch() {}\n};\n" }],
  "runtype-flow": [
    "runtype:Flow",
    {
      name: "answers",
      steps: [
        prompt("Ask"),
        {
          type: "conditional",
          name: "Urgent?",
          config: {
            condition: "urgency > 3",
            trueSteps: [
              prompt("Page somebody"),
              {
                type: "conditional",
                name: "At night?",
                config: { condition: "hour > 22", trueSteps: [prompt("Wake up")] },
              },
            ],
            falseSteps: [],
          },
        },
        prompt("Answer", { when: "answer !== undefined", enabled: false }),
      ],
    },
  ],
  "runtype-publication": ["runtype:FlowPublication", { flow: "flow_1", version: "fv_7" }],
  "kosli-flow": [
    "kosli:Flow",
    {
      name: "web",
      org: "acme",
      template:
        "version: 1\ntrail:\n  attestations:\n    - {name: pull-request, type: pull_request}\n  artifacts:\n    - name: image\n      attestations:\n        - {name: unit-tests, type: junit}\n        - {name: scan, type: 'custom:our-scan'}\n",
    },
  ],
  "humanloop-flow": [
    "humanloop:Flow",
    {
      path: "support/answers",
      versionName: "v3",
      attributes: { model: "gpt-4o", prompt: "You are a helpful assistant." },
    },
  ],
  "humanloop-deployment": ["humanloop:FlowDeployment", { flow: "fl_1", version: "flv_7", environment: "production" }],
  "humanloop-monitoring": [
    "humanloop:FlowMonitoring",
    { flow: "fl_1", evaluators: [{ evaluatorVersionId: "evv_1" }, { evaluatorId: "ev_2", environmentId: "env_1" }] },
  ],
};
