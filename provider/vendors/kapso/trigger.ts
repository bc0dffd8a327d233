import { isDeepStrictEqual as isEqual } from "node:util";
import { z } from "zod";
import { path } from "../../http/path";
import { FlowError, orNothing, VendorError } from "../../lifecycle/errors";
import { type FlowType, type Problem, rules } from "../../lifecycle/flow-type";
import { defined, only, type Values } from "../../lifecycle/values";
import { demandUuid, type KapsoAccount, reworded } from "./account";
import type { components } from "./api";
import { drawTrigger } from "./drawing";
import { listAll } from "./list";
import { liveWorkflows } from "./workflow";

const EVENTS = [
  "whatsapp.message.received",
  "whatsapp.message.sent",
  "whatsapp.message.failed",
  "whatsapp.conversation.created",
  "whatsapp.conversation.ended",
] as const;

/** What a program says of a trigger; a type, since interfaces are no records. Source of the rules: https://docs.kapso.ai */
export type TriggerFields = {
  /** The id of the workflow that it starts: wire `workflow.id`. */
  workflowId: string;
  /** What starts the workflow. */
  triggerType: "inbound_message" | "api_call" | "whatsapp_event" | "project_event";
  /** Meta's id of the phone number: needed for `inbound_message`, a filter for `whatsapp_event`. A number has one active trigger of each kind. */
  phoneNumberId?: string | undefined;
  /** The event of WhatsApp, for `whatsapp_event`. */
  event?: (typeof EVENTS)[number] | undefined;
  /** The event of the project, for `project_event`. */
  eventName?: string | undefined;
  /** Which property of the event is looked at, for `project_event`. */
  propertyKey?: string | undefined;
  /** How it is compared. */
  operator?: "eq" | "lt" | "lte" | "gt" | "gte" | undefined;
  /** What it is compared with: any JSON value but null. */
  propertyValue?: unknown;
  /** Whether it starts the workflow. Left out, Kapso's true and not managed. The only thing that changes in place. */
  active?: boolean | undefined;
};

const place = { replaces: true } as const;
/** What is dropped can only be dropped by making a new one. */
const filter = { replaces: true, clear: null } as const;

const fields = z.object({
  workflowId: z.string().min(1).register(rules, place),
  triggerType: z.enum(["inbound_message", "api_call", "whatsapp_event", "project_event"]).register(rules, place),
  phoneNumberId: z.string().min(1).optional().register(rules, filter),
  event: z
    .enum(EVENTS, `Kapso starts new triggers for ${EVENTS.join(", ")}`)
    .optional()
    .register(rules, filter),
  eventName: z.string().min(1).optional().register(rules, filter),
  propertyKey: z.string().min(1).optional().register(rules, filter),
  operator: z.enum(["eq", "lt", "lte", "gt", "gte"]).optional().register(rules, filter),
  propertyValue: z.json().optional().register(rules, filter),
  active: z.boolean().optional().register(rules, { vendorFills: true }),
}) satisfies z.ZodType<TriggerFields>;

/** Written flat, read within `triggerable`: the vendor's names. */
const SETTINGS = {
  phoneNumberId: "phone_number_id",
  event: "event",
  eventName: "event_name",
  propertyKey: "property_key",
  operator: "operator",
  propertyValue: "property_value",
} as const;

/** What each kind needs, and may have. */
const NEEDS: Readonly<Record<string, keyof typeof SETTINGS>> = {
  inbound_message: "phoneNumberId",
  whatsapp_event: "event",
  project_event: "eventName",
};
const TAKES: Readonly<Record<string, readonly string[]>> = {
  inbound_message: ["phoneNumberId"],
  api_call: [],
  whatsapp_event: ["event", "phoneNumberId"],
  project_event: ["eventName", "propertyKey", "operator", "propertyValue"],
};

/** A trigger with one of them starts on fewer occasions than one without. */
const FILTERS = ["phoneNumberId", "propertyKey"];

const wireTrigger = z.looseObject({
  id: z.string(),
  workflow_id: z.string(),
  trigger_type: z.string(),
  active: z.boolean(),
  triggerable: z.record(z.string(), z.unknown()).nullish(),
});
type WireTrigger = z.output<typeof wireTrigger>;

