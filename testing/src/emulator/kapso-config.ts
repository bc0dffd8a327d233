import { isRecord } from "./description";
import { Refusal } from "./kapso-dialect";
import type { KapsoPhoneNumber, KapsoProviderModel } from "./kapso-records";
import type { KapsoSwitches } from "./kapso-switches";

// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

/** The config of a node. */
export type Config = Readonly<Record<string, unknown>>;

/** What a config can refer to by id. */
export type Referred = "function" | "workflow" | "template" | "model";

/** What a project offers to the definitions in it. */
export interface Project {
  readonly switches: KapsoSwitches;
  /** Ids come from a seed, which is stored as it is: nothing in it is looked up, replaced or refused. */
  readonly trusted: boolean;
  /** Undefined when the project has no such object. */
  nameOf(kind: Referred, id: string): string | undefined;
  model(id: string): KapsoProviderModel | undefined;
  /** The model of this name; the default model if there is none (5). */
  modelNamed(name: string): KapsoProviderModel | undefined;
  phoneNumber(id: { phone_number_id: string } | { whatsapp_config_id: string }): KapsoPhoneNumber | undefined;
  newId(kind: "condition" | "edge" | "resource"): string;
}

const phone = { phone_number_id: null, whatsapp_config_id: null, to_phone_number: null };
const model = { provider_model_id: null };
const ai = { ...model, ai_field_config: {} };

/** The members of a config by node type, with what the server fills in for those that are left out (4.2). */
const members = new Map<string, Config>(
  Object.entries({
    start: {},
    send_text: { message: null, ...phone, delay_seconds: 0, ...ai },
    send_template: { template_id: null, parameters: {}, ...phone, ...ai },
    send_interactive: {
      interactive_type: null,
      body_text: null,
      footer_text: null,
      header_type: null,
      header_text: null,
      header_media_url: null,
      buttons: [],
      list_button_text: null,
      list_sections: [],
      cta_display_text: null,
      cta_url: null,
      flow_id: null,
      flow_cta: null,
      flow_token: null,
      flow_action: null,
      flow_action_payload: null,
      ...phone,
      ...ai,
    },
    wait_for_response: { has_timeout: false, timeout_seconds: null, save_response_to: null },
    decide: {
      decision_type: null,
      conditions: [],
      llm_configuration: {},
      function_id: null,
      ...model,
      llm_temperature: null,
      llm_max_tokens: null,
    },
    function: { function_id: null, save_response_to: null },
    webhook: { url: null, method: "POST", headers: {}, body_template: null, ...ai, save_response_to: null },
    agent: {
      system_prompt: null,
      ...model,
      temperature: 0,
      max_iterations: 80,
      max_tokens: 8192,
      reasoning_effort: null,
      prompt_cache_ttl: "5m",
      observer_prompt_mode: "analysis_only",
      message_delivery_mode: "auto_send_assistant_text",
      enabled_default_tools: [],
      default_tool_configs: {},
      flow_agent_function_tools: [],
      flow_agent_webhooks: [],
      flow_agent_mcp_servers: [],
      flow_agent_knowledge_bases: [],
      flow_agent_resources: [],
      flow_agent_app_integration_tools: [],
      sandbox_enabled: false,
      sandbox_network_mode: "allow_all",
      sandbox_allowed_outbound_hosts: [],
    },
    call: { workflow_id: null, save_error_to: null },
    handoff: { reason: null, context_data: null },
    set_variable: { variable_name: null, variable_value: null, value_type: "string" },
    emit_event: { event_name: null, properties: {}, occurred_at: null },
    pipedream: {
      action_id: null,
      app_slug: null,
      account_id: null,
      configured_props: {},
      dynamic_props_id: null,
      save_response_to: null,
      ...ai,
    },
  }),
);

/** The same for what an agent has several of (4.2). Tools of app integrations are kept as they are. */
const agentMembers: Readonly<Record<string, Config>> = {
  flow_agent_function_tools: { name: null, description: null, function_id: null, input_schema: {} },
  flow_agent_webhooks: {
    name: null,
    description: null,
    url: null,
    http_method: "POST",
    headers: {},
    body: {},
    body_schema: {},
    jmespath_query: null,
    ai_field_config: {},
  },
  flow_agent_mcp_servers: { name: null, description: null, url: null, headers: {} },
  flow_agent_knowledge_bases: { name: null, description: null, knowledge_base_text: null },
  flow_agent_resources: {
    id: null,
    resource_type: "github_repository",
    repo_url: null,
    branch: null,
    auth_type: "public",
    pat: null,
    github_app_installation_id: null,
  },
};

