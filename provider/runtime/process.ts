import { createHash } from "node:crypto";
import { axiosTransport } from "../http/axios-transport";
import { Governor } from "../http/governor";
import type { FlowType } from "../lifecycle/flow-type";
import { createLifecycle, type Lifecycle } from "../lifecycle/lifecycle";
import type { Clock, Log } from "../lifecycle/ports";
import { RunMemory } from "../lifecycle/run-memory";
import { vendors } from "../vendors";
import type { Connection, Settings, Vendor } from "../vendors/vendor";
import { decisionsOf } from "./decisions";
import { demandCallable, demandSound, type FoundSettings, findSettings, limitsOf, type ReadConfig } from "./settings";
import { version } from "./version";

const LIMITS = { timeout: 30_000, maxResponse: 64 * 1024 * 1024 };

const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
};

const memory = new RunMemory();
const governors = new Map<string, Governor>();
const accounts = new Map<string, unknown>();
const warned = new Set<string>();

/** Warns of what was not yet warned of in this process. */
function warnOnce(log: Log, warnings: readonly string[]): void {
  for (const warning of warnings.filter((each) => !warned.has(each))) {
    warned.add(warning);
    log.warn(warning);
  }
}

/**
 * The governor of an account. An account is a host and the keys for it: that is what a vendor limits. Whoever reaches it
 * with other settings (another organization, other limits) shares the governor, and the strictest limits rule: so no
 * limit that a user has set is exceeded, in whatever order they become known.
 */
function governorOf(vendor: Vendor, values: Settings<string>, account: string, log: Log): Governor {
  const secrets = Object.entries(vendor.settings).flatMap(([name, { secret }]) => (secret ? [values[name]] : []));
  const key = hash([vendor.name, vendor.hostRoot(values), secrets]);
  const limits = limitsOf(values);
  const kept = governors.get(key);
  if (kept) {
    kept.restrict(limits);
    return kept;
  }
  const governor = new Governor({ account, namespace: vendor.name, limits, clock, log });
  governors.set(key, governor);
  return governor;
}

function hash(values: unknown): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex");
}

function connectionOf(vendor: Vendor, values: Settings<string>, log: Log): Connection {
  return {
    clock,
    log,
    random: Math.random,
    userAgent: `pulumi-flows/${version}`,
    transport(hostRoot) {
      demandCallable(hostRoot, process.env);
      return axiosTransport(hostRoot, LIMITS);
    },
    governor: (account) => governorOf(vendor, values, account, log),
  };
}

/** The vendor and the flow type behind a token such as `kosli:Flow`. */
export function flowTypeOf(token: string): { readonly vendor: Vendor; readonly type: FlowType } {
  const [name = ""] = token.split(":");
  const vendor = Object.hasOwn(vendors, name) ? vendors[name]?.() : undefined;
  const type = vendor?.flowTypes.find((each) => each.token === token);
  if (!vendor || !type)
    throw new Error(`This version of pulumi-flows knows no resource "${token}": install a newer one.`);
  return { vendor, type };
}

/** A vendor's settings in this process. */
export function settingsOf(vendor: Vendor, config: ReadConfig): FoundSettings {
  return findSettings(vendor, config, process.env);
}

/** The way to a vendor with these settings, shared by everything of this process that has the same ones. */
export function accountOf<Account>(vendor: Vendor<string, Account>, config: ReadConfig, log: Log): Account {
  const found = settingsOf(vendor, config);
  demandSound(found);
  warnOnce(log, found.warnings);
  const key = hash([vendor.name, found.values]);
  const kept = accounts.get(key);
  // The key names the vendor, and a vendor connects to one kind of account.
  if (kept !== undefined) return kept as Account;
  const account = vendor.connect(found.values, connectionOf(vendor, found.values, log));
  accounts.set(key, account);
  return account;
}

/** The lifecycle of a flow type in this process. */
export function lifecycleOf(token: string, config: ReadConfig, log: Log): Lifecycle {
  const { vendor, type } = flowTypeOf(token);
  const decisions = decisionsOf(process.env);
  // Asked for with every call, and the same for the life of a process.
  let found: FoundSettings | undefined;
  let account: unknown;
  const settings = () => {
    found ??= settingsOf(vendor, config);
    return found;
  };
  const connect = () => {
    account ??= accountOf(vendor, config, log);
    return account;
  };
  const lifecycle = createLifecycle(type, () => settings().values, connect, {
    log,
    clock,
    memory,
    overrides: decisions,
  });
  return {
    ...lifecycle,
    check(args) {
      // Every run of a program begins with this call, also a preview.
      warnOnce(log, decisions.notes);
      const problems = [...settings().problems, ...decisions.problems];
      const checked = lifecycle.check(args);
      const failures = problems.map(({ key, message }) => ({ property: key, reason: message }));
      return { ...checked, failures: [...failures, ...checked.failures] };
    },
  };
}
