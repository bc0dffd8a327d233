import { join } from "node:path";
import { plainText } from "../../http/plain-text";
import { messageOf } from "../../lifecycle/errors";
import type { FlowType, Listed } from "../../lifecycle/flow-type";
import type { Lifecycle } from "../../lifecycle/lifecycle";
import { lifecycleOf } from "../../runtime/process";
import type { Vendor } from "../../vendors/vendor";
import { vendorsNamed } from "../accounts";
import { type Command, type Given, optionsOf } from "../command";
import { findConfiguration } from "../configuration";
import { CommandError, type Io, logTo, UsageError } from "../io";
import { listedTypes } from "../unmanaged";
import { demandNothingOverwritten, fatesOf, leftOver, writeFiles } from "./folder";
import { isOwner, withNames } from "./naming";
import { type Account, exportedProgram, type Missing } from "./program";
import type { TakenFlow } from "./taken-flow";

const HELP = `Usage: pulumi-flows export <vendor> [options]

Reads an account and writes a Pulumi program that declares its flows, with a file that imports them into a stack. Needs the
right to read, and changes nothing at the vendor.

  --name GLOB   only flows of this name; * and ? stand for any text and any character; may be given again
  --id ID       only the flow with this id of Pulumi's; may be given again
  --out DIR     the program's folder (default: <vendor>-flows)
  --stack NAME  the stack whose configuration is used (default: the one selected)
  --dry-run     say which files would be written, and write none
  --force       overwrite files that differ
  --help        tells this

Exit code: 0 done, 1 an error, or something that was found could not be exported.
`;

const OPTIONS = {
  name: { type: "string", multiple: true },
  id: { type: "string", multiple: true },
  out: { type: "string" },
  stack: { type: "string" },
  "dry-run": { type: "boolean" },
  force: { type: "boolean" },
} as const;

/** `pulumi-flows export` */
export const exportCommand: Command = {
  summary: "Writes a program that declares the flows that exist, and a file that imports them.",
  help: HELP,
  async run([vendorName, ...args], io) {
    if (vendorName === undefined || vendorName.startsWith("-"))
      throw new UsageError("Name the vendor whose flows are to be exported.");
    const given = optionsOf(args, OPTIONS);
    const [vendor] = vendorsNamed([vendorName]);
    if (!vendor) throw new UsageError(`There is no vendor "${vendorName}".`);
    return exportAll(vendor, given, io);
  },
};

/** A flow type with its lifecycle. */
interface Living {
  readonly type: FlowType;
  readonly lifecycle: Lifecycle;
}

/** Something that is listed, and what people call it. */
interface Found extends Living {
  readonly listed: Listed;
  /** What messages call it. */
  readonly name: string;
}

async function exportAll(vendor: Vendor, given: Given<typeof OPTIONS>, io: Io): Promise<number> {
  const { files, flows, missing } = exportedProgram(await readAccount(vendor, given, io));
  for (const { what, reason } of missing) io.stderr(`not exported: ${shown(what)}: ${shown(reason)}\n`);
  if (flows.length === 0) {
    if (missing.length === 0) throw new CommandError(`There is nothing to export from ${vendor.name}.`);
    io.stderr("Nothing was exported, and nothing was written.\n");
    return 1;
  }
  const { out = `${vendor.name}-flows`, force = false, "dry-run": isTrial = false } = given;
  const fates = fatesOf(io.cwd, out, files);
  if (!force) demandNothingOverwritten(out, fates);
  if (!isTrial) writeFiles(io.cwd, out, fates);
  for (const [{ path }, fate] of fates) io.stdout(`${join(out, path)}: ${fate}\n`);
  const others = leftOver(io.cwd, out, files);
  if (others.length > 0)
    io.stderr(
      `These files are there and no part of this export. index.ts does not import them: a stack that has their flows deletes them at its next \`pulumi up\`. Delete the files where the flows are gone or have other names:\n${others.map((path) => `  ${path}\n`).join("")}`,
    );
  const clear = files.filter(({ secret }) => secret).map(({ path }) => join(out, path));
  if ([...fates].some(([{ path }, fate]) => path === ".gitignore" && fate === "left as it is"))
    io.stderr(`${join(out, ".gitignore")} is left as it is: see that git ignores ${clear.join(" and ")}.\n`);
  if (!isTrial)
    io.stderr(
      `${flows.length} exported. ${join(out, "EXPORT.md")} tells what to do with them. What may hold secrets in clear is to be deleted after the import: ${clear.join(" and ")}.\n`,
    );
  return missing.length > 0 ? 1 : 0;
}

