import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type {
  LogLevel as LogLevelOfTypeDoc,
  PageDefinition,
  ProjectReflection,
  RouterTarget,
  TypeDocOptions,
} from "typedoc" with { "resolution-mode": "import" };
import { stringify } from "yaml";
import { accessible } from "./accessible";
import { deadLinksIn } from "./dead-links";
import { isImage, linksOf, type Page, pagesOf, relinked } from "./pages";

/**
 * Builds the documentation of a repository as a site that needs no network: a page for each document, and for each file
 * that one of them leads to. Answers with the pages.
 *
 * @throws Error with what TypeDoc warns of, or naming every link and anchor that leads nowhere
 */
export async function buildSite(root: string, out: string): Promise<Page[]> {
  const pages = pagesOf(root);
  const staged = mkdtempSync(join(tmpdir(), "pulumi-flows-site-"));
  try {
    for (const page of pages) stage(root, staged, page);
    await generate(staged, out, pages);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
  const dead = deadLinksIn(out);
  if (dead.length > 0) throw new Error(`Links that lead nowhere:\n${dead.join("\n")}`);
  return pages;
}

/** Puts a page, and the images on it, where TypeDoc finds them. */
function stage(root: string, staged: string, page: Page): void {
  const text = relinked(page, (target, written) => (isImage(target) || isMarkdown(target) ? written : `${written}.md`));
  const file = join(staged, stagedAs(page));
  const matter = {
    title: page.title,
    path: page.path,
    group: page.group,
  };
  const head = page.source === "README.md" ? "" : `---\n${stringify(matter)}---\n`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${head}${text}`);
  for (const { target } of linksOf(page).filter((each) => isImage(each.target))) {
    mkdirSync(dirname(join(staged, target)), { recursive: true });
    copyFileSync(join(root, target), join(staged, target));
  }
}

async function generate(staged: string, out: string, pages: readonly Page[]): Promise<void> {
  const { Application, BaseRouter, DocumentReflection, Logger, LogLevel } = await import("typedoc");

  /** Pages stand where the documents stand in the repository. */
  class DocumentRouter extends BaseRouter {
    override buildPages(project: ProjectReflection): PageDefinition[] {
      const [start, , ...rest] = super.buildPages(project);
      if (!start) throw new Error("there is no start page");
      // TypeDoc means its own list of modules by the project, which is empty here.
      this.fullUrls.set(project, start.url);
      return [start, ...rest];
    }

    protected override getIdealBaseName(target: RouterTarget): string {
      return target instanceof DocumentReflection ? String(target.frontmatter.path) : target.name;
    }
  }

  const documents = pages.filter(({ source }) => source !== "README.md");
  const options: TypeDocOptions = {
    name: "pulumi-flows",
    entryPoints: [],
    projectDocuments: documents.map((page) => join(staged, stagedAs(page))),
    readme: join(staged, "README.md"),
    basePath: staged,
    disableGit: true,
    disableSources: true,
    router: "documents",
    sort: ["alphabetical-ignoring-documents"],
    groupOrder: [...new Set(pages.map(({ group }) => group))],
    navigation: { includeGroups: true },
    headings: { readme: false, document: false },
    highlightLanguages: ["bash", "console", "diff", "javascript", "json", "typescript", "yaml"],
    ignoredHighlightLanguages: ["mermaid"],
    customCss: join(__dirname, "site.css"),
    searchInDocuments: true,
    includeHierarchySummary: false,
    hideGenerator: true,
    githubPages: false,
  };
  const complaints: string[] = [];
  class Complaints extends Logger {
    override log(message: string, level: LogLevelOfTypeDoc): void {
      super.log(message, level);
      if (level >= LogLevel.Warn) complaints.push(message);
    }
  }

  const app = await Application.bootstrap(options);
  app.logger = new Complaints();
  app.renderer.defineRouter("documents", DocumentRouter);
  app.renderer.on("endPage", (page) => {
    // TypeDoc leads to the folder of the start page, which shows no page where there is no server.
    const html = (page.contents ?? "").replace(/ href="((?:\.\.?\/)+)(?=["#])/g, ' href="$1index.html');
    page.contents = accessible(html);
  });
  const project = await app.convert();
  if (!project) throw new Error("TypeDoc made nothing");
  await app.generateDocs(project, out);
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
}

function stagedAs({ source }: Page): string {
  return isMarkdown(source) ? source : `${source}.md`;
}

function isMarkdown(path: string): boolean {
  return path.endsWith(".md");
}
