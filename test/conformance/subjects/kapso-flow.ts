import { flow } from "../../../provider/vendors/kapso/flow";
import { kapso } from "../../../provider/vendors/kapso/vendor";
import type { Subject } from "../subject";
import {
  FINAL,
  flowHands,
  GUESSED_OTHERWISE,
  graphCases,
  graphSecrets,
  graphWaivers,
  helping,
  LATE,
  wholeGraph,
} from "./kapso-graphs";
import { ALSO_BESIDE, BESIDE, kapsoSettings, natureOf, shared } from "./kapso-world";

/** `kapso:Flow` */
export const kapsoFlow: Subject = {
  vendor: kapso,
  type: flow,
  settings: kapsoSettings,
  shared: shared(flowHands),
  beside: [BESIDE, ALSO_BESIDE],
  natures: {
    "as documented": natureOf(flowHands),
    "guessed otherwise": {
      ...natureOf(flowHands, {
        ...GUESSED_OTHERWISE,
        kapsoLegacyTakesStatus: true,
        kapsoLegacyTakesLock: true,
        kapsoLegacySpelling: "snake_case",
        kapsoLegacyMissingArray: "kept",
        kapsoLegacyErrors: "error",
      }),
      withoutFaults: true,
    },
    late: { ...natureOf(flowHands, LATE), withoutFaults: true },
    "nothing comes back": { ...natureOf(flowHands, FINAL), withoutFaults: true },
  },
  least: { name: "web" },
  programs: { whole: wholeGraph, graph: { name: "web", definition: helping("Help") } },
  fields: graphCases,
  secrets: graphSecrets,
  waivers: graphWaivers,
};
