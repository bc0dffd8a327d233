import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Values } from "../../../provider/lifecycle/values";
import { barriersOn, NO_BROWSER, openBrowser } from "../../harness/browser";
import { FLOWS } from "../../picture/flows";
import { run as runCommand } from "../exported-state";
import { type Previewed, previewOf } from "./previews";

/** A step for each number, each after the one before, with ways back to the start. */
function long(count: number, message: (index: number) => string): Values {
  const ids = Array.from({ length: count }, (_, index) => `step_${index}`);
  return {
    name: "long",
    definition: {
      nodes: [
        { id: "start", data: { node_type: "start", config: {} } },
        ...ids.map((id, index) => ({ id, data: { node_type: "send_text", config: { message: message(index) } } })),
      ],
      edges: [
        { source: "start", target: "step_0" },
        ...ids.slice(1).map((target, index) => ({ source: `step_${index}`, target })),
      ],
    },
  };
}

const bot = (greeting: string): Values => ({
  name: "bot",
  definition: {
    nodes: [
      { id: "start", data: { node_type: "start", config: {} } },
      { id: "greet", data: { node_type: "send_text", config: { message: greeting } } },
    ],
    edges: [{ source: "start", target: "greet" }],
  },
});

/** Every flow type made, changed and taken away. */
const all = Object.entries(FLOWS).flatMap(([name, [token, args]]): Previewed[] => [
  { token, name: `${name}-new`, after: args },
  { token, name: `${name}-gone`, before: args },
]);

