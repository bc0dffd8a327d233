import type { Vendor } from "./vendor";

const humanloop = (): typeof import("./humanloop/vendor") => require("./humanloop/vendor");
const kapso = (): typeof import("./kapso/vendor") => require("./kapso/vendor");
const kosli = (): typeof import("./kosli/vendor") => require("./kosli/vendor");
const runtype = (): typeof import("./runtype/vendor") => require("./runtype/vendor");

/** Every vendor that this package knows, by name, and loaded when asked for: a process needs one. Adding one is two lines here. */
export const vendors: Readonly<Record<string, () => Vendor>> = {
  humanloop: () => humanloop().humanloop,
  kapso: () => kapso().kapso,
  kosli: () => kosli().kosli,
  runtype: () => runtype().runtype,
};

/** All of them at once. */
export function allVendors(): readonly Vendor[] {
  return Object.values(vendors).map((load) => load());
}
