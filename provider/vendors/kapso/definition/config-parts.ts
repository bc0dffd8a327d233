import { z } from "zod";
import { isObject, UNKNOWN } from "../../../lifecycle/values";

/** In place of a text: an AI model writes it when the step runs, as told in `ai_field_config`. */
export interface AiMarker {
  /** Empty, as `{ $ai: {} }`: an AI model writes the text when the step runs, as told in `ai_field_config`. */
  $ai: Record<string, unknown>;
}

/** What an AI model is told of a member that it writes. */
export interface AiField {
  /** Kapso documents no other mode. */
  mode: "prompt";
  /** What the model is asked for. */
  prompt: string;
}

/** Steps in which an AI model may write a member. */
export interface AiWritten {
  /** Kapso's id of the AI model that writes. */
  provider_model_id?: string | null | undefined;
  /** The model by name. Kapso silently takes a default model for a name that it does not know: prefer `provider_model_id`. */
  provider_model_name?: string | null | undefined;
  /** What the model is told, by the name of the member that it writes. */
  ai_field_config?: Record<string, AiField> | undefined;
}

/** Steps that send a WhatsApp message. */
export interface Sent {
  /** Meta's id of the number to send from; default: the number of the conversation. Kapso removes the step when the number is deleted. */
  phone_number_id?: string | null | undefined;
  /** Kapso's own id of the number to send from. Older spelling of `phone_number_id`. */
  whatsapp_config_id?: string | null | undefined;
  /** Who gets the message; default: the other side of the conversation. */
  to_phone_number?: string | null | undefined;
}

/** A schema for each member of a config, so that none is forgotten and none has another type. */
export type Members<Config> = { [Member in keyof Config]-?: z.ZodType<Config[Member]> };

/** A text that may be null or left out. */
export function nullableText() {
  return z.string().nullable().optional();
}

/** A whole number that may be null or left out. */
export function nullableInt() {
  return z.int().nullable().optional();
}

/** A decimal, which Kapso gives back as text: `"0.2"`. */
export function nullableDecimal() {
  const asText = z
    .string()
    .regex(/^-?\d+(\.\d+)?$/, "must be a number")
    .transform(Number);
  return z.union([z.number(), asText], "must be a number").nullable().optional();
}

/** An object of any content. */
export function anyObject() {
  return z.record(z.string(), z.unknown());
}

/** An object of any content, which Kapso gives back as JSON text. */
export function objectOrJson() {
  const asText = z
    .string()
    .transform((json, context): unknown => {
      try {
        return JSON.parse(json);
      } catch {
        context.addIssue({ code: "custom", message: "must be an object, or one as JSON text" });
        return z.NEVER;
      }
    })
    .pipe(anyObject());
  return z.union([anyObject(), asText], "must be an object");
}

/** A plain text, or the marker of one that an AI model writes. */
export function textOrAi(text: z.ZodString) {
  const marker = z.custom<AiMarker>(
    (value) => isObject(value) && (isObject(value.$ai) || value.$ai === UNKNOWN),
    'must be a text, or {"$ai": {}} and its prompt in ai_field_config',
  );
  return z.union([text, marker]);
}

/** Whether Kapso puts something else in place of a part of a text when the step runs. */
export function hasPlaceholder(value: string): boolean {
  return value.includes("{{") || value.includes("${");
}

/** An address on the web, which may have placeholders. */
export function webAddress() {
  return z
    .string()
    .refine(
      (value) => hasPlaceholder(value) || /^https?:\/\/\S+$/i.test(value),
      "must be a whole address, such as https://example.com/hook",
    );
}

/** What Kapso adds when it gives a config back, and ignores when it gets it. */
export function outputOnly() {
  return z.unknown().optional();
}

/** The schemas of {@link AiWritten}. */
export function aiWritten() {
  return {
    provider_model_id: nullableText(),
    provider_model_name: nullableText(),
    // Kapso's description leaves open what stands in it.
    ai_field_config: z
      .record(
        z.string(),
        z.custom<AiField>(isObject, 'must be an object such as { mode: "prompt", prompt: "Greet the customer" }'),
      )
      .optional(),
  } satisfies Members<AiWritten>;
}

/** The schemas of {@link Sent}. */
export function sent() {
  return {
    phone_number_id: nullableText(),
    whatsapp_config_id: nullableText(),
    to_phone_number: nullableText(),
  } satisfies Members<Sent>;
}
