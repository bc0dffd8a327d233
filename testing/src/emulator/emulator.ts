import { type EmulatorOf, type OptionsOf, serveVendors } from "./server";
import { type Vendors, vendors } from "./vendors";

/** How to start the emulator. */
export interface EmulatorOptions extends OptionsOf<Vendors> {}

/**
 * The vendors, played by one server on the loopback interface. The methods do at once what the control routes under
 * `/__emulator/` do over HTTP, and throw a `ControlError` for arguments that make no sense.
 */
export interface Emulator extends EmulatorOf<Vendors> {}

/** Starts the emulator. Rejects with a `ControlError` if seed or switches make no sense. */
export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return serveVendors(vendors, options);
}
