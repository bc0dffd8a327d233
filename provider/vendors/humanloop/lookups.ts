import { FlowError } from "../../lifecycle/errors";
import { DEFAULT_TAG, type HumanloopAccount } from "./account";
import { noEnvironment } from "./deployment";
import { flow } from "./flow";
import { deploymentsOf, versionsOf } from "./versions";
import type { WireFlow } from "./wire";

/** A flow as a list tells it. */
export interface FlowItem {
  /** Humanloop's own id. */
  id: string;
  /** The path: directories and the name. */
  path: string;
}

/** A version of a flow, with what belongs to the flow. */
export interface FlowResult {
  /** Humanloop's own id of the flow. */
  id: string;
  /** The path: directories and the name. */
  path: string;
  /** The name, usually the end of the path. */
  name: string;
  /** What the version is: its attributes as they were written. */
  attributes: Record<string, unknown>;
  /** Humanloop's own id of the version. */
  versionId: string;
  /** The name of the version; empty where it has none. */
  versionName: string;
  /** What is said of the version; empty where nothing is. */
  versionDescription: string;
  /** The names of the environments that have the version. */
  environments: string[];
}

/** An environment, and what of a flow it has. */
export interface FlowEnvironment {
  /** Humanloop's own id. */
  id: string;
  /** The name, which people may change. */
  name: string;
  /** Whether it is the one that callers get who name none. */
  isDefault: boolean;
  /** The version that is deployed to it; absent where there is none. */
  versionId?: string;
}

/** What a flow is found by, and which version of it is told. */
interface Wanted {
  path?: string;
  id?: string;
  versionId?: string;
  environment?: string;
}

/**
 * One version of a flow: the one named, else what an environment has, else what the default environment has, else the newest.
 *
 * @throws FlowError where there is no such flow or version
 */
export async function findFlow(account: HumanloopAccount, wanted: Wanted): Promise<FlowResult> {
  const { id, path: to, versionId, environment } = wanted;
  if (!id && !to) throw new FlowError("notFound", "Say the `path` or the `id` of the flow to look up.");
  if (versionId !== undefined && environment !== undefined)
    throw new FlowError("notFound", "Say either the `versionId` or the `environment` of the flow to look up.");
  const known = id || (await flow.read(account, undefined, { path: to }, true))?.id;
  const found = known && (await versionOf(account, known, versionId, environment));
  if (found) return resultOf(found);
  const version = versionId === undefined ? "" : ` with a version "${versionId}"`;
  throw new FlowError("notFound", `There is no ${flow.noun} "${id || to}"${version}.`);
}

async function versionOf(
  account: HumanloopAccount,
  id: string,
  versionId: string | undefined,
  environment: string | undefined,
): Promise<WireFlow | undefined> {
  if (environment === undefined) return flow.read(account, id, { versionId }, true);
  const all = await deploymentsOf(account, id);
  const found = all?.find((each) => each.id === environment || each.name === environment);
  if (!all || found?.file) return found?.file ?? undefined;
  if (!found) throw noEnvironment(environment, all);
  throw new FlowError("notFound", `Nothing of the ${flow.noun} "${id}" is deployed to "${environment}".`);
}

/** All flows whose path contains a text, sorted by path. */
export async function findFlows({ paths }: HumanloopAccount, pathContains: string): Promise<FlowItem[]> {
  const byPath = (a: FlowItem, b: FlowItem) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
  const fits = (await paths.all()).filter((each) => each.path.includes(pathContains)).sort(byPath);
  return fits.map(({ id, path: at }) => ({ id, path: at }));
}

/** All versions of a flow, the newest first. */
export async function findVersions(account: HumanloopAccount, id: string): Promise<FlowResult[]> {
  return demanded(id, await versionsOf(account, id)).map(resultOf);
}

/** All environments of the organization, with what of a flow each has. */
export async function findEnvironments(account: HumanloopAccount, id: string): Promise<FlowEnvironment[]> {
  return demanded(id, await deploymentsOf(account, id)).map(({ id: own, name, tag, file }) => ({
    id: own,
    name,
    isDefault: tag === DEFAULT_TAG,
    ...(file ? { versionId: file.version_id } : {}),
  }));
}

function demanded<T>(id: string, found: T | undefined): T {
  if (found === undefined) throw new FlowError("notFound", `There is no ${flow.noun} "${id}".`);
  return found;
}

function resultOf(wire: WireFlow): FlowResult {
  return {
    id: wire.id,
    path: wire.path,
    name: wire.name,
    attributes: wire.attributes,
    versionId: wire.version_id,
    versionName: wire.version_name ?? "",
    versionDescription: wire.version_description ?? "",
    environments: (wire.environments ?? []).map(({ name }) => name),
  };
}
