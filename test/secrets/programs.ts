import set from "lodash/set";
import type { FlowType } from "../../provider/lifecycle/flow-type";
import type { Values } from "../../provider/lifecycle/values";
import { allVendors } from "../../provider/vendors";
import { HELPER, MODEL } from "../conformance/subjects/kapso-world";
import { canaryOf, keyCanaryOf } from "./canaries";
import { secretPlacesOf, secretSettingsOf } from "./places";

/** Before a text that the program marks as secret. */
export const MARK = "§";

/** One flow whose every secret is a canary, as a program writes it. `@name.output` stands for another one's output. */
export interface CanaryFlow {
  readonly token: string;
  readonly name: string;
  readonly args: Values;
  /** In the account of an explicit provider. */
  readonly elsewhere?: true;
}

/** A canary of a program: what is secret by its schema stands in clear in the program, everything else is marked. */
type Say = (name: string) => string;

/** Flows of every type, with a canary in every place that a schema calls secret, and in what programs mark. */
export function canaryFlows(version: number): CanaryFlow[] {
  const say: Say = (name) => canaryOf(nameOf(name, version));
  const marked: Say = (name) => `${MARK}${say(name)}`;
  return [
    {
      token: "kosli:Flow",
      name: "release",
      args: {
        description: marked("kosli.description"),
        tags: { team: marked("kosli.tag") },
        template: `${MARK}{"version":1,"trail":{"attestations":[{"name":"review${version}","type":"junit"}]}} # ${say("kosli.template")}`,
      },
    },
    {
      token: "kosli:Flow",
      name: "legacy",
      args: { legacyTemplate: ["scan"], repoUrl: `${MARK}https://git.example/${say("kosli.repoUrl")}` },
    },
    {
      token: "kapso:Workflow",
      name: "bot",
      args: {
        description: marked("kapso.description"),
        validate: "off",
        definition: graph("kapso:Workflow", say, marked),
      },
    },
    {
      token: "kapso:Flow",
      name: "old-bot",
      args: { description: marked("kapso.old"), validate: "off", definition: graph("kapso:Flow", say, marked) },
    },
    {
      token: "kapso:Trigger",
      name: "start",
      args: {
        workflowId: "@bot.id",
        triggerType: "project_event",
        eventName: marked("kapso.eventName"),
        propertyKey: "plan",
        operator: "eq",
        propertyValue: marked("kapso.propertyValue"),
      },
    },
    {
      token: "kapso:Function",
      name: "lookup",
      args: {
        code: `${MARK}export default "${Buffer.from(say("kapso.code")).toString("base64")}"`,
        description: marked("kapso.function"),
        secrets: { SHOP_KEY: say("kapso:Function secrets.* (string)") },
      },
    },
    {
      token: "runtype:Flow",
      name: "answer",
      args: {
        description: marked("runtype.description"),
        validate: "off",
        forceDestroy: true,
        steps: steps(say, marked),
      },
    },
    {
      token: "runtype:FlowPublication",
      name: "answers",
      args: { flow: "@answer.id", triggers: ["@answer.stepsHash", marked("runtype.trigger")] },
    },
    {
      token: "humanloop:Flow",
      name: "prompt",
      args: {
        path: "shop/prompt",
        attributes: {
          prompt: { system: marked("humanloop.attribute") },
          tools: [{ name: "look up", auth: marked("humanloop.tool") }],
        },
        versionName: marked("humanloop.versionName"),
        versionDescription: marked("humanloop.versionDescription"),
        forceDestroy: true,
      },
    },
    {
      token: "humanloop:FlowDeployment",
      name: "live",
      args: { flow: "@prompt.id", environment: "production", version: "@prompt.versionId" },
    },
    { token: "humanloop:FlowMonitoring", name: "watch", args: { flow: "@prompt.id", evaluators: [] } },
    { token: "kosli:Flow", name: "elsewhere", args: { description: marked("elsewhere.kosli") }, elsewhere: true },
    {
      token: "kapso:Workflow",
      name: "elsewhere-bot",
      args: { description: marked("elsewhere.kapso") },
      elsewhere: true,
    },
    {
      token: "runtype:Flow",
      name: "elsewhere-answer",
      args: { description: marked("elsewhere.runtype"), forceDestroy: true },
      elsewhere: true,
    },
    {
      token: "humanloop:Flow",
      name: "elsewhere-prompt",
      args: { path: "shop/elsewhere", attributes: { system: marked("elsewhere.humanloop") }, forceDestroy: true },
      elsewhere: true,
    },
  ];
}

/** Places that hold secrets, and that the vendor refuses: no flow that lives has one there. */
export const REFUSED: readonly string[] = ["definition.nodes.*.data.config.flow_agent_mcp_servers.*.headers (string)"];

/** The name of a canary of this version of the programs. */
export function nameOf(name: string, version: number): string {
  return `${name} v${version}`;
}

/** The names of all canaries that programs of this version hold. */
export function namesIn(version: number): string[] {
  const names = new Set<string>();
  const programs = JSON.stringify(canaryFlows(version));
  const known = [
    ...MARKED,
    ...types().flatMap((type) => secretPlacesOf(type).map((place) => `${type.token} ${place}`)),
  ];
  for (const each of known) {
    const name = nameOf(each, version);
    const inside = canaryOf(name).slice(0, 12);
    if (programs.includes(inside) || each === "kapso.code") names.add(name);
  }
  return [...names];
}

