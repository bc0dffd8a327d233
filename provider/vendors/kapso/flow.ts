import { z } from "zod";
import { path } from "../../http/path";
import { orNothing } from "../../lifecycle/errors";
import type { FlowType } from "../../lifecycle/flow-type";
import { currentProject, demandUuid, type KapsoAccount, namingTaken, orTaken, projectOf } from "./account";
import type { components } from "./api";
import { declaredDefinition, wireDefinition } from "./definition/observed";
import { sentDefinition } from "./definition/sent";
import { drawGraph } from "./drawing";
import { type GraphFields, graphFields, problemsOf } from "./graph-fields";
import { readStored } from "./graph-writes";
import { listAll } from "./list";
import { demandArchived, observedGraph, setStatus, workflow } from "./workflow";

/** A flow without its graph. */
const wireFlow = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  status: z.string().optional(),
  project_id: z.string().optional(),
});
/** A flow with its graph. */
const wireDrawn = wireFlow.extend({ definition: wireDefinition });
type WireDrawn = z.output<typeof wireDrawn>;

/** The vendor's own description of its bodies. */
type Api = components["schemas"];

const envelope = z.object({ data: wireFlow });

/** What a program says of a Kapso flow; a type, since interfaces are no records. Source of the rules: https://docs.kapso.ai */
export type FlowFields = GraphFields;

type Status = NonNullable<GraphFields["status"]>;

const fields = z.object(graphFields) satisfies z.ZodType<FlowFields>;

/** `kapso:Flow`: the API that was documented first. It acts on the same records as the one of workflows. */
export const flow: FlowType<FlowFields, WireDrawn, KapsoAccount> = {
  token: "kapso:Flow",
  noun: "Kapso flow",
  records: workflow.token,
  fields,
  nameField: "name",
  documentField: "definition",
  outputs: ["projectId"],
  onDuplicate: "refuses",
  creates: ["name", "description", "definition", "layout"],

  crossCheck: problemsOf,
  label: ({ name }) => String(name),
  draw: drawGraph,
  identity: (id) => id,
  idOf: ({ id }) => id,
  fromId(id) {
    demandUuid(id, "flow");
    return {};
  },

  observe: observedGraph,
  toDeclare: (wire) => ({ ...observedGraph(wire, {}), definition: declaredDefinition(wire.definition) }),
  outputsOf: ({ project_id }) => ({ projectId: project_id }),
  accountOf: projectOf,
  currentAccount: currentProject,

  read: (account, id, { name }) => (id === undefined ? findByName(account, String(name)) : orNothing(get(account, id))),
  find: (account, { name }) => findByName(account, name),
  async list({ legacy }) {
    const live = await listAll(legacy, path`/api/v1/flows`, wireFlow, ({ status }) => status !== "archived");
    return live.map(({ id, name }) => ({ id, label: name }));
  },

  inTheWay: ({ name, status }) =>
    status === "archived"
      ? `The one that is there, "${name}", is archived, and archived flows keep their names; adopting it brings it back.`
      : undefined,

  async create(account, { name, description, definition }) {
    const json: Api["LegacyFlowBody"] = {
      flow: {
        name,
        ...(description === undefined ? {} : { description }),
        ...(definition === undefined ? {} : { definition: sentDefinition(definition, undefined, true) }),
      },
    };
    const request = { method: "POST", path: path`/api/v1/flows`, json, repeatable: false } as const;
    const { data } = await orTaken(account.legacy.json(request, envelope));
    return { overwrote: false, id: data.id };
  },

  async finish(account, { definition, status }, { id }) {
    const read = () => get(account, id);
    const made = definition ? await readStored(read, definition, undefined, account.clock, false) : await read();
    return status === undefined || status === made.status ? made : withStatus(account, made, status);
  },

  async update(account, wire, target, changed) {
    const { definition, status } = target;
    // What customers meet is switched on last, and off first.
    const isStatusChanged = status !== undefined && changed.includes("status");
    let now = wire;
    if (isStatusChanged && status !== "active") now = await withStatus(account, now, status);
    const isDrawn = definition !== undefined && (changed.includes("definition") || changed.includes("layout"));
    const movesNodes = target.ignoreLayout === false;
    const json: Api["LegacyFlowUpdateBody"]["flow"] = {
      ...(changed.includes("name") && target.name !== undefined ? { name: target.name } : {}),
      ...(changed.includes("description") ? { description: target.description ?? "" } : {}),
      ...(isDrawn ? { definition: sentDefinition(definition, wire.definition, movesNodes) } : {}),
    };
    if (Object.keys(json).length > 0) {
      const to = path`/api/v1/flows/${wire.id}`;
      const request = { method: "PATCH", path: to, json: { flow: json }, repeatable: true } as const;
      await account.legacy.json(request, envelope).catch((error: unknown) => {
        throw namingTaken(error, json);
      });
      const read = () => get(account, wire.id);
      now = isDrawn ? await readStored(read, definition, wire.definition, account.clock, movesNodes) : await read();
    }
    return isStatusChanged && status === "active" ? withStatus(account, now, status) : now;
  },

  async delete(account, wire) {
    const archived = "archived. Kapso has no deletion: the archived flow keeps its name.";
    if (wire.status === "archived") return `was ${archived}`;
    await withStatus(account, wire, "archived");
    const request = { method: "GET", path: path`/api/v1/flows/${wire.id}`, repeatable: true } as const;
    demandArchived((await account.legacy.json(request, envelope)).body.data);
    return archived;
  },
};

/** Whether this API takes a status is not documented; the newer one does, under a lock that this one does not tell. */
async function withStatus(account: KapsoAccount, wire: WireDrawn, status: Status): Promise<WireDrawn> {
  return { ...wire, status: (await setStatus(account, wire.id, status)).status };
}

async function get({ legacy }: KapsoAccount, id: string): Promise<WireDrawn> {
  const request = { method: "GET", path: path`/api/v1/flows/${id}/definition`, repeatable: true } as const;
  return (await legacy.json(request, z.object({ data: wireDrawn }))).body.data;
}

/** There is no filter for names. */
async function findByName(account: KapsoAccount, name: string): Promise<WireDrawn | undefined> {
  const [found] = await listAll(account.legacy, path`/api/v1/flows`, wireFlow, (each) => each.name === name);
  return found && orNothing(get(account, found.id));
}
