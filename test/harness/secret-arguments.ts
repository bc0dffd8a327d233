import { SECRETS } from "../../provider/lifecycle/state";
import type { Values } from "../../provider/lifecycle/values";

/** A program whose leaf at this path is secret, as the resource class registers it. */
export function secretArguments(program: Values, path: readonly string[]): Values {
  return { ...program, [SECRETS]: [path] };
}
