import { Refusal } from "./kapso-dialect";
import type { KapsoFunctions } from "./kapso-functions";
import {
  type DefinitionInput,
  type KapsoDefinition,
  type KapsoEdit,
  type KapsoWorkflow,
  kapsoDefaults,
  type NodeInput,
} from "./kapso-records";
import type { KapsoStore } from "./kapso-store";
import type { KapsoTriggers } from "./kapso-triggers";
import type { KapsoWorkflows } from "./kapso-workflows";
import type { Collection } from "./store";
import { ControlError } from "./vendor";

/** What a person does in Kapso's web app. */
export class KapsoEdits {
  constructor(
    private readonly store: KapsoStore,
    private readonly workflows: KapsoWorkflows,
    private readonly triggers: KapsoTriggers,
    private readonly functions: KapsoFunctions,
  ) {}

  /** What a call would be refused for makes no sense as an edit either. */
  perform(edit: KapsoEdit): void {
    try {
      this.act(edit);
    } catch (error) {
      if (error instanceof Refusal) throw new ControlError(`Wrong edit: ${error.message}`);
      throw error;
    }
  }

  private act(edit: KapsoEdit): void {
    const { project_id } = kapsoDefaults;
    switch (edit.action) {
      case "createWorkflow":
        this.workflows.create(edit.project_id ?? project_id, edit.set, "person");
        return;
      case "updateWorkflow":
        this.workflows.update(this.workflow(edit.workflow), edit.set, "person");
        return;
      case "archiveWorkflow":
        this.workflows.update(this.workflow(edit.workflow), { status: "archived" }, "person");
        return;
      case "deleteWorkflow": {
        const workflow = this.workflow(edit.workflow);
        for (const { id } of this.store.triggersOf(workflow)) this.store.triggers.delete(id);
        this.store.workflows.delete(workflow.id);
        return;
      }
      case "runWorkflow":
        this.workflows.run(this.workflow(edit.workflow), edit.times);
        return;
      case "addTrigger":
        this.triggers.create(this.workflow(edit.workflow), edit.add);
        return;
      case "toggleTrigger":
        this.triggers.toggle(found(this.store.triggers.find(edit.trigger), "trigger", edit.trigger), edit.active);
        return;
      case "deleteTrigger":
        found(this.store.triggers.find(edit.trigger), "trigger", edit.trigger);
        this.store.triggers.delete(edit.trigger);
        return;
      case "createFunction":
        this.functions.create(edit.project_id ?? project_id, { function_type: "cloudflare_worker", ...edit.set });
        return;
      case "updateFunction":
        this.functions.update(this.function(edit.function), edit.set);
        return;
      case "deployFunction":
        this.functions.deployNow(this.function(edit.function));
        return;
      case "setSecret": {
        const stored = this.function(edit.function);
        if (edit.value === null) this.functions.deleteSecret(stored, edit.name);
        else this.functions.addSecret(stored, edit.name, edit.value);
        return;
      }
      case "deleteFunction":
        this.functions.delete(this.function(edit.function));
        return;
      case "deletePhoneNumber":
        this.deletePhoneNumber(edit.phone_number_id);
        return;
      default: {
        const workflow = this.workflow(edit.workflow);
        this.workflows.update(workflow, { definition: redrawn(workflow.definition, edit) }, "person");
      }
    }
  }

  /** The nodes that name the number go with it (5), and the edges from and to them; a trigger stays. */
  private deletePhoneNumber(phone_number_id: string): void {
    const number = this.store.phoneNumbers.all().find((each) => each.phone_number_id === phone_number_id);
    this.store.phoneNumbers.delete(found(number, "phone number", phone_number_id).id);
    for (const workflow of this.store.workflows.all()) {
      const named = workflow.definition.nodes.filter((node) => node.data.config.phone_number_id === phone_number_id);
      if (named.length === 0 || workflow.project_id !== number?.project_id) continue;
      const removes = this.store.switches.kapsoPhoneDeleteRemovesNodes;
      const definition = removes
        ? named.reduce((graph, { id }) => withoutNode(graph, id), workflow.definition)
        : named.reduce((graph, { id }) => configured(graph, id, withoutNumber), workflow.definition);
      this.store.workflows.put({ ...workflow, definition });
    }
  }

  private workflow(idOrSlug: string): KapsoWorkflow {
    return only(this.store.workflows, idOrSlug, "workflow");
  }

  private function(idOrSlug: string) {
    return only(this.store.functions, idOrSlug, "function");
  }
}

type GraphEdit = Extract<
  KapsoEdit,
  { action: "moveNode" | "configureNode" | "addNode" | "removeNode" | "addEdge" | "removeEdge" }
>;

/** The editor sends the whole graph with the ids that it has read, so that they stay. */
function redrawn(graph: KapsoDefinition, edit: GraphEdit): DefinitionInput {
  const { nodes, edges } = graph;
  if (edit.action === "addNode") return { nodes: [...nodes, edit.add], edges };
  if (edit.action === "addEdge") return { nodes, edges: [...edges, edit.add] };
  if (edit.action === "removeEdge") {
    const { source, label = "next" } = edit;
    const rest = edges.filter((edge) => edge.source !== source || edge.label !== label);
    if (rest.length === edges.length) throw new ControlError(`Wrong edit: there is no edge ${source} --${label}-->`);
    return { nodes, edges: rest };
  }
  found(
    nodes.find(({ id }) => id === edit.node),
    "node",
    edit.node,
  );
  if (edit.action === "removeNode") return withoutNode(graph, edit.node);
  if (edit.action === "configureNode") return configured(graph, edit.node, edit.set);
  return {
    nodes: nodes.map((node): NodeInput => (node.id === edit.node ? { ...node, position: edit.position } : node)),
    edges,
  };
}

const withoutNumber = { phone_number_id: null, whatsapp_config_id: null };

function configured({ nodes, edges }: KapsoDefinition, id: string, set: Record<string, unknown>): KapsoDefinition {
  // What is set one way must not lose against what the other way has left behind.
  const cleared = {
    ...("provider_model_name" in set && { provider_model_id: null }),
    ...("phone_number_id" in set && { whatsapp_config_id: null }),
    ...("whatsapp_config_id" in set && { phone_number_id: null }),
  };
  return {
    nodes: nodes.map((node) =>
      node.id === id ? { ...node, data: { ...node.data, config: { ...node.data.config, ...cleared, ...set } } } : node,
    ),
    edges,
  };
}

function withoutNode({ nodes, edges }: KapsoDefinition, id: string): KapsoDefinition {
  return {
    nodes: nodes.filter((node) => node.id !== id),
    edges: edges.filter(({ source, target }) => source !== id && target !== id),
  };
}

function only<Row extends { readonly id: string; readonly slug: string }>(
  rows: Collection<Row>,
  idOrSlug: string,
  what: string,
): Row {
  const matching = rows.all().filter(({ id, slug }) => id === idOrSlug || slug === idOrSlug);
  if (matching.length > 1)
    throw new ControlError(`Wrong edit: ${matching.length} projects have a ${what} '${idOrSlug}'`);
  return found(matching[0], what, idOrSlug);
}

function found<T>(row: T | undefined, what: string, name: string): T {
  if (row === undefined) throw new ControlError(`Wrong edit: there is no ${what} '${name}'`);
  return row;
}