const MARKED = [
  ...[
    "kosli.description",
    "kosli.tag",
    "kosli.template",
    "kosli.repoUrl",
    "kapso.description",
    "kapso.old",
    "kapso.message",
  ],
  ...[
    "kapso.eventName",
    "kapso.propertyValue",
    "kapso.code",
    "kapso.function",
    "runtype.description",
    "runtype.prompt",
  ],
  ...[
    "runtype.trigger",
    "humanloop.attribute",
    "humanloop.tool",
    "humanloop.versionName",
    "humanloop.versionDescription",
  ],
  ...["elsewhere.kosli", "elsewhere.kapso", "elsewhere.runtype", "elsewhere.humanloop"],
];

/** Where keys come from. */
export const KEY_SOURCES = ["configuration", "environment", "explicit provider"] as const;

/** The keys of every vendor from every source, by name. */
export function keys(): Record<
  string,
  { vendor: string; setting: string; variable: string; source: (typeof KEY_SOURCES)[number]; key: string }
> {
  const all = allVendors().flatMap((vendor) =>
    secretSettingsOf(vendor).flatMap((setting) =>
      KEY_SOURCES.map((source) => {
        const name = `${vendor.name}:${setting} of the ${source}`;
        const { variable = "" } = Reflect.get(vendor.settings, setting) as { variable?: string };
        return [name, { vendor: vendor.name, setting, variable, source, key: keyCanaryOf(name) }] as const;
      }),
    ),
  );
  return Object.fromEntries(all);
}

function types(): readonly FlowType[] {
  return allVendors().flatMap(({ flowTypes }) => flowTypes) as unknown as FlowType[];
}

function placesOf(token: string): string[] {
  const all = types().flatMap((type) => (type.token === token ? secretPlacesOf(type) : []));
  return all.filter((place) => !REFUSED.includes(place));
}

/** A value for a place, of the kind that it takes. */
function valueFor(kind: string, canary: string): unknown {
  if (kind === "string") return JSON.stringify({ Authorization: `Bearer ${canary}` });
  return kind === "array" ? [["Authorization", canary]] : `Bearer ${canary}`;
}

/** The rest of a place behind what all places of a type begin with, as a path, with its kind. */
function within(place: string, beginning: string): [path: string[], kind: string] {
  const [, pattern = "", kind = ""] = /^(.*) \((\w+)\)$/.exec(place) ?? [];
  return [pattern.slice(beginning.length).split("."), kind];
}

/** A graph with one node for each place. */
function graph(token: string, say: Say, marked: Say): Values {
  const drawn = placesOf(token).map((place, index) => {
    const [path, kind] = within(place, "definition.nodes.*.data.config.");
    const canary = say(`${token} ${place}`);
    const [list = "", , ...rest] = path;
    const item = {
      name: `tool${index}`,
      repo_url: `https://git.example/${index}`,
      url: "https://shop.example",
      resource_type: "github_repository",
      auth_type: "pat",
    };
    const only = (names: readonly string[]) =>
      Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
    const members =
      list === "flow_agent_resources"
        ? ["repo_url", "resource_type", "auth_type"]
        : list === "flow_agent_knowledge_bases"
          ? ["name"]
          : ["name", "url"];
    const config = list.startsWith("flow_agent")
      ? {
          system_prompt: "Help",
          provider_model_id: MODEL,
          [list]: [
            set(
              {
                ...only(members),
                ...(list === "flow_agent_function_tools" ? { function_id: HELPER, url: undefined } : {}),
              },
              named(rest),
              valueFor(kind, canary),
            ),
          ],
        }
      : set({ url: "https://shop.example" }, named(path), valueFor(kind, canary));
    return {
      id: `n${index}`,
      data: {
        node_type: list.startsWith("flow_agent") ? "agent" : "webhook",
        config: JSON.parse(JSON.stringify(config)),
      },
    };
  });
  const nodes = [
    { id: "start", data: { node_type: "start", config: {} } },
    { id: "say", data: { node_type: "send_text", config: { message: marked("kapso.message") } } },
    ...drawn,
  ];
  const edges = nodes.slice(1).map(({ id }, index) => ({ source: nodes[index]?.id, target: id, label: "next" }));
  return { nodes, edges };
}

/** Steps with one for each place. */
function steps(say: Say, marked: Say): Values[] {
  const drawn = placesOf("runtype:Flow").map((place, index) => {
    const [[first = "", ...rest], kind] = within(place, "steps.*.config.");
    const value = valueFor(kind, say(`runtype:Flow ${place}`));
    const outer = { name: `s${index}`, type: "fetch-url" };
    if (!first.endsWith("Steps")) return { ...outer, config: set({}, named([first, ...rest]), value) };
    const inner = { ...outer, name: `inner${index}`, config: set({}, named(rest.slice(2)), value) };
    return {
      ...outer,
      type: "conditional",
      config: { condition: "x", trueSteps: [], falseSteps: [], [first]: [inner] },
    };
  });
  return [{ name: "ask", type: "prompt", config: { model: "small", userPrompt: marked("runtype.prompt") } }, ...drawn];
}

function named(path: readonly string[]): string[] {
  return path.map((step) => (step === "*" ? "Authorization" : step));
}
