import * as pulumi from "@pulumi/pulumi";
import { FlowError, VendorError } from "../lifecycle/errors";
import type { ReadConfig } from "../runtime/settings";
import type { FlowProvider } from "./flow-provider";
import { stackConfig } from "./stack-config";

/** Options of a lookup. */
export interface LookupOptions {
  /** The account to look in. Default: the stack's configuration. */
  provider?: FlowProvider;
  /**
   * Resources that must be there before: a preview that is going to create one of them does not look, and its result is not
   * known yet. Name the flow's own resource when looking up what the same program makes.
   */
  dependsOn?: pulumi.Input<pulumi.Input<pulumi.CustomResource>[]> | pulumi.CustomResource;
}

/** Ends the program with a plain message where a lookup fails as expected, instead of with a stack. */
export async function lookUp<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof FlowError || error instanceof VendorError)) throw error;
    const plain = new pulumi.RunError(error.message);
    plain.stack = plain.message;
    throw plain;
  }
}

/** A lookup whose arguments may be outputs, in the account of an explicit provider where one is given. */
export function lookUpOutput<Args, Result>(
  look: (args: pulumi.Unwrap<Args>, config: ReadConfig) => Promise<Result>,
  args: Args,
  { provider, dependsOn = [] }: LookupOptions = {},
): pulumi.Output<Result> {
  // An id is not known before its resource is there.
  const ready = pulumi.output(dependsOn).apply((resources) => pulumi.all([resources].flat().map(({ id }) => id)));
  // What is found is no secret only because the provider's token is one.
  const settings = provider ? pulumi.unsecret(provider.settings) : pulumi.output(undefined);
  return pulumi.all([args, settings, ready]).apply(([known, own]) => {
    const config: ReadConfig = own ? (namespace, name) => own[`${namespace}:${name}`] : stackConfig;
    return look(known, config);
  }) as pulumi.Output<Result>;
}
