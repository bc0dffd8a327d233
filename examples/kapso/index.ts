import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { kapso } from "pulumi-flows";

const stack = pulumi.getStack();
const config = new pulumi.Config();
const protect = config.getBoolean("protect") ?? false;
const shopUrl = config.require("shopUrl");
// pulumi config set --secret shopToken
const shopToken = config.requireSecret("shopToken");

function code(file: string): string {
  return readFileSync(join(__dirname, "functions", file), "utf8");
}

// Names carry the stack's name, so that dev and prod can share one Kapso project.
const findOrder = new kapso.Function(
  "find-order",
  {
    name: `find-order-${stack}`,
    description: "Asks the shop for an order",
    code: code("find-order.js"),
    // The code reads them as env.SHOP_URL and env.SHOP_TOKEN. Kapso never tells their values.
    secrets: { SHOP_URL: shopUrl, SHOP_TOKEN: shopToken },
  },
  { protect },
);

const chooseAnswer = new kapso.Function(
  "choose-answer",
  { name: `choose-answer-${stack}`, code: code("choose-answer.js") },
  { protect },
);

const { node, edge } = kapso;

const bot = new kapso.Workflow(
  "order-status",
  {
    name: `order-status-${stack}`,
    description: "Tells where an order is",
    // A draft answers nobody. Left out, Kapso's app may switch it on and off.
    status: config.get("status") === "active" ? "active" : "draft",
    definition: {
      nodes: [
        node.start(),
        node.sendText("greet", { message: "Hello! I can tell where your order is." }),
        node.sendText("ask_number", { message: "What is its number? It stands in your confirmation." }),
        node.waitForResponse("wait_number", {
          has_timeout: true,
          timeout_seconds: 600,
          save_response_to: "order_number",
        }),
        // Other resources are wired by their id, which a preview knows once they exist.
        node.function("find", { function_id: findOrder.id }),
        node.decide("outcome", {
          decision_type: "function",
          function_id: chooseAnswer.id,
          conditions: [{ label: "found" }, { label: "not_found" }, { label: "person" }],
        }),
        node.sendText("tell", { message: "Order {{vars.order_number}} is {{vars.order_state}}." }),
        node.sendText("not_found", { message: "I know no order of that number. A colleague looks into it." }),
        // Header values are secrets, whoever writes them: in previews, in the state and in messages.
        node.webhook("open_ticket", {
          url: `${shopUrl}/api/tickets`,
          headers: { Authorization: pulumi.interpolate`Bearer ${shopToken}` },
          body_template: { subject: "Order {{vars.order_number}} not found", channel: "whatsapp" },
        }),
        node.handoff("colleague", { reason: "The order was not found, or the shop did not answer" }),
      ],
      edges: [
        edge("start", "greet"),
        edge("greet", "ask_number"),
        edge("ask_number", "wait_number"),
        edge("wait_number", "find"),
        edge("find", "outcome"),
        edge("outcome", "tell", { label: "found" }),
        edge("outcome", "not_found", { label: "not_found" }),
        edge("outcome", "colleague", { label: "person" }),
        edge("not_found", "open_ticket"),
        edge("open_ticket", "colleague"),
      ],
    },
  },
  { protect },
);

// What starts it: a message to the number of this environment. Being made after the workflow, it goes before it.
new kapso.Trigger(
  "message",
  {
    workflowId: bot.id,
    triggerType: "inbound_message",
    phoneNumberId: config.require("phoneNumberId"),
  },
  { protect },
);

export const workflowId = bot.id;
export const lookupEndpoint = findOrder.endpointUrl;
