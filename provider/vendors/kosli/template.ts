import type { Document } from "yaml";
import { z } from "zod";
import { messageOf } from "../../lifecycle/errors";
import { type Problem, rules } from "../../lifecycle/flow-type";
import { fromRegistered, keyed, keyedBy, toRegistered } from "../../lifecycle/keyed";
import { isObject } from "../../lifecycle/values";

/** Loaded at the first template that must be read or written: most refreshes meet none. */
function yaml(): typeof import("yaml") {
  return require("yaml");
}

/** The template of a flow that requires nothing; uploaded when the program drops its template. */
export const EMPTY_TEMPLATE = "version: 1";

/** Kosli refuses larger uploads (10 MB). */
const LARGEST_TEMPLATE = 10_000_000;

/**
 * A longer text is not parsed, in characters: the parser's time grows with the square of some texts' length. Some three
 * thousand attestations are shorter.
 */
const LONGEST_READ = 128_000;

/** Anchors, aliases and tags of a text that is parsed. */
const MOST_MARKS = 1000;

/** A template needs five levels. */
const DEEPEST_NESTING = 100;

const BUILT_IN_TYPES = ["generic", "junit", "snyk", "pull_request", "jira", "sonar", "decision", "*"] as const;

/** A kind of evidence: `*` takes any, `custom:<name>` a custom type of the organization. */
type AttestationType = (typeof BUILT_IN_TYPES)[number] | `custom:${string}`;

/** Evidence that is required. */
export interface FlowAttestation {
  /** What reports call it. */
  name: string;
  /** What kind of evidence is required; `*` takes any, `custom:<name>` a custom type of the organization. */
  type: AttestationType;
}

/** Something that a trail must produce. */
export interface FlowArtifact {
  /** What reports call it. */
  name: string;
  /** Evidence required of this artifact. */
  attestations?: FlowAttestation[] | undefined;
}

/** What a trail must prove, as a whole. */
export interface FlowTrail {
  /** Evidence required of the trail itself. */
  attestations?: FlowAttestation[] | undefined;
  /** Artifacts that the trail must produce. */
  artifacts?: FlowArtifact[] | undefined;
}

/** A template as the program writes it. */
export interface FlowTemplate {
  /** The version of the template language; only 1 exists. */
  version?: 1 | undefined;
  /** What every trail of the flow must prove. */
  trail?: FlowTrail | null | undefined;
}

const attestationType = z.custom<AttestationType>(
  (value) => typeof value === "string" && (BUILT_IN_TYPES.some((type) => type === value) || /^custom:.+$/.test(value)),
  `Kosli's attestation types are ${BUILT_IN_TYPES.join(", ")} and custom:<name of a custom type>`,
);

const attestation = z.strictObject({ name: z.string().min(1, "An attestation needs a name"), type: attestationType });

const attestations = uniquelyNamed(z.array(attestation), "attestation");

const artifact = z.strictObject({
  name: z.string().min(1, "An artifact needs a name"),
  attestations: attestations.optional(),
});

const trailSchema = z.strictObject({
  attestations: attestations.optional(),
  artifacts: uniquelyNamed(z.array(artifact), "artifact").optional(),
});

/** The rules of {@link FlowTemplate}. */
const templateSchema = z.strictObject({
  version: z.literal(1, "The only version of Kosli's template language is 1").optional(),
  trail: trailSchema.nullable().optional(),
}) satisfies z.ZodType<FlowTemplate>;

/** Required attestations by name, as registered with Pulumi. */
type KeyedAttestations = Record<
  string,
  {
    /** What kind of evidence is required. */
    type: string;
  }
>;

/** A template as registered with Pulumi and kept in the state: lists are maps by name. */
export interface KeyedFlowTemplate {
  /** The version of the template language, where the program says it. */
  version?: 1;
  /** What every trail of the flow must prove. */
  trail?: {
    /** Evidence required of the trail, by name. */
    attestations?: KeyedAttestations;
    /** Artifacts that the trail must report, by name. */
    artifacts?: Record<
      string,
      {
        /** Evidence required of the artifact, by name. */
        attestations?: KeyedAttestations;
      }
    >;
  } | null;
}

