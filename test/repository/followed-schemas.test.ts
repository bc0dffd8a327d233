import assert from "node:assert/strict";
import { z } from "zod";
import { type FlowType, keyings, rules } from "../../provider/lifecycle/flow-type";
import { secretPaths } from "../../provider/lifecycle/secrets";
import { allVendors } from "../../provider/vendors";
import { channel } from "../toy/channel";
import { toy } from "../toy/vendor";

type Schema = z.core.$ZodType;

/** The schemas directly inside another, of whatever kind it is. */
function inside(schema: Schema): Schema[] {
  return schema instanceof z.ZodLazy ? [schema.unwrap()] : schemasIn(schema._zod.def);
}

function schemasIn(value: unknown): Schema[] {
  if (value instanceof z.core.$ZodType) return [value];
  if (Array.isArray(value)) return value.flatMap(schemasIn);
  const isPlain = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? Object.values(value).flatMap(schemasIn) : [];
}

function holdsSecret(schema: Schema, seen = new Set<Schema>()): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return rules.get(schema)?.secret !== undefined || inside(schema).some((each) => holdsSecret(each, seen));
}

function wrapped(schema: Schema): readonly Schema[] | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return [schema.unwrap()];
  return schema instanceof z.ZodUnion ? schema.options : undefined;
}

/** The schemas behind optional and union wrappers, in the order in which `fitting` tries them. */
function formsOf(schema: Schema): Schema[] {
  return wrapped(schema)?.flatMap(formsOf) ?? [schema];
}

/** The shapes of values that `fitting` gives to a form. */
function shapesOf(form: Schema): ("object" | "list" | "plain")[] {
  if (form instanceof z.ZodObject || form instanceof z.ZodRecord) return ["object"];
  if (form instanceof z.ZodUnknown) return ["object", "list", "plain"];
  if (form instanceof z.ZodArray) return keyings.has(form) ? ["list", "object"] : ["list"];
  return ["plain"];
}

/** Whether `fitting` may take a value of one form for a value of one that it tries before. */
function mistakable(form: Schema, before: Schema): boolean {
  if (!shapesOf(form).some((shape) => shapesOf(before).includes(shape))) return false;
  if (!(form instanceof z.ZodObject && before instanceof z.ZodObject)) return true;
  return !Object.entries(before.shape).some(([key, member]) => {
    const own: unknown = form.shape[key];
    return (
      member instanceof z.ZodLiteral &&
      own instanceof z.ZodLiteral &&
      ![...own.values].some((value) => value === undefined || member.values.has(value))
    );
  });
}

/** The places of a schema in which the lifecycle's walk would miss a secret, each with the reason. */
function missed(schema: Schema, at: string, around: readonly Schema[] = []): string[] {
  // A schema that holds itself is followed as deep as the value goes.
  if (around.includes(schema) || !holdsSecret(schema) || rules.get(schema)?.secret) return [];
  const forms = formsOf(schema);
  return [
    ...hiddenWrappers(schema).map((each) => `${at}: the rule of a wrapped ${each._zod.def.type}`),
    ...forms.flatMap((form, index) =>
      holdsSecret(form) && forms.slice(0, index).some((before) => mistakable(form, before))
        ? [`${at}: forms of a union that are not told apart`]
        : [],
    ),
    ...forms.flatMap((form) => missedInForm(form, at, [...around, schema])),
  ];
}

/** Wrappers within wrappers whose own rule says secret: `fitting` goes through them. */
function hiddenWrappers(schema: Schema): Schema[] {
  return (wrapped(schema) ?? []).flatMap((each) =>
    wrapped(each) ? [...(rules.get(each)?.secret ? [each] : []), ...hiddenWrappers(each)] : [],
  );
}

function missedInForm(form: Schema, at: string, around: readonly Schema[]): string[] {
  if (!holdsSecret(form) || rules.get(form)?.secret) return [];
  if (form instanceof z.ZodObject) {
    const { catchall } = form.def;
    return [
      ...Object.entries(form.shape).flatMap(([key, member]) => missed(member, `${at}.${key}`, around)),
      ...(catchall && holdsSecret(catchall) ? [`${at}: catchall`] : []),
    ];
  }
  if (form instanceof z.ZodRecord)
    return [
      ...missed(form.valueType, `${at}.*`, around),
      ...(holdsSecret(form.keyType) ? [`${at}: keys of a record`] : []),
    ];
  if (form instanceof z.ZodArray) return missed(form.element, `${at}[]`, around);
  return [`${at}: ${form._zod.def.type}`];
}

