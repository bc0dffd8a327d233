import { differences } from "./difference";
import { messageOf } from "./provider";
import { type Steps, stopAfterFailure } from "./run";
import type { ResourceState } from "./state";
import { describe, PROVIDER_TYPE } from "./urn";
import { annotateSecrets } from "./values";

/**
 * Reads every resource of the state as the vendor has it now.
 * @param all report also what did not change: for a refresh of its own, not for one before an up.
 */
export async function refreshAll(run: Steps, all: boolean): Promise<void> {
  await Promise.all(run.ledger.before.map((state) => refreshOne(run, state, all)));
  run.ledger.forgetLostReferences();
  await run.ledger.save();
}

async function refreshOne(run: Steps, state: ResourceState, all: boolean): Promise<void> {
  const { ledger, report } = run;
  if (!state.custom || state.type === PROVIDER_TYPE) {
    if (all) report.step("same", state);
    return;
  }
  if (state.delete || state.pendingReplacement) return;
  try {
    const provider = await run.providers.of(state.provider);
    stopAfterFailure(run);
    const found = await provider.read(state);
    if (found.id === "") {
      report.step("gone", state);
      return await ledger.remove(state);
    }
    const formerInputs = state.inputs ?? {};
    const outputs = annotateSecrets(found.outputs, state.outputs ?? {});
    const inputs = found.inputs ? annotateSecrets(found.inputs, formerInputs) : formerInputs;
    report.learnSecrets(outputs);
    const seen = differences(state.outputs ?? {}, outputs);
    const paths = seen.map(({ path }) => path);
    // A get has no inputs of its own: the first read fills them in, and that is no drift.
    const alsoIn = state.external ? [] : differences(formerInputs, inputs);
    const diff = [...seen, ...alsoIn.filter(({ path }) => !paths.includes(path))];
    if (diff.length > 0 || all) report.step(diff.length > 0 ? "refresh" : "same", state, diff);
    const modified = diff.length > 0 ? new Date().toISOString() : state.modified;
    Object.assign(state, { id: found.id, outputs, inputs, initErrors: undefined, modified });
    await ledger.save();
  } catch (error) {
    if (run.report.failure === undefined)
      report.fail(`reading ${describe(state.urn)} failed: ${messageOf(error)}`, state.urn);
  }
}
