import { plainText } from "../../http/plain-text";
import { SIGNS } from "../../picture/svg";
import { html } from "./html";
import type { Change, ReviewedFlow } from "./reviewed-flow";
import { changesOf, countsOf, OPERATIONS, othersOf, type ReviewedPreview, stackOf } from "./told";

/**
 * How long the summary may have become, in bytes, with each kind of what it tells, so that there is room for the next
 * one. GitHub takes 65,536 characters in a comment, and whoever writes it may add to the summary.
 */
const FULL = { headings: 60_000, messages: 30_000, tables: 45_000, details: 60_000 };
/** So many flows stand in a table: people read no more. */
const MOST_ROWS = 50;
/** So much of a name or a value is shown, in characters. */
const LONGEST_VALUE = 160;
/** So much of a message or a remark is shown, in characters. */
const LONGEST_SENTENCE = 1000;

/**
 * What changes, as Markdown for a comment of a pull request: what the previews warn of, a table of the flows of each,
 * and what changes in each flow, as far as there is room.
 */
export function summaryOf(previews: readonly ReviewedPreview[]): string {
  const room = new Room();
  const named = previews.filter((preview) => room.takes(headOf(preview), FULL.headings));
  const fill = (full: number, textsOf: (preview: ReviewedPreview) => readonly string[]) =>
    room.fill(named.map(textsOf), full);
  const errors = fill(FULL.messages, messagesOf("error"));
  const warnings = fill(FULL.messages, messagesOf("warning"));
  const rows = fill(FULL.tables, ({ flows }) => flows.slice(0, MOST_ROWS).map(rowOf));
  const all = named.map(({ flows }) => flows.map(detailsOf).filter((each) => each !== ""));
  const details = room.fill(all, FULL.details);

  const sections = named.map((preview, index) => {
    const messages = [...(errors[index] ?? []), ...(warnings[index] ?? [])];
    return [sectionOf(preview, messages, rows[index] ?? []), ...(details[index] ?? [])];
  });
  const left = all.flat().length - details.flat().length;
  return `${[
    ...sections.flat(),
    ...(left > 0 ? [`There is no room here for what changes in ${left} more flows: see the page.`] : []),
    ...(named.length < previews.length ? [`And ${previews.length - named.length} more stacks: see the page.`] : []),
  ].join("\n\n")}\n`;
}

/** The room that all previews share. */
class Room {
  #used = 0;

  /** Whether there is room for a text; then it is taken. */
  takes(text: string, full: number): boolean {
    const used = this.#used + Buffer.byteLength(`${text}\n\n`);
    if (used > full) return false;
    this.#used = used;
    return true;
  }

  /** What there is room for of each list: one of each by turns, so that no stack takes the room of another one. */
  fill(lists: readonly (readonly string[])[], full: number): string[][] {
    const kept = lists.map((): string[] => []);
    const turns = lists.reduce((most, { length }) => Math.max(most, length), 0);
    for (let turn = 0; turn < turns; turn++)
      lists.forEach((list, index) => {
        const text = list[turn];
        if (text !== undefined && this.takes(text, full)) kept[index]?.push(text);
      });
    return kept;
  }
}

const TABLE = ["| | Flow | Resource | What changes |", "|---|---|---|---|"];

/** As much as stands in a section at least, and more than the rest of it may need by itself. */
function headOf(preview: ReviewedPreview): string {
  return [sectionOf(preview, [], []), ...TABLE].join("\n\n");
}

function sectionOf(preview: ReviewedPreview, messages: readonly string[], rows: readonly string[]): string {
  const unsaid = preview.messages.length - messages.length;
  const more = preview.flows.length - rows.length;
  const said = [...messages, ...(unsaid > 0 ? [`- and ${unsaid} more`] : [])];
  return [
    `### Flows of ${code(stackOf(preview))}: ${countsOf(preview)}`,
    ...(preview.hasFailed ? ["**The preview failed: this is not all that would change.**"] : []),
    ...(said.length > 0 ? [said.join("\n")] : []),
    ...(rows.length > 0 ? [[...TABLE, ...rows].join("\n")] : []),
    ...(more > 0 ? [`And ${more} more.`] : []),
    ...(othersOf(preview) === "" ? [] : [othersOf(preview)]),
  ].join("\n\n");
}

function messagesOf(wanted: string): (preview: ReviewedPreview) => string[] {
  return ({ messages }) =>
    messages
      .filter(({ severity }) => severity === wanted)
      .map(({ severity, text }) => `- **${severity}** ${code(text, LONGEST_SENTENCE)}`);
}

function rowOf(flow: ReviewedFlow): string {
  const { sign, words } = OPERATIONS[flow.operation];
  const cells = [`${code(sign)} ${words}`, code(flow.title), code(flow.name), changesOf(flow, code)];
  // Also within code, a bar would end the cell.
  return `| ${cells.map((each) => each.replaceAll("|", "\\|")).join(" | ")} |`;
}

function detailsOf({ title, boxes, arrows, fields, remarks }: ReviewedFlow): string {
  const lines = [
    ...remarks.map((each) => `- ${code(each, LONGEST_SENTENCE)}`),
    ...boxes.flatMap(({ fate, title: step, kind, changes }) => [
      `- ${code(SIGNS[fate])} ${fate}: ${code(step)} (${code(kind)})`,
      ...(fate === "changed" ? changes.map((each) => `  - ${changed(each)}`) : []),
    ]),
    ...arrows.map(
      ({ fate, from, to, label }) =>
        `- ${code(SIGNS[fate])} ${fate}: ${code(from)} → ${code(to)}${label === "" ? "" : ` on ${code(label)}`}`,
    ),
    ...fields.map((each) => `- ${changed(each)}`),
  ];
  if (lines.length === 0) return "";
  // Markdown means nothing here, HTML does.
  const summary = html`<details><summary><code>${plainText(title, LONGEST_VALUE)}</code></summary>`;
  return [summary.text, lines.join("\n"), "</details>"].join("\n\n");
}

function changed({ place, before, after }: Change): string {
  const start = before !== undefined && after !== undefined ? beforeDifference(before, after) : 0;
  const [was, is] = [before, after].map((each) => {
    if (each === undefined) return "nothing";
    return start > 0 ? code(`… ${each.slice(start)}`) : code(each);
  });
  return `${code(place)}: ${was} → ${is}${was === is ? ", which differ in what is not shown here: see the page" : ""}`;
}

/** Where two texts are told from: from the beginning, or, where they differ so late that nobody would see it, from shortly before. */
function beforeDifference(before: string, after: string): number {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same++;
  if (same < LONGEST_VALUE / 2) return 0;
  const near = same - LONGEST_VALUE / 4;
  // At the beginning of a word, where there is one; never within a character.
  const [gap = ""] =
    /^\S{0,20}\s+/.exec(before.slice(near, same)) ?? /^[\uDC00-\uDFFF]?/.exec(before.slice(near)) ?? [];
  return near + gap.length;
}

/**
 * Somebody else's text as code, on one line: nothing in it means anything to Markdown. Elsewhere GitHub would also make
 * links of addresses and numbers, and call the people that are named.
 */
function code(text: string, most = LONGEST_VALUE): string {
  const line = plainText(text, most);
  if (line === "") return "*empty*";
  const longest = (line.match(/`+/g) ?? []).reduce((length, each) => Math.max(length, each.length), 0);
  const fence = "`".repeat(longest + 1);
  const space = longest > 0 ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}
