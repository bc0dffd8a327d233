import { plainText } from "../http/plain-text";
import type { Deviation } from "../lifecycle/compare";
import { type PropertyPath, showPath } from "../lifecycle/paths";
import { HIDDEN } from "../lifecycle/secrets";
import { nameIn } from "./stack-state";

/** A flow, as the report names it. */
export interface NamedFlow {
  readonly urn: string;
  /** Such as `kosli:Flow`. */
  readonly type: string;
  readonly id: string;
  /** Such as `Kosli flow "acme/web"`. */
  readonly name: string;
}

/** A flow that is not as the state says. */
export interface DriftedFlow extends NamedFlow {
  /** Whether the vendor no longer has it. */
  readonly gone: boolean;
  readonly deviations: readonly Deviation[];
  /** What the vendor tells of the last change, as a sentence. */
  readonly changedBy?: string;
}

/** A flow that could not be looked at. */
export interface FailedFlow extends NamedFlow {
  readonly message: string;
}

/** A flow of which something could not be compared. */
export interface HalfComparedFlow extends NamedFlow {
  readonly paths: readonly PropertyPath[];
}

/** A flow that no given state declares. */
export interface UnmanagedFlow {
  readonly type: string;
  readonly id: string;
  /** Such as `acme/web`. */
  readonly label: string;
  /** The server that has it. */
  readonly host: string;
}

/** What a look at the vendors has brought, sorted. */
export interface DriftReport {
  readonly states: readonly { readonly source: string; readonly project?: string; readonly stack?: string }[];
  /** How many flows were compared. */
  readonly compared: number;
  readonly drifted: readonly DriftedFlow[];
  readonly failed: readonly FailedFlow[];
  readonly halfCompared: readonly HalfComparedFlow[];
  /** Absent where nobody asked. */
  readonly unmanaged?: readonly UnmanagedFlow[];
  /** Why lists of what exists are not whole. */
  readonly unlisted?: readonly string[];
  readonly notes: readonly string[];
}

/** How the command ends: an error is more than drift, since what was not looked at may have drifted too. */
export function exitCodeOf({ failed, unlisted = [], drifted, unmanaged = [] }: DriftReport): 0 | 1 | 2 {
  if (failed.length > 0 || unlisted.length > 0) return 1;
  return drifted.length > 0 || unmanaged.length > 0 ? 2 : 0;
}

/** The report for other programs. Its shape is documented in docs/guides/drift.md and only grows. */
export function asJson(report: DriftReport): string {
  const { states, compared, drifted, failed, halfCompared, unmanaged, unlisted, notes } = report;
  const told = {
    version: 1,
    result: (["none", "error", "drift"] as const)[exitCodeOf(report)],
    states,
    compared,
    drifted: drifted.map(({ deviations, ...flow }) => ({
      ...flow,
      differences: deviations.map(({ path, ...values }) => ({ path: showPath(path, {}), ...values })),
    })),
    failed,
    notCompared: halfCompared.map(({ paths, ...flow }) => ({
      ...flow,
      paths: paths.map((path) => showPath(path, {})),
    })),
    ...(unmanaged ? { unmanaged, notListed: unlisted ?? [] } : {}),
    notes,
  };
  return `${JSON.stringify(told, undefined, 2)}\n`;
}

/** The report for people. */
export function asText(report: DriftReport): string {
  const { compared, drifted, failed, halfCompared, unmanaged, unlisted = [], notes } = report;
  const blocks = [
    ...drifted.map((flow) => [titleOf(flow), ...changesOf(flow)].join("\n")),
    ...failed.map((flow) => `${titleOf(flow)}\n  could not be checked: ${plainText(flow.message, 1000)}`),
    ...halfCompared.map(
      (flow) =>
        `${titleOf(flow)}\n  NOT COMPARED, since the state does not show secrets: ${flow.paths.map((path) => plainText(showPath(path, {}), 200)).join(", ")}`,
    ),
    ...(unmanaged?.length ? [unmanagedIn(unmanaged)] : []),
    ...(unlisted.length > 0 ? [unlisted.map((each) => `Not listed: ${plainText(each, 1000)}`).join("\n")] : []),
    ...(notes.length > 0 ? [notes.map((note) => `Note: ${plainText(note, 1000)}`).join("\n")] : []),
    summaryOf(report, compared),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function titleOf({ name, type, urn }: NamedFlow): string {
  return `${plainText(name, 200)}  (${plainText(`${type} ${nameIn(urn)}`, 200)})`;
}

function changesOf({ gone, deviations, changedBy }: DriftedFlow): string[] {
  if (gone) return ["  is gone"];
  const rows = deviations.map(({ path, expected, found }) => [
    plainText(showPath(path, {}), 200),
    ...excerpts(expected, found),
  ]);
  return [...table([["", "expected", "found"], ...rows]), ...(changedBy ? [`  ${plainText(changedBy, 300)}`] : [])];
}

function unmanagedIn(unmanaged: readonly UnmanagedFlow[]): string {
  const rows = unmanaged.map(({ type, label, id, host }) =>
    [type, plainText(label, 100), id, host].map((each) => plainText(each, 100)),
  );
  return ["In no given state:", ...table([["type", "name", "id", "at"], ...rows])].join("\n");
}

function summaryOf({ drifted, failed, halfCompared, unmanaged }: DriftReport, compared: number): string {
  return [
    `${compared} ${compared === 1 ? "flow" : "flows"} compared: ${drifted.length === 0 ? "no drift" : `${drifted.length} drifted`}`,
    ...(halfCompared.length > 0 ? [`${halfCompared.length} NOT WHOLLY COMPARED`] : []),
    ...(failed.length > 0 ? [`${failed.length} COULD NOT BE CHECKED`] : []),
    ...(unmanaged ? [`${unmanaged.length} in no given state`] : []),
  ]
    .join(", ")
    .concat(".");
}

/** Rows with columns as wide as their widest cell, which is kept within bounds. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.min(WIDEST, Math.max(...rows.map((row) => row[column]?.length ?? 0))),
  );
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}

const WIDEST = 60;

/** Two values on one line each; of long ones what is around their first difference. */
function excerpts(expected: unknown, found: unknown): string[] {
  const texts = [expected, found].map(shown);
  const [a = "", b = ""] = texts;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const begin = Math.max(0, same - 20);
  const isLong = Math.max(a.length, b.length) > WIDEST && begin > 0;
  return texts.map((text) => plainText(isLong ? `…${text.slice(begin)}` : text, WIDEST - 2));
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  return JSON.stringify(value).replaceAll(JSON.stringify(HIDDEN), HIDDEN);
}
