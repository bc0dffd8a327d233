import { FlowError } from "../../lifecycle/errors";
import type { KosliAccount } from "./account";
import { flow, flowUrl } from "./flow";
import type { WireFlow } from "./wire";

/** A flow as a lookup tells it. */
export interface FlowResult {
  /** The organization that holds the flow. */
  org: string;
  /** The flow's name. */
  name: string;
  /** What the flow is for; empty where nothing is said. */
  description: string;
  /** `public` or `private`; absent where the server does not tell. */
  visibility?: string;
  /** The template's YAML text, as stored. */
  template: string;
  /** All tags by key. */
  tags: Record<string, string>;
  /** Kosli's own id, which stays across renames; older servers have none. */
  vendorId?: string;
  /** The flow's page in Kosli. */
  url: string;
}

/** One flow by name. */
export async function findFlow(account: KosliAccount, org: string, name: string): Promise<FlowResult> {
  const found = await flow.read(account, undefined, { org, name }, true);
  if (!found) throw new FlowError("notFound", `There is no Kosli flow "${org}/${name}".`);
  return resultOf(found, account);
}

/** All flows of an organization whose name contains a text, sorted by name. */
export async function findFlows(account: KosliAccount, org: string, nameContains: string): Promise<FlowResult[]> {
  const flows = await account.lists.all(org);
  return flows.filter(({ name }) => name.includes(nameContains)).map((each) => resultOf(each, account));
}

function resultOf(wire: WireFlow, account: KosliAccount): FlowResult {
  return {
    org: wire.org,
    name: wire.name,
    description: wire.description ?? "",
    ...(wire.visibility ? { visibility: wire.visibility } : {}),
    template: typeof wire.template === "string" ? wire.template : "",
    tags: wire.tags ?? {},
    ...(wire.id ? { vendorId: wire.id } : {}),
    url: flowUrl(account, wire),
  };
}
