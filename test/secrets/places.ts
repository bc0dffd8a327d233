import { z } from "zod";
import { type FlowType, rules } from "../../provider/lifecycle/flow-type";
import type { PropertyPath } from "../../provider/lifecycle/paths";
import type { Vendor } from "../../provider/vendors/vendor";

type Schema = z.core.$ZodType;

/** Steps within steps within steps have the same places again. */
const NESTED = /Steps\..*Steps\./;

/**
 * Every place of a flow type that its schemas call secret: `definition.nodes.*.data.config.headers.* (unknown)`, with the
 * kind of the schema, since one place may take several.
 */
export function secretPlacesOf({ fields }: Pick<FlowType, "fields">): string[] {
  const found = Object.entries(fields.shape).flatMap(([field, schema]) => placesIn(schema, field));
  return [...new Set(found)].sort();
}

function placesIn(schema: Schema, at: string): string[] {
  if (rules.get(schema)?.secret) return [`${at} (${unwrapped(schema)._zod.def.type})`];
  if (NESTED.test(at)) return [];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return placesIn(schema.unwrap(), at);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => placesIn(option, at));
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, member]) => placesIn(member, `${at}.${key}`));
  if (schema instanceof z.ZodRecord) return placesIn(schema.valueType, `${at}.*`);
  return schema instanceof z.ZodArray ? placesIn(schema.element, `${at}.*`) : [];
}

function unwrapped(schema: Schema): Schema {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? unwrapped(schema.unwrap()) : schema;
}

/** The settings of a vendor that are secret. */
export function secretSettingsOf({ settings }: Pick<Vendor, "settings">): string[] {
  return Object.entries(settings).flatMap(([name, { secret }]) => (secret ? [name] : []));
}

/** Whether a secret at this path stands in a place. */
export function isIn(place: string, path: PropertyPath, value: unknown): boolean {
  const [, pattern = "", kind] = /^(.*) \((\w+)\)$/.exec(place) ?? [];
  const steps = pattern.split(".");
  const isThere = steps.length === path.length && steps.every((step, index) => step === "*" || step === path[index]);
  const isOfKind = kind === "unknown" || (kind === "array" ? Array.isArray(value) : typeof value === kind);
  return isThere && isOfKind;
}
