import { plainText } from "../http/plain-text";

/** One thing that was looked at. */
export interface Finding {
  /** What it belongs to: `versions`, `configuration`, or a vendor. */
  readonly about: string;
  readonly subject: string;
  /** `note`: nothing to put right, or nothing that can be told from here. */
  readonly status: "ok" | "note" | "problem";
  /** What was found; never a secret. */
  readonly found: string;
  /** What to do. */
  readonly fix?: string;
}

/** Whether something is to be put right. */
export function hasProblem(findings: readonly Finding[]): boolean {
  return findings.some(({ status }) => status === "problem");
}

/** The findings for other programs. Their shape is documented in docs/troubleshooting.md and only grows. */
export function findingsAsJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ version: 1, ok: !hasProblem(findings), findings }, undefined, 2)}\n`;
}

/** The findings for people. */
export function findingsAsText(findings: readonly Finding[]): string {
  const abouts = [...new Set(findings.map(({ about }) => about))];
  const blocks = abouts.map((about) => [about, ...linesOf(findings.filter((each) => each.about === about))].join("\n"));
  const problems = findings.filter(({ status }) => status === "problem").length;
  const end = problems === 0 ? "No problem found." : `${problems} ${problems === 1 ? "problem" : "problems"} found.`;
  return `${[...blocks, end].join("\n\n")}\n`;
}

const MARKS = { ok: "ok     ", note: "note   ", problem: "PROBLEM" };

function linesOf(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  return findings.flatMap(({ subject, status, found, fix }) => [
    `  ${MARKS[status]}  ${subject.padEnd(width)}  ${plainText(found, 1000)}`,
    ...(fix ? [`           ${" ".repeat(width)}→ ${fix}`] : []),
  ]);
}
