import * as pulumi from "@pulumi/pulumi";
import { OWN_NAMESPACE } from "../runtime/settings";
import type { Vendor } from "../vendors/vendor";
import { stackConfig } from "./stack-config";

/**
 * An explicit provider: a second account of a vendor, with a process and settings of its own.
 *
 * Its settings are kept in its own entry of the state, secrets encrypted, which is what lets `pulumi destroy` reach the account.
 */
export abstract class FlowProvider extends pulumi.ProviderResource {
  /** The settings as a lookup needs them. */
  readonly settings: pulumi.Output<Record<string, string>>;

  /** @param args settings of this account; what is left out and no secret is taken from the stack's configuration */
  protected constructor(
    vendor: Pick<Vendor, "name" | "settings">,
    name: string,
    args: Record<string, pulumi.Input<string> | undefined>,
    opts?: pulumi.ResourceOptions,
  ) {
    const inputs: Record<string, pulumi.Output<string>> = { [`${OWN_NAMESPACE}:explicit`]: pulumi.output("true") };
    const given = (setting: string) => args[setting] !== undefined;
    for (const [setting, { secret, insteadOf }] of Object.entries(vendor.settings)) {
      const key = `${vendor.name}:${setting}`;
      const rival =
        insteadOf ?? Object.keys(vendor.settings).find((other) => vendor.settings[other]?.insteadOf === setting);
      const inherited = secret || (rival && given(rival)) ? undefined : stackConfig(vendor.name, setting);
      const value = args[setting] ?? inherited;
      if (value !== undefined) inputs[key] = secret ? pulumi.secret(value) : pulumi.output(value);
    }
    super("pulumi-nodejs", name, inputs, opts);
    this.settings = pulumi.all(inputs);
  }
}
