import { invalid } from "./runtype-dialect";
import type { RuntypeFlow } from "./runtype-records";
import type { Call } from "./vendor";

// Section numbers are those of the vendor notes on Runtype (`vendors/runtype.md`).

const usual = 20;
const most = 100;
const previewLength = 100;

/**
 * One page of the list (2), newest first. A cursor is the place of a flow, so that what is made or deleted between two
 * calls moves nothing.
 */
export function pageOf(flows: readonly RuntypeFlow[], query: Call["query"]): object {
  const search = textOf(query.search)?.toLowerCase() ?? "";
  const rows = flows
    .filter(({ name }) => name.toLowerCase().includes(search))
    .sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
  const limit = Math.min(most, Math.max(1, Number(query.limit ?? usual)));
  const cursor = textOf(query.cursor);
  const place = cursor === undefined ? undefined : readCursor(cursor);
  const before = rows.filter((row) => place !== undefined && placeOf(row) > place);
  const at = rows.filter((row) => placeOf(row) === place);
  const back = query.direction === "prev" && place !== undefined;
  const start = back ? Math.max(0, before.length - limit) : before.length + at.length;
  const page = rows.slice(start, back ? before.length : start + limit);
  const [first, last] = [page[0], page.at(-1)];
  const hasMore = start + page.length < rows.length;
  const hasPrev = start > 0;
  const totalPages = Math.ceil(rows.length / limit);
  const counts = { currentPage: Math.floor(start / limit) + 1, totalCount: rows.length, totalPages };
  return {
    data: page.map((flow) => tellItem(flow, query.view === "compact")),
    pagination: {
      currentOffset: start,
      hasMore,
      hasPrev,
      limit,
      nextCursor: hasMore && last !== undefined ? writeCursor(last) : null,
      prevCursor: hasPrev && first !== undefined ? writeCursor(first) : null,
      ...(query.includeCount === "true" && counts),
    },
  };
}

function tellItem(
  { id, name, createdAt, updatedAt, lastRunAt, lastModifiedSource }: RuntypeFlow,
  compact: boolean,
): object {
  const shortened = name.length > previewLength ? `${name.slice(0, previewLength)}…` : name;
  return { id, name: compact ? shortened : name, createdAt, updatedAt, lastRunAt, lastModifiedSource };
}

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);

const placeOf = ({ createdAt, id }: RuntypeFlow) => `${createdAt} ${id}`;

const writeCursor = (flow: RuntypeFlow) => Buffer.from(placeOf(flow)).toString("base64url");

function readCursor(cursor: string): string {
  const place = Buffer.from(cursor, "base64url").toString("utf8");
  if (/^\S+ \S+$/.test(place)) return place;
  throw invalid([{ message: "Invalid cursor", path: "cursor" }]);
}
