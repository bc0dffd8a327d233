import { z } from "zod";
import { path } from "../../http/path";
import { FlowError, orNothing, VendorError } from "../../lifecycle/errors";
import { type FlowType, rules } from "../../lifecycle/flow-type";
import type { Values } from "../../lifecycle/values";
import { currentProject, demandUuid, type KapsoAccount, namingTaken, orTaken, projectOf } from "./account";
import type { components } from "./api";
import { declaredDefinition, observedDefinition, observedLayout } from "./definition/observed";
import { sentDefinition } from "./definition/sent";
import { drawGraph } from "./drawing";
import { type GraphFields, graphFields, problemsOf } from "./graph-fields";
import { changesBetween, isSame, isStored, readStored } from "./graph-writes";
import { listAll } from "./list";
import { type WireGraph, type WireWorkflow, wireGraph, wireWorkflow } from "./wire";

/** What a program says of a Kapso workflow; a type, since interfaces are no records. Source of the rules: https://docs.kapso.ai */
export type WorkflowFields = GraphFields & {
  /** The key for other tools, unique in the project: small letters, digits and hyphens. Left out, Kapso makes it from the name, and a rename does not change it. */
  slug?: string | undefined;
  /** How long Kapso waits for further messages before it goes on, in seconds. Left out, Kapso's 1 and not managed. */
  messageDebounceSeconds?: number | undefined;
  /** Whether the other side sees that messages are read, and that an answer is being typed. Left out, Kapso's `read_with_typing` and not managed. */
  inboundMessageReadMode?: "disabled" | "read_only" | "read_with_typing" | undefined;
};

/** The vendor's own description of its bodies. */
type Api = components["schemas"];

const envelope = z.object({ data: wireWorkflow });

const fields = z.object({
  ...graphFields,
  slug: z
    .string()
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "A slug holds small letters and digits, and single hyphens between them")
    .optional()
    .register(rules, { vendorFills: true }),
  messageDebounceSeconds: z.int().min(0).optional().register(rules, { vendorFills: true }),
  inboundMessageReadMode: z
    .enum(["disabled", "read_only", "read_with_typing"])
    .optional()
    .register(rules, { vendorFills: true }),
});
fields satisfies z.ZodType<WorkflowFields>;

/** The vendor's names of what its update takes, beside the graph. */
const NAMES = {
  name: "name",
  slug: "slug",
  description: "description",
  status: "status",
  messageDebounceSeconds: "message_debounce_seconds",
  inboundMessageReadMode: "inbound_message_read_mode",
} as const;

/** A write is tried so often while the workflow runs so often that its lock moves between reading and writing. */
const MOST_LOCKS = 8;

