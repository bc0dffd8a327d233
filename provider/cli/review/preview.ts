import { z } from "zod";
import { textWithoutCredentials } from "../../lifecycle/credentials";
import type { Labels } from "../../lifecycle/drawing";
import { redacted } from "../../lifecycle/secrets";
import { isObject, mapMembers, type Values } from "../../lifecycle/values";
import { allVendors } from "../../vendors";
import { compare } from "../export/naming";
import { CommandError, type Io } from "../io";
import { nameIn, opened, resource, tokenOf } from "../stack-state";
import { jsonIn, pipedText, readText } from "../text-file";

/** What a preview would do to a flow. */
export type Operation = "create" | "update" | "replace" | "delete" | "import";

/** One flow that a preview would change. Secrets are hidden already. */
export interface PreviewedFlow {
  readonly operation: Operation;
  readonly urn: string;
  /** The URN that it had, where it had another one. */
  readonly formerUrn?: string;
  /** Such as `kapso:Workflow`. */
  readonly token: string;
  /** What the state keeps of it, looked at anew where the preview has refreshed. */
  readonly state?: Values;
  /** The state before the preview's own refresh, where there was one. */
  readonly stale?: Values;
  /** Whether the preview's own refresh did not find it. */
  readonly isGone: boolean;
  /** Whether Pulumi only forgets the one that it deletes or replaces. */
  readonly isRetained: boolean;
  /** The arguments of the program, checked. */
  readonly inputs?: Values;
}

/** What a preview warns of, or why it failed. */
interface Message {
  readonly severity: "error" | "warning";
  readonly text: string;
}

/** A preview of one stack. */
export interface Preview {
  /** Where it was read: a file, or `standard input`. */
  readonly source: string;
  readonly project: string;
  readonly stack: string;
  /** Those that would change, in the order of their URNs. */
  readonly flows: readonly PreviewedFlow[];
  /** How many flows would stay as they are; absent where the preview does not name them. */
  readonly unchanged?: number;
  /** The resources of flows, by their ids. What has no name of its own has the id of what it belongs to, and is left out. */
  readonly names: Labels;
  /** What would happen to resources that are no flows, counted. */
  readonly others: ReadonlyMap<string, number>;
  readonly messages: readonly Message[];
  /** Whether the preview ended before it had told all. */
  readonly hasFailed: boolean;
}

const step = z.looseObject({
  op: z.string(),
  urn: z.string(),
  oldState: resource.nullish(),
  newState: resource.nullish(),
});
type Step = z.output<typeof step>;

const preview = z.looseObject({
  // Left out where there is none.
  steps: z.array(step).default([]),
  diagnostics: z.array(z.looseObject({ message: z.string(), severity: z.string() })).nullish(),
});

/** What a preview tells, whatever it tells. */
const MARKS = ["steps", "diagnostics", "changeSummary"];

/** Deletes what is replaced: in this run, or by an earlier one that did not come so far. */
const OLD_ONE = "delete-replaced";

/** The operations of Pulumi that are steps of a larger one. */
const WHOLE: Readonly<Record<string, Operation>> = {
  create: "create",
  update: "update",
  delete: "delete",
  import: "import",
  replace: "replace",
  "create-replacement": "replace",
  [OLD_ONE]: "replace",
  "import-replacement": "replace",
};

/** The previews in these files, or where none is named, on standard input; `-` is standard input too. */
export async function readPreviews(files: readonly string[], io: Io): Promise<Preview[]> {
  const named = files.length > 0 ? [...new Set(files)] : ["-"];
  const previews = await Promise.all(
    named.map(async (file) =>
      file === "-"
        ? previewIn(await pipedText(io, NONE_GIVEN), "standard input")
        : previewIn(readText(file, "The preview", io), file),
    ),
  );
  demandOneOfEach(previews);
  return previews;
}

/** Two of one stack would show what may happen twice, and which one is the newer cannot be told. */
function demandOneOfEach(previews: readonly Preview[]): void {
  for (const [index, { project, stack, source }] of previews.entries()) {
    const other = previews.slice(0, index).find((each) => each.stack === stack && each.project === project);
    if (other && stack !== "")
      throw new CommandError(
        `${other.source} and ${source} are previews of one stack, ${project}/${stack}: leave one out.`,
      );
  }
}

const NONE_GIVEN =
  "No preview is given: run `pulumi preview --json | pulumi-flows review`, or name a file with --preview.";

