import assert from "node:assert/strict";
import pick from "lodash/pick";
import { programForm } from "../../provider/lifecycle/keyed";
import { SECRETS } from "../../provider/lifecycle/state";
import type { Taken } from "../../provider/lifecycle/take";
import type { Bench, Emulated } from "./bench";

/** Takes a flow over, and fails where Pulumi would show a difference then or after a refresh. */
export async function takenWithoutDifference<Account, Emulator extends Emulated>(
  bench: Bench<Account, Emulator>,
  id: string,
): Promise<Taken> {
  const { lifecycle } = bench.run();
  const taken = await lifecycle.take(id);
  assert.equal(taken.id, id);
  for (const value of [taken.inputs, taken.state, taken.program])
    assert.deepStrictEqual(JSON.parse(JSON.stringify(value)), value);
  for (const written of [taken.program, programForm(bench.of.type, taken.inputs), taken.inputs]) {
    const { inputs, failures } = lifecycle.check({ ...written, ...pick(taken.inputs, SECRETS) });
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs, taken.inputs);
  }
  assert.deepEqual(lifecycle.diff(taken.state, taken.inputs), { changed: [], replaces: [] });
  const refreshed = await bench.run().lifecycle.read(id, taken.state);
  assert.deepEqual(refreshed, { id, state: taken.state, inputs: taken.inputs });
  return taken;
}

/** Takes over everything that is listed, as {@link takenWithoutDifference} does each. */
export async function allTakenWithoutDifference<Account, Emulator extends Emulated>(
  bench: Bench<Account, Emulator>,
): Promise<Taken[]> {
  bench.emulator.clearJournal();
  const found = await bench.run().lifecycle.list();
  const taken = await Promise.all(found.map(({ id }) => takenWithoutDifference(bench, id)));
  const journal = bench.emulator.journal();
  assert.deepEqual(
    journal.filter(({ wrote }) => wrote),
    [],
  );
  assert.deepEqual(
    journal.flatMap(({ violations }) => violations),
    [],
  );
  return taken;
}
