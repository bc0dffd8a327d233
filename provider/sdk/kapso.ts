import type * as pulumi from "@pulumi/pulumi";
import { pulumiLog } from "../hosts/pulumi-log";
import type { EngineArguments } from "../lifecycle/engine-arguments";
import { accountOf } from "../runtime/process";
import type { ReadConfig } from "../runtime/settings";
import type { Definition, Edge, Node, Position } from "../vendors/kapso/definition/definition";
import type { KeyedDefinition } from "../vendors/kapso/definition/schema";
import type { FlowFields } from "../vendors/kapso/flow";
import type { FunctionFields } from "../vendors/kapso/function";
import {
  type FunctionResult,
  findFlow,
  findFunction,
  findWorkflow,
  type GraphResult,
  type WorkflowResult,
} from "../vendors/kapso/lookups";
import type { TriggerFields } from "../vendors/kapso/trigger";
import { kapso } from "../vendors/kapso/vendor";
import type { WorkflowFields } from "../vendors/kapso/workflow";
import type { Arguments } from "./argument";
import { FlowProvider } from "./flow-provider";
import { FlowResource } from "./flow-resource";
import { type LookupOptions, lookUp, lookUpOutput } from "./lookup";
import { stackConfig } from "./stack-config";

export type {
  AgentConfig,
  AgentFunctionTool,
  AgentKnowledgeBase,
  AgentMcpServer,
  AgentResource,
  AgentWebhookTool,
  AiField,
  AiMarker,
  Button,
  CallConfig,
  Condition,
  DecideConfig,
  DefaultToolConfigs,
  EmitEventConfig,
  FunctionConfig,
  HandoffConfig,
  ListRow,
  ListSection,
  PipedreamConfig,
  SendInteractiveConfig,
  SendTemplateConfig,
  SendTextConfig,
  SetVariableConfig,
  StartConfig,
  WaitForResponseConfig,
  WebhookConfig,
} from "../vendors/kapso/definition/node-configs";
export { type EdgeOptions, edge, type NodeOptions, node } from "./kapso-nodes";
export type {
  Definition,
  Edge,
  FunctionResult,
  GraphResult,
  KeyedDefinition,
  LookupOptions,
  Node,
  Position,
  WorkflowResult,
};

/** A field that takes the resource's name where it is left out. */
type Named<Fields extends { name: string }> = Partial<Pick<Fields, "name">> & Omit<Fields, "name">;

/** Arguments of {@link Workflow}. */
export type WorkflowArgs = Arguments<Named<WorkflowFields> & EngineArguments>;

/**
 * A Kapso workflow: the steps of a conversation on WhatsApp, as a graph.
 *
 * Its id is Kapso's own, and the way to wire it. Deleting it archives the workflow: Kapso documents no deletion, and an archived workflow
 * keeps its name and slug, so that only `adopt: true` brings one of that name back.
 *
 * @see https://docs.kapso.ai
 */
export class Workflow extends FlowResource {
  /** The name in the project. */
  declare readonly name: pulumi.Output<string>;
  /** The key for other tools. */
  declare readonly slug: pulumi.Output<string>;
  /** What it is for; empty where nothing is said. */
  declare readonly description: pulumi.Output<string>;
  /** `draft`, `active` or `archived`. */
  declare readonly status: pulumi.Output<string>;
  /** How long Kapso waits for further messages, in seconds. */
  declare readonly messageDebounceSeconds: pulumi.Output<number>;
  /** What the other side sees of reading and typing. */
  declare readonly inboundMessageReadMode: pulumi.Output<string>;
  /** The graph as declared: nodes keyed by id, edges by source and label. Absent where the program declares none. */
  declare readonly definition: pulumi.Output<KeyedDefinition | undefined>;
  /** Where the steps stand on the canvas, by their ids, where the program manages that (`ignoreLayout: false`). */
  declare readonly layout: pulumi.Output<Record<string, Position> | undefined>;
  /** Kapso's id of the project. */
  declare readonly projectId: pulumi.Output<string>;

  /**
   * @param name the resource's name, also the workflow's where `args.name` is left out
   * @throws Error for the option `import`, which Pulumi cannot do for dynamic resources: use `adopt: true`
   */
  constructor(name: string, args: WorkflowArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super("kapso:Workflow", name, args, opts);
  }

  /**
   * Looks up a workflow that this stack does not manage.
   *
   * @param id Kapso's own id, a UUID; `getWorkflow` finds one by name or slug
   * @throws Error where there is no such workflow
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Workflow {
    return new Workflow(name, {}, { ...opts, id });
  }

  /** Whether a value is a {@link Workflow}, also one of another copy of this package. */
  static override isInstance(value: unknown): value is Workflow {
    return FlowResource.isOfType(value, "kapso:Workflow");
  }
}

/** Arguments of {@link Flow}. */
export type FlowArgs = Arguments<Named<FlowFields> & EngineArguments>;

