import { z } from "zod";

/** Arguments that every flow type has, and that speak to the lifecycle instead of the vendor. */
export const engineArguments = z.object({
  /**
   * Take over a flow of this name that already exists, changing it to what the program says. Default `false`: creating
   * a flow whose name is taken fails.
   */
  adopt: z.boolean().optional(),
  /**
   * What an update does when somebody has changed the same fields since Pulumi last saw them: `"fail"` (the default)
   * names the change and stops, `"overwrite"` goes on.
   */
  onConflict: z.enum(["fail", "overwrite"]).optional(),
});

export type EngineArguments = z.output<typeof engineArguments>;

export const engineArgumentNames = Object.keys(engineArguments.shape);
