import { FlowError } from "../../lifecycle/errors";
import type { RuntypeAccount } from "./account";
import { flow } from "./flow";
import { namesakes, several } from "./namesakes";
import type { Step } from "./steps/step";
import type { StoredFlow } from "./stored-flow";
import { versionsOf, type WireVersion } from "./versions";
import type { WireFlowItem } from "./wire";

/** A flow as a list tells it. */
export interface FlowItem {
  /** Runtype's own id. */
  id: string;
  /** The name; several flows may have it. */
  name: string;
}

/** A flow as a lookup tells it. */
export interface FlowResult extends FlowItem {
  /** What it is for; empty where nothing is said, or where the server does not tell. */
  description: string;
  /** The steps in the order in which they run, with everything that Runtype fills into their settings: what a `Flow` takes. */
  steps: Step[];
  /** The flow's page in Runtype; absent where the server does not tell. */
  dashboardUrl?: string;
  /** Where the last change came from, such as `dashboard`, `api` or `sdk`; absent where the server does not tell. */
  lastModifiedSource?: string;
}

/** A version of a flow. */
export interface FlowVersion {
  /** Runtype's own id: what a publication names. */
  id: string;
  /** Counts the versions of the flow. */
  number: number;
  /** `draft`, `published`, `test` or `virtual`. */
  type: string;
  /** Whether it is the one that callers get. */
  isPublished: boolean;
  /** A name that somebody gave it; empty where there is none. */
  label: string;
  /** What somebody noted; empty where there is nothing. */
  notes: string;
  /** When it was saved, as Runtype writes it. */
  createdAt: string;
}

/** What a flow is found by. */
interface Wanted {
  id?: string;
  name?: string;
}

/** One flow by its id, or else by its name. */
export async function findFlow(account: RuntypeAccount, { id, name }: Wanted): Promise<FlowResult> {
  if (!id && !name) throw new FlowError("notFound", "Say the `id` or the `name` of the flow to look up.");
  const known = id ? [id] : await idsOf(account, name);
  const found = known[0] === undefined ? undefined : await flow.read(account, known[0], {}, true);
  if (!found) throw new FlowError("notFound", `There is no ${flow.noun} "${id || name}".`);
  return resultOf(found);
}

/** @throws FlowError where several flows have the name */
async function idsOf(account: RuntypeAccount, name = ""): Promise<string[]> {
  const found = await namesakes(account, name, undefined);
  if (found.length > 1) throw new FlowError("notFound", `${several(name, found)}. Look it up by its id.`);
  return found.map((each) => each.flow.id);
}

/** All flows whose name contains a text, sorted by name. */
export async function findFlows({ names }: RuntypeAccount, nameContains: string): Promise<FlowItem[]> {
  const fits = (await names.all()).filter(({ name }) => name.includes(nameContains));
  const byName = (a: WireFlowItem, b: WireFlowItem) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return fits.sort(byName).map(({ id, name }) => ({ id, name }));
}

/** All versions of a flow, the newest first. */
export async function findVersions(account: RuntypeAccount, id: string): Promise<FlowVersion[]> {
  const found = await versionsOf(account, id);
  if (!found) throw new FlowError("notFound", `There is no ${flow.noun} "${id}".`);
  const newestFirst = found.versions.toSorted((a, b) => b.versionNumber - a.versionNumber);
  return newestFirst.map((each) => versionOf(each, found.publishedVersionId));
}

function versionOf(wire: WireVersion, published: string | null | undefined): FlowVersion {
  return {
    id: wire.id,
    number: wire.versionNumber,
    type: wire.versionType,
    isPublished: wire.id === published,
    label: wire.label ?? "",
    notes: wire.notes ?? "",
    createdAt: wire.createdAt,
  };
}

function resultOf({ flow: wire }: StoredFlow): FlowResult {
  return {
    id: wire.id,
    name: wire.name,
    description: wire.description ?? "",
    steps: wire.flowSteps.map(({ id, type, name, enabled, when, config }) => ({
      id,
      type,
      name: name ?? "",
      ...(typeof enabled === "boolean" ? { enabled } : {}),
      ...(when ? { when } : {}),
      ...(config ? { config } : {}),
    })),
    ...(wire.dashboardUrl ? { dashboardUrl: wire.dashboardUrl } : {}),
    ...(wire.lastModifiedSource ? { lastModifiedSource: wire.lastModifiedSource } : {}),
  };
}
