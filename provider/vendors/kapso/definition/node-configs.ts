import { z } from "zod";
import { fitting, memberOf } from "../../../lifecycle/fitting";
import { agent } from "./agent-config";
import { sendInteractive, sendTemplate, sendText, waitForResponse } from "./message-configs";
import { call, callFunction, decide, emitEvent, handoff, pipedream, setVariable, start, webhook } from "./step-configs";

export type * from "./agent-config";
export type { AiField, AiMarker } from "./config-parts";
export type * from "./message-configs";
export type * from "./step-configs";

/** What makes the schema of each node type's config. */
const MAKERS: ReadonlyMap<string, () => z.ZodObject> = new Map<string, () => z.ZodObject>([
  ["start", start],
  ["send_text", sendText],
  ["send_template", sendTemplate],
  ["send_interactive", sendInteractive],
  ["wait_for_response", waitForResponse],
  ["decide", decide],
  ["function", callFunction],
  ["webhook", webhook],
  ["agent", agent],
  ["call", call],
  ["handoff", handoff],
  ["set_variable", setVariable],
  ["emit_event", emitEvent],
  ["pipedream", pipedream],
]);

/** The node types that this package knows. */
export const NODE_TYPES: readonly string[] = [...MAKERS.keys()];

/** The schemas that were needed already: programs without a workflow wait for none. */
const schemas = new Map<string, z.ZodObject>();

/**
 * The schema of a node type's config, also as Kapso gives it back; `undefined` for a type that this package does not know.
 *
 * @param nodeType as in `data.node_type`
 */
export function configSchema(nodeType: string): z.ZodObject | undefined {
  const schema = schemas.get(nodeType) ?? MAKERS.get(nodeType)?.();
  if (schema) schemas.set(nodeType, schema);
  return schema;
}

/** The schema of the items of a list in a node type's config; `undefined` where this package knows no such list. */
export function partSchema(nodeType: string, list: string): z.ZodObject | undefined {
  const schema = configSchema(nodeType)?.shape[list];
  const parts = schema && fitting(schema, []);
  const part = parts && memberOf(parts, "0");
  return part instanceof z.ZodObject ? part : undefined;
}
