import type { KosliAccount } from "../../provider/vendors/kosli/account";
import { flow } from "../../provider/vendors/kosli/flow";
import { kosli } from "../../provider/vendors/kosli/vendor";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../testing/src/emulator";
import { Bench, type Run as BenchRun, type RunOptions as BenchRunOptions } from "./bench";

export { TestClock, TestLog } from "./bench";

export type Run = BenchRun<KosliAccount>;

export interface RunOptions extends Omit<BenchRunOptions, "settings"> {
  readonly apiToken?: string;
  readonly hostRoot?: string;
}

/** Kosli flows against an emulator, without Pulumi. */
export class KosliBench extends Bench<KosliAccount, Emulator> {
  static async start(options: EmulatorOptions = {}): Promise<KosliBench> {
    const settings = (url: string) => ({ apiToken: "test-token", org: "acme", apiUrl: url });
    return new KosliBench({ vendor: kosli, type: flow, settings }, await startEmulator(options));
  }

  override run({ apiToken, hostRoot, ...options }: RunOptions = {}): Run {
    const settings = { ...(apiToken ? { apiToken } : {}), ...(hostRoot ? { apiUrl: hostRoot } : {}) };
    return super.run({ ...options, settings });
  }
}
