import { createHash } from "node:crypto";
import { type LockedPackages, nameIn, type PublishedName, productionTree, published } from "./lock-file";

/** One package in a bill of materials. */
interface Component {
  readonly type: "library";
  readonly "bom-ref": string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly scope?: "required";
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly ({ readonly license: { readonly id: string } } | { readonly expression: string })[];
  readonly purl: string;
}

/** A software bill of materials in the form CycloneDX 1.5. */
export interface BillOfMaterials {
  readonly $schema: string;
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.5";
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * What is installed with a package, as it is locked. The same lock file always gives the same text: it tells no time,
 * and its serial number is made of what it lists.
 *
 * @throws Error where a package is locked without a hash, a version or a licence
 */
export function billOfMaterials(packages: LockedPackages, name: PublishedName): BillOfMaterials {
  const folder = published[name];
  const { version, license } = packages[folder] ?? {};
  const self = componentOf(name, version, license);
  const tree = new Map([...productionTree(packages, folder)].sort(([a], [b]) => (a < b ? -1 : 1)));
  const all = new Map([...tree.keys()].map((path) => [path, path === folder ? self : lockedComponent(packages, path)]));
  const ref = (path: string) => all.get(path)?.["bom-ref"] ?? path;
  const content = {
    metadata: { component: self },
    components: [...all.values()].filter((each) => each !== self),
    dependencies: [...tree].map(([path, needed]) => ({ ref: ref(path), dependsOn: needed.map(ref) })),
  };
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
    version: 1,
    ...content,
  };
}

function componentOf(fullName: string, version: string | undefined, license: string | undefined): Component {
  if (!version || !license) throw new Error(`${fullName} is locked without a version or a licence`);
  const [scope, bare] = fullName.startsWith("@") ? fullName.split("/") : [undefined, fullName];
  return {
    type: "library",
    "bom-ref": `${fullName}@${version}`,
    ...(scope ? { group: scope } : {}),
    name: bare ?? fullName,
    version,
    licenses: [/[ (]/.test(license) ? { expression: license } : { license: { id: license } }],
    purl: `pkg:npm/${fullName.replace("@", "%40")}@${version}`,
  };
}

function lockedComponent(packages: LockedPackages, path: string): Component {
  const { version, license, integrity } = packages[path] ?? {};
  const [, algorithm, hash] = /^sha(\d+)-(.+)$/.exec(integrity ?? "") ?? [];
  if (!algorithm || !hash) throw new Error(`${path} is locked without a hash`);
  const { type, ...rest } = componentOf(nameIn(path), version, license);
  const hashes = [{ alg: `SHA-${algorithm}`, content: Buffer.from(hash, "base64").toString("hex") }];
  return { type, ...rest, scope: "required", hashes };
}

/** A UUID of version 8 (RFC 9562), of which all but the version is a hash. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
