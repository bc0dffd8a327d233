import type { Call, Expression, List, ObjectLiteral, Secret, TextFile } from "./expression";

/** No line is longer, unless it holds one thing that is. */
export const WIDTH = 120;

const INDENT = "  ";

/** A key as short as this stays on the line of its value, however long that is. */
const SHORT_KEY = 5;

/** A call of which the only argument is as short as this is not broken within. */
const SHORT_ARGUMENT = WIDTH / 4;

/**
 * Writes an expression as Biome and Prettier format it, at 120 columns.
 *
 * @param before what stands before it on its first line, which is not indented
 * @param after what stands behind it on its last line
 */
export function print(expression: Expression, before: string, after: string): string {
  return `${before}${printed(expression, "", widthOf(before), widthOf(after.trimEnd()))}${after}`;
}

/**
 * @param indent of the line on which it begins
 * @param column at which it begins
 * @param rest how much stands behind it on its last line
 */
function printed(expression: Expression, indent: string, column: number, rest: number): string {
  const line = flat(expression);
  if (line !== undefined && column + widthOf(line) + rest <= WIDTH) return line;
  switch (expression.kind) {
    case "list":
      return listText(expression, indent);
    case "object":
      return objectText(expression, indent);
    case "call":
      return callText(expression, indent, column);
    case "secret":
    case "file": {
      const { callee, name } = lookUpOf(expression);
      return `${callee}(\n${indent}${INDENT}${name},\n${indent})`;
    }
    default:
      return leafText(expression);
  }
}

/** On one line; `undefined` for what always takes several. */
function flat(expression: Expression): string | undefined {
  switch (expression.kind) {
    case "list": {
      if (isTable(expression)) return undefined;
      const items = allFlat(expression.items);
      return items && `[${items.join(", ")}]`;
    }
    case "object": {
      const values = allFlat(expression.members.map(([, value]) => value));
      if (values?.length === 0) return "{}";
      return values && `{ ${values.map((value, at) => `${keyOf(expression, at)}: ${value}`).join(", ")} }`;
    }
    case "call": {
      const args = allFlat(expression.arguments);
      return args && `${expression.callee}(${args.join(", ")})`;
    }
    default:
      return leafText(expression);
  }
}

function allFlat(expressions: readonly Expression[]): string[] | undefined {
  const all = expressions.map((each) => flat(each));
  return all.every((each) => each !== undefined) ? all : undefined;
}

function leafText(leaf: Exclude<Expression, Call | List | ObjectLiteral>): string {
  switch (leaf.kind) {
    case "literal":
      return typeof leaf.value === "string" ? quoted(leaf.value) : numeral(leaf.value);
    case "reference":
      return `${leaf.to}.${leaf.output}`;
    default: {
      const { callee, name } = lookUpOf(leaf);
      return `${callee}(${name})`;
    }
  }
}

/** How a program gets what stands elsewhere. */
function lookUpOf(leaf: Secret | TextFile): { readonly callee: string; readonly name: string } {
  const name = quoted(leaf.name);
  if (leaf.kind === "file") return { callee: "text", name };
  return { callee: typeof leaf.value === "string" ? "config.requireSecret" : "config.requireSecretObject", name };
}

function listText({ items }: List, indent: string): string {
  const inner = indent + INDENT;
  if (items.length > 1 && items.every(isNumber)) return `[\n${filled(items, inner)}\n${indent}]`;
  const lines = items.map((item) => `${inner}${printed(item, inner, inner.length, 1)},\n`);
  return `[\n${lines.join("")}${indent}]`;
}

/** Numbers: as many on a line as it takes. */
function filled(items: readonly Expression[], indent: string): string {
  const lines: string[] = [];
  for (const item of items) {
    const text = `${flat(item)},`;
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(text) <= WIDTH) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(indent + text);
  }
  return lines.join("\n");
}

function objectText(expression: ObjectLiteral, indent: string): string {
  const inner = indent + INDENT;
  const lines = expression.members.map(([, value], at) => {
    const key = keyOf(expression, at);
    const start = `${inner}${key}: `;
    const text = printed(value, inner, widthOf(start), 1);
    const mayMove = isAtom(value) && widthOf(key) >= SHORT_KEY;
    if (mayMove && widthOf(start) + widthOf(flat(value) ?? "") + 1 > WIDTH)
      return `${inner}${key}:\n${inner}${INDENT}${flat(value)},\n`;
    return `${start}${text},\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

function callText({ callee, arguments: args }: Call, indent: string, column: number): string {
  const others = allFlat(args.slice(0, -1));
  const last = args.at(-1);
  // An object at the end opens on the line of the call, unless another one stands before it.
  if (others && last?.kind === "object" && last.members.length > 0 && args.at(-2)?.kind !== "object") {
    const head = `${callee}(${others.map((each) => `${each}, `).join("")}`;
    if (column + widthOf(head) + 1 <= WIDTH) return `${head}${objectText(last, indent)})`;
  }
  const inner = indent + INDENT;
  const lines = args.map((each) => `${inner}${printed(each, inner, inner.length, 1)},\n`);
  return `${callee}(\n${lines.join("")}${indent})`;
}

/** Lists of objects, or of lists, that have several members each, take a line for each item. */
function isTable({ items }: List): boolean {
  if (items.length < 2) return false;
  return (
    items.every((each) => each.kind === "object" && each.members.length > 1) ||
    items.every((each) => each.kind === "list" && each.items.length > 1)
  );
}

/** What a line break within would not make much shorter. */
function isAtom(expression: Expression): boolean {
  if (expression.kind === "secret" || expression.kind === "file")
    return widthOf(lookUpOf(expression).name) <= SHORT_ARGUMENT;
  return expression.kind === "reference" || (expression.kind === "literal" && typeof expression.value === "string");
}

function isNumber(expression: Expression): boolean {
  return expression.kind === "literal" && typeof expression.value === "number";
}

function numeral(value: number | boolean | null): string {
  return Object.is(value, -0) ? "-0" : JSON.stringify(value).replace("e+", "e");
}

/** A text in the quotes that need fewer escapes, double ones where both do. */
export function quoted(text: string): string {
  const json = JSON.stringify(text);
  const doubles = text.split('"').length;
  const singles = text.split("'").length;
  if (doubles <= singles) return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

function keyOf({ members }: ObjectLiteral, at: number): string {
  const key = members[at]?.[0] ?? "";
  // Written plainly, it would set the prototype.
  if (key === "__proto__") return '["__proto__"]';
  return IDENTIFIER.test(key) ? key : quoted(key);
}

const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** How many columns a text takes. */
function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += /\p{M}|\p{Cf}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}
