import { createHash } from "node:crypto";
import { isRecord } from "./description";
import { type Config, grown, jsonb, jsonText, type Project, recordsOf, references } from "./kapso-config";
import type { KapsoDefinition, KapsoNode } from "./kapso-records";

// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

/** A definition as a read tells it (5). */
export function readDefinition(
  { nodes, edges }: KapsoDefinition,
  project: Project,
  spelling: "camelCase" | "snake_case" = "snake_case",
): unknown {
  const { kapsoOrder } = project.switches;
  // Without relation to the graph or to what was sent, and the same at every read (4.1).
  const ordered = <Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] =>
    kapsoOrder === "sent" ? items : items.toSorted((a, b) => (scatter(keyOf(a)) < scatter(keyOf(b)) ? -1 : 1));
  return {
    nodes: ordered(nodes, ({ id }) => id).map((node) => readNode(node, project, spelling)),
    edges: ordered(edges, ({ source, label, target }) => JSON.stringify([source, label, target])).map((edge) => ({
      id: edge.id,
      source: edge.source,
      target: edge.target,
      label: edge.label,
      type: "default",
      flow_condition_id: edge.flow_condition_id,
    })),
  };
}

function scatter(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

function readNode(node: KapsoNode, project: Project, spelling: "camelCase" | "snake_case"): unknown {
  const { node_type, display_name } = node.data;
  const config = readConfig(node_type, node.data.config, project);
  const named =
    project.switches.kapsoDisplayNames === "sent" && display_name !== null
      ? display_name
      : displayName(node_type, config);
  return {
    id: node.id,
    type: "flow-node",
    position: node.position,
    data:
      spelling === "camelCase"
        ? { nodeType: node_type, config, displayName: named }
        : { node_type, config, display_name: named },
  };
}

function readConfig(type: string, config: Config, project: Project): Config {
  const { kapsoHeadersAsText, kapsoFilled } = project.switches;
  const read: Record<string, unknown> = { ...config, ...namesIn(config, project) };
  for (const name of ["temperature", "llm_temperature"]) {
    const value = read[name];
    if (typeof value === "number") read[name] = asDecimal(value);
  }
  if (type === "webhook" && kapsoHeadersAsText) Object.assign(read, asText(config, "headers", "body_template"));
  if (type === "send_interactive") Object.assign(read, interactiveParts(config));
  if (type === "agent") {
    read.flow_agent_function_tools = recordsOf(config.flow_agent_function_tools).map((tool) => ({
      ...tool,
      ...namesIn(tool, project),
    }));
    if (kapsoHeadersAsText) {
      const tools = recordsOf(config.flow_agent_webhooks);
      read.flow_agent_webhooks = tools.map((tool) => ({ ...tool, ...asText(tool, "headers", "body") }));
    }
    read.flow_agent_resources = recordsOf(config.flow_agent_resources).map(readResource);
  }
  const grows = type !== "start" && kapsoFilled === "grown";
  const told = Object.entries({ ...(grows && grown), ...read });
  const shown = jsonb(
    Object.fromEntries(told.filter(([name, value]) => kapsoFilled !== "few" || needed.has(name) || !isEmpty(value))),
  );
  return isRecord(shown) ? shown : {};
}

/** Members that the official schema requires of some type: never left out. */
const needed = new Set([
  "message",
  "template_id",
  "interactive_type",
  "body_text",
  "decision_type",
  "conditions",
  "function_id",
  "url",
  "variable_name",
  "variable_value",
  "event_name",
  "action_id",
  "app_slug",
]);

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

/** The name of everything that the config refers to, beside its id; null without (5). */
function namesIn(config: Config, project: Project): Config {
  const told = references.filter(({ id }) => Object.hasOwn(config, id));
  return Object.fromEntries(
    told.map(({ id, name, kind }) => {
      const value = config[id];
      return [name, (typeof value === "string" ? project.nameOf(kind, value) : undefined) ?? null];
    }),
  );
}

/** Objects among these members as JSON in a string (5). */
function asText(config: Config, ...names: string[]): Config {
  const objects = names.filter((name) => typeof config[name] === "object" && config[name] !== null);
  return Object.fromEntries(objects.map((name) => [name, jsonText(config[name])]));
}

/** What is only told (4.2): the header and the action as the platform behind Kapso wants them. */
function interactiveParts({
  header_type,
  header_text,
  header_media_url,
  buttons,
  list_sections,
  ...rest
}: Config): Config {
  const replies = recordsOf(buttons).map(({ id, title }) => ({ type: "reply", reply: { id, title } }));
  const action = {
    ...(replies.length > 0 && { buttons: replies }),
    ...(recordsOf(list_sections).length > 0 && { button: rest.list_button_text, sections: list_sections }),
    ...(typeof rest.cta_url === "string" && { url: rest.cta_url, display_text: rest.cta_display_text }),
  };
  const header = typeof header_type === "string" && header_type !== "none";
  return {
    header_config: header ? { type: header_type, text: header_text, link: header_media_url } : {},
    action_config: action,
  };
}

/** Everything but the token, and what the server reads out of the address (5). */
function readResource({ pat, ...resource }: Config): Config {
  const { auth_type, github_app_installation_id: installation } = resource;
  const [, owner = null, repo_name = null] =
    /([^/:]+)\/([^/]+?)(?:\.git)?\/?$/.exec(String(resource.repo_url ?? "")) ?? [];
  const hasPat = typeof pat === "string" && pat !== "";
  const hasApp = typeof installation === "string";
  return {
    ...resource,
    owner,
    repo_name,
    has_pat: hasPat,
    has_github_app: hasApp,
    imported_missing_pat: auth_type === "pat" && !hasPat,
    imported_missing_github_app: auth_type === "github_app" && !hasApp,
  };
}

const plainNames: Readonly<Record<string, string>> = {
  start: "Start",
  send_text: "Send Text Message",
  send_template: "Send Template Message",
  send_interactive: "Send Interactive Message",
  webhook: "Call Webhook",
  agent: "AI Agent",
  handoff: "Handoff",
};

/** Computed at every read, whatever was sent (5). Where the notes show no sample the wording is a guess. */
function displayName(type: string, config: Config): string {
  const of = (label: string, value: unknown) => (typeof value === "string" ? `${label}: ${value}` : label);
  switch (type) {
    case "wait_for_response":
      return config.has_timeout === true && typeof config.timeout_seconds === "number"
        ? `Wait for Response (${config.timeout_seconds}s timeout)`
        : "Wait for Response";
    case "decide":
      return `Decision: ${config.decision_type === "function" ? "Function" : "AI"}`;
    case "function":
      return of("Function", config.function_name);
    case "call":
      return of("Call Workflow", config.workflow_name);
    case "set_variable":
      return of("Set Variable", config.variable_name);
    case "emit_event":
      return of("Emit Event", config.event_name);
    case "pipedream":
      return of("Pipedream", config.app_slug);
    default:
      return Object.hasOwn(plainNames, type) ? (plainNames[type] ?? type) : type;
  }
}

/** A number as a decimal text, never with an exponent. */
function asDecimal(value: number): string {
  if (Number.isInteger(value)) return `${BigInt(value)}.0`;
  const text = String(value);
  return text.includes("e") ? value.toFixed(20) : text;
}
