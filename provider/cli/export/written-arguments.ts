import { isDeepStrictEqual as isEqual } from "node:util";
import { z } from "zod";
import { fitting, memberOf } from "../../lifecycle/fitting";
import { keyings } from "../../lifecycle/flow-type";
import { fromRegistered, textAt, toRegistered } from "../../lifecycle/keyed";
import { type PropertyPath, placesOf } from "../../lifecycle/paths";
import { SECRETS } from "../../lifecycle/state";
import { isObject, type Values } from "../../lifecycle/values";
import {
  type Expression,
  evaluate,
  literal,
  type ObjectLiteral,
  object,
  type Reference,
  type Secret,
} from "./expression";
import { type Name, slugOf, unique } from "./naming";
import { inReadingOrder } from "./reading-order";
import type { References } from "./references";
import type { TakenFlow } from "./taken-flow";
import { typedForm } from "./typed-forms";

/** A text that is longer, or has several lines, gets a file of its own. */
const LONGEST_TEXT = 200;

/** Parts of paths that say nothing of what is there. */
const PLAIN_PARTS = new Set(["definition", "nodes", "steps", "data", "config"]);

/** How texts of some members are told apart from plain ones by editors. */
const EXTENSIONS = new Map([
  ["code", "js"],
  ["script", "js"],
]);

/** Stands in values for a secret: no plain object, so that nothing looks into it. */
class Hole {
  constructor(readonly expression: Secret) {}
}

/** How far an export goes in writing arguments as a person would. */
export interface Style {
  /** Whether functions that build arguments are used. */
  readonly typed: boolean;
  readonly references: References | undefined;
}

/** The arguments of a flow as a program writes them. */
export function writtenArguments(flow: TakenFlow & Name, style: Style): ObjectLiteral {
  return new ArgumentWriter(flow, style).write();
}

/** What a program's arguments are checked as, and where in them the program has secrets. */
export function registeredArguments({ type, lifecycle }: TakenFlow, written: ObjectLiteral) {
  const marked = valuesOf(evaluate(written, () => MARK));
  const registered = byField(marked, (field, value) => {
    const schema = type.fields.shape[field];
    return schema ? toRegistered(schema, value) : value;
  });
  const secrets = placesOf(registered, (value) => value === MARK);
  return lifecycle.check({
    ...valuesOf(evaluate(written)),
    ...(secrets.length > 0 ? { [SECRETS]: secrets } : {}),
  });
}

const MARK = Symbol("secret");

function valuesOf(value: unknown): Values {
  return isObject(value) ? value : {};
}

function byField(values: Values, turn: (field: string, value: unknown) => unknown): Values {
  return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, turn(field, value)]));
}

class ArgumentWriter {
  readonly #flow: TakenFlow & Name;
  readonly #style: Style;
  readonly #secretNames = new Set<string>();
  readonly #fileNames = new Set<string>();

  constructor(flow: TakenFlow & Name, style: Style) {
    this.#flow = flow;
    this.#style = style;
  }

  write(): ObjectLiteral {
    const { type, inputs, program } = this.#flow;
    // In the order of the reference.
    const fields = Object.keys(type.fields.shape).filter((field) => field in program);
    const values = Object.fromEntries(fields.map((field) => [field, inputs[field]]));
    const secrets = this.#flow.lifecycle.secrets(inputs);
    return object(values, (value, field) => {
      const schema = type.fields.shape[field];
      const marked = this.#marked(value, [field], secrets);
      return this.#expression(schema, schema ? fromRegistered(schema, marked) : marked, [field]);
    });
  }

  /** A registered value with holes for what a program does not say. */
  #marked(value: unknown, at: PropertyPath, secrets: readonly PropertyPath[]): unknown {
    if (secrets.some((path) => isEqual(path, at))) return this.#secret(value, at);
    if (Array.isArray(value)) return value.map((each, index) => this.#marked(each, [...at, String(index)], secrets));
    if (!isObject(value)) return value;
    return byField(value, (key, each) => this.#marked(each, [...at, key], secrets));
  }

  #secret(value: unknown, at: PropertyPath): Hole {
    const name = unique(`${this.#flow.slug}.${slugOf(plain(at)) || "secret"}`, this.#secretNames, "-");
    return new Hole({ kind: "secret", name, at, value });
  }

  #expression(schema: z.ZodType | undefined, value: unknown, at: PropertyPath): Expression {
    if (value instanceof Hole) return value.expression;
    if (typeof value === "string") return this.#reference(value) ?? this.#text(value, at);
    if (Array.isArray(value)) return this.#list(schema, value, at);
    if (!isObject(value)) return literal(value);
    const found = schema && fitting(schema, value);
    const ordered = found && isGraph(found, value) ? inReadingOrder(value) : value;
    return object(ordered, (member, key) => this.#expression(found && memberOf(found, key), member, [...at, key]));
  }

  #reference(text: string): Reference | undefined {
    const target = this.#style.references?.target(this.#flow, text);
    return target && { kind: "reference", to: target.to.variable, output: target.output, value: text };
  }

