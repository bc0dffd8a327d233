import { compareWith } from "./compare";
import { differences } from "./difference";
import type { Goal } from "./goal";
import { removeResource } from "./remove";
import { type Steps, write } from "./run";
import type { ResourceState } from "./state";
import { UNKNOWN } from "./values";

/** Why and in which order a resource is replaced. */
export interface Replacement {
  /** The former state is only a trace: a get, or deleted earlier in this run. */
  anew: boolean;
  /** Properties that ask for it. */
  reasons: string[];
  deleteFirst: boolean;
}

/** Makes a resource anew. Its original is deleted before, or set aside until the program has ended. */
export async function replace(
  run: Steps,
  goal: Goal,
  former: ResourceState,
  next: ResourceState,
  { anew, reasons, deleteFirst }: Replacement,
): Promise<void> {
  const { ledger, report } = run;
  if (former.protect && next.protect) {
    throw report.fail(
      `${goal.urn} is protected and would be replaced because of ${reasons}: take protect away first`,
      goal.urn,
    );
  }
  const diff = differences(former.inputs ?? {}, next.inputs ?? {});
  if (!anew) {
    // Defaults are chosen anew: the replacement has no past.
    const provider = await run.providers.of(next.provider);
    next.inputs = await provider.check(next, {}, goal.inputs);
  }
  next.created = new Date().toISOString();
  const deletedAlready = anew || former.pendingReplacement === true;
  if (!deletedAlready && deleteFirst) await deleteWithDependents(run, former);
  if (!deletedAlready && !deleteFirst) ledger.setAsideOnSettle(former, next.urn);
  await write(run, next, "creating", (provider) => provider.create(next, next.inputs ?? {}));
  report.step("replace", next, diff, reasons.length > 0 ? reasons.join(", ") : "again", anew ? undefined : former);
  if (deletedAlready || deleteFirst) await ledger.remove(former);
}

/** Deletes an original and, before it, every resource that its replacement would replace too. */
async function deleteWithDependents(run: Steps, former: ResourceState): Promise<void> {
  const { ledger, report } = run;
  const doomed = [former];
  for (const state of ledger.before.slice(ledger.before.indexOf(former) + 1)) {
    if (!state.custom || state.external || state.delete || ledger.isClaimed(state.urn)) continue;
    const urns = doomed.map((each) => each.urn);
    const affected = Object.entries(state.propertyDependencies ?? {})
      .filter(([, dependencies]) => dependencies.some((urn) => urns.includes(urn)))
      .map(([key]) => key);
    if (affected.length === 0) continue;
    const inputs = { ...state.inputs, ...Object.fromEntries(affected.map((key) => [key, UNKNOWN])) };
    const provider = await run.providers.of(state.provider);
    const { replaces } = await compareWith(
      provider,
      state,
      inputs,
      state.ignoreChanges ?? [],
      state.replaceOnChanges ?? [],
    );
    if (replaces.length > 0) doomed.push(state);
  }
  for (const state of doomed.slice(1)) {
    if (!state.protect) continue;
    throw report.fail(`${state.urn} is protected and would be replaced together with ${former.urn}`, state.urn);
  }
  for (const state of doomed.reverse()) {
    await removeResource(run, state, "delete-replaced");
    await ledger.condemn(state);
  }
}
