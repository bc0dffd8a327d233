import type { FlowType } from "../../../provider/lifecycle/flow-type";
import { deployment } from "../../../provider/vendors/humanloop/deployment";
import { humanloop } from "../../../provider/vendors/humanloop/vendor";
import { ABOUT_NAMES, type Subject } from "../subject";
import {
  type Hands,
  humanloopSettings,
  isBystander,
  KIOSK,
  NEIGHBOUR,
  natureOf,
  PRODUCTION,
  SHOP,
  shared,
  versionsOf,
} from "./humanloop-world";

/** Environments by the end of their ids, as the seed names them. */
const nameOf = (environment: string) => environment.slice("env_01".length);

const deploymentHands: Hands = {
  objects: (flows) =>
    flows
      .filter(({ file }) => isBystander(file))
      .flatMap(({ file: { id, deployments } }) =>
        Object.entries(deployments)
          // What is in production was there before.
          .filter(([environment]) => nameOf(environment) !== nameOf(PRODUCTION))
          .map(([environment, version]) => ({
            identity: `${id}/${environment}`,
            key: `${id}/${nameOf(environment)}`,
            content: { flow: id, environment: nameOf(environment), version },
          })),
      ),
  add: (flow) => ({
    vendor: "humanloop",
    action: "deploy",
    file: flow,
    environment: "staging",
    version: versionsOf(flow)[0],
  }),
  remove(identity) {
    const [file = "", environment = ""] = identity.split("/");
    return { vendor: "humanloop", action: "deploy", file, environment };
  },
  edit(identity, _field, stored) {
    const [file = "", environment = ""] = identity.split("/");
    return { vendor: "humanloop", action: "deploy", file, environment, version: String(stored) };
  },
};

const [FIRST, SECOND, LAST] = versionsOf(SHOP);

/** `humanloop:FlowDeployment` */
export const humanloopDeployment: Subject = {
  vendor: humanloop,
  // The functions' arguments and wire objects are the type's own.
  type: deployment as unknown as FlowType,
  settings: humanloopSettings,
  shared: shared(deploymentHands),
  beside: [`${SHOP}/${PRODUCTION}`, `${NEIGHBOUR}/${PRODUCTION}`],
  keyField: "flow",
  // What others have deployed meanwhile is theirs.
  stays: ({ deletionPolicy, version }, { content }) => deletionPolicy === "retain" || content.version !== version,
  natures: {
    "as suggested": natureOf(deploymentHands),
  },
  least: { flow: SHOP, environment: "staging", version: FIRST },
  programs: {
    removed: { flow: SHOP, environment: "staging", version: FIRST, deletionPolicy: "remove" },
  },
  fields: {
    version: { to: LAST, theirs: SECOND },
    deletionPolicy: { to: "retain", neverSent: true },
    flow: { to: KIOSK, toWith: { version: versionsOf(KIOSK)[1] } },
    environment: { to: "quality" },
  },
  secrets: [],
  waivers: [
    { rule: "ended outside", reason: "What is deployed is removed, or another version is deployed." },
    ...ABOUT_NAMES.map((rule) => ({
      rule,
      reason: "A deployment is a setting of an environment: there is no name to take.",
    })),
    ...(["stranger of the name", "forced replacement"] as const).map((rule) => ({
      rule,
      reason: "A deployment is known by its flow and its environment alone: the next one there is the same.",
    })),
    {
      rule: "race with a deletion",
      reason:
        "Deploying is the same call whether or not something is deployed: it cannot tell that a moment ago something was.",
    },
    { rule: "undeclared", reason: "Everything that Humanloop stores of a deployment must be declared." },
    ...(["changed outside", "conflict"] as const).flatMap((rule) =>
      ["flow", "environment"].map((field) => ({ rule, field, reason: "It is the deployment's place." })),
    ),
  ],
};
