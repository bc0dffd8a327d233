import { refuseUnknownPhone } from "./kapso-config";
import { Refusal } from "./kapso-dialect";
import type { KapsoTrigger, KapsoWorkflow, TriggerInput } from "./kapso-records";
import { blankTrigger, type KapsoStore } from "./kapso-store";

// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

/** A trigger as the legacy API takes it: by Kapso's id of the number (2.2). */
export interface LegacyTriggerInput {
  readonly trigger_type: TriggerInput["trigger_type"];
  readonly active?: boolean;
  readonly whatsapp_config_id?: string;
}

/** The triggers of workflows. */
export class KapsoTriggers {
  constructor(private readonly store: KapsoStore) {}

  create(workflow: KapsoWorkflow, input: TriggerInput): KapsoTrigger {
    const trigger = this.made(workflow, input);
    this.insistOnUnique(trigger, []);
    this.store.triggers.put(trigger);
    return trigger;
  }

  createLegacy(workflow: KapsoWorkflow, { whatsapp_config_id, ...input }: LegacyTriggerInput): KapsoTrigger {
    const project = this.store.project(workflow.project_id);
    const number = whatsapp_config_id === undefined ? undefined : project.phoneNumber({ whatsapp_config_id });
    if (whatsapp_config_id !== undefined && number === undefined) refuseUnknownPhone(whatsapp_config_id, project);
    const trigger: KapsoTrigger = {
      ...this.made(workflow, input),
      phone_number_id: number?.phone_number_id ?? null,
      whatsapp_config_id: whatsapp_config_id ?? null,
    };
    this.insistOnUnique(trigger, []);
    this.store.triggers.put(trigger);
    return trigger;
  }

  /** The new set takes the place of the old one, or nothing changes; no id survives (2.1). */
  replace(workflow: KapsoWorkflow, inputs: readonly TriggerInput[]): KapsoTrigger[] {
    const before = this.store.triggersOf(workflow);
    const made: KapsoTrigger[] = [];
    for (const input of inputs) {
      const trigger = this.made(workflow, input);
      this.insistOnUnique(trigger, before, made);
      made.push(trigger);
    }
    for (const { id } of before) this.store.triggers.delete(id);
    for (const trigger of made) this.store.triggers.put(trigger);
    return made;
  }

  /** Nothing else can change (4.4). */
  toggle(trigger: KapsoTrigger, active: boolean | undefined): KapsoTrigger {
    if (active === undefined) return trigger;
    const toggled = { ...trigger, active, updated_at: this.store.timestamp() };
    if (!trigger.active && this.store.switches.kapsoTriggerUnique === "always") this.insistOnUnique(toggled, [trigger]);
    this.store.triggers.put(toggled);
    return toggled;
  }

  private made(workflow: KapsoWorkflow, input: TriggerInput): KapsoTrigger {
    const { trigger_type, active = true, phone_number_id } = input;
    const project = this.store.project(workflow.project_id);
    const takesNumber = trigger_type === "inbound_message" || trigger_type === "whatsapp_event";
    const named = takesNumber && typeof phone_number_id === "string" ? phone_number_id : null;
    const number = named === null ? undefined : project.phoneNumber({ phone_number_id: named });
    if (named !== null && number === undefined) refuseUnknownPhone(named, project);
    const at = this.store.timestamp();
    return {
      ...blankTrigger,
      id: this.store.newId("trigger"),
      workflow_id: workflow.id,
      trigger_type,
      active,
      phone_number_id: named,
      whatsapp_config_id: number?.id ?? null,
      ...(trigger_type === "whatsapp_event" && { event: input.event ?? null }),
      ...(trigger_type === "project_event" && {
        event_name: input.event_name ?? null,
        property_key: input.property_key ?? null,
        operator: input.operator ?? null,
        property_value: input.property_value ?? null,
      }),
      created_at: at,
      updated_at: at,
    };
  }

  /** One active trigger for the messages of a number, and one for each of its events (4.4). */
  private insistOnUnique(
    trigger: KapsoTrigger,
    leaving: readonly KapsoTrigger[],
    coming: readonly KapsoTrigger[] = [],
  ): void {
    const number = numberOf(trigger);
    const counts = trigger.trigger_type === "inbound_message" || trigger.trigger_type === "whatsapp_event";
    if (!trigger.active || !counts || number === null || this.store.switches.kapsoTriggerUnique === "never") return;
    const gone = new Set(leaving.map(({ id }) => id));
    const { project_id } = this.store.workflows.find(trigger.workflow_id) ?? {};
    const twin = [...this.store.triggers.all().filter(({ id }) => !gone.has(id)), ...coming].find(
      (other) =>
        other.active &&
        other.trigger_type === trigger.trigger_type &&
        numberOf(other) === number &&
        other.event === trigger.event &&
        this.store.workflows.find(other.workflow_id)?.project_id === project_id,
    );
    if (twin === undefined) return;
    const told = trigger.event === null ? "inbound message" : trigger.event;
    throw new Refusal(422, `Phone number already has an active ${told} trigger`, "phone_number_id");
  }
}

function numberOf({ phone_number_id, whatsapp_config_id }: KapsoTrigger): string | null {
  return phone_number_id ?? whatsapp_config_id;
}

/** Flat on write, nested on read (4.4). */
export function readTrigger(trigger: KapsoTrigger): unknown {
  const { id, workflow_id, trigger_type, active, created_at, updated_at } = trigger;
  const { phone_number_id, event, event_name, property_key, operator, property_value } = trigger;
  const number = phone_number_id !== null && { phone_number_id };
  const triggerable = {
    inbound_message: { ...number },
    api_call: {},
    whatsapp_event: { event, ...number },
    project_event: { event_name, property_key, operator, property_value },
  }[trigger_type];
  const display_name = displayName(trigger);
  return { id, workflow_id, trigger_type, active, display_name, triggerable, created_at, updated_at };
}

/** The legacy form, which tells Kapso's id of the number (2.2). */
export function readLegacyTrigger(trigger: KapsoTrigger): unknown {
  const { id, workflow_id, trigger_type, active, created_at, updated_at, whatsapp_config_id } = trigger;
  const triggerable = { id, ...(whatsapp_config_id !== null && { whatsapp_config_id }) };
  const display_name = displayName(trigger);
  return { id, flow_id: workflow_id, trigger_type, active, display_name, triggerable, created_at, updated_at };
}

function displayName({ trigger_type, phone_number_id, event, event_name }: KapsoTrigger): string {
  return {
    inbound_message: `Inbound message: ${phone_number_id ?? "any number"}`,
    api_call: "API call",
    whatsapp_event: `WhatsApp event: ${event}`,
    project_event: `Event: ${event_name}`,
  }[trigger_type];
}
