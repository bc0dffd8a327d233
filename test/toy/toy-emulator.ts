import { type EmulatorOf, type OptionsOf, serveVendors } from "../../testing/src/emulator/server";
import { type Vendors, vendors } from "../../testing/src/emulator/vendors";
import { toy } from "./emulated-toy";

type VendorsAndToy = Vendors & { readonly toy: typeof toy };

const vendorsAndToy: VendorsAndToy = { ...vendors, toy };

/** How to start the emulator with the toy: as `EmulatorOptions`, with the toy's seed and switches. */
export interface ToyEmulatorOptions extends OptionsOf<VendorsAndToy> {}

/** The emulator of the shipped vendors, which also plays the toy. */
export interface ToyEmulator extends EmulatorOf<VendorsAndToy> {}

/** Starts one emulator that plays the shipped vendors and the toy on one port. */
export function startToyEmulator(options: ToyEmulatorOptions = {}): Promise<ToyEmulator> {
  return serveVendors(vendorsAndToy, options);
}
