import { readFileSync, writeFileSync } from "node:fs";

/** Rows as a Markdown table, padded so that it can be read in a terminal. The first row is the heading. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [heading = [], ...others] = rows;
  const widths = heading.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(heading), line(widths.map((width) => "-".repeat(width))), ...others.map(line)].join("\n");
}

/**
 * Replaces what stands in a Markdown file between `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws Error where the file has no such markers
 */
export function writeBetweenMarkers(file: string, name: string, content: string): void {
  const text = readFileSync(file, "utf8");
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end);
  if (from < begin.length || to < from) throw new Error(`${file} has no place for it: "${begin}" and "${end}".`);
  writeFileSync(file, `${text.slice(0, from)}\n\n${content}\n\n${text.slice(to)}`);
}
