import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Block, blocksOf, DOCUMENTS, textOf } from "./harness/documents";
import { TypedModules } from "./harness/typed-modules";

const root = resolve(__dirname, "..");

const blocks = DOCUMENTS.flatMap((document) => blocksOf(document, "ts"));

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

  for (const document of DOCUMENTS) {
    it(`docs: every link of ${document} to a file of the repository leads somewhere`, () => {
      const text = textOf(document);
      const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? "");
      const dead = links
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => !existsSync(join(root, dirname(document), link)));
      assert.deepEqual(dead, []);
    });

    it(`docs: every npm script that ${document} names exists`, () => {
      const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
      const text = textOf(document);
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
