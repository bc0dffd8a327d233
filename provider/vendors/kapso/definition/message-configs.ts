import { z } from "zod";
import {
  type AiMarker,
  type AiWritten,
  aiWritten,
  anyObject,
  type Members,
  nullableInt,
  nullableText,
  outputOnly,
  type Sent,
  sent,
  textOrAi,
} from "./config-parts";

/** Settings of a `send_text` step: sends a text. */
export interface SendTextConfig extends Sent, AiWritten {
  /** What is sent; may hold `{{vars.x}}`, `{{system.x}}`, `{{context.x}}` and `${ENV:NAME}`. */
  message: string | AiMarker;
  /** How long to wait before sending, in whole seconds. Default: 0. */
  delay_seconds?: number | null | undefined;
}

/** Settings of a `send_template` step: sends a message template that Meta approved. */
export interface SendTemplateConfig extends Sent, AiWritten {
  /** Kapso's id of the template; its name does not do. */
  template_id: string;
  /** What stands in the template's places, in the form that the template has. */
  parameters?: unknown;
}

const INTERACTIVE_TYPES = [
  "button",
  "list",
  "cta_url",
  "flow",
  "product",
  "product_list",
  "catalog_message",
  "location_request_message",
] as const;

const HEADER_TYPES = ["none", "text", "image", "video", "document"] as const;

const FLOW_ACTIONS = ["navigate", "data_exchange"] as const;

/** A button under a message. */
export interface Button {
  /** What the workflow gets when it is pressed. */
  id: string;
  /** What stands on it; 20 characters at most. */
  title: string;
}

/** A row that can be picked from a list. */
export interface ListRow {
  /** What the workflow gets when it is picked. */
  id: string;
  /** 24 characters at most. */
  title: string;
  /** 72 characters at most. */
  description?: string | undefined;
}

/** Rows of a list under one heading. */
export interface ListSection {
  /** The heading. */
  title?: string | undefined;
  /** What can be picked. */
  rows: ListRow[];
}

/** Settings of a `send_interactive` step: sends a message that can be answered by a tap. */
export interface SendInteractiveConfig extends Sent, AiWritten {
  /** What can be tapped. */
  interactive_type: (typeof INTERACTIVE_TYPES)[number];
  /** The text; 1024 characters at most. */
  body_text: string | AiMarker;
  /** Small text below. */
  footer_text?: string | null | undefined;
  /** What stands above the text. */
  header_type?: (typeof HEADER_TYPES)[number] | null | undefined;
  /** The text above, for `header_type: "text"`. */
  header_text?: string | null | undefined;
  /** The address of the image, video or document above. */
  header_media_url?: string | null | undefined;
  /** For `button`: three at most. */
  buttons?: Button[] | undefined;
  /** For `list`: what stands on the button that opens it. */
  list_button_text?: string | null | undefined;
  /** For `list`: ten sections at most. */
  list_sections?: ListSection[] | undefined;
  /** For `cta_url`: what stands on the link. */
  cta_display_text?: string | null | undefined;
  /** For `cta_url`: where the link leads. */
  cta_url?: string | null | undefined;
  /** For `flow`: the id of a form of Meta's ("WhatsApp Flow"), not of a Kapso flow. */
  flow_id?: string | null | undefined;
  /** For `flow`: what stands on the button that opens the form. */
  flow_cta?: string | null | undefined;
  /** For `flow`: what tells one use of the form from another. */
  flow_token?: string | null | undefined;
  /** For `flow`: whether the form opens at a screen, or asks its server first. */
  flow_action?: (typeof FLOW_ACTIONS)[number] | null | undefined;
  /** For `flow`: what the form begins with. */
  flow_action_payload?: Record<string, unknown> | null | undefined;
}

/** Settings of a `wait_for_response` step: waits for the other side's next message. */
export interface WaitForResponseConfig {
  /** Whether the step waits for a limited time. Default: false. */
  has_timeout?: boolean | undefined;
  /** How long to wait, in whole seconds. */
  timeout_seconds?: number | null | undefined;
  /** The variable that gets the answer. */
  save_response_to?: string | null | undefined;
}

/** The schema of {@link SendTextConfig}. */
export function sendText() {
  return z.strictObject({
    message: textOrAi(z.string()),
    delay_seconds: z.int().min(0).nullable().optional(),
    ...sent(),
    ...aiWritten(),
  } satisfies Members<SendTextConfig>) satisfies z.ZodType<SendTextConfig>;
}

/** The schema of {@link SendTemplateConfig}. */
export function sendTemplate() {
  const members = {
    template_id: z.string().min(1),
    parameters: z.unknown().optional(),
    ...sent(),
    ...aiWritten(),
  } satisfies Members<SendTemplateConfig>;
  return z.strictObject({ ...members, template_name: outputOnly() }) satisfies z.ZodType<SendTemplateConfig>;
}

/** The schema of {@link SendInteractiveConfig}. */
export function sendInteractive() {
  const button = z.strictObject({ id: z.string(), title: z.string().max(20) } satisfies Members<Button>);
  const row = z.strictObject({
    id: z.string(),
    title: z.string().max(24),
    description: z.string().max(72).optional(),
  } satisfies Members<ListRow>);
  const section = z.strictObject({
    title: z.string().optional(),
    rows: z.array(row),
  } satisfies Members<ListSection>);
  const members = {
    interactive_type: z.enum(INTERACTIVE_TYPES),
    body_text: textOrAi(z.string().max(1024)),
    footer_text: nullableText(),
    header_type: z.enum(HEADER_TYPES).nullable().optional(),
    header_text: nullableText(),
    header_media_url: nullableText(),
    buttons: z.array(button).max(3).optional(),
    list_button_text: nullableText(),
    list_sections: z.array(section).max(10).optional(),
    cta_display_text: nullableText(),
    cta_url: nullableText(),
    flow_id: nullableText(),
    flow_cta: nullableText(),
    flow_token: nullableText(),
    flow_action: z.enum(FLOW_ACTIONS).nullable().optional(),
    flow_action_payload: anyObject().nullable().optional(),
    ...sent(),
    ...aiWritten(),
  } satisfies Members<SendInteractiveConfig>;
  return z.strictObject({
    ...members,
    header_config: outputOnly(),
    action_config: outputOnly(),
  }) satisfies z.ZodType<SendInteractiveConfig>;
}

/** The schema of {@link WaitForResponseConfig}. */
export function waitForResponse() {
  return z.strictObject({
    has_timeout: z.boolean().optional(),
    timeout_seconds: nullableInt(),
    save_response_to: nullableText(),
  } satisfies Members<WaitForResponseConfig>) satisfies z.ZodType<WaitForResponseConfig>;
}
