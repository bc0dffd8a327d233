import { createHash } from "node:crypto";
import { z } from "zod";
import { path } from "../../http/path";
import { clauseOf, FlowError, orNothing, VendorError } from "../../lifecycle/errors";
import { type FlowType, rules } from "../../lifecycle/flow-type";
import { UNTOLD } from "../../lifecycle/untold";
import { containsUnknown, sortedJson, UNKNOWN, type Values } from "../../lifecycle/values";
import { currentProject, demandUuid, type KapsoAccount, namingTaken, orTaken, projectOf } from "./account";
import type { components } from "./api";
import { drawFunction } from "./drawing";
import { listAll } from "./list";

/** What a program says of a function; a type, since interfaces are no records. Source of the rules: https://docs.kapso.ai */
export type FunctionFields = {
  /** The name. Default: the resource's name. Changing it renames in place. */
  name: string;
  /** The key for other tools: small letters, digits and hyphens. Left out, Kapso makes it from the name. */
  slug?: string | undefined;
  /** What the function is for. Left out, it is not managed; removed from the program, it is emptied. */
  description?: string | undefined;
  /** The source text; at most 1 MB. It is deployed whenever it changes. */
  code: string;
  /** Where the function runs. Changing it makes a new function: Kapso cannot move one. Left out, `cloudflare_worker` for a new one. */
  functionType?: "cloudflare_worker" | "supabase_function" | undefined;
  /** Whether the answer is handed on as it is, or wrapped. Left out, Kapso chooses and it is not managed. */
  invokeResponseMode?: "passthrough" | "wrapped" | undefined;
  /** Whether anybody may call it. Left out, Kapso's false and not managed. */
  publicEndpoint?: boolean | undefined;
  /** Settings of the place where it runs. Deployed with the code. */
  runtimeConfig?: Record<string, unknown> | undefined;
  /**
   * Secrets that the code can read, by name: capital letters, digits and `_`. Kapso tells the names and never the values, so a value is compared with the
   * one that was last sent. Only the names written here are managed.
   */
  secrets?: Record<string, string> | undefined;
};

/** Kapso refuses more, in bytes. */
const LONGEST_CODE = 1_000_000;

const fields = z.object({
  name: z.string().min(1),
  slug: z
    .string()
    .regex(/^[a-z0-9-]+$/, "A slug holds small letters, digits and hyphens")
    .optional()
    .register(rules, { vendorFills: true }),
  description: z.string().optional().register(rules, { clear: "" }),
  code: z
    .string()
    .min(1, "A function needs its code")
    .refine((code) => Buffer.byteLength(code) <= LONGEST_CODE, "Kapso takes at most 1 MB of code"),
  functionType: z
    .enum(["cloudflare_worker", "supabase_function"])
    .optional()
    .register(rules, { replaces: true, vendorFills: true }),
  invokeResponseMode: z.enum(["passthrough", "wrapped"]).optional().register(rules, { vendorFills: true }),
  publicEndpoint: z.boolean().optional().register(rules, { vendorFills: true }),
  runtimeConfig: z.record(z.string(), z.json()).optional().register(rules, { clear: {} }),
  secrets: z
    .record(
      z.string().regex(/^[A-Z0-9_]+$/, "A secret's name holds capital letters, digits and _"),
      z.string().register(rules, { secret: true }),
    )
    .optional()
    // All that shows of a change made outside is that one is missing: nothing of anybody's is lost by setting it.
    .register(rules, { clear: {}, owns: "writtenKeys", keep: "nothing", conflicts: false }),
  deployment: z.string().optional().register(rules, { derived: deploymentOf, conflicts: false }),
});

/** What is deployed, as a short mark: it differs from what was last deployed wherever a deployment is still to be made. */
function deploymentOf({ code, runtimeConfig = {} }: Values): unknown {
  if (containsUnknown([code, runtimeConfig])) return UNKNOWN;
  return createHash("sha256")
    .update(sortedJson([code, runtimeConfig]))
    .digest("hex")
    .slice(0, 16);
}

const wireFunction = z.looseObject({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  description: z.string().nullish(),
  code: z.string(),
  status: z.string(),
  version: z.number().nullish(),
  last_deployed_at: z.string().nullish(),
  function_type: z.string(),
  lock_version: z.number().nullish(),
  invoke_response_mode: z.string().nullish(),
  public_endpoint: z.boolean().nullish(),
  runtime_config: z.record(z.string(), z.unknown()).nullish(),
  endpoint_url: z.string().nullish(),
  project_id: z.string().optional(),
});
type WireFunction = z.output<typeof wireFunction>;

/** A function with the names of its secrets, where somebody asked for them. */
type Seen = WireFunction & { readonly secretNames?: readonly string[] };

/** The vendor's own description of its bodies. */
type Api = components["schemas"];

