import { z } from "zod";
import { path } from "../../http/path";
import type { Request } from "../../http/request";
import { clauseOf, FlowError, VendorError } from "../../lifecycle/errors";
import { type FlowType, type Problem, rules } from "../../lifecycle/flow-type";
import type { KosliAccount } from "./account";
import type { components } from "./api";
import { drawTemplate } from "./drawing";
import {
  EMPTY_TEMPLATE,
  type FlowTemplate,
  legacyControls,
  legacyTemplate,
  template,
  templateObject,
  templateText,
} from "./template";
import { type WireFlow, wireFlow } from "./wire";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9.\-_~]*$/;
/** What can stand in a path. */
const ORG = /^(?!\.{1,2}$)[^/]+$/;
const nameRule = "must begin with a letter or digit and may hold letters, digits and . - _ ~";

/** What to do where no organization is named. */
export const NO_ORGANIZATION =
  "No organization is set: use the argument `org`, `pulumi config set kosli:org`, or the environment variable KOSLI_ORG";

/** What a program says of a Kosli flow; a type, since interfaces are no records. Source of the rules: https://docs.kosli.com and the vendor's API description. */
export type FlowFields = {
  /** The flow's name, unique in the organization. Default: the resource's name. Changing it renames the flow in place. */
  name: string;
  /** The organization that holds the flow. Default: the setting `kosli:org`. Changing it makes a new flow there and archives this one. */
  org: string;
  /** What the flow is for. Left out, it is not managed; removed from the program, it is emptied. */
  description?: string | undefined;
  /** Who may see the flow. Left out, Kosli chooses (`private` for a new flow) and it is not managed. */
  visibility?: "public" | "private" | undefined;
  /**
   * What a trail of this flow must prove: YAML text, or an object. Compared by meaning, so that comments, spelling and order make
   * no difference. Lists given as objects are registered by name, so that a preview names the attestation that changes; they are uploaded in
   * the order of their names. Removed from the program, the flow requires nothing.
   */
  template?: string | FlowTemplate | undefined;
  /** Names of required controls, by Kosli's deprecated endpoint. Not together with `template`. */
  legacyTemplate?: string[] | undefined;
  /** The repository's address, only with `legacyTemplate`. Kosli changes it by itself, so it is sent and never compared with what Kosli answers. */
  repoUrl?: string | undefined;
  /** Tags by key. Only the keys written here are managed: tags that others set are left alone. */
  tags?: Record<string, string> | undefined;
};

/** The rules of {@link FlowFields}. */
const flowFields = z.object({
  name: z.string().regex(NAME, `A flow's name ${nameRule}`),
  org: z
    .string(NO_ORGANIZATION)
    .regex(ORG, "The organization must be a name: not empty, . or .., and without a slash")
    .register(rules, { replaces: true, setting: "org" }),
  description: z.string().optional().register(rules, { clear: "" }),
  visibility: z.enum(["public", "private"]).optional(),
  template: template.optional(),
  legacyTemplate: legacyTemplate.optional(),
  repoUrl: z.string().optional().register(rules, { writeOnly: true }),
  tags: z
    .record(z.string().regex(NAME, `A tag's key ${nameRule}`), z.string("A tag's value is a text"))
    .optional()
    .register(rules, { clear: {}, owns: "writtenKeys", keep: "nothing" }),
}) satisfies z.ZodType<FlowFields>;

/** The vendor's own description of its bodies. */
type Api = components["schemas"];

/** What the vendor's PUT replaces, all at once. */
const CARRIED_BY_PUT = ["description", "visibility", "template", "legacyTemplate", "repoUrl"];

