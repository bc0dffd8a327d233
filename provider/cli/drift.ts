import { FlowError, messageOf } from "../lifecycle/errors";
import { valueAt } from "../lifecycle/paths";
import type { Log } from "../lifecycle/ports";
import { withoutSecrets } from "../lifecycle/secrets";
import { flowTypeOf, lifecycleOf, settingsOf } from "../runtime/process";
import { limitsOf } from "../runtime/settings";
import { allVendors } from "../vendors";
import type { Vendor } from "../vendors/vendor";
import {
  type ConfiguredState,
  configured,
  demandSettingsShown,
  isUnreached,
  settingsFor,
  vendorsNamed,
  withoutSettings,
} from "./accounts";
import { defineCommand } from "./command";
import {
  asJson,
  asText,
  type DriftedFlow,
  type DriftReport,
  exitCodeOf,
  type FailedFlow,
  type HalfComparedFlow,
  type NamedFlow,
} from "./drift-report";
import { CommandError, logTo } from "./io";
import { type KeptFlow, readStates, type StackState } from "./stack-state";
import { listUnmanaged } from "./unmanaged";

/** A flow of a state. */
interface Kept {
  readonly state: ConfiguredState;
  readonly kept: KeptFlow;
}

/** What is looked at with the same settings of one vendor. */
interface Account {
  readonly flows: Kept[];
  /** How many of them are looked at at once. */
  readonly atOnce: number;
  /** Why no more of them are looked at. */
  unreached?: string;
}

/** What looking at one flow has brought. */
interface Look extends Kept {
  readonly flow: NamedFlow;
  /** The id by which lists name it: that of the state, where looking failed; absent where it is gone. */
  readonly listedAs?: string;
  readonly drifted?: DriftedFlow;
  readonly failed?: FailedFlow;
  readonly halfCompared?: HalfComparedFlow;
}

/** `pulumi-flows drift` */
export const drift = defineCommand({
  summary: "Compares the state of a stack with the vendors, and changes nothing.",
  help: `Usage: pulumi stack export | pulumi-flows drift [options]
       pulumi-flows drift --state FILE [--state FILE …] [options]

Looks at every flow in the state of a stack as \`pulumi refresh\` does, and tells what is
not as the state says: what the program declares and somebody changed outside of Pulumi,
and what is gone. Changes nothing, neither at the vendors nor in the state.

Options:
  --state FILE     A file that \`pulumi stack export\` wrote; - is standard input.
                   May be given several times.
  --stack NAME     The stack whose configuration is used. Default: the one in the state.
  --vendor NAME    Only flows of this vendor. May be given several times.
  --unmanaged      Also lists what exists in the accounts and no given state declares.
  --json           The answer as JSON.
  --help           Tells this.

With \`pulumi stack export --show-secrets\` secrets are compared too, and explicit providers
can be used; no secret is shown. Without it, what cannot be compared is named.

Exit code: 0 no drift, 2 drift (with --unmanaged also flows that no state declares),
1 an error. 1 is stronger than 2: what could not be checked may have drifted as well.
`,
  options: {
    state: { type: "string", multiple: true },
    stack: { type: "string" },
    vendor: { type: "string", multiple: true },
    unmanaged: { type: "boolean" },
    json: { type: "boolean" },
  },
  async run(given, io) {
    const vendors = vendorsNamed(given.vendor);
    const kept = await readStates(given.state ?? [], "drift", io);
    if (given.unmanaged) demandStacksNamed(kept, given.stack);
    const states = await configured(kept, given.stack, io.cwd);
    const report = await reportOn(
      states,
      vendors,
      { all: !given.vendor, unmanaged: given.unmanaged ?? false },
      logTo(io),
    );
    io.stdout(given.json ? asJson(report) : asText(report));
    if (report.halfCompared.length > 0)
      io.stderr(
        "warning: The state does not show its secrets, so they were NOT compared. `pulumi stack export --show-secrets` shows them.\n",
      );
    return exitCodeOf(report);
  },
});

/** Fails where it is not known whose accounts are to be listed. */
function demandStacksNamed(states: readonly StackState[], stack: string | undefined): void {
  const nameless = states.find((state) => state.stack === undefined);
  if (!nameless || (stack !== undefined && states.length === 1)) return;
  const how = states.length === 1 ? "name it with --stack" : "leave it out, or look at it alone with --stack";
  throw new CommandError(`${nameless.source}: this is the state of an empty stack, which names no stack: ${how}.`);
}

