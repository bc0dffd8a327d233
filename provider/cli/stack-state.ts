import { z } from "zod";
import { PROVIDER, SECRET, SIGNATURE } from "../hosts/pulumi-dynamic";
import { type PropertyPath, valueAt } from "../lifecycle/paths";
import { HIDDEN } from "../lifecycle/secrets";
import { isObject, mapMembers, type Values } from "../lifecycle/values";
import { OWN_NAMESPACE } from "../runtime/settings";
import { CommandError, type Io } from "./io";
import { jsonIn, pipedText, readText } from "./text-file";

/** The versions of exported states that are known. */
const VERSIONS = { first: 3, last: 4 };

const DYNAMIC = "pulumi-nodejs:dynamic/";
const PROVIDERS = "pulumi:providers:pulumi-nodejs";

/** One flow in the state of a stack. */
export interface KeptFlow {
  readonly urn: string;
  /** Such as `kosli:Flow`. */
  readonly token: string;
  readonly id: string;
  /** What is kept of it; `HIDDEN` stands for every secret that the state does not show. */
  readonly state: Values;
  /** Where the state keeps secrets, shown or not. */
  readonly secrets: readonly PropertyPath[];
  /** Its provider, where the state tells. */
  readonly provider: KeptProvider | undefined;
}

/** The settings with which flows were last deployed. */
export interface KeptProvider {
  readonly urn: string;
  /** Whether the program made it, with settings of its own. */
  readonly isExplicit: boolean;
  /** By key, such as `kosli:org`; `HIDDEN` for secrets that the state does not show. */
  readonly settings: Values;
  /** Those of their values that are secrets. */
  readonly secrets: readonly unknown[];
}

/** The state of one stack, as `pulumi stack export` tells it. */
export interface StackState {
  /** Where it was read: a file, or `standard input`. */
  readonly source: string;
  /** Absent for a stack without resources. */
  readonly stack: string | undefined;
  readonly project: string | undefined;
  readonly flows: readonly KeptFlow[];
  /** What an earlier run was to delete and may not have: not compared, and the stack's all the same. */
  readonly doomed: readonly KeptFlow[];
  /** Without those that an earlier run was to delete. */
  readonly providers: readonly KeptProvider[];
  /** What is in it and cannot be compared, and why. */
  readonly notes: readonly string[];
}

/** A resource, as the CLI tells it in JSON. */
export const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  provider: z.string().optional(),
  external: z.boolean().optional(),
  delete: z.boolean().optional(),
  pendingReplacement: z.boolean().optional(),
  protect: z.boolean().optional(),
  retainOnDelete: z.boolean().optional(),
  initErrors: z.array(z.string()).nullish(),
});
type Resource = z.output<typeof resource>;

const deployment = z.looseObject({
  resources: z.array(resource).nullish(),
  pending_operations: z.array(z.unknown()).nullish(),
});

/**
 * The states in these files, or where none is named, on standard input; `-` is standard input too.
 *
 * @param command what messages tell to run
 */
export async function readStates(files: readonly string[], command: string, io: Io): Promise<StackState[]> {
  const named = files.length > 0 ? [...new Set(files)] : ["-"];
  return Promise.all(
    named.map(async (file) =>
      file === "-"
        ? stateIn(await piped(command, io), "standard input")
        : stateIn(readText(file, "The state", io), file),
    ),
  );
}

async function piped(command: string, io: Io): Promise<string> {
  const text = await pipedText(
    io,
    `No state is given: run \`pulumi stack export | pulumi-flows ${command}\`, or name a file with --state.`,
  );
  if (text.trim() === "")
    throw new CommandError("Standard input is empty: `pulumi stack export` has failed, or has no stack selected.");
  return text;
}

/**
 * Reads an exported state.
 *
 * @throws CommandError where it is none, or a newer one than is known
 */
