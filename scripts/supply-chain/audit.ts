import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { type Finding, judgeAudit } from "./audit-verdict";
import { documentedRows } from "./documented";
import { productionTree, published, readLockFile } from "./lock-file";

/**
 * Asks the registry for advisories about everything that is locked, and compares them with those that
 * docs/dependencies.md explains. Ends with 1 where one is not explained, or is explained and no longer found, and
 * with 2 where the registry does not answer: then nothing is known.
 */
const NOT_KNOWN = 2;

const packages = readLockFile();
const shipped = new Set(Object.values(published).flatMap((folder) => [...productionTree(packages, folder).keys()]));
const explanations = Object.fromEntries(documentedRows("Advisories").map(([id = "", reason = ""]) => [id, reason]));

const { stdout, stderr } = spawnSync("npm", ["audit", "--json", "--include=dev"], {
  cwd: resolve(__dirname, "../.."),
  encoding: "utf8",
  maxBuffer: 64_000_000,
});
const verdict = judgeAudit(parsed(stdout), explanations, shipped);

if (!verdict) {
  console.error(`!!! NOT AUDITED: the registry answered with no report. Nothing is known of advisories.\n${stderr}`);
  process.exitCode = NOT_KNOWN;
} else {
  for (const each of verdict.unexplained) console.error(`NOT EXPLAINED: ${told(each)}`);
  for (const each of verdict.explained) console.log(`explained: ${told(each)}: ${explanations[each.id]}`);
  for (const id of verdict.outdated) console.error(`NO LONGER FOUND, take its explanation away: ${id}`);
  const { unexplained, explained, outdated } = verdict;
  const locked = Object.values(packages).filter(({ integrity }) => integrity).length;
  console.log(
    `${locked} locked packages, ${unexplained.length + explained.length} advisories, ${unexplained.length} not explained`,
  );
  process.exitCode = unexplained.length + outdated.length > 0 ? 1 : 0;
}

function told({ id, title, severity, packages, reachesUsers }: Finding): string {
  const reach = reachesUsers ? "installed by users" : "only in development";
  return `${id} (${severity}, ${reach}) ${packages.join(", ")}: ${title}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
