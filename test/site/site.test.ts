import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page as BrowserPage } from "playwright-core";
import { buildSite } from "../../scripts/site/build";
import { deadLinksIn } from "../../scripts/site/dead-links";
import type { Page } from "../../scripts/site/pages";
import { barriersOn, NO_BROWSER, openBrowser } from "../harness/browser";

const root = resolve(__dirname, "../..");

describe("site", function () {
  this.timeout(60_000);

  let out: string;
  let pages: Page[];

  before(async () => {
    out = mkdtempSync(join(tmpdir(), "pulumi-flows-site-test-"));
    // Fails where TypeDoc warns.
    pages = await buildSite(root, out);
  });

  after(() => rmSync(out, { recursive: true, force: true }));

  it("site: it shows every document of docs/, and what they lead to", () => {
    const documents = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => `docs/${file}`);
    const shown = pages.map(({ source }) => source);
    assert.ok(documents.length > 30);
    assert.deepEqual(
      [...documents, "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "examples/kosli/index.ts"].filter(
        (source) => !shown.includes(source),
      ),
      [],
    );
  });

  it("site: every page has a file of its own, where the document stands", () => {
    const built = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"));
    assert.deepEqual(
      built.sort(),
      pages.map(({ source, path }) => (source === "README.md" ? "index.html" : `${path}.html`)).sort(),
    );
  });

  it("site: every link and anchor in it leads somewhere", () => {
    assert.deepEqual(deadLinksIn(out), []);
  });

  for (const [what, link, complaint] of [
    ["a file that is not there", "docs/missing.md", /docs\/a\.md leads to docs\/missing\.md, which is no file/],
    ["a folder", ".", /docs\/a\.md leads to docs\/?, which is no file/],
    ["a heading that is not there", "#missing", /a\.html: #missing/],
    [
      "a heading that another document does not have",
      "../README.md#missing",
      /A links to .*#missing, but the anchor does not exist/,
    ],
  ] as const) {
    it(`site: a link to ${what} fails the build`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-site-test-"));
      const small = (text: string) => {
        writeFileSync(join(folder, "docs/a.md"), text);
        return buildSite(folder, join(folder, "site"));
      };
      try {
        mkdirSync(join(folder, "docs"));
        writeFileSync(join(folder, "README.md"), "# Start\n\n[A](docs/a.md#a)\n");
        assert.equal((await small("# A\n\n[Start](../README.md#start)\n")).length, 2);
        await assert.rejects(small(`# A\n\n[Nowhere](${link.replace(/^docs\//, "")})\n`), complaint);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }

  it("site: no page loads anything from elsewhere", () => {
    for (const file of readdirSync(out, { recursive: true, encoding: "utf8" })) {
      if (!/\.(html|css)$/.test(file)) continue;
      const text = readFileSync(join(out, file), "utf8");
      const loaded = [...text.matchAll(/<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]+)"|url\(([^)]+)\)/g)];
      assert.deepEqual(
        loaded.map(([, from, url]) => from ?? url ?? "").filter((from) => /^["']?(https?:)?\/\//.test(from)),
        [],
        file,
      );
    }
  });

  describe("in a browser", () => {
    let browser: Browser | undefined;
    let page: BrowserPage;

    before(async function () {
      browser = await openBrowser();
      if (!browser) {
        console.log(`!!! ${NO_BROWSER}`);
        this.skip();
      }
    });

    after(() => browser?.close());

    /** Opens a page of the site, and answers with what its scripts complained of. */
    async function open(path: string, width = 1280): Promise<string[]> {
      assert.ok(browser);
      const context = await browser.newContext({ viewport: { width, height: 900 } });
      page = await context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", ({ message }) => complaints.push(message));
      const own = pathToFileURL(out).href;
      page.on("request", (request) => {
        if (!request.url().startsWith(own)) complaints.push(`asks for ${request.url()}`);
      });
      await page.goto(pathToFileURL(join(out, path)).href);
      // The navigation is made by a script.
      await page.locator("#tsd-nav-container a").first().waitFor({ state: "attached" });
      return complaints;
    }

    it("site: every page is in the navigation", async () => {
      assert.deepEqual(await open("index.html"), []);
      // Groups that are closed hold links all the same.
      const links = await page
        .locator(".site-menu a")
        .evaluateAll((all) => all.map((each) => each.getAttribute("href")));
      const reached = new Set(links.map((link) => resolve(out, link ?? "")));
      assert.deepEqual(
        pages
          .map(({ source, path }) => (source === "README.md" ? "index.html" : `${path}.html`))
          .filter((file) => !reached.has(join(out, file))),
        [],
      );
      await page.context().close();
    });

    it("site: the search finds words of a document", async () => {
      await open("index.html");
      await page.keyboard.press("/");
      await page.locator("#tsd-search-input").fill("attestations");
      await page.locator("#tsd-search-results a").first().waitFor();
      const found = await page.locator("#tsd-search-results").textContent();
      assert.match(found ?? "", /kosli/i);
      await page.context().close();
    });

    it("site: no page is wider than a screen of 390 px", async () => {
      await open("index.html", 390);
      const wide: string[] = [];
      for (const { source, path } of pages) {
        await page.goto(pathToFileURL(join(out, source === "README.md" ? "index.html" : `${path}.html`)).href);
        // Pages are hidden until their navigation is made.
        await page.locator("main").waitFor();
        const width = await page.evaluate("document.documentElement.scrollWidth");
        if (width !== 390) wide.push(`${source}: ${width}`);
      }
      assert.deepEqual(wide, []);
      await page.context().close();
    });

    for (const path of ["index.html", "reference/kapso/workflow.html", "troubleshooting.html"]) {
      it(`site: ${path} keeps nobody out, in light and in dark`, async () => {
        assert.deepEqual(await open(path), []);
        assert.deepEqual(await barriersOn(page), []);
        await page.emulateMedia({ colorScheme: "dark" });
        assert.deepEqual(await barriersOn(page, ["color-contrast", "link-in-text-block"]), []);
        await page.context().close();
      });

      it(`site: ${path} keeps nobody out on a screen of 390 px`, async () => {
        assert.deepEqual(await open(path, 390), []);
        assert.deepEqual(await barriersOn(page), []);
        await page.context().close();
      });
    }
  });
});
