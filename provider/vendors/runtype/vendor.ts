import { createClient } from "../../http/client";
import type { ErrorDialect } from "../../http/layers";
import { FlowError } from "../../lifecycle/errors";
import { isObject } from "../../lifecycle/values";
import { defineVendor, keyAdvice, type Settings } from "../vendor";
import { askedOwner, type RuntypeAccount } from "./account";
import { flow } from "./flow";
import { FlowNames } from "./flow-names";
import { publication } from "./publication";
import { rights } from "./rights";

const HOST = "https://api.runtype.com";

const dialect: ErrorDialect = {
  passingStatuses: [],
  describe: wordsOf,
  advise(kind) {
    if (kind === "unauthorized") {
      return `Runtype does not know this API key. ${keyAdvice("key", "runtype:apiKey", "RUNTYPE_API_KEY")}`;
    }
    if (kind === "forbidden")
      return "Flows need a key of their own account, with the scopes FLOWS:READ and FLOWS:WRITE, and one that may delete where flows are deleted";
    return undefined;
  },
};

/** The vendor's words, with the places that they are about. */
function wordsOf(body: unknown): string | undefined {
  if (!isObject(body)) return undefined;
  const { error, code, details } = body;
  const said = isObject(error) ? error.message : error;
  if (typeof said !== "string") return undefined;
  const where = Array.isArray(details) ? details.flatMap(detailOf).join("; ") : "";
  const coded = typeof code === "string" ? ` (${code})` : "";
  return `${said}${coded}${where === "" ? "" : `: ${where}`}`;
}

function detailOf(detail: unknown): string[] {
  if (!isObject(detail) || typeof detail.message !== "string") return [];
  const { path: place, message, suggestion } = detail;
  return [
    `${typeof place === "string" ? `${place}: ` : ""}${message}${typeof suggestion === "string" ? ` (${suggestion})` : ""}`,
  ];
}

type SettingName = "apiKey" | "apiUrl";

function hostRootOf({ apiUrl }: Settings<SettingName>): string {
  return apiUrl ?? HOST;
}

/** Runtype: https://docs.runtype.com */
export const runtype = defineVendor<SettingName, RuntypeAccount>({
  name: "runtype",
  settings: {
    apiKey: { variable: "RUNTYPE_API_KEY", secret: true },
    apiUrl: { variable: "RUNTYPE_API_URL" },
  },
  hostRoot: hostRootOf,
  connect(settings, connection) {
    if (!settings.apiKey) {
      throw new FlowError(
        "settings",
        "No Runtype API key is set: use `pulumi config set --secret runtype:apiKey`, or the environment variable RUNTYPE_API_KEY.",
      );
    }
    const hostRoot = hostRootOf(settings);
    const { clock, log } = connection;
    const client = createClient({
      ...connection,
      transport: connection.transport(hostRoot),
      governor: connection.governor(`Runtype (${hostRoot})`),
      dialect,
      // Runtype tells its own tools by the user agent, and what they manage from what others do: this package says what it is.
      headers: { authorization: `Bearer ${settings.apiKey}`, "user-agent": connection.userAgent },
    });
    return { client, names: new FlowNames(client), owner: askedOwner(client), clock, log };
  },
  rights,
  flowTypes: [flow, publication],
});