const conditionMembers: Config = { id: null, label: null, description: null };

/** Members which a later version of the server might fill in. */
export const grown: Config = { labels: [], priority: "normal", retry_policy: null };

/** Members that only a read tells. Sent back, they mean nothing. */
const told = new Set([
  "function_name",
  "workflow_name",
  "template_name",
  "provider_model_name",
  "header_config",
  "action_config",
  "owner",
  "repo_name",
  "has_pat",
  "has_github_app",
  "imported_missing_pat",
  "imported_missing_github_app",
]);

/** Members that refer to something, and the member that tells its name. */
export const references: readonly { readonly id: string; readonly name: string; readonly kind: Referred }[] = [
  { id: "function_id", name: "function_name", kind: "function" },
  { id: "workflow_id", name: "workflow_name", kind: "workflow" },
  { id: "template_id", name: "template_name", kind: "template" },
  { id: "provider_model_id", name: "provider_model_name", kind: "model" },
];

/** Is there a node type of this name? */
export function isNodeType(type: string | undefined): type is string {
  return type !== undefined && members.has(type);
}

/**
 * What is stored of a config: the members which the type has, complete, in the types that the server keeps them in.
 *
 * @param before - the stored config of this node, if it was of the same type.
 */
export function writeConfig(type: string, sent: Config, before: Config | undefined, project: Project): Config {
  const known = members.get(type);
  // Only kept by the switch for unknown types, or in a seed.
  if (known === undefined) return sent;
  const kept = project.switches.kapsoConfigWrite === "merged" ? before : undefined;
  const config = { ...fill(known, sent, project, kept) };
  if (type === "set_variable") writeVariable(config);
  for (const name of ["headers", "body_template"]) if (name in config) config[name] = parsed(config[name]);
  for (const name of ["temperature", "llm_temperature"]) if (name in config) config[name] = decimal(config[name]);
  if ("phone_number_id" in config) Object.assign(config, phoneOf(sent, project));
  if ("provider_model_id" in config) config.provider_model_id = modelOf(config.provider_model_id, sent, project);
  for (const { id, kind } of references) if (id in config) config[id] = reference(kind, config[id], project);
  if (type === "decide") config.conditions = writeConditions(config.conditions, before?.conditions, project);
  if (type === "agent") writeAgent(config, before, project);
  return config;
}

/** The known members, each as sent, else as kept, else (and for null) as the server fills it in. */
function fill(known: Config, sent: Config, project: Project, kept: Config = {}): Config {
  const all = { ...known, ...(project.switches.kapsoFilled === "grown" && grown) };
  const extra = Object.keys(sent).find((name) => !Object.hasOwn(all, name) && !told.has(name));
  if (extra !== undefined && project.switches.kapsoExtraMembers === "refused" && !project.trusted) {
    throw new Refusal(422, `unknown member in config: ${extra}`);
  }
  return Object.fromEntries(
    Object.entries(known).map(([name, filled]) => [
      name,
      (Object.hasOwn(sent, name) ? sent[name] : kept[name]) ?? filled,
    ]),
  );
}

/** Kept as text, whatever its type; booleans as PostgreSQL writes them (5). A name is needed, else 400 instead of 422 (6). */
function writeVariable(config: Record<string, unknown>): void {
  if (typeof config.variable_name !== "string" || config.variable_name.trim() === "") {
    throw new Refusal(400, "variable_name can't be blank", "variable_name");
  }
  const value = config.variable_value;
  if (typeof value === "boolean") config.variable_value = value ? "t" : "f";
  else if (typeof value === "object" && value !== null) config.variable_value = jsonText(value);
  else if (value !== null) config.variable_value = String(value);
}

/** Either id of a phone number fills in the other one, if the project has the number (5). Meta's id wins. */
function phoneOf(sent: Config, project: Project): Config {
  const { phone_number_id, whatsapp_config_id } = sent;
  if (typeof phone_number_id === "string") {
    const number = project.phoneNumber({ phone_number_id });
    if (number === undefined) refuseUnknownPhone(phone_number_id, project);
    return { phone_number_id, whatsapp_config_id: number?.id ?? null };
  }
  if (typeof whatsapp_config_id === "string") {
    const number = project.phoneNumber({ whatsapp_config_id });
    if (number === undefined) refuseUnknownPhone(whatsapp_config_id, project);
    return { whatsapp_config_id, phone_number_id: number?.phone_number_id ?? null };
  }
  const cleared = phone_number_id === null || whatsapp_config_id === null;
  return cleared ? { phone_number_id: null, whatsapp_config_id: null } : {};
}

