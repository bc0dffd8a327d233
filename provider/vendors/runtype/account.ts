import { z } from "zod";
import type { Client } from "../../http/client";
import { path } from "../../http/path";
import { FlowError, VendorError } from "../../lifecycle/errors";
import type { Clock, Log } from "../../lifecycle/ports";
import { askOnce } from "../ask-once";
import type { FlowNames } from "./flow-names";

/** The way to one Runtype account: a key belongs to one. */
export interface RuntypeAccount {
  readonly client: Client;
  readonly names: FlowNames;
  /** Whose key it is, asked once for a run; empty where the key may not ask. */
  readonly owner: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}

const me = z.object({ userId: z.string(), orgId: z.string().nullish() });

/** Whose a flow is: ids are unique in the whole of Runtype, so that no address is needed. */
export function ownerOf(organization: string | null | undefined, user: string | null | undefined): string {
  if (organization) return `organization ${organization}`;
  return user ? `user ${user}` : "";
}

/**
 * Whose key it is.
 *
 * @throws FlowError where the key may not ask
 */
export async function currentOwner({ owner }: RuntypeAccount): Promise<string> {
  const told = await owner();
  if (told !== "") return told;
  throw new FlowError(
    "wrongAccount",
    "It is not there, and the key may not ask whose it is, so that it cannot be told from a key of another account. Nothing was changed. " +
      "Set a key that may ask (GET /v1/auth/me); or, if it is really gone, remove it from the stack with `pulumi state delete`.",
  );
}

async function ownerOfKey(client: Client): Promise<string> {
  const request = { method: "GET", path: path`/v1/auth/me`, repeatable: true } as const;
  const { userId, orgId } = (await client.json(request, me)).body;
  return ownerOf(orgId, userId);
}

/** Whose key it is, asked once; empty where the key may not ask. */
export function askedOwner(client: Client): () => Promise<string> {
  return askOnce(() =>
    ownerOfKey(client).catch((error) => {
      if (error instanceof VendorError && (error.kind === "forbidden" || error.kind === "notFound")) return "";
      throw error;
    }),
  );
}
