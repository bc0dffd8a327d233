import type { Right, Rights } from "../vendor";
import type { operations } from "./api";

const ofProject: Right = { least: "an API key of the project", evidence: "verified" };

/** https://docs.kapso.ai */
export const rights = {
  keys: "An API key belongs to one project. Kapso documents no narrower ones, and so none for reading only.",
  calls: {
    listWorkflows: ofProject,
    createWorkflow: ofProject,
    getWorkflow: ofProject,
    updateWorkflow: ofProject,
    getWorkflowDefinition: ofProject,
    listTriggers: ofProject,
    createTrigger: ofProject,
    updateTrigger: ofProject,
    deleteTrigger: ofProject,
    listFunctions: ofProject,
    createFunction: ofProject,
    getFunction: ofProject,
    updateFunction: ofProject,
    deleteFunction: ofProject,
    deployFunction: ofProject,
    listFunctionSecrets: ofProject,
    createFunctionSecret: ofProject,
    deleteFunctionSecret: ofProject,
    legacyListFlows: ofProject,
    legacyCreateFlow: ofProject,
    legacyGetFlow: ofProject,
    legacyUpdateFlow: ofProject,
    legacyGetFlowDefinition: ofProject,
  } satisfies { [Id in keyof operations]?: Right },
} satisfies Rights;
