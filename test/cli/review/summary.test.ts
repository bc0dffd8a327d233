import assert from "node:assert/strict";
import type { ReviewedFlow } from "../../../provider/cli/review/reviewed-flow";
import { summaryOf } from "../../../provider/cli/review/summary";
import type { ReviewedPreview } from "../../../provider/cli/review/told";
import type { Values } from "../../../provider/lifecycle/values";
import { compareDrawings } from "../../../provider/picture/comparison";
import { run } from "../exported-state";
import { previewOf } from "./previews";

const kosli = (name: string, more: Values = {}): Values => ({ name, org: "acme", ...more });
const change = {
  token: "kosli:Flow",
  name: "web",
  before: kosli("web", { description: "one" }),
  after: kosli("web", { description: "two" }),
};

const comparison = compareDrawings(undefined, undefined);

function flowOf(more: Partial<ReviewedFlow> = {}): ReviewedFlow {
  return {
    operation: "update",
    urn: "urn:pulumi:dev::shop::kosli:Flow::web",
    name: "web",
    title: 'Kosli flow "web"',
    comparison,
    boxes: [],
    arrows: [],
    fields: [{ place: "description", before: "one", after: "two" }],
    remarks: [],
    ...more,
  };
}

function previewWith(more: Partial<ReviewedPreview> = {}): ReviewedPreview {
  return {
    source: "preview.json",
    project: "shop",
    stack: "dev",
    flows: [],
    unchanged: 0,
    names: new Map(),
    others: new Map(),
    messages: [],
    hasFailed: false,
    ...more,
  };
}

/** A flow and a preview that hold a text wherever somebody else's text may stand. */
function holding(text: string): ReviewedPreview {
  const box = { id: text, number: 1, title: text, kind: text } as const;
  return previewWith({
    project: text,
    stack: text,
    flows: [
      flowOf({
        name: text,
        title: text,
        boxes: [
          { ...box, fate: "changed", changes: [{ place: text, before: text, after: text }] },
          { ...box, fate: "added", changes: [] },
        ],
        arrows: [{ fate: "added", from: text, to: text, label: text }],
        fields: [
          { place: text, before: text },
          { place: text, after: text },
        ],
        remarks: [text],
      }),
    ],
    messages: [
      { severity: "error", text },
      { severity: "warning", text },
    ],
  });
}

/** What stands outside of code, in Markdown and in HTML. */
function outsideOfCode(summary: string): string {
  return summary
    .split("\n")
    .map((line) =>
      line.startsWith("<details>")
        ? line.replace(/<code>[^<]*<\/code>/, "…")
        : line.replace(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, "…"),
    )
    .join("\n");
}

const bytesOf = (text: string) => Buffer.byteLength(text);
/** What GitHub takes in a comment, without what a job writes beside. */
const COMMENT = 65_536 - 1_000;