/** Takes over what is wanted of an account. */
async function readAccount(vendor: Vendor, given: Given<typeof OPTIONS>, io: Io): Promise<Account> {
  const { read, notes } = await findConfiguration({ stack: given.stack }, io.cwd);
  for (const note of notes) io.stderr(`${note}\n`);
  const log = logTo(io);
  let isReading = true;
  const warn = (message: string) => {
    // What is written is checked again and again, and every preview warns of what is doubtful.
    if (isReading) log.warn(message);
  };
  const living = listedTypes(vendor).map((type) => ({
    type,
    lifecycle: lifecycleOf(type.token, read, { ...log, warn }),
  }));
  const missing: Missing[] = [];
  const found = await listed(living, missing);
  const wanted = found.filter((each) => isWanted(each, given));
  for (const id of given.id ?? []) {
    if (!found.some(({ listed }) => listed.id === id))
      missing.push({ what: `id ${id}`, reason: `${vendor.name} lists nothing that has it` });
  }
  for (const glob of given.name ?? []) {
    if (!found.some((each) => isNamed(each, glob)))
      missing.push({ what: `name ${glob}`, reason: `${vendor.name} lists nothing of this name` });
  }
  io.stderr(`${vendor.name}: ${found.length} found, ${wanted.length} to be exported.\n`);
  const flows = await taken(wanted, missing, io);
  isReading = false;
  return { vendor, flows, missing };
}

/** Somebody else's words in a line of a terminal. */
function shown(text: string): string {
  return plainText(text, 1000);
}

/** Everything that exists; what cannot be listed is missing. */
async function listed(living: readonly Living[], missing: Missing[]): Promise<Found[]> {
  const lists = await Promise.all(
    living.map(async (each) => {
      try {
        return (await each.lifecycle.list()).map((listed) => ({ ...each, listed }));
      } catch (error) {
        missing.push({ what: `every ${each.type.noun}`, reason: messageOf(error) });
        return [];
      }
    }),
  );
  const all = lists.flat();
  const names = new Map(all.filter(isOwner).map(({ listed }) => [listed.id, listed.label]));
  return all.map((each) => ({
    ...each,
    name: isOwner(each) && each.type.nameField ? each.listed.label : withNames(each.listed.label, names),
  }));
}

function isWanted(found: Found, { name: globs = [], id: ids = [] }: Given<typeof OPTIONS>): boolean {
  if (globs.length + ids.length === 0 || ids.includes(found.listed.id)) return true;
  return globs.some((glob) => isNamed(found, glob));
}

function isNamed({ type, listed, name }: Found, glob: string): boolean {
  // Where an id holds the name, messages may say more than the name.
  const own = type.nameField === undefined ? undefined : type.fromId(listed.id)[type.nameField];
  return [name, own].some((each) => typeof each === "string" && matches(glob, each));
}

function matches(glob: string, name: string): boolean {
  const pattern = glob.replace(/[^*?]+/g, (text) => text.replace(/[\\^$.|+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`, "su").test(name);
}

async function taken(found: readonly Found[], missing: Missing[], io: Io): Promise<TakenFlow[]> {
  let done = 0;
  const flows = await Promise.all(
    found.map(async ({ type, lifecycle, listed, name }) => {
      try {
        return [{ ...(await lifecycle.take(listed.id)), type, lifecycle, label: name }];
      } catch (error) {
        missing.push({ what: `${type.noun} "${name}" (${listed.id})`, reason: messageOf(error) });
        return [];
      } finally {
        io.stderr(`${++done} of ${found.length}: ${type.noun} "${shown(name)}"\n`);
      }
    }),
  );
  return flows.flat();
}
