import { createClient } from "../../http/client";
import type { ErrorDialect } from "../../http/layers";
import { FlowError } from "../../lifecycle/errors";
import { isObject } from "../../lifecycle/values";
import { defineVendor, keyAdvice } from "../vendor";
import { type HumanloopAccount, Organization } from "./account";
import { deployment } from "./deployment";
import { flow } from "./flow";
import { FlowPaths } from "./flow-paths";
import { monitoring } from "./monitoring";
import { rights } from "./rights";

/** What an address that is not set stands for; a connection demands one that is. */
const RETIRED = "https://api.humanloop.com";

const dialect: ErrorDialect = {
  passingStatuses: [],
  describe: wordsOf,
  advise(kind) {
    if (kind !== "unauthorized") return undefined;
    return (
      "Either Humanloop does not know this API key, or its owner's role does not allow this call. " +
      keyAdvice("key", "humanloop:apiKey", "HUMANLOOP_API_KEY")
    );
  },
};

/** The vendor's words: `detail` is a text, an object, or a list of what is wrong where. */
function wordsOf(body: unknown): string | undefined {
  const detail = isObject(body) ? body.detail : undefined;
  if (typeof detail === "string") return detail;
  if (isObject(detail)) {
    const { description, msg, message } = detail;
    return [description, msg, message].find((each): each is string => typeof each === "string");
  }
  if (!Array.isArray(detail)) return undefined;
  const told = detail.filter(isObject).map((each) => {
    const place = Array.isArray(each.loc) ? propertyPath(each.loc.map(String)) : "";
    const words = typeof each.msg === "string" ? each.msg : JSON.stringify(each);
    return place === "" ? words : `${place}: ${words}`;
  });
  return told.join("; ");
}

/** What programs call the members of requests. */
const PROPERTIES: Readonly<Record<string, string>> = {
  version_name: "versionName",
  name: "versionName",
  version_description: "versionDescription",
  description: "versionDescription",
  version_id: "version",
  environment_id: "environmentId",
  evaluator_id: "evaluatorId",
  evaluator_version_id: "evaluatorVersionId",
  activate: "evaluators",
  deactivate: "evaluators",
};

/** Where a request was wrong, as the program says it. What is within the attributes is the program's own. */
function propertyPath([source = "", ...place]: readonly string[]): string {
  const parts = ["body", "query", "path"].includes(source) ? place : [source, ...place];
  const isOwn = parts[0] === "attributes";
  return parts.map((part) => (!isOwn && Object.hasOwn(PROPERTIES, part) ? PROPERTIES[part] : part)).join(".");
}

/** Humanloop's v5 API, whose hosted service was retired: any server that has it. */
export const humanloop = defineVendor<"apiKey" | "apiUrl", HumanloopAccount>({
  name: "humanloop",
  settings: {
    apiKey: { variable: "HUMANLOOP_API_KEY", secret: true },
    apiUrl: { variable: "HUMANLOOP_API_URL" },
  },
  hostRoot: ({ apiUrl = RETIRED }) => apiUrl,
  connect({ apiKey, apiUrl }, connection) {
    if (!apiKey) {
      throw new FlowError(
        "settings",
        "No Humanloop API key is set: use `pulumi config set --secret humanloop:apiKey`, or the environment variable HUMANLOOP_API_KEY.",
      );
    }
    if (!apiUrl) {
      throw new FlowError(
        "settings",
        "Humanloop's hosted service was retired on 2025-09-08: say which server has its v5 API, with `pulumi config set humanloop:apiUrl`, or the environment variable HUMANLOOP_API_URL.",
      );
    }
    const { clock, log } = connection;
    const client = createClient({
      ...connection,
      transport: connection.transport(apiUrl),
      governor: connection.governor(`Humanloop (${apiUrl})`),
      dialect,
      headers: { "x-api-key": apiKey, "user-agent": connection.userAgent },
    });
    return { client, organization: new Organization(client), paths: new FlowPaths(client), clock, log };
  },
  rights,
  flowTypes: [flow, deployment, monitoring],
});
