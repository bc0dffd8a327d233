import { kapso } from "../../../provider/vendors/kapso/vendor";
import { workflow } from "../../../provider/vendors/kapso/workflow";
import type { Subject } from "../subject";
import {
  FINAL,
  GUESSED_OTHERWISE,
  graphCases,
  graphHands,
  graphSecrets,
  graphWaivers,
  helping,
  LATE,
  wholeGraph,
} from "./kapso-graphs";
import { ALSO_BESIDE, BESIDE, kapsoSettings, natureOf, shared } from "./kapso-world";

/** `kapso:Workflow` */
export const kapsoWorkflow: Subject = {
  vendor: kapso,
  type: workflow,
  settings: kapsoSettings,
  shared: shared(graphHands),
  beside: [BESIDE, ALSO_BESIDE],
  alsoUnique: ["slug"],
  natures: {
    "as documented": natureOf(graphHands),
    "guessed otherwise": { ...natureOf(graphHands, GUESSED_OTHERWISE), withoutFaults: true },
    late: natureOf(graphHands, LATE),
    "nothing comes back": { ...natureOf(graphHands, FINAL), withoutFaults: true },
  },
  least: { name: "web" },
  programs: {
    whole: { ...wholeGraph, slug: "web", messageDebounceSeconds: 5, inboundMessageReadMode: "read_only" },
    graph: { name: "web", definition: helping("Help") },
  },
  fields: {
    ...graphCases,
    slug: { to: "shop", theirs: "kiosk" },
    messageDebounceSeconds: { to: 7, theirs: 9 },
    inboundMessageReadMode: { to: "disabled", theirs: "read_with_typing" },
  },
  secrets: graphSecrets,
  waivers: graphWaivers,
};