const envelope = z.object({ data: wireFunction });

/** The vendor's names of what its update takes. */
const NAMES: Readonly<Record<string, string>> = {
  name: "name",
  slug: "slug",
  description: "description",
  code: "code",
  invokeResponseMode: "invoke_response_mode",
  publicEndpoint: "public_endpoint",
  runtimeConfig: "runtime_config",
};

/** Looks at a deployment so often, in milliseconds: Kapso takes 10 to 60 seconds. */
const DEPLOY_PAUSE = 2_000;

/** Then it is not waited for any longer. */
const LONGEST_DEPLOY = 300_000;

/** Progress is told so often. */
const PROGRESS = 10_000;

/** A failure that was there before the deployment counts as one of it after this time. */
const OLD_FAILURE = 90_000;

/** `kapso:Function`: code that workflows run. */
export const callable: FlowType<FunctionFields, Seen, KapsoAccount> = {
  token: "kapso:Function",
  noun: "Kapso function",
  fields,
  nameField: "name",
  outputs: ["endpointUrl", "version", "projectId"],
  // Whether the vendor takes a name twice is not documented.
  onDuplicate: "twins",
  creates: ["name", "slug", "description", "code", "functionType", "publicEndpoint", "runtimeConfig"],

  label: ({ name }) => String(name),
  draw: drawFunction,
  identity: (id) => id,
  idOf: ({ id }) => id,
  fromId(id) {
    demandUuid(id, "function");
    return {};
  },

  observe: (wire) => ({
    name: wire.name,
    slug: wire.slug,
    description: wire.description ?? "",
    code: wire.code,
    functionType: wire.function_type,
    invokeResponseMode: wire.invoke_response_mode ?? undefined,
    publicEndpoint: wire.public_endpoint ?? undefined,
    runtimeConfig: wire.runtime_config ?? {},
    secrets: wire.secretNames && Object.fromEntries(wire.secretNames.map((name) => [name, UNTOLD])),
    // Kapso tells whether something is deployed, and not what.
    deployment: wire.status === "deployed" ? UNTOLD : wire.status,
  }),
  outputsOf: ({ endpoint_url, version, project_id }) => ({
    endpointUrl: endpoint_url ?? undefined,
    version: version ?? undefined,
    projectId: project_id,
  }),
  accountOf: projectOf,
  currentAccount: currentProject,

  async read(account, id, state, _fresh, wanted) {
    if (id === undefined) return findLike(account, state);
    const found = await orNothing(get(account, id));
    return found && withSecrets(account, found, { ...state, ...wanted });
  },
  find: (account, desired) => findLike(account, desired),
  async list({ client }) {
    const all = await listAll(client, path`/platform/v1/functions`, wireFunction, () => true);
    return all.map(({ id, name }) => ({ id, label: name }));
  },
  // So that the names of its secrets are told.
  locate: async () => ({ secrets: {} }),

  async create({ client }, { name, slug, description, code, functionType, publicEndpoint, runtimeConfig }) {
    const json: { function: Partial<Api["FunctionCreateBody"]["function"]> } = {
      function: {
        name,
        code,
        function_type: functionType ?? "cloudflare_worker",
        ...(slug === undefined ? {} : { slug }),
        ...(description === undefined ? {} : { description }),
        ...(publicEndpoint === undefined ? {} : { public_endpoint: publicEndpoint }),
        ...(runtimeConfig === undefined ? {} : { runtime_config: runtimeConfig }),
      },
    };
    const request = { method: "POST", path: path`/platform/v1/functions`, json, repeatable: false } as const;
    const { data } = await orTaken(client.json(request, envelope));
    return { overwrote: false, id: data.id };
  },

  async finish(account, desired, { id }) {
    const { invokeResponseMode, secrets = {} } = desired;
    let made = await get(account, id);
    if (invokeResponseMode !== undefined)
      made = await patch(account, made, { invoke_response_mode: invokeResponseMode });
    made = await deployed(account, made);
    await setSecrets(account, id, secrets, []);
    return withSecrets(account, made, desired);
  },

  async update(account, wire, target, changed, keys) {
    const settings = changed.flatMap((field) => {
      const name = NAMES[field];
      return name === undefined ? [] : [[name, Reflect.get(target, field)] as const];
    });
    let now: Seen = settings.length > 0 ? await patch(account, wire, Object.fromEntries(settings)) : wire;
    // A deployment that was not finished is made again also where the code is as wanted.
    if (["code", "runtimeConfig", "deployment"].some((field) => changed.includes(field)))
      now = await deployed(account, now);
    if (changed.includes("secrets")) {
      const { secrets = {} } = target;
      for (const name of (keys.secrets ?? []).filter((each) => !Object.hasOwn(secrets, each)))
        await removeSecret(account, wire.id, name);
      await setSecrets(account, wire.id, secrets, wire.secretNames ?? []);
    }
    return withSecrets(account, now, { secrets: target.secrets ?? wire.secretNames });
  },

  async delete({ client }, { id }) {
    await client.send({ method: "DELETE", path: path`/platform/v1/functions/${id}`, repeatable: true });
    return undefined;
  },
};

