import { PROVIDER, SECRET, SIGNATURE } from "../../hosts/pulumi-dynamic";
import { replaceSecrets } from "../../lifecycle/secrets";
import { mapMembers, type Values } from "../../lifecycle/values";
import { handlerText } from "../../sdk/handler-text";
import type { WrittenFlow } from "./written-flow";

/**
 * The text of a file for `pulumi import --file`: each resource with all of its inputs and outputs, so that the engine need not
 * ask the provider, which it could not load. Secrets are in clear in it; Pulumi encrypts them in the state.
 *
 * @param flows in an order in which each comes after those that it needs
 */
export function importFile(flows: readonly WrittenFlow[]): string {
  const resources = flows.map(({ flow, inputs }) => {
    const sealed = (values: Values) => {
      const secrets = flow.lifecycle.secrets(values);
      const members = mapMembers(values, (value, name) => replaceSecrets(value, [name], secrets, inClear));
      return { ...members, [PROVIDER]: handlerText(flow.type.token) };
    };
    return {
      type: `pulumi-nodejs:dynamic/${flow.type.token}`,
      name: flow.slug,
      id: flow.id,
      inputs: sealed(inputs),
      outputs: sealed(flow.state),
    };
  });
  return `${JSON.stringify({ resources }, null, 2)}\n`;
}

/** A secret as Pulumi's files carry one that is not encrypted. */
function inClear(secret: unknown): Values {
  return { [SIGNATURE]: SECRET, plaintext: JSON.stringify(secret) };
}
