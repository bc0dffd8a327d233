import { z } from "zod";
import { rulesOf } from "./canonical";
import { engineArguments } from "./engine-arguments";
import type { FlowType, Problem } from "./flow-type";
import { programForm, registeredForm } from "./keyed";
import { isWithin, type PropertyPath, placesOf, showPath, valueAt } from "./paths";
import { replaceSecrets } from "./secrets";
import { SECRETS } from "./state";
import { containsUnknown, defined, type Values } from "./values";

/** A failed rule, with the property path that Pulumi prints. */
interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** Checked arguments, and what is wrong with them. */
export interface Checked {
  readonly inputs: Values;
  readonly failures: readonly CheckFailure[];
  /** What is doubtful, and does not stop. */
  readonly warnings: readonly CheckFailure[];
}

/**
 * Checks the arguments of a flow offline: fills defaults, brings lists with identity into their registered form,
 * and reports all problems at once. What a preview cannot know yet is not judged. Idempotent.
 *
 * @param settings values of the vendor's settings, for fields that are filled from one
 */
export function check(type: FlowType, args: Values, settings: Values): Checked {
  const { [SECRETS]: secrets, ...given } = defined({ ...args, ...filled(type, args, settings) });
  const registered = registeredForm(type, given);
  const inputs = {
    ...registered,
    ...derived(type, registered),
    ...(Array.isArray(secrets) ? { [SECRETS]: secrets.map((path) => registeredPlace(type, given, path)) } : {}),
  };
  const written = programForm(type, registered);
  const problems = [
    ...schemaProblems(type, written),
    ...spellingProblems(type, written),
    ...(type.crossCheck?.(written) ?? []),
  ];
  const secretPlaces = Array.isArray(inputs[SECRETS]) ? writtenPlaces(type, registered, inputs[SECRETS]) : [];
  const told = ({ path, message }: Problem) => {
    const texts = path.map(String);
    const secret = secretPlaces.find((place) => isWithin(texts, place));
    if (!secret) return { property: showPath(path, written), reason: message };
    // What stands within a secret is one as well, also its names.
    return {
      property: showPath(path.slice(0, secret.length), {}),
      reason: secret.length === path.length ? message : "Something within this secret is wrong, which is not told",
    };
  };
  return {
    inputs: defined(inputs),
    failures: problems.filter(({ warning }) => !warning).map(told),
    warnings: problems.filter(({ warning }) => warning).map(told),
  };
}

/** What follows from the arguments. */
function derived(type: FlowType, registered: Values): Values {
  return Object.fromEntries(
    Object.keys(type.fields.shape).flatMap((field) => {
      const { derived: derive } = rulesOf(type, field);
      return derive ? [[field, derive(registered)]] : [];
    }),
  );
}

/** The values of the fields that the program leaves to a setting. */
function filled(type: FlowType, args: Values, settings: Values): Values {
  return Object.fromEntries(
    Object.keys(type.fields.shape).flatMap((field) => {
      const { setting } = rulesOf(type, field);
      return setting && args[field] === undefined ? [[field, settings[setting]]] : [];
    }),
  );
}

/** Stands for a secret while its place is looked for. */
const MARK = Symbol("secret");

/** Where a secret stands after a list around it was keyed: what the program could not key yet, the check can. */
function registeredPlace(type: FlowType, given: Values, path: PropertyPath): PropertyPath {
  const [field = ""] = path;
  const marked = { [field]: replaceSecrets(given[field], [field], [path], () => MARK) };
  const [place = path] = placesOf(registeredForm(type, marked), (value) => value === MARK);
  return place;
}

/** Where registered secrets stand in what the program wrote. */
function writtenPlaces(type: FlowType, registered: Values, secrets: readonly PropertyPath[]): PropertyPath[] {
  const [marked, seen] = [MARK, new Set<string>()];
  const values = Object.fromEntries(
    Object.entries(registered).map(([field, value]) => [field, replaceSecrets(value, [field], secrets, () => marked)]),
  );
  return placesOf(programForm(type, values), (value) => value === marked).filter((path) => {
    const isNew = !seen.has(JSON.stringify(path));
    seen.add(JSON.stringify(path));
    return isNew;
  });
}

/** The schema of all arguments of each type, built once. */
const schemas = new WeakMap<FlowType, z.ZodObject>();

function schemaOf(type: FlowType): z.ZodObject {
  const schema = schemas.get(type) ?? z.strictObject({ ...type.fields.shape, ...engineArguments.shape });
  schemas.set(type, schema);
  return schema;
}

/** The names of everything that a program may say of a flow. */
export function argumentNames(type: FlowType): string[] {
  return Object.keys(schemaOf(type).shape).filter((name) => !rulesOf(type, name).derived);
}

function schemaProblems(type: FlowType, written: Values): Problem[] {
  const result = schemaOf(type).safeParse(written);
  if (result.success) return [];
  const names = argumentNames(type).join(", ");
  return result.error.issues.flatMap(innermost).flatMap((issue): Problem[] => {
    if (issue.code === "unrecognized_keys") {
      const known =
        issue.path.length === 0 ? `There is no such argument. The arguments are ${names}` : "There is no such key";
      return issue.keys.map((key) => ({ path: [...issue.path, key], message: known }));
    }
    const value = valueAt(written, issue.path);
    if (containsUnknown(value)) return [];
    const required = issue.code === "invalid_type" && value === undefined && issue.message.startsWith("Invalid input");
    return [{ path: issue.path, message: required ? `Required: ${issue.expected}` : issue.message }];
  });
}

/** The issues behind an issue: those of the form of a union that the value has, and of keys of maps. */
export function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  const below = (inner: z.core.$ZodIssue): z.core.$ZodIssue[] =>
    innermost({ ...inner, path: [...issue.path, ...inner.path] });
  if (issue.code === "invalid_key") return issue.issues.flatMap(below);
  if (issue.code !== "invalid_union") return [issue];
  // A value that has none of the forms at all is of the wrong type in each of them.
  const form = issue.errors.find((issues) =>
    issues.some(({ path, code }) => path.length > 0 || code !== "invalid_type"),
  );
  return form ? form.flatMap(below) : [issue];
}

function spellingProblems(type: FlowType, written: Values): Problem[] {
  const first = new Map<string, string>();
  const problems: Problem[] = [];
  for (const field of Object.keys(type.fields.shape)) {
    const group = rulesOf(type, field).spells;
    if (!group || written[field] === undefined) continue;
    const other = first.get(group);
    if (other) problems.push({ path: [field], message: `Use either ${other} or ${field}, not both` });
    else first.set(group, field);
  }
  return problems;
}
