import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * `npm install` without a network: the packages are those of this repository, which `GUIDE_PACKAGES` names. One that is not
 * there fails, as one that npm does not know.
 */
const [command, ...more] = process.argv.slice(2);
const added = more.filter((word) => word !== "--save-dev");
if (command !== "install" || added.some((word) => word.startsWith("-")))
  throw new Error(`the guides' test does not play \`npm ${process.argv.slice(2).join(" ")}\``);

const packages = process.env.GUIDE_PACKAGES ?? "";
const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync("package.json", "utf8"));
const missing = [...Object.keys({ ...dependencies, ...devDependencies }), ...added].filter(
  (name) => !existsSync(join(packages, name)),
);
if (missing.length > 0) throw new Error(`there are no packages ${missing.join(", ")}`);
if (!existsSync("node_modules")) symlinkSync(packages, "node_modules", "dir");
console.log("up to date");
