import { kapso } from "./kapso/vendor";
import { kosli } from "./kosli/vendor";
import type { Vendor } from "./vendor";

/** Every vendor that this package knows. Adding one is one line here. */
export const vendors: readonly Vendor[] = [kosli, kapso];
