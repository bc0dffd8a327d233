import type { Subject } from "../subject";
import { kosliFlow } from "./kosli-flow";
import { toyChannel } from "./toy-channel";
import { toyGraph } from "./toy-graph";

/** Every flow type that the suites are run for. Adding one is one file and one line here. */
export const subjects: readonly Subject[] = [kosliFlow, toyGraph, toyChannel];
