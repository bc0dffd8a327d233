import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { isLeftOut } from "./shown";

/** A file that a guide shows, whole. */
interface FileStep {
  readonly kind: "file";
  readonly path: string;
  readonly text: string;
  /** Where its block begins in the guide, from 1. */
  readonly line: number;
}

/** A change of a file, as lines that go, come and stay. */
interface ChangeStep {
  readonly kind: "change";
  readonly path: string;
  /** Parts of the file that change, each as lines with their marks. */
  readonly parts: readonly (readonly string[])[];
  readonly line: number;
}

/** A command, and what the guide shows of its output. */
export interface CommandStep {
  readonly kind: "command";
  readonly command: string;
  /** Lines; one that holds nothing but `…` stands for any number of lines. */
  readonly shown: readonly string[];
  /** Where the command stands in the guide, from 1; its output follows. */
  readonly line: number;
  /** How many lines of the guide the command takes. */
  readonly height: number;
}

export type Step = FileStep | ChangeStep | CommandStep;

/** A guide as its reader goes through it. */
export interface Guide {
  readonly path: string;
  readonly name: string;
  readonly title: string;
  readonly steps: readonly Step[];
}

const FILES = ["ts", "json", "yaml"];

/** Reads a guide. Throws where a block is neither a file, nor a change of one, nor commands with their output. */
export function readGuide(path: string): Guide {
  const lines = readFileSync(path, "utf8").split("\n");
  const name = basename(path, ".md");
  const wrong = (line: number, what: string) => new Error(`${name}.md:${line + 1}: ${what}`);
  const steps: Step[] = [];
  let place = 0;
  while (place < lines.length) {
    const [fence, indentation, language = ""] = /^(\s*)```(.*)$/.exec(lines[place] ?? "") ?? [];
    if (fence === undefined) {
      place++;
      continue;
    }
    if (indentation) throw wrong(place, "a block that is not at the beginning of its line is not looked at");
    const end = lines.indexOf("```", place + 1);
    if (end < 0) throw wrong(place, "the block has no end");
    const body = lines.slice(place + 1, end);
    const line = place + 1;
    if (language === "console") {
      if (!body[0]?.startsWith("$ ")) throw wrong(place, "a console block begins with a command: `$ …`");
      steps.push(...commandsOf(body, line + 1));
    } else {
      const named = /`([^`]+)`:$/.exec(lastText(lines.slice(0, place)))?.[1];
      if (named === undefined) throw wrong(place, "the line before a file ends with its name: `index.ts`:");
      if (FILES.includes(language)) steps.push({ kind: "file", path: named, text: `${body.join("\n")}\n`, line });
      else if (language === "diff") steps.push({ kind: "change", path: named, parts: partsOf(body), line });
      else throw wrong(place, `a block is one of ${FILES.join(", ")}, diff, console, so that it can be tried`);
    }
    place = end + 1;
  }
  const title = lines.find((line) => line.startsWith("# "))?.slice(2) ?? "";
  return { path, name, title, steps };
}

function lastText(lines: readonly string[]): string {
  return lines.findLast((line) => line.trim() !== "") ?? "";
}

function commandsOf(body: readonly string[], first: number): CommandStep[] {
  const starts = body.flatMap((line, index) => (line.startsWith("$ ") ? [index] : []));
  return starts.map((start, index) => {
    const all = body.slice(start, starts[index + 1] ?? body.length);
    let height = 1;
    while (all[height - 1]?.endsWith("\\") && all[height]?.startsWith("> ")) height++;
    const command = all.slice(0, height).map((line) => line.slice(2));
    return {
      kind: "command",
      command: command.join("\n"),
      shown: all.slice(height),
      line: first + start,
      height,
    };
  });
}

/** A `…` stands between parts of a file that are not next to each other. */
function partsOf(body: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const line of body) {
    if (isLeftOut(line)) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts.filter((part) => part.length > 0);
}

/** A file after a change. Throws where the change does not fit the file in exactly one place. */
export function changed(text: string, { path, parts, line }: ChangeStep): string {
  let now = text;
  for (const part of parts) {
    const side = (without: string) =>
      part
        .filter((each) => !each.startsWith(without))
        .map((each) => `${each.slice(1)}\n`)
        .join("");
    const [before, after, ...others] = now.split(side("+"));
    if (before === undefined || after === undefined || others.length > 0)
      throw new Error(`the change in line ${line} fits ${path} not exactly once:\n${part.join("\n")}`);
    now = before + side("-") + after;
  }
  return now;
}

/** The text of a guide with other outputs of these commands. */
export function withOutputs(text: string, outputs: ReadonlyMap<CommandStep, readonly string[]>): string {
  const lines = text.split("\n");
  const fromTheEnd = [...outputs].sort(([one], [other]) => other.line - one.line);
  for (const [{ line, height, shown }, output] of fromTheEnd) {
    lines.splice(line - 1 + height, shown.length, ...output);
  }
  return lines.join("\n");
}

/** The files that a project has before its program. */
export function projectOf(guide: Guide): Record<string, string> {
  const files = guide.steps.flatMap((step) => (step.kind === "file" && step.path !== "index.ts" ? [step] : []));
  return Object.fromEntries(files.map(({ path, text }) => [path, text]));
}

/** Every TypeScript file of a guide as it is after each change, by where that is. Whole ones are blocks like any other. */
export function changedModules({ name, steps }: Guide): Record<string, string> {
  const now: Record<string, string> = {};
  const modules: Record<string, string> = {};
  for (const step of steps) {
    if (step.kind === "command") continue;
    now[step.path] = step.kind === "file" ? step.text : changed(now[step.path] ?? "", step);
    if (step.kind === "change" && step.path.endsWith(".ts")) modules[`${name}.md:${step.line}`] = now[step.path] ?? "";
  }
  return modules;
}
