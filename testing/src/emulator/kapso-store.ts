import { parseControl } from "./control-schema";
import type { Project, Referred } from "./kapso-config";
import { emptyDefinition, writeDefinition } from "./kapso-definition";
import { Refusal } from "./kapso-dialect";
import {
  type KapsoExecution,
  type KapsoFunction,
  type KapsoPhoneNumber,
  type KapsoProviderModel,
  type KapsoSeed,
  type KapsoState,
  type KapsoTemplate,
  type KapsoTrigger,
  type KapsoWorkflow,
  kapsoDefaults,
  seedShape,
} from "./kapso-records";
import type { KapsoSwitches } from "./kapso-switches";
import { Collection } from "./store";
import { ControlError, type World } from "./vendor";

// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

/** The second group of an id tells what it belongs to. */
const kinds = {
  workflow: "0001",
  condition: "0002",
  edge: "0003",
  resource: "0004",
  trigger: "0005",
  function: "0006",
  execution: "0007",
  phone: "0008",
  template: "0009",
  model: "000a",
};

type Kind = keyof typeof kinds;

const byId = ({ id }: { readonly id: string }) => [id];

/** Everything that Kapso stores. */
export class KapsoStore {
  readonly workflows = new Collection<KapsoWorkflow>(byId);
  readonly triggers = new Collection<KapsoTrigger>(byId);
  readonly functions = new Collection<KapsoFunction>(byId);
  readonly executions = new Collection<KapsoExecution>(byId);
  readonly phoneNumbers = new Collection<KapsoPhoneNumber>(byId);
  readonly templates = new Collection<KapsoTemplate>(byId);
  readonly models = new Collection<KapsoProviderModel>(byId);
  private readonly counted = new Map<Kind, number>();
  /** Ids that a seed brought along. */
  private readonly taken = new Set<string>();
  private unasked = 0;

  constructor(
    private readonly world: World<KapsoSwitches>,
    seed: unknown,
  ) {
    if (seed !== undefined) this.takeIds(seed);
    this.plant(seed === undefined ? {} : parseControl(world.contract.compile(seedShape), seed, "seed"));
  }

  get switches(): KapsoSwitches {
    return this.world.switches();
  }

  now(): number {
    return this.world.now();
  }

  /** With an offset, as in real answers (3.1). */
  timestamp(milliseconds = this.world.now()): string {
    const hours = 4;
    return new Date(milliseconds - hours * 3_600_000).toISOString().replace("Z", `-0${hours}:00`);
  }

  /** Counted for each kind, in the shape of a UUID: `00000001-0001-4000-8000-000000000001`. */
  newId(kind: Kind): string {
    const next = (this.counted.get(kind) ?? 0) + 1;
    this.counted.set(kind, next);
    const digits = next.toString(16);
    const id = `${digits.padStart(8, "0")}-${kinds[kind]}-4000-8000-${digits.padStart(12, "0")}`;
    return this.taken.has(id) ? this.newId(kind) : id;
  }

  revision(): number {
    const stores = [this.workflows, this.triggers, this.functions, this.executions, this.phoneNumbers];
    return stores.reduce((sum, { revision }) => sum + revision, -this.unasked);
  }

  /** Does what no call asked for: it does not count as a change by the call that comes upon it. */
  byItself(change: () => void): void {
    const before = this.revision();
    change();
    this.unasked += this.revision() - before;
  }

  snapshot(): KapsoState {
    return structuredClone({
      workflows: this.workflows.all(),
      triggers: this.triggers.all(),
      functions: this.functions.all(),
      phone_numbers: this.phoneNumbers.all(),
      templates: this.templates.all(),
      provider_models: this.models.all(),
      executions: this.executions.all(),
    });
  }

  /** What the definitions of a project can refer to. */
  project(project_id: string, trusted = false): Project {
    const here = <Row extends { readonly project_id: string }>(row: Row | undefined) =>
      row?.project_id === project_id ? row : undefined;
    const named: Record<Referred, (id: string) => { readonly name: string } | undefined> = {
      function: (id) => here(this.functions.find(id)),
      workflow: (id) => here(this.workflows.find(id)),
      template: (id) => here(this.templates.find(id)),
      model: (id) => this.models.find(id),
    };
    return {
      switches: this.switches,
      trusted,
      nameOf: (kind, id) => named[kind](id)?.name,
      model: (id) => this.models.find(id),
      modelNamed: (name) => {
        const models = this.models.all();
        return models.find((model) => model.name === name) ?? models[0];
      },
      phoneNumber: (id) =>
        this.phoneNumbers.all().find((number) => {
          if (number.project_id !== project_id) return false;
          if ("phone_number_id" in id) return number.phone_number_id === id.phone_number_id;
          return number.id === id.whatsapp_config_id;
        }),
      newId: (kind) => this.newId(kind),
    };
  }

  /** The workflow, if this project has it; what another one has cannot be told from what nobody has (6). */
  workflow(id: string, project_id: string): KapsoWorkflow {
    const workflow = this.workflows.find(id);
    if (workflow?.project_id !== project_id) throw missing();
    return workflow;
  }

  /** The function, if this project has it. */
  function(id: string, project_id: string): KapsoFunction {
    const found = this.functions.find(id);
    if (found?.project_id !== project_id) throw missing();
    return found;
  }

