import * as pulumi from "@pulumi/pulumi";
import { runtype } from "pulumi-flows";

const config = new pulumi.Config();
const model = config.require("model");
const shopUrl = config.require("shopUrl");

const { step } = runtype;

const answer = new runtype.Flow(
  "support-answer",
  {
    // The suffix keeps dev and prod apart in one Runtype account.
    name: `support-answer${config.get("nameSuffix") ?? ""}`,
    description: "Answers a customer's question from the help center and the shop",
    steps: [
      // A step's result is read by its `outputVariable`, not by its name: {{question.topic}}.
      step.prompt("Classify", {
        model,
        systemPrompt:
          'Tell what a customer of a web shop asks. Answer with one JSON object: {"topic": string, "order": string or null}.',
        userPrompt: "{{user_message}}",
        responseFormat: "JSON",
        temperature: 0,
        outputVariable: "question",
        // Everything below needs it. Without this, Runtype would go on with an empty result.
        errorHandling: { onError: "fail" },
      }),
      step.fetchUrl("Find articles", {
        http: {
          url: `${shopUrl}/api/help?topic={{question.topic}}`,
          method: "GET",
          // Runtype fills in what is stored there as a secret of this name: the key is neither here nor in Pulumi's state.
          headers: { Authorization: "Bearer {{secret:HELP_CENTER_KEY}}" },
        },
        responseType: "json",
        outputVariable: "articles",
      }),
      // Skipped unless the customer asks for an order: `when` is JavaScript.
      step.fetchUrl(
        "Find order",
        {
          http: {
            url: `${shopUrl}/api/orders/{{question.order}}`,
            method: "GET",
            headers: { Authorization: "Bearer {{secret:SHOP_KEY}}" },
          },
          responseType: "json",
          outputVariable: "order",
        },
        { when: "question.order !== null" },
      ),
      step.prompt("Answer", {
        model,
        systemPrompt:
          "You answer customers of a web shop, in their language, in at most five sentences. Say only what the articles and the order say; " +
          "if they do not answer the question, say that a colleague will write.\n\nArticles: {{articles}}\n\nOrder: {{order}}",
        userPrompt: "{{user_message}}",
        previousMessages: "{{messages}}",
        streamOutput: true,
        outputVariable: "answer",
      }),
    ],
    // Otherwise a flow that has run is not deleted.
    forceDestroy: config.getBoolean("forceDestroy"),
  },
  { protect: config.getBoolean("protect") ?? false },
);

// Saving is not publishing: callers that ask for what is published get it from here on. Those that name no version have it
// since it was saved.
//
//   pulumi config set release 2026-09-01         publishes what is saved; another value does so again
//   pulumi config set rollbackTo flowver_...     publishes an older version (`runtype.listFlowVersions` tells which there are)
//
// A rollback also puts that version's steps back into the flow at Runtype: let the steps above say the same, then remove `rollbackTo`.
const release = config.get("release");
if (release) {
  new runtype.FlowPublication("support-answer", {
    flow: answer.id,
    triggers: [release === "always" ? answer.stepsHash : release],
    version: config.get("rollbackTo"),
  });
}

export const flowId = answer.id;
export const page = answer.dashboardUrl;
