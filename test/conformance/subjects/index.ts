import type { Subject } from "../subject";
import { humanloopDeployment } from "./humanloop-deployment";
import { humanloopFlow } from "./humanloop-flow";
import { humanloopMonitoring } from "./humanloop-monitoring";
import { kapsoFlow } from "./kapso-flow";
import { kapsoFunction } from "./kapso-function";
import { kapsoTrigger } from "./kapso-trigger";
import { kapsoWorkflow } from "./kapso-workflow";
import { kosliFlow } from "./kosli-flow";
import { runtypeFlow } from "./runtype-flow";
import { runtypePublication } from "./runtype-publication";
import { toyChannel } from "./toy-channel";
import { toyGraph } from "./toy-graph";

/** Every flow type that the suites are run for. Adding one is one file and one line here. */
export const subjects: readonly Subject[] = [
  kosliFlow,
  kapsoWorkflow,
  kapsoFlow,
  kapsoTrigger,
  kapsoFunction,
  runtypeFlow,
  runtypePublication,
  humanloopFlow,
  humanloopDeployment,
  humanloopMonitoring,
  toyGraph,
  toyChannel,
];
