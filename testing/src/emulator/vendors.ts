import { humanloop } from "./humanloop";
import { kapso } from "./kapso";
import { kosli } from "./kosli";
import { runtype } from "./runtype";
import { defaultSwitchesOf, type EditOf, type SeedOf, type StateOf, type SwitchesOf } from "./vendor-list";

/** The vendors that the emulator plays. A new one needs its description, its file and its line here. */
export const vendors = { humanloop, kapso, kosli, runtype };

/** The vendors that the emulator plays, by name. */
export type Vendors = typeof vendors;

/** What is unknown about the vendors' servers, or should be tried both ways. Each vendor documents its own. */
export type Switches = SwitchesOf<Vendors>;

/** What a person or a CI job does at a vendor, outside of the calls in the journal. */
export type Edit = EditOf<Vendors>;

/** What is stored to begin with, and after every reset. */
export type Seed = SeedOf<Vendors>;

/** Everything stored, by vendor. Plain JSON; a vendor's part is also a seed of that vendor. */
export type EmulatorState = StateOf<Vendors>;

/** The switches as they are at the start. */
export const defaultSwitches: Switches = defaultSwitchesOf(vendors);
