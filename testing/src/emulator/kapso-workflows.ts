import { emptyDefinition, writeDefinition } from "./kapso-definition";
import { answer, Refusal } from "./kapso-dialect";
import { deadBecause } from "./kapso-graph";
import { readDefinition } from "./kapso-reading";
import type { DefinitionInput, KapsoDefinition, KapsoWorkflow, WorkflowInput } from "./kapso-records";
import { blankWorkflow, type KapsoStore, slugOf } from "./kapso-store";
import type { Call, Reply } from "./vendor";

// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

/** Who changes a workflow: what the API ignores or checks by a switch, a person in the web app can do. */
type By = "platform" | "legacy" | "person";

/** Workflows, which the legacy API calls flows. */
export class KapsoWorkflows {
  /** Definitions that reads still show although they were replaced, and how many reads do. */
  private readonly outdated = new Map<string, { readonly definition: KapsoDefinition; readonly reads: number }>();

  constructor(private readonly store: KapsoStore) {}

  // ---- reading

  /** Newest first (2.1). */
  list(project_id: string, query: Call["query"]): KapsoWorkflow[] {
    const contained = typeof query.name_contains === "string" ? query.name_contains.toLowerCase() : "";
    const status = query.status ?? query["q[status_eq]"];
    const after = typeof query.created_after === "string" ? Date.parse(query.created_after) : -Infinity;
    const before = typeof query.created_before === "string" ? Date.parse(query.created_before) : Infinity;
    return this.store.workflows
      .all()
      .filter((workflow) => {
        const created = Date.parse(workflow.created_at);
        return (
          workflow.project_id === project_id &&
          (status === undefined || workflow.status === status) &&
          workflow.name.toLowerCase().includes(contained) &&
          created >= after &&
          created <= before
        );
      })
      .reverse();
  }

  getDefinition(workflow: KapsoWorkflow): Reply {
    const shown = readDefinition(this.shownDefinition(workflow), this.store.project(workflow.project_id));
    return answer({ ...metadataOf(workflow), definition: shown });
  }

  /** The definition as reads tell it. Counts as one. */
  shownDefinition({ id, definition }: KapsoWorkflow): KapsoDefinition {
    const outdated = this.outdated.get(id);
    if (outdated === undefined) return definition;
    if (outdated.reads <= 1) this.outdated.delete(id);
    else this.outdated.set(id, { ...outdated, reads: outdated.reads - 1 });
    return outdated.definition;
  }

  // ---- writing

  create(project_id: string, input: WorkflowInput & { name: string }, by: By = "platform"): KapsoWorkflow {
    const { switches } = this.store;
    const at = this.store.timestamp();
    const honoured = by === "person" || (by === "platform" && switches.kapsoCreateSettings === "honoured");
    const { name, description = null } = input;
    const row: KapsoWorkflow = {
      ...blankWorkflow,
      ...(honoured && settingsOf(input)),
      id: this.store.newId("workflow"),
      project_id,
      name,
      slug: input.slug ?? this.freeSlug(project_id, name),
      description,
      created_at: at,
      updated_at: at,
    };
    this.insistOnNames(row);
    const blank = switches.kapsoBornWithStart ? { nodes: [startNode], edges: [] } : {};
    // What the server itself puts into a new one breaks none of its rules.
    const project = this.store.project(project_id, input.definition === undefined);
    const definition = writeDefinition(emptyDefinition, input.definition ?? blank, project);
    return this.put({ ...row, definition }, emptyDefinition);
  }

  /** Every accepted update counts up the lock_version, also one that changes nothing (3.1). */
  update(workflow: KapsoWorkflow, sent: WorkflowInput, by: By = "platform"): KapsoWorkflow {
    const { switches } = this.store;
    if (by !== "person") this.checkLock(workflow, sent, by);
    const { status, ...rest } = sent;
    const input: WorkflowInput = by !== "legacy" || switches.kapsoLegacyTakesStatus ? sent : rest;
    const changed: KapsoWorkflow = {
      ...workflow,
      ...(input.name !== undefined && { name: input.name }),
      ...(input.slug !== undefined && by !== "legacy" && { slug: input.slug }),
      ...(input.description !== undefined && { description: input.description }),
      ...settingsOf(by === "legacy" ? { ...(input.status !== undefined && { status: input.status }) } : input),
      lock_version: workflow.lock_version + 1,
      updated_at: this.store.timestamp(),
    };
    this.insistOnNames(changed);
    if (
      workflow.status === "archived" &&
      changed.status !== "archived" &&
      switches.kapsoArchivedRevives === "refused"
    ) {
      throw new Refusal(422, "Status cannot change: an archived flow stays archived", "status");
    }
    const archives = workflow.status !== "archived" && changed.status === "archived";
    const ignored = archives && switches.kapsoArchiveIgnored && by !== "person";
    const metadata: KapsoWorkflow = ignored ? { ...changed, status: workflow.status } : changed;
    const finish = (definition: KapsoDefinition): KapsoWorkflow => {
      const dead = workflow.status !== "active" && metadata.status === "active" ? deadBecause(definition) : undefined;
      if (dead !== undefined && switches.kapsoActivateInvalid === "refused") {
        throw new Refusal(422, `Status cannot be active: ${dead}`, "status");
      }
      return { ...metadata, definition };
    };
    if (switches.kapsoTransaction === "metadataFirst" && input.definition !== undefined) {
      this.put(finish(workflow.definition), workflow.definition);
    }
    const row = finish(this.definitionAfter(workflow, input.definition, by));
    if (archives && !ignored) this.archiveTriggers(row);
    return this.put(row, workflow.definition);
  }

