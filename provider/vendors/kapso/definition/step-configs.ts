import { z } from "zod";
import {
  type AiWritten,
  aiWritten,
  anyObject,
  type Members,
  nullableDecimal,
  nullableInt,
  nullableText,
  outputOnly,
  webAddress,
} from "./config-parts";

/** Settings of a `start` step: where a run begins. There are none. */
export type StartConfig = Record<string, never>;

const DECISION_TYPES = ["ai", "function"] as const;

/** A way out of a decide step. */
export interface Condition {
  /** The label of the edge that this way takes; no other condition of the step has it. */
  label: string;
  /** When this way is taken, for the AI model that decides. */
  description?: string | null | undefined;
}

/** Settings of a `decide` step: goes on along one of several edges. */
export interface DecideConfig {
  /** Who decides: an AI model, or a function of Kapso. */
  decision_type: (typeof DECISION_TYPES)[number];
  /** The ways out, at least one. A run ends at a condition without an edge. */
  conditions: Condition[];
  /** For `function`: the id of the function that decides. */
  function_id?: string | null | undefined;
  /** For `ai`: Kapso's id of the model that decides. */
  provider_model_id?: string | null | undefined;
  /** For `ai`: the model by name. Kapso silently takes a default model for a name that it does not know: prefer `provider_model_id`. */
  provider_model_name?: string | null | undefined;
  /** For `ai`: how freely the model chooses; 0 is the least. */
  llm_temperature?: number | null | undefined;
  /** For `ai`: how much the model may write, in tokens. */
  llm_max_tokens?: number | null | undefined;
  /** For `ai`: further settings of the model. */
  llm_configuration?: Record<string, unknown> | undefined;
}

