import type { z } from "zod";
import { innermost } from "../../../lifecycle/check";
import { fitting, memberOf } from "../../../lifecycle/fitting";
import type { Problem } from "../../../lifecycle/flow-type";
import { showPath, valueAt } from "../../../lifecycle/paths";
import { isObject, UNKNOWN, type Values } from "../../../lifecycle/values";
import { nearestName } from "../../nearest-name";
import { hasPlaceholder } from "./config-parts";

/** Members by which Kapso's own command line writes what the API wants by id, and that the API silently ignores. */
const SLUGS: ReadonlyMap<string, string> = new Map([
  ["function_slug", "function_id"],
  ["workflow_slug", "workflow_id"],
  ["template_slug", "template_id"],
]);

/** What to write where an id is missing. */
const WIRING: ReadonlyMap<PropertyKey, string> = new Map([
  ["function_id", "wire it with function_id: <the kapso.Function>.id"],
  ["workflow_id", "wire it with workflow_id: <the kapso.Workflow>.id"],
  ["template_id", "write the template's id as template_id; its name or slug does not do"],
]);

/** What messages call the types that a schema expects. */
const NOUNS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** What Kapso takes of an event; its SDK tests these as limits of the server. */
const MOST_PROPERTIES = 25;
const LONGEST_KEY = 64;
const LARGEST_TEXT = 1024;
const LARGEST_PROPERTIES = 8 * 1024;

/** What Kapso's SDK takes for an event's name; a page of its documentation takes any. */
const EVENT_NAME = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/;

/**
 * Everything wrong with the config of a step. Paths lead from the config; messages are without the step's name.
 *
 * @param schema the rules of this node type's config
 */
export function configProblems(nodeType: string, schema: z.ZodObject, config: Values): Problem[] {
  const read = schema.safeParse(config);
  const issues = read.success ? [] : read.error.issues.flatMap(innermost);
  const problems = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownKey(schema, config, issue.path, key))
      : issueProblems(issue, config),
  );
  switch (nodeType) {
    case "decide":
      return [...problems, ...decideProblems(config)];
    case "emit_event":
      return [...problems, ...eventProblems(config)];
    case "send_text":
      return [...problems, ...aiProblems(config, "message")];
    case "send_interactive":
      return [...problems, ...aiProblems(config, "body_text")];
    default:
      return problems;
  }
}

function unknownKey(schema: z.ZodObject, config: Values, path: readonly PropertyKey[], key: string): Problem {
  const at = [...path, key];
  const place = showPath(at, config);
  const known = keysAt(schema, config, path);
  const id = SLUGS.get(key);
  if (id !== undefined && known.includes(id)) {
    return isThere(valueAt(config, [...path, id]))
      ? { path: at, message: `Kapso ignores ${place}, and takes ${id}: leave it out`, warning: true }
      : { path: at, message: `Kapso does not resolve ${place}: ${wiring(id)}` };
  }
  const meant = nearestName(key, known);
  const advice = meant ? `did you mean ${meant}?` : "Kapso may refuse or ignore it: correct it, or leave it out";
  return { path: at, message: `this package does not know ${place}: ${advice}`, warning: true };
}

function issueProblems(issue: z.core.$ZodIssue, config: Values): Problem[] {
  const { path } = issue;
  const value = valueAt(config, path);
  if (value === UNKNOWN) return [];
  const [last = ""] = path.slice(-1);
  const place = showPath(path, config);
  if (value === undefined || value === null || (value === "" && issue.code === "too_small")) {
    // The slug in its place is named instead.
    const owner = valueAt(config, path.slice(0, -1));
    if (isObject(owner) && [...SLUGS].some(([slug, id]) => id === last && owner[slug] !== undefined)) return [];
    const missing =
      value === undefined ? `${place} is missing` : `${place} must not be ${value === null ? "null" : "empty"}`;
    return [{ path, message: `${missing}: ${wiring(last)}` }];
  }
  switch (issue.code) {
    case "invalid_value": {
      const values = issue.values.map(String);
      const listed = values.join(", ");
      if (typeof value !== "string") return [{ path, message: `${place} must be one of ${listed}` }];
      const meant = nearestName(value, values);
      const advice = meant ? `did you mean ${JSON.stringify(meant)}?` : "Kapso may refuse it";
      const message = `${JSON.stringify(value)} is no ${place} that this package knows (${listed}): ${advice}`;
      return [{ path, message, warning: true }];
    }
    case "invalid_type":
      return [{ path, message: `${place} must be ${NOUNS[issue.expected] ?? issue.expected}, not ${nounOf(value)}` }];
    case "too_big": {
      if (typeof value !== "string") return [{ path, message: `${place} ${limit(value, issue.maximum)}` }];
      const message = `${place} has ${[...value].length} characters, and Kapso takes ${issue.maximum} at most: shorten it`;
      // What is put in its place at run time may be shorter.
      return [{ path, message, ...(hasPlaceholder(value) ? { warning: true } : {}) }];
    }
    case "too_small":
      return [{ path, message: `${place} must ${Array.isArray(value) ? "have at least one item" : "be 0 or more"}` }];
    default:
      return [{ path, message: `${place} ${issue.message}` }];
  }
}

