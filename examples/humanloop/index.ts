import * as pulumi from "@pulumi/pulumi";
import { humanloop } from "pulumi-flows";

const config = new pulumi.Config();
const path = config.require("path");
const environment = config.require("environment");

// The version that the environment gets: Humanloop's own id of it. Left out, dev deploys what it has just made.
//
//   pulumi config set --stack prod release "$(pulumi stack output --stack dev versionId)"    promotes what staging has
//   pulumi config set --stack prod release flv_...                                           an older one: rolls back
const release = config.get("release");

const ownsFlow = config.getBoolean("ownsFlow") ?? false;

function owned(): humanloop.Flow {
  const flow = new humanloop.Flow(
    "triage",
    {
      path,
      // What the flow is. Any change of it makes a version; the same again never does. So nothing that changes by itself
      // belongs here, such as a time or a commit.
      attributes: {
        prompt: {
          model: config.require("model"),
          temperature: 0,
          template: [
            {
              role: "system",
              content:
                'Sort what a customer of a web shop writes. Answer with one JSON object: {"topic": "order" | "return" | "other", "urgent": boolean}.',
            },
            { role: "user", content: "{{message}}" },
          ],
        },
        // Who answers each topic.
        queues: { order: "shop", return: "warehouse", other: null },
      },
      versionDescription: config.get("note"),
    },
    { protect: config.getBoolean("protect") ?? false },
  );

  // A version of an evaluator, which people make in Humanloop, runs on every new log of the flow.
  const evaluatorVersionId = config.get("evaluatorVersion");
  if (evaluatorVersionId) {
    new humanloop.FlowMonitoring("triage", { flow: flow.id, evaluators: [{ evaluatorVersionId }] });
  }
  return flow;
}

// The flow of another stack is looked up. A version that it does not have fails in the preview.
const flow = ownsFlow ? owned() : humanloop.getFlowOutput({ path, ...(release ? { versionId: release } : {}) });

// The very first version of a flow is live in production as soon as it is made. Every later one is live only where it is deployed.
const version = release ?? (ownsFlow ? flow.versionId : undefined);
if (version) new humanloop.FlowDeployment(environment, { flow: flow.id, environment, version });

export const flowId = flow.id;
// In dev what it has just made; in prod what is released, or as long as nothing is, what production has anyway.
export const versionId = flow.versionId;
