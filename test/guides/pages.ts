import { blocksOf } from "../harness/documents";
import type { CommandStep } from "./guide";

/** Every command in a document's blocks of `bash`, without the remark behind it. What it prints is not shown. */
export function commandsOf(document: string): CommandStep[] {
  return blocksOf(document, "bash").flatMap(({ text, line }) => {
    const lines = text.trimEnd().split("\n");
    const starts = lines.flatMap((_, index) => (lines[index - 1]?.endsWith("\\") ? [] : [index]));
    return starts.map((start, index) => {
      const all = lines.slice(start, starts[index + 1]);
      const command = all.map((each) => each.replace(/\s+# .*$/, "")).join("\n");
      return { kind: "command", command, shown: ["…"], line: line + start, height: all.length } as const;
    });
  });
}

/** A command that a document presupposes and does not show. */
export function presupposed(command: string): CommandStep {
  return { kind: "command", command, shown: ["…"], line: 0, height: 1 };
}
