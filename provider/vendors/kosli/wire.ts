import { z } from "zod";

/** A flow as Kosli answers it. Only what identifies it is demanded; older servers know no `id`. */
export const wireFlow = z.looseObject({
  id: z.string().optional(),
  name: z.string(),
  org: z.string(),
  description: z.string().nullish(),
  visibility: z.string().nullish(),
  // The vendor's own description leaves the type open; only strings were ever seen.
  template: z.unknown(),
  tags: z.record(z.string(), z.string()).nullish(),
});

export type WireFlow = z.output<typeof wireFlow>;
