import { createHash } from "node:crypto";
import { axiosTransport } from "../http/axios-transport";
import { Governor } from "../http/governor";
import type { FlowType } from "../lifecycle/flow-type";
import { createLifecycle, type Lifecycle } from "../lifecycle/lifecycle";
import type { Clock, Log, Overrides } from "../lifecycle/ports";
import { RunMemory } from "../lifecycle/run-memory";
import { vendors } from "../vendors";
import type { Connection, Vendor } from "../vendors/vendor";
import { demandSound, type FoundSettings, findSettings, type ReadConfig } from "./settings";
import { version } from "./version";

/** Calls that one process makes to one account at once. */
const MAX_IN_FLIGHT = 10;

const LIMITS = { timeout: 30_000, maxResponse: 64 * 1024 * 1024 };

const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
};

const memory = new RunMemory();
const governors = new Map<string, Governor>();
const accounts = new Map<string, unknown>();
const warned = new Set<string>();

/** What users decide for one run, from the environment. */
interface RunDecisions extends Overrides {
  /** What is in force, to be shown in every run that it applies to. */
  readonly notes: readonly string[];
  readonly problems: readonly { readonly key: string; readonly message: string }[];
}

function decisionsOf({ PULUMI_FLOWS_ADOPT, PULUMI_FLOWS_ON_CONFLICT }: NodeJS.ProcessEnv): RunDecisions {
  const adopted = (PULUMI_FLOWS_ADOPT ?? "").split(",").flatMap((label) => label.trim() || []);
  const overwrites = PULUMI_FLOWS_ON_CONFLICT === "overwrite";
  const notes = [
    ...(adopted.length > 0
      ? [
          `PULUMI_FLOWS_ADOPT is in force: ${adopted.includes("all") ? "every flow that exists already" : adopted.join(", ")} may be taken over in this run.`,
        ]
      : []),
    ...(overwrites
      ? ["PULUMI_FLOWS_ON_CONFLICT=overwrite is in force: changes made outside of Pulumi are overwritten in this run."]
      : []),
  ];
  const known = overwrites || !PULUMI_FLOWS_ON_CONFLICT || PULUMI_FLOWS_ON_CONFLICT === "fail";
  const problems = known
    ? []
    : [{ key: "PULUMI_FLOWS_ON_CONFLICT", message: "PULUMI_FLOWS_ON_CONFLICT must be fail or overwrite" }];
  return { adopts: (label) => adopted.includes("all") || adopted.includes(label), overwrites, notes, problems };
}

/** Warns of what was not yet warned of in this process. */
function warnOnce(log: Log, warnings: readonly string[]): void {
  for (const warning of warnings.filter((each) => !warned.has(each))) {
    warned.add(warning);
    log.warn(warning);
  }
}

function connectionOf(key: string, log: Log): Connection {
  return {
    clock,
    log,
    random: Math.random,
    userAgent: `pulumi-flows/${version}`,
    transport: (hostRoot) => axiosTransport(hostRoot, LIMITS),
    governor(account) {
      const governor = governors.get(key) ?? new Governor(account, MAX_IN_FLIGHT, clock, log);
      governors.set(key, governor);
      return governor;
    },
  };
}

/** The vendor and the flow type behind a token such as `kosli:Flow`. */
export function flowTypeOf(token: string): { readonly vendor: Vendor; readonly type: FlowType } {
  for (const vendor of vendors) {
    for (const type of vendor.flowTypes) if (type.token === token) return { vendor, type };
  }
  throw new Error(`This version of pulumi-flows knows no resource "${token}": install a newer one.`);
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
  const key = createHash("sha256")
    .update(JSON.stringify([vendor.name, found.values]))
    .digest("hex");
  const kept = accounts.get(key);
  // The key names the vendor, and a vendor connects to one kind of account.
  if (kept !== undefined) return kept as Account;
  const account = vendor.connect(found.values, connectionOf(key, log));
  accounts.set(key, account);
  return account;
}

/** The lifecycle of a flow type in this process. */
export function lifecycleOf(token: string, config: ReadConfig, log: Log): Lifecycle {
  const { vendor, type } = flowTypeOf(token);
  const decisions = decisionsOf(process.env);
  const lifecycle = createLifecycle(
    type,
    () => settingsOf(vendor, config).values,
    () => accountOf(vendor, config, log),
    { log, clock, memory, overrides: decisions },
  );
  return {
    ...lifecycle,
    check(args) {
      // Every run of a program begins with this call, also a preview.
      warnOnce(log, decisions.notes);
      const problems = [...settingsOf(vendor, config).problems, ...decisions.problems];
      const checked = lifecycle.check(args);
      const failures = problems.map(({ key, message }) => ({ property: key, reason: message }));
      return { ...checked, failures: [...failures, ...checked.failures] };
    },
  };
}
