import { z } from "zod";
import { path } from "../../http/path";
import { FlowError, orNothing, VendorError } from "../../lifecycle/errors";
import { type FlowType, type Problem, rules } from "../../lifecycle/flow-type";
import { defined, type Values } from "../../lifecycle/values";
import { currentOwner, ownerOf, type RuntypeAccount } from "./account";
import type { components } from "./api";
import { observedSteps, usesWhen } from "./steps/observed";
import { stepsSchema } from "./steps/schema";
import { managesWhen, type SentStep, sentSteps } from "./steps/sent";
import type { Step } from "./steps/step";
import { stepProblems } from "./steps/validate";
import {
  conditioned,
  lastChange,
  plain,
  STALE_PAUSES,
  type StoredFlow,
  stepsHash,
  storedFlow,
  withConditions,
} from "./stored-flow";
import { type WireFlow, wireFlow } from "./wire";

/** What a program says of a Runtype flow; a type, since interfaces are no records. Source of the rules: https://docs.runtype.com */
export type FlowFields = {
  /** The name. Runtype takes several flows of one name; this package does not make a second one. Default: the resource's name. Changing it renames in place. */
  name: string;
  /** What it is for. Left out, it is not managed; removed from the program, it is emptied. */
  description?: string | undefined;
  /**
   * The steps, in the order in which they run: written with `runtype.step`, or as exported from Runtype. Compared by meaning, step by step.
   * Left out, they are not managed; an empty list removes all. What a write saves counts at once for callers that name no version.
   */
  steps?: Step[] | undefined;
  /**
   * What this package's own rules of steps do: `strict` stops at faults and warns of doubts, `warn` only warns, `off` does not look.
   * Default: `strict`.
   */
  validate?: "strict" | "warn" | "off" | undefined;
  /** Whether the flow may be deleted while it has results of runs, which go with it for ever. Default: false. */
  forceDestroy?: boolean | undefined;
};

type Api = components["schemas"];
type Changes = Omit<Api["FlowUpdate"], "flowSteps"> & { flowSteps?: SentStep[] };

const fields = z.object({
  name: z.string().min(1),
  description: z.string().optional().register(rules, { clear: "" }),
  steps: stepsSchema.optional(),
  validate: z.enum(["strict", "warn", "off"]).optional().register(rules, { writeOnly: true }),
  forceDestroy: z.boolean().optional().register(rules, { writeOnly: true }),
});
fields satisfies z.ZodType<FlowFields>;

/** `runtype:Flow` */
export const flow: FlowType<FlowFields, StoredFlow, RuntypeAccount> = {
  token: "runtype:Flow",
  noun: "Runtype flow",
  fields,
  nameField: "name",
  outputs: ["dashboardUrl", "stepsHash"],
  onDuplicate: "twins",
  creates: ["name", "description", "steps"],

  crossCheck: problemsOf,
  label: ({ name }) => String(name),
  identity: (id) => id,
  idOf: (wire) => wire.flow.id,
  fromId(id) {
    if (!/^[\w-]+$/.test(id))
      throw new FlowError(
        "notFound",
        `The id "${id}" does not lead to a flow: it must be Runtype's own, such as flow_….`,
      );
    return {};
  },

  observe({ flow: { name, description, flowSteps }, known, isLookUp }, { steps }) {
    const hasConditions = isLookUp || (steps !== undefined && (usesWhen(steps) || usesWhen(known)));
    return {
      name,
      // Older servers do not tell it: only null says that there is none.
      ...(description === undefined ? {} : { description: description ?? "" }),
      steps: observedSteps(flowSteps, { spelledAs: steps, known }, hasConditions),
    };
  },
  outputsOf: ({ flow: wire }) => defined({ dashboardUrl: wire.dashboardUrl ?? undefined, stepsHash: stepsHash(wire) }),
  accountOf: (wire) => ownerOf(wire.flow.organizationId, wire.flow.userId),
  currentAccount: currentOwner,

  async read(account, id, state, _fresh, wanted) {
    if (id === undefined) return find(account, { name: String(state.name) });
    // Nothing is known but the id.
    const isLookUp = Object.keys(state).length === 0;
    const found = await storedFlow(
      account,
      id,
      isLookUp || usesWhen(state.steps) || usesWhen(wanted?.steps),
      state.steps,
    );
    return found && { ...found, isLookUp };
  },
  find,

  changedBy({ flow: wire }) {
    const change = lastChange(wire);
    return change && `Runtype says that ${change}.`;
  },

  async create(account, { name, description, steps }) {
    const json: Omit<Api["FlowCreate"], "flowSteps"> & { flowSteps?: SentStep[] } = {
      name,
      // A server may refuse an empty one.
      ...(description ? { description } : {}),
      ...(steps === undefined ? {} : { flowSteps: sentSteps(steps, [], undefined) }),
    };
    const request = { method: "POST", path: path`/v1/flows`, json, repeatable: false } as const;
    try {
      const { body } = await account.client.json(request, wireFlow);
      const whole = { flow: plain(body), hasConditions: false, isLookUp: false, known: steps };
      return { overwrote: false, id: body.id, whole };
    } finally {
      account.names.distrust(name);
    }
  },

  async finish(account, { steps }, { id, whole }) {
    if (!whole) return storedFlow(account, id, usesWhen(steps), steps);
    return usesWhen(steps) && !whole.hasConditions ? withConditions(account, whole) : whole;
  },

  async update(account, wire, { name, description, steps }, fieldsToSend) {
    const changes: Changes = {
      ...(fieldsToSend.includes("name") && name !== undefined ? { name } : {}),
      ...(fieldsToSend.includes("description") && description !== undefined ? { description } : {}),
      ...(fieldsToSend.includes("steps") && steps ? { flowSteps: await flowSteps(account, wire, steps) } : {}),
    };
    if (Object.keys(changes).length === 0) return wire;
    if (changes.name !== undefined) await demandFree(account, changes.name, wire.flow.id);
    const changed = plain(await put(account, wire.flow.id, changes));
    if (changes.name !== undefined) account.names.distrust(changes.name);
    const now = { ...wire, flow: changed, known: steps };
    if (!wire.hasConditions) return now;
    const before = new Map(wire.flow.flowSteps.map(({ id, when }) => [id, when ?? undefined]));
    if (!changes.flowSteps) return { ...now, flow: { ...changed, flowSteps: conditioned(changed.flowSteps, before) } };
    const arrived = await withSent(account, now, changes.flowSteps, before);
    return arrived && steps && withoutOthers(arrived, steps);
  },

  async delete(account, { flow: { id } }, { forceDestroy }) {
    if (forceDestroy !== true) await demandNoResults(account, id);
    await account.client.send({ method: "DELETE", path: path`/v1/flows/${id}`, repeatable: true });
    return undefined;
  },
};

