import { z } from "zod";
import { path } from "../../http/path";
import { clauseOf, FlowError, VendorError } from "../../lifecycle/errors";
import { type FlowType, rules } from "../../lifecycle/flow-type";
import { currentOrganization, DEFAULT_TAG, type HumanloopAccount } from "./account";
import { drawDeployment } from "./drawing";
import { deploymentsOf, type WireDeployment } from "./versions";

/** What a program says of a deployment; a type, since interfaces are no records. Source of the rules: Humanloop's v5 API. */
export type DeploymentFields = {
  /** The flow's id. */
  flow: string;
  /** The environment, by its name or its id. */
  environment: string;
  /** The id of the version, such as a flow's `versionId`. An older one rolls back. */
  version: string;
  /**
   * What deleting this resource does: `retain` leaves what is deployed, `remove` takes it away. Default: `retain` for the default
   * environment, whose version callers get who name none, `remove` for any other.
   */
  deletionPolicy?: "retain" | "remove" | undefined;
};

/** What of a flow is deployed to one environment. */
export interface Deployment {
  readonly flow: string;
  readonly environment: WireDeployment;
  readonly version: string;
  /** What the program calls an environment that has another name by now, while no other has that name. */
  readonly called: string | undefined;
}

const fields = z.object({
  flow: z.string().min(1).register(rules, { replaces: true }),
  environment: z.string().min(1).register(rules, { replaces: true }),
  version: z.string().min(1),
  deletionPolicy: z.enum(["retain", "remove"]).optional().register(rules, { writeOnly: true }),
}) satisfies z.ZodType<DeploymentFields>;

/** `humanloop:FlowDeployment`, a pointer: which version of a flow an environment has. */
export const deployment: FlowType<DeploymentFields, Deployment, HumanloopAccount> = {
  token: "humanloop:FlowDeployment",
  noun: "Humanloop deployment of flow",
  fields,
  outputs: ["environmentId"],
  onDuplicate: "settles",
  creates: ["flow", "environment", "version"],

  label: ({ flow, environment }) => `${String(flow)}/${String(environment)}`,
  draw: drawDeployment,
  identity: (id) => id,
  // By a name and by an id, two may mean one environment.
  queue: ({ flow }) => String(flow),
  idOf: ({ flow, environment }) => `${flow}/${environment.id}`,
  fromId(id) {
    const [flow, environment, ...rest] = id.split("/");
    if (!flow || !environment || rest.length > 0)
      throw new FlowError(
        "notFound",
        `The id "${id}" does not lead to a deployment: it must be a flow's id and an environment's, with / between them.`,
      );
    return { flow, environment };
  },

  observe: ({ flow, environment, version, called }, spelledAs) => ({
    flow,
    // An environment may be said by its id. Renamed, it is the same one: nothing is to be deployed elsewhere.
    environment: spelledAs.environment === environment.id ? environment.id : (called ?? environment.name),
    version,
  }),
  outputsOf: ({ environment }) => ({ environmentId: environment.id }),
  accountOf: (_wire, { organization }) => organization.told,
  currentAccount: currentOrganization,

  async read(account, _id, { flow, environment, environmentId }) {
    const all = (await deploymentsOf(account, String(flow))) ?? [];
    const named = all.find((each) => isNamed(each, environment));
    const wanted = all.find(({ id }) => id === environmentId) ?? named;
    const version = wanted?.file?.version_id;
    if (!wanted || version === undefined) return undefined;
    const called = typeof environment === "string" && named === undefined ? environment : undefined;
    return { flow: String(flow), environment: wanted, version, called };
  },
  async list(account) {
    const flows = await account.paths.all();
    const deployed = await Promise.all(
      flows.map(async ({ id: flow }) => {
        const all = (await deploymentsOf(account, flow)) ?? [];
        return all
          .filter(({ file }) => file)
          .map(({ id, name }) => ({ id: `${flow}/${id}`, label: deployment.label({ flow, environment: name }) }));
      }),
    );
    return deployed.flat();
  },
  async find(account, desired) {
    const [found] = await Promise.all([deployment.read(account, undefined, desired, true), account.organization.ask()]);
    return found;
  },

  async create(account, { flow, environment, version }) {
    const all = await deploymentsOf(account, flow);
    const wanted = all?.find((each) => isNamed(each, environment));
    if (!all) throw new FlowError("notFound", "There is no such flow at Humanloop. Nothing was deployed.");
    if (!wanted) throw noEnvironment(environment, all);
    await deploy(account, flow, wanted, version);
    // Deployed by somebody since it was looked for.
    const former = wanted.file?.version_id;
    if (former !== undefined && former !== version)
      account.log.warn(
        `${deployment.noun} "${deployment.label({ flow, environment })}": version ${version} took the place of version ${former}, which somebody had just deployed.`,
      );
    return { overwrote: false, id: `${flow}/${wanted.id}` };
  },

  async update(account, now, { environment, version }, changed) {
    if (changed.includes("environment"))
      throw new FlowError(
        "conflict",
        `The environment that this stack has deployed to is called "${now.environment.name}" by now (${now.environment.id}), and another one is called "${environment}". ` +
          "Nothing was deployed. Say which one is meant by its id; or look with `pulumi preview --refresh`, and go on with `pulumi up --refresh`.",
      );
    // How it is to be deleted is nothing that Humanloop stores.
    if (!changed.includes("version") || version === undefined) return now;
    await deploy(account, now.flow, now.environment, version);
    return undefined;
  },

  async delete({ client }, { flow, environment, version }, { deletionPolicy, version: own }) {
    const policy = deletionPolicy ?? (environment.tag === DEFAULT_TAG ? "retain" : "remove");
    if (policy === "retain") return `version ${version} stays deployed to ${environment.name}.`;
    if (version !== own) return `version ${version}, which others have deployed to ${environment.name}, stays there.`;
    const to = path`/v5/flows/${flow}/environments/${environment.id}`;
    try {
      await client.send({ method: "DELETE", path: to, repeatable: true });
    } catch (error) {
      if (!(error instanceof VendorError && error.kind === "conflict") || error.outcomeUnknown) throw error;
      const message = `${clauseOf(error)}. Nothing was changed. To leave it deployed, set \`deletionPolicy: "retain"\` and run \`pulumi up\` before it is deleted.`;
      throw new FlowError("conflict", message, error);
    }
    return undefined;
  },
};

function isNamed({ id, name }: WireDeployment, environment: unknown): boolean {
  return id === environment || name === environment;
}

/** What to say of an environment that is not there, and of those that are. */
export function noEnvironment(environment: string, all: readonly WireDeployment[]): FlowError {
  const names = all.map(({ name }) => JSON.stringify(name)).join(", ");
  const message = `There is no environment "${environment}" in the organization (there is: ${names || "none"}). Environments are made in Humanloop's app.`;
  return new FlowError("notFound", message);
}

async function deploy(
  { client }: HumanloopAccount,
  flow: string,
  environment: WireDeployment,
  version: string,
): Promise<void> {
  const to = path`/v5/flows/${flow}/environments/${environment.id}`;
  try {
    await client.send({ method: "POST", path: to, query: { version_id: version }, repeatable: true });
  } catch (error) {
    if (!(error instanceof VendorError && (error.kind === "unauthorized" || error.kind === "forbidden"))) throw error;
    if (error.outcomeUnknown) throw error;
    throw new FlowError(
      "vendor",
      `${clauseOf(error)}. Members of an organization may make versions and not deploy them: use the key of a Developer or an Admin. Nothing was deployed.`,
      error,
    );
  }
}
