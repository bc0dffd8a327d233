import type { Right, Rights } from "../vendor";
import type { operations } from "./api";

// What the scopes are for is documented, and not which call asks for which one.
const reading: Right = { least: "scope `FLOWS:READ`", evidence: "verified" };
const readingParts: Right = { ...reading, evidence: "inferred" };
const writing: Right = { least: "scope `FLOWS:WRITE`", evidence: "verified" };

/** https://docs.runtype.com/developer-guides/getting-started/authentication */
export const rights = {
  keys: "An API key has the scopes that were chosen when it was made, in one account.",
  calls: {
    getCaller: { least: "any key", evidence: "inferred" },
    listFlows: reading,
    getFlow: reading,
    pullFlow: reading,
    listStepsOfFlow: readingParts,
    listFlowVersions: readingParts,
    getFlowVersion: readingParts,
    listFlowStepResults: readingParts,
    createFlow: writing,
    updateFlow: writing,
    publishFlowVersion: { ...writing, evidence: "inferred" },
    // Keys that nobody has claimed yet may delete nothing, so that there is a right of its own; its name is told nowhere.
    deleteFlow: { least: "scope `FLOWS:*`", evidence: "unknown" },
  } satisfies { [Id in keyof operations]?: Right },
} satisfies Rights;