  /** A run moves the lock_version like a write (0). */
  run(workflow: KapsoWorkflow, times = 1): void {
    const at = this.store.timestamp();
    this.store.workflows.put({
      ...workflow,
      lock_version: workflow.lock_version + times,
      execution_count: workflow.execution_count + times,
      last_executed_at: at,
      updated_at: at,
    });
  }

  private definitionAfter(workflow: KapsoWorkflow, sent: DefinitionInput | undefined, by: By): KapsoDefinition {
    if (sent === undefined) return workflow.definition;
    const clears = by === "legacy" && this.store.switches.kapsoLegacyMissingArray === "cleared";
    const input = clears ? { nodes: [], edges: [], ...sent } : sent;
    return writeDefinition(workflow.definition, input, this.store.project(workflow.project_id));
  }

  /** Stores the row. The definition before it may show for some more reads. */
  private put(row: KapsoWorkflow, before: KapsoDefinition): KapsoWorkflow {
    const reads = this.store.switches.kapsoDefinitionDelay;
    if (row.definition !== before) {
      if (reads > 0) this.outdated.set(row.id, { definition: before, reads });
      else this.outdated.delete(row.id);
    }
    this.store.workflows.put(row);
    return row;
  }

  // ---- rules

  private checkLock(workflow: KapsoWorkflow, { lock_version, ...input }: WorkflowInput, by: By): void {
    const { kapsoLock, kapsoLegacyTakesLock } = this.store.switches;
    if (kapsoLock === "ignored" || (by === "legacy" && !kapsoLegacyTakesLock)) return;
    if (lock_version === undefined && kapsoLock === "required") {
      throw new Refusal(422, "lock_version is required", "lock_version");
    }
    const onlyDefinition = Object.keys(input).join() === "definition";
    if (lock_version === undefined || (kapsoLock === "notForDefinitions" && onlyDefinition)) return;
    if (lock_version !== workflow.lock_version) throw new Refusal(409, "Flow was updated by another request");
  }

  /** Name and slug are unique in the project, each (3.1). */
  private insistOnNames(row: KapsoWorkflow): void {
    if (row.name.trim() === "") throw new Refusal(422, "Name can't be blank", "name");
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(row.slug)) {
      throw new Refusal(422, "slug must be lowercase alphanumeric with hyphens", "slug");
    }
    const others = this.holders(row.project_id).filter(({ id }) => id !== row.id);
    const { kapsoDuplicateStatus, kapsoArchivedKeepsNames } = this.store.switches;
    if (row.status === "archived" && !kapsoArchivedKeepsNames) return;
    for (const [attribute, told] of [
      ["name", "Name"],
      ["slug", "Slug"],
    ] as const) {
      if (others.some((other) => other[attribute] === row[attribute])) {
        throw new Refusal(kapsoDuplicateStatus, `${told} has already been taken`, attribute);
      }
    }
  }

  /** The workflows whose names and slugs are taken (8). */
  private holders(project_id: string): KapsoWorkflow[] {
    const archivedToo = this.store.switches.kapsoArchivedKeepsNames;
    return this.store.workflows
      .all()
      .filter((workflow) => workflow.project_id === project_id && (archivedToo || workflow.status !== "archived"));
  }

  private freeSlug(project_id: string, name: string): string {
    const slug = slugOf(name);
    if (this.store.switches.kapsoDerivedSlug === "refused") return slug;
    const taken = new Set(this.holders(project_id).map((workflow) => workflow.slug));
    let free = slug;
    for (let number = 2; taken.has(free); number += 1) free = `${slug}-${number}`;
    return free;
  }

  private archiveTriggers(workflow: KapsoWorkflow): void {
    const { kapsoArchiveTriggers } = this.store.switches;
    for (const trigger of kapsoArchiveTriggers === "kept" ? [] : this.store.triggersOf(workflow)) {
      if (kapsoArchiveTriggers === "deleted") this.store.triggers.delete(trigger.id);
      else this.store.triggers.put({ ...trigger, active: false, updated_at: workflow.updated_at });
    }
  }
}

const startNode = { id: "start", position: { x: 0, y: 0 }, data: { node_type: "start", config: {} } };

function settingsOf({ status, message_debounce_seconds, inbound_message_read_mode }: WorkflowInput) {
  return {
    ...(status !== undefined && { status }),
    ...(message_debounce_seconds !== undefined && { message_debounce_seconds }),
    ...(inbound_message_read_mode !== undefined && { inbound_message_read_mode }),
  };
}

/** What every platform call tells of a workflow: everything but the definition (3.1). */
export function metadataOf({ definition, ...metadata }: KapsoWorkflow): Omit<KapsoWorkflow, "definition"> {
  return metadata;
}
