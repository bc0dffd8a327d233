import { messageOf } from "./provider";
import { Stopped } from "./report";
import { type Steps, stopAfterFailure } from "./run";
import type { ResourceState } from "./state";
import { describe, PROVIDER_TYPE } from "./urn";

/** Deletes one resource at its vendor; the caller takes it out of the state. */
export async function removeResource(
  run: Steps,
  state: ResourceState,
  op: "delete" | "delete-replaced",
): Promise<void> {
  stopAfterFailure(run);
  const atVendor = state.custom && !state.external && !state.pendingReplacement && state.type !== PROVIDER_TYPE;
  if (atVendor && !run.preview && !state.retainOnDelete) {
    try {
      await run.ledger.during("deleting", state, async () => (await run.providers.of(state.provider)).delete(state));
    } catch (error) {
      await run.ledger.save();
      throw run.report.fail(`deleting ${describe(state.urn)} failed: ${messageOf(error)}`, state.urn);
    }
  }
  run.report.step(op, state, [], atVendor && state.retainOnDelete ? "kept at the vendor" : "");
}

/** Deletes many: dependents first, otherwise at once. Nothing at all, if one of them is protected. */
export async function removeAll(run: Steps, states: ResourceState[]): Promise<void> {
  for (const state of states) {
    if (!state.protect || state.delete) continue;
    run.report.fail(`${state.urn} is protected: take protect out of the program and run up first`, state.urn);
  }
  if (run.report.failure !== undefined) return;
  const removals = new Map<ResourceState, Promise<boolean>>();
  for (const [index, state] of [...states.entries()].reverse()) {
    const dependents = states.slice(index + 1).filter((other) => dependsOn(other, state));
    removals.set(state, removeAfter(run, state, Promise.all(dependents.map((each) => removals.get(each)))));
  }
  await Promise.all(removals.values());
}

async function removeAfter(run: Steps, state: ResourceState, dependents: Promise<unknown[]>): Promise<boolean> {
  if (!(await dependents).every(Boolean)) return false;
  try {
    await removeResource(run, state, state.delete ? "delete-replaced" : "delete");
    await run.ledger.remove(state);
    return true;
  } catch (error) {
    if (error instanceof Stopped) return false;
    throw error;
  }
}

function dependsOn(dependent: ResourceState, state: ResourceState): boolean {
  return (
    dependent.parent === state.urn ||
    dependent.provider?.startsWith(`${state.urn}::`) === true ||
    dependent.dependencies?.includes(state.urn) === true ||
    Object.values(dependent.propertyDependencies ?? {}).some((urns) => urns.includes(state.urn))
  );
}
