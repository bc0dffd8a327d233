import type * as pulumi from "@pulumi/pulumi";
import { pulumiLog } from "../hosts/pulumi-log";
import type { EngineArguments } from "../lifecycle/engine-arguments";
import { accountOf } from "../runtime/process";
import type { ReadConfig } from "../runtime/settings";
import type { DeploymentFields } from "../vendors/humanloop/deployment";
import type { FlowFields } from "../vendors/humanloop/flow";
import {
  type FlowEnvironment,
  type FlowItem,
  type FlowResult,
  findEnvironments,
  findFlow,
  findFlows,
  findVersions,
} from "../vendors/humanloop/lookups";
import type { Evaluator, MonitoringFields } from "../vendors/humanloop/monitoring";
import { humanloop } from "../vendors/humanloop/vendor";
import type { Arguments } from "./argument";
import { FlowProvider } from "./flow-provider";
import { FlowResource } from "./flow-resource";
import { type LookupOptions, lookUp, lookUpOutput } from "./lookup";
import { stackConfig } from "./stack-config";

export type { Evaluator, FlowEnvironment, FlowItem, FlowResult, LookupOptions };

/** Arguments of {@link Flow}. */
export type FlowArgs = Arguments<Partial<Pick<FlowFields, "path">> & Omit<FlowFields, "path"> & EngineArguments>;

/** Which version of a flow {@link Flow.get} tells. */
export interface FlowState {
  /** The version to tell. Default: what the default environment has, else the newest. */
  versionId?: pulumi.Input<string>;
}

/**
 * A Humanloop flow: a line of versions, each with its attributes. Other attributes make another version; {@link FlowDeployment} says which one an
 * environment has.
 *
 * Its id is Humanloop's own, and the way to wire it. The first version is live in the default environment at once. Deleting it deletes all versions and logs,
 * and is refused while there are logs, or other versions than the present one, also earlier ones of the program, unless `forceDestroy` is set.
 *
 * Humanloop's hosted service was retired on 2025-09-08: set `humanloop:apiUrl` to a server that has its v5 API.
 */
export class Flow extends FlowResource {
  /** The path: directories and the name. */
  declare readonly path: pulumi.Output<string>;
  /** What the version is. */
  declare readonly attributes: pulumi.Output<Record<string, unknown>>;
  /** The name of the version; absent where it has none. */
  declare readonly versionName: pulumi.Output<string | undefined>;
  /** What is said of the version; empty where nothing is. */
  declare readonly versionDescription: pulumi.Output<string>;
  /** Humanloop's id of the version that has the attributes: what a {@link FlowDeployment} deploys. */
  declare readonly versionId: pulumi.Output<string>;
  /** The name of the flow, usually the end of its path. */
  declare readonly name: pulumi.Output<string>;
  /** Humanloop's id of the directory; absent where the server does not tell. */
  declare readonly directoryId: pulumi.Output<string | undefined>;

  /**
   * @param name the resource's name, also the flow's path where `args.path` is left out
   * @throws Error for the option `import`, which Pulumi cannot do for dynamic resources: use `adopt: true`
   */
  constructor(name: string, args: FlowArgs, opts?: pulumi.CustomResourceOptions) {
    super("humanloop:Flow", name, args, opts);
  }

  /**
   * Looks up a flow that this stack does not manage.
   *
   * @param id Humanloop's own id; `getFlow` finds one by path
   * @throws Error where there is no such flow or version
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: FlowState = {},
    opts?: pulumi.CustomResourceOptions,
  ): Flow {
    // The arguments are what is looked up.
    return new Flow(name, state as unknown as FlowArgs, { ...opts, id });
  }

  /** Whether a value is a {@link Flow}, also one of another copy of this package. */
  static override isInstance(value: unknown): value is Flow {
    return FlowResource.isOfType(value, "humanloop:Flow");
  }
}

/** Arguments of {@link FlowDeployment}. */
export type FlowDeploymentArgs = Arguments<DeploymentFields & Omit<EngineArguments, "adopt">>;

/** Which version of a Humanloop flow an environment has. An older `version` rolls back; another version that is deployed outside is a difference, and repaired. */
export class FlowDeployment extends FlowResource {
  /** The flow's id. */
  declare readonly flow: pulumi.Output<string>;
  /** The environment, by name or id. */
  declare readonly environment: pulumi.Output<string>;
  /** The version that is deployed. */
  declare readonly version: pulumi.Output<string>;
  /** Humanloop's id of the environment. */
  declare readonly environmentId: pulumi.Output<string>;

  /** @throws Error for the option `import`, which Pulumi cannot do for dynamic resources */
  constructor(name: string, args: FlowDeploymentArgs, opts?: pulumi.CustomResourceOptions) {
    // A pointer: where the next one fails, the present one still stands.
    super("humanloop:FlowDeployment", name, args, { deleteBeforeReplace: false, ...opts });
  }

  /**
   * Looks up what an environment has of a flow, where this stack does not manage that.
   *
   * @param id the flow's id and the environment's, as `fl_…/env_…`
   * @throws Error where nothing is deployed
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): FlowDeployment {
    // The arguments are what is looked up.
    return new FlowDeployment(name, {} as FlowDeploymentArgs, { ...opts, id });
  }

  /** Whether a value is a {@link FlowDeployment}, also one of another copy of this package. */
  static override isInstance(value: unknown): value is FlowDeployment {
    return FlowResource.isOfType(value, "humanloop:FlowDeployment");
  }
}

/** Arguments of {@link FlowMonitoring}. */
export type FlowMonitoringArgs = Arguments<MonitoringFields & Omit<EngineArguments, "adopt">>;

