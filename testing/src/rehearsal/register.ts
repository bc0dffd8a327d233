import { compare } from "./compare";
import { differences } from "./difference";
import type { Goal, ReadGoal } from "./goal";
import { applyIgnoreChanges } from "./ignore-changes";
import { refuseRemoteAddresses } from "./loopback";
import { messageOf } from "./provider";
import { replace } from "./replace";
import { Stopped } from "./report";
import { draftState, type Steps, sealOutputs, stopAfterFailure, write } from "./run";
import type { ResourceState } from "./state";
import { describe, PROVIDER_TYPE } from "./urn";
import { contains, isSecret, isUnknown, type Properties, revealAll } from "./values";

/**
 * Takes a resource that the program declares to the state it asks for.
 * @throws {@link Stopped} once the failure has been reported.
 */
export function registerResource(run: Steps, goal: Goal): Promise<ResourceState> {
  return reportingFailure(run, goal.urn, () => register(run, goal));
}

/** Reads a resource that the program gets and does not manage. @throws as {@link registerResource}. */
export function readResource(run: Steps, goal: ReadGoal): Promise<ResourceState> {
  return reportingFailure(run, goal.urn, () => read(run, goal));
}

async function reportingFailure<T>(run: Steps, urn: string, work: () => Promise<T>): Promise<T> {
  const working = work();
  run.underWay.add(working);
  try {
    return await working;
  } catch (error) {
    if (error instanceof Stopped) throw error;
    throw run.report.fail(`${describe(urn)}: ${messageOf(error)}`, urn);
  } finally {
    run.underWay.delete(working);
  }
}

async function register(run: Steps, goal: Goal): Promise<ResourceState> {
  run.ledger.claim(goal.urn);
  const former = run.ledger.findFormer(goal.urn, goal.aliases);
  if (!run.preview && contains(goal.inputs, isUnknown)) {
    throw new Error(`an input is unknown, which only a preview has`);
  }
  await expectSecrets(run, goal.inputs);
  if (!goal.custom) return registerComponent(run, goal, former);
  return goal.type === PROVIDER_TYPE ? registerProvider(run, goal, former) : registerFlow(run, goal, former);
}

/** No line shows these secrets; and without a passphrase to seal them with, nothing begins. */
async function expectSecrets(run: Steps, properties: Properties): Promise<void> {
  if (!contains(properties, isSecret)) return;
  run.report.learnSecrets(properties);
  await run.ledger.readyForSecrets();
}

/** The stack and components have no vendor; their outputs come by registerResourceOutputs. */
async function registerComponent(run: Steps, goal: Goal, former: ResourceState | undefined): Promise<ResourceState> {
  const next = draftState(goal, former, undefined);
  next.outputs = former?.outputs ?? {};
  if (Object.keys(goal.inputs).length === 0) next.inputs = undefined;
  reportComparison(run, next, former);
  await run.ledger.settle(next);
  return next;
}

/** An explicit provider: its inputs are the configuration of a process of its own. */
async function registerProvider(run: Steps, goal: Goal, former: ResourceState | undefined): Promise<ResourceState> {
  const unknown = Object.keys(goal.inputs).filter((key) => contains(goal.inputs[key], isUnknown));
  if (unknown.length > 0) {
    throw new Error(`not rehearsed: a provider whose settings are known only after an up (${unknown})`);
  }
  refuseRemoteAddresses(revealAll(goal.inputs));
  const next = draftState(goal, former, undefined);
  next.id = former?.id ?? crypto.randomUUID();
  next.outputs = goal.inputs;
  reportComparison(run, next, former);
  await run.ledger.settle(next);
  run.providers.start(`${next.urn}::${next.id}`, goal.inputs);
  return next;
}

function reportComparison(run: Steps, next: ResourceState, former: ResourceState | undefined): void {
  const diff = differences(former?.inputs ?? {}, next.inputs ?? {});
  run.report.step(former ? (diff.length > 0 ? "update" : "same") : "create", next, diff, "", former);
}

