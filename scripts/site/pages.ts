import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, posix, relative, resolve, sep } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

/** The groups of the navigation, in their order; the reference of a vendor has one of its own. */
const GROUPS = ["Guides", "Vendors", "In depth", "Reference", "Project", "Files"];

/** One page of the site. */
export interface Page {
  /** The file in the repository that it shows: `docs/guides/stacks.md`. */
  readonly source: string;
  /** Where it stands in the site, without its ending: `guides/stacks`. */
  readonly path: string;
  readonly title: string;
  readonly group: string;
  /** Its place in its group; those without one come last, by their titles. */
  readonly order: number;
  /** Markdown without front matter, with links to other sources as they stand in the repository. */
  readonly text: string;
}

/** What the documents of a folder may say of themselves. */
const frontMatter = z.strictObject({
  title: z.string().min(1).optional(),
  group: z.enum(["In depth", "Project"]).optional(),
  order: z.number().optional(),
});

const IMAGES = [".svg", ".png"];

/** A link of a Markdown text, or the source of an image in it. */
const LINK = /(\]\(|<img src=")([^)#"\s]+)(#[^)"\s]*)?(?=[)"])/g;

/**
 * All pages of a repository: the README, what is in `docs`, and every file that one of them leads to.
 *
 * @throws Error naming every link that leads nowhere
 */
export function pagesOf(root: string): Page[] {
  const pages = new Map<string, Page>();
  const dead: string[] = [];
  const found = ["README.md", ...markdownIn(join(root, "docs")).map((file) => slashed(relative(root, file)))];
  for (let source = found.shift(); source !== undefined; source = found.shift()) {
    if (pages.has(source)) continue;
    const page = pageOf(root, source);
    pages.set(source, page);
    if (!source.endsWith(".md")) continue;
    for (const { target } of linksOf(page)) {
      const file = resolve(root, target);
      if (!existsSync(file) || !statSync(file).isFile()) dead.push(`${source} leads to ${target}, which is no file`);
      else if (!isImage(target)) found.push(target);
    }
  }
  if (dead.length > 0) throw new Error(dead.join("\n"));
  return [...pages.values()].sort(
    (a, b) => placeOf(a) - placeOf(b) || compare(a.group, b.group) || a.order - b.order || compare(a.title, b.title),
  );
}

/** The files of the repository that a page leads to or shows, by their places in the repository. */
export function linksOf({ source, text }: Page): { written: string; target: string }[] {
  return [...withoutCode(text).matchAll(LINK)]
    .map(([, , written = ""]) => written)
    .filter((written) => !/^[a-z]+:/.test(written))
    .map((written) => ({ written, target: posix.normalize(posix.join(posix.dirname(source), written)) }));
}

/** The text of a page with each link as a function says. */
export function relinked(page: Page, link: (target: string, written: string) => string): string {
  const targets = new Map(linksOf(page).map(({ written, target }) => [written, target]));
  return page.text.replace(LINK, (whole, before: string, written: string, anchor = "") => {
    const target = targets.get(written);
    return target === undefined ? whole : `${before}${link(target, written)}${anchor}`;
  });
}

export function isImage(path: string): boolean {
  return IMAGES.includes(extname(path));
}

function pageOf(root: string, source: string): Page {
  const written = readFileSync(join(root, source), "utf8");
  if (!source.endsWith(".md")) {
    const text = `# ${source}\n\n${fenced(written, languageOf(source))}\n`;
    return { source, path: `files/${source.replaceAll(".", "-")}`, title: source, group: "Files", order: 0, text };
  }
  const [, matter, body] = /^---\n(.*?)^---\n(.*)$/ms.exec(written) ?? [undefined, undefined, written];
  const told = frontMatter.parse(matter === undefined ? {} : parse(matter));
  const [, heading] = /^# (.+)$/m.exec(withoutCode(body ?? "")) ?? [];
  if (heading === undefined) throw new Error(`${source} has no heading of the first level`);
  return {
    source,
    path: pathOf(source),
    title: told.title ?? heading.replaceAll("`", ""),
    group: told.group ?? groupOf(source),
    order: told.order ?? Number.MAX_SAFE_INTEGER,
    text: (body ?? "").trimStart(),
  };
}

function pathOf(source: string): string {
  const path = source.replace(/^docs\//, "").replace(/\.md$/, "");
  return path.replace(/\bREADME$/, "index").toLowerCase();
}

function groupOf(source: string): string {
  const [, folder = "", name = ""] = /^docs\/(guides|vendors|reference)\/(\w+)/.exec(source) ?? [];
  if (folder === "") return source.startsWith("docs/") ? "In depth" : "Project";
  const group = `${folder.slice(0, 1).toUpperCase()}${folder.slice(1)}`;
  return folder === "reference" && name !== "README" ? `${group}: ${name}` : group;
}

function placeOf({ group }: Page): number {
  return GROUPS.indexOf(group.split(":")[0] ?? "");
}

function markdownIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file));
}

/** The same text with blanks for what is code, so that places stay. */
function withoutCode(text: string): string {
  return text
    .replace(/^(`{3,})[^\n]*\n.*?^\1`*$/gms, (block) => block.replace(/[^\n]/g, " "))
    .replace(/(`+)[^`\n]+?\1(?!`)/g, (span) => span.replace(/[^\n]/g, " "));
}

function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

function languageOf(source: string): string {
  const languages: Record<string, string> = {
    ".ts": "ts",
    ".js": "js",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
  };
  return languages[extname(source)] ?? "text";
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, "en");
}

function slashed(path: string): string {
  return path.split(sep).join("/");
}
