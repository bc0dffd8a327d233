import { kosli } from "./kosli";
import { type RateLimit, rateLimitSchema } from "./rate-limit";
import type { Vendor } from "./vendor";

/** The vendors that the emulator plays. A new one needs its description, its file and its line here. */
export const vendors = { kosli };

type Listed = (typeof vendors)[keyof typeof vendors];
type SwitchesOf<V> = V extends Vendor<infer S, unknown, unknown, unknown> ? S : never;
type EditOf<V> = V extends Vendor<infer _Switches, unknown, infer E, unknown> ? E : never;
type SeedOf<V> = V extends Vendor<infer _Switches, infer S, unknown, unknown> ? S : never;
type StateOf<V> = V extends Vendor<infer _Switches, unknown, unknown, infer S> ? S : never;
type AllOf<Union> = (Union extends unknown ? (member: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Switches that every vendor has. */
export interface CommonSwitches {
  /** How many calls an account may make; more are answered with 429. Default null: any number. */
  rateLimit: RateLimit | null;
}

/** What is unknown about the vendors' servers, or should be tried both ways. Each vendor documents its own. */
export type Switches = CommonSwitches & AllOf<SwitchesOf<Listed>>;

/** What a person or a CI job does at a vendor, outside of the calls in the journal. */
export type Edit = EditOf<Listed>;

/** What is stored to begin with, and after every reset. */
export type Seed = { -readonly [V in keyof typeof vendors]?: SeedOf<(typeof vendors)[V]> } & {
  switches?: Partial<Switches>;
};

/** Everything stored, by vendor. Plain JSON; a vendor's part is also a seed of that vendor. */
export type EmulatorState = { -readonly [V in keyof typeof vendors]: StateOf<(typeof vendors)[V]> };

/** The switches as they are at the start. */
export const defaultSwitches: Switches = Object.assign(
  { rateLimit: null },
  ...Object.values(vendors).map((vendor) => vendor.switches.defaults),
);

/** JSON Schema of a change of switches. */
export const switchesSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    rateLimit: rateLimitSchema,
    ...Object.assign({}, ...Object.values(vendors).map((vendor) => vendor.switches.schema)),
  },
};
