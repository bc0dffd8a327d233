import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const file = join(resolve(__dirname, "../.."), "docs/dependencies.md");

/** The rows of the tables under a heading of docs/dependencies.md, without their heads. */
export function documentedRows(heading: string): string[][] {
  const text = readFileSync(file, "utf8");
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/dependencies.md has no section "${heading}"`);
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}
