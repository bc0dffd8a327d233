import type { FlowType } from "../../../provider/lifecycle/flow-type";
import { channel } from "../../toy/channel";
import { startToyEmulator } from "../../toy/toy-emulator";
import type { ToyState } from "../../toy/toy-records";
import { toy } from "../../toy/vendor";
import { ABOUT_NAMES, type RuleName, type Subject, type World } from "../subject";

/** Two graphs with some history, for channels to play. */
const GRAPHS = [
  { id: "gr_1", project: "shop", name: "bot", revision: 9 },
  { id: "gr_2", project: "shop", name: "other", revision: 9 },
];

async function open(channels: ToyState["channels"] = []): Promise<World> {
  const emulator = await startToyEmulator({ seed: { toy: { graphs: GRAPHS, channels } } });
  const place = (identity: string) => {
    const [id = "", name = ""] = identity.split("/");
    return { id, channel: name };
  };
  return {
    emulator,
    branch: () => open(emulator.state().toy.channels),
    objects: () =>
      emulator.state().toy.channels.map(({ graph_id, channel: name, revision }) => ({
        identity: `${graph_id}/${name}`,
        key: `${graph_id}/${name}`,
        content: { graph: graph_id, channel: name, revision },
      })),
    add: (name) => emulator.edit({ vendor: "toy", action: "setChannel", id: "gr_1", channel: name, revision: 5 }),
    remove: (identity) => emulator.edit({ vendor: "toy", action: "unsetChannel", ...place(identity) }),
    edit: (identity, _field, stored) =>
      emulator.edit({ vendor: "toy", action: "setChannel", ...place(identity), revision: Number(stored) }),
    otherAccounts: {},
  };
}

/** Rules about what tells one object from another that stands in its place: a pointer is its place. */
const ABOUT_IDENTITY: readonly RuleName[] = ["forced replacement", "stranger of the name", "race with a deletion"];

/** `toy:Channel` */
export const toyChannel: Subject = {
  vendor: toy,
  type: channel as unknown as FlowType,
  settings: (url) => ({ apiKey: "key-of-shop", project: "shop", apiUrl: url }),
  natures: { "as described": { open: () => open() } },
  least: { graph: "gr_1", channel: "live", revision: 1 },
  programs: { whole: { graph: "gr_1", channel: "live", revision: 1 } },
  fields: {
    graph: { to: "gr_2" },
    channel: { to: "beta" },
    revision: { to: 2, theirs: 3 },
  },
  secrets: [],
  waivers: [
    { rule: "ended outside", reason: "The toy deletes." },
    ...ABOUT_NAMES.map((rule) => ({ rule, reason: "A pointer is a setting of a graph: there is no name to take." })),
    ...ABOUT_IDENTITY.map((rule) => ({ rule, reason: "A pointer is its place: set again, it is the same one." })),
    ...(["changed outside", "conflict"] as const).flatMap((rule) =>
      ["graph", "channel"].map((field) => ({ rule, field, reason: "It is a part of the pointer's place." })),
    ),
    ...(["another key", "taken with another key"] as const).map((rule) => ({
      rule,
      reason: "The toy has no call that proves an account without naming a project.",
    })),
    ...(["removed", "undeclared"] as const).map((rule) => ({ rule, reason: "Every field is required." })),
  ],
};
