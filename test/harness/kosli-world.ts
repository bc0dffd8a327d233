import assert from "node:assert/strict";
import type { Values } from "../../provider/lifecycle/values";
import type { FaultAction, FaultRule, KosliEdit, KosliFlow } from "../../testing/src/emulator";
import type { KosliBench } from "./kosli-lifecycle";

/** The stored flows whose name begins so, archived ones included, in the order of creation. */
export function flowsNamed(bench: KosliBench, name = ""): KosliFlow[] {
  return bench.emulator.state().kosli.flows.filter((flow) => flow.name.startsWith(name));
}

/** The one flow of this very name. */
export function flowNamed(bench: KosliBench, name: string): KosliFlow {
  const found = flowsNamed(bench).filter((flow) => flow.name === name);
  const [only] = found;
  assert.ok(only && found.length === 1, `there are ${found.length} flows named ${name}`);
  return only;
}

/** Does what a person does in Kosli's web app, in the organization `acme`. */
export function edit(bench: KosliBench, action: KosliEdit["action"], name: string, set?: KosliEdit["set"]): void {
  bench.emulator.edit({ vendor: "kosli", action, org: "acme", name, ...(set ? { set } : {}) });
}

/** One rule that spoils calls of an operation. */
export function fault(
  operation: string,
  when: FaultRule["when"],
  action: FaultAction,
  more: { times?: number; index?: number } = {},
): FaultRule {
  const { times, index } = more;
  return {
    match: { operation, ...(index === undefined ? {} : { index }) },
    when,
    then: action,
    ...(times === undefined ? {} : { times }),
  };
}

/** A flow that a run of its own has created, so that whatever follows has no memory of it. */
export async function created(bench: KosliBench, args: Values): Promise<{ id: string; state: Values; inputs: Values }> {
  const inputs = bench.inputs(args);
  const { id, state } = await bench.run().lifecycle.create(inputs);
  bench.emulator.clearJournal();
  return { id, state, inputs };
}

/** The bodies of the calls that write, since the last look. */
export function writes(bench: KosliBench): { call: string; body: unknown }[] {
  const found = bench.emulator.journal().filter(({ method }) => method !== "GET");
  return found.map(({ method, path, request }) => ({ call: `${method} ${path}`, body: request.body }));
}
