import isEqual from "lodash/isEqual";
import { isObject } from "../../../provider/lifecycle/values";
import { callable } from "../../../provider/vendors/kapso/function";
import { kapso } from "../../../provider/vendors/kapso/vendor";
import type { KapsoFunction } from "../../../testing/src/emulator";
import type { Subject } from "../subject";
import { type Hands, HELPER, kapsoSettings, natureOf, shared } from "./kapso-world";

/** What runs counts, not what lies there. */
function deployed<Name extends "code" | "runtime_config">(each: KapsoFunction, name: Name): unknown {
  const isRunning = each.status === "deployed" && isEqual(each.deployed?.[name], each[name]);
  return isRunning ? each[name] : { notDeployed: each[name] };
}

const functionHands: Hands = {
  objects: ({ functions }) =>
    functions.map((each) => ({
      identity: each.id,
      key: each.name,
      content: {
        name: each.name,
        slug: each.slug,
        description: each.description ?? "",
        code: deployed(each, "code"),
        functionType: each.function_type,
        invokeResponseMode: each.invoke_response_mode,
        publicEndpoint: each.public_endpoint,
        runtimeConfig: deployed(each, "runtime_config") ?? {},
        secrets: each.secrets,
        deployment: each.status,
      },
    })),
  add: (name) => ({ vendor: "kapso", action: "createFunction", set: { name, code: "?" } }),
  remove: (identity) => ({ vendor: "kapso", action: "deleteFunction", function: identity }),
  edit({ identity }, field, stored) {
    const it = { vendor: "kapso", function: identity } as const;
    const deploy = { ...it, action: "deployFunction" } as const;
    if (field === "secrets" && isObject(stored)) {
      return Object.entries(stored).map(([name, value]) => ({ ...it, action: "setSecret", name, value }));
    }
    if (field === "deployment") return [deploy];
    const change = { ...it, action: "updateFunction", set: { [SETTINGS[field] ?? field]: stored } } as const;
    return field === "code" || field === "runtimeConfig" ? [change, deploy] : [change];
  },
};

/** Settings that the vendor stores under another name. */
const SETTINGS: Readonly<Record<string, string>> = {
  invokeResponseMode: "invoke_response_mode",
  publicEndpoint: "public_endpoint",
  runtimeConfig: "runtime_config",
};

const CODE = "export default { fetch: () => new Response('one') };";

const FIXED = "Kapso moves no function to another kind of place.";

/** `kapso:Function` */
export const kapsoFunction: Subject = {
  vendor: kapso,
  type: callable,
  settings: kapsoSettings,
  shared: shared(functionHands),
  beside: [HELPER],
  alsoUnique: ["slug"],
  natures: {
    "as documented": natureOf(functionHands, { kapsoDeployReads: 1 }),
    "guessed otherwise": {
      ...natureOf(functionHands, {
        kapsoDuplicateStatus: 409,
        kapsoPageSize: 1,
        kapsoDeployReads: 0,
        kapsoCodeChange: "draft",
        kapsoFunctionType: "defaulted",
        kapsoDeletedFunction: "refused",
      }),
      withoutFaults: true,
    },
    slow: {
      ...natureOf(functionHands, { kapsoDeployReads: 4, kapsoDeploySeconds: 10, kapsoDeletedFunction: "dangling" }),
      withoutFaults: true,
    },
  },
  least: { name: "web", code: CODE },
  programs: {
    whole: {
      name: "web",
      slug: "web",
      description: "answers the shop",
      code: CODE,
      functionType: "cloudflare_worker",
      invokeResponseMode: "wrapped",
      publicEndpoint: true,
      runtimeConfig: { limits: { cpu_ms: 50 } },
      secrets: { API_KEY: "key-of-the-api", REGION: "eu" },
    },
  },
  fields: {
    name: { to: "shop", theirs: "kiosk" },
    slug: { to: "shop", theirs: "kiosk" },
    description: { to: "answers the new shop", theirs: "by hand" },
    code: { to: CODE.replace("one", "two"), theirs: CODE.replace("one", "theirs"), told: { theirs: ["theirs"] } },
    functionType: { to: "supabase_function" },
    invokeResponseMode: { to: "passthrough", theirs: "passthrough" },
    publicEndpoint: { to: false, theirs: false },
    runtimeConfig: { to: { limits: { cpu_ms: 10 } }, theirs: { limits: { cpu_ms: 99 } } },
    secrets: {
      to: { API_KEY: "another-key", ZONE: "b" },
      theirs: { API_KEY: null },
      othersKeys: { CI: "theirs" },
      holdsUntold: true,
      told: { to: [], theirs: ["nothing"] },
    },
    deployment: {
      derivedFrom: "code",
      to: CODE.replace("one", "two"),
      storedTo: "deployed",
      theirs: "error",
      holdsUntold: true,
    },
  },
  secrets: [
    {
      program: { name: "web", code: CODE, secrets: { TOKEN: "hush-hush" } },
      path: ["secrets", "TOKEN"],
      secret: "hush-hush",
    },
  ],
  waivers: [
    { rule: "ended outside", reason: "Kapso deletes functions." },
    ...(["changed outside", "conflict", "undeclared"] as const).map((rule) => ({
      rule,
      field: "functionType",
      reason: FIXED,
    })),
    {
      rule: "look-up",
      field: "secrets",
      reason: "Kapso tells no value of a secret, and a look-up none of their names: that would be one call more.",
    },
    {
      rule: "take, made by others",
      reason: "A function that was made and never deployed shows just that: the next up deploys it.",
    },
    {
      rule: "taken, changed",
      field: "secrets",
      reason: "Kapso tells no value of a secret: what is taken over says none, and those that are there stay.",
    },
    {
      rule: "changed alone",
      field: "deployment",
      reason: "It follows from code and runtime configuration, and changes with them.",
    },
    {
      rule: "conflict",
      field: "secrets",
      reason: "Of a change made outside Kapso tells only that one is missing: it is set without asking.",
    },
    {
      rule: "conflict",
      field: "deployment",
      reason: "A failed deployment is nobody's work: it is repeated without asking.",
    },
  ],
};
