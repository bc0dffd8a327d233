/**
 * Flows as code: one namespace for each vendor.
 *
 * @packageDocumentation
 */
export * as kosli from "./sdk/kosli";
