import { z } from "zod";
import type { Client } from "../../http/client";
import { path } from "../../http/path";
import { VendorError } from "../../lifecycle/errors";
import { askOnce } from "../ask-once";
import { type WireFlowItem, wireFlowItem } from "./wire";

/** Runtype documents no largest page; what it allows at most elsewhere. */
const PAGE_SIZE = 100;

/** A list that goes on is no list of flows, but a server that ignores the cursor. */
const MOST_PAGES = 1000;

const page = z.object({
  data: z.array(wireFlowItem),
  pagination: z.object({ hasMore: z.boolean(), nextCursor: z.string().nullish() }),
});

/**
 * The names of an account's flows, listed once for all resources of a run: names are not unique at Runtype, and no call
 * tells all flows of a name.
 */
export class FlowNames {
  readonly #client: Client;
  readonly #atFirst = askOnce(() => this.all());
  readonly #uncertain = new Set<string>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** The ids of the flows that had exactly this name when the run first asked. */
  async named(name: string): Promise<string[]> {
    const flows = await (this.#uncertain.has(name) ? this.all() : this.#atFirst());
    return flows.filter((each) => each.name === name).map(({ id }) => id);
  }

  /** Says that a flow of this name may have been made since: a list taken before no longer answers for it. */
  distrust(name: string): void {
    this.#uncertain.add(name);
  }

  /** All flows as they are now. */
  async all(): Promise<WireFlowItem[]> {
    const flows: WireFlowItem[] = [];
    let cursor: string | undefined;
    for (let number = 1; ; number++) {
      const query = { limit: String(PAGE_SIZE), ...(cursor === undefined ? {} : { cursor }) };
      const request = { method: "GET", path: path`/v1/flows`, query, repeatable: true } as const;
      const { data, pagination } = (await this.#client.json(request, page)).body;
      flows.push(...data);
      if (!pagination.hasMore) return flows;
      // A list that is not whole must not tell that a name is free.
      if (!pagination.nextCursor || pagination.nextCursor === cursor || number === MOST_PAGES) {
        const message = `GET ${request.path.text} has no end: after page ${number} there should be more, and it leads nowhere. Check that the address is the API's`;
        throw new VendorError("unreadable", message, { method: "GET", path: request.path.text, outcomeUnknown: false });
      }
      cursor = pagination.nextCursor;
    }
  }
}
