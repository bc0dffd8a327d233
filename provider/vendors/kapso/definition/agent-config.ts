import { z } from "zod";
import {
  type AiField,
  aiWritten,
  anyObject,
  type Members,
  nullableDecimal,
  nullableInt,
  nullableText,
  objectOrJson,
  outputOnly,
  webAddress,
} from "./config-parts";

/** A function of Kapso that an agent may run. */
export interface AgentFunctionTool {
  /** What the agent calls it. */
  name?: string | undefined;
  /** When to use it, for the agent. */
  description?: string | null | undefined;
  /** The function's id, such as `fn.id` of a `kapso.Function`; Kapso takes no slug. */
  function_id?: string | null | undefined;
  /** What the agent passes, as JSON Schema. */
  input_schema?: Record<string, unknown> | undefined;
}

/** An address on the web that an agent may call. */
export interface AgentWebhookTool {
  /** What the agent calls it. */
  name?: string | undefined;
  /** When to use it, for the agent. */
  description?: string | null | undefined;
  /** The address; may hold placeholders. */
  url?: string | null | undefined;
  /** Such as `POST`. Other than in a webhook step, which calls it `method`. */
  http_method?: string | null | undefined;
  /** Request headers. Kapso gives them back in clear. */
  headers?: Record<string, unknown> | null | undefined;
  /** The request body; preferably an object. Other than in a webhook step, which calls it `body_template`. */
  body?: unknown;
  /** What the agent puts into the body, as JSON Schema. */
  body_schema?: Record<string, unknown> | null | undefined;
  /** What of the answer the agent sees, in JMESPath. */
  jmespath_query?: string | null | undefined;
  /** What the model is told, by the name of the member that it writes. */
  ai_field_config?: Record<string, AiField> | undefined;
}

/** A text that an agent can look things up in. */
export interface AgentKnowledgeBase {
  /** What the agent calls it. */
  name?: string | undefined;
  /** What can be found in it, for the agent. */
  description?: string | null | undefined;
  /** The text itself. */
  knowledge_base_text?: string | null | undefined;
}

/** A server whose tools an agent may use, by the Model Context Protocol. */
export interface AgentMcpServer {
  /** What the agent calls it. */
  name?: string | undefined;
  /** What it is for, for the agent. */
  description?: string | null | undefined;
  /** The server's address; may hold placeholders. */
  url?: string | null | undefined;
  /** Request headers. Kapso gives them back in clear. */
  headers?: Record<string, unknown> | null | undefined;
}

const RESOURCE_TYPES = ["github_repository"] as const;

const AUTH_TYPES = ["pat", "github_app", "public"] as const;

/** A repository that an agent can read. */
export interface AgentResource {
  /** What it is; Kapso documents no other kind. */
  resource_type?: (typeof RESOURCE_TYPES)[number] | undefined;
  /** The repository's address. */
  repo_url?: string | undefined;
  /** Default: the repository's own. */
  branch?: string | null | undefined;
  /** How the repository is reached. */
  auth_type?: (typeof AUTH_TYPES)[number] | undefined;
  /** For `pat`: GitHub's personal access token. Kapso never gives it back. */
  pat?: string | null | undefined;
  /** For `github_app`: Kapso's id of the installation. */
  github_app_installation_id?: string | null | undefined;
}

/** Settings of built-in tools of an agent. */
export interface DefaultToolConfigs {
  /** For the tool `emit_event`. */
  emit_event?:
    | {
        /** Kapso's ids of the events that the agent may report. */
        event_definition_ids?: string[] | undefined;
      }
    | undefined;
}

const REASONING_EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
const PROMPT_CACHE_TTLS = ["5m", "1h"] as const;
const OBSERVER_PROMPT_MODES = ["analysis_only", "interactive_chat"] as const;
const MESSAGE_DELIVERY_MODES = ["auto_send_assistant_text", "tool_only"] as const;

