import type { Right, Rights } from "../vendor";
import type { operations } from "./api";

const reading: Right = { least: "role Reader", evidence: "verified" };
const writing: Right = { least: "role Member", evidence: "verified" };

/** https://docs.kosli.com/administration/managing_users/roles_in_kosli */
export const rights = {
  keys: "An API token has the role, in the organization, of the service account or the user that it belongs to.",
  calls: {
    listFlows: reading,
    getFlow: reading,
    putFlow: writing,
    putFlowLegacy: writing,
    renameFlow: writing,
    archiveFlow: writing,
    // The table of roles says nothing of tags.
    patchTags: { least: "role Member", evidence: "inferred" },
  } satisfies { [Id in keyof operations]?: Right },
} satisfies Rights;
