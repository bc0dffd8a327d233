import type * as pulumi from "@pulumi/pulumi";
import { pulumiLog } from "../hosts/pulumi-log";
import type { EngineArguments } from "../lifecycle/engine-arguments";
import { accountOf } from "../runtime/process";
import type { ReadConfig } from "../runtime/settings";
import type { FlowFields } from "../vendors/runtype/flow";
import {
  type FlowItem,
  type FlowResult,
  type FlowVersion,
  findFlow,
  findFlows,
  findVersions,
} from "../vendors/runtype/lookups";
import type { PublicationFields } from "../vendors/runtype/publication";
import type { Step } from "../vendors/runtype/steps/step";
import { runtype } from "../vendors/runtype/vendor";
import type { Arguments } from "./argument";
import { FlowProvider } from "./flow-provider";
import { FlowResource } from "./flow-resource";
import { type LookupOptions, lookUp, lookUpOutput } from "./lookup";
import { stackConfig } from "./stack-config";

export type * from "../vendors/runtype/steps/step-configs";
export { type StepOptions, step } from "./runtype-steps";
export type { FlowItem, FlowResult, FlowVersion, LookupOptions, Step };

/** A step as registered with Pulumi and kept in the state, under its id or else its name. */
export interface KeyedStep {
  /** What kind of step it is. */
  type: string;
  /** What it is called, where that is not its key. */
  name?: string;
  /** The key of the step before it; absent for the first. */
  after?: string;
  /** Whether it is run, where the program says it. */
  enabled?: boolean;
  /** A JavaScript predicate; the step is skipped where it is falsy. */
  when?: string;
  /** Its settings. */
  config?: Record<string, unknown>;
}

/** Arguments of {@link Flow}. */
export type FlowArgs = Arguments<Partial<Pick<FlowFields, "name">> & Omit<FlowFields, "name"> & EngineArguments>;

/**
 * A Runtype flow: AI and other steps that run one after the other.
 *
 * Its id is Runtype's own, and the way to wire it. A change saves the flow, which callers that name no version get at once; {@link FlowPublication}
 * publishes. Deleting it is real, and refused while there are results of its runs, unless `forceDestroy` is set.
 *
 * @see https://docs.runtype.com
 */
export class Flow extends FlowResource {
  /** The name. */
  declare readonly name: pulumi.Output<string>;
  /** What it is for; empty where nothing is said. */
  declare readonly description: pulumi.Output<string>;
  /** The steps as declared, keyed by id or else by name. Absent where the program declares none. */
  declare readonly steps: pulumi.Output<Record<string, KeyedStep> | undefined>;
  /** The flow's page in Runtype; absent where the server does not tell. */
  declare readonly dashboardUrl: pulumi.Output<string | undefined>;
  /** Changes with any of the steps, and with nothing else: a trigger for a {@link FlowPublication}. */
  declare readonly stepsHash: pulumi.Output<string>;

  /**
   * @param name the resource's name, also the flow's where `args.name` is left out
   * @throws Error for the option `import`, which Pulumi cannot do for dynamic resources: use `adopt: true`
   */
  constructor(name: string, args: FlowArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super("runtype:Flow", name, args, opts);
  }

  /**
   * Looks up a flow that this stack does not manage.
   *
   * @param id Runtype's own id; `getFlow` finds one by name
   * @throws Error where there is no such flow
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): Flow {
    return new Flow(name, {}, { ...opts, id });
  }

  /** Whether a value is a {@link Flow}, also one of another copy of this package. */
  static override isInstance(value: unknown): value is Flow {
    return FlowResource.isOfType(value, "runtype:Flow");
  }
}

/** Arguments of {@link FlowPublication}. */
export type FlowPublicationArgs = Arguments<PublicationFields & Omit<EngineArguments, "adopt">>;

/**
 * Which version of a Runtype flow its callers get. It publishes when it is created, and when its `version` or its `triggers` change, and at no other time:
 * never in a preview or a refresh. Without `version` it publishes what the flow holds.
 *
 * An older `version` rolls back; Runtype then makes that version's steps the flow's own, so say them in the program too. A publication cannot be undone:
 * deleting this leaves what is published.
 *
 * @see https://docs.runtype.com
 */
export class FlowPublication extends FlowResource {
  /** The flow's id. */
  declare readonly flow: pulumi.Output<string>;
  /** The version that is published, where the program says it. */
  declare readonly version: pulumi.Output<string | undefined>;
  /** What leads to a publication when it changes. */
  declare readonly triggers: pulumi.Output<unknown[] | undefined>;
  /** Runtype's id of the version that is published. */
  declare readonly publishedVersionId: pulumi.Output<string>;
  /** When it was published, or, where somebody else did that, when the version was saved, as ISO 8601. */
  declare readonly publishedAt: pulumi.Output<string>;

