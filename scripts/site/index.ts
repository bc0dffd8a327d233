import { join, resolve } from "node:path";
import { buildSite } from "./build";

const root = resolve(__dirname, "../..");
const out = join(root, "site");

buildSite(root, out).then(
  (pages) => console.log(`${pages.length} pages in ${out}`),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
