import { z } from "zod";
import type { Client } from "../../http/client";
import type { Path } from "../../http/path";
import { VendorError } from "../../lifecycle/errors";

/** A list that goes on is no list, but a server that ignores the number of the page. */
const MOST_PAGES = 1000;

/** The items of a list that fit. Paging is not documented for the lists of this API; where the server pages, it says so. */
export async function listAll<Item extends z.ZodType>(
  client: Client,
  path: Path,
  item: Item,
  fits: (each: z.output<Item>) => boolean,
  query: Readonly<Record<string, string>> = {},
): Promise<z.output<Item>[]> {
  const page = z.object({ data: z.array(item), meta: z.object({ total_pages: z.number() }).nullish() });
  const found: z.output<Item>[] = [];
  for (let number = 1; ; number++) {
    const pageQuery = number === 1 ? query : { ...query, page: String(number) };
    const { data, meta } = (await client.json({ method: "GET", path, query: pageQuery, repeatable: true }, page)).body;
    found.push(...data.filter(fits));
    if (number >= (meta?.total_pages ?? 1) || data.length === 0) return found;
    if (number === MOST_PAGES) {
      const message = `GET ${path.text} has no end: after ${MOST_PAGES} pages there are still more. Check that the address is the API's`;
      throw new VendorError("unreadable", message, { method: "GET", path: path.text, outcomeUnknown: false });
    }
  }
}
