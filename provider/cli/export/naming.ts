import type { TakenFlow } from "./taken-flow";

/** What a flow is called in an exported program. */
export interface Name {
  /** The resource's name, and that of its module: small letters, digits and hyphens. */
  readonly slug: string;
  /** The constant that holds the resource. */
  readonly variable: string;
}

/** Names of files that some systems keep for themselves. */
const RESERVED_FILES = /^(?:con|prn|aux|nul|com\d|lpt\d|index)$/;

const LONGEST = 60;

/** Words of the language, and what modules of the program, as Node.js runs them, have already. */
const RESERVED_WORDS = new Set(
  (
    "arguments await break case catch class config const continue debugger default delete do edge else enum eval export exports extends false finally for function " +
    "humanloop if implements import in instanceof interface join kapso kosli let module new node null package private protected public pulumi readFileSync " +
    "require return runtype static step super switch text this throw true try typeof undefined var void while with yield"
  ).split(" "),
);

/** Flows in the order in which everything is made of them, each with a name of its own. */
export function named(flows: readonly TakenFlow[]): (TakenFlow & Name)[] {
  const labels = new Map(flows.filter(isOwner).map((flow) => [flow.id, nameOf(flow)]));
  const called = flows.map((flow) => ({ flow, slug: wantedSlug(flow, labels) }));
  const slugs = new Set<string>();
  const variables = new Set(RESERVED_WORDS);
  return called
    .toSorted(
      (a, b) =>
        compare(a.slug, b.slug) || compare(a.flow.type.token, b.flow.type.token) || compare(a.flow.id, b.flow.id),
    )
    .map(({ flow, slug: wanted }) => {
      const slug = freeSlug(wanted, slugs);
      return { ...flow, slug, variable: unique(variableOf(slug), variables, "") };
    });
}

/** Whether a flow is something of its own, and not a setting of another one, whose id it may share. */
export function isOwner({ type }: Pick<TakenFlow, "type">): boolean {
  return type.onDuplicate !== "settles";
}

function nameOf({ type, inputs, label }: TakenFlow): string {
  const name = type.nameField === undefined ? undefined : inputs[type.nameField];
  return typeof name === "string" ? name : label;
}

/** What tells a flow from others, with the names of those that it is called by; and what kind of thing it is, where it has no name. */
function wantedSlug(flow: TakenFlow, labels: ReadonlyMap<string, string>): string {
  const type = slugOf([flow.type.token.replace(/^.*:(?:Flow(?=.))?/, "")]);
  if (flow.type.nameField !== undefined) return slugOf([nameOf(flow)]) || type;
  const label = slugOf([withNames(flow.label, labels)], LONGEST - type.length - 1);
  return label === "" ? type : `${label}-${type}`;
}

/** A label in which ids of others are replaced by what those are called. */
export function withNames(label: string, names: ReadonlyMap<string, string>): string {
  return label
    .split(/([\w-]+)/)
    .map((part) => names.get(part) ?? part)
    .join("");
}

/** Words with hyphens between them, in small letters and digits. */
export function slugOf(parts: readonly string[], longest = LONGEST): string {
  const words = parts
    .join(" ")
    .normalize("NFKD")
    .replace(/\p{M}|(?![a-z])\p{L}/giu, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  let slug = "";
  for (const word of words) {
    const longer = slug === "" ? word.slice(0, longest) : `${slug}-${word}`;
    if (longer.length > longest) break;
    slug = longer;
  }
  return slug;
}

function variableOf(slug: string): string {
  const variable = slug.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return /^[a-z]/.test(variable) ? variable : `flow${variable}`;
}

/** A name for a file, without its ending, that every system takes and that is not taken yet. Takes it. */
export function freeFileName(wanted: string, taken: Set<string>): string {
  return freeSlug(slugOf([wanted]) || "flow", taken);
}

function freeSlug(slug: string, taken: Set<string>): string {
  return unique(RESERVED_FILES.test(slug) ? `${slug}-flow` : slug, taken, "-");
}

/** The name, with a number where it is taken. Takes it. */
export function unique(name: string, taken: Set<string>, separator: string): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}${separator}${number}`;
  taken.add(free);
  return free;
}

/** The order of texts that is the same on every machine. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
