import { pulumiDynamicProvider } from "../hosts/pulumi-dynamic";
import { endWithEngine } from "./engine-watch";
import { lifecycleOf } from "./process";

endWithEngine(process);

/**
 * What the handler text of every resource in every state loads: `require("pulumi-flows/runtime/v1")("kosli:Flow")`.
 *
 * An ABI: this module path, that it is a function of a token, and the tokens are kept for ever.
 */
function provider(token: string): ReturnType<typeof pulumiDynamicProvider> {
  return pulumiDynamicProvider((config, log) => lifecycleOf(token, config, log));
}

export = provider;
