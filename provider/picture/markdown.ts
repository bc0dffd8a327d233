import { mermaidOf } from "./mermaid";
import type { Picture } from "./picture";
import { plainLine } from "./text";

/**
 * Several pictures as Markdown: a heading and a Mermaid diagram for each, since one diagram cannot hold several. A diagram
 * holds no backtick that could end it: all signs in it are escaped.
 */
export function markdownOf(pictures: readonly Picture[]): string {
  return pictures
    .map((each) => `## ${escaped(plainLine(each.title))}\n\n\`\`\`mermaid\n${mermaidOf(each)}\`\`\`\n`)
    .join("\n");
}

/** A text that Markdown shows as it is, in a line that begins with something else. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>&~$#|]/g, "\\$&");
}
