import * as pulumi from "@pulumi/pulumi";
import { kapso, kosli, runtype } from "pulumi-flows";

const config = new pulumi.Config();
const stack = pulumi.getStack();
const team = config.require("team");
const approval = config.getBoolean("approval") ?? false;

// What a build must prove. Names carry the stack's name, so that environments never meet in one organization.
const build = new kosli.Flow("build", {
  name: `shop-build-${stack}`,
  description: config.get("buildDescription") ?? "Builds the shop's image",
  template: {
    trail: {
      attestations: [{ name: "pull-request", type: "pull_request" }],
      artifacts: [
        {
          name: "shop",
          attestations: [
            { name: "unit-test", type: "junit" },
            { name: "vulnerabilities", type: "snyk" },
          ],
        },
      ],
    },
  },
  tags: { team, environment: stack },
});

// What a deployment must prove; in prod somebody has to approve it.
const deploy = new kosli.Flow("deploy", {
  name: config.get("deployName") ?? `shop-deploy-${stack}`,
  description: pulumi.interpolate`Deploys what ${build.name} has built`,
  template: {
    trail: {
      attestations: [
        { name: "rollout", type: "generic" },
        ...(approval ? [{ name: "approval", type: "decision" as const }] : []),
      ],
    },
  },
  tags: { team, builtBy: build.id },
});

// The yearly audit, as the YAML text that the auditors maintain.
const audit = new kosli.Flow("audit", {
  name: `shop-audit-${stack}`,
  description: pulumi.interpolate`Audits ${build.name} and ${deploy.name}`,
  template:
    "version: 1\ntrail:\n  attestations:\n    # signed by the auditors\n    - name: report\n      type: generic\n",
});

// Who writes to the shop on WhatsApp is greeted by a bot, and then talks to a person.
const { node, edge } = kapso;
const topic = config.getBoolean("askTopic") ?? false;
const bot = new kapso.Workflow("bot", {
  name: `shop-bot-${stack}`,
  // A draft answers nobody.
  status: stack === "prod" ? "active" : "draft",
  definition: {
    nodes: [
      node.start(),
      node.sendText("greet", { message: "Hello! A colleague will be with you soon." }),
      ...(topic ? [node.sendText("topic", { message: "What is it about?" })] : []),
      node.waitForResponse("wait", { save_response_to: "question" }),
      node.handoff("colleague", { reason: "{{vars.question}}" }),
    ],
    edges: [
      edge("start", "greet"),
      ...(topic ? [edge("greet", "topic"), edge("topic", "wait")] : [edge("greet", "wait")]),
      edge("wait", "colleague"),
    ],
  },
});

// Who asks on the shop's website is answered by an AI, with what the shop knows of the order.
const { step } = runtype;
const lookUpOrders = config.getBoolean("lookUpOrders") ?? false;
const answers = new runtype.Flow("answers", {
  name: `shop-answers-${stack}`,
  steps: [
    step.prompt("classify", {
      systemPrompt: 'Which order is meant? Answer with JSON: {"order": string or null}.',
      userPrompt: "{{user_message}}",
      responseFormat: "JSON",
      outputVariable: "question",
    }),
    ...(lookUpOrders
      ? [
          step.fetchUrl(
            "order",
            {
              http: {
                url: "https://shop.example.com/api/orders/{{question.order}}",
                headers: { Authorization: "Bearer {{secret:SHOP_KEY}}" },
              },
              outputVariable: "order",
            },
            { when: "question.order !== null" },
          ),
        ]
      : []),
    step.prompt("answer", {
      systemPrompt: config.get("tone") ?? "Answer in two sentences.",
      userPrompt: "{{user_message}}",
    }),
  ],
});

// Saved is not published: that happens when `release` changes.
const release = config.get("release");
if (release) {
  new runtype.FlowPublication("answers", {
    flow: answers.id,
    triggers: [release],
    version: config.get("rollbackTo"),
  });
}

export const botId = bot.id;
export const answersId = answers.id;
export const pages = { build: build.url, deploy: deploy.url, audit: audit.url };
