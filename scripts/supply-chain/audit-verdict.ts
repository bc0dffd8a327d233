import { z } from "zod";
import { nameIn } from "./lock-file";

const advisory = z.object({ url: z.string(), title: z.string(), severity: z.string(), range: z.string() });
const report = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({ via: z.array(z.union([z.string(), advisory])), nodes: z.array(z.string()) }),
  ),
});

/** One advisory that concerns a locked package. */
export interface Finding {
  /** GitHub's id of it: `GHSA-…`. */
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  /** The packages that it concerns, with the range of versions: `left-pad <2`. */
  readonly packages: readonly string[];
  /** Whether one of them is installed with a published package, not only in development. */
  readonly reachesUsers: boolean;
}

/** What an audit has found, against what is explained. */
export interface AuditVerdict {
  readonly unexplained: readonly Finding[];
  readonly explained: readonly Finding[];
  /** Explanations of what is no longer found. */
  readonly outdated: readonly string[];
}

/**
 * Reads what `npm audit --json` printed; `undefined` where that is no report, because the registry did not answer.
 *
 * @param shipped the folders of the packages that are installed with the published ones
 */
export function judgeAudit(
  printed: unknown,
  explanations: Readonly<Record<string, string>>,
  shipped: ReadonlySet<string>,
): AuditVerdict | undefined {
  const { success, data } = report.safeParse(printed);
  if (!success) return undefined;
  const findings = new Map<string, Finding>();
  for (const { via, nodes } of Object.values(data.vulnerabilities)) {
    for (const each of via) {
      // A text names another package of the report, through which this one is concerned.
      if (typeof each === "string") continue;
      const id = each.url.split("/").at(-1) ?? each.url;
      const before = findings.get(id);
      findings.set(id, {
        id,
        title: each.title,
        severity: each.severity,
        packages: [...(before?.packages ?? []), ...new Set(nodes.map((path) => `${nameIn(path)} ${each.range}`))],
        reachesUsers: (before?.reachesUsers ?? false) || nodes.some((path) => shipped.has(path)),
      });
    }
  }
  const all = [...findings.values()];
  return {
    unexplained: all.filter(({ id }) => !(id in explanations)),
    explained: all.filter(({ id }) => id in explanations),
    outdated: Object.keys(explanations).filter((id) => !findings.has(id)),
  };
}