/** What is wrong with the steps, as loudly as the program wants to hear it. */
function problemsOf({ steps, validate = "strict" }: Values): Problem[] {
  if (validate === "off") return [];
  const problems = stepProblems(steps);
  return validate === "warn" ? problems.map((problem) => ({ ...problem, warning: true })) : problems;
}

/**
 * The flow of a name.
 *
 * @throws FlowError where there are several
 */
async function find(account: RuntypeAccount, desired: FlowFields): Promise<StoredFlow | undefined> {
  const found = await namesakes(account, desired);
  if (found.length <= 1) return found[0];
  throw new FlowError(
    "collision",
    `${several(desired.name, found)}. Nothing was changed. Rename or delete all but one there, give this one another name, ` +
      "or bring one into the stack by its id with an import file (`pulumi import --file`).",
  );
}

/** All flows of a name. */
export async function namesakes(account: RuntypeAccount, { name, steps }: FlowFields): Promise<StoredFlow[]> {
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
async function demandFree(account: RuntypeAccount, name: string, own: string): Promise<void> {
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

/** The steps of a write. Conditions are asked for also where nobody manages them, since a write would remove them. */
async function flowSteps(account: RuntypeAccount, wire: StoredFlow, steps: readonly Step[]): Promise<SentStep[]> {
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
    log.warn(`${flow.noun} "${name}": somebody set conditions that Pulumi had not seen: ${told.join("; ")}.`);
}

/** A flow without the conditions that were only sent back: the next refresh shows them. */
function withoutOthers(wire: StoredFlow, steps: readonly Step[]): StoredFlow {
  const flowSteps = wire.flow.flowSteps.map((each, index) => ({ ...each, when: steps[index]?.when }));
  return { ...wire, flow: { ...wire.flow, flowSteps } };
}

/**
 * A flow with its conditions after a write; `undefined` where they still are not those that were sent. Whether a condition
 * that is left out is removed is not documented: one that stays as it was is emptied.
 *
 * @param before the conditions before the write, by the ids of their steps
 */
async function withSent(
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
    return step.when === undefined && told?.when && told.when === before.get(told.id) ? { ...step, when: "" } : step;
  });
  if (!emptied.some(({ when }) => when === "")) return undefined;
  const again = plain(await put(account, wire.flow.id, { flowSteps: emptied }));
  found = await withConditions(account, { ...wire, flow: again });
  return isSent(found) ? found : undefined;
}

async function put({ client }: RuntypeAccount, id: string, changes: Changes): Promise<WireFlow> {
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

const results = z.object({ data: z.array(z.unknown()) });

/** @throws FlowError where deleting the flow would delete results of its runs */
async function demandNoResults({ client }: RuntypeAccount, id: string): Promise<void> {
  const request = {
    method: "GET",
    path: path`/v1/flows/${id}/step-results`,
    query: { limit: "1" },
    repeatable: true,
  } as const;
  const found = await orNothing(client.json(request, results));
  if (!found || found.body.data.length === 0) return;
  throw new FlowError(
    "conflict",
    "It has results of runs, which Runtype would delete with it for ever. Nothing was changed. Set `forceDestroy: true` and run `pulumi up` to let them go; " +
      "or keep the flow: with the option `protect`, or with `retainOnDelete` where only Pulumi should forget it.",
  );
}
