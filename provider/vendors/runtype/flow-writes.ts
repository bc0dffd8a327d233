import { path } from "../../http/path";
import { VendorError } from "../../lifecycle/errors";
import type { RuntypeAccount } from "./account";
import type { components } from "./api";
import { usesWhen } from "./steps/observed";
import { managesWhen, type SentStep, sentSteps } from "./steps/sent";
import type { Step } from "./steps/step";
import {
  plain,
  STALE_PAUSES,
  type StoredFlow,
  stepsHash,
  storedFlow,
  withConditions,
  withoutConditions,
} from "./stored-flow";
import { type WireFlow, wireFlow } from "./wire";

/** What an update sends; which types of steps there are is the server's to say. */
export type Changes = Omit<components["schemas"]["FlowUpdate"], "flowSteps"> & { flowSteps?: SentStep[] };

/** The steps of a write. Conditions are asked for also where nobody manages them, since a write would remove them. */
export async function stepsToSend(
  account: RuntypeAccount,
  wire: StoredFlow,
  steps: readonly Step[],
): Promise<SentStep[]> {
  const isWhole = wire.hasConditions || wire.flow.flowSteps.length === 0;
  const { flow: there, known } = isWhole ? wire : await withConditions(account, wire);
  const sent = sentSteps(steps, there.flowSteps, known);
  if (usesWhen(steps) && !managesWhen(steps, known)) warnOfConditions(account, there, steps, sent);
  return sent;
}

/** Tells of conditions of other people's in a flow whose program says its first one: no preview could show them. */
function warnOfConditions(
  { log }: RuntypeAccount,
  { name, flowSteps: there }: WireFlow,
  steps: readonly Step[],
  sent: readonly SentStep[],
): void {
  const told = sent.flatMap(({ id, when }, index) => {
    const theirs = there.find((each) => each.id === id)?.when;
    if (!theirs || theirs === steps[index]?.when) return [];
    const step = `step "${steps[index]?.name}" has the condition ${JSON.stringify(theirs)}`;
    return when === theirs ? `${step}, which stays until a refresh has shown it` : `${step}, which is replaced`;
  });
  if (told.length > 0)
    log.warn(`Runtype flow "${name}": somebody set conditions that Pulumi had not seen: ${told.join("; ")}.`);
}

/** A flow without the conditions that were only sent back: the next refresh shows them. */
export function withoutOthers(wire: StoredFlow, steps: readonly Step[]): StoredFlow {
  const flowSteps = wire.flow.flowSteps.map((each, index) => ({ ...each, when: steps[index]?.when }));
  return { ...wire, flow: { ...wire.flow, flowSteps } };
}

/**
 * A flow with its conditions after a write; `undefined` where they still are not those that were sent. Whether a condition
 * that is left out is removed is not documented: one that stays as it was is emptied.
 *
 * @param before the conditions before the write, by the ids of their steps
 */
export async function withSent(
  account: RuntypeAccount,
  wire: StoredFlow,
  sent: readonly SentStep[],
  before: ReadonlyMap<string, string | undefined>,
): Promise<StoredFlow | undefined> {
  const isSent = ({ flow: { flowSteps: told } }: StoredFlow) =>
    sent.every(({ when }, index) => when === told[index]?.when);
  let found = await withConditions(account, wire);
  for (const pause of STALE_PAUSES) {
    if (isSent(found)) return found;
    await account.clock.sleep(pause);
    found = await withConditions(account, wire);
  }
  if (isSent(found)) return found;
  const emptied = sent.map((step, index) => {
    const told = found.flow.flowSteps[index];
    // A server may give every step a new id with every write.
    const stayed = [step.id, told?.id].some((id) => id !== undefined && told?.when === before.get(id));
    return step.when === undefined && told?.when && stayed ? { ...step, when: "" } : step;
  });
  if (!emptied.some(({ when }) => when === "")) return undefined;
  // What is sent again must not undo what somebody has changed since.
  const now = await storedFlow(account, wire.flow.id, false, undefined);
  if (!now || stepsHash(now.flow) !== stepsHash(withoutConditions(wire.flow))) return undefined;
  const again = plain(await put(account, wire.flow.id, { flowSteps: emptied }));
  found = await withConditions(account, { ...wire, flow: again });
  return isSent(found) ? found : undefined;
}

/** Changes what is sent, and leaves everything else as it is. */
export async function put({ client }: RuntypeAccount, id: string, changes: Changes): Promise<WireFlow> {
  const write = (json: unknown) =>
    client.json({ method: "PUT", path: path`/v1/flows/${id}`, json, repeatable: true }, wireFlow);
  try {
    return (await write(changes)).body;
  } catch (error) {
    // How a description is emptied is not documented.
    const isInvalid = error instanceof VendorError && error.kind === "invalid";
    if (!isInvalid || changes.description !== "") throw error;
    return (await write({ ...changes, description: null })).body;
  }
}
