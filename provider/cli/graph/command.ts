import { join } from "node:path";
import partition from "lodash/partition";
import type { FlowType } from "../../lifecycle/flow-type";
import { markdownOf } from "../../picture/markdown";
import { mermaidComment, mermaidDoubts, mermaidOf } from "../../picture/mermaid";
import { svgOf } from "../../picture/svg";
import { allVendors } from "../../vendors";
import { nearestName } from "../../vendors/nearest-name";
import { defineCommand, type Given } from "../command";
import { demandNothingOverwritten, fatesOf, writeFiles } from "../export/folder";
import { freeFileName } from "../export/naming";
import { CommandError, type Io, UsageError } from "../io";
import { drawnAtVendor } from "./at-vendor";
import { drawnInFile } from "./in-file";
import { drawnInStates } from "./in-state";
import type { Subject } from "./subject";

/** What can be drawn, and what files of it end in. */
const FORMATS = { mermaid: "mmd", svg: "svg" } as const;
type Format = keyof typeof FORMATS;

const options = {
  state: { type: "string", multiple: true },
  flow: { type: "string" },
  type: { type: "string" },
  file: { type: "string" },
  id: { type: "string" },
  stack: { type: "string" },
  format: { type: "string" },
  out: { type: "string" },
  force: { type: "boolean" },
} as const;

type Options = Given<typeof options>;

/** `pulumi-flows graph` */
export const graph = defineCommand({
  summary: "Draws flows, as Mermaid or SVG: from a state, a file or the vendor.",
  help: `Usage: pulumi stack export | pulumi-flows graph [options]
       pulumi-flows graph --state FILE [--flow NAME] [options]
       pulumi-flows graph --type TYPE --file FILE [options]
       pulumi-flows graph --type TYPE --id ID [options]

Draws flows: the steps of a workflow and what follows what, what a trail must prove, which
version is deployed where. Changes nothing, and shows no secret.

Options:
  --state FILE     A file that \`pulumi stack export\` wrote; - is standard input.
                   May be given several times.
  --flow NAME      Only this flow of the state: the resource's name or URN, the flow's id or
                   its name at the vendor.
  --type TYPE      The type of the flow, such as kapso:Workflow.
  --file FILE      A file that holds the arguments of the flow, or its document alone: steps,
                   graph, template or attributes, as JSON or YAML; - is standard input.
  --id ID          The flow as the vendor has it now, by Pulumi's id of it.
  --stack NAME     The stack whose configuration is used to read it. Default: the one that is
                   selected.
  --format FORMAT  mermaid or svg. Default: mermaid; several flows on standard output are
                   Markdown that holds a diagram of each.
  --out DIR        Writes a file for each flow into this folder. Needed for several flows
                   as SVG.
  --force          Overwrites files that are there and differ.
  --help           Tells this.

Exit code: 0 what there is to draw is drawn, 1 an error, or there is nothing.
`,
  options,
  async run(given, io) {
    const format = formatOf(given.format);
    if (given.force && given.out === undefined) throw new UsageError("--force is for files: name a folder with --out.");
    const { subjects, isWhole } = await drawn(given, io);
    const [full, empty] = partition(subjects, ({ drawing }) => drawing.boxes.length > 0);
    for (const { title } of empty) io.stderr(`warning: ${title}: there is nothing to draw. ${NOTHING}\n`);
    if (full.length === 0) return 1;
    for (const each of format === "mermaid" ? full : [])
      for (const doubt of mermaidDoubts(each))
        io.stderr(`warning: ${each.title}: ${doubt}; \`--format svg\` has no such bound.\n`);
    if (given.out !== undefined) write(full, format, given.out, given.force ?? false, io);
    else io.stdout(printed(full, format));
    return isWhole ? 0 : 1;
  },
});

/** Why a drawing may be empty. */
const NOTHING =
  "A state does not keep what the program leaves to others; `--type` with `--id` draws what the vendor has.";

function formatOf(given: string | undefined): Format {
  const names = Object.keys(FORMATS) as Format[];
  const format = names.find((name) => name === (given ?? "mermaid"));
  if (format) return format;
  const near = nearestName(given ?? "", names);
  throw new UsageError(`There is no format "${given}".${near ? ` Did you mean ${near}?` : ""}`);
}

/** What is asked for. */
async function drawn(
  given: Options,
  io: Io,
): Promise<{ readonly subjects: readonly Subject[]; readonly isWhole: boolean }> {
  const { state, flow, type: token, file, id, stack } = given;
  if (token === undefined) {
    if (file !== undefined || id !== undefined) throw new UsageError("Name the type of the flow with --type.");
    if (stack !== undefined) throw new UsageError("--stack goes with --id: a state holds all that is drawn of it.");
    const { subjects, failures, notes } = await drawnInStates(state ?? [], flow, io);
    for (const note of notes) io.stderr(`note: ${note}\n`);
    for (const failure of failures) io.stderr(`not drawn: ${failure}\n`);
    return { subjects, isWhole: failures.length === 0 };
  }
  if (state || flow !== undefined) throw new UsageError("--type does not go with --state or --flow.");
  const type = typeOf(token);
  if (file !== undefined && id === undefined) {
    if (stack !== undefined) throw new UsageError("--stack goes with --id: a file holds all that is drawn of it.");
    const { subject, doubts } = await drawnInFile(type, file, io);
    for (const doubt of doubts) io.stderr(`warning: ${doubt}\n`);
    if (subject.drawing.boxes.length === 0) throw new CommandError(`There is nothing to draw in ${file}.`);
    return { subjects: [subject], isWhole: true };
  }
  if (id === undefined || file !== undefined)
    throw new UsageError("Name either a file with --file or a flow at the vendor with --id.");
  return { subjects: [await drawnAtVendor(type, id, stack, io)], isWhole: true };
}

function typeOf(token: string): FlowType {
  const types = allVendors().flatMap(({ flowTypes }) => flowTypes);
  const found = types.find((each) => each.token === token);
  if (found) return found;
  const tokens = types.map((each) => each.token);
  const near = nearestName(token, tokens);
  throw new UsageError(
    `There is no type "${token}". ${near ? `Did you mean ${near}?` : `There are ${tokens.join(", ")}.`}`,
  );
}

function printed(subjects: readonly Subject[], format: Format): string {
  if (format === "mermaid") {
    const [only] = subjects;
    if (only && subjects.length === 1) return mermaidOf(only);
    return markdownOf(subjects);
  }
  if (subjects.length > 1)
    throw new UsageError(
      `${subjects.length} flows do not go into one SVG: choose one with --flow, or name a folder with --out.`,
    );
  return subjects.map(svgOf).join("");
}

function write(subjects: readonly Subject[], format: Format, out: string, isForced: boolean, io: Io): void {
  const taken = new Set<string>();
  const files = subjects.map((each) => ({
    path: `${freeFileName(each.name, taken)}.${FORMATS[format]}`,
    text: format === "svg" ? svgOf(each) : `${mermaidComment(each)}\n${mermaidOf(each)}`,
  }));
  const fates = fatesOf(io.cwd, out, files);
  if (!isForced) demandNothingOverwritten(out, fates);
  writeFiles(io.cwd, out, fates);
  for (const [{ path }, fate] of fates) io.stdout(`${join(out, path)}: ${fate}\n`);
}
