import * as pulumi from "@pulumi/pulumi";
import { OWN_NAMESPACE } from "../runtime/settings";

/**
 * An explicit provider: a second account of a vendor, with a process and settings of its own.
 *
 * Its settings are kept in its own entry of the state, secrets encrypted, which is what lets `pulumi destroy` reach the account.
 */
export abstract class FlowProvider extends pulumi.ProviderResource {
  /** The settings as a lookup needs them. */
  readonly settings: pulumi.Output<Record<string, string>>;

  protected constructor(
    vendor: string,
    name: string,
    settings: Record<string, pulumi.Input<string> | undefined>,
    secrets: readonly string[],
    opts?: pulumi.ResourceOptions,
  ) {
    const given = Object.entries(settings).flatMap(([setting, value]) =>
      value === undefined
        ? []
        : [[`${vendor}:${setting}`, secrets.includes(setting) ? pulumi.secret(value) : pulumi.output(value)] as const],
    );
    const inputs = { ...Object.fromEntries(given), [`${OWN_NAMESPACE}:explicit`]: pulumi.output("true") };
    super("pulumi-nodejs", name, inputs, opts);
    this.settings = pulumi.all(inputs);
  }
}
