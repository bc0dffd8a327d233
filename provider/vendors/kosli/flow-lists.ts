import { z } from "zod";
import type { Client } from "../../http/client";
import { path } from "../../http/path";
import type { Request } from "../../http/request";
import { VendorError } from "../../lifecycle/errors";
import type { Clock } from "../../lifecycle/ports";
import { type WireFlow, wireFlow } from "./wire";

/** How long a list may answer for single flows, in milliseconds. */
const LARGEST_AGE = 10_000;

/** The vendor's largest page. */
const PAGE_SIZE = 100;

/** A list that goes on is no list of flows, but a server that ignores the number of the page. */
const MOST_PAGES = 1000;

const page = z.union([
  z.object({ data: z.array(z.unknown()), pagination: z.object({ page_count: z.number() }).nullish() }),
  // Servers that do not page answer with the whole list.
  z.array(z.unknown()).transform((data) => ({ data, pagination: { page_count: 1 } })),
]);

interface Snapshot {
  readonly taken: number;
  readonly flows: Promise<WireFlow[]>;
  /** Names and ids that this process has written since. */
  readonly outdated: Set<string>;
}

/**
 * Lists of an account's flows, one for each organization, shared by all resources of a run: refreshing or deleting
 * hundreds of flows then needs a call for each hundred instead of each flow.
 */
export class FlowLists {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** All flows of an organization that are not archived, as they were at most ten seconds ago. */
  async all(org: string): Promise<WireFlow[]> {
    return (await this.#snapshot(org)).flows;
  }

  /** The flow that fits, unless this process has changed it since the list was taken. Absence proves nothing. */
  async find(org: string, fits: (flow: WireFlow) => boolean): Promise<WireFlow | undefined> {
    const { flows, outdated } = this.#snapshot(org);
    const found = (await flows).find(fits);
    return found && !outdated.has(found.name) && !(found.id && outdated.has(found.id)) ? found : undefined;
  }

  /** Says that this process changed a flow: lists taken before no longer answer for it. */
  forget(org: string, ...namesAndIds: (string | undefined)[]): void {
    const outdated = this.#snapshots.get(org)?.outdated;
    for (const each of namesAndIds) if (each) outdated?.add(each);
  }

  /** Says that only a new list of this organization will do. */
  drop(org: string): void {
    this.#snapshots.delete(org);
  }

  #snapshot(org: string): Snapshot {
    const kept = this.#snapshots.get(org);
    if (kept && this.#clock.now() - kept.taken <= LARGEST_AGE) return kept;
    const snapshot: Snapshot = { taken: this.#clock.now(), flows: this.#fetch(org), outdated: new Set() };
    this.#snapshots.set(org, snapshot);
    // A failed list must not answer for ten seconds.
    snapshot.flows.catch(() => this.#snapshots.delete(org));
    return snapshot;
  }

  async #fetch(org: string): Promise<WireFlow[]> {
    const flows: WireFlow[] = [];
    for (let number = 1; ; number++) {
      const request = {
        method: "GET",
        path: path`/api/v2/flows/${org}`,
        query: { page: String(number), per_page: String(PAGE_SIZE) },
        repeatable: true,
      } as const;
      const { data, pagination } = (await this.#client.json(request, page)).body;
      // A flow that the server cannot render stands in the list as a placeholder without the fields of one.
      flows.push(...data.map((item) => wireFlow.safeParse(item).data).filter((item) => item !== undefined));
      const last = pagination ? number >= pagination.page_count : data.length < PAGE_SIZE;
      if (last || data.length === 0) return flows;
      if (number === MOST_PAGES) throw endless(request);
    }
  }
}

function endless({ method, path: to }: Request): VendorError {
  const message = `${method} ${to.text} has no end: after ${MOST_PAGES} pages there are still more. Check that the address is the API's`;
  return new VendorError("unreadable", message, { method, path: to.text, outcomeUnknown: false });
}
