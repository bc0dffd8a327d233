import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

const root = resolve(__dirname, "../..");

/** What stands for something that is filled in. */
const FILLED_IN = "…";

/** The errors that the page names, by section. */
function documented(): { section: string; error: string }[] {
  const page = readFileSync(join(root, "docs/troubleshooting.md"), "utf8");
  return page
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const [title = ""] = section.split("\n");
      return [...section.matchAll(/^### (.+)$/gm)].map(([, error = ""]) => ({ section: title, error }));
    });
}

/** Every part of the provider's sources, as the compiler sees them. */
function* nodes(): Generator<ts.Node> {
  const within = function* (node: ts.Node): Generator<ts.Node> {
    yield node;
    for (const child of node.getChildren()) yield* within(child);
  };
  for (const file of readdirSync(join(root, "provider"), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file.endsWith("api.ts")) continue;
    const text = readFileSync(join(root, "provider", file), "utf8");
    yield* within(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  }
}

/** Every text that the provider's sources hold, sums of texts as one. */
function spoken(): string[] {
  return [...nodes()].flatMap((node) => textOf(node) ?? []);
}

/** Every text with which a failure of a flow is made where it is thrown. */
function failures(): string[] {
  return [...nodes()].flatMap((node) => {
    if (!ts.isNewExpression(node) || !["FlowError", "PartialFailure"].includes(node.expression.getText())) return [];
    const texts = (node.arguments ?? []).map(textOf).filter((text) => text?.includes(" "));
    return texts.flatMap((text) => text ?? []);
  });
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => FILLED_IN + literal.text).join("");
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined && right === undefined ? undefined : (left ?? FILLED_IN) + (right ?? FILLED_IN);
}

/** Whether a text says an error: its pieces one after the other, with something filled in between two of them. */
function says(text: string, error: string): boolean {
  const pieces = error.split(FILLED_IN).map((piece) => piece.trim().replace(/[.]$/, ""));
  const pattern = pieces.map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*");
  return new RegExp(pattern, "s").test(text);
}

/** Whether a text only adds to another one, which says what happened: the ways on, or the name of the flow. */
function isAddition(text: string): boolean {
  return /^…([.;:]| Nothing was | Of this update )/.test(text);
}

describe("troubleshooting", () => {
  const texts = spoken();
  const errors = documented();

  it("troubleshooting: there are as many errors as to make the search worth while", () => {
    assert.ok(errors.length > 60);
    assert.deepEqual([...new Set(errors.map(({ error }) => error))].length, errors.length);
  });

  it("troubleshooting: an error that the provider does not say is noticed", () => {
    for (const error of ["… exists already, and is in this stack's state", "No Acme API key is set"])
      assert.ok(!texts.some((text) => says(text, error)), error);
  });

  it("troubleshooting: every failure of a flow is on the page", () => {
    const missing = failures().filter((text) => !isAddition(text) && !errors.some(({ error }) => says(text, error)));
    assert.deepEqual(missing, []);
  });

  for (const { section, error } of documented()) {
    if (section === "From Pulumi itself") continue;
    it(`troubleshooting: "${error}" is what the provider says`, () => {
      assert.ok(texts.some((text) => says(text, error)));
    });
  }
});
