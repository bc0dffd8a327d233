import { z } from "zod";
import { path } from "../../http/path";
import { hashOf } from "../../lifecycle/canonical";
import { orNothing } from "../../lifecycle/errors";
import type { RuntypeAccount } from "./account";
import { type WireFlow, type WireStep, wireFlow, wireStep } from "./wire";

/** Pauses before looking again at what was just written and may not show yet, in milliseconds. */
export const STALE_PAUSES = [500, 1500];

/** A flow as it is there. */
export interface StoredFlow {
  readonly flow: WireFlow;
  /** Whether its steps have their conditions, which most reads do not tell. */
  readonly hasConditions: boolean;
  /** Whether it is only looked up, and told with everything. */
  readonly isLookUp: boolean;
  /** The steps as Pulumi last saw them, if the program declared any: what Runtype may choose counts where it was seen. */
  readonly known: unknown;
}

/** The flow of an id, or `undefined` when it is gone. */
export async function storedFlow(
  account: RuntypeAccount,
  id: string,
  hasConditions: boolean,
  known: unknown,
): Promise<StoredFlow | undefined> {
  const request = { method: "GET", path: path`/v1/flows/${id}`, repeatable: true } as const;
  const found = await orNothing(account.client.json(request, wireFlow));
  if (!found) return undefined;
  const wire = { flow: plain(found.body), hasConditions: false, isLookUp: false, known };
  return hasConditions ? withConditions(account, wire) : wire;
}

/** A flow with its steps in the order in which they run, and without conditions, which only some servers tell with it. */
export function plain(found: WireFlow): WireFlow {
  const { flowSteps: steps } = withoutConditions(found);
  const isNumbered = steps.every(({ order }) => typeof order === "number");
  return { ...found, flowSteps: isNumbered ? steps.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0)) : steps };
}

const conditions = z.object({ data: z.array(wireStep.pick({ id: true, when: true })) });

/** The same flow with the conditions of its steps, which one call of its own tells. */
export async function withConditions(account: RuntypeAccount, wire: StoredFlow): Promise<StoredFlow> {
  const { client } = account;
  const request = { method: "GET", path: path`/v1/flow-steps/flow/${wire.flow.id}`, repeatable: true } as const;
  const { data } = (await client.json(request, conditions)).body;
  const found = new Map(data.map((step) => [step.id, step.when || undefined]));
  return { ...wire, hasConditions: true, flow: { ...wire.flow, flowSteps: conditioned(wire.flow.flowSteps, found) } };
}

/** A flow as reads that do not tell conditions show it. */
export function withoutConditions(found: WireFlow): WireFlow {
  return { ...found, flowSteps: conditioned(found.flowSteps, new Map()) };
}

/** Steps with these conditions, by id. */
export function conditioned(steps: readonly WireStep[], found: ReadonlyMap<string, string | undefined>): WireStep[] {
  return steps.map((step) => ({ ...step, when: found.get(step.id) }));
}

/** Changes with any of the steps, or what Runtype fills into them, and with nothing else; tells whose steps they are. */
export function stepsHash({ id, flowSteps }: WireFlow): string {
  const steps = flowSteps.map(({ type, name, enabled, when, config }) => ({
    type,
    name,
    enabled: enabled ?? true,
    when,
    config,
  }));
  return `${id}/${hashOf(steps)}`;
}

/** Where the last change came from, and when, as far as Runtype tells: a clause, or nothing. */
export function lastChange({ lastModifiedSource, updatedAt }: WireFlow): string | undefined {
  return lastModifiedSource
    ? `the last change came from "${lastModifiedSource}"${updatedAt ? `, at ${updatedAt}` : ""}`
    : undefined;
}