/** `kapso:Workflow` */
export const workflow: FlowType<WorkflowFields, WireGraph, KapsoAccount> = {
  token: "kapso:Workflow",
  noun: "Kapso workflow",
  fields,
  nameField: "name",
  documentField: "definition",
  outputs: ["projectId"],
  onDuplicate: "refuses",
  creates: ["name", "slug", "description", "definition", "layout"],

  crossCheck: problemsOf,
  label: ({ name }) => String(name),
  draw: drawGraph,
  identity: (id) => id,
  idOf: ({ id }) => id,
  fromId(id) {
    demandUuid(id, "workflow");
    return {};
  },

  observe: (wire, spelledAs) => ({
    ...observedGraph(wire, spelledAs),
    slug: wire.slug,
    messageDebounceSeconds: wire.message_debounce_seconds ?? undefined,
    inboundMessageReadMode: wire.inbound_message_read_mode ?? undefined,
  }),
  toDeclare: (wire) => ({ ...workflow.observe(wire, {}), definition: declaredDefinition(wire.definition) }),
  outputsOf: ({ project_id }) => ({ projectId: project_id }),
  accountOf: projectOf,
  currentAccount: currentProject,

  async read(account, id, { name }) {
    if (id !== undefined) return orNothing(get(account, id));
    const [found] = await list(account, (each) => each.name === name, { name_contains: String(name) });
    return found && orNothing(get(account, found.id));
  },

  list: async (account) => (await liveWorkflows(account)).map(({ id, name }) => ({ id, label: name })),

  async find(account, { name, slug }) {
    // There is no filter for slugs.
    const query = slug === undefined ? { name_contains: name } : {};
    const twins = await list(account, (each) => each.slug === slug || each.name === name, query);
    const found = twins.find((each) => each.slug === slug) ?? twins[0];
    return found && orNothing(get(account, found.id));
  },

  inTheWay: ({ name, slug, status }) =>
    status === "archived"
      ? `The one that is there, "${name}" (slug "${slug}"), is archived, and archived workflows keep their names and slugs; adopting it brings it back.`
      : undefined,

  async create(account, { name, slug, description, definition }) {
    const json: Api["WorkflowCreateBody"] = {
      workflow: {
        name,
        ...(slug === undefined ? {} : { slug }),
        ...(description === undefined ? {} : { description }),
        ...(definition === undefined ? {} : { definition: sentDefinition(definition, undefined, true) }),
      },
    };
    const request = { method: "POST", path: path`/platform/v1/workflows`, json, repeatable: false } as const;
    const { data } = await orTaken(account.client.json(request, envelope));
    return { overwrote: false, id: data.id };
  },

  async finish(account, desired, { id }) {
    const read = () => get(account, id);
    const { definition } = desired;
    const made = definition ? await readStored(read, definition, undefined, account.clock, false) : await read();
    const late = ["status", "messageDebounceSeconds", "inboundMessageReadMode"] as const;
    const left = late.filter((field) => desired[field] !== undefined && desired[field] !== made[NAMES[field]]);
    return left.length > 0 ? patch(account, made, desired, left) : made;
  },

  async update(account, wire, target, changed) {
    const told = changed.filter((field) => field in NAMES || field === "definition" || field === "layout");
    const isActivated = target.status === "active" && told.includes("status");
    // What customers meet is switched on last, and off first.
    const first = isActivated ? told.filter((field) => field !== "status") : told;
    let now = wire;
    if (first.length > 0) now = await patch(account, now, target, first);
    if (isActivated) now = await patch(account, now, target, ["status"]);
    return now;
  },

  async delete(account, wire) {
    const archived = "archived. Kapso has no deletion: the archived workflow keeps its name and slug.";
    if (wire.status === "archived") return `was ${archived}`;
    await patch(account, wire, { status: "archived" }, ["status"]);
    const request = { method: "GET", path: path`/platform/v1/workflows/${wire.id}`, repeatable: true } as const;
    demandArchived((await account.client.json(request, envelope)).body.data);
    return archived;
  },
};

/** @throws FlowError where archiving did not take: it would go on answering customers without anybody who manages it */
export function demandArchived({ status }: { readonly status?: string | undefined }): void {
  if (status === "archived") return;
  throw new FlowError(
    "notAsSent",
    `Kapso answered that it is archived, and it still is ${status ?? "there"}: it may go on answering customers. Archive it in Kapso's app; then run \`pulumi destroy\` again.`,
  );
}

/** Sets the status alone, whatever else is there. */
export async function setStatus(
  account: KapsoAccount,
  id: string,
  status: NonNullable<WorkflowFields["status"]>,
): Promise<WireGraph> {
  return patch(account, await get(account, id), { status }, ["status"]);
}

/** What both APIs tell of a graph. */
export function observedGraph(
  wire: Pick<WireGraph, "name" | "description" | "definition"> & { readonly status?: string | undefined },
  spelledAs: Values,
): Values {
  const { layout } = spelledAs;
  return {
    name: wire.name,
    description: wire.description ?? "",
    status: wire.status,
    definition: observedDefinition(wire.definition, spelledAs.definition),
    ...(layout === undefined ? {} : { layout: observedLayout(wire.definition, Object(layout)) }),
  };
}

/** The workflows of the project that fit, archived ones among them. */
function list(
  { client }: KapsoAccount,
  fits: (each: WireWorkflow) => boolean,
  query: Readonly<Record<string, string>>,
): Promise<WireWorkflow[]> {
  return listAll(client, path`/platform/v1/workflows`, wireWorkflow, fits, query);
}

/** The workflows of the project that were not archived. */
export function liveWorkflows(account: KapsoAccount): Promise<WireWorkflow[]> {
  return list(account, ({ status }) => status !== "archived", {});
}

