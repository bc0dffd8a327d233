import * as pulumi from "@pulumi/pulumi";
import { FlowError, VendorError } from "../lifecycle/errors";
import type { Log } from "../lifecycle/ports";
import type { ReadConfig } from "../runtime/settings";
import type { FlowProvider } from "./flow-provider";

/** Options of a lookup. */
export interface LookupOptions {
  /** The account to look in. Default: the stack's configuration. */
  provider?: FlowProvider;
}

/** Messages of lookups, which run in the program's process. */
export const lookupLog: Log = {
  debug: (message) => void pulumi.log.debug(message),
  info: (message) => void pulumi.log.info(message),
  warn: (message) => void pulumi.log.warn(message),
};

/** The stack's configuration, read raw: a secret stays inside the call that needs it. */
export const stackConfig: ReadConfig = (namespace, name) => pulumi.runtime.getConfig(`${namespace}:${name}`);

/** Ends the program with a plain message where a lookup fails as expected, instead of with a stack. */
export async function lookUp<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof FlowError || error instanceof VendorError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

/** A lookup whose arguments may be outputs, in the account of an explicit provider where one is given. */
export function lookUpOutput<Args, Result>(
  look: (args: pulumi.Unwrap<Args>, config: ReadConfig) => Promise<Result>,
  args: Args,
  opts: LookupOptions = {},
): pulumi.Output<Result> {
  const { provider } = opts;
  if (!provider) return pulumi.output(args).apply((known) => look(known, stackConfig)) as pulumi.Output<Result>;
  return pulumi.output(args).apply((known) =>
    // What is found is no secret only because the provider's token is one.
    pulumi
      .unsecret(provider.settings)
      .apply((settings) => look(known, (namespace, name) => settings[`${namespace}:${name}`])),
  ) as pulumi.Output<Result>;
}
