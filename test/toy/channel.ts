import { z } from "zod";
import { path } from "../../provider/http/path";
import type { Request } from "../../provider/http/request";
import { box, drawnText } from "../../provider/lifecycle/drawing";
import { FlowError, VendorError } from "../../provider/lifecycle/errors";
import { type FlowType, rules } from "../../provider/lifecycle/flow-type";
import { graph } from "./graph";
import type { ToyAccount } from "./vendor";

/** What a program says of a channel. */
export type ChannelFields = {
  /** The graph's id. */
  graph: string;
  channel: string;
  revision: number;
};

const wireChannel = z.object({ graph_id: z.string(), channel: z.string(), revision: z.number(), set_at: z.string() });
type WireChannel = z.output<typeof wireChannel>;

/** `toy:Channel`, a pointer: which revision of a graph a channel plays. */
export const channel: FlowType<ChannelFields, WireChannel, ToyAccount> = {
  token: "toy:Channel",
  noun: "Toy channel",
  fields: z.object({
    graph: z.string().min(1).register(rules, { replaces: true }),
    channel: z.string().min(1).register(rules, { replaces: true }),
    revision: z.int().positive(),
  }),
  nameField: "channel",
  outputs: ["setAt"],
  onDuplicate: "settles",
  creates: ["graph", "channel", "revision"],
  draw: ({ channel: name }) => ({
    direction: "down",
    boxes: [box("channel", "channel", { title: drawnText(name) })],
    arrows: [],
  }),
  label: (values) => `${String(values.graph)}/${String(values.channel)}`,
  identity: (_id, state) => channel.label(state),
  idOf: ({ graph_id, channel: name }) => `${graph_id}/${name}`,
  fromId(id) {
    const [graph, name, ...rest] = id.split("/");
    if (!graph || !name || rest.length > 0) throw new FlowError("notFound", `The id "${id}" is not graph/channel.`);
    return { graph, channel: name };
  },
  observe: ({ graph_id, channel: name, revision }) => ({ graph: graph_id, channel: name, revision }),
  outputsOf: ({ set_at }) => ({ setAt: set_at }),
  accountOf: (_wire, { hostRoot }) => hostRoot,
  // The toy has no call that proves an account without naming a project.
  currentAccount: async ({ hostRoot }) => hostRoot,
  async read({ client }, _id, { graph, channel: name }) {
    try {
      return (
        await client.json({ method: "GET", path: place(String(graph), String(name)), repeatable: true }, wireChannel)
      ).body;
    } catch (error) {
      if (error instanceof VendorError && error.kind === "notFound") return undefined;
      throw error;
    }
  },
  async list(account, settings) {
    const graphs = await graph.list(account, settings);
    const lists = graphs.map(({ id }) =>
      account.client.json(
        { method: "GET", path: path`/toy/v1/graphs/${id}/channels`, repeatable: true },
        z.array(wireChannel),
      ),
    );
    const wires = (await Promise.all(lists)).flatMap(({ body }) => body);
    return wires.map((wire) => ({ id: channel.idOf(wire), label: channel.idOf(wire) }));
  },
  async create(account, desired) {
    const whole = await set(account, desired);
    return { overwrote: false, id: channel.idOf(whole), whole };
  },
  update: (account, wire, target) =>
    set(account, { graph: wire.graph_id, channel: wire.channel, revision: target.revision ?? wire.revision }),
  async delete({ client }, wire) {
    await client.send({ method: "DELETE", path: place(wire.graph_id, wire.channel), repeatable: true });
    return undefined;
  },
};

function place(graph: string, name: string): Request["path"] {
  return path`/toy/v1/graphs/${graph}/channels/${name}`;
}

async function set({ client }: ToyAccount, { graph, channel: name, revision }: ChannelFields): Promise<WireChannel> {
  const request = { method: "PUT", path: place(graph, name), json: { revision }, repeatable: true } as const;
  return (await client.json(request, wireChannel)).body;
}