  #list(schema: z.ZodType | undefined, items: readonly unknown[], at: PropertyPath): Expression {
    const found = schema && fitting(schema, items);
    const list = found instanceof z.ZodArray ? found : undefined;
    return {
      kind: "list",
      items: items.map((item, index) => {
        const name = isObject(item) ? (textAt(item, "id") ?? textAt(item, "name") ?? textAt(item, "label")) : undefined;
        const place = [...at, name ?? String(index + 1)];
        if (!isObject(item)) return this.#expression(list && memberOf(list, "0"), item, place);
        return (this.#style.typed ? this.#typed(list, item, place) : undefined) ?? this.#item(list, item, place);
      }),
    };
  }

  #item(list: z.ZodArray | undefined, item: Values, at: PropertyPath): Expression {
    const form = list && memberOf(list, "0");
    const found = form && fitting(form, item);
    return object(item, (member, key) => {
      const place = [...at, key];
      if (list && isKey(list, item, key)) return this.#own(member, place);
      return this.#expression(found && memberOf(found, key), member, place);
    });
  }

  /** What is written as it is found, also where it is another flow's id. */
  #own(value: unknown, at: PropertyPath): Expression {
    if (typeof value === "string") return this.#text(value, at);
    return isObject(value) ? object(value, (member, key) => this.#own(member, [...at, key])) : literal(value);
  }

  #typed(list: z.ZodArray | undefined, item: Values, at: PropertyPath): Expression | undefined {
    const isKeyed = list !== undefined && keyings.has(list);
    const same = (built: unknown) =>
      isEqual(built, item) || (isKeyed && isEqual(toRegistered(list, [built]), toRegistered(list, [item])));
    const [vendor = ""] = this.#flow.type.token.split(":");
    const taken = new Set(this.#fileNames);
    // But for settings, which come second, functions that build arguments take no outputs.
    const typed = typedForm(vendor, item, same, (argument, index) =>
      index === 1 && isObject(argument) ? this.#expression(undefined, argument, at) : this.#own(argument, at),
    );
    // Names of files that only a rejected form would have had.
    if (!typed) this.#takeAgain(taken);
    return typed;
  }

  #takeAgain(names: ReadonlySet<string>): void {
    this.#fileNames.clear();
    for (const name of names) this.#fileNames.add(name);
  }

  #text(value: string, at: PropertyPath): Expression {
    const isLong = value.length > LONGEST_TEXT || /[\n\r]/.test(value);
    // What is no Unicode would not come back from a file.
    if (!isLong || Buffer.from(value, "utf8").toString("utf8") !== value) return { kind: "literal", value };
    const stem = slugOf(plain(at)) || "text";
    const name = `${unique(stem, this.#fileNames, "-")}.${this.#extension(at)}`;
    return { kind: "file", name, value };
  }

  #extension(at: PropertyPath): string {
    const [vendor] = this.#flow.type.token.split(":");
    if (vendor === "kosli" && at.length === 1 && at[0] === "template") return "yml";
    return EXTENSIONS.get(at.at(-1) ?? "") ?? "txt";
  }
}

/** Whether nodes and edges stand there whose order has no meaning. */
function isGraph(schema: z.ZodType, value: Values): boolean {
  return ["nodes", "edges"].every((name) => {
    const list = memberOf(schema, name);
    const found = list && fitting(list, value[name]);
    return found !== undefined && Array.isArray(value[name]) && keyings.has(found);
  });
}

/** Whether a member of an item must be a text when the program runs, since the list is registered by it. */
function isKey(list: z.ZodArray, item: Values, member: string): boolean {
  const keying = keyings.get(list);
  return keying !== undefined && keying.toMap([{ ...item, [member]: MARK }]) === undefined;
}

/** What in a path tells what is there. */
function plain(path: PropertyPath): string[] {
  const parts = path.filter((each) => !PLAIN_PARTS.has(each));
  return parts.length > 0 ? parts : [...path];
}
