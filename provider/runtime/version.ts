import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The package's version, for the User-Agent. The package's own file lies one folder above what is built and what is source. */
export const version: string = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")).version;
