import { UNKNOWN_TEXT } from "../../lifecycle/drawing";
import { HIDDEN } from "../../lifecycle/secrets";
import type { Comparison } from "../../picture/comparison";
import { folded } from "../../picture/fold";
import { sidesOf } from "../../picture/sides";
import { SIGNS, STYLE } from "../../picture/svg";
import { Html, html } from "./html";
import { PAGE_STYLE } from "./page-style";
import type { Change, ReviewedBox, ReviewedFlow } from "./reviewed-flow";
import { changesOf, countsOf, OPERATIONS, othersOf, type ReviewedPreview, stackOf } from "./told";
import { comparedTexts, type Part } from "./words";

/** A page that needs nothing else, and that can do nothing: no script, no address, no font. */
export function pageOf(previews: readonly ReviewedPreview[]): string {
  const title = `Flow changes of ${previews.map(stackOf).join(", ")}`;
  const of = { stacks: previews.length, room: new Room(previews) };
  const sections = previews.map((preview, index) => previewSection(preview, `s${index + 1}`, of));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(STYLE + PAGE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#flows">To the flows</a>
<header>
<h1>${title}</h1>
${previews.map((preview, index) => overview(preview, `s${index + 1}`))}
<p class="legend">In the graphs: ${Object.entries(SIGNS).map(([fate, sign]) => html`<span class="key ${fate}"><b>${sign}</b> ${fate}</span> `)} In texts: <ins>added</ins> <del>removed</del>. <b>${HIDDEN}</b> is not shown, <b>${UNKNOWN_TEXT}</b> is known after the update.</p>
</header>
<main id="flows">
${sections}
</main>
</body>
</html>
`.text;
}

function overview(preview: ReviewedPreview, id: string): Html {
  const { flows, messages, hasFailed } = preview;
  const items = flows.map(
    (flow, index) =>
      html`<li>${operationSign(flow)} <a href="#${id}-f${index + 1}">${nameOf(flow)}</a> <span class="quiet">${changesOf(flow)}</span></li>
`,
  );
  const told = messages.map(
    ({ severity, text }) =>
      html`<li class="${severity}"><b>${severity}</b> <span class="text">${text}</span></li>
`,
  );
  return html`<section class="overview" aria-label="${stackOf(preview)}">
<p><b>${stackOf(preview)}</b>: ${countsOf(preview)}.${hasFailed ? html` <strong class="error">The preview failed: this is not all that would change.</strong>` : undefined}</p>
${told.length > 0 ? html`<ul class="messages">${told}</ul>` : undefined}
${items.length > 0 ? html`<nav aria-label="Flows of ${stackOf(preview)}"><ul class="contents">${items}</ul></nav>` : undefined}
<p class="quiet">${othersOf(preview)}</p>
</section>`;
}

/** What a flow is called in the page: resources with flows of one name are told apart. */
function nameOf({ title, name }: ReviewedFlow): string {
  return title.endsWith(` "${name}"`) ? title : `${title}, ${name}`;
}

function operationSign({ operation }: ReviewedFlow): Html {
  const { sign, words } = OPERATIONS[operation];
  return html`<span class="operation ${operation}"><b aria-hidden="true">${sign}</b> ${words}</span>`;
}

function previewSection(preview: ReviewedPreview, id: string, of: Page): Html {
  const all = preview.flows.map((flow, index) => flowArticle(flow, `${id}-f${index + 1}`, of));
  return html`<section aria-label="Changes of ${stackOf(preview)}">
${of.stacks > 1 ? html`<p class="stack">${stackOf(preview)}</p>` : undefined}
${all.length > 0 ? all : html`<p>No flow of ${stackOf(preview)} changes.</p>`}
</section>`;
}

function flowArticle(flow: ReviewedFlow, id: string, of: Page): Html {
  const { urn, remarks, boxes, arrows, fields } = flow;
  const { shown, isDrawn } = pictures(flow, id, of);
  return html`<article aria-labelledby="${id}" class="flow-change">
<h2 id="${id}" tabindex="-1">${operationSign(flow)} ${nameOf(flow)}</h2>
<p class="quiet urn">${urn}</p>
<p>${changesOf(flow)}</p>
${remarks.map((each) => html`<p class="remark">${each}</p>`)}
${shown}
<div id="${id}-changes" tabindex="-1">
${boxes.length > 0 ? html`<h3>Steps</h3>${boxes.map((each) => boxSection(each, id, isDrawn))}` : undefined}
${
  arrows.length > 0
    ? html`<h3>Connections</h3><ul class="arrows">${arrows.map(
        ({ fate, from, to, label }) =>
          html`<li class="${fate}">${fateSign(fate)} ${from} <span aria-hidden="true">→</span><span class="heard"> to </span> ${to}${label === "" ? undefined : html` <span class="quiet">on</span> ${label}`}</li>
`,
      )}</ul>`
    : undefined
}
${fields.length > 0 ? html`<h3>Other settings</h3>${changeList(fields)}` : undefined}
</div>
</article>
`;
}

/** So many boxes may the graphs of a page have that show changes, all together; and so many may one graph have. Each takes time to lay out. */
const MOST_BOXES = { page: 2000, graph: 600 };

/** What all flows of a page have in common. */
interface Page {
  readonly stacks: number;
  readonly room: Room;
}

/** The room for graphs that all flows of a page share. */
class Room {
  #boxes = 0;
  readonly #isAmple: boolean;

  constructor(previews: readonly ReviewedPreview[]) {
    const drawn = previews.flatMap(({ flows }) => flows.map(({ comparison }) => comparison.boxes.length));
    this.#isAmple = drawn.reduce((sum, each) => sum + each, 0) <= MOST_BOXES.page;
  }

  /** Whether there is room also for the whole graph of a large flow, or for one that stays. */
  holdsWhole(boxes: number): boolean {
    return this.#isAmple && boxes <= MOST_BOXES.graph;
  }

  /** Whether there is room for a graph of so many boxes; then it is taken. */
  takes(boxes: number): boolean {
    if (boxes > MOST_BOXES.graph || this.#boxes + boxes > MOST_BOXES.page) return false;
    this.#boxes += boxes;
    return true;
  }
}

/** The graphs of a flow, or why there are none; and whether what changes is found in them. */
function pictures(
  flow: ReviewedFlow,
  id: string,
  { room }: Page,
): { readonly shown?: Html | undefined; readonly isDrawn: boolean } {
  const { comparison, boxes, arrows } = flow;
  const count = comparison.boxes.length;
  if (count === 0) return { isDrawn: false };
  const noRoom = (what: string) =>
    html`<p class="quiet">For ${what} of ${count} steps there is no room on this page: review fewer flows at once, or draw it with <code>pulumi-flows graph</code>.</p>`;
  if (boxes.length + arrows.length === 0) {
    const stays = flow.operation === "replace" ? "which the new flow has as well" : "which stays as it is";
    return {
      ...(room.holdsWhole(count) && {
        shown: html`<details><summary>The graph, ${stays}</summary>${graphs(flow, comparison, id, "")}</details>`,
      }),
      isDrawn: false,
    };
  }
  const near = folded(comparison);
  if (!room.takes((near ?? comparison).boxes.length)) return { shown: noRoom("the graph"), isDrawn: false };
  if (!near) return { shown: graphs(flow, comparison, id, ""), isDrawn: true };
  const whole = room.holdsWhole(count)
    ? html`<details><summary>The whole graph: ${count} steps</summary>${graphs(flow, comparison, id, "whole-")}</details>`
    : noRoom("the whole graph");
  return {
    shown: html`${graphs(flow, near, id, "")}
${whole}`,
    isDrawn: true,
  };
}

/** @param part begins the ids of boxes, where the page shows one more than once */
function graphs(flow: ReviewedFlow, comparison: Comparison, id: string, part: string): Html {
  const title = nameOf(flow);
  const { width, before, after } = sidesOf(comparison, title, (side, number) => ({
    own: `${id}-${part}${side}-${number}`,
    target: `${id}-${number}`,
  }));
  const size = `min-width:${Math.round(width * SMALLEST)}px;max-width:${Math.round(width)}px`;
  const figure = (caption: string, svg: string | undefined) =>
    svg === undefined
      ? undefined
      : html`<figure style="${size}"><figcaption>${caption}</figcaption>${new Html(svg)}</figure>`;
  const isUnchanged = flow.boxes.length + flow.arrows.length === 0;
  const shown = isUnchanged ? figure("Before and after", after) : [figure("Before", before), figure("After", after)];
  return html`<a class="skip" href="#${id}-changes">Past the graph of ${title}</a>
<div class="graphs" tabindex="0" role="group" aria-label="${part === "" ? "Graph" : "Whole graph"} of ${title}">${shown}</div>`;
}

/** So small may a graph be shown, in parts of its size, before it must be scrolled. */
const SMALLEST = 0.6;

function boxSection({ fate, number, title, kind, changes }: ReviewedBox, id: string, isDrawn: boolean): Html {
  const side = fate === "removed" ? "before" : "after";
  return html`<div class="step ${fate}" id="${id}-${number}">
<h4>${fateSign(fate)} ${title} <span class="quiet">${kind}</span></h4>
${isDrawn ? html`<a class="back" href="#${id}-${side}-${number}" aria-label="${title} in the graph">graph</a>` : undefined}
${changeList(changes)}
</div>
`;
}

function fateSign(fate: "added" | "removed" | "changed"): Html {
  return html`<span class="fate ${fate}"><b aria-hidden="true">${SIGNS[fate]}</b><span class="heard">${fate}: </span></span>`;
}

function changeList(changes: readonly Change[]): Html | undefined {
  if (changes.length === 0) return undefined;
  return html`<dl>${changes.map(
    ({ place, before, after }) => html`<dt>${place}</dt><dd dir="auto">${changedText(before, after)}</dd>
`,
  )}</dl>`;
}

function changedText(before: string | undefined, after: string | undefined): Html[] {
  if (before !== undefined && after !== undefined) return comparedTexts(before, after).map(partOf);
  return [partOf(before === undefined ? { fate: "added", text: after ?? "" } : { fate: "removed", text: before })];
}

/** So much of a long text that stays is shown at its ends, in characters. */
const CONTEXT = 300;

function partOf({ fate, text }: Part): Html {
  const said = text === "" ? html`<i>empty</i>` : text;
  if (fate === "added") return html`<ins>${said}</ins>`;
  if (fate === "removed") return html`<del>${said}</del>`;
  if (text.length <= 4 * CONTEXT) return html`${text}`;
  const middle = text.slice(CONTEXT, -CONTEXT);
  return html`${text.slice(0, CONTEXT)}<details class="rest"><summary>${middle.length.toLocaleString("en")} characters stay</summary>${middle}</details>${text.slice(-CONTEXT)}`;
}
