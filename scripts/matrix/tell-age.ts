import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { sourceHash } from "../source-hash";
import { groundRecord, sayOf, TRIED } from "./ground";

/** Says whether what docs/ground.json tells is of the present source. */
const root = resolve(__dirname, "../..");
const record = groundRecord.parse(JSON.parse(readFileSync(join(root, "docs/ground.json"), "utf8")));
console.log(sayOf(record, sourceHash(root, TRIED)));
