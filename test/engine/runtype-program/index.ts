import * as pulumi from "@pulumi/pulumi";
import { runtype } from "pulumi-flows";

const { step } = runtype;

const ask = (text: string) => step.prompt("ask", { model: "small", userPrompt: text, outputVariable: "answer" });
const tell = step.sendEmail("tell", { to: "desk@shop.example", subject: "Asked", html: "{{answer}}" });

/** One program for each scenario; `v` is the version of the program, as its author edits it. */
const scenarios: Record<string, (v: number) => Record<string, unknown>> = {
  steps(v) {
    const flow = new runtype.Flow("support", {
      description: "answers the shop",
      steps: [
        ...(v >= 2 ? [step.search("look", { provider: "web", query: "shop" })] : []),
        ask(v >= 3 ? "Hello" : "Hi"),
        ...(v >= 4 ? [] : [tell]),
      ],
    });
    return { id: flow.id };
  },

  publishing(v) {
    const flow = new runtype.Flow("support", {
      description: v >= 2 ? "answers everybody" : "answers the shop",
      steps: [ask(v >= 3 ? "Hello" : "Hi"), tell],
    });
    // The story rolls back to what was published first.
    const versions = runtype.listFlowVersionsOutput({ flow: flow.id }, { dependsOn: flow });
    const version = versions.apply((all) => all.at(-1)?.id ?? "");
    const publication = new runtype.FlowPublication("live", {
      flow: flow.id,
      triggers: [flow.stepsHash],
      ...(v === 4 ? { version } : {}),
    });
    return { published: publication.publishedVersionId, hash: flow.stepsHash };
  },

  secrets(v) {
    new runtype.Flow("support", {
      steps: [
        step.fetchUrl("look", {
          http: {
            url: v >= 2 ? "https://two.example" : "https://one.example",
            method: "GET",
            headers: { authorization: v >= 2 ? "Bearer second" : "Bearer first" },
          },
        }),
        step.prompt("ask", { model: "small", userPrompt: pulumi.secret("hush-hush") }),
      ],
    });
    return {};
  },

  invalid() {
    new runtype.Flow("support", {
      steps: [
        { type: "promt", name: "ask", config: {} },
        { type: "brand-new", name: "later", order: 2 },
        { type: "search", name: "look", order: 1 },
      ],
    });
    return {};
  },
};

const config = new pulumi.Config();
const scenario = scenarios[config.require("scenario")];
if (!scenario) throw new Error(`There is no scenario ${config.require("scenario")}`);
export const result = scenario(config.requireNumber("v"));
