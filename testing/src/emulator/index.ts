export { type Emulator, type EmulatorOptions, startEmulator } from "./emulator";
export type { FaultAction, FaultRule } from "./faults";
export {
  type HumanloopDirectory,
  type HumanloopEdit,
  type HumanloopEnvironment,
  type HumanloopFile,
  type HumanloopSeed,
  type HumanloopState,
  type HumanloopVersion,
  humanloopDefaults,
} from "./humanloop-records";
export type { HumanloopAccount, HumanloopSwitches } from "./humanloop-switches";
export type { JournalEntry } from "./journal";
export {
  type DefinitionInput,
  type EdgeInput,
  type KapsoDefinition,
  type KapsoEdge,
  type KapsoEdit,
  type KapsoFunction,
  type KapsoNode,
  type KapsoSeed,
  type KapsoState,
  type KapsoTrigger,
  type KapsoWorkflow,
  kapsoDefaults,
  type NodeInput,
} from "./kapso-records";
export type { KapsoSwitches } from "./kapso-switches";
export type { KosliEdit, KosliFlow, KosliSeed, KosliState } from "./kosli-records";
export type { KosliAccount, KosliSwitches } from "./kosli-switches";
export type { RateLimit } from "./rate-limit";
export {
  type RuntypeEdit,
  type RuntypeFlow,
  type RuntypeSeed,
  type RuntypeSource,
  type RuntypeState,
  type RuntypeStep,
  type RuntypeStepInput,
  type RuntypeStepResult,
  type RuntypeVersion,
  runtypeDefaults,
} from "./runtype-records";
export type { RuntypeAccount, RuntypeSwitches } from "./runtype-switches";
export { ControlError } from "./vendor";
export type { CommonSwitches } from "./vendor-list";
export { defaultSwitches, type Edit, type EmulatorState, type Seed, type Switches } from "./vendors";
