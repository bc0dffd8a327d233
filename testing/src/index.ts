export * from "./emulator";
export type { PropertyDifference } from "./rehearsal/difference";
export { type ExportedState, type ExportOptions, exportState } from "./rehearsal/export";
export { type RehearsalOptions, type RehearsalResult, rehearse } from "./rehearsal/rehearse";
export type { Diagnostic, Operation, Step } from "./rehearsal/report";
