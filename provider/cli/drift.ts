import { messageOf } from "../lifecycle/errors";
import { valueAt } from "../lifecycle/paths";
import type { Log } from "../lifecycle/ports";
import { withoutSecrets } from "../lifecycle/secrets";
import { flowTypeOf, lifecycleOf } from "../runtime/process";
import type { Vendor } from "../vendors/vendor";
import { type ConfiguredState, configured, demandSettingsShown, settingsFor, vendorsNamed } from "./accounts";
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
import { logTo } from "./io";
import { type KeptFlow, readStates } from "./stack-state";
import { listUnmanaged } from "./unmanaged";

/** What looking at one flow has brought. */
interface Look {
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
    const states = await configured(await readStates(given.state ?? [], io), given.stack, io.cwd);
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

async function reportOn(
  states: readonly ConfiguredState[],
  vendors: readonly Vendor[],
  wanted: { readonly all: boolean; readonly unmanaged: boolean },
  log: Log,
): Promise<DriftReport> {
  const names = vendors.map(({ name }) => name);
  const isWanted = ({ token }: KeptFlow) => wanted.all || names.includes(token.split(":")[0] ?? "");
  const flows = states.flatMap((state) => state.flows.filter(isWanted).map((flow) => ({ state, flow })));
  const looks = await Promise.all(
    flows.map(async ({ state, flow }) => ({ state, kept: flow, ...(await look(state, flow, log)) })),
  );
  looks.sort((a, b) => (a.flow.urn < b.flow.urn ? -1 : 1));
  const unmanaged = wanted.unmanaged ? await listUnmanaged(states, looks, wanted.all ? undefined : vendors, log) : {};
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
    ...unmanaged,
    notes: [...new Set(states.flatMap(({ configuration, notes }) => [...configuration.notes, ...notes]))].sort(),
  };
}

async function look(state: ConfiguredState, kept: KeptFlow, log: Log): Promise<Look> {
  const { urn, token, id } = kept;
  const secrets = kept.secrets.map((path) => valueAt(kept.state, path));
  // A program may take a name for a secret, and ids may be made of names.
  const shown = (text: string) => withoutSecrets(text, secrets);
  let flow: NamedFlow = { urn, type: token, id: shown(id), name: shown(id) };
  try {
    const { vendor, type } = flowTypeOf(token);
    flow = { ...flow, name: `${type.noun} "${shown(type.label(kept.state))}"` };
    demandSettingsShown(vendor, kept.provider);
    const lifecycle = lifecycleOf(token, settingsFor(state, kept.provider), log);
    const found = await lifecycle.compare(id, kept.state, kept.secrets);
    if (!found) return { flow, drifted: { ...flow, gone: true, deviations: [] } };
    const { deviations, unseen, changedBy } = found;
    return {
      flow,
      listedAs: found.id,
      ...(deviations.length > 0
        ? { drifted: { ...flow, gone: false, deviations, ...(changedBy ? { changedBy } : {}) } }
        : {}),
      ...(unseen.length > 0 ? { halfCompared: { ...flow, paths: unseen } } : {}),
    };
  } catch (error) {
    return { flow, listedAs: id, failed: { ...flow, message: messageOf(error) } };
  }
}