describe("followed schemas", () => {
  const types: readonly Pick<FlowType, "token" | "fields">[] = [...allVendors(), toy].flatMap(
    ({ flowTypes }) => flowTypes,
  );

  for (const { token, fields } of types)
    it(`the walk that finds the secrets of ${token} can follow its schemas to each of them`, () => {
      assert.deepEqual(missed(fields, token), []);
    });

  const secret = () => z.string().register(rules, { secret: true });
  const holder = () => z.object({ key: secret() });
  /** What the lifecycle's own walk finds. */
  const found = (schema: z.ZodType, value: unknown) =>
    secretPaths({ ...channel, fields: z.object({ field: schema }) }, { field: value }, []).map((path) =>
      path.join("."),
    );
  const kind = <T extends string>(name: T) => z.literal(name);

  interface Recursive {
    key: string;
    next?: Recursive | undefined;
  }
  const recursive: z.ZodType<Recursive> = z.object({
    key: secret(),
    get next() {
      return recursive.optional();
    },
  });

  const key = { key: "s3cret" };
  const notFollowed: [string, z.ZodType, unknown, string][] = [
    ["lazy", z.lazy(holder), key, "field: lazy"],
    ["default", holder().default(key), key, "field: default"],
    ["prefault", holder().prefault(key), key, "field: prefault"],
    ["catch", holder().catch(key), key, "field: catch"],
    ["readonly", holder().readonly(), key, "field: readonly"],
    ["nonoptional", holder().optional().nonoptional(), key, "field: nonoptional"],
    ["transform", holder().transform((value) => value), key, "field: pipe"],
    ["pipe", z.unknown().pipe(holder()), key, "field: pipe"],
    ["intersection", z.intersection(holder(), z.object({})), key, "field: intersection"],
    ["tuple", z.tuple([secret()]), ["s3cret"], "field: tuple"],
    ["catchall", z.object({}).catchall(secret()), key, "field: catchall"],
    ["key of a record", z.record(secret(), z.string()), { s3cret: "" }, "field: keys of a record"],
    ["objects alike", z.union([z.object({ id: z.string() }), holder()]), key, unionAt("field")],
    [
      "objects told apart by an optional literal",
      z.union([z.object({ kind: kind("a").optional() }), z.object({ kind: kind("b").optional(), key: secret() })]),
      { kind: "b", ...key },
      unionAt("field"),
    ],
    ["a record before an object", z.union([z.record(z.string(), z.string()), holder()]), key, unionAt("field")],
    ["a text before a secret text", z.union([z.null(), secret()]), "s3cret", unionAt("field")],
    [
      "a secret wrapper in a wrapper",
      z.union([z.string(), z.number()]).register(rules, { secret: true }).optional(),
      "s3cret",
      "field: the rule of a wrapped union",
    ],
    [
      "deep down",
      z.object({ steps: z.array(z.record(z.string(), z.lazy(holder).optional())) }).optional(),
      { steps: [{ a: key }] },
      "field.steps[].*: lazy",
    ],
  ];
  for (const [name, schema, value, problem] of notFollowed)
    it(`a secret that the walk misses is told with its place: ${name}`, () => {
      assert.deepEqual([missed(schema, "field"), found(schema, value)], [[problem], []]);
    });

  const followed: [string, z.ZodType, unknown, string[]][] = [
    ["wrappers", secret().nullable().optional(), "s3cret", ["field"]],
    ["lists and records", z.array(z.record(z.string(), holder())), [{ a: key }], ["field.0.a.key"]],
    ["an opaque schema that is secret itself", z.lazy(z.string).register(rules, { secret: true }), "s3cret", ["field"]],
    [
      "objects told apart by a literal",
      z.union([z.object({ kind: kind("a") }), z.object({ kind: kind("b"), key: secret() })]),
      { kind: "b", ...key },
      ["field.key"],
    ],
    ["a text or an object", z.union([z.string(), holder()]), key, ["field.key"]],
    ["an object that holds itself", recursive, { ...key, next: key }, ["field.key", "field.next.key"]],
    ["a lazy schema without a secret", z.lazy(() => z.object({ key: z.string() })), key, []],
  ];
  for (const [name, schema, value, paths] of followed)
    it(`schemas that the walk follows are let through: ${name}`, () => {
      assert.deepEqual([missed(schema, "field"), found(schema, value)], [[], paths]);
    });
});

function unionAt(place: string): string {
  return `${place}: forms of a union that are not told apart`;
}
