import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type { ReadResourceRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { Ledger } from "./ledger";
import type { Project } from "./project";
import { readOption, type Sdk } from "./sdk";
import { makeUrn, nameOf, PROVIDER_TYPE, splitReference, typeOf } from "./urn";
import type { Properties } from "./values";

/** What the program asks for when it declares a resource. */
export interface Goal {
  urn: string;
  type: string;
  custom: boolean;
  inputs: Properties;
  parent: string | undefined;
  provider: string | undefined;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  /** Undefined: the program does not say. */
  protect: boolean | undefined;
  retainOnDelete: boolean | undefined;
  deleteBeforeReplace: boolean | undefined;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  additionalSecretOutputs: string[];
  /** In seconds. */
  customTimeouts: Record<string, number> | undefined;
  /** URNs that the resource may have had before. */
  aliases: string[];
}

/** What the program asks for when it gets a resource that it does not manage. */
export type ReadGoal = Pick<
  Goal,
  "urn" | "type" | "inputs" | "parent" | "provider" | "dependencies" | "additionalSecretOutputs"
> & { id: string };

// Options by their getter: newer SDKs have some that older ones lack.
const REFUSED_OPTIONS: Record<string, string> = {
  getRemote: "remote components",
  getDeletedwith: "the resource option deletedWith",
  getReplaceWithList: "the resource option replaceWith",
  hasReplacementTrigger: "the resource option replacementTrigger",
  getHooks: "resource hooks",
  getPackageref: "packages",
  getTransformsList: "transforms",
  getStateMigrationsList: "state migrations",
  getHidediffsList: "the resource option hideDiffs",
  getEnvvarmappingsMap: "the resource option envVarMappings",
  getVersion: "the resource option version",
  getPlugindownloadurl: "the resource option pluginDownloadURL",
  getImportid: "the resource option import: dynamic resources cannot be imported by id, under the Pulumi CLI either",
};

function refuse(request: RegisterResourceRequest | ReadResourceRequest, urn: string): void {
  const type = request.getType();
  const dynamic = type.startsWith("pulumi-nodejs:") || type === PROVIDER_TYPE;
  const custom = readOption(request, "getCustom") !== false;
  const provider = request.getProvider();
  const refused = [
    ...Object.entries(REFUSED_OPTIONS).flatMap(([getter, words]) =>
      isSet(readOption(request, getter)) ? [words] : [],
    ),
    ...(custom && !dynamic ? [`resources of type ${type}: only dynamic resources are`] : []),
    ...(custom && provider && typeOf(splitReference(provider).urn) !== PROVIDER_TYPE
      ? [`the provider ${nameOf(splitReference(provider).urn)}: only providers of type ${PROVIDER_TYPE} are`]
      : []),
  ];
  if (refused.length > 0) throw new Error(`${urn}: not rehearsed: ${refused.join("; ")}`);
}

function isSet(option: unknown): boolean {
  if (Array.isArray(option)) return option.length > 0;
  const length = option && typeof option === "object" ? readOption(option, "getLength") : undefined;
  return typeof length === "number" ? length > 0 : Boolean(option);
}

/** Reads a registration. @throws naming every option that is not rehearsed. */
export function readGoal(sdk: Sdk, project: Project, ledger: Ledger, request: RegisterResourceRequest): Goal {
  const type = request.getType();
  const parent = request.getParent() || undefined;
  const urn = makeUrn(project.stack, project.name, parent, type, request.getName());
  refuse(request, urn);
  const timeouts = request.getCustomtimeouts();
  return {
    urn,
    type,
    custom: request.getCustom(),
    inputs: sdk.fromStruct(request.getObject()),
    parent,
    provider: request.getProvider() || undefined,
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries(
      [...request.getPropertydependenciesMap().entries()].map(([key, urns]) => [key, urns.getUrnsList()]).sort(),
    ),
    protect: request.getProtect() || undefined,
    retainOnDelete: request.getRetainondelete() || undefined,
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    customTimeouts: timeouts && readTimeouts(timeouts),
    aliases: [
      ...request.getAliasesList().map((alias) => aliasUrn(alias, request, project, ledger)),
      ...request.getAliasurnsList(),
      ...inheritedAlias(request, project, ledger),
    ],
  };
}

/** Reads a `Resource.get`. @throws naming every option that is not rehearsed. */
export function readReadGoal(sdk: Sdk, project: Project, request: ReadResourceRequest): ReadGoal {
  const parent = request.getParent() || undefined;
  const urn = makeUrn(project.stack, project.name, parent, request.getType(), request.getName());
  refuse(request, urn);
  return {
    urn,
    type: request.getType(),
    id: request.getId(),
    inputs: sdk.fromStruct(request.getProperties()),
    parent,
    provider: request.getProvider() || undefined,
    dependencies: request.getDependenciesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
  };
}

function aliasUrn(alias: Alias, request: RegisterResourceRequest, project: Project, ledger: Ledger): string {
  const spec = alias.getSpec();
  if (!spec) return alias.getUrn();
  const parent = spec.getParenturn() || request.getParent();
  return makeUrn(
    spec.getStack() || project.stack,
    spec.getProject() || project.name,
    spec.getNoparent() ? undefined : (ledger.formerUrn(parent) ?? parent),
    spec.getType() || request.getType(),
    spec.getName() || request.getName(),
  );
}

/** A renamed parent renames its children; those whose name began with its name were called after its former one. */
function inheritedAlias(request: RegisterResourceRequest, project: Project, ledger: Ledger): string[] {
  const former = ledger.formerUrn(request.getParent());
  if (former === undefined) return [];
  const name = request.getName();
  const parentName = nameOf(request.getParent());
  const formerName = name.startsWith(parentName) ? nameOf(former) + name.slice(parentName.length) : name;
  return [makeUrn(project.stack, project.name, former, request.getType(), formerName)];
}

function readTimeouts(timeouts: RegisterResourceRequest.CustomTimeouts): Record<string, number> | undefined {
  const all = { create: timeouts.getCreate(), update: timeouts.getUpdate(), delete: timeouts.getDelete() };
  const set = Object.entries(all).filter(([, duration]) => duration !== "");
  return set.length > 0 ? Object.fromEntries(set.map(([key, duration]) => [key, seconds(duration)])) : undefined;
}

/** Go's spelling of a duration: `1h30m`. */
function seconds(duration: string): number {
  const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  const parts = [...duration.matchAll(/([\d.]+)(h|ms|m|s)/g)];
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
}
