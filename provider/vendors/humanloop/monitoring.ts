import { z } from "zod";
import { path } from "../../http/path";
import { VendorError } from "../../lifecycle/errors";
import { type FlowType, keyings, rules } from "../../lifecycle/flow-type";
import type { Values } from "../../lifecycle/values";
import { isObject } from "../../lifecycle/values";
import { currentOrganization, type HumanloopAccount } from "./account";
import type { components } from "./api";
import { drawMonitoring } from "./drawing";
import { flowOf } from "./versions";
import { type WireFlow, wireFlow } from "./wire";

/** What watches a flow: one version of an evaluator, or whatever version of it is deployed to an environment. */
export type Evaluator = {
  /** The id of a version of an evaluator. */
  evaluatorVersionId?: string | undefined;
  /** The id of an evaluator, of which the version counts that is deployed to `environmentId`. */
  evaluatorId?: string | undefined;
  /** The id of the environment. */
  environmentId?: string | undefined;
};

/** What a program says of a flow's monitoring; a type, since interfaces are no records. Source of the rules: Humanloop's v5 API. */
export type MonitoringFields = {
  /** The flow's id. */
  flow: string;
  /** The evaluators that run on each new log of the flow. Their order has no meaning; others that are active are switched off. */
  evaluators: Evaluator[];
};

type Api = components["schemas"];

/** The text that tells references apart, and by which they are registered. */
function keyOf({ evaluatorVersionId, evaluatorId, environmentId }: Values): string | undefined {
  const isText = (value: unknown) => typeof value === "string" && value !== "";
  if (isText(evaluatorVersionId) && evaluatorId === undefined && environmentId === undefined)
    return String(evaluatorVersionId);
  return evaluatorVersionId === undefined && isText(evaluatorId) && isText(environmentId)
    ? `${evaluatorId} in ${environmentId}`
    : undefined;
}

const evaluator = z
  .strictObject({
    evaluatorVersionId: z.string().min(1).optional(),
    evaluatorId: z.string().min(1).optional(),
    environmentId: z.string().min(1).optional(),
  })
  .refine((each) => keyOf(each) !== undefined, "Say either evaluatorVersionId, or evaluatorId and environmentId");

const evaluators = z
  .array(evaluator)
  .superRefine((list, context) => {
    const seen = new Set<string>();
    list.forEach((each, index) => {
      const key = keyOf(each);
      if (key !== undefined && seen.has(key))
        context.addIssue({ code: "custom", path: [index], message: `The evaluator ${key} is listed twice` });
      if (key !== undefined) seen.add(key);
    });
  })
  .register(keyings, {
    toMap(items) {
      const entries = items.map((item) => [isObject(item) ? keyOf(item) : undefined, item] as const);
      const keys = entries.map(([key]) => key);
      return keys.includes(undefined) || new Set(keys).size < keys.length ? undefined : Object.fromEntries(entries);
    },
    toList: (map) =>
      Object.keys(map)
        .sort()
        .map((key) => map[key]),
  });

const fields = z.object({
  flow: z.string().min(1).register(rules, { replaces: true }),
  evaluators,
}) satisfies z.ZodType<MonitoringFields>;

/** `humanloop:FlowMonitoring`, a setting of a flow: which evaluators run on its new logs. */
export const monitoring: FlowType<MonitoringFields, WireFlow, HumanloopAccount> = {
  token: "humanloop:FlowMonitoring",
  noun: "Humanloop monitoring of flow",
  fields,
  outputs: [],
  onDuplicate: "settles",
  creates: ["flow", "evaluators"],

  label: ({ flow }) => String(flow),
  draw: drawMonitoring,
  identity: (_id, state) => monitoring.label(state),
  idOf: ({ id }) => id,
  fromId: (id) => ({ flow: id }),

  observe: (wire) => ({ flow: wire.id, evaluators: activeOf(wire) }),
  outputsOf: () => ({}),
  accountOf: (_wire, { organization }) => organization.told,
  currentAccount: currentOrganization,

  read: (account, _id, { flow }) => flowOf(account, String(flow), undefined),
  list: async ({ paths }) =>
    (await paths.all())
      .filter(({ isMonitored }) => isMonitored)
      .map(({ id }) => ({ id, label: monitoring.label({ flow: id }) })),
  async find(account, { flow }) {
    const [found] = await Promise.all([flowOf(account, flow, undefined), account.organization.ask()]);
    return found;
  },

  async create(account, { flow, evaluators: wanted }) {
    const whole = await set(account, flow, { activate: wanted.map(sent) });
    return { overwrote: false, id: flow, whole };
  },

  update: (account, wire, { evaluators: wanted = [] }) => settle(account, wire, wanted),

  /** What others have switched on since stays. */
  async delete(account, wire, { evaluators: own }) {
    const isOwn = (each: Evaluator) => isObject(own) && Object.hasOwn(own, keyOf(each) ?? "");
    await settle(
      account,
      wire,
      activeOf(wire).filter((each) => !isOwn(each)),
    );
    return undefined;
  },
};

/** What runs; monitors that were switched off stay listed. */
function activeOf({ evaluators: monitors }: WireFlow): Evaluator[] {
  return (monitors ?? [])
    .filter(({ state }) => state === "active")
    .map(({ version_reference: reference }) =>
      reference.type === "version"
        ? { evaluatorVersionId: reference.version.version_id }
        : { evaluatorId: reference.file.id, environmentId: reference.environment.id },
    );
}

function sent({ evaluatorVersionId, evaluatorId, environmentId }: Evaluator) {
  return evaluatorVersionId === undefined
    ? { evaluator_id: evaluatorId ?? "", environment_id: environmentId ?? "" }
    : { evaluator_version_id: evaluatorVersionId };
}

/** Sends what differs. */
async function settle(account: HumanloopAccount, wire: WireFlow, wanted: readonly Evaluator[]): Promise<WireFlow> {
  const there = activeOf(wire);
  const changes = { activate: without(wanted, there).map(sent), deactivate: without(there, wanted).map(sent) };
  if (changes.activate.length + changes.deactivate.length === 0) return wire;
  try {
    return await set(account, wire.id, changes);
  } catch (error) {
    if (!(error instanceof VendorError && error.kind === "conflict")) throw error;
    // A server may refuse to do again what an earlier try without an answer did.
    const now = await flowOf(account, wire.id, undefined);
    const found = now && activeOf(now);
    if (found && without(wanted, found).length + without(found, wanted).length === 0) return now;
    throw error;
  }
}

function without(list: readonly Evaluator[], others: readonly Evaluator[]): Evaluator[] {
  return list.filter((each) => !others.some((other) => keyOf(other) === keyOf(each)));
}

async function set(
  { client }: HumanloopAccount,
  flow: string,
  json: Api["EvaluatorActivationDeactivationRequest"],
): Promise<WireFlow> {
  const request = { method: "POST", path: path`/v5/flows/${flow}/evaluators`, json, repeatable: true } as const;
  return (await client.json(request, wireFlow)).body;
}