  /** The trigger, if a workflow of this project has it. */
  trigger(id: string, project_id: string): KapsoTrigger {
    const trigger = this.triggers.find(id);
    if (trigger === undefined) throw missing();
    this.workflow(trigger.workflow_id, project_id);
    return trigger;
  }

  triggersOf(workflow: KapsoWorkflow): KapsoTrigger[] {
    return this.triggers.all().filter(({ workflow_id }) => workflow_id === workflow.id);
  }

  // ---- seeds

  private takeIds(seed: unknown): void {
    JSON.stringify(seed, (key, value) => {
      if ((key === "id" || key === "tracking_id") && typeof value === "string") this.taken.add(value);
      return value;
    });
  }

  private plant(seed: KapsoSeed): void {
    const { project_id } = kapsoDefaults;
    const times = () => ({ created_at: this.timestamp(), updated_at: this.timestamp() });
    const put = <Row extends { readonly id: string }>(rows: Collection<Row>, row: Row): void => {
      if (rows.has(row.id)) throw new ControlError(`Wrong seed: ${row.id} is there twice`);
      rows.put(row);
    };
    for (const model of seed.provider_models ?? kapsoDefaults.provider_models) {
      put(this.models, {
        provider: "openai",
        deprecation_status: null,
        ...model,
        id: model.id ?? this.newId("model"),
      });
    }
    for (const number of seed.phone_numbers ?? kapsoDefaults.phone_numbers) {
      const id = number.phone_number_id;
      put(this.phoneNumbers, {
        project_id,
        name: id,
        display_phone_number: id,
        ...number,
        id: number.id ?? this.newId("phone"),
      });
    }
    for (const template of seed.templates ?? kapsoDefaults.templates) {
      put(this.templates, { project_id, ...template, id: template.id ?? this.newId("template") });
    }
    for (const each of seed.functions ?? []) {
      put(this.functions, {
        ...blankFunction,
        ...times(),
        project_id,
        slug: slugOf(each.name),
        ...each,
        id: each.id ?? this.newId("function"),
      });
    }
    for (const { definition, ...each } of seed.workflows ?? []) {
      const row = {
        ...blankWorkflow,
        ...times(),
        project_id,
        slug: slugOf(each.name),
        ...each,
        id: each.id ?? this.newId("workflow"),
      };
      const taken = this.workflows.all().find((other) => {
        return other.project_id === row.project_id && (other.name === row.name || other.slug === row.slug);
      });
      if (taken !== undefined && this.switches.kapsoArchivedKeepsNames) {
        throw new ControlError(`Wrong seed: two workflows named '${row.name}' or with the slug '${row.slug}'`);
      }
      put(this.workflows, row);
    }
    // A definition may name workflows that come later.
    for (const [index, workflow] of this.workflows.all().entries()) {
      const definition = seed.workflows?.[index]?.definition ?? {};
      const project = this.project(workflow.project_id, true);
      this.workflows.put({
        ...workflow,
        definition: planted(() => writeDefinition(emptyDefinition, definition, project)),
      });
    }
    for (const each of seed.triggers ?? []) {
      const workflow = this.workflows.find(each.workflow_id);
      if (workflow === undefined) throw new ControlError(`Wrong seed: there is no workflow ${each.workflow_id}`);
      const { phone_number_id } = each;
      const number =
        typeof phone_number_id === "string"
          ? this.project(workflow.project_id).phoneNumber({ phone_number_id })
          : undefined;
      put(this.triggers, {
        ...blankTrigger,
        ...times(),
        whatsapp_config_id: number?.id ?? null,
        ...each,
        id: each.id ?? this.newId("trigger"),
      });
    }
    for (const each of seed.executions ?? []) {
      const [id, tracking_id] = [this.newId("execution"), this.newId("execution")];
      put(this.executions, { id, tracking_id, started_at: this.timestamp(), ...each });
    }
  }
}

/** An id that the caller's project does not have. */
const missing = () => new Refusal(404, "Not found");

/** A seed that the vendor would refuse makes no sense. */
function planted<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof Refusal) throw new ControlError(`Wrong seed: ${error.message}`);
    throw error;
  }
}

/** The slug that a name becomes (3.1). */
export function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return slug === "" ? "workflow" : slug;
}

/** What a new workflow is before anything is set (3.1). */
export const blankWorkflow = {
  description: null,
  status: "draft",
  lock_version: 0,
  message_debounce_seconds: 1,
  inbound_message_read_mode: "read_with_typing",
  agent_default_tools_version: 2,
  execution_count: 0,
  last_executed_at: null,
  definition: emptyDefinition,
} satisfies Partial<KapsoWorkflow>;

/** What a new function is before anything is set (4.5). */
export const blankFunction = {
  lock_version: 0,
  description: null,
  version: null,
  status: "draft",
  last_deployed_at: null,
  function_type: "cloudflare_worker",
  invoke_response_mode: "passthrough",
  public_endpoint: false,
  runtime_config: null,
  deployed: null,
  secrets: {},
  deployment: null,
} satisfies Partial<KapsoFunction>;

/** What a trigger is beside its type (4.4). */
export const blankTrigger = {
  active: true,
  phone_number_id: null,
  whatsapp_config_id: null,
  event: null,
  event_name: null,
  property_key: null,
  operator: null,
  property_value: null,
} satisfies Partial<KapsoTrigger>;
