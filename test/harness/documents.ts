import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");

/** The documents that users and contributors read, by their paths in the repository. */
export const DOCUMENTS: readonly string[] = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "testing/README.md"],
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file))
    .sort(),
];

/** A block of code in a document. */
export interface Block {
  readonly document: string;
  /** The line of its first statement, from 1. */
  readonly line: number;
  readonly text: string;
}

/** A document's text. */
export function textOf(document: string): string {
  return readFileSync(join(root, document), "utf8");
}

/** The blocks of a document in a language. */
export function blocksOf(document: string, language: string): Block[] {
  const all = textOf(document);
  return [...all.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(({ 1: text = "", index }) => ({
    document,
    line: all.slice(0, index).split("\n").length + 1,
    text,
  }));
}

/** The text of a document's first block in a language. */
export function firstBlock(document: string, language: string): string {
  const [first] = blocksOf(document, language);
  if (!first) throw new Error(`${document} has no block of ${language}`);
  return first.text;
}
