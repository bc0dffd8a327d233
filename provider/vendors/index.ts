import type { Vendor } from "./vendor";

const kapso = (): typeof import("./kapso/vendor") => require("./kapso/vendor");
const kosli = (): typeof import("./kosli/vendor") => require("./kosli/vendor");
const runtype = (): typeof import("./runtype/vendor") => require("./runtype/vendor");

/** Every vendor that this package knows, by name, and loaded when asked for: a process needs one. Adding one is two lines here. */
export const vendors: Readonly<Record<string, () => Vendor>> = {
  kapso: () => kapso().kapso,
  kosli: () => kosli().kosli,
  runtype: () => runtype().runtype,
};

/** All of them at once. */
export function allVendors(): readonly Vendor[] {
  return Object.values(vendors).map((load) => load());
}
