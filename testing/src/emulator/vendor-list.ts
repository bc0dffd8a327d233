import { type RateLimit, rateLimitSchema } from "./rate-limit";
import type { Vendor } from "./vendor";

/** Vendors that one emulator plays, each under its own name. */
export type VendorList = Readonly<Record<string, Vendor<object, unknown, unknown, unknown>>>;

type SwitchesOfOne<V> = V extends Vendor<infer S, unknown, unknown, unknown> ? S : never;
type SeedOfOne<V> = V extends Vendor<infer _Switches, infer S, unknown, unknown> ? S : never;
type EditOfOne<V> = V extends Vendor<infer _Switches, unknown, infer E, unknown> ? E : never;
type StateOfOne<V> = V extends Vendor<infer _Switches, unknown, unknown, infer S> ? S : never;
type AllOf<Union> = (Union extends unknown ? (member: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Switches that every vendor has. */
export interface CommonSwitches {
  /** How many calls an account may make; more are answered with 429. Default null: any number. */
  rateLimit: RateLimit | null;
}

/** The common switches and those of all listed vendors. */
export type SwitchesOf<List extends VendorList> = CommonSwitches & AllOf<SwitchesOfOne<List[keyof List]>>;

/** An edit at one of the listed vendors. */
export type EditOf<List extends VendorList> = EditOfOne<List[keyof List]>;

/** What is stored to begin with, by vendor. */
export type SeedOf<List extends VendorList> = { -readonly [Name in keyof List]?: SeedOfOne<List[Name]> } & {
  switches?: Partial<SwitchesOf<List>>;
};

/** Everything stored, by vendor. */
export type StateOf<List extends VendorList> = { -readonly [Name in keyof List]: StateOfOne<List[Name]> };

/** The switches of the listed vendors as they are at the start. */
export function defaultSwitchesOf<List extends VendorList>(vendors: List): SwitchesOf<List> {
  return Object.assign({ rateLimit: null }, ...Object.values(vendors).map((vendor) => vendor.switches.defaults));
}

/** JSON Schema of a change of switches. */
export function switchesSchemaOf(vendors: VendorList): object {
  return {
    type: "object",
    additionalProperties: false,
    properties: {
      rateLimit: rateLimitSchema,
      ...Object.assign({}, ...Object.values(vendors).map((vendor) => vendor.switches.schema)),
    },
  };
}
