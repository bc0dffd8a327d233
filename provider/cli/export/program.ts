import type { Vendor } from "../../vendors/vendor";
import { checklist } from "./checklist";
import { importFile } from "./import-file";
import { moduleOf, textsOf } from "./module";
import { compare, named } from "./naming";
import { projectFiles } from "./project";
import { References } from "./references";
import { secretsFile, secretsOf } from "./secrets-file";
import type { TakenFlow } from "./taken-flow";
import { type WrittenFlow, writeFlow } from "./written-flow";

/** One file of an export. */
export interface ExportedFile {
  /** From the folder of the export, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Holds secrets in clear: nobody else may read it. */
  readonly secret?: true;
  /** Belongs to the project: what is there already stays. */
  readonly scaffold?: true;
}

/** Something that could not be exported. */
export interface Missing {
  readonly what: string;
  readonly reason: string;
}

/** What is known of an account. */
export interface Account {
  readonly vendor: Pick<Vendor, "name" | "settings">;
  readonly flows: readonly TakenFlow[];
  /** What could not be read. */
  readonly missing: readonly Missing[];
}

/** A program that declares flows, and what brings them into its stack. */
export interface ExportedProgram {
  readonly files: readonly ExportedFile[];
  readonly flows: readonly WrittenFlow[];
  readonly missing: readonly Missing[];
}

/** Writes a program that declares the flows of an account. The same account gives the same files. */
export function exportedProgram({ vendor, flows, missing }: Account): ExportedProgram {
  const all = named(flows);
  const unwritten: Missing[] = [];
  let left = all;
  // What refers to a flow that cannot be written must be written without it.
  for (;;) {
    const references = new References(left);
    const results = left.map((flow) => ({ flow, result: writeFlow(flow, references) }));
    const failed = results.filter(({ result }) => "reason" in result);
    for (const { flow, result } of failed)
      if ("reason" in result)
        unwritten.push({ what: `${flow.type.noun} "${flow.label}" (${flow.id})`, reason: result.reason });
    if (failed.length === 0) {
      const written = results.flatMap(({ result }) => ("reason" in result ? [] : [result]));
      const notExported = [...missing, ...unwritten].sort((a, b) => compare(a.what, b.what));
      return { files: filesOf(vendor, written, references, notExported), flows: written, missing: notExported };
    }
    left = left.filter((flow) => !failed.some((each) => each.flow === flow));
  }
}

function filesOf(
  vendor: Account["vendor"],
  written: readonly WrittenFlow[],
  references: References,
  missing: readonly Missing[],
): ExportedFile[] {
  const modules = new Map(written.map(({ flow }) => [flow.variable, flow.slug]));
  const ordered = references
    .inOrder(written.map(({ flow }) => flow))
    .flatMap((flow) => written.filter((each) => each.flow === flow));
  const flowFiles = written.flatMap((each) => [
    { path: `flows/${each.flow.slug}.ts`, text: moduleOf(each, modules) },
    ...textsOf(each).map(({ name, value }) => ({ path: `flows/${each.flow.slug}/${name}`, text: value })),
  ]);
  const index = written.map(({ flow }) => `import "./flows/${flow.slug}";\n`).join("");
  return [
    ...projectFiles(vendor.name),
    { path: "index.ts", text: index === "" ? "export {};\n" : index },
    ...flowFiles,
    { path: "import.json", text: importFile(ordered), secret: true },
    ...(written.some((each) => secretsOf(each).length > 0)
      ? [{ path: "secrets.json", text: secretsFile(written), secret: true } as const]
      : []),
    { path: "EXPORT.md", text: checklist({ vendor, flows: written, broken: references.broken, missing }) },
  ];
}
