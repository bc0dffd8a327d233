import { z } from "zod";

/** A step as Runtype answers it. Only what identifies it is demanded. */
export const wireStep = z.looseObject({
  id: z.string(),
  type: z.string(),
  name: z.string().nullish(),
  order: z.number().nullish(),
  enabled: z.boolean().nullish(),
  when: z.string().nullish(),
  config: z.record(z.string(), z.unknown()).nullish(),
});

/** A flow with its steps. Only what identifies it is demanded, and what an update would otherwise wipe out. */
export const wireFlow = z.looseObject({
  id: z.string(),
  name: z.string(),
  /** Older servers do not tell it. */
  description: z.string().nullish(),
  flowSteps: z.array(wireStep),
  userId: z.string().nullish(),
  organizationId: z.string().nullish(),
  dashboardUrl: z.string().nullish(),
  lastModifiedSource: z.string().nullish(),
  updatedAt: z.string().nullish(),
});

/** A flow as lists tell it, without its steps. */
export const wireFlowItem = z.looseObject({ id: z.string(), name: z.string() });

export type WireStep = z.output<typeof wireStep>;
export type WireFlow = z.output<typeof wireFlow>;
export type WireFlowItem = z.output<typeof wireFlowItem>;
