import { deployment } from "../../../provider/vendors/humanloop/deployment";
import { flow } from "../../../provider/vendors/humanloop/flow";
import { monitoring } from "../../../provider/vendors/humanloop/monitoring";
import { humanloop } from "../../../provider/vendors/humanloop/vendor";
import type { Emulator } from "../../../testing/src/emulator";
import { Bench, type Benched } from "../../harness/bench";
import { Stack } from "../../harness/stack";

const settings = (url: string) => ({ apiKey: "hl-test-key", apiUrl: url });
const stackOf = (type: unknown, emulator: Emulator) =>
  new Stack(new Bench({ vendor: humanloop, type, settings } as unknown as Benched, emulator));

/** A stack with one flow. */
export const flowStack = (emulator: Emulator) => stackOf(flow, emulator);
/** A stack with one deployment. */
export const deploymentStack = (emulator: Emulator) => stackOf(deployment, emulator);
/** A stack with the monitoring of one flow. */
export const monitoringStack = (emulator: Emulator) => stackOf(monitoring, emulator);

/** The operations of the journal, in order. */
export const operations = (emulator: Emulator): string[] => emulator.journal().map(({ operation }) => operation);