/**
 * A Kapso flow by the API that was documented first (`/api/v1/flows`). It acts on the same records as {@link Workflow}, which offers more:
 * a slug, settings, and a lock against changes made in the moment of writing. Manage a record by one of the two.
 *
 * Deleting it archives it, by the newer API.
 *
 * @see https://docs.kapso.ai
 */
export class Flow extends FlowResource {
  /** The name in the project. */
  declare readonly name: pulumi.Output<string>;
  /** What it is for; empty where nothing is said. */
  declare readonly description: pulumi.Output<string>;
  /** `draft`, `active` or `archived`. */
  declare readonly status: pulumi.Output<string>;
  /** The graph as declared: nodes keyed by id, edges by source and label. Absent where the program declares none. */
  declare readonly definition: pulumi.Output<KeyedDefinition | undefined>;
  /** Where the steps stand on the canvas, by their ids, where the program manages that (`ignoreLayout: false`). */
  declare readonly layout: pulumi.Output<Record<string, Position> | undefined>;
  /** Kapso's id of the project. */
  declare readonly projectId: pulumi.Output<string>;

  /**
   * @param name the resource's name, also the flow's where `args.name` is left out
   * @throws Error for the option `import`, which Pulumi cannot do for dynamic resources: use `adopt: true`
   */
  constructor(name: string, args: FlowArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super("kapso:Flow", name, args, opts);
  }

  /**
   * Looks up a flow that this stack does not manage.
   *
   * @param id Kapso's own id, a UUID; `getFlow` finds one by name
   * @throws Error where there is no such flow
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Flow {
    return new Flow(name, {}, { ...opts, id });
  }

  /** Whether a value is a {@link Flow}, also one of another copy of this package. */
  static override isInstance(value: unknown): value is Flow {
    return FlowResource.isOfType(value, "kapso:Flow");
  }
}

/** Arguments of {@link Trigger}. */
export type TriggerArgs = Arguments<TriggerFields & EngineArguments>;

/** What Kapso needs to find a trigger that {@link Trigger.get} looks up. */
export interface TriggerState {
  /** The id of the workflow that it starts. */
  workflowId: pulumi.Input<string>;
}

/**
 * What starts a workflow. Only `active` changes in place; anything else makes a new trigger. Others' triggers of the workflow are left alone. Deleting it
 * is real: the workflow is no longer started by it.
 *
 * @see https://docs.kapso.ai
 */
export class Trigger extends FlowResource {
  /** The id of the workflow that it starts. */
  declare readonly workflowId: pulumi.Output<string>;
  /** `inbound_message`, `api_call`, `whatsapp_event` or `project_event`. */
  declare readonly triggerType: pulumi.Output<string>;
  /** Meta's id of the phone number. */
  declare readonly phoneNumberId: pulumi.Output<string | undefined>;
  /** The event of WhatsApp. */
  declare readonly event: pulumi.Output<string | undefined>;
  /** The event of the project. */
  declare readonly eventName: pulumi.Output<string | undefined>;
  /** Which property of the event is looked at. */
  declare readonly propertyKey: pulumi.Output<string | undefined>;
  /** How it is compared. */
  declare readonly operator: pulumi.Output<string | undefined>;
  /** What it is compared with. */
  declare readonly propertyValue: pulumi.Output<unknown>;
  /** Whether it starts the workflow. */
  declare readonly active: pulumi.Output<boolean>;
  /** What Kapso's app calls it. */
  declare readonly displayName: pulumi.Output<string | undefined>;

  /** @throws Error for the option `import`, which Pulumi cannot do for dynamic resources: use `adopt: true` */
  constructor(name: string, args: TriggerArgs, opts?: pulumi.CustomResourceOptions) {
    super("kapso:Trigger", name, args, opts);
  }

  /**
   * Looks up a trigger that this stack does not manage.
   *
   * @param id Kapso's own id, a UUID
   * @throws Error where there is no such trigger
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: TriggerState,
    opts?: pulumi.CustomResourceOptions,
  ): Trigger {
    // The other arguments are what is looked up.
    return new Trigger(name, state as TriggerArgs, { ...opts, id });
  }

  /** Whether a value is a {@link Trigger}, also one of another copy of this package. */
  static override isInstance(value: unknown): value is Trigger {
    return FlowResource.isOfType(value, "kapso:Trigger");
  }
}

/** Arguments of {@link Function}. */
export type FunctionArgs = Arguments<Named<FunctionFields> & EngineArguments>;