async function get({ client }: KapsoAccount, id: string): Promise<WireGraph> {
  const request = { method: "GET", path: path`/platform/v1/workflows/${id}/definition`, repeatable: true } as const;
  return (await client.json(request, z.object({ data: wireGraph }))).body.data;
}

/**
 * Writes some fields under the lock that was read last. A lock that moved because the workflow ran is taken again; where
 * somebody changed the workflow meanwhile, nothing is written.
 */
async function patch(
  account: KapsoAccount,
  wire: WireGraph,
  target: Partial<WorkflowFields>,
  fieldsToSend: readonly string[],
): Promise<WireGraph> {
  const { definition } = target;
  const isDrawn = definition !== undefined && (fieldsToSend.includes("definition") || fieldsToSend.includes("layout"));
  const movesNodes = target.ignoreLayout === false;
  let before = wire;
  for (let locks = 0; ; locks++) {
    const changes: Api["WorkflowUpdate"] = {
      ...settingsToSend(target, fieldsToSend),
      ...(isDrawn ? { definition: sentDefinition(definition, before.definition, movesNodes) } : {}),
      ...(typeof before.lock_version === "number" ? { lock_version: before.lock_version } : {}),
    };
    const to = path`/platform/v1/workflows/${wire.id}`;
    try {
      const request = { method: "PATCH", path: to, json: { workflow: changes }, repeatable: true } as const;
      const { data } = (await account.client.json(request, envelope)).body;
      const read = () => get(account, wire.id);
      if (isDrawn) return await readStored(read, definition, before.definition, account.clock, movesNodes);
      return { ...data, definition: before.definition };
    } catch (error) {
      const told = namingTaken(error, changes);
      if (!(error instanceof VendorError && error.kind === "conflict")) throw told;
      const now = await get(account, wire.id);
      if (now.lock_version === before.lock_version || locks === MOST_LOCKS) throw told;
      // The first try arrived, and its answer was lost.
      if (has(now, target, fieldsToSend, isDrawn) && !has(wire, target, fieldsToSend, isDrawn)) return now;
      demandUnchanged(wire, now, target, fieldsToSend);
      before = now;
    }
  }
}

function settingsToSend(target: Partial<WorkflowFields>, fieldsToSend: readonly string[]): Api["WorkflowUpdate"] {
  const settings = Object.entries(NAMES).filter(([field]) => fieldsToSend.includes(field));
  return Object.fromEntries(settings.map(([field, name]) => [name, Reflect.get(target, field)]));
}

/** Whether an own write is what is there. */
function has(now: WireGraph, target: Partial<WorkflowFields>, sent: readonly string[], isDrawn: boolean): boolean {
  const settings = Object.entries(settingsToSend(target, sent));
  const { definition } = target;
  return (
    settings.every(([name, value]) => settingOf(now, name) === value) &&
    (!isDrawn || (definition !== undefined && isStored(now.definition, definition)))
  );
}

/** A setting as answered; Kapso says null of an empty description. */
function settingOf(wire: WireGraph, name: string): unknown {
  return name === "description" ? (wire.description ?? "") : wire[name];
}

/**
 * What became what is wanted is no change by others: a part of an own write may show before the rest.
 *
 * @throws FlowError where somebody changed the workflow between reading and writing it
 */
function demandUnchanged(
  before: WireGraph,
  now: WireGraph,
  target: Partial<WorkflowFields>,
  sent: readonly string[],
): void {
  const wanted = settingsToSend(target, sent);
  const changes: string[] = Object.values(NAMES).filter((name) => {
    const found = settingOf(now, name);
    return settingOf(before, name) !== found && !(name in wanted && wanted[name] === found);
  });
  const { definition } = target;
  const isWanted = sent.includes("definition") && definition !== undefined && isStored(now.definition, definition);
  if (!isWanted && !isSame(before.definition, now.definition))
    changes.push(changesBetween(before.definition, now.definition));
  if (changes.length === 0) return;
  throw new FlowError(
    "conflict",
    `Somebody changed it in Kapso while it was being updated: ${changes.join(", ")}. Nothing of theirs was overwritten. ` +
      "Look at the change with `pulumi preview --refresh`, and go on with `pulumi up --refresh`.",
  );
}
