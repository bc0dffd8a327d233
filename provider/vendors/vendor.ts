import type { AccountLimits, Governor } from "../http/governor";
import type { Send } from "../http/request";
import type { FlowType, Problem } from "../lifecycle/flow-type";
import type { Clock, Log } from "../lifecycle/ports";

/** One thing that a user can configure, in the stack's configuration or the environment. */
interface Setting {
  /** The environment variable that sets it too. */
  readonly variable?: string;
  /** Whether its value must never be shown. */
  readonly secret?: true;
  /** Values that are allowed, where only some are. */
  readonly oneOf?: readonly string[];
  /** Where the stack sets this one, the other's value from the environment does not count. */
  readonly insteadOf?: string;
  /** Whether it is the host root of another part of the API; that of `apiUrl` is told by `hostRoot`. */
  readonly isAddress?: true;
  /** Whether its value must be a whole number above 0. */
  readonly isCount?: true;
  /** What the reference says of it, where no argument of an explicit provider says it. */
  readonly documentation?: string;
}

/** What a user can configure of every vendor: how much of an account's capacity a process takes. */
const limitSettings: { readonly [K in keyof AccountLimits]-?: Setting } = {
  maxInFlight: { isCount: true, documentation: "Calls that run at once. Default: 10." },
  maxRequestsPerMinute: {
    isCount: true,
    documentation:
      "Calls in any minute. Default: any number, until the vendor refuses one. Set it to a part of the account's limit where others use the account too.",
  },
  maxRequestsPerHour: { isCount: true, documentation: "Calls in any hour. Default: any number." },
};

/** What a vendor asks of a key for one call. */
export interface Right {
  /** The least that is enough, in Markdown and in the vendor's words. */
  readonly least: string;
  /**
   * `verified`: the vendor documents it. `inferred`: it follows from what the vendor documents. `unknown`: the least is not
   * documented, and `least` tells what is enough in any case.
   */
  readonly evidence: "verified" | "inferred" | "unknown";
}

/** What a vendor asks of a key. */
export interface Rights {
  /** How the vendor's keys come by rights, as sentences. */
  readonly keys: string;
  /** The right for every call that is made, by its `operationId` in the API description. */
  readonly calls: Readonly<Record<string, Right>>;
}

/** Configured values: `undefined` where neither the stack nor the environment sets one. */
export type Settings<Name extends string> = { readonly [K in Name]?: string };

/** What a vendor is given by the process to make calls with. */
export interface Connection {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** `pulumi-flows/<version>` */
  readonly userAgent: string;
  transport(hostRoot: string): Send;
  governor(account: string): Governor;
}

/** One vendor: how it is configured and reached, and its flow types. */
export interface Vendor<Name extends string = string, Account = unknown> {
  /** Also the namespace of its configuration: `kosli:apiToken`. */
  readonly name: string;
  readonly settings: { readonly [K in Name]: Setting };
  /** The host root that the settings lead to, without path: `https://app.kosli.com`. */
  hostRoot(settings: Settings<Name>): string;
  /** @throws FlowError of kind `settings` where something needed is not set */
  connect(settings: Settings<Name>, connection: Connection): Account;
  /** What the reference tells of the calls that the flow types and the lookups make. */
  readonly rights: Rights;
  // The types' own arguments, wire objects and accounts are theirs alone.
  readonly flowTypes: readonly FlowType<object, unknown, Account>[];
}

/** What to do about a key that the vendor does not know, whatever it calls a key. */
export function keyAdvice(key: string, setting: string, variable: string): string {
  return (
    `Set it with \`pulumi config set --secret ${setting}\` or ${variable}. ` +
    `\`pulumi refresh\` and \`pulumi destroy\` use the ${key} of the last \`pulumi up\`: after a change run \`pulumi up\` first, or add --run-program`
  );
}

/** Problems as loudly as the program wants to hear them: all, all as doubts, or none, without looking. */
export function asLoudAs(validate: unknown, look: () => Problem[]): Problem[] {
  if (validate === "off") return [];
  const problems = look();
  return validate === "warn" ? problems.map((problem) => ({ ...problem, warning: true })) : problems;
}

/** A vendor with the settings that all vendors have, beside its own. */
export function defineVendor<Name extends string, Account>(
  own: Vendor<Name, Account>,
): Vendor<Name | keyof AccountLimits, Account> {
  return { ...own, settings: { ...own.settings, ...limitSettings } };
}
