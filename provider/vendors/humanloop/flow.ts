import { z } from "zod";
import { path } from "../../http/path";
import { clauseOf, FlowError, orNothing, VendorError } from "../../lifecycle/errors";
import { type FlowType, rules } from "../../lifecycle/flow-type";
import { declarationOf } from "../../lifecycle/state";
import { currentOrganization, DEFAULT_TAG, type HumanloopAccount } from "./account";
import type { components } from "./api";
import { attributeDoubts } from "./attributes";
import { drawFlow } from "./drawing";
import { flowOf, versionsOf } from "./versions";
import { type WireFlow, wireFlow } from "./wire";

/** What a program says of a Humanloop flow; a type, since interfaces are no records. Source of the rules: Humanloop's v5 API. */
export type FlowFields = {
  /**
   * The path: directories and the name, with `/` between them. Directories are made as needed. Default: the resource's name. Changing it moves
   * the flow in place: id, versions, logs and deployments stay.
   */
  path: string;
  /**
   * What the flow is: any JSON object, whose members stay as written, null among them. Other attributes make another version, equal ones never do.
   */
  attributes: Record<string, unknown>;
  /** The name of the version, unique in the flow. Left out, it is not managed. Changing it renames the version in place. */
  versionName?: string | undefined;
  /** What is to be said of the version. Left out, it is not managed; removed from the program, it is emptied. */
  versionDescription?: string | undefined;
  /** Whether the flow may be deleted while it has logs or other versions, which go with it for ever. Default: false. */
  forceDestroy?: boolean | undefined;
};

type Api = components["schemas"];

const fields = z.object({
  path: z
    .string()
    .regex(/^[^/]+(\/[^/]+)*$/, "A path has names with single slashes between them, and none at its ends"),
  attributes: z.record(z.string(), z.unknown()),
  versionName: z.string().min(1).optional(),
  versionDescription: z.string().optional().register(rules, { clear: "" }),
  forceDestroy: z.boolean().optional().register(rules, { writeOnly: true }),
});
fields satisfies z.ZodType<FlowFields>;

/** `humanloop:Flow` */
export const flow: FlowType<FlowFields, WireFlow, HumanloopAccount> = {
  token: "humanloop:Flow",
  noun: "Humanloop flow",
  fields,
  nameField: "path",
  documentField: "attributes",
  outputs: ["versionId", "name", "directoryId"],
  onDuplicate: "upserts",
  creates: ["path", "attributes", "versionName", "versionDescription"],

  crossCheck: ({ attributes }) => attributeDoubts(attributes),
  label: (values) => String(values.path),
  draw: drawFlow,
  identity: (id) => id,
  idOf: ({ id }) => id,
  fromId(id) {
    if (!/^[\w-]+$/.test(id))
      throw new FlowError(
        "notFound",
        `The id "${id}" does not lead to a flow: it must be Humanloop's own, such as fl_….`,
      );
    return {};
  },

  observe: (wire) => ({
    path: wire.path,
    attributes: wire.attributes,
    versionName: wire.version_name ?? undefined,
    versionDescription: wire.version_description ?? "",
  }),
  outputsOf: ({ version_id, name, directory_id }) => ({
    versionId: version_id,
    name,
    ...(directory_id ? { directoryId: directory_id } : {}),
  }),
  accountOf: (_wire, { organization }) => organization.told,
  currentAccount: currentOrganization,

  async read(account, id, state) {
    if (id === undefined) return findByPath(account, String(state.path), (to) => account.paths.idAtNow(to));
    const { versionId } = state;
    const found = await flowOf(account, id, typeof versionId === "string" ? versionId : undefined);
    // Of a managed flow, another version is a difference; who looks one up means that one.
    if (!found || versionId === undefined || versionId === found.version_id || declarationOf(state)) return found;
    if ("name" in state) return undefined;
    throw new FlowError("notFound", `There is no version ${versionId} of the ${flow.noun} "${id}".`);
  },
  list: async ({ paths }) => (await paths.all()).map(({ id, path: label }) => ({ id, label })),
  async find(account, { path: to }) {
    const look = findByPath(account, to, () => account.paths.idAt(to));
    const [found] = await Promise.all([look, account.organization.ask()]);
    return found;
  },

  async create(account, { path: to, attributes, versionName, versionDescription }) {
    const json: Api["FlowRequest"] = { path: to, attributes, ...named(versionName, versionDescription) };
    const whole = await upsert(account, json);
    // What is new is deployed to the default environment, and is called as it was sent.
    const isOwn = (found: string | null | undefined, sent: string | undefined) => (found || "") === (sent ?? "");
    const isNew =
      isLive(whole) &&
      isOwn(whole.version_name, versionName) &&
      (!whole.version_description || isOwn(whole.version_description, versionDescription));
    return { overwrote: !isNew, id: whole.id, whole };
  },
  async finish(account, { path: to }, { whole }) {
    if (whole && isLive(whole))
      account.log.info(`${flow.noun} "${to}": its first version is live in the default environment at once.`);
    return whole;
  },

  async update(account, wire, { path: to, attributes, versionName, versionDescription }, changed, _keys, reached) {
    let now = wire;
    if (changed.includes("path") && to !== undefined) {
      now = { ...(await move(account, wire.id, to)), ...versionOf(wire) };
      reached(now);
    }
    if (changed.includes("attributes") && attributes !== undefined) {
      now = await nextVersion(account, wire.id, attributes);
      reached(now);
      account.log.info(`${flow.noun} "${now.path}": the attributes are version ${now.version_id} now.`);
    }
    const told = notesOf(now, versionName, versionDescription);
    if (Object.keys(told).length === 0) return now;
    const after = await rename(account, now, told);
    if (now.version_id !== wire.version_id) warnOfRenaming(account, now, told);
    return after;
  },

  async delete(account, wire, { forceDestroy, versionId }) {
    if (forceDestroy !== true) await demandNoHistory(account, wire, versionId);
    await account.client.send({ method: "DELETE", path: path`/v5/flows/${wire.id}`, repeatable: true });
    return undefined;
  },
};

