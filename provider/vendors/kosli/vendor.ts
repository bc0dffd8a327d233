import { createClient } from "../../http/client";
import type { ErrorDialect } from "../../http/layers";
import { FlowError } from "../../lifecycle/errors";
import { isObject } from "../../lifecycle/values";
import { defineVendor, keyAdvice, type Settings } from "../vendor";
import type { KosliAccount } from "./account";
import { flow } from "./flow";
import { FlowLists } from "./flow-lists";
import { rights } from "./rights";

const REGIONS = { eu: "https://app.kosli.com", us: "https://app.us.kosli.com" };

/** The path of all flows of an organization. */
const LIST = /^\/api\/v2\/flows\/[^/]+$/;

const dialect: ErrorDialect = {
  // Kosli documents 409 as a lock conflict between writers of one flow: https://docs.kosli.com
  passingStatuses: [409],
  describe(body) {
    if (typeof body === "string") return body;
    if (!isObject(body) || typeof body.message !== "string") return undefined;
    const details = isObject(body.errors)
      ? Object.entries(body.errors).map(([field, said]) => `${field}: ${String(said)}`)
      : [];
    return [body.message, ...details].join("; ");
  },
  advise(kind, { method, path }) {
    if (kind === "unauthorized") {
      return `Kosli does not know this API token, or it belongs to the other region. ${keyAdvice("token", "kosli:apiToken", "KOSLI_API_TOKEN")}`;
    }
    if (kind === "forbidden") return "The token's role may not do this: the role Member of the organization is enough";
    // A flow that is not there is not an error; this is an organization that is not there, or not visible.
    if (kind === "notFound" && (method === "PUT" || LIST.test(path.text))) {
      return "Check the organization (the argument `org`, `pulumi config set kosli:org`, or KOSLI_ORG), and that the token and the region are its own";
    }
    return undefined;
  },
};

type SettingName = "apiToken" | "org" | "apiUrl" | "region";

function hostRootOf({ apiUrl, region }: Settings<SettingName>): string {
  return apiUrl ?? (region === "us" ? REGIONS.us : REGIONS.eu);
}

/** Kosli: https://docs.kosli.com */
export const kosli = defineVendor<SettingName, KosliAccount>({
  name: "kosli",
  settings: {
    apiToken: { variable: "KOSLI_API_TOKEN", secret: true },
    org: { variable: "KOSLI_ORG" },
    apiUrl: { variable: "KOSLI_API_URL" },
    region: { oneOf: Object.keys(REGIONS), insteadOf: "apiUrl" },
  },
  hostRoot: hostRootOf,
  connect(settings, connection) {
    if (!settings.apiToken) {
      throw new FlowError(
        "settings",
        "No Kosli API token is set: use `pulumi config set --secret kosli:apiToken`, or the environment variable KOSLI_API_TOKEN.",
      );
    }
    const hostRoot = hostRootOf(settings);
    const client = createClient({
      ...connection,
      transport: connection.transport(hostRoot),
      governor: connection.governor(`Kosli (${hostRoot})`),
      dialect,
      headers: { authorization: `Bearer ${settings.apiToken}`, "user-agent": connection.userAgent },
    });
    return { client, hostRoot, lists: new FlowLists(client, connection.clock) };
  },
  rights,
  flowTypes: [flow],
});
