import assert from "node:assert/strict";
import fc from "fast-check";
import { type Expression, evaluate, leavesOf, literal } from "../../../provider/cli/export/expression";
import { print } from "../../../provider/cli/export/print";
import { formatted } from "../../harness/formatter";

function statement(expression: Expression, name = "made"): string {
  const args: Expression = { kind: "object", members: [["value", expression]] };
  return print(call("new kosli.Flow", literal(name), args), `export const ${name} = `, ";\n");
}

function call(callee: string, ...args: Expression[]): Expression {
  return { kind: "call", callee, arguments: args, build: (...values) => values };
}

const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.lorem({ maxCount: 25 }),
  fc.constantFrom(
    "it's",
    'say "hi"',
    `"it's"`,
    "日本語のテキスト",
    "naïve ☕",
    "👩‍💻 at work",
    "",
    "a\tb\\n",
    "$" + "{x} `y`",
    "</script>",
  ),
);
const word = fc.stringMatching(/^[a-z]{1,90}$/);
const key = fc.oneof(
  fc.string({ maxLength: 100 }),

  fc.constantFrom(
    "id",
    "name",
    "message",
    "Content-Type",
    "__proto__",
    "1",
    "01",
    "1.5",
    "class",
    "naïve",
    "a b",
    "",
    "it's",
    'a"b',
    "body_text",
    "x-y",
  ),
  fc.string({ maxLength: 12 }),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e21, 1e-7, -1.5e300),
);

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    fc.oneof(text, number, fc.boolean(), fc.constant(null)).map(literal),
    fc.array(number, { maxLength: 40 }).map(literal),
    fc.array(tie("expression"), { maxLength: 5 }).map((items): Expression => ({ kind: "list", items })),
    fc
      .uniqueArray(fc.tuple(key, tie("expression")), { maxLength: 6, selector: ([each]) => each })
      .map((members): Expression => ({ kind: "object", members })),
    fc
      .tuple(
        text.map(literal),
        fc.dictionary(key, fc.oneof(text, number)).map(literal),
        fc.option(fc.dictionary(key, text).map(literal)),
      )
      .map(([id, config, options]) => call("node.sendText", id, config, ...(options ? [options] : []))),
    fc
      .tuple(word, fc.boolean())
      .map(([name, isText]): Expression => ({ kind: "secret", name, at: [], value: isText ? "" : 1 })),
    word.map((name): Expression => ({ kind: "file", name, value: "" })),
    fc
      .tuple(word, fc.constantFrom("id", "versionId"))
      .map(([to, output]): Expression => ({ kind: "reference", to: `flow${to}`, output, value: "" })),
    fc.tuple(text.map(literal), text.map(literal)).map(([source, target]) => call("edge", source, target)),
  ),
}));

/** Where two texts begin to differ, with the lines around. */
function firstDifference(printed: string, wanted: string): string | undefined {
  const [ours, theirs] = [printed.split("\n"), wanted.split("\n")];
  const at = theirs.findIndex((line, index) => line !== ours[index]);
  const around = (lines: string[]) => lines.slice(Math.max(at - 4, 0), at + 3).join("\n");
  return at < 0 ? undefined : `printed:\n${around(ours)}\nwanted:\n${around(theirs)}`;
}

describe("printed programs", () => {
  it("print: what is printed is formatted as this repository's formatter does", () => {
    for (let seed = 1; seed <= Number(process.env.RUNS ?? 5); seed++) {
      const all = fc.sample(expression, { numRuns: 400, seed });
      const program = all.map((each, index) => statement(each, `made${index}`.padEnd((index % 7) * 10, "x"))).join("");
      assert.equal(firstDifference(program, formatted(program)), undefined);
    }
  });

  it("print: what is printed is what it stands for", () => {
    for (const each of fc.sample(expression, { numRuns: 500, seed: 1 }).filter(isWrittenOut)) {
      const run = new Function("node", "edge", print(each, "return ", ";"));
      const build = (...values: unknown[]) => values;
      assert.deepStrictEqual(run({ sendText: build }, build), evaluate(each));
    }
  });
});

/** Whether nothing stands elsewhere. */
function isWrittenOut(expression: Expression): boolean {
  return leavesOf(expression).every(({ kind }) => kind === "literal");
}