/** Throws if the project must have every phone number that is named. */
export function refuseUnknownPhone(id: string, { switches, trusted }: Project): void {
  if (switches.kapsoUnknownPhone === "refused" && !trusted) throw new Refusal(422, `Phone number not found: ${id}`);
}

/** A model's id wins over its name; a name is looked up, and an unknown one becomes the default model (5). */
function modelOf(id: unknown, sent: Config, project: Project): unknown {
  const { provider_model_id, provider_model_name } = sent;
  if (typeof provider_model_id === "string" || typeof provider_model_name !== "string") return id;
  return project.modelNamed(provider_model_name)?.id ?? null;
}

function reference(kind: Referred, id: unknown, project: Project): string | null {
  if (typeof id !== "string") return null;
  if (project.trusted || project.nameOf(kind, id) !== undefined) return id;
  if (project.switches.kapsoNullReferences === "null") return null;
  throw new Refusal(422, `${kind === "model" ? "Provider model" : kind[0]?.toUpperCase() + kind.slice(1)} must exist`);
}

/** The id that was sent if the server gave it earlier; otherwise a new one. Each can be used once. */
export function idOf(
  kind: "condition" | "edge" | "resource",
  sent: unknown,
  given: Set<string>,
  project: Project,
): string {
  if (typeof sent !== "string") return project.newId(kind);
  const foreign = project.trusted || (project.switches.kapsoForeignIds === "kept" && uuid.test(sent));
  return given.delete(sent) || foreign ? sent : project.newId(kind);
}

function writeConditions(sent: unknown, before: unknown, project: Project): Config[] {
  const given = idsOf(before);
  return recordsOf(sent).map((condition) => {
    const filled = fill(conditionMembers, condition, project);
    return { ...filled, id: idOf("condition", filled.id, given, project) };
  });
}

function writeAgent(config: Record<string, unknown>, before: Config | undefined, project: Project): void {
  const { prompt_cache_ttl, provider_model_id, enabled_default_tools: tools } = config;
  const provider = typeof provider_model_id === "string" ? project.model(provider_model_id)?.provider : undefined;
  if (prompt_cache_ttl === "1h" && provider !== "anthropic" && !project.trusted) {
    throw new Refusal(422, "prompt_cache_ttl 1h is only supported for Anthropic models", "prompt_cache_ttl");
  }
  // What is compulsory is appended, and so cannot be removed (5).
  config.enabled_default_tools = [
    ...new Set([...(Array.isArray(tools) ? tools.map(String) : []), ...project.switches.kapsoCompulsoryTools]),
  ];
  for (const [name, known] of Object.entries(agentMembers)) {
    config[name] = recordsOf(config[name]).map((item) => fill(known, item, project));
  }
  config.flow_agent_function_tools = recordsOf(config.flow_agent_function_tools).map((tool) => ({
    ...tool,
    function_id: reference("function", tool.function_id, project),
  }));
  config.flow_agent_webhooks = recordsOf(config.flow_agent_webhooks).map((tool) => ({
    ...tool,
    headers: parsed(tool.headers),
    body: parsed(tool.body),
  }));
  const stored = recordsOf(before?.flow_agent_resources);
  const given = idsOf(stored);
  config.flow_agent_resources = recordsOf(config.flow_agent_resources).map((resource) => {
    const id = idOf("resource", resource.id, given, project);
    // No read tells it, so that a resource sent back as it was read keeps its own.
    return { ...resource, id, pat: resource.pat ?? stored.find((each) => each.id === id)?.pat ?? null };
  });
}

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function idsOf(stored: unknown): Set<string> {
  return new Set(recordsOf(stored).flatMap(({ id }) => (typeof id === "string" ? [id] : [])));
}

/** The objects in a list; nothing of anything else. */
export function recordsOf(value: unknown): Config[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function decimal(value: unknown): number | null {
  return value === null ? null : Number(value);
}

/** JSON that came in a string, as it may be read back in one (5). Any other text stays text. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    const inside: unknown = JSON.parse(value);
    return typeof inside === "object" && inside !== null ? inside : value;
  } catch {
    return value;
  }
}

/** JSON as text, its keys in the order of {@link jsonb}. */
export function jsonText(value: unknown): string {
  return JSON.stringify(jsonb(value));
}

/** The value with the keys of its objects as PostgreSQL keeps them: the shorter first, then by their bytes (5). */
export function jsonb(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(jsonb);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => ({ key, bytes: Buffer.from(key), member }));
  entries.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
  return Object.fromEntries(entries.map(({ key, member }) => [key, jsonb(member)]));
}
