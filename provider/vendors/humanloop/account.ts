import { z } from "zod";
import type { Client } from "../../http/client";
import { path } from "../../http/path";
import { FlowError, VendorError, type VendorErrorKind } from "../../lifecycle/errors";
import type { Clock, Log } from "../../lifecycle/ports";
import { askOnce } from "../ask-once";
import type { FlowPaths } from "./flow-paths";

/** The way to one Humanloop organization: a key belongs to one. */
export interface HumanloopAccount {
  readonly client: Client;
  readonly organization: Organization;
  readonly paths: FlowPaths;
  readonly clock: Clock;
  readonly log: Log;
}

/** The tag of the environment that every organization has, and to which the first version of a file is deployed. */
export const DEFAULT_TAG = "default";

/** What an answer is to a key that may not ask. */
const REFUSALS: readonly VendorErrorKind[] = ["forbidden", "invalid", "notFound", "unauthorized"];

const directory = z.object({ id: z.string() });

/** The organization that a key reaches, asked once for all resources of a run. No flow tells whose it is. */
export class Organization {
  readonly #client: Client;
  #told = "";

  constructor(client: Client) {
    this.#client = client;
  }

  /** Asks; empty where the key may not. */
  readonly ask = askOnce(() =>
    this.#rootDirectory().catch((error) => {
      if (error instanceof VendorError && REFUSALS.includes(error.kind)) return "";
      throw error;
    }),
  );

  /** Empty until it was asked, or where the key may not ask. */
  get told(): string {
    return this.#told;
  }

  /** Every organization has one root directory, with an id of its own, also where there is nothing in it. */
  async #rootDirectory(): Promise<string> {
    const request = { method: "GET", path: path`/v5/directories/root`, repeatable: true } as const;
    this.#told = `the organization of root directory ${(await this.#client.json(request, directory)).body.id}`;
    return this.#told;
  }
}

/**
 * The organization that the key reaches.
 *
 * @throws FlowError where the key may not ask
 */
export async function currentOrganization({ organization }: HumanloopAccount): Promise<string> {
  const told = await organization.ask();
  if (told !== "") return told;
  throw new FlowError(
    "wrongAccount",
    "It is not there, and the key may not ask which organization it reaches, so that it cannot be told from a key of another one. Nothing was changed. " +
      "Set a key that may ask (GET /v5/directories/root); or, if it is really gone, remove it from the stack with `pulumi state delete`.",
  );
}