async function get({ client }: KapsoAccount, id: string): Promise<WireFunction> {
  const request = { method: "GET", path: path`/platform/v1/functions/${id}`, repeatable: true } as const;
  return (await client.json(request, envelope)).body.data;
}

async function findLike(account: KapsoAccount, wanted: Values | FunctionFields): Promise<Seen | undefined> {
  const fits = ({ slug, name }: WireFunction) => slug === wanted.slug || name === wanted.name;
  const twins = await listAll(account.client, path`/platform/v1/functions`, wireFunction, fits);
  const found = twins.find(({ slug }) => slug === wanted.slug) ?? twins[0];
  return found && withSecrets(account, found, { ...wanted });
}

/** Asks for the names of the secrets only where the program has some: it is one call more. */
async function withSecrets({ client }: KapsoAccount, wire: Seen, { secrets }: Values): Promise<Seen> {
  if (secrets === undefined) return wire;
  const to = path`/platform/v1/functions/${wire.id}/secrets`;
  const shape = z.object({ data: z.array(z.looseObject({ name: z.string() })) });
  const { data } = (await client.json({ method: "GET", path: to, repeatable: true }, shape)).body;
  return { ...wire, secretNames: data.map(({ name }) => name) };
}

async function patch({ client }: KapsoAccount, { id, lock_version }: Seen, settings: Values): Promise<WireFunction> {
  const lock = typeof lock_version === "number" ? { lock_version } : {};
  const json: Api["FunctionUpdateBody"] = { function: { ...settings, ...lock } };
  const to = path`/platform/v1/functions/${id}`;
  try {
    return (await client.json({ method: "PATCH", path: to, json, repeatable: true }, envelope)).body.data;
  } catch (error) {
    throw namingTaken(error, settings);
  }
}

/** Deploys, and waits for the end. */
async function deployed(account: KapsoAccount, before: WireFunction): Promise<WireFunction> {
  const { client, clock, log } = account;
  const { id, name } = before;
  await client.send({ method: "POST", path: path`/platform/v1/functions/${id}/deploy`, repeatable: true });
  const begun = clock.now();
  for (let told = begun; ; ) {
    const now = await get(account, id);
    const isMoved = now.version !== before.version || now.last_deployed_at !== before.last_deployed_at;
    if (now.status === "deployed" && (isMoved || before.status !== "deployed")) return now;
    const waited = clock.now() - begun;
    if (now.status === "error" && (before.status !== "error" || isMoved || waited > OLD_FAILURE)) {
      const message =
        "Its deployment failed at Kapso: look at the code, and at the function's log in Kapso's app. What was deployed before may go on running";
      throw new FlowError("unfinished", message);
    }
    if (waited > LONGEST_DEPLOY) {
      const message = `Its deployment has not ended after ${LONGEST_DEPLOY / 1000} s: look at it in Kapso's app`;
      throw new FlowError("unfinished", message);
    }
    if (clock.now() - told >= PROGRESS) {
      told = clock.now();
      log.info(`Kapso function "${name}": deploying for ${Math.round(waited / 1000)} s.`);
    }
    await clock.sleep(DEPLOY_PAUSE);
  }
}

/**
 * A secret that is there may be refused, and is then removed and made again.
 *
 * @param there the names of those that were there
 */
async function setSecrets(
  account: KapsoAccount,
  id: string,
  secrets: Readonly<Record<string, string>>,
  there: readonly string[],
): Promise<void> {
  const to = path`/platform/v1/functions/${id}/secrets`;
  for (const [name, value] of Object.entries(secrets)) {
    const request = { method: "POST", path: to, json: { secret: { name, value } }, repeatable: true } as const;
    try {
      await account.client.send(request);
    } catch (error) {
      const isRefused = error instanceof VendorError && (error.kind === "invalid" || error.kind === "conflict");
      if (!isRefused || !there.includes(name)) throw error;
      await removeSecret(account, id, name);
      await account.client.send(request).catch((failure: unknown) => {
        const message = `Its secret ${name} was removed to be set anew, and could not be set, so that the function has none: ${clauseOf(failure)}. Run \`pulumi up\` again, with --refresh where the program was taken back`;
        throw new FlowError("unfinished", message, failure);
      });
    }
  }
}

async function removeSecret({ client }: KapsoAccount, id: string, name: string): Promise<void> {
  const to = path`/platform/v1/functions/${id}/secrets/${name}`;
  await orNothing(client.send({ method: "DELETE", path: to, repeatable: true }));
}
