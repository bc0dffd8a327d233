import type { ErrorObject } from "ajv/dist/2020";
import { isRecord } from "./description";

/** One place where a request or a reply departs from the API description. */
export interface Violation {
  readonly in: "path" | "query" | "body" | "reply";
  /** `per_page`, `trail.artifacts[0].name`; empty for the whole. */
  readonly field: string;
  readonly message: string;
  /** The value found there; of a missing member the object that lacks it. */
  readonly input: unknown;
}

/** For people: one line. */
export function describeViolation(violation: Violation): string {
  const place = violation.field === "" ? violation.in : `${violation.in} ${violation.field}`;
  return `${place}: ${violation.message} [${shown(violation.input)}]`;
}

/** The input as error texts carry it: text as it is, anything else as JSON, long ones cut. */
export function shown(input: unknown): string {
  const text = typeof input === "string" ? input : (JSON.stringify(input) ?? "");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Turns a validator's errors into violations, one for each field. */
export function toViolations(
  place: Violation["in"],
  errors: readonly ErrorObject[] | null | undefined,
  prefix = "",
): Violation[] {
  const found = new Map<string, Violation>();
  for (const error of withoutEchoes(errors ?? [])) {
    const field = joined(prefix, fieldOf(error));
    if (found.has(field)) continue;
    found.set(field, { in: place, field, message: messageOf(error), input: inputOf(error) });
  }
  return [...found.values()];
}

/**
 * A value that fits none of several alternatives gets an error from each of them and one for the choice. Only the most
 * telling are kept: "must be null" says nothing when the object beside it has an unknown member.
 */
function withoutEchoes(errors: readonly ErrorObject[]): ErrorObject[] {
  const isChoice = (error: ErrorObject) => ["oneOf", "anyOf", "if"].includes(error.keyword);
  const isNull = (error: ErrorObject) => error.keyword === "type" && error.params.type === "null";
  const telling = errors.filter((error) => !isChoice(error) && !isNull(error) && error.keyword !== "propertyNames");
  const inside = (error: ErrorObject) => telling.some((other) => other.instancePath.startsWith(error.instancePath));
  return errors.filter((error) => telling.includes(error) || !inside(error));
}

function fieldOf(error: ErrorObject): string {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((field, part) => (/^\d+$/.test(part) ? `${field}[${part}]` : joined(field, part)), "");
  const member = error.params.missingProperty ?? error.params.additionalProperty ?? error.propertyName;
  return typeof member === "string" ? joined(path, member) : path;
}

function messageOf(error: ErrorObject): string {
  if (error.keyword === "required") return "Field required";
  if (error.keyword === "additionalProperties") return "Extra members are not permitted";
  if (error.keyword === "enum" && Array.isArray(error.params.allowedValues)) {
    return `must be one of ${error.params.allowedValues.map(String).join(", ")}`;
  }
  return error.message ?? error.keyword;
}

function inputOf(error: ErrorObject): unknown {
  if (error.propertyName !== undefined) return error.propertyName;
  const member = error.params.additionalProperty;
  return typeof member === "string" && isRecord(error.data) ? error.data[member] : error.data;
}

function joined(prefix: string, field: string): string {
  if (prefix === "" || field === "") return prefix + field;
  return field.startsWith("[") ? prefix + field : `${prefix}.${field}`;
}