  /** @throws Error for the option `import`, which Pulumi cannot do for dynamic resources */
  constructor(name: string, args: FlowPublicationArgs, opts?: pulumi.CustomResourceOptions) {
    super("runtype:FlowPublication", name, args, opts);
  }

  /**
   * Looks up what is published of a flow that this stack does not publish.
   *
   * @param id the flow's id
   * @throws Error where nothing of such a flow is published
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): FlowPublication {
    // The arguments are what is looked up.
    return new FlowPublication(name, {} as FlowPublicationArgs, { ...opts, id });
  }

  /** Whether a value is a {@link FlowPublication}, also one of another copy of this package. */
  static override isInstance(value: unknown): value is FlowPublication {
    return FlowResource.isOfType(value, "runtype:FlowPublication");
  }
}

/** Settings of an explicit {@link Provider}: each replaces the one of the stack's configuration; what is left out is taken from there, but for the key. */
export interface ProviderArgs {
  /** The account's API key; kept secret. */
  apiKey: pulumi.Input<string>;
  /** The host root of the API, without path. Default: the stack's, else `https://api.runtype.com`. */
  apiUrl?: pulumi.Input<string>;
}

/** A second Runtype account, or one whose key is made by the program: pass it to a resource as the option `provider`. */
export class Provider extends FlowProvider {
  constructor(name: string, args: ProviderArgs, opts?: pulumi.ResourceOptions) {
    super(runtype, name, { ...args }, opts);
  }
}

/** What a flow is found by: one of the two. */
export interface ByIdOrName {
  /** Runtype's own id. It wins where both are given. */
  id?: string;
  /** The name; it must be the name of one flow alone. */
  name?: string;
}

/** Which flows a list holds. */
export interface ListFlowsArgs {
  /** A part of the name. Default: all flows. */
  nameContains?: string;
}

/** Whose versions a list holds. */
export interface ListFlowVersionsArgs {
  /** The flow's id. */
  flow: string;
}

/**
 * Reads one flow with its steps, in the account of the stack's configuration.
 *
 * @throws Error where there is no such flow, or where several have the name
 */
export function getFlow(args: ByIdOrName): Promise<FlowResult> {
  return lookUpFlow(args, stackConfig);
}

/** {@link getFlow} for arguments that may be outputs, and for explicit providers. */
export function getFlowOutput(args: Arguments<ByIdOrName>, opts?: LookupOptions): pulumi.Output<FlowResult> {
  return lookUpOutput(lookUpFlow, args, opts);
}

/** Lists flows without their steps, sorted by name, in the account of the stack's configuration. */
export function listFlows(args: ListFlowsArgs = {}): Promise<FlowItem[]> {
  return lookUpFlows(args, stackConfig);
}

/** {@link listFlows} for arguments that may be outputs, and for explicit providers. */
export function listFlowsOutput(args: Arguments<ListFlowsArgs> = {}, opts?: LookupOptions): pulumi.Output<FlowItem[]> {
  return lookUpOutput(lookUpFlows, args, opts);
}

/**
 * Lists all versions of a flow, the newest first, in the account of the stack's configuration.
 *
 * @throws Error where there is no such flow
 */
export function listFlowVersions(args: ListFlowVersionsArgs): Promise<FlowVersion[]> {
  return lookUpVersions(args, stackConfig);
}

/** {@link listFlowVersions} for arguments that may be outputs, and for explicit providers. */
export function listFlowVersionsOutput(
  args: Arguments<ListFlowVersionsArgs>,
  opts?: LookupOptions,
): pulumi.Output<FlowVersion[]> {
  return lookUpOutput(lookUpVersions, args, opts);
}

function lookUpFlow(args: ByIdOrName, config: ReadConfig): Promise<FlowResult> {
  return lookUp(async () => findFlow(accountOf(runtype, config, pulumiLog), args));
}

function lookUpFlows({ nameContains = "" }: ListFlowsArgs, config: ReadConfig): Promise<FlowItem[]> {
  return lookUp(async () => findFlows(accountOf(runtype, config, pulumiLog), nameContains));
}

function lookUpVersions({ flow }: ListFlowVersionsArgs, config: ReadConfig): Promise<FlowVersion[]> {
  return lookUp(async () => findVersions(accountOf(runtype, config, pulumiLog), flow));
}
