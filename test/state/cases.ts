import type { Values } from "../../provider/lifecycle/values";
import type { Subject } from "../conformance/subject";
import { humanloopDeployment } from "../conformance/subjects/humanloop-deployment";
import { humanloopFlow } from "../conformance/subjects/humanloop-flow";
import { humanloopMonitoring } from "../conformance/subjects/humanloop-monitoring";
import {
  KIOSK as HUMANLOOP_KIOSK,
  SHOP as HUMANLOOP_SHOP,
  versionsOf as humanloopVersionsOf,
  NEIGHBOUR,
  PRODUCTION,
  STAGING,
  TONE,
  TONE_VERSIONS,
} from "../conformance/subjects/humanloop-world";
import { kapsoFlow } from "../conformance/subjects/kapso-flow";
import { kapsoFunction } from "../conformance/subjects/kapso-function";
import { greeting, helping, PLACES, placedAt } from "../conformance/subjects/kapso-graphs";
import { kapsoTrigger } from "../conformance/subjects/kapso-trigger";
import { kapsoWorkflow } from "../conformance/subjects/kapso-workflow";
import { BESIDE } from "../conformance/subjects/kapso-world";
import { answering, runtypeFlow } from "../conformance/subjects/runtype-flow";
import { runtypePublication } from "../conformance/subjects/runtype-publication";
import { KIOSK, SHOP, versionsOf } from "../conformance/subjects/runtype-world";
import { Bench } from "../harness/bench";
import { KosliBench } from "../harness/kosli-lifecycle";

/** A place where states are written and read. */
export interface Opened {
  readonly bench: Bench;
  /** What lives at the vendor. */
  alive(): readonly unknown[];
}

/** The states of one flow type that are kept as goldens. */
export interface Case {
  /** The first version in which it was written. */
  readonly since: number;
  open(): Promise<Opened>;
  /** Together they use every member that a state of the type can have. One is called `full`: it is also looked up. */
  readonly programs: Readonly<Record<string, Values>>;
  /** What a look-up is told beside the id. */
  readonly lookUpBy?: readonly string[];
  /** A change that makes sense for each program. */
  readonly change: Values;
  /** Where the program called `secret` has its secret. */
  readonly secret?: readonly string[];
}

async function openKosli(): Promise<Opened> {
  const bench = await KosliBench.start({ now: () => Date.UTC(2026, 0, 1) });
  const alive = () => bench.emulator.state().kosli.flows.filter(({ archived }) => !archived);
  return { bench: bench as unknown as Bench, alive };
}

/** The world of a subject in its first nature. */
async function openSubject(subject: Subject): Promise<Opened> {
  const [nature] = Object.values(subject.natures);
  if (!nature) throw new Error(`${subject.type.token} has no nature`);
  const world = await nature.open();
  return { bench: new Bench(subject, world.emulator), alive: () => world.objects() };
}

const kapsoGraphs = {
  minimal: { name: "minimal" },
  full: {
    name: "full",
    description: "greets and tells the shop",
    status: "active",
    definition: placedAt(greeting("Hi"), PLACES),
    ignoreLayout: false,
    validate: "strict",
    adopt: true,
    onConflict: "overwrite",
  },
  rich: { name: "rich", definition: helping("Help") },
  secret: {
    name: "secret",
    definition: {
      nodes: {
        start: { data: { node_type: "start", config: {} } },
        say: { data: { node_type: "send_text", config: { message: "hush" } } },
      },
      edges: { "start --next-->": "say" },
    },
    __secret: [["definition", "nodes", "say", "data", "config", "message"]],
  },
};

const aboutGraphs = {
  since: 3,
  change: { description: "after" },
  secret: ["definition", "nodes", "say", "data", "config", "message"],
} as const;