/** What belongs to a version, and not to its flow. */
function versionOf({ attributes, version_id, version_name, version_description, environments }: WireFlow) {
  return { attributes, version_id, version_name, version_description, environments };
}

function named(name: string | undefined, description: string | undefined) {
  return {
    ...(name === undefined ? {} : { version_name: name }),
    ...(description ? { version_description: description } : {}),
  };
}

const file = z.looseObject({ type: z.string().nullish(), path: z.string() });

/**
 * @param idInList what the list of all flows has at the path: the look-up by path does not find a flow of which nothing is
 *   deployed to the default environment
 * @throws FlowError where a file of another type has the path
 */
async function findByPath(
  account: HumanloopAccount,
  to: string,
  idInList: (to: string) => Promise<string | undefined>,
): Promise<WireFlow | undefined> {
  const request = {
    method: "POST",
    path: path`/v5/files/retrieve-by-path`,
    json: { path: to },
    repeatable: true,
  } as const;
  const found = (await orNothing(account.client.json(request, file)))?.body;
  if (!found) {
    const id = await idInList(to);
    const listed = id === undefined ? undefined : await flowOf(account, id, undefined);
    // It may have been moved away since it was listed.
    return listed?.path === to ? listed : undefined;
  }
  const asFlow = wireFlow.safeParse(found);
  if ((found.type ?? "flow") === "flow" && asFlow.success) return asFlow.data;
  throw new FlowError(
    "collision",
    `At "${to}" Humanloop has a file of another type (${found.type ?? "unknown"}). Nothing was changed: choose another path, or move that file.`,
  );
}

/** Makes a version, or finds the one with equal attributes. By path it is never repeated: an answer that was lost may have been a first version. */
async function upsert({ client }: HumanloopAccount, json: Api["FlowRequest"]): Promise<WireFlow> {
  const request = { method: "POST", path: path`/v5/flows`, json, repeatable: json.id !== undefined } as const;
  return (await client.json(request, wireFlow)).body;
}

/** Whether a version is deployed to the default environment, as far as that is told. */
function isLive({ environments }: WireFlow): boolean {
  return environments?.some(({ tag }) => tag === DEFAULT_TAG) ?? true;
}

/** What of a version's name and description is not as wanted. */
function notesOf(
  { version_name, version_description }: WireFlow,
  name: string | undefined,
  description: string | undefined,
): Api["UpdateVersionRequest"] {
  return {
    ...(name !== undefined && version_name !== name ? { name } : {}),
    ...(description !== undefined && (version_description ?? "") !== description ? { description } : {}),
  };
}