/** Settings of an `agent` step: an AI model talks with the other side, with tools, until it is done. */
export interface AgentConfig {
  /** What the agent is told to be and to do. */
  system_prompt?: string | null | undefined;
  /** Kapso's id of the AI model. */
  provider_model_id?: string | null | undefined;
  /** The model by name. Kapso silently takes a default model for a name that it does not know: prefer `provider_model_id`. */
  provider_model_name?: string | null | undefined;
  /** How freely the model writes. Default: 0. */
  temperature?: number | null | undefined;
  /** How many rounds of thinking and tools at most. Default: 80. */
  max_iterations?: number | null | undefined;
  /** How much the model may write at a time, in tokens. Default: 8192. */
  max_tokens?: number | null | undefined;
  /** How long the model thinks first, where it can. */
  reasoning_effort?: (typeof REASONING_EFFORTS)[number] | null | undefined;
  /** How long the model's provider keeps the prompt. Default: `5m`; Kapso takes `1h` only for Anthropic's models. */
  prompt_cache_ttl?: (typeof PROMPT_CACHE_TTLS)[number] | undefined;
  /** Whether who watches the agent only analyses, or may talk with it. */
  observer_prompt_mode?: (typeof OBSERVER_PROMPT_MODES)[number] | undefined;
  /** Whether what the model writes is sent by itself, or only by a tool. Default: `auto_send_assistant_text`. */
  message_delivery_mode?: (typeof MESSAGE_DELIVERY_MODES)[number] | undefined;
  /**
   * The built-in tools, in any order: `send_notification_to_user`, `send_media`, `get_execution_metadata`,
   * `get_whatsapp_context`, `get_current_datetime`, `save_variable`, `get_variable`, `ask_about_file`, `complete_task`,
   * `handoff_to_human`, `enter_waiting`, `contact_conversations`, `emit_event`. Kapso adds those that no agent can do without.
   */
  enabled_default_tools?: string[] | undefined;
  /** Settings of built-in tools. */
  default_tool_configs?: DefaultToolConfigs | undefined;
  /** Functions of Kapso that the agent may run. */
  flow_agent_function_tools?: AgentFunctionTool[] | undefined;
  /** Addresses on the web that the agent may call. */
  flow_agent_webhooks?: AgentWebhookTool[] | undefined;
  /** Texts that the agent can look things up in. */
  flow_agent_knowledge_bases?: AgentKnowledgeBase[] | undefined;
  /** Servers whose tools the agent may use. */
  flow_agent_mcp_servers?: AgentMcpServer[] | undefined;
  /** Repositories that the agent can read. */
  flow_agent_resources?: AgentResource[] | undefined;
}

function functionTool() {
  const members = {
    name: z.string().optional(),
    description: nullableText(),
    function_id: nullableText(),
    input_schema: anyObject().optional(),
  } satisfies Members<AgentFunctionTool>;
  return z.strictObject({ ...members, function_name: outputOnly() });
}

function webhookTool() {
  return z.strictObject({
    name: z.string().optional(),
    description: nullableText(),
    url: webAddress().nullable().optional(),
    http_method: nullableText(),
    headers: objectOrJson().nullable().optional(),
    body: z.unknown().optional(),
    body_schema: objectOrJson().nullable().optional(),
    jmespath_query: nullableText(),
    ai_field_config: aiWritten().ai_field_config,
  } satisfies Members<AgentWebhookTool>);
}

function knowledgeBase() {
  return z.strictObject({
    name: z.string().optional(),
    description: nullableText(),
    knowledge_base_text: nullableText(),
  } satisfies Members<AgentKnowledgeBase>);
}

function mcpServer() {
  return z.strictObject({
    name: z.string().optional(),
    description: nullableText(),
    url: webAddress().nullable().optional(),
    headers: objectOrJson().nullable().optional(),
  } satisfies Members<AgentMcpServer>);
}

function resource() {
  const members = {
    resource_type: z.enum(RESOURCE_TYPES).optional(),
    repo_url: z.string().optional(),
    branch: nullableText(),
    auth_type: z.enum(AUTH_TYPES).optional(),
    pat: nullableText(),
    github_app_installation_id: nullableText(),
  } satisfies Members<AgentResource>;
  return z.strictObject({
    ...members,
    id: outputOnly(),
    owner: outputOnly(),
    repo_name: outputOnly(),
    has_pat: outputOnly(),
    has_github_app: outputOnly(),
    imported_missing_pat: outputOnly(),
    imported_missing_github_app: outputOnly(),
  });
}

/** The schema of {@link AgentConfig}. */
export function agent() {
  const emitEvent = z.strictObject({ event_definition_ids: z.array(z.string()).optional() });
  const members = {
    system_prompt: nullableText(),
    provider_model_id: nullableText(),
    provider_model_name: nullableText(),
    temperature: nullableDecimal(),
    max_iterations: nullableInt(),
    max_tokens: nullableInt(),
    reasoning_effort: z.enum(REASONING_EFFORTS).nullable().optional(),
    prompt_cache_ttl: z.enum(PROMPT_CACHE_TTLS).optional(),
    observer_prompt_mode: z.enum(OBSERVER_PROMPT_MODES).optional(),
    message_delivery_mode: z.enum(MESSAGE_DELIVERY_MODES).optional(),
    enabled_default_tools: z.array(z.string()).optional(),
    // Kapso's description leaves open what other tools have.
    default_tool_configs: z.looseObject({ emit_event: emitEvent.optional() }).optional(),
    flow_agent_function_tools: z.array(functionTool()).optional(),
    flow_agent_webhooks: z.array(webhookTool()).optional(),
    flow_agent_knowledge_bases: z.array(knowledgeBase()).optional(),
    flow_agent_mcp_servers: z.array(mcpServer()).optional(),
    flow_agent_resources: z.array(resource()).optional(),
  } satisfies Members<AgentConfig>;
  return z.strictObject({
    ...members,
    // In real workflows and in Kapso's guides for AI assistants, and missing from the API's closed description.
    flow_agent_app_integration_tools: outputOnly(),
    sandbox_enabled: outputOnly(),
    sandbox_network_mode: outputOnly(),
    sandbox_allowed_outbound_hosts: outputOnly(),
  }) satisfies z.ZodType<AgentConfig>;
}