function previewIn(text: string, source: string): Preview {
  const needed = "What `pulumi preview --json` writes is needed.";
  const fail = (why: string) => new CommandError(`${source}: ${why}. ${needed}`);
  // Each line of it is an event of its own.
  if (/^\s*\{.*\}\r?\n\s*\{/.test(text))
    throw fail("this is a log of events: unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW");
  if (text.trim() === "") return failedPreview(source);
  const content = jsonIn(text, source, needed, "`pulumi preview --json | Out-File -Encoding utf8 preview.json`");
  const found = preview.safeParse(content);
  if (!found.success) throw fail("this is no preview");
  if (Object.keys(found.data).every((key) => key === "steps") && !found.data.steps.length) return failedPreview(source);
  if (!MARKS.some((key) => isObject(content) && key in content)) throw fail("this is no preview");
  const { steps, diagnostics } = found.data;
  const [, stack, project] = /^urn:pulumi:([^:]*)::([^:]*)::/.exec(steps[0]?.urn ?? "") ?? [];
  const byUrn = new Map<string, Step[]>();
  for (const each of steps) byUrn.set(each.urn, [...(byUrn.get(each.urn) ?? []), each]);
  const { leftovers, ...told } = sorted([...byUrn.values()]);
  return {
    source,
    project: project ?? "",
    stack: stack ?? "",
    ...told,
    messages: [
      ...(diagnostics ?? []).flatMap(({ message, severity }) => messageIn(message, severity) ?? []),
      ...leftovers.map((urn) => ({ severity: "warning" as const, text: `${urn}: ${LEFT_OVER}` })),
    ],
    hasFailed: (diagnostics ?? []).some(({ severity }) => severity === "error"),
  };
}

const LEFT_OVER = "an earlier run has replaced it, and did not delete the old one: that is deleted now.";

/** A preview that has ended before it began: without a stack, a login or a program. */
function failedPreview(source: string): Preview {
  const text = `${source}: the preview wrote nothing, so \`pulumi preview\` has failed before it began. What it wrote to standard error tells why.`;
  const nothing = { project: "", stack: "", flows: [], names: new Map(), others: new Map() };
  return { source, ...nothing, messages: [{ severity: "error", text }], hasFailed: true };
}

/** A message as Pulumi tells it; `undefined` for what warns of nothing. */
function messageIn(message: string, severity: string): Message | undefined {
  const bare = message.replace(ANSI, "");
  // What providers write to their log comes as information, with the severity in words. A program may print such words, too.
  const [, said = severity, text = bare] = /^(error|warning): \[runtime\] (.*)$/s.exec(bare) ?? [];
  const told = text.replace(/^(?:error|warning): /, "").trim();
  if (told === "" || (said !== "error" && said !== "warning")) return undefined;
  return { severity: said, text: textWithoutCredentials(told.replace(REFUSED_VALUE, ": ")) };
}

/** Colours of a terminal. */
const ANSI = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** Where the engine tells the value of a refused property, which may be a secret. */
const REFUSED_VALUE = / value \{.*\} has a problem: /gs;

/** What `sorted` makes of the steps; `leftovers` are the URNs of which an earlier run has left an old one. */
type Sorted = Pick<Preview, "flows" | "unchanged" | "names" | "others"> & { readonly leftovers: readonly string[] };

function sorted(resources: readonly Step[][]): Sorted {
  const flows: PreviewedFlow[] = [];
  const leftovers: string[] = [];
  const names = new Map<string, string>();
  const others = new Map<string, number>();
  let unchanged = 0;
  let areListed = false;
  for (const steps of resources) {
    const kept = steps.flatMap(({ oldState, newState }) => [newState, oldState].flatMap((each) => each ?? []));
    const token = kept.map(tokenOf).find((each) => each !== undefined);
    const isReplaced = steps.some(({ op }) => WHOLE[op] === "replace" && op !== OLD_ONE);
    const planned = steps.filter(({ op }) => op in WHOLE && (isReplaced || op !== OLD_ONE));
    const [first] = steps;
    if (!first) continue;
    if (token === undefined) {
      const isStack = first.urn.includes("::pulumi:pulumi:Stack::");
      const op = isReplaced ? "replace" : (planned[0] ?? first).op;
      if (!isStack) others.set(op, (others.get(op) ?? 0) + 1);
      continue;
    }
    const id = kept.find((each) => each.id)?.id;
    if (id && isNamed(token)) names.set(id, nameIn(first.urn));
    const flow = flowIn(token, steps, planned);
    if (flow) flows.push(flow);
    if (!isReplaced && steps.some(({ op }) => op === OLD_ONE)) leftovers.push(first.urn);
    const same = flow ? undefined : steps.find(({ op }) => op === "same");
    if (!same) continue;
    unchanged++;
    // Those whose protection changes are listed in any case, and tell not that all are.
    areListed ||= same.oldState?.protect === same.newState?.protect;
  }
  flows.sort((a, b) => compare(a.urn, b.urn));
  return { flows, ...(areListed ? { unchanged } : {}), names, others, leftovers };
}

function isNamed(token: string): boolean {
  return allVendors().some(({ flowTypes }) =>
    flowTypes.some((type) => type.token === token && type.nameField !== undefined),
  );
}

function flowIn(token: string, steps: readonly Step[], planned: readonly Step[]): PreviewedFlow | undefined {
  const operations = new Set(planned.map(({ op }) => WHOLE[op]));
  const operation = operations.has("replace") ? "replace" : [...operations][0];
  const [first] = planned;
  if (!first || !operation) return undefined;
  const old = planned.find(({ oldState }) => oldState)?.oldState;
  const next = planned.find(({ newState, op }) => newState && op !== OLD_ONE)?.newState;
  const stale = steps.find(({ op }) => op === "refresh")?.oldState;
  const valuesOf = (kept: Values | undefined) => {
    const { values, secrets } = opened(kept ?? {});
    return mapMembers(values, (value, field) => redacted(value, [field], secrets));
  };
  return {
    operation,
    urn: first.urn,
    ...(old && old.urn !== first.urn ? { formerUrn: old.urn } : {}),
    token,
    ...(old ? { state: valuesOf(old.outputs) } : {}),
    ...(stale ? { stale: valuesOf(stale.outputs) } : {}),
    isRetained: old?.retainOnDelete === true && (operation === "delete" || operation === "replace"),
    isGone: stale !== undefined && stale !== null && old === undefined,
    ...(next && operation !== "delete" ? { inputs: valuesOf(next.inputs) } : {}),
  };
}
