import assert from "node:assert/strict";
import { html } from "../../../provider/cli/review/html";

describe("pieces of a page", () => {
  it("page: what nobody sees is marked in texts, and told without marks in attributes and titles", () => {
    const name = 'So\u00adft "\u202e<b>';
    assert.equal(
      html`<title>${name}</title><a aria-label="${[name]} in the graph" href="#${1}">${name}</a>`.text,
      '<title>So[U+00AD]ft &quot;[U+202E]&lt;b&gt;</title><a aria-label="So[U+00AD]ft &quot;[U+202E]&lt;b&gt; in the graph" href="#1">So<span class="unseen">U+00AD</span>ft &quot;<span class="unseen">U+202E</span>&lt;b&gt;</a>',
    );
  });
});
