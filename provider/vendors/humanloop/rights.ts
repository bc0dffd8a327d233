import type { Right, Rights } from "../vendor";
import type { operations } from "./api";

const reading: Right = { least: "role Member", evidence: "inferred" };
const writing: Right = { least: "role Member", evidence: "verified" };
const deploying: Right = { least: "role Developer", evidence: "verified" };

/** https://humanloop.com/docs/v5/reference/access-roles */
export const rights = {
  keys: "An API key has the role of the person who made it (inferred, not documented). Member is the lowest role: there is none for reading only.",
  calls: {
    getDirectory: reading,
    retrieveFileByPath: reading,
    listFlows: reading,
    getFlow: reading,
    listFlowVersions: reading,
    listFlowEnvironments: reading,
    upsertFlow: writing,
    moveFlow: writing,
    updateFlowVersion: writing,
    deleteFlow: { ...writing, evidence: "inferred" },
    setFlowDeployment: deploying,
    removeFlowDeployment: deploying,
    updateFlowMonitoring: { least: "role Admin", evidence: "unknown" },
  } satisfies { [Id in keyof operations]?: Right },
} satisfies Rights;
