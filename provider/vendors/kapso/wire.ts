import { z } from "zod";
import { wireDefinition } from "./definition/observed";

/** A workflow without its graph. Only what identifies it is demanded. */
export const wireWorkflow = z.looseObject({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  description: z.string().nullish(),
  status: z.string(),
  lock_version: z.number().nullish(),
  message_debounce_seconds: z.number().nullish(),
  inbound_message_read_mode: z.string().nullish(),
  project_id: z.string().optional(),
});

/** A workflow with its graph. */
export const wireGraph = wireWorkflow.extend({ definition: wireDefinition });

export type WireWorkflow = z.output<typeof wireWorkflow>;
export type WireGraph = z.output<typeof wireGraph>;
