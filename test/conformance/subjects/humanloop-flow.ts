import type { FlowType } from "../../../provider/lifecycle/flow-type";
import { flow } from "../../../provider/vendors/humanloop/flow";
import { humanloop } from "../../../provider/vendors/humanloop/vendor";
import type { Subject } from "../subject";
import {
  GUESSED_OTHERWISE,
  type Hands,
  humanloopSettings,
  isBystander,
  KIOSK,
  NEIGHBOUR,
  natureOf,
  SHOP,
  shared,
} from "./humanloop-world";

const BY_HAND = { by: "hand" };

const flowHands: Hands = {
  objects: (flows) =>
    flows
      .filter(({ file }) => !isBystander(file))
      .map(({ file: { id, path }, version }) => ({
        identity: id,
        key: path,
        content: {
          path,
          attributes: version?.attributes,
          versionName: version?.version_name ?? undefined,
          versionDescription: version?.version_description ?? "",
        },
      })),
  add: (path) => ({ vendor: "humanloop", action: "upsertFlow", set: { path, attributes: BY_HAND } }),
  remove: (file) => ({ vendor: "humanloop", action: "deleteFile", file }),
  edit(file, field, stored, flow) {
    const version = flow?.version?.version_id ?? "";
    if (field === "path") return { vendor: "humanloop", action: "moveFile", file, path: String(stored) };
    if (field === "attributes")
      return { vendor: "humanloop", action: "upsertFlow", set: { id: file, attributes: BY_HAND } };
    const told = field === "versionName" ? { name: String(stored) } : { description: String(stored) };
    return { vendor: "humanloop", action: "renameVersion", file, version, ...told };
  },
};

/** Nested, with a list, a number that is not whole, a null and an empty object. */
function answering(greeting: string): Record<string, unknown> {
  return {
    prompt: { template: [{ role: "system", content: `${greeting} {{question}}` }], temperature: 0.7, stop: null },
    tools: {},
    steps: ["look up", "answer"],
  };
}

/** `humanloop:Flow` */
export const humanloopFlow: Subject = {
  vendor: humanloop,
  // The functions' arguments and wire objects are the type's own.
  type: flow as unknown as FlowType,
  settings: humanloopSettings,
  shared: shared(flowHands),
  beside: [SHOP, KIOSK, NEIGHBOUR],
  looks: ["/retrieve-by-path"],
  natures: {
    "as suggested": natureOf(flowHands),
    "guessed otherwise": { ...natureOf(flowHands, GUESSED_OTHERWISE), withoutFaults: true },
  },
  least: { path: "shop/web", attributes: {} },
  programs: {
    named: {
      path: "shop/web",
      attributes: answering("Hi"),
      versionName: "one",
      versionDescription: "answers the shop",
      forceDestroy: true,
    },
    described: {
      path: "shop/web",
      attributes: answering("Hi"),
      versionDescription: "answers the shop",
      forceDestroy: true,
    },
  },
  // A name belongs to one version: where the attributes change alone, the version has none.
  fields: {
    versionDescription: { to: "answers everybody", theirs: "by hand", belongsTo: "attributes" },
    versionName: { to: "two", theirs: "theirs", belongsTo: "attributes" },
    path: { to: "shop/kiosk", theirs: "shop/stand" },
    forceDestroy: { to: false, neverSent: true },
    attributes: { within: "described", to: answering("Hello"), theirs: BY_HAND },
  },
  secrets: [
    {
      program: { path: "shop/web", attributes: { prompt: { system: "hush-hush" } }, forceDestroy: true },
      path: ["attributes", "prompt", "system"],
      secret: "hush-hush",
    },
  ],
  waivers: [
    { rule: "ended outside", reason: "Humanloop deletes flows." },
    ...(["changed outside", "conflict"] as const).map((rule) => ({
      rule,
      field: "attributes",
      reason: "A version never changes, and one that somebody else made is not this resource's.",
    })),
  ],
};
