import type { FlowType } from "../../../provider/lifecycle/flow-type";
import { isObject, type Values } from "../../../provider/lifecycle/values";
import { flow } from "../../../provider/vendors/runtype/flow";
import { runtype } from "../../../provider/vendors/runtype/vendor";
import type { RuntypeState, RuntypeStepInput, RuntypeSwitches } from "../../../testing/src/emulator";
import type { Subject } from "../subject";
import { type Hands, isBystander, KIOSK, NEIGHBOUR, natureOf, runtypeSettings, SHOP, shared } from "./runtype-world";

/** A step as it is told of what is stored: without ids, numbers, and what Runtype fills in. */
interface Drawn {
  readonly type: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly when?: string;
  readonly config: Values;
}

type Stored = RuntypeState["flows"][number]["flowSteps"][number];

function drawn(steps: readonly (RuntypeStepInput | Stored)[]): Drawn[] {
  return steps.map(({ type, name, enabled = true, when, config = {} }) => ({
    type,
    name,
    enabled,
    ...(when ? { when } : {}),
    config: settingsOf(type, config),
  }));
}

function settingsOf(type: string, { text, ...config }: Values): Values {
  const filled: Values = {
    sandboxProvider: "cloudflare-worker",
    errorHandling: "continue",
    streamOutput: type === "prompt",
  };
  const set = Object.entries({ ...config, ...(text === config.userPrompt ? {} : { text }) });
  return Object.fromEntries(
    set.flatMap(([key, value]): [string, unknown][] => {
      const current = value === "cloudflare-sandbox" ? "cloudflare-worker" : value;
      if (current === filled[key]) return [];
      return [[key, /^(true|false)Steps$/.test(key) && Array.isArray(value) ? drawn(value.filter(isStep)) : current]];
    }),
  );
}

function isStep(value: unknown): value is RuntypeStepInput {
  return isObject(value) && typeof value.type === "string" && typeof value.name === "string";
}

/** Steps as people send them from the dashboard, which keeps the ids of those that it shows. */
function byHand(steps: readonly Drawn[], stored: readonly Stored[]): RuntypeStepInput[] {
  return steps.map((step) => {
    const same = stored.find(({ name }) => name === step.name);
    return { ...step, ...(same ? { id: same.id } : {}) };
  });
}

const THEIRS: RuntypeStepInput[] = [{ type: "template", name: "theirs", config: { template: "by hand" } }];

const flowHands: Hands = {
  objects: ({ flows }) =>
    flows
      .filter((each) => !isBystander(each))
      .map(({ id, name, description, flowSteps }) => ({
        identity: id,
        key: name,
        content: { name, description: description ?? "", steps: drawn(flowSteps) },
      })),
  add: (name, like) => ({
    vendor: "runtype",
    action: "createFlow",
    set: { name, ...(like?.steps === undefined ? {} : { flowSteps: THEIRS }) },
  }),
  remove: (identity) => ({ vendor: "runtype", action: "deleteFlow", flow: identity }),
  edit(identity, field, stored, { flows }) {
    const there = flows.find(({ id }) => id === identity)?.flowSteps ?? [];
    const set = field === "steps" ? { flowSteps: byHand(stored as Drawn[], there) } : { [field]: stored };
    return { vendor: "runtype", action: "updateFlow", flow: identity, set };
  },
};

/** Steps of many kinds: one has a condition, one an id, one is not run, and one holds others. */
export function answering(greeting: string, url = "https://shop.example/asked"): RuntypeStepInput[] {
  return [
    {
      type: "transform-data",
      name: "prepare",
      config: { script: "return record", sandboxProvider: "cloudflare-sandbox", outputVariable: "question" },
    },
    {
      id: "greeter",
      type: "prompt",
      name: "answer",
      when: "question.length > 0",
      config: {
        model: "small",
        userPrompt: `${greeting} {{question}}`,
        errorHandling: "fail",
        outputVariable: "answer",
      },
    },
    {
      type: "conditional",
      name: "route",
      config: {
        condition: "answer.urgent",
        trueSteps: [{ type: "send-event", name: "alarm", config: { eventName: "urgent" } }],
        falseSteps: [{ type: "set-variable", name: "calm", config: { variableName: "mood", value: "calm" } }],
      },
    },
    {
      type: "fetch-url",
      name: "tell",
      enabled: false,
      config: { http: { url, method: "POST", headers: { Authorization: "{{secret:SHOP}}" }, body: { who: "shop" } } },
    },
  ];
}

