import { type Client, createClient } from "../../http/client";
import type { ErrorDialect } from "../../http/layers";
import { FlowError } from "../../lifecycle/errors";
import { isObject } from "../../lifecycle/values";
import { defineVendor, keyAdvice, type Settings } from "../vendor";
import type { KapsoAccount } from "./account";
import { flow } from "./flow";
import { callable } from "./function";
import { rights } from "./rights";
import { trigger } from "./trigger";
import { workflow } from "./workflow";

const HOST = "https://api.kapso.ai";
const LEGACY_HOST = "https://app.kapso.ai";

const dialect: ErrorDialect = {
  passingStatuses: [],
  describe: wordsOf,
  advise(kind) {
    if (kind === "unauthorized") {
      return `Kapso does not know this API key. ${keyAdvice("key", "kapso:apiKey", "KAPSO_API_KEY")}`;
    }
    // Cloudflare's page, "error code: 1010".
    if (kind === "forbidden")
      return "It may come from the network in front of Kapso, which blocks some addresses: try from another network, and ask Kapso's support";
    return undefined;
  },
};

/** The vendor's words; its description and what was seen of its answers differ. */
function wordsOf(body: unknown): string | undefined {
  if (!isObject(body)) return undefined;
  const { error, message, errors } = body;
  if (typeof error === "string") return typeof message === "string" ? `${error}: ${message}` : error;
  if (isObject(error) && typeof error.message === "string") return error.message;
  if (typeof message === "string") return message;
  if (!isObject(errors)) return undefined;
  return Object.entries(errors)
    .map(([field, said]) => `${field} ${[said].flat().join(", ")}`)
    .join("; ");
}

type SettingName = "apiKey" | "apiUrl" | "legacyApiUrl";

function hostRootOf({ apiUrl }: Settings<SettingName>): string {
  return apiUrl ?? HOST;
}

/** Kapso: https://docs.kapso.ai */
export const kapso = defineVendor<SettingName, KapsoAccount>({
  name: "kapso",
  settings: {
    apiKey: { variable: "KAPSO_API_KEY", secret: true },
    apiUrl: { variable: "KAPSO_API_URL" },
    legacyApiUrl: { variable: "KAPSO_LEGACY_API_URL", isAddress: true },
  },
  hostRoot: hostRootOf,
  connect(settings, connection) {
    if (!settings.apiKey) {
      throw new FlowError(
        "settings",
        "No Kapso API key is set: use `pulumi config set --secret kapso:apiKey`, or the environment variable KAPSO_API_KEY.",
      );
    }
    const hostRoot = hostRootOf(settings);
    const { clock, log } = connection;
    // Kapso counts the calls of a key, on whichever host: https://docs.kapso.ai
    const governor = connection.governor(`Kapso (${hostRoot})`);
    const headers = { "x-api-key": settings.apiKey, "user-agent": connection.userAgent };
    const clientOf = (root: string) =>
      createClient({ ...connection, transport: connection.transport(root), governor, dialect, headers });
    let legacy: Client | undefined;
    return {
      client: clientOf(hostRoot),
      // Connected to by those who need it: most stacks have no flow of the older API.
      get legacy() {
        legacy ??= clientOf(settings.legacyApiUrl ?? LEGACY_HOST);
        return legacy;
      },
      workflowsOfTriggers: new Map(),
      hostRoot,
      clock,
      log,
    };
  },
  rights,
  flowTypes: [workflow, flow, trigger, callable],
});