function limit(value: unknown, most: number | bigint): string {
  return Array.isArray(value)
    ? `has ${value.length} items, and Kapso takes ${most} at most: remove some`
    : `must be ${most} or less`;
}

function wiring(member: PropertyKey): string {
  return WIRING.get(member) ?? "write it";
}

function nounOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number") return Number.isInteger(value) ? "a number" : "a fraction";
  return NOUNS[typeof value] ?? typeof value;
}

/** The keys that a schema knows at a place of a value. */
function keysAt(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): string[] {
  let at: z.ZodType | undefined = fitting(schema, value);
  path.forEach((step, index) => {
    const member = at && memberOf(at, String(step));
    at = member && fitting(member, valueAt(value, path.slice(0, index + 1)));
  });
  return at && "shape" in at && isObject(at.shape) ? Object.keys(at.shape) : [];
}

/** Whether a reference is written, also where this preview does not know it yet. */
function isThere(reference: unknown): boolean {
  return reference !== undefined && reference !== null && reference !== "";
}

function decideProblems(config: Values): Problem[] {
  const problems: Problem[] = [];
  if (config.decision_type === "function" && !isThere(config.function_id) && config.function_slug === undefined) {
    const message = `a decision by a function needs one: ${wiring("function_id")}`;
    problems.push({ path: ["function_id"], message });
  }
  const seen = new Set<string>();
  const conditions: unknown[] = Array.isArray(config.conditions) ? config.conditions : [];
  conditions.forEach((condition, index) => {
    const label = isObject(condition) ? condition.label : undefined;
    if (typeof label !== "string" || label === "" || label === UNKNOWN) return;
    const message = `there are two conditions ${JSON.stringify(label)}: rename or remove one, since its label names the edge to follow`;
    if (seen.has(label)) problems.push({ path: ["conditions", index, "label"], message });
    seen.add(label);
  });
  return problems;
}

function eventProblems({ event_name: name, properties }: Values): Problem[] {
  const problems: Problem[] = [];
  const wrong = (path: readonly PropertyKey[], message: string) => problems.push({ path, message });
  if (typeof name === "string" && name !== "" && name !== UNKNOWN && !hasPlaceholder(name) && !EVENT_NAME.test(name)) {
    const message =
      'event_name may be refused: Kapso\'s SDK takes only lower case letters, digits and "_", in parts with dots between them, such as order.paid';
    problems.push({ path: ["event_name"], message, warning: true });
  }
  if (!isObject(properties)) return problems;
  const known = Object.entries(properties).filter(([, value]) => value !== undefined);
  if (known.length > MOST_PROPERTIES)
    wrong(["properties"], `properties has ${known.length} members, and Kapso takes ${MOST_PROPERTIES} at most`);
  for (const [key, value] of known) {
    const place = showPath(["properties", key], {});
    if ([...key].length > LONGEST_KEY)
      wrong(["properties", key], `the name of ${place} is longer than the ${LONGEST_KEY} characters that Kapso takes`);
    if (typeof value === "string" && Buffer.byteLength(value) > LARGEST_TEXT)
      wrong(["properties", key], `${place} is longer than the ${LARGEST_TEXT} bytes that Kapso takes: shorten it`);
  }
  // At least so much, whatever the unknown ones will be.
  const isKnown = (value: unknown) => ["string", "number", "boolean"].includes(typeof value) && value !== UNKNOWN;
  const least = Object.fromEntries(known.map(([key, value]) => [key, isKnown(value) ? value : null]));
  if (Buffer.byteLength(JSON.stringify(least)) > LARGEST_PROPERTIES)
    wrong(["properties"], `properties is larger than the ${LARGEST_PROPERTIES} bytes that Kapso takes: leave some out`);
  return problems;
}

/** A member that an AI model writes needs its prompt and the model. */
function aiProblems(config: Values, member: string): Problem[] {
  const value = config[member];
  if (!isObject(value) || !isObject(value.$ai)) return [];
  const prompts = config.ai_field_config;
  const told = prompts === UNKNOWN || (isObject(prompts) && prompts[member] !== undefined);
  const model = isThere(config.provider_model_id) || isThere(config.provider_model_name);
  const lacking = [
    ...(told ? [] : [`ai_field_config: { ${member}: { mode: "prompt", prompt: … } }`]),
    ...(model ? [] : ["provider_model_id"]),
  ];
  if (lacking.length === 0) return [];
  const message = `an AI model can write ${member} only with ${lacking.join(" and ")}: write it, or a text as ${member}`;
  return [{ path: [member], message, warning: true }];
}