/** `kosli:Flow` */
export const flow: FlowType<FlowFields, WireFlow, KosliAccount> = {
  token: "kosli:Flow",
  noun: "Kosli flow",
  fields: flowFields,
  nameField: "name",
  documentField: "template",
  outputs: ["vendorId", "url"],
  onDuplicate: "upserts",
  creates: ["name", "org", ...CARRIED_BY_PUT],

  crossCheck(desired) {
    const problems: Problem[] = [];
    if (desired.repoUrl !== undefined && desired.legacyTemplate === undefined) {
      problems.push({
        path: ["repoUrl"],
        message:
          "repoUrl can only be sent together with legacyTemplate; Kosli keeps it up to date by itself from what CI reports",
      });
    }
    return problems;
  },

  label: ({ org, name }) => `${String(org)}/${String(name)}`,
  draw: drawTemplate,
  identity: (_id, state) => (typeof state.vendorId === "string" ? state.vendorId : flow.label(state)),
  idOf: ({ org, name }) => `${org}/${name}`,
  fromId(id) {
    const [org, name, ...rest] = id.split("/");
    if (!org || !ORG.test(org) || !name || !NAME.test(name) || rest.length > 0)
      throw new FlowError("notFound", `The id "${id}" does not lead to a flow: it must be "organization/name".`);
    return { org, name };
  },

  observe(wire, spelledAs) {
    const text = textOf(wire);
    return {
      name: wire.name,
      org: wire.org,
      description: wire.description ?? "",
      ...(wire.visibility ? { visibility: wire.visibility } : {}),
      template: typeof spelledAs.template === "object" ? (templateObject(text) ?? text) : text,
      // A template that no list of controls makes is shown as the text that it is.
      legacyTemplate: legacyControls(text) ?? (spelledAs.legacyTemplate === undefined ? undefined : text),
      tags: wire.tags ?? {},
    };
  },
  outputsOf: (wire, account) => ({ vendorId: wire.id, url: flowUrl(account, wire) }),
  accountOf: (wire, { hostRoot }) => `${hostRoot}/${wire.org}`,
  async currentAccount({ lists, hostRoot }, { org }) {
    await lists.all(String(org));
    return `${hostRoot}/${String(org)}`;
  },

  async read(account, _id, state, fresh, wanted) {
    const org = String(state.org);
    const name = String(state.name);
    const id = typeof state.vendorId === "string" ? state.vendorId : undefined;
    // A name can be given to another flow, and a flow another name; the vendor's id (where it has one) is the flow.
    const isOurs = (wire: WireFlow) => (id && wire.id ? wire.id === id : wire.name === name);
    if (!fresh) {
      const listed = await account.lists.find(org, isOurs);
      if (listed) return listed;
    }
    const answered = await get(account, org, name);
    if (answered && isOurs(answered)) return answered;
    if (!id) {
      // A name that was given up leads to the flow. Where it leads to the name that the program wants, the rename was ours.
      if (!answered || answered.name === wanted?.name) return answered;
      throw new FlowError(
        "conflict",
        `It was renamed to "${answered.name}" outside of Pulumi, and this server gives flows no ids to follow. Rename it back; or remove it from the stack with \`pulumi state delete\` and adopt it under its new name.`,
      );
    }
    if (fresh) account.lists.drop(org);
    const renamed = await account.lists.find(org, isOurs);
    const found = renamed && (await get(account, org, renamed.name));
    return found && isOurs(found) ? found : undefined;
  },

  async list({ lists }, { org }) {
    if (typeof org !== "string" || !ORG.test(org)) throw new FlowError("settings", `${NO_ORGANIZATION}.`);
    return (await lists.all(org)).map((wire) => ({
      id: flow.idOf(wire),
      label: flow.label(wire),
      ...(wire.id ? { identity: wire.id } : {}),
    }));
  },
  async find(account, { org, name }) {
    const found = await get(account, org, name);
    if (found && found.name !== name) throw renamedAway(name, found);
    return found;
  },

  async create(account, desired) {
    // An answer that is not Kosli's leaves open whether anything was created.
    const { status } = await account.client.json(upsert(desired.org, desired, { repeatable: false }), z.string());
    account.lists.forget(desired.org, desired.name);
    return { overwrote: status === 200, id: flow.label(desired) };
  },

  async finish(account, { org, name, tags }) {
    if (tags && Object.keys(tags).length > 0) await patchTags(account, org, name, { set_tags: tags });
    return undefined;
  },

  async update(account, wire, target, changed, keys) {
    const { org } = wire;
    const name = target.name ?? wire.name;
    account.lists.forget(org, wire.name, name, wire.id);
    if (changed.includes("name")) await rename(account, wire, name);
    if (changed.some((field) => CARRIED_BY_PUT.includes(field))) await put(account, wire, { ...target, org, name });
    if (changed.includes("tags")) {
      const wanted = target.tags ?? {};
      const removed = (keys.tags ?? []).filter((key) => !Object.hasOwn(wanted, key));
      await patchTags(account, org, name, { set_tags: wanted, remove_tags: removed });
    }
    return undefined;
  },

  async delete(account, wire) {
    account.lists.forget(wire.org, wire.name, wire.id);
    await archive(account, wire.org, wire.name);
    return "archived. Kosli keeps its trails under the archived name; this cannot be undone through the API, and the name is free again.";
  },
};

/** The flow's page in Kosli. */
export function flowUrl({ hostRoot }: KosliAccount, { org, name }: WireFlow): string {
  return `${hostRoot}/${encodeURIComponent(org)}/flows/${encodeURIComponent(name)}`;
}

/** The template's text; the vendor's description leaves the type open. */
function textOf(wire: WireFlow): string {
  if (typeof wire.template === "string") return wire.template;
  return wire.template ? JSON.stringify(wire.template) : EMPTY_TEMPLATE;
}

