import { z } from "zod";
import { path } from "../../http/path";
import { FlowError, orNothing } from "../../lifecycle/errors";
import { type FlowType, rules } from "../../lifecycle/flow-type";
import { defined } from "../../lifecycle/values";
import { asLoudAs } from "../vendor";
import { currentOwner, ownerOf, type RuntypeAccount } from "./account";
import type { components } from "./api";
import { drawSteps } from "./drawing";
import { type Changes, put, stepsToSend, withoutOthers, withSent } from "./flow-writes";
import { demandFree, namesakes, several } from "./namesakes";
import { declaredSteps, observedSteps, usesWhen } from "./steps/observed";
import { stepsSchema } from "./steps/schema";
import { type SentStep, sentSteps } from "./steps/sent";
import type { Step } from "./steps/step";
import { stepProblems } from "./steps/validate";
import { conditioned, lastChange, plain, type StoredFlow, stepsHash, storedFlow, withConditions } from "./stored-flow";
import { wireFlow } from "./wire";

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

const fields = z.object({
  name: z.string().min(1),
  description: z.string().optional().register(rules, { clear: "" }),
  steps: stepsSchema.optional(),
  validate: z.enum(["strict", "warn", "off"]).optional().register(rules, { writeOnly: true, lenient: "warn" }),
  forceDestroy: z.boolean().optional().register(rules, { writeOnly: true }),
});
fields satisfies z.ZodType<FlowFields>;

/** `runtype:Flow` */
export const flow: FlowType<FlowFields, StoredFlow, RuntypeAccount> = {
  token: "runtype:Flow",
  noun: "Runtype flow",
  fields,
  nameField: "name",
  documentField: "steps",
  outputs: ["dashboardUrl", "stepsHash"],
  onDuplicate: "twins",
  creates: ["name", "description", "steps"],

  crossCheck: ({ steps, validate }) => asLoudAs(validate, () => stepProblems(steps)),
  label: ({ name }) => String(name),
  draw: drawSteps,
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
  toDeclare: (wire) => ({ ...flow.observe(wire, {}), steps: declaredSteps(wire.flow.flowSteps) }),
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
  list: async ({ names }) => (await names.all()).map(({ id, name }) => ({ id, label: name })),

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
      ...(fieldsToSend.includes("steps") && steps ? { flowSteps: await stepsToSend(account, wire, steps) } : {}),
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

/**
 * The flow of a name.
 *
 * @throws FlowError where there are several
 */
async function find(account: RuntypeAccount, { name, steps }: FlowFields): Promise<StoredFlow | undefined> {
  const found = await namesakes(account, name, steps);
  if (found.length <= 1) return found[0];
  throw new FlowError(
    "collision",
    `${several(name, found)}. Nothing was changed. Rename or delete all but one there, give this one another name, ` +
      "or bring one into the stack by its id with an import file, which `npx pulumi-flows export runtype --id` writes.",
  );
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
