import type { FlowType } from "../../../provider/lifecycle/flow-type";
import { graph } from "../../toy/graph";
import { startToyEmulator } from "../../toy/toy-emulator";
import type { DefinitionInput, ToyState, ToySwitches } from "../../toy/toy-records";
import { toy } from "../../toy/vendor";
import type { Nature, Subject, World } from "../subject";

async function open(switches: Partial<ToySwitches>, stored?: ToyState): Promise<World> {
  const emulator = await startToyEmulator({ switches, ...(stored ? { seed: { toy: stored } } : {}) });
  return {
    emulator,
    branch: () => open(switches, emulator.state().toy),
    objects: () =>
      emulator.state().toy.graphs.map(({ id, project, name, description, definition }) => ({
        identity: id,
        key: `${project}/${name}`,
        content: { project, name, description: description ?? "", definition },
      })),
    add: (name) => emulator.edit({ vendor: "toy", action: "create", project: "shop", name }),
    remove: (id) => emulator.edit({ vendor: "toy", action: "delete", id }),
    edit: (id, field, stored) => emulator.edit({ vendor: "toy", action: "update", id, set: { [field]: stored } }),
    otherAccounts: {
      "a key to which the project does not exist": () => {
        emulator.switches({ toyProjects: ["other"] });
        return {};
      },
    },
  };
}

const nature = (toyDuplicates: ToySwitches["toyDuplicates"], onDuplicate: FlowType["onDuplicate"]): Nature => ({
  open: () => open({ toyDuplicates }),
  // The functions' arguments and wire objects are the toy's own.
  type: { ...graph, onDuplicate } as unknown as FlowType,
});

/** A definition as the lifecycle sends it: nodes and edges in the order of their keys, every label written. */
function definition(message: string, target: string): DefinitionInput {
  return {
    nodes: [
      { id: "ask", type: "ask", message: "And now?", buttons: [{ id: "ok", title: "OK" }] },
      {
        id: "greet",
        type: "call",
        message,
        temperature: 0.5,
        headers: { Authorization: "Bearer of-greet", accept: "json" },
        token: "token-of-greet",
      },
    ],
    edges: [{ source: "greet", target, label: "next" }],
  };
}

/** `toy:Graph` */
export const toyGraph: Subject = {
  vendor: toy,
  type: graph as unknown as FlowType,
  settings: (url) => ({ apiKey: "key-of-shop", project: "shop", apiUrl: url }),
  natures: {
    "makes twins": nature("twins", "twins"),
    refuses: nature("refused", "refuses"),
    upserts: nature("upserts", "upserts"),
  },
  least: { name: "bot" },
  programs: {
    whole: { name: "bot", project: "shop", description: "the shop", definition: definition("Hi", "ask") },
    graph: { name: "bot", definition: definition("Hi", "ask") },
  },
  fields: {
    name: { to: "helper", theirs: "renamed" },
    project: { to: "kiosk" },
    description: { to: "the new shop", theirs: "their shop" },
    definition: {
      to: definition("Hello", "greet"),
      theirs: definition("by hand", "ask"),
      cleared: { nodes: [], edges: [] },
      holdsUntold: true,
      told: { to: ["Hello"], theirs: ["definition.nodes.greet.message", "by hand"] },
    },
  },
  secrets: [
    {
      program: {
        name: "bot",
        definition: { nodes: { call: { type: "call", headers: { Authorization: "hush-hush" } } }, edges: {} },
      },
      path: ["definition", "nodes", "call", "headers", "Authorization"],
      secret: "hush-hush",
    },
    {
      program: {
        name: "bot",
        definition: { nodes: { say: { type: "say", message: "hush-hush" } }, edges: {} },
      },
      path: ["definition", "nodes", "say", "message"],
      secret: "hush-hush",
    },
  ],
  waivers: [
    { rule: "ended outside", reason: "The toy deletes." },
    ...(["changed outside", "conflict"] as const).map((rule) => ({
      rule,
      field: "project",
      reason: "The toy moves no graph between projects.",
    })),
    ...(["race to create", "rename to a taken name"] as const).map((rule) => ({
      rule,
      nature: "makes twins",
      reason: "The vendor takes a name twice, and nothing tells of the other one.",
    })),
  ],
};