/** By the names of the files. */
export const cases: Readonly<Record<string, Case>> = {
  "kosli-flow": {
    since: 1,
    open: openKosli,
    change: { description: "after" },
    secret: ["description"],
    programs: {
      minimal: { name: "minimal" },
      full: {
        name: "full",
        description: "what every release must prove",
        visibility: "private",
        template: {
          trail: {
            attestations: [{ name: "pull-request", type: "pull_request" }],
            artifacts: [{ name: "web", attestations: [{ name: "unit", type: "junit" }] }],
          },
        },
        tags: { team: "web", tier: "1" },
        adopt: true,
        onConflict: "overwrite",
      },
      text: {
        name: "text",
        template: "# by hand\nversion: 1\ntrail:\n  attestations:\n    - { name: unit, type: junit }\n",
      },
      legacy: { name: "legacy", legacyTemplate: ["unit", "lint"], repoUrl: "https://example.com/web" },
      secret: { name: "secret", description: "hush", tags: { team: "web" }, __secret: [["description"]] },
    },
  },
  "kapso-workflow": {
    ...aboutGraphs,
    open: () => openSubject(kapsoWorkflow),
    programs: {
      ...kapsoGraphs,
      full: { ...kapsoGraphs.full, slug: "whole", messageDebounceSeconds: 5, inboundMessageReadMode: "read_only" },
    },
  },
  "kapso-flow": { ...aboutGraphs, open: () => openSubject(kapsoFlow), programs: kapsoGraphs },
  "kapso-trigger": {
    since: 3,
    open: () => openSubject(kapsoTrigger),
    change: { active: false },
    lookUpBy: ["workflowId"],
    programs: {
      minimal: { workflowId: BESIDE, triggerType: "api_call" },
      full: {
        workflowId: BESIDE,
        triggerType: "project_event",
        eventName: "order.paid",
        propertyKey: "total",
        operator: "gte",
        propertyValue: 100,
        active: true,
        adopt: true,
        onConflict: "overwrite",
      },
      inbound: { workflowId: BESIDE, triggerType: "inbound_message", phoneNumberId: "100000000000001", active: true },
      event: { workflowId: BESIDE, triggerType: "whatsapp_event", event: "whatsapp.message.received" },
    },
  },
  "kapso-function": {
    since: 3,
    open: () => openSubject(kapsoFunction),
    change: { description: "after" },
    secret: ["secrets", "TOKEN"],
    programs: {
      minimal: { name: "minimal", code: "export default {}" },
      full: {
        name: "full",
        slug: "whole",
        description: "answers the shop",
        code: "export default { fetch: () => new Response('one') };",
        functionType: "cloudflare_worker",
        invokeResponseMode: "wrapped",
        publicEndpoint: true,
        runtimeConfig: { limits: { cpu_ms: 50 } },
        secrets: { API_KEY: "key-of-the-api" },
        adopt: true,
        onConflict: "overwrite",
      },
      secret: {
        name: "secret",
        code: "export default {}",
        secrets: { TOKEN: "hush" },
        __secret: [["secrets", "TOKEN"]],
      },
    },
  },
  "runtype-flow": {
    since: 3,
    open: () => openSubject(runtypeFlow),
    change: { description: "after" },
    secret: ["steps", "say", "config", "userPrompt"],
    programs: {
      minimal: { name: "minimal" },
      full: {
        name: "full",
        description: "answers the shop",
        steps: answering("Hi"),
        validate: "strict",
        forceDestroy: true,
        adopt: true,
        onConflict: "overwrite",
      },
      plain: {
        name: "plain",
        steps: [
          { type: "prompt", name: "ask", order: 1, config: { model: "small", text: "Which order?" } },
          { type: "prompt", name: "ask", order: 2, enabled: false, config: { model: "small", userPrompt: "Why?" } },
        ],
      },
      empty: { name: "empty", description: "", steps: [] },
      secret: {
        name: "secret",
        steps: [{ type: "prompt", name: "say", config: { model: "small", userPrompt: "hush" } }],
        __secret: [["steps", "0", "config", "userPrompt"]],
      },
    },
  },
  "runtype-flowpublication": {
    since: 3,
    // Deleting it leaves what is published.
    open: async () => ({ ...(await openSubject(runtypePublication)), alive: () => [] }),
    change: { triggers: ["after"] },
    programs: {
      minimal: { flow: SHOP },
      full: { flow: KIOSK, version: versionsOf(KIOSK)[1], triggers: ["1", { release: 2 }], onConflict: "overwrite" },
    },
  },
  "humanloop-flow": {
    since: 3,
    open: () => openSubject(humanloopFlow),
    change: { versionDescription: "after", forceDestroy: true },
    secret: ["attributes", "key"],
    programs: {
      minimal: { path: "minimal", attributes: {} },
      full: {
        path: "shop/answers/full",
        attributes: {
          prompt: { template: "Hi {{question}}", temperature: 0.7, stop: null },
          tools: [{ name: "look up" }],
        },
        versionName: "one",
        versionDescription: "answers the shop",
        forceDestroy: true,
        adopt: true,
        onConflict: "overwrite",
      },
      empty: { path: "empty", attributes: { prompt: {}, tools: [] }, versionDescription: "" },
      secret: { path: "secret", attributes: { key: "hush" }, __secret: [["attributes", "key"]] },
    },
  },
  "humanloop-flowdeployment": {
    since: 3,
    open: () => openSubject(humanloopDeployment),
    change: { deletionPolicy: "remove" },
    programs: {
      minimal: {
        flow: HUMANLOOP_SHOP,
        environment: "staging",
        version: humanloopVersionsOf(HUMANLOOP_SHOP)[0],
      },
      full: {
        flow: HUMANLOOP_KIOSK,
        environment: STAGING,
        version: humanloopVersionsOf(HUMANLOOP_KIOSK)[1],
        deletionPolicy: "remove",
        onConflict: "overwrite",
      },
    },
  },
  "humanloop-flowmonitoring": {
    since: 3,
    open: () => openSubject(humanloopMonitoring),
    change: { evaluators: { [TONE_VERSIONS[1]]: { evaluatorVersionId: TONE_VERSIONS[1] } } },
    programs: {
      minimal: { flow: NEIGHBOUR, evaluators: [] },
      full: {
        flow: HUMANLOOP_SHOP,
        evaluators: [{ evaluatorId: TONE, environmentId: PRODUCTION }, { evaluatorVersionId: TONE_VERSIONS[0] }],
        onConflict: "overwrite",
      },
    },
  },
};