function stateIn(text: string, source: string): StackState {
  const { resources, pending_operations: pending } = deploymentIn(text, source);
  const all = resources ?? [];
  const kept = all.filter(({ type }) => type === PROVIDERS).map((each) => ({ each, provider: providerIn(each) }));
  const providers = kept.flatMap(({ each, provider }) => (each.delete ? [] : [provider]));
  const [stack, project] = /^urn:pulumi:([^:]*)::([^:]*)::/.exec(all[0]?.urn ?? "")?.slice(1) ?? [];
  const notes = pending?.length
    ? [`${source}: an earlier run was interrupted, and may have made flows that the state does not know.`]
    : [];
  const doomed: KeptFlow[] = [];
  const flows = all.flatMap((each) => {
    const token = tokenOf(each);
    if (token === undefined || each.external) return [];
    if (each.delete || each.pendingReplacement)
      notes.push(`${each.urn}: an earlier \`pulumi up\` was to replace it and did not finish; it is left out.`);
    else if (each.initErrors?.length) notes.push(`${each.urn}: the last \`pulumi up\` changed it only in part.`);
    if (each.pendingReplacement && !each.delete) return [];
    if (!each.id) throw new CommandError(`${source}: ${each.urn} has no id.`);
    const { values, secrets } = opened(each.outputs ?? {});
    // A replaced provider and the one in its place have one URN.
    const { provider } = kept.find(({ each: { urn, id } }) => each.provider === `${urn}::${id}`) ?? {};
    const flow = { urn: each.urn, token, id: each.id, state: values, secrets, provider };
    if (!each.delete) return [flow];
    doomed.push(flow);
    return [];
  });
  return { source, stack, project, flows, doomed, providers, notes };
}

function deploymentIn(text: string, source: string): z.output<typeof deployment> {
  const needed = "What `pulumi stack export` writes is needed.";
  const fail = (why: string) => new CommandError(`${source}: ${why}. ${needed}`);
  const content = jsonIn(text, source, needed, "`pulumi stack export --file state.json`");
  if (!isObject(content) || typeof content.version !== "number" || !("deployment" in content))
    throw fail("this is no exported state");
  const { version } = content;
  if (version > VERSIONS.last)
    throw new CommandError(
      `${source}: the state has version ${version}, and this version of pulumi-flows knows none above ${VERSIONS.last}: install a newer one.`,
    );
  if (version < VERSIONS.first)
    throw new CommandError(`${source}: the state has version ${version}: export it with a newer Pulumi CLI.`);
  const found = deployment.safeParse(content.deployment ?? {});
  if (found.success) return found.data;
  throw fail(`the state is malformed at deployment.${found.error.issues[0]?.path.join(".")}`);
}

/** The name of a resource, which may hold what parts a URN. */
export function nameIn(urn: string): string {
  return urn.split("::").slice(3).join("::") || urn;
}

/** The flow type of a resource; `undefined` for what is none of ours. */
export function tokenOf({ type, inputs, outputs }: Pick<Resource, "type" | "inputs" | "outputs">): string | undefined {
  if (!type.startsWith(DYNAMIC)) return undefined;
  const handler = outputs?.[PROVIDER] ?? inputs?.[PROVIDER];
  return typeof handler === "string" && handler.includes("pulumi-flows/runtime/")
    ? type.slice(DYNAMIC.length)
    : undefined;
}

function providerIn({ urn, inputs }: Resource): KeptProvider {
  const { values, secrets } = opened(inputs ?? {});
  const isDefault = /^default(_|$)/.test(nameIn(urn));
  const isExplicit = !isDefault || `${OWN_NAMESPACE}:explicit` in values;
  return { urn, settings: values, isExplicit, secrets: secrets.map((path) => valueAt(values, path)) };
}

/** Values without Pulumi's envelopes, and where those were. */
export function opened(kept: Values): { readonly values: Values; readonly secrets: PropertyPath[] } {
  const secrets: PropertyPath[] = [];
  const open = (value: unknown, at: PropertyPath): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => open(item, [...at, String(index)]));
    if (!isObject(value)) {
      // What the rehearsal writes in place of a secret.
      if (value === HIDDEN) secrets.push(at);
      return value;
    }
    if (value[SIGNATURE] !== SECRET) return mapMembers(value, (member, key) => open(member, [...at, key]));
    secrets.push(at);
    return typeof value.plaintext === "string" ? plain(value.plaintext) : HIDDEN;
  };
  const { [PROVIDER]: _, ...others } = kept;
  return { values: mapMembers(others, (value, key) => open(value, [key])), secrets };
}

function plain(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's own words would quote the secret.
    return HIDDEN;
  }
}
