import { type Client, createClient } from "../../provider/http/client";
import { FlowError } from "../../provider/lifecycle/errors";
import { isObject } from "../../provider/lifecycle/values";
import type { Vendor } from "../../provider/vendors/vendor";
import { channel } from "./channel";
import { graph } from "./graph";

/** The way to one account of the toy. */
export interface ToyAccount {
  readonly client: Client;
  readonly hostRoot: string;
}

/** A vendor that exists only in tests: see README.md. */
export const toy: Vendor<"apiKey" | "apiUrl" | "project", ToyAccount> = {
  name: "toy",
  settings: {
    apiKey: { variable: "TOY_API_KEY", secret: true },
    apiUrl: { variable: "TOY_API_URL" },
    project: { variable: "TOY_PROJECT" },
  },
  hostRoot: ({ apiUrl }) => apiUrl ?? "https://toy.example.com",
  connect(settings, connection) {
    if (!settings.apiKey) throw new FlowError("settings", "No toy API key is set: use TOY_API_KEY.");
    const hostRoot = toy.hostRoot(settings);
    const client = createClient({
      ...connection,
      transport: connection.transport(hostRoot),
      governor: connection.governor(`Toy (${hostRoot})`),
      dialect: {
        passingStatuses: [],
        describe: (body) => (isObject(body) && typeof body.error === "string" ? body.error : undefined),
        advise: () => undefined,
        requestIdHeader: "x-request-id",
      },
      headers: { "x-toy-key": settings.apiKey, "user-agent": connection.userAgent },
    });
    return { client, hostRoot };
  },
  rights: { keys: "A key may do everything.", calls: {} },
  flowTypes: [graph, channel],
};
