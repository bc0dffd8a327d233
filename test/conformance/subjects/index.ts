import type { Subject } from "../subject";
import { kosliFlow } from "./kosli-flow";

/** Every flow type that the suites are run for. Adding one is one file and one line here. */
export const subjects: readonly Subject[] = [kosliFlow];
