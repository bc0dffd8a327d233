export { type Emulator, type EmulatorOptions, startEmulator } from "./emulator";
export type { FaultAction, FaultRule } from "./faults";
export type { JournalEntry } from "./journal";
export type { KosliEdit, KosliFlow, KosliSeed, KosliState } from "./kosli-records";
export type { KosliAccount, KosliSwitches } from "./kosli-switches";
export type { RateLimit } from "./rate-limit";
export { ControlError } from "./vendor";
export type { CommonSwitches } from "./vendor-list";
export { defaultSwitches, type Edit, type EmulatorState, type Seed, type Switches } from "./vendors";
