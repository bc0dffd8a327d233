import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";
import { runPulumi } from "./configuration";
import type { Finding } from "./doctor-report";

/** Since this version Pulumi's CLI takes import files that carry inputs and outputs. */
const IMPORT_FILES = "3.254.0";

const description = z.looseObject({
  name: z.string().optional(),
  version: z.string().default("0.0.0"),
  engines: z.object({ node: z.string().optional() }).optional(),
  peerDependencies: z.record(z.string(), z.string()).optional(),
});
type Description = z.output<typeof description>;

/** The versions of everything that has a part in a run from this folder. */
export async function versionFindings(cwd: string): Promise<Finding[]> {
  const own = describedIn(join(__dirname, "../.."));
  const sdk = packageFrom(cwd, "@pulumi/pulumi");
  const installed = packageFrom(cwd, "pulumi-flows/runtime/v1");
  return [
    { about: "versions", subject: "pulumi-flows", status: "ok", found: own.version },
    installedFinding(own, installed),
    nodeFinding(own, sdk),
    sdkFinding(own, sdk),
    await cliFinding(cwd),
  ];
}

function installedFinding(own: Description, installed: Description | undefined): Finding {
  const finding = { about: "versions", subject: "pulumi-flows of this folder" } as const;
  if (!installed)
    return {
      ...finding,
      status: "note",
      found: "not installed here",
      fix: "In the folder of a Pulumi program: `npm install pulumi-flows`. States load it from there.",
    };
  if (installed.version === own.version) return { ...finding, status: "ok", found: installed.version };
  return {
    ...finding,
    status: "note",
    found: `${installed.version}, another one than this`,
    fix: "Run the one that the program uses: `npx pulumi-flows doctor` in its folder.",
  };
}

function nodeFinding(own: Description, sdk: Description | undefined): Finding {
  const { node } = process.versions;
  const ranges = [own, ...(sdk ? [sdk] : [])].flatMap(({ name, engines }) =>
    engines?.node ? [{ name: String(name), range: engines.node }] : [],
  );
  const unmet = ranges.filter(({ range }) => !isIn(node, range));
  const asked = ranges.map(({ name, range }) => `${name} asks for ${range}`).join(", ");
  const finding = { about: "versions", subject: "Node", found: `${node} (${asked})` } as const;
  if (unmet.length === 0) return { ...finding, status: "ok" };
  const fix = `Install a Node that suits ${unmet.map(({ name }) => name).join(" and ")}, or an older one of those.`;
  // What a dependency asks for may be more than it needs.
  return { ...finding, status: unmet.some(({ name }) => name === own.name) ? "problem" : "note", fix };
}

function sdkFinding(own: Description, sdk: Description | undefined): Finding {
  const range = own.peerDependencies?.["@pulumi/pulumi"] ?? "";
  const finding = { about: "versions", subject: "@pulumi/pulumi" } as const;
  const fix = `npm install "@pulumi/pulumi@${range}"`;
  if (!sdk) return { ...finding, status: "note", found: "not installed here", fix: `For a Pulumi program: ${fix}` };
  const found = `${sdk.version} (supported: ${range})`;
  return isIn(sdk.version, range) ? { ...finding, status: "ok", found } : { ...finding, status: "problem", found, fix };
}

async function cliFinding(cwd: string): Promise<Finding> {
  const finding = { about: "versions", subject: "Pulumi CLI" } as const;
  const told = await runPulumi(["version"], cwd);
  if (!told.ok) {
    const found = told.isMissing ? "not on the PATH" : "does not run";
    return {
      ...finding,
      status: "note",
      found,
      fix: "https://www.pulumi.com/docs/install. It is needed for everything but a rehearsal.",
    };
  }
  const version = told.stdout.trim().replace(/^v/, "");
  if (isIn(version, `>=${IMPORT_FILES}`)) return { ...finding, status: "ok", found: version };
  return {
    ...finding,
    status: "note",
    found: version,
    fix: `Install ${IMPORT_FILES} or newer to import what \`pulumi-flows export\` writes; everything else works.`,
  };
}

/** The description of the package that a module of this folder would load by this name. */
function packageFrom(folder: string, name: string): Description | undefined {
  try {
    return describedIn(dirname(createRequire(join(folder, "index.js")).resolve(name)));
  } catch {
    return undefined;
  }
}

/** The description of the package that a folder belongs to. */
function describedIn(folder: string): Description {
  const path = join(folder, "package.json");
  return existsSync(path) ? description.parse(JSON.parse(readFileSync(path, "utf8"))) : describedIn(dirname(folder));
}

/** Whether a version is in a range such as `>=3.216.0 <4`; ranges of another kind are taken to hold it. */
export function isIn(version: string, range: string): boolean {
  return range.split(/\s+/).every((part) => {
    const [, sign, bound] = /^(>=|<)\s*v?([\d.]+)$/.exec(part) ?? [];
    if (sign === undefined || bound === undefined) return true;
    return sign === ">=" ? order(version, bound) >= 0 : order(version, bound) < 0;
  });
}

function order(a: string, b: string): number {
  const [left, right] = [a, b].map((each) => each.split(/[-+]/)[0]?.split(".").map(Number) ?? []);
  for (const index of [0, 1, 2]) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