/** Which evaluators run on the new logs of a Humanloop flow. There is one for each flow; deleting it switches its evaluators off, and leaves those that others have switched on since the last `up` or refresh. */
export class FlowMonitoring extends FlowResource {
  /** The flow's id. */
  declare readonly flow: pulumi.Output<string>;
  /** The evaluators, keyed by what they refer to. */
  declare readonly evaluators: pulumi.Output<Record<string, Evaluator>>;

  /** @throws Error for the option `import`, which Pulumi cannot do for dynamic resources */
  constructor(name: string, args: FlowMonitoringArgs, opts?: pulumi.CustomResourceOptions) {
    // A pointer: where the next one fails, the present one still stands.
    super("humanloop:FlowMonitoring", name, args, { deleteBeforeReplace: false, ...opts });
  }

  /**
   * Looks up which evaluators watch a flow, where this stack does not manage that.
   *
   * @param id the flow's id
   * @throws Error where there is no such flow
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): FlowMonitoring {
    // The arguments are what is looked up.
    return new FlowMonitoring(name, {} as FlowMonitoringArgs, { ...opts, id });
  }

  /** Whether a value is a {@link FlowMonitoring}, also one of another copy of this package. */
  static override isInstance(value: unknown): value is FlowMonitoring {
    return FlowResource.isOfType(value, "humanloop:FlowMonitoring");
  }
}

/** Settings of an explicit {@link Provider}: each replaces the one of the stack's configuration; what is left out is taken from there, but for the key. */
export interface ProviderArgs {
  /** The organization's API key; kept secret. */
  apiKey: pulumi.Input<string>;
  /** The host root of a server that has Humanloop's v5 API, without path. Default: the stack's. */
  apiUrl?: pulumi.Input<string>;
}

/** A second Humanloop organization, or one whose key is made by the program: pass it to a resource as the option `provider`. */
export class Provider extends FlowProvider {
  constructor(name: string, args: ProviderArgs, opts?: pulumi.ResourceOptions) {
    super(humanloop, name, { ...args }, opts);
  }
}

/** What a flow is found by, and which version of it is told. */
export interface GetFlowArgs {
  /** The path. One of `path` and `id` must be there. */
  path?: string;
  /** Humanloop's own id. It wins where both are given. */
  id?: string;
  /** The version to tell. At most one of `versionId` and `environment` may be there. */
  versionId?: string;
  /** The environment, by name or id, whose version to tell. Default: what the default environment has, else the newest version. */
  environment?: string;
}

/** Which flows a list holds. */
export interface ListFlowsArgs {
  /** A part of the path. Default: all flows. */
  pathContains?: string;
}

/** Whose versions or environments a list holds. */
export interface OfFlow {
  /** The flow's id. */
  flow: string;
}

/**
 * Reads one version of a flow, in the organization of the stack's configuration.
 *
 * @throws Error where there is no such flow or version
 */
export function getFlow(args: GetFlowArgs): Promise<FlowResult> {
  return lookUpFlow(args, stackConfig);
}

/** {@link getFlow} for arguments that may be outputs, and for explicit providers. */
export function getFlowOutput(args: Arguments<GetFlowArgs>, opts?: LookupOptions): pulumi.Output<FlowResult> {
  return lookUpOutput(lookUpFlow, args, opts);
}

/** Lists flows, sorted by path, in the organization of the stack's configuration. */
export function listFlows(args: ListFlowsArgs = {}): Promise<FlowItem[]> {
  return lookUpFlows(args, stackConfig);
}

/** {@link listFlows} for arguments that may be outputs, and for explicit providers. */
export function listFlowsOutput(args: Arguments<ListFlowsArgs> = {}, opts?: LookupOptions): pulumi.Output<FlowItem[]> {
  return lookUpOutput(lookUpFlows, args, opts);
}

/**
 * Lists all versions of a flow, the newest first, in the organization of the stack's configuration.
 *
 * @throws Error where there is no such flow
 */
export function listFlowVersions(args: OfFlow): Promise<FlowResult[]> {
  return lookUpVersions(args, stackConfig);
}

/** {@link listFlowVersions} for arguments that may be outputs, and for explicit providers. */
export function listFlowVersionsOutput(args: Arguments<OfFlow>, opts?: LookupOptions): pulumi.Output<FlowResult[]> {
  return lookUpOutput(lookUpVersions, args, opts);
}

/**
 * Lists all environments of the organization with what of a flow each has, in the organization of the stack's configuration.
 *
 * @throws Error where there is no such flow
 */
export function listFlowEnvironments(args: OfFlow): Promise<FlowEnvironment[]> {
  return lookUpEnvironments(args, stackConfig);
}

/** {@link listFlowEnvironments} for arguments that may be outputs, and for explicit providers. */
export function listFlowEnvironmentsOutput(
  args: Arguments<OfFlow>,
  opts?: LookupOptions,
): pulumi.Output<FlowEnvironment[]> {
  return lookUpOutput(lookUpEnvironments, args, opts);
}

function lookUpFlow(args: GetFlowArgs, config: ReadConfig): Promise<FlowResult> {
  return lookUp(async () => findFlow(accountOf(humanloop, config, pulumiLog), args));
}

function lookUpFlows({ pathContains = "" }: ListFlowsArgs, config: ReadConfig): Promise<FlowItem[]> {
  return lookUp(async () => findFlows(accountOf(humanloop, config, pulumiLog), pathContains));
}

function lookUpVersions({ flow }: OfFlow, config: ReadConfig): Promise<FlowResult[]> {
  return lookUp(async () => findVersions(accountOf(humanloop, config, pulumiLog), flow));
}

function lookUpEnvironments({ flow }: OfFlow, config: ReadConfig): Promise<FlowEnvironment[]> {
  return lookUp(async () => findEnvironments(accountOf(humanloop, config, pulumiLog), flow));
}
