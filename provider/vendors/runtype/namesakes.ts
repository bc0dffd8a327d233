import { z } from "zod";
import { path } from "../../http/path";
import { FlowError, orNothing } from "../../lifecycle/errors";
import type { RuntypeAccount } from "./account";
import { usesWhen } from "./steps/observed";
import { type StoredFlow, storedFlow } from "./stored-flow";

/** All flows of a name. */
export async function namesakes(account: RuntypeAccount, name: string, steps: unknown): Promise<StoredFlow[]> {
  const [pulled, listed] = await Promise.all([pull(account, name), account.names.named(name)]);
  const ids = new Set([...(pulled === undefined ? [] : [pulled]), ...listed]);
  return flowsOf(account, name, [...ids], steps);
}

/** Why a name does not tell which flow is meant. */
export function several(name: string, found: readonly StoredFlow[]): string {
  return `There are ${found.length} flows named "${name}" at Runtype (${found.map(({ flow: { id } }) => id).join(", ")}), so that the name does not tell which is meant`;
}

/** Those of some flows that still are, and still have a name: a list may be as old as the run. */
async function flowsOf(
  account: RuntypeAccount,
  name: string,
  ids: readonly string[],
  steps: unknown,
): Promise<StoredFlow[]> {
  const found = await Promise.all(ids.map((id) => storedFlow(account, id, usesWhen(steps), undefined)));
  return found.filter((each) => each !== undefined).filter((each) => each.flow.name === name);
}

/** @throws FlowError where another flow has a name that this one is to get */
export async function demandFree(account: RuntypeAccount, name: string, own: string): Promise<void> {
  const others = (await account.names.named(name)).filter((id) => id !== own);
  const [taken] = await flowsOf(account, name, others, []);
  if (!taken) return;
  throw new FlowError(
    "collision",
    `Another Runtype flow (${taken.flow.id}) is named "${name}" already. Nothing was changed: choose another name, or rename that one first. ` +
      "Where two flows are to swap names, give one of them a third name in a run of its own.",
  );
}

const pulledFlow = z.object({ flowId: z.string(), definition: z.object({ name: z.string() }) });

/** The id of the flow that Runtype's own tools take for the one of a name. */
async function pull({ client }: RuntypeAccount, name: string): Promise<string | undefined> {
  const request = { method: "GET", path: path`/v1/flows/pull`, query: { name }, repeatable: true } as const;
  const pulled = (await orNothing(client.json(request, pulledFlow)))?.body;
  return pulled?.definition.name === name ? pulled.flowId : undefined;
}
