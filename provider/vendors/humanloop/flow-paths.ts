import { z } from "zod";
import type { Client } from "../../http/client";
import { path } from "../../http/path";
import { VendorError } from "../../lifecycle/errors";
import { askOnce } from "../ask-once";
import { wireFlow } from "./wire";

/** Few, since a list tells each flow with all its attributes. */
const PAGE_SIZE = 20;

const page = z.object({
  records: z.array(
    wireFlow.pick({ id: true, path: true }).extend({
      // One that only this package does not understand must not keep the others from being found.
      evaluators: z.array(z.looseObject({ state: z.unknown() })).nullish(),
    }),
  ),
  total: z.number().nullish(),
});

/** What a list tells of a flow, but for its attributes. */
interface FlowRecord {
  readonly id: string;
  readonly path: string;
  /** Whether an evaluator watches it. */
  readonly isMonitored: boolean;
}

/**
 * The paths of an organization's flows, listed once for all resources of a run: the look-up by path finds what is deployed to
 * the default environment, and a flow of which nothing is would be taken for none.
 */
export class FlowPaths {
  readonly #client: Client;
  readonly #atFirst = askOnce(() => this.all());

  constructor(client: Client) {
    this.#client = client;
  }

  /** The id of the flow that had this path when the run first asked; it may be elsewhere by now. */
  async idAt(to: string): Promise<string | undefined> {
    return idOf(await this.#atFirst(), to);
  }

  /** The id of the flow that has this path, listed anew. */
  async idAtNow(to: string): Promise<string | undefined> {
    return idOf(await this.all(), to);
  }

  /** All flows as they are now, the oldest first: what is made meanwhile moves none to another page. */
  async all(): Promise<FlowRecord[]> {
    const flows = new Map<string, FlowRecord>();
    const to = path`/v5/flows`;
    for (let number = 1, told = 0; ; number++) {
      const query = { page: String(number), size: String(PAGE_SIZE), sort_by: "created_at", order: "asc" };
      const request = { method: "GET", path: to, query, repeatable: true } as const;
      const { records, total } = (await this.#client.json(request, page)).body;
      const known = flows.size;
      for (const { id, path: at, evaluators } of records)
        flows.set(id, { id, path: at, isMonitored: evaluators?.some(({ state }) => state === "active") ?? false });
      told += records.length;
      // A server may give smaller pages than it is asked for; one past the end is empty.
      if (records.length === 0 || told === total) return [...flows.values()];
      if (flows.size > known) continue;
      // A list that is not whole must not tell that a path is free.
      const message = `GET ${to.text} has no end: page ${number} tells nothing new. Check that the address is the API's`;
      throw new VendorError("unreadable", message, { method: "GET", path: to.text, outcomeUnknown: false });
    }
  }
}

function idOf(flows: readonly FlowRecord[], to: string): string | undefined {
  return flows.find((each) => each.path === to)?.id;
}
