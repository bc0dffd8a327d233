import type { PropertyDifference } from "./difference";
import type { ResourceState } from "./state";
import { describe, isDefaultProvider, nameOf, shortType } from "./urn";
import { contains, hideSecrets, isSecret, mask, type Properties, reveal, type Value } from "./values";

/** What happened to one resource. `gone`: a refresh did not find it. */
export type Operation =
  | "create"
  | "import"
  | "update"
  | "replace"
  | "delete"
  | "delete-replaced"
  | "read"
  | "same"
  | "refresh"
  | "gone";

/** One step of a run. */
export interface Step {
  op: Operation;
  urn: string;
  type: string;
  name: string;
  diff: PropertyDifference[];
  /** Of a preview: the resource before it, as `pulumi preview --json` tells it; absent for what is new. */
  oldState?: ShownState;
  /** Of a preview: the resource after it; absent for what is deleted. */
  newState?: ShownState;
}

/** A resource, with secrets as `"[secret]"`. */
interface ShownState {
  urn: string;
  type: string;
  id?: string;
  protect?: boolean;
  retainOnDelete?: boolean;
  inputs: Properties;
  outputs: Properties;
}

/** A message of the program, the provider or the rehearsal. */
export interface Diagnostic {
  severity: "debug" | "info" | "warning" | "error";
  message: string;
  urn?: string;
}

const WORDS: Record<Operation, { symbol: string; planned: string; done: string }> = {
  create: { symbol: "+", planned: "to create", done: "created" },
  import: { symbol: "=", planned: "to import", done: "imported" },
  update: { symbol: "~", planned: "to update", done: "updated" },
  replace: { symbol: "+-", planned: "to replace", done: "replaced" },
  delete: { symbol: "-", planned: "to delete", done: "deleted" },
  "delete-replaced": { symbol: "--", planned: "to delete for replacement", done: "deleted for replacement" },
  read: { symbol: "=", planned: "to read", done: "read" },
  refresh: { symbol: "~", planned: "changed outside", done: "changed outside" },
  gone: { symbol: "-", planned: "gone at the vendor", done: "gone at the vendor" },
  same: { symbol: " ", planned: "unchanged", done: "unchanged" },
};

/** A step was not made, and the reason has been reported already. */
export class Stopped extends Error {}

/** Keeps and prints what happens in a run. */
export class Report {
  readonly steps: Step[] = [];
  readonly diagnostics: Diagnostic[] = [];
  /** The first thing that failed; from then on no new step starts. */
  failure: string | undefined;
  private readonly secrets = new Set<string>();

  constructor(
    private readonly print: (line: string) => void,
    private readonly options: { preview: boolean; diff: boolean },
  ) {}

  /** Remembers the secrets in these properties: no line shows them, whoever prints it. */
  learnSecrets(properties: Properties): void {
    contains(properties, (value) => {
      if (isSecret(value)) contains(reveal(value), (each) => typeof each === "string" && !this.secrets.add(each));
      return false;
    });
  }

  private redact(text: string): string {
    let redacted = text;
    // Shorter texts are in too many other words to be masked; Pulumi leaves them too.
    for (const secret of this.secrets) if (secret.length > 3) redacted = redacted.replaceAll(secret, "[secret]");
    return redacted;
  }

  /** Prints one line. */
  line(text = ""): void {
    this.print(this.redact(text));
  }

  /** @param former the resource before, where that is another state */
  step(
    op: Operation,
    resource: ResourceState,
    diff: PropertyDifference[] = [],
    remark = "",
    former?: ResourceState,
  ): void {
    if (isDefaultProvider(resource.urn)) return;
    const { urn, type } = resource;
    const states = this.options.preview ? statesOf(op, resource, former) : {};
    this.steps.push({ op, urn, type, name: nameOf(urn), diff, ...states });
    if (op === "same") return;
    const said = remark || (op === "refresh" ? WORDS.refresh.done : "");
    this.line(` ${WORDS[op].symbol.padEnd(2)} ${shortType(type)}  ${nameOf(urn)}${said && `  (${said})`}`);
    const shown = this.options.diff || op === "update" || op === "refresh" || op === "replace";
    for (const each of shown ? diff : []) this.line(`      ${describeDifference(each)}`);
  }

  diagnose(severity: Diagnostic["severity"], message: string, urn?: string): void {
    const text = this.redact(message.trimEnd());
    this.diagnostics.push({ severity, message: text, ...(urn ? { urn } : {}) });
    const about = urn && !text.includes(urn) && !text.includes(describe(urn)) ? `${describe(urn)}: ` : "";
    this.line(`${severity === "info" ? "" : `${severity}: `}${about}${text}`);
  }

  /** Reports a failure and answers the error to throw. */
  fail(message: string, urn?: string): Stopped {
    this.diagnose("error", message, urn);
    this.failure ??= this.redact(message);
    return new Stopped(message);
  }

  /** Counts by operation. */
  changes(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { op } of this.steps) counts[op] = (counts[op] ?? 0) + 1;
    return counts;
  }

  /** Prints the outputs and what was done in all. */
  summarise(outputs: Record<string, unknown>): void {
    if (Object.keys(outputs).length > 0) this.line("Outputs:");
    for (const [key, value] of Object.entries(outputs)) this.line(`    ${key}: ${show(value, 4)}`);
    const counts = this.changes();
    const parts = Object.entries(WORDS).flatMap(([op, { symbol, planned, done }]) => {
      const count = counts[op];
      return count ? [`${symbol} ${count} ${this.options.preview ? planned : done}`.trim()] : [];
    });
    this.line(`Resources: ${parts.join(", ") || "none"}`);
    if (this.failure !== undefined) this.line("Failed.");
  }
}

function statesOf(op: Operation, resource: ResourceState, former: ResourceState | undefined) {
  const isGone = op === "delete" || op === "delete-replaced" || op === "gone";
  const old = former ?? (op === "create" || op === "replace" || op === "import" ? undefined : resource);
  return { ...(old && { oldState: shownState(old) }), ...(isGone ? {} : { newState: shownState(resource) }) };
}

function shownState({ urn, type, id, protect, retainOnDelete, inputs = {}, outputs = {} }: ResourceState): ShownState {
  return {
    urn,
    type,
    ...(id !== undefined && { id }),
    ...(protect && { protect }),
    ...(retainOnDelete && { retainOnDelete }),
    inputs: hideSecrets(inputs),
    outputs: hideSecrets(outputs),
  };
}

function describeDifference({ path, kind, before, after }: PropertyDifference): string {
  if (kind === "delete") return `- ${path}`;
  if (kind === "update") return `~ ${path}: ${show(before)} => ${show(after)}`;
  return `+ ${path}: ${show(after, 8)}`;
}

/** A value on one line, or, where that is long, below with every line indented. */
function show(value: unknown, indentation = 0): string {
  const short = JSON.stringify(value) ?? "undefined";
  const long = () => JSON.stringify(value, null, 2).replaceAll("\n", `\n${" ".repeat(indentation)}`);
  const text = short.length <= 100 ? short : long();
  return text.replace(/"(\[secret\]|\[unknown\])"/g, "$1");
}

/** Stack outputs as a result shows them. */
export function showOutputs(outputs: Properties | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(outputs ?? {}).map(([key, value]: [string, Value]) => [key, mask(value)]));
}