describe("page of a review", function () {
  this.timeout(60_000);
  let folder: string;
  let browser: Browser | undefined;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-review-"));
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = async (flows: readonly Previewed[], more?: Values) => {
    const told = await runCommand(["review", "--out", "page.html", "--force"], {
      cwd: folder,
      stdin: previewOf(flows, more),
    });
    assert.equal(told.stderr, "");
    return readFileSync(join(folder, "page.html"), "utf8");
  };
  const look = async (use: (page: Page) => Promise<void>, options: Parameters<Browser["newContext"]>[0] = {}) => {
    if (!browser) throw new Error(NO_BROWSER);
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const failures: string[] = [];
    page.on("console", (message) => failures.push(message.text()));
    page.on("pageerror", (error) => failures.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) failures.push(`asks for ${request.url()}`);
    });
    await page.goto(`file://${join(folder, "page.html")}`);
    await use(page);
    assert.deepEqual(failures, []);
    await context.close();
  };

  it("page: it holds no script and no address, and forbids itself both", async () => {
    const page = await write(all);
    assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/);
    assert.doesNotMatch(page, /<script|javascript:|\son\w+=|@import|url\(|<link|<img|<iframe|<form/i);
    const attributes = [...page.matchAll(/\s(?:href|src|action|xlink:href)="([^"]*)"/g)].map(
      ([, value]) => value ?? "",
    );
    assert.deepEqual(
      attributes.filter((value) => !value.startsWith("#")),
      [],
    );
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    assert.deepEqual(new Set(ids).size, ids.length);
    assert.deepEqual(
      attributes.filter((value) => !ids.includes(value.slice(1))),
      [],
    );
  });

  it("page: what flows say is text, whatever it is, and hides nothing", async () => {
    const nasty = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;\u202Eevil\u200b";
    const page = await write([{ token: "kapso:Workflow", name: "bot", before: bot("Hello"), after: bot(nasty) }], {
      diagnostics: [{ severity: "warning", message: `warning: ${nasty}` }],
    });
    assert.doesNotMatch(page, /<script|<img/);
    assert.ok(page.includes("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert.doesNotMatch(page, /[\u202e\u200b]/);
    assert.match(page, /<span class="unseen">U\+202E<\/span>/);
    assert.match(page, /<span class="unseen">U\+200B<\/span>/);
  });

  it("page: it shows no secret, and nothing that looks like one", async () => {
    const call = (url: string, key: string) => ({
      name: "bot",
      definition: {
        nodes: [
          { id: "start", data: { node_type: "start", config: {} } },
          {
            id: "call",
            data: {
              node_type: "webhook",
              config: {
                url,
                headers: { Authorization: `Bearer ${key}` },
                body_template: { key: "sk-abcdefghij0123456789abcdefghij" },
              },
            },
          },
        ],
        edges: [{ source: "start", target: "call" }],
      },
    });
    const page = await write([
      {
        token: "kapso:Workflow",
        name: "bot",
        before: call("https://a.example", "first-secret-key"),
        after: call("https://b.example", "second-secret-key"),
      },
    ]);
    assert.doesNotMatch(page, /secret-key|sk-abcdef/);
    assert.match(page, /<del>a\.example<\/del><ins>b\.example<\/ins>/);
  });

  it("page: equal previews make equal pages", async () => {
    assert.equal(await write(all), await write(all));
  });

  for (const colorScheme of ["light", "dark"] as const)
    it(`page: nothing on it keeps people from using it, in ${colorScheme}`, async function () {
      if (!browser) this.skip();
      await write(
        [...all, { token: "kapso:Workflow", name: "bot", before: bot("Hello you"), after: bot("Hello there") }],
        {
          diagnostics: [
            { severity: "error", message: "error: it failed" },
            { severity: "info#err", message: "warning: [runtime] it is doubtful" },
          ],
        },
      );
      await look(async (page) => assert.deepEqual(await barriersOn(page), []), { colorScheme });
      await look(async (page) => assert.deepEqual(await barriersOn(page), []), {
        colorScheme,
        viewport: { width: 360, height: 700 },
      });
    });

  it("page: it needs no script: by keyboard alone a reader comes from a flow to its graph, to what changes in a step, and back", async function () {
    if (!browser) this.skip();
    await write([{ token: "kapso:Workflow", name: "bot", before: bot("Hello you"), after: bot("Hello there") }]);
    await look(
      async (page) => {
        const focused = () =>
          page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent");
        const seen: unknown[] = [];
        for (let index = 0; index < 6; index++) {
          await page.keyboard.press("Tab");
          seen.push(await focused());
        }
        assert.deepEqual(seen, [
          "To the flows",
          'Kapso workflow "bot"',
          'Past the graph of Kapso workflow "bot"',
          'Graph of Kapso workflow "bot"',
          "changed: greet",
          "greet in the graph",
        ]);
        await page.keyboard.press("Enter");
        assert.match(page.url(), /#s1-f1-after-1$/);
        await page.locator("#s1-f1-before-1").focus();
        await page.keyboard.press("Enter");
        assert.equal(
          await page
            .locator(".step:target h4")
            .textContent()
            .then((text) => text?.replace(/\s+/g, " ")),
          "~changed: greet send_text",
        );
      },
      { javaScriptEnabled: true },
    );
  });

  it("page: what is in both graphs stands in the same place of both", async function () {
    if (!browser) this.skip();
    await write([
      {
        token: "kapso:Workflow",
        name: "bot",
        before: bot("Hi"),
        after: bot("A greeting that needs three lines at least, and so makes its box higher than it was before"),
      },
    ]);
    await look(async (page) => {
      const places = await page
        .locator(".graphs svg")
        .evaluateAll((pictures) =>
          pictures.map((picture) =>
            [...picture.querySelectorAll(".box")].map((box) =>
              ["x", "y", "width", "height"].map((name) => box.getAttribute(name)),
            ),
          ),
        );
      assert.equal(places.length, 2);
      assert.deepEqual(places[0], places[1]);
    });
  });

  it("page: a flow of 300 steps, all of which change, is made and shown without waiting, and each is found in it", async function () {
    const flow = {
      token: "kapso:Workflow",
      name: "long",
      before: long(300, String),
      after: long(300, (index) => `another ${index}`),
    };
    const begun = performance.now();
    const page = await write([flow]);
    const made = performance.now() - begun;
    assert.ok(made < 10_000, `made in ${Math.round(made)} ms`);
    assert.ok(page.length < 1_500_000, `${page.length} characters`);
    if (!browser) this.skip();
    await look(async (shown) => {
      await shown.locator(".contents a").click();
      await shown.getByRole("link", { name: "step_250 in the graph" }).click();
      const box = shown.locator("#s1-f1-after-251");
      await assert.doesNotReject(box.scrollIntoViewIfNeeded({ timeout: 5000 }));
      assert.ok(await box.isVisible());
    });
  });

  it("page: where there is no room for a graph it says so, lists what changes, and leads nowhere", async () => {
    const begun = performance.now();
    const page = await write([
      { token: "kapso:Workflow", name: "large", after: long(2000, String) },
      { token: "kapso:Workflow", name: "small", before: bot("Hi"), after: bot("Hello") },
    ]);
    const made = performance.now() - begun;
    assert.ok(made < 10_000, `made in ${Math.round(made)} ms`);
    assert.match(page, /For the graph of 2001 steps there is no room on this page/);
    assert.equal(page.match(/<div class="graphs"/g)?.length, 1);
    assert.match(page, /step_1999/);
    const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    for (const [, target = ""] of page.matchAll(/ href="#([^"]*)"/g)) assert.ok(ids.has(target), target);
  });

  it("page: long prompts are compared in little time and memory", async () => {
    const prompts = (word: string) => ({
      name: "long",
      steps: Array.from({ length: 100 }, (_, index) => ({
        type: "prompt",
        name: `Step ${index}`,
        config: {
          model: "m",
          userPrompt: `${"The words of a long prompt.\n".repeat(index === 0 ? 20_000 : 800)}${word} ${index}`,
        },
      })),
    });
    const heap = () => process.memoryUsage().heapUsed / 2 ** 20;
    // Other tests may have left much in this process.
    const [begun, held] = [performance.now(), heap()];
    const page = await write([
      { token: "runtype:Flow", name: "long", before: prompts("kindly"), after: prompts("friendly") },
    ]);
    const made = performance.now() - begun;
    assert.ok(made < 20_000, `made in ${Math.round(made)} ms`);
    assert.equal(page.match(/<del>kindly<\/del><ins>friendly<\/ins>/g)?.length, 100);
    const used = heap() - held;
    assert.ok(used < 1000, `${Math.round(used)} MiB`);
  });
});