function uniquelyNamed<Item extends z.ZodType<{ name: string }>>(
  list: z.ZodArray<Item>,
  noun: string,
): z.ZodArray<Item> {
  return keyed(list, keyedBy("name"), (name) => `There are two ${noun}s named "${name}"`);
}

/** The template argument: YAML text or an object. */
export const template = z
  .union(
    [
      z.string().superRefine((text, context) => {
        for (const { path, message } of problemsOfText(text))
          context.addIssue({ code: "custom", path: [...path], message });
      }),
      templateSchema,
    ],
    "A template is YAML text, or an object with the keys version and trail",
  )
  .register(rules, {
    clear: EMPTY_TEMPLATE,
    vendorFills: true,
    keep: "hash",
    spells: "template",
    canonical: canonicalTemplate,
  });

/** The deprecated list of control names, which Kosli turns into a template. */
export const legacyTemplate = z.array(z.string().min(1, "A control needs a name")).register(rules, {
  clear: EMPTY_TEMPLATE,
  vendorFills: true,
  keep: "nothing",
  spells: "template",
  canonical: canonicalLegacyTemplate,
});

/** A template by meaning: comments, order, spelling and defaults left out. What is no template stands for itself. */
export function canonicalTemplate(value: unknown): unknown {
  const { value: parsed, broken } =
    typeof value === "string" ? parse(value) : { value: fromRegistered(templateSchema, value) };
  const read = templateSchema.safeParse(parsed);
  // What is no template (the vendor may know more than we do) is compared as data, and what is no YAML as text: in a list,
  // since it has no places of a template and differs as a whole.
  if (!read.success) return [broken ? value : parsed];
  const { attestations, artifacts = [] } = read.data.trail ?? {};
  // Sorted, since a list with a name that cannot be a key stays a list.
  const byName = <T extends { name: string }>(list: readonly T[]) =>
    [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
  const required = (list: FlowAttestation[] = []) => (list.length > 0 ? { attestations: byName(list) } : {});
  return {
    trail: toRegistered(trailSchema, {
      ...required(attestations),
      ...(artifacts.length > 0
        ? { artifacts: byName(artifacts).map((each) => ({ name: each.name, ...required(each.attestations) })) }
        : {}),
    }),
  };
}

/** A list of control names, or the text of a template that is not of their form, by meaning. */
export function canonicalLegacyTemplate(value: unknown): unknown {
  return canonicalTemplate(Array.isArray(value) ? translateLegacy(value) : value);
}

/** The template that Kosli makes of a list of control names: one artifact with an attestation of any type for each. */
function translateLegacy(controls: readonly unknown[]): FlowTemplate {
  const names = [...new Set(controls.map(String))].filter((control) => control !== "artifact");
  return {
    trail: { artifacts: [{ name: "artifact", attestations: names.map((name) => ({ name, type: "*" as const })) }] },
  };
}

/** The list of control names behind a template, or `undefined` where none makes it. */
export function legacyControls(text: string): string[] | undefined {
  // Nearly every flow is read without such a list, and its template need not be parsed to know.
  if (!/\bartifact\b/.test(text)) return undefined;
  const read = templateSchema.safeParse(parse(text).value);
  const [only, ...others] = read.data?.trail?.artifacts ?? [];
  const required = only?.attestations ?? [];
  if (only?.name !== "artifact" || others.length > 0) return undefined;
  if ((read.data?.trail?.attestations ?? []).length > 0 || required.some(({ type }) => type !== "*")) return undefined;
  return required.map(({ name }) => name);
}

/** The object behind a template's text, or `undefined` where the text is no template. */
export function templateObject(text: string): FlowTemplate | undefined {
  return templateSchema.safeParse(parse(text).value).data;
}

/** The text to upload for a template argument: an object's keys stand in the order that Kosli documents. */
export function templateText(value: string | FlowTemplate): string {
  if (typeof value === "string") return value;
  const ordered = (list: FlowAttestation[] | undefined) => list?.map(({ name, type }) => ({ name, type }));
  const trail = value.trail && {
    attestations: ordered(value.trail.attestations),
    artifacts: value.trail.artifacts?.map((each) => ({ name: each.name, attestations: ordered(each.attestations) })),
  };
  // Members that are left out are not written.
  return yaml().stringify(
    { version: 1, trail: trail ?? undefined },
    // Quoted, so that a name such as "on" or "1e3" is a text to readers of every YAML version.
    { keepUndefined: false, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" },
  );
}

/** Everything wrong with a template's text. */
function problemsOfText(text: string): Problem[] {
  if (Buffer.byteLength(text) > LARGEST_TEMPLATE)
    return [{ path: [], message: "The template is larger than the 10 MB that Kosli takes" }];
  // Kosli judges it.
  if (text.length > LONGEST_READ) return [];
  const { value, broken } = parse(text);
  if (broken) return [{ path: [], message: `The template is not readable YAML: ${broken}` }];
  if (!isObject(value))
    return [
      { path: [], message: `The template must be a YAML mapping with the key "version", such as "${EMPTY_TEMPLATE}"` },
    ];
  const read = templateSchema.safeParse(value);
  if (read.success) return [];
  return read.error.issues.flatMap((issue): Problem[] => {
    const path = named(issue.path, value);
    if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({ path: [...path, key], message: "Kosli's template language has no such key" }));
  });
}

/** Items of lists by name, for messages. */
function named(path: readonly PropertyKey[], value: unknown): PropertyKey[] {
  let at = value;
  return path.map((step) => {
    const next: unknown = typeof at === "object" && at !== null ? Reflect.get(at, step) : undefined;
    at = next;
    return typeof step === "number" && isObject(next) && typeof next.name === "string" ? next.name : step;
  });
}

/** Reads YAML without trusting it: duplicate keys are errors, and length, nesting and what aliases may grow to are bounded. */
function parse(text: string): { readonly value?: unknown; readonly broken?: string } {
  if (text.length > LONGEST_READ) return { broken: `it is longer than ${LONGEST_READ} characters` };
  if (nesting(text) > DEEPEST_NESTING) return { broken: `it is nested more than ${DEEPEST_NESTING} deep` };
  if (marks(text) > MOST_MARKS) return { broken: `it has more than ${MOST_MARKS} anchors, aliases and tags` };
  const lineCounter = new (yaml().LineCounter)();
  const document = yaml().parseDocument(text, { uniqueKeys: false, logLevel: "error", lineCounter });
  const [error] = document.errors;
  if (error) return { broken: error.message.split("\n")[0] ?? error.code };
  const twice = keyThatIsThereTwice(document);
  if (twice !== undefined) {
    const { line, col } = lineCounter.linePos(twice);
    return { broken: `Map keys must be unique at line ${line}, column ${col}` };
  }
  try {
    return { value: document.toJS() };
  } catch (tooMuch) {
    return { broken: messageOf(tooMuch) };
  }
}

/** Where the second of two equal keys of one mapping stands. The parser's own search takes the square of their number. */
function keyThatIsThereTwice(document: Document): number | undefined {
  let found: number | undefined;
  const { isScalar, visit } = yaml();
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          found = key.range?.[0] ?? 0;
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return found;
}

/** How many anchors, aliases and tags there are at most; the parser's time grows with the square of them. */
function marks(text: string): number {
  return text.match(/(?:^|[\s[{,])[&*!]\S/gm)?.length ?? 0;
}

/** How deep lists stand in lists on one line; the parser's time grows with the square of it. Brackets in texts count too, which does no harm. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === "]" || character === "}") depth = Math.max(0, depth - 1);
  }
  const dashes = text.match(/(?:[-?][ \t]+)+/g) ?? [];
  return dashes.reduce((most, run) => Math.max(most, run.split(/[ \t]+/).length - 1), deepest);
}
