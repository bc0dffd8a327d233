import { readFileSync } from "node:fs";
import { join } from "node:path";
import orderBy from "lodash/orderBy";
import uniqBy from "lodash/uniqBy";
import { z } from "zod";
import type { Right, Vendor } from "../provider/vendors/vendor";
import { Contract } from "../testing/src/emulator/contract";

/** Where the calls are kept that were recorded on the emulator: by flow type, and by vendor for its lookups. */
export const CALLS_FILE = join(__dirname, "../docs/reference/calls.json");

const recorded = z.record(z.string(), z.record(z.string(), z.string()));

/** One call, as it was recorded. */
interface Call {
  readonly method: string;
  /** With the names of its parameters: `/api/v2/flows/{org}`. */
  readonly path: string;
  /** The operations or the lookups that make it. */
  readonly when: string;
  readonly right: Right;
}

/** The calls of a flow type by its token, or of the lookups of a vendor by its name, in the order of the API description. */
function callsOf({ name, rights }: Vendor, of: string): Call[] {
  const made = new Map(Object.entries(recorded.parse(JSON.parse(readFileSync(CALLS_FILE, "utf8")))[of] ?? {}));
  const calls = Contract.of(name).operations.flatMap(({ id, method, route }) => {
    const when = made.get(id);
    if (when === undefined) return [];
    const { [id]: right } = rights.calls;
    if (!right) throw new Error(`provider/vendors/${name}/rights.ts lacks the right that ${id} needs`);
    return [{ method, path: route.replace(/:(\w+)/g, "{$1}"), when, right }];
  });
  if (calls.length === 0 || calls.length < made.size)
    throw new Error(
      `${CALLS_FILE} lacks calls of ${of}, or has some that the API description lacks: test/calls records them`,
    );
  return calls;
}

/** A table of calls. */
export function callsTable(vendor: Vendor, of: string): string {
  const rows = callsOf(vendor, of).map(
    ({ method, path, when, right }) => `| \`${method} ${path}\` | ${when} | ${wordsOf(right)} |`,
  );
  return ["| Call | When | Least right |", "|---|---|---|", ...rows].join("\n");
}

/** What a key needs for reading alone, in refreshes, exports and lookups, the surest first. */
export function rightsForReading(vendor: Vendor): string {
  const ofTypes = vendor.flowTypes.flatMap(({ token }) => callsOf(vendor, token));
  const reading = [...ofTypes.filter(({ when }) => /\b(refresh|export)\b/.test(when)), ...callsOf(vendor, vendor.name)];
  const rights = reading.map(({ right }) => right);
  return uniqBy(orderBy(rights, "evidence", "desc"), "least")
    .map(wordsOf)
    .join("; ");
}

function wordsOf({ least, evidence }: Right): string {
  if (evidence === "unknown") return `not documented; ${least} is enough`;
  return evidence === "inferred" ? `${least} (inferred)` : least;
}
