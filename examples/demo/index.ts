import * as pulumi from "@pulumi/pulumi";
import { humanloop, kapso, kosli, runtype } from "pulumi-flows";

// Customer support of a shop: Humanloop keeps the prompt, Runtype answers with it, Kapso brings the answers to WhatsApp, and
// Kosli records what a release of all this has proved.

const config = new pulumi.Config();
const stack = pulumi.getStack();
// Names carry the stack's name, so that dev and prod never meet in one account.
const name = `shop-support-${stack}`;

// Another text makes another version, the same text never does. The first one is live in production at once.
const prompt = new humanloop.Flow("prompt", {
  path: `shop/support-${stack}`,
  attributes: {
    model: "gpt-5-mini",
    temperature: 0.2,
    system: "Answer in two sentences.",
  },
  // In prod a destroy that would take older versions with it is refused.
  forceDestroy: stack === "dev",
});

// Customers get the newest version, or the one that is pinned: `pulumi config set promptVersion flv_...` rolls back.
const pinned = config.get("promptVersion");
const version = pinned ?? prompt.versionId;
const chosen = pinned ? humanloop.getFlowOutput({ id: prompt.id, versionId: pinned }) : prompt;
type Prompt = { model: string; temperature: number; system: string };
const { model, temperature, system } = chosen.attributes.apply((attributes) => attributes as Prompt);

const { step } = runtype;
const answers = new runtype.Flow("answers", {
  name,
  steps: [
    step.prompt("classify", {
      model,
      systemPrompt: "Which order is meant? Answer with JSON: its number as `order`, or null.",
      userPrompt: "{{user_message}}",
      responseFormat: "JSON",
      outputVariable: "question",
    }),
    // Runtype fills in what it keeps as a secret of this name.
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
    step.prompt("answer", {
      model,
      temperature,
      systemPrompt: system,
      userPrompt: "{{user_message}}\n\nThe order: {{order}}",
    }),
  ],
});

// Saved is not published: that happens when the prompt has another version, or for other changes when `release` is set anew.
const publication = new runtype.FlowPublication("answers", {
  flow: answers.id,
  triggers: [version, config.require("release")],
  // For emergencies: an older version of Runtype's, with the prompt that it had.
  version: config.get("rollbackTo"),
});

// Says in Humanloop what customers get, so it comes after the publication.
const live = new humanloop.FlowDeployment(
  "production",
  { flow: prompt.id, environment: "production", version },
  { dependsOn: publication },
);

// The bot asks for the version that is published, whatever is being tried in Runtype meanwhile.
const { node, edge } = kapso;
const bot = new kapso.Workflow("bot", {
  name,
  // A draft answers nobody.
  status: stack === "prod" ? "active" : "draft",
  definition: {
    nodes: [
      node.start(),
      node.sendText("greet", { message: "Hello! What would you like to know?" }),
      node.waitForResponse("wait", { save_response_to: "question" }),
      node.webhook("ask", {
        url: "https://api.runtype.com/v1/dispatch",
        // Kapso fills in its project's variable of this name.
        headers: { Authorization: "Bearer ${ENV:RUNTYPE_KEY}" },
        body_template: {
          flow: { id: answers.id },
          inputs: { user_message: "{{vars.question}}" },
          options: { flowVersionId: publication.publishedVersionId, streamResponse: false },
        },
        save_response_to: "answer",
      }),
      // The whole of what Runtype answers.
      node.sendText("reply", { message: "{{vars.answer}}" }),
    ],
    edges: [edge("start", "greet"), edge("greet", "wait"), edge("wait", "ask"), edge("ask", "reply")],
  },
});

new kapso.Trigger("message", {
  workflowId: bot.id,
  triggerType: "inbound_message",
  phoneNumberId: config.require("phoneNumberId"),
});

// What a release must prove; in prod somebody has to approve it. The tags tell what is released.
const approval = config.getBoolean("approval") ?? false;
const release = new kosli.Flow("release", {
  name,
  description: "Releases the support of the shop",
  template: {
    trail: {
      attestations: [
        { name: "prompt-evaluation", type: "generic" },
        ...(approval ? [{ name: "approval", type: "decision" as const }] : []),
      ],
    },
  },
  tags: {
    team: config.require("team"),
    prompt: live.version,
    answers: publication.publishedVersionId,
    bot: bot.id,
  },
});

// The yearly audit, as the YAML text that the auditors maintain.
new kosli.Flow("audit", {
  name: `shop-audit-${stack}`,
  description: pulumi.interpolate`Audits ${release.name}`,
  template:
    "version: 1\ntrail:\n  attestations:\n    # signed by the auditors\n    - name: report\n      type: generic\n",
});

export const promptVersion = version;
export const releasePage = release.url;
