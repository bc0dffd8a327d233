import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Emulation } from "./emulation";
import type { FaultRule } from "./faults";
import type { JournalEntry } from "./journal";
import type { EditOf, SeedOf, StateOf, SwitchesOf, VendorList } from "./vendor-list";

/** How to start an emulator of the listed vendors. */
export interface OptionsOf<List extends VendorList> {
  /** Default 0: any free port. */
  port?: number;
  /** Milliseconds added to every vendor call. Default 0. */
  latency?: number;
  seed?: SeedOf<List>;
  /** Epoch milliseconds, for everything that is stored or counted. Default: the machine's clock. */
  now?: () => number;
  /** Departures from the defaults, also after a reset. They win over switches of the seed. */
  switches?: Partial<SwitchesOf<List>>;
}

/**
 * The vendors, played by one server on the loopback interface. The methods do at once what the control routes under
 * `/__emulator/` do over HTTP, and throw a `ControlError` for arguments that make no sense.
 */
export interface EmulatorOf<List extends VendorList> {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** State, journal, faults and switches as they were at the start. Calls under way are broken off. */
  reset(): void;
  /** A copy of everything stored. */
  state(): StateOf<List>;
  /** A copy of every vendor call so far that was answered, in the order of arrival. */
  journal(): JournalEntry[];
  clearJournal(): void;
  /** Replaces the rules. */
  faults(rules: FaultRule[]): void;
  /** Does what a person or a CI job does outside; does not appear in the journal. */
  edit(edit: EditOf<List>): void;
  /** Changes the given switches and leaves the others. */
  switches(changes: Partial<SwitchesOf<List>>): void;
  close(): Promise<void>;
}

/** Starts an emulator of these vendors. Rejects with a `ControlError` if seed or switches make no sense. */
export async function serveVendors<List extends VendorList>(
  vendors: List,
  options: OptionsOf<List>,
): Promise<EmulatorOf<List>> {
  const emulation = new Emulation(vendors, {
    seed: options.seed,
    switches: options.switches ?? {},
    latency: options.latency ?? 0,
    now: options.now ?? Date.now,
  });
  const server = createServer(getRequestListener(emulation.app.fetch, { overrideGlobalObjects: false }));
  // An idle connection that the server closes just when a client uses it again would look like a fault.
  server.keepAliveTimeout = 10 * 60_000;
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    reset: () => emulation.reset(),
    state: () => emulation.state(),
    journal: () => emulation.journal(),
    clearJournal: () => emulation.clearJournal(),
    faults: (rules) => emulation.faults(rules),
    edit: (edit) => emulation.edit(edit),
    switches: (changes) => emulation.switches(changes),
    close: () =>
      new Promise((resolve) => {
        emulation.end();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Only ever on loopback: any key is accepted. */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
      else reject(new Error("The server has no port"));
    });
  });
}