/** Answers `undefined` where there is none. The vendor also answers for a name that a flow gave up. */
async function get({ client }: KosliAccount, org: string, name: string): Promise<WireFlow | undefined> {
  try {
    const request = { method: "GET", path: path`/api/v2/flows/${org}/${name}`, repeatable: true } as const;
    return (await client.json(request, wireFlow)).body;
  } catch (error) {
    if (error instanceof VendorError && error.kind === "notFound") return undefined;
    throw error;
  }
}

/** Updates by the PUT that replaces: what the program does not manage is sent back as it is. */
async function put(
  account: KosliAccount,
  wire: WireFlow,
  { legacyTemplate, ...target }: Partial<FlowFields> & { org: string; name: string },
): Promise<void> {
  const kept = { description: wire.description ?? "", template: legacyTemplate ? EMPTY_TEMPLATE : textOf(wire) };
  const legacy = Array.isArray(legacyTemplate) ? { legacyTemplate } : {};
  const request = upsert(target.org, { ...kept, ...target, ...legacy }, { repeatable: true });
  const { status } = await account.client.send(request);
  if (status !== 201) return;
  // Archived or renamed between our reading and our writing: the upsert has made a flow nobody asked for.
  const cleaned = await archive(account, target.org, target.name).then(
    () => "The empty flow that Kosli made in its place was archived.",
    (error: unknown) =>
      `Kosli has made an empty flow "${target.name}" in its place, which could not be archived (${clauseOf(error)}): do that by hand.`,
  );
  throw new FlowError(
    "deletedOutside",
    `It was archived or renamed outside of Pulumi while it was being updated. ${cleaned} \`pulumi up --refresh\` goes on from what is there.`,
  );
}

async function archive({ client }: KosliAccount, org: string, name: string): Promise<void> {
  await client.send({ method: "PUT", path: path`/api/v2/flows/${org}/${name}/archive`, repeatable: true });
}

/** The call that creates or updates; the vendor has no other. */
function upsert(org: string, desired: FlowFields, { repeatable }: { repeatable: boolean }): Request {
  const data = {
    name: desired.name,
    description: desired.description ?? "",
    // A visibility that is sent may turn a public flow private: only what the program says.
    ...(desired.visibility ? { visibility: desired.visibility } : {}),
  } satisfies Api["FlowData"];
  if (desired.legacyTemplate) {
    const repository = desired.repoUrl === undefined ? {} : { repo_url: desired.repoUrl };
    const json: Api["LegacyFlowInput"] = { ...data, template: desired.legacyTemplate, ...repository };
    return { method: "PUT", path: path`/api/v2/flows/${org}`, json, repeatable };
  }
  const file =
    desired.template === undefined
      ? []
      : [{ name: "template_file", content: templateText(desired.template), fileName: "template.yml" }];
  return {
    method: "PUT",
    path: path`/api/v2/flows/${org}/template_file`,
    multipart: [{ name: "data_json", content: JSON.stringify(data) }, ...file],
    repeatable,
  };
}

async function rename(account: KosliAccount, wire: WireFlow, name: string): Promise<void> {
  const taken = await get(account, wire.org, name);
  // Its own old names lead to the flow itself.
  const isOurs = taken && (taken.id ? taken.id === wire.id : taken.name === wire.name);
  if (taken && taken.name !== name && !isOurs) throw renamedAway(name, taken);
  if (taken && taken.name === name) {
    throw new FlowError(
      "collision",
      `It cannot be renamed to "${name}": another flow of ${wire.org} has this name. Nothing was changed; choose another name.`,
    );
  }
  try {
    await account.client.send({
      method: "PUT",
      path: path`/api/v2/flows/${wire.org}/${wire.name}/rename`,
      json: { new_name: name } satisfies Api["RenameInput"],
      // The old name goes on leading to the flow: a second try would meet a flow that has the new name already.
      repeatable: false,
      repeatOnConflict: true,
    });
  } catch (error) {
    if (!(error instanceof VendorError && error.outcomeUnknown)) throw error;
    const now = await get(account, wire.org, name);
    if (now?.name !== name || now.id !== wire.id) throw error;
  }
}

async function patchTags({ client }: KosliAccount, org: string, name: string, json: Api["TagPatch"]): Promise<void> {
  await client.send({ method: "PATCH", path: path`/api/v2/tags/${org}/flow/${name}`, json, repeatable: true });
}

/** Kosli keeps leading an old name to the renamed flow; what a PUT to such a name does is not documented. */
function renamedAway(name: string, found: WireFlow): FlowError {
  return new FlowError(
    "collision",
    `The name "${name}" still leads to the flow "${found.name}" of ${found.org}, which was renamed from it: writing to it might change that flow. Nothing was changed; choose another name.`,
  );
}