async function registerFlow(run: Steps, goal: Goal, former: ResourceState | undefined): Promise<ResourceState> {
  const { ledger, report } = run;
  const reference = goal.provider ?? (await run.providers.useDefault());
  const provider = await run.providers.of(reference);
  const next = draftState(goal, former, reference);
  const condemned = former !== undefined && ledger.isCondemned(former);
  if (run.targets.size > 0 && !run.targets.has(goal.urn) && !condemned) return keepAsIs(run, next, former);

  // What a get or an earlier half of this replacement left behind is no base to compare with.
  const anew = former?.external === true || condemned;
  const kept =
    former && !former.external ? applyIgnoreChanges(goal.ignoreChanges, former.inputs, goal.inputs) : goal.inputs;
  next.inputs = await provider.check(next, anew ? {} : (former?.inputs ?? {}), kept);
  // A provider may make secret what the program did not.
  await expectSecrets(run, next.inputs);
  stopAfterFailure(run);
  if (!former) {
    await write(run, next, "creating", (writer) => writer.create(next, next.inputs ?? {}));
    report.step("create", next, differences({}, next.inputs));
    return next;
  }
  const change = anew ? undefined : await compare(run, provider, goal, former, next);
  stopAfterFailure(run);
  if (!change || change.replaces.length > 0 || former.pendingReplacement) {
    const first = goal.deleteBeforeReplace ?? change?.deleteBeforeReplace ?? false;
    await replace(run, goal, former, next, { anew, reasons: change?.replaces ?? [], deleteFirst: first });
    return next;
  }
  next.id = former.id;
  // A half-made resource is completed even if nothing differs.
  if (!change.changed && !former.initErrors?.length) {
    report.step("same", next, [], "", former);
    next.outputs = sealOutputs(next, structuredClone(former.outputs ?? {}));
    await ledger.settle(next);
    return next;
  }
  await write(run, next, "updating", async (writer) => ({
    id: former.id ?? "",
    outputs: await writer.update(former, next.inputs ?? {}, goal.ignoreChanges),
  }));
  const remark = change.changed ? "" : "it was made only half";
  report.step("update", next, differences(former.inputs ?? {}, next.inputs), remark, former);
  return next;
}

/** With `targetReplace`, everything else stays as the state has it. */
async function keepAsIs(run: Steps, next: ResourceState, former: ResourceState | undefined): Promise<ResourceState> {
  if (!former) {
    throw new Error("it is new: not rehearsed together with targetReplace. Run up without it first");
  }
  const kept = { ...former, urn: next.urn, parent: next.parent };
  run.report.step("same", kept);
  await run.ledger.settle(kept);
  return kept;
}

async function read(run: Steps, goal: ReadGoal): Promise<ResourceState> {
  const { ledger, report } = run;
  ledger.claim(goal.urn);
  await expectSecrets(run, goal.inputs);
  const former = ledger.findFormer(goal.urn);
  if (former && !former.external && former.id !== goal.id) {
    throw new Error(`not rehearsed: a managed resource that becomes a get of another id`);
  }
  const { urn, type, inputs, parent } = goal;
  const provider = goal.provider ?? (await run.providers.useDefault());
  const next: ResourceState = {
    ...{ urn, custom: true, type, id: goal.id, inputs, outputs: {}, parent, provider, external: true },
    dependencies: goal.dependencies.length > 0 ? goal.dependencies : undefined,
    additionalSecretOutputs: goal.additionalSecretOutputs.length > 0 ? goal.additionalSecretOutputs : undefined,
    created: former?.created,
    modified: former?.modified,
  };
  if (!isUnknown(goal.id)) {
    const reader = await run.providers.of(provider);
    const found = await reader.read({ ...next, outputs: inputs });
    if (found.id === "") {
      report.diagnose("warning", `the provider found no '${goal.id}' and did not fail; its outputs are empty`, urn);
    }
    next.outputs = sealOutputs(next, found.outputs);
    await expectSecrets(run, next.outputs);
    next.id = found.id || goal.id;
  }
  report.step("read", next);
  await ledger.settle(next);
  return next;
}
