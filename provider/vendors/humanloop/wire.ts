import { z } from "zod";

/** An environment, to which one version of each file may be deployed. */
export const wireEnvironment = z.looseObject({ id: z.string(), name: z.string(), tag: z.string().nullish() });

/** A reference to an evaluator: to one version of it, or to whatever is deployed to an environment. */
const wireReference = z.union([
  z.looseObject({ type: z.literal("version"), version: z.looseObject({ version_id: z.string() }) }),
  z.looseObject({
    type: z.literal("environment"),
    file: z.looseObject({ id: z.string() }),
    environment: z.looseObject({ id: z.string() }),
  }),
]);

/** An evaluator that watches a flow, or did. */
const wireMonitor = z.looseObject({ state: z.string(), version_reference: wireReference });

/** One version of a flow, with what belongs to the flow. Only what identifies it is demanded. */
export const wireFlow = z.looseObject({
  id: z.string(),
  path: z.string(),
  name: z.string(),
  type: z.string().nullish(),
  directory_id: z.string().nullish(),
  attributes: z.record(z.string(), z.unknown()),
  version_id: z.string(),
  version_name: z.string().nullish(),
  version_description: z.string().nullish(),
  version_logs_count: z.number().nullish(),
  created_at: z.string().nullish(),
  environments: z.array(wireEnvironment).nullish(),
  evaluators: z.array(wireMonitor).nullish(),
});

export type WireFlow = z.output<typeof wireFlow>;
