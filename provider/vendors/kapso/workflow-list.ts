import { z } from "zod";
import { path } from "../../http/path";
import { VendorError } from "../../lifecycle/errors";
import type { KapsoAccount } from "./account";
import { type WireWorkflow, wireWorkflow } from "./wire";

/** A list that goes on is no list of workflows, but a server that ignores the number of the page. */
const MOST_PAGES = 1000;

/** Paging is not documented for this list; where the server pages, it says so. */
const page = z.object({ data: z.array(wireWorkflow), meta: z.object({ total_pages: z.number() }).nullish() });

/** The workflows of the project that fit, archived ones among them. */
export async function listWorkflows(
  { client }: KapsoAccount,
  query: Readonly<Record<string, string>>,
  fits: (each: WireWorkflow) => boolean,
): Promise<WireWorkflow[]> {
  const found: WireWorkflow[] = [];
  for (let number = 1; ; number++) {
    const request = {
      method: "GET",
      path: path`/platform/v1/workflows`,
      query: { ...query, ...(number === 1 ? {} : { page: String(number) }) },
      repeatable: true,
    } as const;
    const { data, meta } = (await client.json(request, page)).body;
    found.push(...data.filter(fits));
    if (number >= (meta?.total_pages ?? 1) || data.length === 0) return found;
    if (number === MOST_PAGES) {
      const message = `GET ${request.path.text} has no end: after ${MOST_PAGES} pages there are still more. Check that the address is the API's`;
      throw new VendorError("unreadable", message, { method: "GET", path: request.path.text, outcomeUnknown: false });
    }
  }
}