async function reportOn(
  states: readonly ConfiguredState[],
  vendors: readonly Vendor[],
  wanted: { readonly all: boolean; readonly unmanaged: boolean },
  log: Log,
): Promise<DriftReport> {
  const names = vendors.map(({ name }) => name);
  const isWanted = ({ token }: KeptFlow) => wanted.all || names.includes(token.split(":")[0] ?? "");
  const flows = states.flatMap((state) => state.flows.filter(isWanted).map((kept) => ({ state, kept })));
  const looks = (await Promise.all(accountsOf(flows).map((account) => lookAt(account, log)))).flat();
  looks.sort((a, b) => (a.flow.urn < b.flow.urn ? -1 : 1));
  const doomed = states.flatMap((state) => state.doomed.map((kept) => ({ state, kept, listedAs: kept.id })));
  const listed = wanted.unmanaged
    ? await listUnmanaged(states, [...looks, ...doomed], wanted.all ? undefined : vendors, log)
    : undefined;
  const shown = (text: string) => withoutSettings(text, states);
  const failed = looks.flatMap((each) => each.failed ?? []);
  return {
    states: states.map(({ source, project, stack }) => ({
      source,
      ...(project ? { project } : {}),
      ...(stack ? { stack } : {}),
    })),
    compared: looks.length - failed.length,
    drifted: looks.flatMap((each) => each.drifted ?? []),
    failed,
    halfCompared: looks.flatMap((each) => each.halfCompared ?? []),
    ...(listed
      ? {
          unmanaged: listed.unmanaged.map((each) => ({
            ...each,
            id: shown(each.id),
            label: shown(each.label),
            host: shown(each.host),
          })),
          unlisted: listed.unlisted.map(shown),
        }
      : {}),
    notes: [...new Set(states.flatMap(({ configuration, notes }) => [...configuration.notes, ...notes]))].sort(),
  };
}

/** Flows by the account in which they are looked at. */
function accountsOf(flows: readonly Kept[]): Account[] {
  const accounts = new Map<string, Account>();
  for (const each of flows) {
    const [name] = each.kept.token.split(":");
    const vendor = allVendors().find((known) => known.name === name);
    const values = vendor ? settingsOf(vendor, settingsFor(each.state, each.kept.provider)).values : {};
    const key = JSON.stringify([name, values]);
    const account = accounts.get(key) ?? { flows: [], atOnce: limitsOf(values).maxInFlight };
    account.flows.push(each);
    accounts.set(key, account);
  }
  return [...accounts.values()];
}

/** Looks at the flows of an account; once it cannot be reached, at no more of them, each of which would take minutes. */
async function lookAt(account: Account, log: Log): Promise<Look[]> {
  const looks: Look[] = [];
  const waiting = account.flows.values();
  const work = async () => {
    for (const each of waiting) looks.push(await look(each, account, log));
  };
  await Promise.all(Array.from({ length: Math.min(account.atOnce, account.flows.length) }, work));
  return looks;
}

async function look({ state, kept }: Kept, account: Account, log: Log): Promise<Look> {
  const { urn, token, id } = kept;
  const secrets = kept.secrets.map((path) => valueAt(kept.state, path));
  // A program may take a name for a secret, and ids may be made of names.
  const shown = (text: string) => withoutSettings(withoutSecrets(text, secrets), [state]);
  let flow: NamedFlow = { urn, type: token, id: shown(id), name: shown(id) };
  try {
    const { vendor, type } = flowTypeOf(token);
    flow = { ...flow, name: `${type.noun} "${shown(type.label(kept.state))}"` };
    demandSettingsShown(vendor, kept.provider);
    if (account.unreached)
      throw new FlowError("vendor", `Not looked at, since another look failed: ${account.unreached}`);
    const lifecycle = lifecycleOf(token, settingsFor(state, kept.provider), log);
    const found = await lifecycle.compare(id, kept.state, kept.secrets);
    if (!found) return { state, kept, flow, drifted: { ...flow, gone: true, deviations: [] } };
    const { deviations, unseen, changedBy } = found;
    return {
      state,
      kept,
      flow,
      listedAs: found.id,
      ...(deviations.length > 0
        ? { drifted: { ...flow, gone: false, deviations, ...(changedBy ? { changedBy } : {}) } }
        : {}),
      ...(unseen.length > 0 ? { halfCompared: { ...flow, paths: unseen } } : {}),
    };
  } catch (error) {
    const message = withoutSettings(messageOf(error), [state]);
    if (isUnreached(error)) account.unreached ??= message;
    return { state, kept, flow, listedAs: id, failed: { ...flow, message } };
  }
}
