import { parseDocument, stringify } from "yaml";
import type { Contract } from "./contract";
import type { KosliSwitches } from "./kosli-switches";
import { messageOf } from "./request-body";
import { toViolations, type Violation } from "./violations";

// Section numbers are those of the vendor notes on Kosli (`vendors/kosli.md`).

interface TemplateAttestation {
  name: string;
  type: string;
}
interface Template {
  trail?: {
    attestations?: TemplateAttestation[];
    artifacts?: { name: string; attestations?: TemplateAttestation[] }[];
  } | null;
}

/**
 * 2.2: one artifact called `artifact`; every other entry becomes an attestation of it, of type `*`, in the order of the
 * list. Written as a machine writes it: block style, `[]` for empty lists, dashes at the parent's indentation.
 */
export function legacyTemplate(entries: readonly string[]): string {
  const attestations = entries.filter((name) => name !== "artifact").map((name) => ({ name, type: "*" }));
  const template = { version: 1, trail: { attestations: [], artifacts: [{ name: "artifact", attestations }] } };
  return stringify(template, { indentSeq: false, singleQuote: true, lineWidth: 0, version: "1.1" });
}

/** The upload as it is stored: verbatim (5), unless a switch says otherwise. */
export function storedTemplate(upload: string, switches: KosliSwitches): string {
  const text = switches.templateByteOrderMark === "dropped" ? upload.replace(/^\uFEFF/, "") : upload;
  return switches.templateLineEnds === "lf" ? text.replaceAll("\r\n", "\n") : text;
}

/** What is wrong with a template: broken YAML, a departure from the schema (2.5), or from the rules beside it. */
export function templateProblems(text: string, switches: KosliSwitches, contract: Contract): Violation[] {
  const parsed = parseYaml(text, switches.yamlVersion);
  if ("problem" in parsed) return [{ in: "body", field: "template_file", message: parsed.problem, input: text }];
  const isTemplate = contract.schema<Template>("FlowTemplate");
  return isTemplate(parsed.value)
    ? [...attestationProblems(parsed.value, switches), ...artifactProblems(parsed.value, switches)]
    : toViolations("body", isTemplate.errors, "template_file");
}

function attestationProblems(template: Template, switches: KosliSwitches): Violation[] {
  const { duplicateAttestationNames, customTypes } = switches;
  const lists = [
    { field: "template_file.trail.attestations", items: template.trail?.attestations ?? [] },
    ...(template.trail?.artifacts ?? []).map(({ attestations = [] }, index) => ({
      field: `template_file.trail.artifacts[${index}].attestations`,
      items: attestations,
    })),
  ];
  return lists.flatMap(({ field, items }) =>
    items.flatMap(({ name, type }, index) => {
      const repeated = items.findIndex((other) => other.name === name) !== index;
      const custom = type.startsWith("custom:") ? type.slice("custom:".length) : undefined;
      const unknown = customTypes !== "any" && custom !== undefined && !customTypes.includes(custom);
      return [
        ...(repeated && duplicateAttestationNames === "refused"
          ? [problem(`${field}[${index}].name`, "attestation names must be unique", name)]
          : []),
        ...(unknown ? [problem(`${field}[${index}].type`, "custom attestation type does not exist", type)] : []),
      ];
    }),
  );
}

function artifactProblems(template: Template, { emptyArtifactName }: KosliSwitches): Violation[] {
  if (emptyArtifactName === "accepted") return [];
  return (template.trail?.artifacts ?? []).flatMap(({ name }, index) =>
    name === ""
      ? [problem(`template_file.trail.artifacts[${index}].name`, "must NOT have fewer than 1 characters", name)]
      : [],
  );
}

function problem(field: string, message: string, input: string): Violation {
  return { in: "body", field, message, input };
}

/** A key that is there twice is no error: Python's usual reader takes the last one. */
function parseYaml(text: string, version: KosliSwitches["yamlVersion"]): { value: unknown } | { problem: string } {
  const document = parseDocument(text, { version, uniqueKeys: false, prettyErrors: false });
  const [first] = [...document.errors, ...document.warnings];
  if (first !== undefined) return { problem: `not YAML: ${first.message}` };
  try {
    return { value: document.toJS() };
  } catch (error) {
    return { problem: `not YAML: ${messageOf(error)}` };
  }
}
