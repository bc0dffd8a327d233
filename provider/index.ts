/**
 * Flows as code: one namespace for each vendor.
 *
 * @packageDocumentation
 */
export * as humanloop from "./sdk/humanloop";
export * as kapso from "./sdk/kapso";
export * as kosli from "./sdk/kosli";
export * as runtype from "./sdk/runtype";
