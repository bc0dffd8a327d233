import * as pulumi from "@pulumi/pulumi";
import { kapso } from "pulumi-flows";

const { node, edge } = kapso;

/** One program for each scenario; `v` is the version of the program, as its author edits it. */
const scenarios: Record<string, (v: number) => Record<string, unknown>> = {
  graph(v) {
    const workflow = new kapso.Workflow("bot", {
      status: "active",
      definition: {
        nodes: [
          node.start(),
          ...(v >= 2 ? [node.waitForResponse("check", { save_response_to: "answer" })] : []),
          node.sendText("greet", { message: v >= 3 ? "Hello" : "Hi" }),
        ],
        edges: [
          edge("start", v >= 4 ? "check" : "greet"),
          ...(v >= 2 ? [edge(v >= 4 ? "check" : "greet", v >= 4 ? "greet" : "check")] : []),
        ],
      },
    });
    return { id: workflow.id, slug: workflow.slug };
  },

  secrets(v) {
    new kapso.Workflow("bot", {
      definition: {
        nodes: [
          node.start(),
          node.webhook("call", {
            url: v >= 2 ? "https://two.example" : "https://one.example",
            headers: { authorization: v >= 2 ? "Bearer second" : "Bearer first", accept: "text/plain" },
          }),
          node.sendText("greet", { message: pulumi.secret("hush-hush") }),
        ],
        edges: [edge("start", "call"), edge("call", "greet")],
      },
    });
    return {};
  },

  wired(v) {
    const lookup = new kapso.Function("lookup", {
      code: v >= 2 ? "export default 2" : "export default 1",
      secrets: { SHOP_KEY: pulumi.secret("hush-hush") },
    });
    const workflow = new kapso.Workflow("bot", {
      status: "active",
      definition: {
        nodes: [
          node.start(),
          node.decide("route", {
            decision_type: "function",
            function_id: lookup.id,
            conditions: [{ label: "known" }, { label: "unknown" }],
          }),
          node.sendText("known", { message: `known ${v}` }),
          node.handoff("unknown"),
        ],
        edges: [
          edge("start", "route"),
          edge("route", "known", { label: "known" }),
          edge("route", "unknown", { label: "unknown" }),
        ],
      },
    });
    new kapso.Trigger("inbound", {
      workflowId: workflow.id,
      triggerType: "inbound_message",
      phoneNumberId: "100000000000001",
      active: v < 3,
    });
    const found = kapso.getWorkflowOutput({ slug: workflow.slug }, { dependsOn: workflow });
    return { found: found.name };
  },

  invalid() {
    new kapso.Workflow("bot", {
      definition: {
        nodes: [
          node.start(),
          { id: "lookup", data: { node_type: "function", config: { function_slug: "lookup" } } },
          { id: "later", data: { node_type: "brand_new", config: {} } },
        ],
        edges: [edge("start", "lookup"), edge("lookup", "nowhere")],
      },
    });
    return {};
  },

  flow(v) {
    const flow = new kapso.Flow("bot", {
      status: "active",
      definition: {
        nodes: [node.start(), node.sendText("greet", { message: v >= 2 ? "Hello" : "Hi" })],
        edges: [edge("start", "greet")],
      },
    });
    return { id: flow.id };
  },
};

const config = new pulumi.Config();
const scenario = scenarios[config.require("scenario")];
if (!scenario) throw new Error(`There is no scenario ${config.require("scenario")}`);
export const result = scenario(config.requireNumber("v"));
