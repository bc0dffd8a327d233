import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { billOfMaterials } from "./bill-of-materials";
import { type PublishedName, published, readLockFile } from "./lock-file";

/** Writes a software bill of materials of each published package to a folder. */
const { values } = parseArgs({ options: { to: { type: "string", default: "sbom" } } });
const packages = readLockFile();
mkdirSync(values.to, { recursive: true });
for (const name of Object.keys(published) as PublishedName[]) {
  const bill = billOfMaterials(packages, name);
  const file = join(values.to, `${name}.cdx.json`);
  writeFileSync(file, `${JSON.stringify(bill, undefined, 2)}\n`);
  console.log(`${file}: ${bill.components.length} packages beside ${name}`);
}
