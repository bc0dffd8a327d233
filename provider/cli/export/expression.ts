import type { PropertyPath } from "../../lifecycle/paths";
import type { Values } from "../../lifecycle/values";

/** What a program writes in place of a value. Leaves that are not written out carry the value that they stand for. */
export type Expression = Literal | List | ObjectLiteral | Call | Reference | Secret | TextFile;

/** A text, number or the like, written out. */
export interface Literal {
  readonly kind: "literal";
  readonly value: string | number | boolean | null;
}

/** An array. */
export interface List {
  readonly kind: "list";
  readonly items: readonly Expression[];
}

/** An object, its members in order. */
export interface ObjectLiteral {
  readonly kind: "object";
  readonly members: readonly (readonly [key: string, value: Expression])[];
}

/** A call of a function that builds arguments, such as `node.sendText`. */
export interface Call {
  readonly kind: "call";
  /** What the program calls it. */
  readonly callee: string;
  readonly arguments: readonly Expression[];
  /** The function itself. */
  readonly build: (...args: readonly unknown[]) => unknown;
}

/** The id, or an output, of another resource of the program. */
export interface Reference {
  readonly kind: "reference";
  /** The constant that holds the resource. */
  readonly to: string;
  readonly output: string;
  readonly value: string;
}

/** A secret of the stack's configuration. */
export interface Secret {
  readonly kind: "secret";
  /** Its key in the configuration. */
  readonly name: string;
  /** Where it stands in the registered arguments. */
  readonly at: PropertyPath;
  readonly value: unknown;
}

/** A text that is too large to be written out, in a file of its own. */
export interface TextFile {
  readonly kind: "file";
  readonly name: string;
  readonly value: string;
}

/**
 * The value that a program gets of an expression.
 *
 * @param secret what it gets of a secret
 */
export function evaluate(expression: Expression, secret: (secret: Secret) => unknown = ({ value }) => value): unknown {
  const inner = (each: Expression) => evaluate(each, secret);
  switch (expression.kind) {
    case "list":
      return expression.items.map(inner);
    case "object":
      return Object.fromEntries(expression.members.map(([key, value]) => [key, inner(value)]));
    case "call":
      return expression.build(...expression.arguments.map(inner));
    case "secret":
      return secret(expression);
    default:
      return expression.value;
  }
}

/** An expression that writes out JSON. */
export function literal(value: unknown): Expression {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return { kind: "literal", value };
  if (Array.isArray(value)) return { kind: "list", items: value.map(literal) };
  if (typeof value === "object") return object({ ...value }, literal);
  throw new Error(`A ${typeof value} cannot be written into a program.`);
}

/** An object whose members are made of values. */
export function object(values: Values, make: (value: unknown, key: string) => Expression): ObjectLiteral {
  return { kind: "object", members: Object.entries(values).map(([key, value]) => [key, make(value, key)]) };
}

/** Every leaf of an expression, in the order in which the program writes them. */
export function leavesOf(expression: Expression): (Literal | Reference | Secret | TextFile)[] {
  switch (expression.kind) {
    case "list":
      return expression.items.flatMap(leavesOf);
    case "object":
      return expression.members.flatMap(([, value]) => leavesOf(value));
    case "call":
      return expression.arguments.flatMap(leavesOf);
    default:
      return [expression];
  }
}

/** What the calls of an expression call. */
export function calleesOf(expression: Expression): string[] {
  switch (expression.kind) {
    case "list":
      return expression.items.flatMap(calleesOf);
    case "object":
      return expression.members.flatMap(([, value]) => calleesOf(value));
    case "call":
      return [expression.callee, ...expression.arguments.flatMap(calleesOf)];
    default:
      return [];
  }
}