describe("summary of a review", () => {
  it("summary of a review: tells what changes, each value as code", async () => {
    const nasty = "`a` | b\n@everyone <img src=x> **bold** \u202e";
    const { stdout } = await run(["review", "--summary", "-"], {
      stdin: previewOf([{ ...change, after: kosli("web", { description: nasty }) }]),
    });
    assert.match(stdout, /^### Flows of `shop\/dev`: 1 to update/);
    assert.deepEqual(stdout.split("\n").slice(1), [
      "",
      "| | Flow | Resource | What changes |",
      "|---|---|---|---|",
      '| `~` to update | `Kosli flow "acme/web"` | `web` | other: `description` |',
      "",
      "<details><summary><code>Kosli flow &quot;acme/web&quot;</code></summary>",
      "",
      "- `description`: `one` → `` `a` | b @everyone <img src=x> **bold** ``",
      "",
      "</details>",
      "",
    ]);
  });

  const harmless = outsideOfCode(summaryOf([holding("a")]));
  for (const text of [
    "@octocat",
    "me@evil.example",
    "#1",
    "acme/shop#1 GH-1",
    "https://evil.example",
    "www.evil.example",
    ":tada: **bold** _x_ ~~y~~ \\",
    "a`b",
    "`",
    "``` @octocat `` ` #1",
    "\\` @octocat `\\",
    "a | @octocat \\| #1",
    "a\n\n@octocat\r\n# title\u2028- item\n```\n@octocat",
    "</code></summary></details>\n\n<img src=x> @octocat",
    "<!-- &#64;octocat --> <script>",
    "[a](https://evil.example) ![b][c]",
  ])
    it(`summary of a review: ${JSON.stringify(text)} is code wherever it stands`, () => {
      const summary = summaryOf([holding(text)]);
      assert.equal(outsideOfCode(summary), harmless);
      // Four columns, whatever stands in them.
      const row = summary.split("\n").find((line) => line.startsWith("| `~`")) ?? assert.fail(summary);
      assert.equal(row.match(/(?<!\\)\|/g)?.length, 5);
    });

  it("summary of a review: a text is shortened wherever it stands, and may be of any length", () => {
    for (const sign of ["a", "`", "` ", "<", "e\u0301", "a\u0301\u0301\u0301"]) {
      const summary = summaryOf([holding(sign.repeat(300_000))]);
      assert.ok(bytesOf(summary) < 20_000, `${bytesOf(summary)} bytes of ${sign}`);
      assert.match(summary, /…/);
    }
    const marks = summaryOf([holding(`a${"\u0301".repeat(300_000)}`)]);
    assert.ok(bytesOf(marks) < 20_000, `${bytesOf(marks)} bytes of one character`);
  });

  it("summary of a review: two long texts are told from shortly before they differ", () => {
    const told = (before: string, after: string) =>
      /^- `prompt`: (.*)$/m.exec(
        summaryOf([previewWith({ flows: [flowOf({ fields: [{ place: "prompt", before, after }] })] })]),
      )?.[1];
    const same = "Answer in the words of the shop. ".repeat(20);
    assert.equal(
      told(`${same}Be short.`, `${same}Be kind.`),
      "`… Answer in the words of the shop. Be short.` → `… Answer in the words of the shop. Be kind.`",
    );
    assert.equal(
      told(same, `${same}Be kind.`),
      "`… shop. Answer in the words of the shop.` → `… shop. Answer in the words of the shop. Be kind.`",
    );
    // The first halves of both characters are the same.
    assert.equal(
      told(`${"😀".repeat(100)}🙂`, `${"😀".repeat(100)}🙁`),
      `\`… ${"😀".repeat(19)}🙂\` → \`… ${"😀".repeat(19)}🙁\``,
    );
    assert.equal(told("one", "two"), "`one` → `two`");
  });

  it("summary of a review: of texts that look equal here it is told that they are not", () => {
    const fields = [{ place: "prompt", before: "Be kind", after: "Be\u200b  kind" }];
    assert.match(
      summaryOf([previewWith({ flows: [flowOf({ fields })] })]),
      /^- `prompt`: `Be kind` → `Be kind`, which differ in what is not shown here: see the page$/m,
    );
  });

  it("summary of a review: fits in a comment whatever there is to tell, and tells some of everything", () => {
    const messages = Array.from({ length: 500 }, (_, index) => ({
      severity: index % 2 === 0 ? ("warning" as const) : ("error" as const),
      text: `${index} ${"界".repeat(900)}`,
    }));
    const flows = Array.from({ length: 300 }, (_, index) =>
      flowOf({ name: `web-${index}`, remarks: ["It is long. ".repeat(20)] }),
    );
    const previews = Array.from({ length: 10 }, (_, index) =>
      previewWith({ stack: `s${index}`, flows, ...(index === 3 ? { messages } : {}) }),
    );
    const summary = summaryOf(previews);
    assert.ok(bytesOf(summary) < COMMENT, `${bytesOf(summary)} bytes`);
    assert.ok(bytesOf(summary) > COMMENT / 2, `${bytesOf(summary)} bytes`);
    assert.equal(summary.match(/^### Flows of `shop\/s\d`: 300 to update/gm)?.length, 10);

    const errors = summary.match(/^- \*\*error\*\*/gm)?.length ?? 0;
    assert.ok(errors > 5, `${errors} errors`);
    // Errors come first, and where they have no room all warnings are left out.
    assert.doesNotMatch(summary, /\*\*warning\*\*/);
    assert.match(summary, new RegExp(`^- and ${500 - errors} more$`, "m"));

    const tables = summary.split(/^### /m).slice(1);
    const rows = tables.map((table) => table.match(/^\| `~` to update/gm)?.length ?? 0);
    assert.ok(Math.max(...rows) - Math.min(...rows) <= 1 && Math.min(...rows) > 5, `${rows}`);
    for (const [index, table] of tables.entries())
      assert.match(table, new RegExp(`^And ${300 - (rows[index] ?? 0)} more\\.$`, "m"));

    const details = summary.match(/^<details>/gm)?.length ?? 0;
    assert.ok(details > 10, `${details} flows`);
    assert.equal(summary.match(/^<\/details>/gm)?.length, details);
    assert.match(
      summary,
      new RegExp(`There is no room here for what changes in ${3000 - details} more flows: see the page`),
    );
  });

  it("summary of a review: errors come before warnings, and with few of both all are told", () => {
    const messages = [
      { severity: "warning", text: "one" },
      { severity: "error", text: "two" },
    ] as const;
    assert.match(summaryOf([previewWith({ messages })]), /\n\n- \*\*error\*\* `two`\n- \*\*warning\*\* `one`\n$/);
  });

  it("summary of a review: of one stack with many flows so many stand in the table as people read", () => {
    const flows = Array.from({ length: 300 }, (_, index) => flowOf({ name: `web-${index}` }));
    const summary = summaryOf([previewWith({ flows })]);
    assert.equal(summary.match(/^\| `~` to update/gm)?.length, 50);
    assert.match(summary, /^And 250 more\.$/m);
  });

  it("summary of a review: stacks that have no room are counted", () => {
    const previews = Array.from({ length: 3000 }, (_, index) => previewWith({ stack: `s${index}` }));
    const summary = summaryOf(previews);
    assert.ok(bytesOf(summary) < COMMENT, `${bytesOf(summary)} bytes`);
    const named = summary.match(/^### /gm)?.length ?? 0;
    assert.match(summary, new RegExp(`^And ${3000 - named} more stacks: see the page\\.$`, "m"));
  });
});
