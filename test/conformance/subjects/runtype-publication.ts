import type { FlowType } from "../../../provider/lifecycle/flow-type";
import { publication } from "../../../provider/vendors/runtype/publication";
import { runtype } from "../../../provider/vendors/runtype/vendor";
import { ABOUT_BEING_GONE, ABOUT_NAMES, type Subject } from "../subject";
import { type Hands, isBystander, KIOSK, natureOf, runtypeSettings, SHOP, shared, versionsOf } from "./runtype-world";

const publicationHands: Hands = {
  objects: ({ flows, versions }) =>
    flows
      .filter((each) => isBystander(each) && each.publishedVersionId !== null)
      .map(({ id, publishedVersionId }) => ({
        identity: id,
        key: id,
        // Of a copy, what it is a copy of.
        content: { flow: id, version: versions.find((each) => each.id === publishedVersionId)?.label },
      })),
  add: (flow) => ({ vendor: "runtype", action: "publishFlow", flow }),
  // What is published goes with the flow.
  remove: (flow) => ({ vendor: "runtype", action: "deleteFlow", flow }),
  edit: (flow, _field, stored) => ({ vendor: "runtype", action: "publishFlow", flow, version: String(stored) }),
};

const [FIRST, SECOND, LAST] = versionsOf(SHOP);

/** `runtype:FlowPublication` */
export const runtypePublication: Subject = {
  vendor: runtype,
  // The functions' arguments and wire objects are the type's own.
  type: publication as unknown as FlowType,
  settings: runtypeSettings,
  shared: shared(publicationHands),
  keyField: "flow",
  // A publication cannot be undone.
  stays: () => true,
  natures: {
    "as documented": natureOf(publicationHands),
    copies: {
      ...natureOf(publicationHands, {
        runtypePublishRow: "copied",
        runtypePublishStores: false,
        runtypeNoDraft: 200,
        runtypeForeignFlow: 403,
        runtypeErrorShape: "object",
      }),
      withoutFaults: true,
    },
  },
  least: { flow: SHOP },
  programs: {
    version: { flow: SHOP, version: SECOND, triggers: ["1"] },
    cautious: { flow: SHOP, version: SECOND, triggers: ["1"], onConflict: "fail" },
  },
  fields: {
    flow: { to: KIOSK, toWith: { version: versionsOf(KIOSK)[1] } },
    version: {
      to: LAST,
      theirs: FIRST,
      // The flow holds what was published last.
      cleared: SECOND,
      // The version that is there now may be a copy, with an id of its own.
      told: { theirs: ['it is now "flowver_'] },
    },
    triggers: { to: ["2"], neverSent: true },
    onConflict: { within: "cautious", to: "overwrite", neverSent: true },
  },
  secrets: [],
  waivers: [
    { rule: "ended outside", reason: "What is published is not ended, but another version is published." },
    ...ABOUT_NAMES.map((rule) => ({ rule, reason: "A publication is a setting of a flow: there is no name to take." })),
    ...ABOUT_BEING_GONE.map((rule) => ({
      rule,
      reason: "What is published is only gone with its flow, and cannot be made again without it.",
    })),
    ...(["delete", "taken, deleted"] as const).map((rule) => ({
      rule,
      reason: "A publication cannot be undone: what is published stays.",
    })),
    {
      rule: "take",
      field: "version",
      reason: "The id of a version means nothing to another flow: what is taken over publishes what the flow holds.",
    },
    {
      rule: "taken, changed",
      field: "triggers",
      nature: "copies",
      reason: "What is taken over names no version, and there the flow holds another one than is published.",
    },
    {
      rule: "changed alone",
      field: "flow",
      reason: "A publication cannot be undone: what is published of the other flow stays.",
    },
    ...(["changed outside", "conflict"] as const).map((rule) => ({
      rule,
      field: "flow",
      reason: "It is the publication's place.",
    })),
    ...(["removed", "undeclared"] as const).map((rule) => ({
      rule,
      field: "version",
      nature: "copies",
      reason:
        "There the flow holds what was saved last, also after another version was published, and that is published.",
    })),
    {
      rule: "look-up",
      reason: "Runtype does not tell when a version was published: a look-up tells when it was saved.",
    },
  ],
};
