import orderBy from "lodash/orderBy";
import { z } from "zod";
import { path } from "../../http/path";
import { FlowError, orNothing } from "../../lifecycle/errors";
import { DEFAULT_TAG, type HumanloopAccount } from "./account";
import { type WireFlow, wireEnvironment, wireFlow } from "./wire";

const records = z.object({ records: z.array(wireFlow) });

/** All versions of a flow, the newest first; `undefined` where there is no such flow. Humanloop documents no order. */
export async function versionsOf({ client }: HumanloopAccount, flow: string): Promise<WireFlow[] | undefined> {
  const request = { method: "GET", path: path`/v5/flows/${flow}/versions`, repeatable: true } as const;
  const found = (await orNothing(client.json(request, records)))?.body.records;
  // Where times are equal, the server's order is all there is.
  return found && orderBy(found, ({ created_at }) => created_at ?? "", "desc");
}

/** A version of a flow; without one, the version that is deployed to the default environment. */
async function get(
  { client }: HumanloopAccount,
  flow: string,
  version: string | undefined,
): Promise<WireFlow | undefined> {
  const query = version === undefined ? {} : { version_id: version };
  const request = { method: "GET", path: path`/v5/flows/${flow}`, query, repeatable: true } as const;
  return (await orNothing(client.json(request, wireFlow)))?.body;
}

/**
 * A flow with this version; where there is none, or it is gone, with what is live, or with the newest.
 *
 * @throws FlowError where the flow is there and has no version
 */
export async function flowOf(
  account: HumanloopAccount,
  flow: string,
  version: string | undefined,
): Promise<WireFlow | undefined> {
  const found = await get(account, flow, version);
  if (found) return found;
  // The version was deleted, or nothing is deployed to the default environment.
  const versions = await versionsOf(account, flow);
  if (versions?.length === 0)
    throw new FlowError(
      "notFound",
      `The flow ${flow} is still there, but shows no version: all were deleted, or it does not show them yet. Nothing was changed. Try again; if it stays so, make a version of it in Humanloop's app, or delete it there.`,
    );
  return versions?.find(({ environments }) => environments?.some(({ tag }) => tag === DEFAULT_TAG)) ?? versions?.[0];
}

/** An environment, and what of a flow is deployed to it. */
const wireDeployment = wireEnvironment.extend({ file: wireFlow.nullish() });
export type WireDeployment = z.output<typeof wireDeployment>;

/** All environments with what of a flow is deployed to each; `undefined` where there is no such flow. */
export async function deploymentsOf({ client }: HumanloopAccount, flow: string): Promise<WireDeployment[] | undefined> {
  const request = { method: "GET", path: path`/v5/flows/${flow}/environments`, repeatable: true } as const;
  return (await orNothing(client.json(request, z.array(wireDeployment))))?.body;
}
