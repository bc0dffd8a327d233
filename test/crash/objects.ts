import type { EmulatorState } from "pulumi-flows-testing";
import type { StateResource } from "../../scripts/engines";

/** A thing that lives at a vendor. */
export interface LiveObject {
  /** The vendor's kind of record. */
  readonly kind: Kind;
  /** What identifies it at the vendor for ever. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** Everything that a program can set. */
  readonly content: unknown;
}

/** The kinds of records, and the flow types whose resources own them. */
const OWNERS = {
  "Kosli flow": ["kosli:Flow"],
  "Kapso workflow": ["kapso:Workflow", "kapso:Flow"],
  "Kapso trigger": ["kapso:Trigger"],
  "Kapso function": ["kapso:Function"],
  "Runtype flow": ["runtype:Flow"],
  "Runtype publication": ["runtype:FlowPublication"],
  "Humanloop flow": ["humanloop:Flow"],
  "Humanloop deployment": ["humanloop:FlowDeployment"],
  "Humanloop monitoring": ["humanloop:FlowMonitoring"],
} as const;

type Kind = keyof typeof OWNERS;

/** The settings of other objects: made and made again, they are the same, so that there is nothing to take over. */
const POINTERS: readonly Kind[] = ["Runtype publication", "Humanloop deployment", "Humanloop monitoring"];

/** Whether making it needs a name that may be taken. */
export function isTaken({ kind }: LiveObject): boolean {
  return !POINTERS.includes(kind);
}

/** Everything that lives at the vendors, in the order in which it was made. What is deleted or archived does not. */
export function liveObjects({ kosli, kapso, runtype, humanloop }: EmulatorState): LiveObject[] {
  const steps = (all: EmulatorState["runtype"]["flows"][number]["flowSteps"]) =>
    all.map(({ type, name, order, enabled, when, config }) => ({ type, name, order, enabled, when, config }));
  const defaults = humanloop.environments.filter(({ tag }) => tag === "default").map(({ id }) => id);
  const files = humanloop.files.filter(({ type }) => type === "flow");
  return [
    ...kosli.flows
      .filter(({ archived }) => !archived)
      .map(({ id, org, name, description, visibility, template, tags }) => {
        const content = { org, name, description, visibility, template, tags };
        return { kind: "Kosli flow" as const, id, name: `${org}/${name}`, content };
      }),
    ...kapso.workflows
      .filter(({ status }) => status !== "archived")
      .map(({ id, name, description, status, definition }) => {
        const nodes = Object.fromEntries(definition.nodes.map((node) => [node.id, node.data]));
        const edges = definition.edges.map(({ source, label, target }) => `${source} ${label} ${target}`).sort();
        const content = { name, description: description ?? "", status, nodes, edges };
        return { kind: "Kapso workflow" as const, id, name, content };
      }),
    ...kapso.triggers.map(({ id, workflow_id, trigger_type, phone_number_id, active }) => ({
      kind: "Kapso trigger" as const,
      id,
      name: `${trigger_type} ${phone_number_id ?? ""}`,
      content: { workflow_id, trigger_type, phone_number_id, active },
    })),
    ...kapso.functions.map(({ id, name, description, code, status, deployed, secrets }) => ({
      kind: "Kapso function" as const,
      id,
      name,
      content: { name, description, code, status, deployed, secrets },
    })),
    ...runtype.flows.flatMap(({ id, name, description, flowSteps, publishedVersionId }): LiveObject[] => {
      const version = runtype.versions.find((each) => each.id === publishedVersionId);
      const publication: LiveObject[] = version
        ? [{ kind: "Runtype publication", id, name, content: { flow: id, steps: steps(version.flowSteps) } }]
        : [];
      return [
        { kind: "Runtype flow", id, name, content: { name, description, steps: steps(flowSteps) } },
        ...publication,
      ];
    }),
    ...files.flatMap(({ id, path, versions, deployments, evaluators }): LiveObject[] => {
      const told = versions.map(({ version_id, attributes, version_name, version_description }) => {
        return { version_id, attributes, version_name, version_description };
      });
      const active = evaluators.filter(({ state }) => state === "active").map(({ reference }) => reference);
      return [
        { kind: "Humanloop flow", id, name: path, content: { path, versions: told } },
        ...Object.entries(deployments)
          // The vendor itself deploys the first version to the default environment.
          .filter(([environment]) => !defaults.includes(environment))
          .map(([environment, version]): LiveObject => {
            const content = { flow: id, environment, version };
            return { kind: "Humanloop deployment", id: `${id}/${environment}`, name: path, content };
          }),
        ...(active.length > 0
          ? [{ kind: "Humanloop monitoring" as const, id, name: path, content: { flow: id, evaluators: active } }]
          : []),
      ];
    }),
  ];
}

/** What of the vendors' objects and of a state's entries has no counterpart. */
export interface Unmatched {
  readonly objects: readonly LiveObject[];
  readonly entries: readonly StateResource[];
}

/** Finds the objects that no entry of a state owns, and the entries whose object is not there. */
export function unmatched(objects: readonly LiveObject[], resources: readonly StateResource[]): Unmatched {
  const entries = flowsOf(resources);
  const owns = (entry: StateResource, { kind, id }: LiveObject) =>
    OWNERS[kind].some((type) => entry.type.endsWith(`/${type}`)) && idOf(entry) === id;
  return {
    objects: objects.filter((object) => !entries.some((entry) => owns(entry, object))),
    entries: entries.filter((entry) => !objects.some((object) => owns(entry, object))),
  };
}

/** The entries that stand for something at a vendor: not those that only wait to be made again. */
function flowsOf(resources: readonly StateResource[]): StateResource[] {
  return resources.filter(
    ({ type, pendingReplacement }) => type.startsWith("pulumi-nodejs:dynamic/") && !pendingReplacement,
  );
}

/** What identifies the object of an entry at its vendor: Kosli has an id of its own, beside Pulumi's. */
function idOf({ type, id, outputs }: StateResource): unknown {
  return type.endsWith("/kosli:Flow") ? outputs?.vendorId : id;
}

/** The objects as texts that are equal wherever the same was made, whatever ids it got. */
export function described(state: EmulatorState): string[] {
  const objects = liveObjects(state);
  const names = new Map(objects.map(({ kind, id, name }) => [id, `<${kind} ${name}>`]));
  for (const { name, publishedVersionId } of state.runtype.flows)
    if (publishedVersionId) names.set(publishedVersionId, `<published version of ${name}>`);
  const told = objects.map(({ kind, name, content }) => `${kind} ${name}: ${JSON.stringify(content)}`);
  return told.map((text) => [...names].reduce((now, [id, name]) => now.replaceAll(id, name), text)).sort();
}
