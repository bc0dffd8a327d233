import type { Values } from "../../../provider/lifecycle/values";
import { trigger } from "../../../provider/vendors/kapso/trigger";
import { kapso } from "../../../provider/vendors/kapso/vendor";
import type { KapsoEdit, KapsoTrigger } from "../../../testing/src/emulator";
import type { Subject } from "../subject";
import { ALSO_BESIDE, BESIDE, type Hands, kapsoSettings, natureOf, shared, TRIGGER_BESIDE } from "./kapso-world";

/** Everything that a trigger is, by the names of its fields. */
function contentOf(each: KapsoTrigger): Values {
  return {
    workflowId: each.workflow_id,
    triggerType: each.trigger_type,
    phoneNumberId: each.phone_number_id,
    event: each.event,
    eventName: each.event_name,
    propertyKey: each.property_key,
    operator: each.operator,
    propertyValue: each.property_value,
    active: each.active,
  };
}

/** What a person makes: a trigger on the same occasion, or for the messages of a number. */
function addition(number: string, like: Values | undefined): Extract<KapsoEdit, { action: "addTrigger" }>["add"] {
  if (like === undefined) return { trigger_type: "inbound_message", phone_number_id: number };
  const { triggerType, phoneNumberId, event, eventName, propertyKey, operator, propertyValue } = like;
  const occasion = {
    trigger_type: triggerType,
    phone_number_id: phoneNumberId,
    event,
    event_name: eventName,
    property_key: propertyKey,
    operator,
    property_value: propertyValue,
  };
  return JSON.parse(JSON.stringify(occasion));
}

const triggerHands: Hands = {
  objects: ({ triggers }) =>
    triggers.map((each) => {
      const { event, event_name, phone_number_id, property_key, operator, property_value } = each;
      const value = property_value === null ? null : JSON.stringify(property_value);
      const about = [event, event_name, phone_number_id, property_key, operator, value].filter((part) => part !== null);
      return {
        identity: each.id,
        key: [each.trigger_type, ...about, "of", each.workflow_id].join(" "),
        content: contentOf(each),
      };
    }),
  add: (name, like) => ({ vendor: "kapso", action: "addTrigger", workflow: BESIDE, add: addition(name, like) }),
  remove: (identity) => ({ vendor: "kapso", action: "deleteTrigger", trigger: identity }),
  edit: ({ identity }, _field, stored) => [
    { vendor: "kapso", action: "toggleTrigger", trigger: identity, active: stored === true },
  ],
};

const inbound = { workflowId: BESIDE, triggerType: "inbound_message", phoneNumberId: "100000000000001" };

/** What nobody can change of a trigger, and what the rules about changes outside need of it. */
const FIXED = [
  "workflowId",
  "triggerType",
  "phoneNumberId",
  "event",
  "eventName",
  "propertyKey",
  "operator",
  "propertyValue",
];

/** `kapso:Trigger` */
export const kapsoTrigger: Subject = {
  vendor: kapso,
  type: trigger,
  settings: kapsoSettings,
  shared: shared(triggerHands),
  beside: [TRIGGER_BESIDE],
  lookUpBy: ["workflowId"],
  // All programs are of one workflow.
  keyField: "workflowId",
  // A number has one active trigger of a kind, in whatever workflow.
  place: ({ triggerType, event, phoneNumberId, ...values }) =>
    phoneNumberId === undefined
      ? trigger.label({ triggerType, event, ...values })
      : `${triggerType} ${event} ${phoneNumberId}`,
  natures: {
    "as documented": natureOf(triggerHands),
    "guessed otherwise": {
      ...natureOf(triggerHands, { kapsoUnknownPhone: "refused", kapsoTriggerUnique: "never", kapsoPageSize: 1 }),
      withoutFaults: true,
    },
    "unique only when made": {
      ...natureOf(triggerHands, { kapsoTriggerUnique: "create", kapsoDuplicateStatus: 409 }),
      withoutFaults: true,
    },
  },
  least: inbound,
  programs: {
    message: { ...inbound, active: true },
    event: {
      workflowId: BESIDE,
      triggerType: "whatsapp_event",
      event: "whatsapp.message.received",
      phoneNumberId: "100000000000001",
      active: true,
    },
    project: {
      workflowId: BESIDE,
      triggerType: "project_event",
      eventName: "order.paid",
      propertyKey: "total",
      operator: "gte",
      propertyValue: 100,
      active: true,
    },
    call: { workflowId: BESIDE, triggerType: "api_call", active: true },
  },
  fields: {
    workflowId: { to: ALSO_BESIDE },
    triggerType: { to: "whatsapp_event", toWith: { event: "whatsapp.message.failed" } },
    phoneNumberId: { within: "event", to: "100000000000002" },
    event: { within: "event", to: "whatsapp.message.failed" },
    eventName: { within: "project", to: "order.sent" },
    propertyKey: { within: "project", to: "items" },
    operator: { within: "project", to: "eq" },
    propertyValue: { within: "project", to: "many" },
    active: { to: false, theirs: false },
  },
  secrets: [],
  waivers: [
    ...(["rename", "rename to a taken name"] as const).map((rule) => ({ rule, reason: "A trigger has no name." })),
    { rule: "ended outside", reason: "Kapso deletes triggers." },
    {
      rule: "race to create",
      reason: "Kapso takes most triggers twice, and nothing tells of the other one.",
    },
    ...(["changed outside", "conflict", "undeclared"] as const).flatMap((rule) =>
      FIXED.filter((field) => rule !== "undeclared" || !["workflowId", "triggerType"].includes(field)).map((field) => ({
        rule,
        field,
        reason: "Kapso changes nothing of a trigger but whether it is active.",
      })),
    ),
    ...["event", "eventName"].map((field) => ({
      rule: "removed" as const,
      field,
      reason: "A trigger of its type needs it.",
    })),
  ],
};
