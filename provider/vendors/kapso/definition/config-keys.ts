import type { Values } from "../../../lifecycle/values";

/** The label of an edge that names none. */
export const NEXT = "next";

/** Told by Kapso of a step, and never taken: names of what an id leads to, and what it computes. */
export const COMPUTED: ReadonlySet<string> = new Set([
  "function_name",
  "workflow_name",
  "template_name",
  "header_config",
  "action_config",
]);

/** The same of a repository that an agent can read. */
const COMPUTED_OF_RESOURCE: ReadonlySet<string> = new Set([
  "id",
  "owner",
  "repo_name",
  "has_pat",
  "has_github_app",
  "imported_missing_pat",
  "imported_missing_github_app",
]);

const COMPUTED_OF_CONDITION: ReadonlySet<string> = new Set(["id"]);

/** Filled by Kapso with values that it does not document where nothing is written: compared only where the program writes them. */
export const CHOSEN: ReadonlySet<string> = new Set([
  "enabled_default_tools",
  "observer_prompt_mode",
  "llm_temperature",
  "llm_max_tokens",
  "sandbox_enabled",
  "sandbox_network_mode",
  "sandbox_allowed_outbound_hosts",
  "flow_agent_app_integration_tools",
]);

/** Steps that need an AI model: where none is written, Kapso chooses it. */
export const ALWAYS_WITH_MODEL: ReadonlySet<string> = new Set(["agent", "decide"]);

/** What has a meaning also where it is empty. */
export const NEEDED: ReadonlySet<string> = new Set([
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

/** What Kapso fills in where nothing is written, by node type, beside null, false, 0 and what is empty. */
export const DEFAULTS: Readonly<Record<string, Values>> = {
  agent: {
    max_iterations: 80,
    max_tokens: 8192,
    prompt_cache_ttl: "5m",
    message_delivery_mode: "auto_send_assistant_text",
  },
  send_interactive: { header_type: "none" },
  set_variable: { value_type: "string" },
  webhook: { method: "POST" },
};

/** The same within the tools and sources of an agent. */
export const DEFAULTS_OF_PARTS: Values = {
  http_method: "POST",
  resource_type: "github_repository",
  auth_type: "public",
};

/** What Kapso may give back as text. */
export const NUMBERS: ReadonlySet<string> = new Set([
  "temperature",
  "llm_temperature",
  "delay_seconds",
  "timeout_seconds",
  "max_iterations",
  "max_tokens",
  "llm_max_tokens",
]);

/** Objects that Kapso may give back as JSON text. */
export const MAYBE_JSON: ReadonlySet<string> = new Set(["headers", "body_template", "body"]);

/** Lists within the settings of a step, by the member that tells their items apart: conditions, and an agent's tools and sources. */
export const PARTS: Readonly<Record<string, string>> = {
  conditions: "label",
  flow_agent_function_tools: "name",
  flow_agent_webhooks: "name",
  flow_agent_knowledge_bases: "name",
  flow_agent_mcp_servers: "name",
  flow_agent_resources: "repo_url",
};

/** Told by Kapso of an item of such a list, and never taken but the id. */
export function computedOf(list: string): ReadonlySet<string> {
  if (list === "flow_agent_resources") return COMPUTED_OF_RESOURCE;
  return list === "conditions" ? COMPUTED_OF_CONDITION : COMPUTED;
}

/** What leads to another object of the project: Kapso nulls silently what leads nowhere. */
export const REFERENCES = ["function_id", "workflow_id", "template_id", "provider_model_id"] as const;
