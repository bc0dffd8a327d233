import { leavesOf, type Secret } from "./expression";
import type { WrittenFlow } from "./written-flow";

/** The secrets that the program of a flow takes from the stack's configuration. */
export function secretsOf({ written }: WrittenFlow): Secret[] {
  return leavesOf(written).filter((leaf) => leaf.kind === "secret");
}

/** The text of a secret in the configuration. */
export function configured({ value }: Secret): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The text for `pulumi config set-all --json`, on one line: what is passed to a command must be short. */
export function secretsFile(flows: readonly WrittenFlow[]): string {
  const all = flows.flatMap(secretsOf).map((each) => [each.name, { value: configured(each), secret: true }]);
  return `${JSON.stringify(Object.fromEntries(all))}\n`;
}
