import type * as pulumi from "@pulumi/pulumi";
import { pulumiLog } from "../hosts/pulumi-log";
import type { EngineArguments } from "../lifecycle/engine-arguments";
import { FlowError } from "../lifecycle/errors";
import { accountOf, settingsOf } from "../runtime/process";
import type { ReadConfig } from "../runtime/settings";
import { type FlowFields, NO_ORGANIZATION } from "../vendors/kosli/flow";
import { type FlowResult, findFlow, findFlows } from "../vendors/kosli/lookups";
import type {
  FlowArtifact,
  FlowAttestation,
  FlowTemplate,
  FlowTrail,
  KeyedFlowTemplate,
} from "../vendors/kosli/template";
import { kosli } from "../vendors/kosli/vendor";
import type { Arguments } from "./argument";
import { FlowProvider } from "./flow-provider";
import { FlowResource } from "./flow-resource";
import { type LookupOptions, lookUp, lookUpOutput } from "./lookup";
import { stackConfig } from "./stack-config";

export type { FlowArtifact, FlowAttestation, FlowResult, FlowTemplate, FlowTrail, KeyedFlowTemplate, LookupOptions };

/** Arguments of {@link Flow}. */
export type FlowArgs = Arguments<
  Partial<Pick<FlowFields, "name" | "org">> & Omit<FlowFields, "name" | "org"> & EngineArguments
>;

/** What is known of a flow that {@link Flow.get} looks up: hints, all optional. */
export interface FlowState {
  /** The flow's name in the organization. */
  name?: pulumi.Input<string>;
  /** The organization that holds the flow. */
  org?: pulumi.Input<string>;
}

/**
 * A Kosli flow: what a kind of release must prove before it may run.
 *
 * Its id is `organization/name` as created; a rename keeps it. Deleting it archives the flow: Kosli has no deletion, keeps the
 * trails, and cannot bring the flow back, so think of `protect` or `retainOnDelete` for flows that matter.
 *
 * @see https://docs.kosli.com
 */
export class Flow extends FlowResource {
  /** The flow's name in the organization. */
  declare readonly name: pulumi.Output<string>;
  /** The organization that holds the flow. */
  declare readonly org: pulumi.Output<string>;
  /** What the flow is for; empty where nothing is said. */
  declare readonly description: pulumi.Output<string>;
  /** `public` or `private`. */
  declare readonly visibility: pulumi.Output<"public" | "private">;
  /** The template as declared: YAML text, or an object with lists keyed by name. Absent where the program declares none. */
  declare readonly template: pulumi.Output<string | KeyedFlowTemplate | undefined>;
  /** The names of required controls, where the program declares them so. */
  declare readonly legacyTemplate: pulumi.Output<string[] | undefined>;
  /** The repository's address, as last sent. */
  declare readonly repoUrl: pulumi.Output<string | undefined>;
  /** The tags that the program declares. */
  declare readonly tags: pulumi.Output<Record<string, string> | undefined>;
  /** Kosli's own id of the flow, which a rename keeps; older servers have none. */
  declare readonly vendorId: pulumi.Output<string | undefined>;
  /** The flow's page in Kosli. */
  declare readonly url: pulumi.Output<string>;

  /**
   * @param name the resource's name, also the flow's where `args.name` is left out
   * @throws Error for the option `import`, which Pulumi cannot do for dynamic resources: use `adopt: true`
   */
  constructor(name: string, args: FlowArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super("kosli:Flow", name, args, opts);
  }

  /**
   * Looks up a flow that this stack does not manage.
   *
   * @param id `organization/name`
   * @throws Error where there is no such flow
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: FlowState = {},
    opts?: pulumi.CustomResourceOptions,
  ): Flow {
    return new Flow(name, state, { ...opts, id });
  }

  /** Whether a value is a {@link Flow}, also one of another copy of this package. */
  static override isInstance(value: unknown): value is Flow {
    return FlowResource.isOfType(value, "kosli:Flow");
  }
}

/** Settings of an explicit {@link Provider}: each replaces the one of the stack's configuration; what is left out is taken from there, but for the token. */
export interface ProviderArgs {
  /** The API token; kept secret. */
  apiToken: pulumi.Input<string>;
  /** The organization of flows that name none. */
  org?: pulumi.Input<string>;
  /** The API's host root, without path. Default: the stack's, else `https://app.kosli.com`. */
  apiUrl?: pulumi.Input<string>;
  /** Shorthand for the vendor's own hosts. */
  region?: pulumi.Input<"eu" | "us">;
}

/** A second Kosli account, or one whose token is made by the program: pass it to a flow as the option `provider`. */
export class Provider extends FlowProvider {
  constructor(name: string, args: ProviderArgs, opts?: pulumi.ResourceOptions) {
    super(kosli, name, { ...args }, opts);
  }
}

/** Arguments of {@link getFlow}. */
export interface GetFlowArgs {
  /** The flow's name. */
  name: string;
  /** Default: the setting `kosli:org`. */
  org?: string;
}

/** Arguments of {@link listFlows}. */
export interface ListFlowsArgs {
  /** Default: the setting `kosli:org`. */
  org?: string;
  /** Only flows whose name contains this text; upper and lower case differ. */
  nameContains?: string;
}

/**
 * Reads one flow, in the account of the stack's configuration.
 *
 * @throws Error where there is no such flow
 */
export function getFlow(args: GetFlowArgs): Promise<FlowResult> {
  return lookUpFlow(args, stackConfig);
}

/** {@link getFlow} for arguments that may be outputs, and for explicit providers. */
export function getFlowOutput(args: Arguments<GetFlowArgs>, opts?: LookupOptions): pulumi.Output<FlowResult> {
  return lookUpOutput(lookUpFlow, args, opts);
}

/** Reads all flows of an organization that are not archived, in the account of the stack's configuration. */
export function listFlows(args: ListFlowsArgs = {}): Promise<FlowResult[]> {
  return lookUpFlows(args, stackConfig);
}

/** {@link listFlows} for arguments that may be outputs, and for explicit providers. */
export function listFlowsOutput(
  args: Arguments<ListFlowsArgs> = {},
  opts?: LookupOptions,
): pulumi.Output<FlowResult[]> {
  return lookUpOutput(lookUpFlows, args, opts);
}

function lookUpFlow({ name, org }: GetFlowArgs, config: ReadConfig): Promise<FlowResult> {
  return lookUp(async () => findFlow(accountOf(kosli, config, pulumiLog), org ?? configuredOrg(config), name));
}

function lookUpFlows({ org, nameContains = "" }: ListFlowsArgs, config: ReadConfig): Promise<FlowResult[]> {
  return lookUp(async () => findFlows(accountOf(kosli, config, pulumiLog), org ?? configuredOrg(config), nameContains));
}

function configuredOrg(config: ReadConfig): string {
  const { org } = settingsOf(kosli, config).values;
  if (org) return org;
  throw new FlowError("settings", `${NO_ORGANIZATION}.`);
}
