import { resolve } from "node:path";
import { defineCommand } from "../command";
import { demandNothingOverwritten, fatesOf, writeFiles } from "../export/folder";
import { UsageError } from "../io";
import { pageOf } from "./page";
import { readPreviews } from "./preview";
import { reviewedFlow } from "./reviewed-flow";
import { summaryOf } from "./summary";

/** `pulumi-flows review` */
export const review = defineCommand({
  summary: "Shows what a preview would change in flows: as a page, and as a summary.",
  help: `Usage: pulumi preview --json | pulumi-flows review --out FILE [options]
       pulumi-flows review --preview FILE [--preview FILE …] --out FILE [options]

Makes one page of what a preview would change in flows: the graph of each before and after,
with what is added, removed and changed, and texts compared word by word. The page is one
file of HTML without scripts, and shows no secret. Calls nobody.

Options:
  --preview FILE   What \`pulumi preview --json\` wrote; - is standard input. May be given
                   several times, once for each stack.
  --out FILE       The page.
  --summary FILE   A short summary in Markdown, for a comment of a pull request; - is
                   standard output.
  --force          Overwrites files that are there and differ.
  --help           Tells this.

Exit code: 0 done, 1 an error, or the preview itself has failed: then the page and the
summary tell why. What a policy forbids stands not in the preview: see to its own exit code.
`,
  options: {
    preview: { type: "string", multiple: true },
    out: { type: "string" },
    summary: { type: "string" },
    force: { type: "boolean" },
  },
  async run({ preview, out, summary, force }, io) {
    if (out === undefined && summary === undefined)
      throw new UsageError("Name the page's file with --out, or the summary's with --summary.");
    if (out !== undefined && summary !== undefined && resolve(io.cwd, out) === resolve(io.cwd, summary))
      throw new UsageError("--out and --summary name the same file.");
    const previews = (await readPreviews(preview ?? [], io)).map((each) => ({
      ...each,
      flows: each.flows.map((flow) => reviewedFlow(flow, each.names)),
    }));
    const files = [
      ...(out === undefined ? [] : [{ path: out, text: pageOf(previews) }]),
      ...(summary === undefined || summary === "-" ? [] : [{ path: summary, text: summaryOf(previews) }]),
    ];
    const fates = fatesOf(io.cwd, "", files);
    if (!force) demandNothingOverwritten("", fates);
    writeFiles(io.cwd, "", fates);
    if (summary === "-") io.stdout(summaryOf(previews));
    else for (const [{ path }, fate] of fates) io.stdout(`${path}: ${fate}\n`);
    return previews.some(({ hasFailed }) => hasFailed) ? 1 : 0;
  },
});
