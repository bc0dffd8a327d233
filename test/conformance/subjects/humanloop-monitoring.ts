import type { FlowType } from "../../../provider/lifecycle/flow-type";
import { monitoring } from "../../../provider/vendors/humanloop/monitoring";
import { humanloop } from "../../../provider/vendors/humanloop/vendor";
import type { HumanloopState } from "../../../testing/src/emulator";
import { ABOUT_BEING_GONE, ABOUT_NAMES, type Subject } from "../subject";
import {
  GUESSED_OTHERWISE,
  type Hands,
  humanloopSettings,
  isBystander,
  KIOSK,
  natureOf,
  PRODUCTION,
  SHOP,
  STAGING,
  shared,
  TONE,
  TONE_VERSIONS,
} from "./humanloop-world";

type Reference = HumanloopState["files"][number]["evaluators"][number]["reference"];

/** References as texts, in an order that means nothing. */
const textOf = (reference: Reference) =>
  "evaluator_version_id" in reference
    ? reference.evaluator_version_id
    : `${reference.evaluator_id} in ${reference.environment_id}`;
const referenceOf = (text: string): Reference => {
  const [evaluator_id = "", environment_id] = text.split(" in ");
  return environment_id === undefined ? { evaluator_version_id: text } : { evaluator_id, environment_id };
};
const activeOf = ({ evaluators }: HumanloopState["files"][number]) =>
  evaluators.filter(({ state }) => state === "active").map(({ reference }) => textOf(reference));

const monitoringHands: Hands = {
  objects: (flows) =>
    flows
      .filter(({ file }) => isBystander(file) && activeOf(file).length > 0)
      .map(({ file }) => ({
        identity: file.id,
        key: file.id,
        content: { flow: file.id, evaluators: activeOf(file).sort() },
      })),
  add: (file) => ({
    vendor: "humanloop",
    action: "monitor",
    file,
    set: { activate: [{ evaluator_version_id: TONE_VERSIONS[0] }] },
  }),
  // What watches a flow goes with it.
  remove: (file) => ({ vendor: "humanloop", action: "deleteFile", file }),
  edit(file, _field, stored, flow) {
    const there = flow ? activeOf(flow.file) : [];
    const wanted = stored as string[];
    return {
      vendor: "humanloop",
      action: "monitor",
      file,
      set: {
        activate: wanted.filter((each) => !there.includes(each)).map(referenceOf),
        deactivate: there.filter((each) => !wanted.includes(each)).map(referenceOf),
      },
    };
  },
};

const [FIRST, SECOND, LAST] = TONE_VERSIONS;

/** `humanloop:FlowMonitoring` */
export const humanloopMonitoring: Subject = {
  vendor: humanloop,
  // The functions' arguments and wire objects are the type's own.
  type: monitoring as unknown as FlowType,
  settings: humanloopSettings,
  shared: shared(monitoringHands),
  keyField: "flow",
  // What others have switched on is theirs.
  stays({ evaluators: own }, { content: { evaluators: there } }) {
    const texts = Object.values(own ?? {}).map(
      (each) => each.evaluatorVersionId ?? `${each.evaluatorId} in ${each.environmentId}`,
    );
    return Array.isArray(there) && there.some((each) => !texts.includes(each));
  },
  natures: {
    "as suggested": natureOf(monitoringHands),
    "guessed otherwise": natureOf(monitoringHands, GUESSED_OTHERWISE),
  },
  least: { flow: SHOP, evaluators: [{ evaluatorVersionId: FIRST }] },
  programs: {
    both: {
      flow: SHOP,
      evaluators: [{ evaluatorVersionId: FIRST }, { evaluatorId: TONE, environmentId: PRODUCTION }],
    },
  },
  fields: {
    flow: { to: KIOSK },
    evaluators: {
      to: [
        { evaluatorId: TONE, environmentId: PRODUCTION },
        { evaluatorId: TONE, environmentId: STAGING },
        { evaluatorVersionId: SECOND },
      ],
      storedTo: [`${TONE} in ${PRODUCTION}`, `${TONE} in ${STAGING}`, SECOND],
      theirs: [`${TONE} in ${PRODUCTION}`, LAST],
      // Named is what somebody changed, and what the program says of that.
      told: { to: ["the program wants nothing"], theirs: [LAST] },
    },
  },
  secrets: [],
  waivers: [
    { rule: "ended outside", reason: "Evaluators are switched off: that is monitoring too." },
    ...ABOUT_NAMES.map((rule) => ({ rule, reason: "Monitoring is a setting of a flow: there is no name to take." })),
    ...(["removed", "undeclared"] as const).map((rule) => ({
      rule,
      reason: "Everything of monitoring must be declared.",
    })),
    ...ABOUT_BEING_GONE.map((rule) => ({
      rule,
      reason: "Monitoring is only gone with its flow, and cannot be made again without it.",
    })),
    ...(["changed outside", "conflict"] as const).map((rule) => ({
      rule,
      field: "flow",
      reason: "It is the monitoring's place.",
    })),
  ],
};
