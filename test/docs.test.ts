import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { TypedModules } from "./harness/typed-modules";

const root = resolve(__dirname, "..");

const documents = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file))
    .sort(),
];

/** One block of TypeScript in a document. */
interface Block {
  readonly document: string;
  /** The line of its first statement, from 1. */
  readonly line: number;
  readonly text: string;
}

function blocksOf(document: string): Block[] {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    document,
    line: text.slice(0, match.index).split("\n").length + 1,
    text: match[1] ?? "",
  }));
}

const blocks = documents.flatMap(blocksOf);

describe("documentation", function () {
  this.timeout(60_000);

  let modules: TypedModules;

  before(() => {
    modules = new TypedModules(Object.fromEntries(blocks.map((block) => [titleOf(block), block.text])));
  });

  it("docs: the README shows code", () => {
    assert.ok(blocks.some(({ document }) => document === "README.md"));
  });

  for (const block of blocks) {
    it(`docs: the code of ${titleOf(block)} compiles`, () => {
      const problems = modules.problems(titleOf(block));
      assert.deepEqual(
        problems.map(({ line, message }) => `${block.document}:${block.line + line - 1} ${message}`),
        [],
      );
    });
  }

  for (const document of documents) {
    it(`docs: every link of ${document} to a file of the repository leads somewhere`, () => {
      const text = readFileSync(join(root, document), "utf8");
      const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? "");
      const dead = links
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => !existsSync(join(root, dirname(document), link)));
      assert.deepEqual(dead, []);
    });

    it(`docs: every npm script that ${document} names exists`, () => {
      const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
      const text = readFileSync(join(root, document), "utf8");
      const named = [...text.matchAll(/\bnpm run ([a-z:-]+)/g)].map((match) => match[1] ?? "");
      assert.deepEqual(
        named.filter((name) => !(name in scripts)),
        [],
      );
    });
  }
});

function titleOf({ document, line }: Block): string {
  return `${document}:${line}`;
}