/** `kapso:Trigger`: what starts a workflow. */
export const trigger: FlowType<TriggerFields, WireTrigger, KapsoAccount> = {
  token: "kapso:Trigger",
  noun: "Kapso trigger",
  fields,
  outputs: ["displayName"],
  onDuplicate: "twins",
  creates: Object.keys(fields.shape),

  crossCheck(desired) {
    const type = desired.triggerType;
    const takes = type && TAKES[type];
    if (!type || !takes) return [];
    const needed = NEEDS[type];
    const missing: Problem[] =
      needed && desired[needed] === undefined
        ? [{ path: [needed], message: `Required: a trigger of the type ${type} needs it` }]
        : [];
    const settings = Object.keys(SETTINGS).filter((name) => Reflect.get(desired, name) !== undefined);
    const stray = settings.filter((name) => !takes.includes(name));
    return [
      ...missing,
      ...stray.map((name) => ({ path: [name], message: `A trigger of the type ${type} has no ${name}` })),
    ];
  },

  label({ triggerType, workflowId, phoneNumberId, event, eventName, propertyKey, operator, propertyValue }) {
    const about = [event, eventName, phoneNumberId, propertyKey, operator].filter((each) => each !== undefined);
    const value = propertyValue === undefined ? [] : [JSON.stringify(propertyValue)];
    return [triggerType, ...about, ...value, "of", workflowId].join(" ");
  },
  draw: drawTrigger,
  identity: (id) => id,
  idOf: ({ id }) => id,
  fromId(id) {
    demandUuid(id, "trigger");
    return {};
  },

  observe: (wire) => ({
    workflowId: wire.workflow_id,
    triggerType: wire.trigger_type,
    ...defined(settingsOf(wire)),
    active: wire.active,
  }),
  outputsOf: ({ display_name }) => ({ displayName: display_name ?? undefined }),
  // A trigger does not name its project; its workflow stands for it.
  accountOf: ({ workflow_id }) => `the project of workflow ${workflow_id}`,
  async currentAccount({ client }, { workflowId }) {
    const to = path`/platform/v1/workflows/${String(workflowId)}`;
    if (await orNothing(client.send({ method: "GET", path: to, repeatable: true })))
      return `the project of workflow ${String(workflowId)}`;
    throw new FlowError(
      "wrongAccount",
      `The credentials reach a project without workflow ${String(workflowId)}, whose trigger this is. Nothing was changed. ` +
        "Set the key of its own project; or, if the workflow was deleted, remove its trigger from the stack with `pulumi state delete`.",
    );
  },

  async read(account, id, state) {
    if (typeof state.workflowId !== "string")
      throw new FlowError("notFound", "Kapso finds a trigger only by its workflow: pass `workflowId` too.");
    const fits = (each: WireTrigger) => (id === undefined ? isLike(each, state) : each.id === id);
    return (await orNothing(list(account, state.workflowId, fits)))?.[0];
  },
  async list(account) {
    const workflows = await liveWorkflows(account);
    const lists = await Promise.all(workflows.map(({ id }) => orNothing(list(account, id, () => true))));
    // One that was deleted meanwhile has no list.
    const found = lists.flatMap((each) => each ?? []);
    for (const { id, workflow_id } of found) account.workflowsOfTriggers.set(id, workflow_id);
    return found.map((wire) => ({ id: wire.id, label: trigger.label(trigger.observe(wire, {})) }));
  },
  async locate(account, id) {
    if (!account.workflowsOfTriggers.has(id)) await trigger.list(account, {});
    const workflowId = account.workflowsOfTriggers.get(id);
    if (workflowId === undefined) throw new FlowError("notFound", `There is no Kapso trigger "${id}" in the project.`);
    return { workflowId };
  },
  find: async (account, desired) => (await list(account, desired.workflowId, (each) => isLike(each, desired)))[0],

  async create({ client }, { workflowId, triggerType, active, ...desired }) {
    const settings = Object.entries(SETTINGS).map(([name, told]) => [told, Reflect.get(desired, name)]);
    const json = {
      trigger: defined({ trigger_type: triggerType, active, ...Object.fromEntries(settings) }),
    };
    const to = path`/platform/v1/workflows/${workflowId}/triggers`;
    const made = client.json({ method: "POST", path: to, json, repeatable: false }, envelope);
    const whole = (await orNumberTaken(made, desired)).body.data;
    return { overwrote: false, id: whole.id, whole };
  },

  async update({ client }, wire, { active }) {
    const json: Api["TriggerUpdateBody"] = { trigger: active === undefined ? {} : { active } };
    const to = path`/platform/v1/triggers/${wire.id}`;
    const changed = client.json({ method: "PATCH", path: to, json, repeatable: true }, envelope);
    return (await orNumberTaken(changed, settingsOf(wire))).body.data;
  },

  async delete({ client }, { id }) {
    await client.send({ method: "DELETE", path: path`/platform/v1/triggers/${id}`, repeatable: true });
    return undefined;
  },
};

/** The vendor's own description of its bodies. */
type Api = components["schemas"];

const envelope = z.object({ data: wireTrigger });

/** What a write answers; that another trigger has the number is one of many reasons why it is invalid. */
async function orNumberTaken<T>(call: Promise<T>, { phoneNumberId }: Values): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof VendorError && error.kind === "invalid" && phoneNumberId !== undefined)) throw error;
    const advice =
      "A number has one active trigger of each kind: if another workflow has it, deactivate that one first, or set `active: false` here";
    throw reworded(error, error.kind, advice);
  }
}

function settingsOf({ triggerable }: WireTrigger): Values {
  return Object.fromEntries(Object.entries(SETTINGS).map(([name, told]) => [name, triggerable?.[told] ?? undefined]));
}

/** Whether a trigger starts the workflow on the same occasion. */
function isLike(wire: WireTrigger, desired: Values | TriggerFields): boolean {
  const wanted = only({ ...desired }, Object.keys(SETTINGS));
  const found = only(settingsOf(wire), [...FILTERS, ...Object.keys(wanted)]);
  return wire.trigger_type === desired.triggerType && isEqual(defined(found), defined(wanted));
}

function list(
  { client }: KapsoAccount,
  workflowId: string,
  fits: (each: WireTrigger) => boolean,
): Promise<WireTrigger[]> {
  return listAll(client, path`/platform/v1/workflows/${workflowId}/triggers`, wireTrigger, fits);
}