/** Others of the same flow: one is new, one gone, two have changed places, and the condition is another one's. */
function changed(greeting: string): RuntypeStepInput[] {
  const wait: RuntypeStepInput = { type: "wait-until", name: "wait", config: { delayMs: 500 } };
  const others = answering(greeting).flatMap(({ when, ...step }): RuntypeStepInput[] => {
    if (step.name === "route") return [];
    return [step.name === "tell" ? { ...step, when: "question" } : step];
  });
  const [prepare, answer, tell] = others;
  return [prepare, wait, tell, answer].filter((step) => step !== undefined);
}

/** The other answers to what is unknown of the vendor, and may not matter. */
const GUESSED_OTHERWISE: Partial<RuntypeSwitches> = {
  runtypeForeignFlow: 403,
  runtypeErrorShape: "object",
  runtypeStepIds: "minted",
  runtypeOrderFrom: 0,
  runtypeWhenTold: true,
  runtypeWhenCleared: "kept",
  runtypeEnabledTold: false,
  runtypeConfigRewrites: "filled",
  runtypeUnknownKeys: "refused",
  runtypeDescription: "refused",
  runtypeDuplicateNames: "refused",
  runtypeCreateStatus: 200,
  runtypeDeleteStatus: 200,
  runtypeNoopBumps: false,
  runtypeCreateVersion: false,
};

/** Answers of servers that rewrite less, and remember less of steps. */
const PLAIN: Partial<RuntypeSwitches> = {
  runtypeStepIds: "mintedAlways",
  runtypeConfigRewrites: "none",
  runtypeDescription: "kept",
  runtypePullPicks: "newer",
};

/** `runtype:Flow` */
export const runtypeFlow: Subject = {
  vendor: runtype,
  // The functions' arguments and wire objects are the type's own.
  type: flow as unknown as FlowType,
  settings: runtypeSettings,
  shared: shared(flowHands),
  beside: [SHOP, KIOSK, NEIGHBOUR],
  natures: {
    "as documented": natureOf(flowHands),
    "guessed otherwise": { ...natureOf(flowHands, GUESSED_OTHERWISE), withoutFaults: true },
    "steps without identity": { ...natureOf(flowHands, PLAIN), withoutFaults: true },
  },
  least: { name: "web" },
  programs: {
    whole: {
      name: "web",
      description: "answers the shop",
      steps: answering("Hi"),
      validate: "strict",
      forceDestroy: false,
    },
    plain: {
      name: "web",
      description: "answers the shop",
      steps: [{ type: "prompt", name: "answer", config: { model: "small", userPrompt: "Hi" } }],
      forceDestroy: true,
    },
  },
  fields: {
    name: { to: "shop", theirs: "kiosk" },
    description: { within: "plain", to: "answers everybody", theirs: "by hand" },
    steps: {
      to: changed("Hello"),
      storedTo: drawn(changed("Hello")),
      theirs: drawn(answering("by hand")),
      told: { to: ["Hello"], theirs: ["steps.greeter.config.userPrompt", "by hand"] },
    },
    validate: { to: "off", neverSent: true },
    forceDestroy: { to: true, neverSent: true },
  },
  secrets: [
    {
      program: {
        name: "web",
        steps: {
          tell: {
            type: "fetch-url",
            config: { http: { url: "https://shop.example", headers: { Authorization: "hush-hush" } } },
          },
        },
      },
      path: ["steps", "tell", "config", "http", "headers", "Authorization"],
      secret: "hush-hush",
    },
    {
      program: {
        name: "web",
        steps: { answer: { type: "prompt", config: { model: "small", userPrompt: "hush-hush" } } },
      },
      path: ["steps", "answer", "config", "userPrompt"],
      secret: "hush-hush",
    },
  ],
  waivers: [
    { rule: "ended outside", reason: "Runtype deletes flows." },
    { rule: "race to create", reason: "Runtype takes a name twice, and a creation tells nothing of the other flow." },
  ],
};
