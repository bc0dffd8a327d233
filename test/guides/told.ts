import { valueAt } from "../../provider/lifecycle/paths";
import { isObject } from "../../provider/lifecycle/values";
import type { RehearsalResult } from "../../testing/src";
import { isLeftOut, steady } from "./shown";

/**
 * Guides show what Pulumi's CLI prints. The rehearsal has words of its own: here the CLI's lines are read for what they say
 * (steps, differences, outputs, counts, messages), and compared with the rehearsal's result.
 */
type Difference = RehearsalResult["steps"][number]["diff"][number];

/** A single value that comes, goes or changes. */
interface Leaf {
  readonly path: readonly string[];
  readonly mark: string;
  /** As the CLI writes it: `"old" => "new"`, or one value. */
  readonly text: string;
}

const MARKS = { add: "+", delete: "-", update: "~" } as const;

/** Operations by the words in which the CLI tells of them, in rows and in counts. */
const OPERATIONS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\(?(to )?creat/, ["create"]],
  [/^\(?(to )?(be )?updat/, ["update", "refresh"]],
  [/^\(?(to )?delet/, ["delete", "gone"]],
  [/^\(?(to )?replac/, ["replace"]],
  [/^\(?(to )?import/, ["import"]],
  [/^\(?refresh/, ["refresh"]],
  [/^\(?(same|unchanged)/, ["same"]],
];

const SILENT = [
  /^\s*[+~-]?\s*[}\]],?$/,
  /^\s*$/,
  /^(Previewing|Updating|Refreshing|Destroying|Importing)\b.*:$/,
  /^Duration: /,
  /^\s*\[id=.*\]$/,
  /^ {2}\S+ \(.+\):$/,
  /^@ \w+\.+$/,
  /^(Diagnostics|Resources):$/,
];

/** How many resources something was done to, or will be. */
const COUNT = /^ {4}(?:[+~=-]{1,2} ?)?(\d+) ((?:to )?[a-z]+)$/;

/** The lines of a shown output that a rehearsal's result does not bear out. */
export function untold(shown: readonly string[], result: RehearsalResult): string[] {
  const leaves = result.steps.flatMap(({ diff }) => diff.flatMap(leavesOf));
  let section: "steps" | "outputs" = "steps";
  let creating = false;
  /** The properties that the line is within, each with the column of its name. */
  let within: { column: number; name: string }[] = [];

  const isTold = (line: string): boolean => {
    if (/^(Outputs:|\s*--outputs:--)$/.test(line)) section = "outputs";
    else if (SILENT.some((each) => each.test(line))) {
      if (/^\w+.*:$/.test(line)) section = "steps";
    } else if (/^ {4}(error|warning|info): /.test(line)) return isMessageTold(line.trim(), result);
    else if (COUNT.test(line)) return isCountTold(line, result);
    else if (/^\s*\[urn=/.test(line)) {
      const urn = line.trim().slice("[urn=".length, -1);
      return result.steps.some((step) => step.urn === urn);
    } else {
      const row =
        /^\s*(?:[+~=-]{1,2}\s*)?(\S+:\S+?):? (?:(\S+) )?(\(?(?:creat|updat|delet|replac|import|refresh|same)\S*)/.exec(
          line,
        );
      if (row) {
        const [, type = "", name, word = ""] = row;
        within = [];
        section = "steps";
        creating = word.startsWith("(creat");
        const operations = operationsOf(word);
        return result.steps.some(
          (step) => step.type === type && operations.includes(step.op) && (!name || step.name === name),
        );
      }
      return isPropertyTold(line);
    }
    return true;
  };

  const isPropertyTold = (line: string): boolean => {
    const property = /^(\s*(?:([+~-]) )?\s*)(.+?)\s*: (.*)$/.exec(line);
    if (!property) return false;
    const [, lead = "", mark, name = "", value = ""] = property;
    within = within.filter(({ column }) => column < lead.length);
    const path = [...within.map((each) => each.name), name.replace(/^\[(.+)\]$/, "$1").replaceAll('"', "")];
    const opens = /^[{[]$/.test(value);
    if (opens) within.push({ column: lead.length, name: path.at(-1) ?? "" });
    if (section === "outputs") {
      const output = valueAt(result.outputs, path);
      return opens ? isObject(output) : value === written(output) || value.endsWith(` => ${written(output)}`);
    }
    // What stays as it is is context, which no difference tells.
    const wanted = mark ?? (creating ? "+" : undefined);
    if (wanted === undefined) return true;
    return leaves.some(
      (leaf) =>
        path.every((each, index) => leaf.path[index] === each) &&
        (opens
          ? leaf.path.length >= path.length && (wanted === "~" || leaf.mark === wanted)
          : leaf.path.length === path.length && leaf.mark === wanted && (wanted === "-" || leaf.text === value)),
    );
  };

  return shown.filter((line) => !isLeftOut(line) && !isTold(line.trimEnd()));
}

function leavesOf({ path, kind, before, after }: Difference): Leaf[] {
  const segments = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => (quoted === undefined ? (index ?? plain ?? "") : JSON.parse(`"${quoted}"`)),
  );
  if (kind === "update") return [{ path: segments, mark: "~", text: `${written(before)} => ${written(after)}` }];
  return leavesWithin(segments, MARKS[kind], kind === "add" ? after : before);
}

function leavesWithin(path: readonly string[], mark: string, value: unknown): Leaf[] {
  if (!isObject(value) || Object.keys(value).length === 0) return [{ path, mark, text: written(value) }];
  return Object.entries(value).flatMap(([key, member]) => leavesWithin([...path, key], mark, member));
}

function written(value: unknown): string {
  return value === "[secret]" || value === "[unknown]" ? value : JSON.stringify(value);
}

function operationsOf(word: string): readonly string[] {
  return OPERATIONS.find(([words]) => words.test(word))?.[1] ?? [];
}

function isCountTold(line: string, { changes }: RehearsalResult): boolean {
  const [, count, word = ""] = COUNT.exec(line) ?? [];
  const total = operationsOf(word).map((operation) => changes[operation] ?? 0);
  return total.includes(Number(count));
}

function isMessageTold(line: string, { diagnostics }: RehearsalResult): boolean {
  const text = line.replace(/^\w+: (\[runtime\] )?/, "");
  const refused = /property (\S+) value .* has a problem: (.*)$/.exec(text);
  const wanted = refused ? `${refused[1]}: ${refused[2]}` : text;
  return diagnostics.some(({ message }) => steady(message).includes(steady(wanted)));
}