/** Says that a version which was there already is now called otherwise: others may know it by its name. The texts may be secrets. */
function warnOfRenaming(
  { log }: HumanloopAccount,
  { path: at, version_id, version_name, version_description }: WireFlow,
  { name, description }: Api["UpdateVersionRequest"],
): void {
  const replaced = [
    ...(name !== undefined && version_name ? ["name"] : []),
    ...(description !== undefined && version_description ? ["description"] : []),
  ].join(" and ");
  if (replaced !== "")
    log.warn(
      `${flow.noun} "${at}": version ${version_id} had these attributes already. By now the program's ${replaced} took the place of what it had.`,
    );
}

/** The version with these attributes, made where there is none. What an upsert does to the name of one that is there is not known: it sends none. */
async function nextVersion(
  account: HumanloopAccount,
  id: string,
  attributes: Record<string, unknown>,
): Promise<WireFlow> {
  try {
    return await upsert(account, { id, attributes });
  } catch (error) {
    if (!(error instanceof VendorError && error.outcomeUnknown)) throw error;
    // The version in the state does not show it.
    const message = `${clauseOf(error)}. It is not known whether the new version was made. Run \`pulumi up\` again: equal attributes never make a second one.`;
    throw new FlowError("unfinished", message, error);
  }
}

async function move({ client }: HumanloopAccount, id: string, to: string): Promise<WireFlow> {
  const request = { method: "PATCH", path: path`/v5/flows/${id}`, json: { path: to }, repeatable: true } as const;
  try {
    return (await client.json(request, wireFlow)).body;
  } catch (error) {
    if (!isConflict(error) || error.outcomeUnknown) throw error;
    const message = `${clauseOf(error)}. Nothing was changed: choose another path, or move what is there.`;
    throw new FlowError("collision", message, error);
  }
}

async function rename(
  account: HumanloopAccount,
  { id, version_id }: WireFlow,
  json: Api["UpdateVersionRequest"],
): Promise<WireFlow> {
  const to = path`/v5/flows/${id}/versions/${version_id}`;
  try {
    return (await account.client.json({ method: "PATCH", path: to, json, repeatable: true }, wireFlow)).body;
  } catch (error) {
    if (!isConflict(error) || typeof json.name !== "string") throw error;
    const versions = (await versionsOf(account, id)) ?? [];
    const holder = versions.find(({ version_name }) => version_name === json.name);
    // An earlier try without an answer may have done it.
    if (
      holder?.version_id === version_id &&
      Object.keys(notesOf(holder, json.name, json.description ?? undefined)).length === 0
    )
      return holder;
    const found = holder ? `Version ${holder.version_id} is named "${json.name}"` : "No version shows of that name";
    const message = `${clauseOf(error)}. ${found}: choose another \`versionName\`.`;
    throw new FlowError("collision", message, error);
  }
}

function isConflict(error: unknown): error is VendorError {
  return error instanceof VendorError && error.kind === "conflict";
}

/** @throws FlowError where deleting the flow would delete what nobody can bring back */
async function demandNoHistory(account: HumanloopAccount, wire: WireFlow, own: unknown): Promise<void> {
  const shown = (await versionsOf(account, wire.id)) ?? [];
  // A list may lag.
  const isWhole = shown.some(({ version_id }) => version_id === wire.version_id);
  const versions = isWhole ? shown : [wire, ...shown];
  const others = versions.filter(({ version_id }) => version_id !== own).length;
  const logs = versions.reduce((sum, { version_logs_count }) => sum + (version_logs_count ?? Number.NaN), 0);
  if (isWhole && others === 0 && logs === 0) return;
  throw new FlowError(
    "conflict",
    `It has ${others} other versions${isWhole ? "" : " or more, since not all show,"} and ${Number.isNaN(logs) ? "an unknown number of" : logs} logs, which Humanloop would delete with it for ever. ` +
      "Nothing was changed. Set `forceDestroy: true` and run `pulumi up` to let them go; " +
      "or keep the flow: with the option `protect`, or with `retainOnDelete` where only Pulumi should forget it.",
  );
}