/** Settings of a `function` step: runs a function of Kapso. */
export interface FunctionConfig {
  /** The function's id, such as `fn.id` of a `kapso.Function`; Kapso takes no slug. */
  function_id: string;
  /** The variable that gets what the function answers. */
  save_response_to?: string | null | undefined;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Settings of a `webhook` step: calls an address on the web. */
export interface WebhookConfig extends AiWritten {
  /** The address; may hold placeholders such as `${ENV:NAME}`. */
  url: string;
  /** Default: `POST`. */
  method?: (typeof METHODS)[number] | undefined;
  /** Request headers: an object, or one as JSON text. Kapso gives them back in clear. */
  headers?: Record<string, string> | string | undefined;
  /** The request body; preferably an object. */
  body_template?: unknown;
  /** The variable that gets the answer. */
  save_response_to?: string | null | undefined;
}

/** Settings of a `call` step: runs another workflow, and goes on when that ended. */
export interface CallConfig {
  /** The other workflow's id, such as `other.id` of a `kapso.Workflow`; Kapso takes no slug. */
  workflow_id?: string | null | undefined;
  /** The variable that gets the error when the other workflow fails. */
  save_error_to?: string | null | undefined;
}

/** Settings of a `handoff` step: a person takes over; the workflow goes no further. */
export interface HandoffConfig {
  /** Why, for the person who takes over. */
  reason?: string | null | undefined;
  /** What else that person should know. */
  context_data?: unknown;
}

const VALUE_TYPES = ["string", "number", "boolean", "json"] as const;

/** Settings of a `set_variable` step: gives a variable a value. */
export interface SetVariableConfig {
  /** The variable's name, read as `{{vars.<name>}}`. */
  variable_name: string;
  /** The value, which Kapso keeps as text. */
  variable_value: unknown;
  /** What the value is read as. Default: `string`. */
  value_type?: (typeof VALUE_TYPES)[number] | undefined;
}

/** Settings of an `emit_event` step: reports an event to the project. */
export interface EmitEventConfig {
  /** The event's name, such as `order.paid`: 128 characters at most, best of lower case letters, digits, `_` and dots. */
  event_name: string;
  /** What is known of the event: 25 values at most; names of 64 characters, texts of 1024 bytes, 8 KiB in all. */
  properties?: Record<string, string | number | boolean | null> | undefined;
  /** When it happened, where that is not now. */
  occurred_at?: string | null | undefined;
}

/** Settings of a `pipedream` step: runs an action of Pipedream. Known from Kapso's SDK; the API's description has no such step. */
export interface PipedreamConfig extends AiWritten {
  /** Pipedream's id of the action. */
  action_id: string;
  /** Pipedream's name of the app. */
  app_slug: string;
  /** The account of the app to use. */
  account_id?: string | null | undefined;
  /** The action's own settings. */
  configured_props?: Record<string, unknown> | undefined;
  /** Pipedream's id of settings that depend on others. */
  dynamic_props_id?: string | null | undefined;
  /** The variable that gets the answer. */
  save_response_to?: string | null | undefined;
}

/** The schema of {@link StartConfig}. */
export function start() {
  return z.strictObject({}) satisfies z.ZodType<StartConfig>;
}

/** The schema of {@link DecideConfig}. */
export function decide() {
  const members = { label: z.string().min(1), description: nullableText() } satisfies Members<Condition>;
  const condition = z.strictObject({ ...members, id: outputOnly() });
  return z.strictObject({
    ...({
      decision_type: z.enum(DECISION_TYPES),
      conditions: z.array(condition).min(1),
      function_id: nullableText(),
      provider_model_id: nullableText(),
      provider_model_name: nullableText(),
      llm_temperature: nullableDecimal(),
      llm_max_tokens: nullableInt(),
      llm_configuration: anyObject().optional(),
    } satisfies Members<DecideConfig>),
    function_name: outputOnly(),
  }) satisfies z.ZodType<DecideConfig>;
}

/** The schema of {@link FunctionConfig}. */
export function callFunction() {
  const members = {
    function_id: z.string().min(1),
    save_response_to: nullableText(),
  } satisfies Members<FunctionConfig>;
  return z.strictObject({ ...members, function_name: outputOnly() }) satisfies z.ZodType<FunctionConfig>;
}

/** The schema of {@link WebhookConfig}. */
export function webhook() {
  const none = z.null().transform(() => undefined);
  return z.strictObject({
    url: webAddress(),
    method: z.enum(METHODS).optional(),
    // Kapso gives back null where there are none.
    headers: z
      .union([z.record(z.string(), z.string()), z.string(), none], "must be an object, or one as JSON text")
      .optional(),
    body_template: z.unknown().optional(),
    save_response_to: nullableText(),
    ...aiWritten(),
  } satisfies Members<WebhookConfig>) satisfies z.ZodType<WebhookConfig>;
}

/** The schema of {@link CallConfig}. */
export function call() {
  const members = { workflow_id: nullableText(), save_error_to: nullableText() } satisfies Members<CallConfig>;
  return z.strictObject({ ...members, workflow_name: outputOnly() }) satisfies z.ZodType<CallConfig>;
}

/** The schema of {@link HandoffConfig}. */
export function handoff() {
  return z.strictObject({
    reason: nullableText(),
    context_data: z.unknown().optional(),
  } satisfies Members<HandoffConfig>) satisfies z.ZodType<HandoffConfig>;
}

/** The schema of {@link SetVariableConfig}. */
export function setVariable() {
  return z.strictObject({
    variable_name: z.string().min(1),
    variable_value: z.custom<unknown>((value) => value !== undefined),
    value_type: z.enum(VALUE_TYPES).optional(),
  } satisfies Members<SetVariableConfig>) satisfies z.ZodType<SetVariableConfig>;
}

/** The schema of {@link EmitEventConfig}. */
export function emitEvent() {
  const scalar = z.union(
    [z.string(), z.number(), z.boolean(), z.null()],
    "must be a text, a number, true, false or null: Kapso takes no lists and objects here",
  );
  return z.strictObject({
    event_name: z.string().min(1).max(128),
    properties: z.record(z.string(), scalar).optional(),
    occurred_at: nullableText(),
  } satisfies Members<EmitEventConfig>) satisfies z.ZodType<EmitEventConfig>;
}

/** The schema of {@link PipedreamConfig}. */
export function pipedream() {
  return z.strictObject({
    action_id: z.string().min(1),
    app_slug: z.string().min(1),
    account_id: nullableText(),
    configured_props: anyObject().optional(),
    dynamic_props_id: nullableText(),
    save_response_to: nullableText(),
    ...aiWritten(),
  } satisfies Members<PipedreamConfig>) satisfies z.ZodType<PipedreamConfig>;
}
