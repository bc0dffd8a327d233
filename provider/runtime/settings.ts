import { type AccountLimits, DEFAULT_LIMITS } from "../http/governor";
import { isLoopback } from "../http/loopback";
import { FlowError } from "../lifecycle/errors";
import { only, UNKNOWN } from "../lifecycle/values";
import type { Settings, Vendor } from "../vendors/vendor";

/** Tells a configured value of `<namespace>:<name>`. */
export type ReadConfig = (namespace: string, name: string) => string | undefined;

/** What can stand in a header; a key that was copied badly often cannot. */
const VISIBLE = /^[\x21-\x7e]+$/;

/** A vendor's settings as found. */
export interface FoundSettings {
  readonly values: Settings<string>;
  /** What is wrong with them, with the key that a user sets. */
  readonly problems: readonly { readonly key: string; readonly message: string }[];
  /** What a user should look at; never shows a value. */
  readonly warnings: readonly string[];
}

/** The namespace of what this package itself puts into a configuration: `explicit` marks that of an explicit provider. */
export const OWN_NAMESPACE = "pulumi-flows";

/** A vendor's settings from the stack's configuration (which wins) and the environment. */
export function findSettings(vendor: Vendor, config: ReadConfig, environment: NodeJS.ProcessEnv): FoundSettings {
  const values: Record<string, string> = {};
  const problems: { key: string; message: string }[] = [];
  const warnings: string[] = [];
  // An explicit provider is there to differ from what the environment says.
  const explicit = config(OWN_NAMESPACE, "explicit") !== undefined;
  for (const [name, setting] of Object.entries(vendor.settings)) {
    const key = `${vendor.name}:${name}`;
    const configured = config(vendor.name, name) || undefined;
    const inherited = (setting.variable && environment[setting.variable]) || undefined;
    if (configured && inherited && configured !== inherited && configured !== UNKNOWN && !explicit) {
      warnings.push(
        `${key} of the stack and ${setting.variable} of the environment differ; the stack's value is used.`,
      );
    }
    const value = configured ?? inherited;
    if (value === undefined) continue;
    values[name] = value;
    if (setting.oneOf && value !== UNKNOWN && !setting.oneOf.includes(value)) {
      problems.push({ key, message: `${key} must be one of ${setting.oneOf.join(", ")}` });
    }
    if (setting.isCount && value !== UNKNOWN && countOf(value) === undefined) {
      problems.push({ key, message: `${key} must be a whole number above 0, such as 10` });
    }
    if (setting.secret && value !== UNKNOWN && !VISIBLE.test(value)) {
      const otherwise = setting.variable ? ` (or ${setting.variable})` : "";
      const message = `${key}${otherwise} holds a space, a line break or another character that no key has; set it again`;
      problems.push({ key, message });
    }
  }
  for (const [name, { insteadOf }] of Object.entries(vendor.settings)) {
    if (!insteadOf || !config(vendor.name, name)) continue;
    const keys = `${vendor.name}:${name} and ${vendor.name}:${insteadOf}`;
    if (config(vendor.name, insteadOf)) {
      problems.push({ key: `${vendor.name}:${name}`, message: `Set either ${keys}, not both` });
    } else if (values[insteadOf]) {
      const { variable } = vendor.settings[insteadOf] ?? {};
      if (!explicit)
        warnings.push(
          `${vendor.name}:${name} of the stack stands against ${variable} of the environment; the stack's value is used.`,
        );
      delete values[insteadOf];
    }
  }
  const others = Object.keys(vendor.settings).filter((name) => vendor.settings[name]?.isAddress);
  const addresses = { apiUrl: vendor.hostRoot(values), ...only(values, others) };
  for (const [name, address] of Object.entries(addresses)) {
    const wrong = addressProblem(String(address), environment);
    if (wrong) problems.push({ key: `${vendor.name}:${name}`, message: wrong });
    // One address has one spelling, since it is a part of the account's identity.
    else if (values[name] && address !== UNKNOWN) values[name] = new URL(String(address)).origin;
  }
  return { values, problems, warnings };
}

/** Fails for an address that must not be called from here, such as a default one in a rehearsal. */
export function demandCallable(address: string, environment: NodeJS.ProcessEnv): void {
  const wrong = addressProblem(address, environment);
  if (wrong) throw new FlowError("settings", `${wrong}.`);
}

/** Fails with every problem of the settings. */
export function demandSound({ problems }: FoundSettings): void {
  if (problems.length > 0) throw new FlowError("settings", `${problems.map(({ message }) => message).join("; ")}.`);
}

/** The limits that the settings lead to; one that a preview cannot know yet is the default. */
export function limitsOf(values: Settings<keyof AccountLimits>): AccountLimits {
  const limit = (name: keyof AccountLimits) => countOf(values[name]) ?? DEFAULT_LIMITS[name];
  return {
    maxInFlight: limit("maxInFlight"),
    maxRequestsPerMinute: limit("maxRequestsPerMinute"),
    maxRequestsPerHour: limit("maxRequestsPerHour"),
  };
}

function countOf(value: string | undefined): number | undefined {
  const count = /^\d+$/.test(value ?? "") ? Number(value) : 0;
  return count > 0 && Number.isSafeInteger(count) ? count : undefined;
}

/** What is wrong with an address; shows no more of it than its host, since somebody may have put a key there. */
function addressProblem(address: string, environment: NodeJS.ProcessEnv): string | undefined {
  if (address === UNKNOWN) return undefined;
  if (address.includes("@")) return "The address must not carry credentials; set the key by its own setting";
  if (!URL.canParse(address)) return "The address is not a URL; write it as https://host";
  const { protocol, host, pathname, search, hash } = new URL(address);
  // A key with a colon in it is read as an address, too.
  const shown = /^https?:$/.test(protocol) ? ` "${protocol}//${host}"` : "";
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback(address))) {
    return `The address${shown} must begin with https:// (http:// is only allowed to this machine): a key must not travel in clear`;
  }
  if (pathname !== "/" || search || hash) return `The address must be the host alone,${shown}, without a path`;
  if (environment.PULUMI_FLOWS_LOOPBACK_ONLY === "1" && !isLoopback(address)) {
    return `The address${shown} is not on this machine, and this is a rehearsal: start an emulator and set the address to it`;
  }
  return undefined;
}
