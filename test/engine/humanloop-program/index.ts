import * as pulumi from "@pulumi/pulumi";
import { humanloop } from "pulumi-flows";

/** One program for each scenario; `v` is the version of the program, as its author edits it. */
const scenarios: Record<string, (v: number) => Record<string, unknown>> = {
  versions(v) {
    const flow = new humanloop.Flow("answers", {
      path: v >= 4 ? "shop/answers" : "support/answers",
      attributes: { model: v >= 2 ? "large" : "small", tools: null },
      forceDestroy: true,
    });
    const versions = humanloop.listFlowVersionsOutput({ flow: flow.id }, { dependsOn: flow });
    const small = versions.apply((all) => all.find(({ attributes }) => attributes.model === "small")?.versionId ?? "");
    const deployment = new humanloop.FlowDeployment("live", {
      flow: flow.id,
      environment: "production",
      // The third program rolls back.
      version: v === 3 ? small : flow.versionId,
    });
    return { flow: flow.id, deployed: deployment.version };
  },

  /** From one environment to another, of which the second program misspells the name. */
  places(v) {
    const flow = new humanloop.Flow("answers", { path: "answers", attributes: { model: v >= 4 ? "large" : "small" } });
    const environment = ["staging", "qality", "quality"][v - 1] ?? "quality";
    new humanloop.FlowDeployment("live", { flow: flow.id, environment, version: flow.versionId });
    return { version: flow.versionId };
  },
};

const config = new pulumi.Config();
const scenario = scenarios[config.require("scenario")];
if (!scenario) throw new Error(`There is no scenario ${config.require("scenario")}`);
export const result = scenario(config.requireNumber("v"));
