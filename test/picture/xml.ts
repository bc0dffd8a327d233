import assert from "node:assert/strict";

/** An element of a document that was read. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const CHARACTER = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;
const TAG = /^<(\/?)([a-z][a-zA-Z]*)((?: [a-zA-Z:-]+="(?:[^"<&]|&(?:amp|lt|gt|quot);)*")*)(\/?)>$/;

/**
 * Reads XML as strictly as it is written: well-formed by the rules of XML 1.0 for what the pictures use of it, which is
 * elements, attributes and text.
 */
export function readXml(text: string): Element {
  assert.match(text, CHARACTER, "a character that XML cannot hold");
  const root: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  for (const part of text.trimEnd().split(/(<[^>]*>)/)) {
    const at = open.at(-1);
    assert.ok(at);
    if (!part.startsWith("<")) {
      assert.doesNotMatch(part.replace(/&(amp|lt|gt);/g, ""), /[&<]/, `not escaped: ${part}`);
      assert.ok(at !== root || part === "", "text beside the document");
      at.text += part.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
      continue;
    }
    const [, closing, name = "", attributes = "", empty] = TAG.exec(part) ?? assert.fail(`no tag: ${part}`);
    if (closing) {
      assert.equal(open.pop()?.name, name, "closed in another order than opened");
      continue;
    }
    const pairs = [...attributes.matchAll(/ ([^=]+)="([^"]*)"/g)].map(
      ([, key = "", value = ""]) => [key, value] as const,
    );
    assert.equal(new Set(pairs.map(([key]) => key)).size, pairs.length, "an attribute twice");
    const element: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: "" };
    at.children.push(element);
    if (!empty) open.push(element);
  }
  assert.deepEqual([open.length, root.children.length], [1, 1], "one root, and everything closed");
  return root.children[0] ?? assert.fail();
}
