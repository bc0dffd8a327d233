import { z } from "zod";

/** Arguments that every flow type has, and that speak to the lifecycle instead of the vendor. */
export interface EngineArguments {
  /**
   * Take over what already exists: the one of this name or, of a type that has no names, the one with the same settings. It is
   * changed to what the program says. Default `false`: then creating it fails.
   */
  adopt?: boolean | undefined;
  /**
   * What an update does when somebody has changed the same fields since Pulumi last saw them: `"fail"` (the default)
   * names the change and stops, `"overwrite"` goes on.
   */
  onConflict?: "fail" | "overwrite" | undefined;
}

/** The rules of {@link EngineArguments}. */
export const engineArguments = z.object({
  adopt: z.boolean().optional(),
  onConflict: z.enum(["fail", "overwrite"]).optional(),
}) satisfies z.ZodType<EngineArguments>;

export const engineArgumentNames = Object.keys(engineArguments.shape);