/**
 * Code that workflows run at Kapso: created, deployed, and deployed again whenever the code or its settings change. Deleting it is real.
 *
 * @see https://docs.kapso.ai
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: Kapso's own noun; programs write kapso.Function
export class Function extends FlowResource {
  /** The name. */
  declare readonly name: pulumi.Output<string>;
  /** The key for other tools. */
  declare readonly slug: pulumi.Output<string>;
  /** What it is for; empty where nothing is said. */
  declare readonly description: pulumi.Output<string>;
  /** The source text. */
  declare readonly code: pulumi.Output<string>;
  /** Where it runs. */
  declare readonly functionType: pulumi.Output<string>;
  /** `passthrough` or `wrapped`. */
  declare readonly invokeResponseMode: pulumi.Output<string>;
  /** Whether anybody may call it. */
  declare readonly publicEndpoint: pulumi.Output<boolean>;
  /** Settings of the place where it runs. */
  declare readonly runtimeConfig: pulumi.Output<Record<string, unknown>>;
  /** The secrets that the program declares. */
  declare readonly secrets: pulumi.Output<Record<string, string> | undefined>;
  /** Marks what was last deployed. */
  declare readonly deployment: pulumi.Output<string>;
  /** Where it can be called. */
  declare readonly endpointUrl: pulumi.Output<string | undefined>;
  /** Counts deployments. */
  declare readonly version: pulumi.Output<number | undefined>;
  /** Kapso's id of the project. */
  declare readonly projectId: pulumi.Output<string>;

  /**
   * @param name the resource's name, also the function's where `args.name` is left out
   * @throws Error for the option `import`, which Pulumi cannot do for dynamic resources: use `adopt: true`
   */
  constructor(name: string, args: FunctionArgs, opts?: pulumi.CustomResourceOptions) {
    super("kapso:Function", name, args, opts);
  }

  /**
   * Looks up a function that this stack does not manage.
   *
   * @param id Kapso's own id, a UUID; `getFunction` finds one by name or slug
   * @throws Error where there is no such function
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Function {
    // The arguments are what is looked up.
    return new Function(name, {} as FunctionArgs, { ...opts, id });
  }

  /** Whether a value is a {@link Function}, also one of another copy of this package. */
  static override isInstance(value: unknown): value is Function {
    return FlowResource.isOfType(value, "kapso:Function");
  }
}

/** Settings of an explicit {@link Provider}: each replaces the one of the stack's configuration; what is left out is taken from there, but for the key. */
export interface ProviderArgs {
  /** The project's API key; kept secret. */
  apiKey: pulumi.Input<string>;
  /** The host root of the API of workflows, without path. Default: the stack's, else `https://api.kapso.ai`. */
  apiUrl?: pulumi.Input<string>;
  /** The host root of the API that was documented first, without path. Default: the stack's, else `https://app.kapso.ai`. */
  legacyApiUrl?: pulumi.Input<string>;
}

/** A second Kapso project, or one whose key is made by the program: pass it to a resource as the option `provider`. */
export class Provider extends FlowProvider {
  constructor(name: string, args: ProviderArgs, opts?: pulumi.ResourceOptions) {
    super(kapso, name, { ...args }, opts);
  }
}

/** What a workflow or a function is found by: one of the two. */
export interface ByNameOrSlug {
  /** The name in the project. */
  name?: string;
  /** The key for other tools. It wins where both are given. */
  slug?: string;
}

/** What a flow is found by. */
export interface ByName {
  /** The name in the project. */
  name: string;
}

/**
 * Reads one workflow with its graph, in the project of the stack's configuration.
 *
 * @throws Error where there is no such workflow
 */
export function getWorkflow(args: ByNameOrSlug): Promise<WorkflowResult> {
  return lookUpWorkflow(args, stackConfig);
}

/** {@link getWorkflow} for arguments that may be outputs, and for explicit providers. */
export function getWorkflowOutput(args: Arguments<ByNameOrSlug>, opts?: LookupOptions): pulumi.Output<WorkflowResult> {
  return lookUpOutput(lookUpWorkflow, args, opts);
}

/**
 * Reads one flow with its graph by the API that was documented first, in the project of the stack's configuration.
 *
 * @throws Error where there is no such flow
 */
export function getFlow(args: ByName): Promise<GraphResult> {
  return lookUpFlow(args, stackConfig);
}

/** {@link getFlow} for arguments that may be outputs, and for explicit providers. */
export function getFlowOutput(args: Arguments<ByName>, opts?: LookupOptions): pulumi.Output<GraphResult> {
  return lookUpOutput(lookUpFlow, args, opts);
}

/**
 * Reads one function, in the project of the stack's configuration.
 *
 * @throws Error where there is no such function
 */
export function getFunction(args: ByNameOrSlug): Promise<FunctionResult> {
  return lookUpFunction(args, stackConfig);
}

/** {@link getFunction} for arguments that may be outputs, and for explicit providers. */
export function getFunctionOutput(args: Arguments<ByNameOrSlug>, opts?: LookupOptions): pulumi.Output<FunctionResult> {
  return lookUpOutput(lookUpFunction, args, opts);
}

function lookUpWorkflow(args: ByNameOrSlug, config: ReadConfig): Promise<WorkflowResult> {
  return lookUp(async () => findWorkflow(accountOf(kapso, config, pulumiLog), args));
}

function lookUpFlow({ name }: ByName, config: ReadConfig): Promise<GraphResult> {
  return lookUp(async () => findFlow(accountOf(kapso, config, pulumiLog), name));
}

function lookUpFunction(args: ByNameOrSlug, config: ReadConfig): Promise<FunctionResult> {
  return lookUp(async () => findFunction(accountOf(kapso, config, pulumiLog), args));
}
