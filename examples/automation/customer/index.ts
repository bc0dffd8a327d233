import * as pulumi from "@pulumi/pulumi";
import { kapso, kosli, runtype } from "pulumi-flows";

// What each customer has. The stack is the customer; what differs between customers is in its configuration.

const config = new pulumi.Config();
// All customers share the accounts: the stack's name keeps their flows apart.
const name = `support-${pulumi.getStack()}`;

const answers = new runtype.Flow("answers", {
  name,
  steps: [
    runtype.step.prompt("answer", {
      model: config.require("model"),
      systemPrompt: `You answer customers of ${config.require("company")}, in at most three sentences.`,
      userPrompt: "{{user_message}}",
    }),
  ],
});

const { node, edge } = kapso;
const bot = new kapso.Workflow("bot", {
  name,
  status: "active",
  definition: {
    nodes: [
      node.start(),
      node.sendText("greet", { message: config.require("greeting") }),
      node.waitForResponse("wait", { save_response_to: "question" }),
      node.webhook("ask", {
        url: "https://api.runtype.com/v1/dispatch",
        // Kapso fills in its project's variable of this name.
        headers: { Authorization: "Bearer ${ENV:RUNTYPE_KEY}" },
        body_template: { flow: { id: answers.id }, inputs: { user_message: "{{vars.question}}" } },
        save_response_to: "answer",
      }),
      node.sendText("reply", { message: "{{vars.answer}}" }),
    ],
    edges: [edge("start", "greet"), edge("greet", "wait"), edge("wait", "ask"), edge("ask", "reply")],
  },
});

// Only for customers to whom it was promised.
if (config.getBoolean("audited")) {
  new kosli.Flow("releases", {
    name,
    template: { trail: { attestations: [{ name: "prompt-evaluation", type: "generic" }] } },
    tags: { customer: pulumi.getStack() },
  });
}

export const workflow = bot.id;
