import { bodyAs, param } from "./call";
import { parseControl } from "./control-schema";
import { HumanloopAnswers } from "./humanloop-answers";
import { dialect, failure, Refusal, withDetail } from "./humanloop-dialect";
import { HumanloopEdits } from "./humanloop-edits";
import { HumanloopFlows, type Selected, type VersionNotes } from "./humanloop-flows";
import { HumanloopMonitoring } from "./humanloop-monitoring";
import {
  editShape,
  type FlowInput,
  type HumanloopDirectory,
  type HumanloopEdit,
  type HumanloopEnvironment,
  type HumanloopFile,
  type HumanloopSeed,
  type HumanloopState,
  humanloopDefaults,
  type MonitoringInput,
  seedShape,
} from "./humanloop-records";
import { HumanloopStore } from "./humanloop-store";
import { type HumanloopAccount, type HumanloopSwitches, switchDefaults, switchSchema } from "./humanloop-switches";
import { HumanloopTree } from "./humanloop-tree";
import type { Call, OpenVendor, Reply, Vendor, World } from "./vendor";

// Section numbers are those of the vendor notes on Humanloop (`vendors/humanloop.md`).

const okay = (body: unknown, status = 200): Reply => ({ status, body });
const done: Reply = { status: 204, body: undefined };

/** Humanloop: flows with their versions, deployments and monitoring, and the directories and files around them. */
export const humanloop: Vendor<HumanloopSwitches, HumanloopSeed, HumanloopEdit, HumanloopState> = {
  name: "humanloop",
  switches: { defaults: switchDefaults, schema: switchSchema },
  seed: seedShape,
  edit: editShape,
  // Documented for the whole API (6.5), or met where a switch leads there.
  generalStatuses: { 400: "ErrorBody", 403: "ErrorBody", 404: "ErrorBody", 409: "ErrorBody", 429: "ErrorBody" },
  dialect,
  open: (world, seed) => new Humanloop(world, seed),
};

class Humanloop implements OpenVendor<HumanloopState> {
  private readonly store: HumanloopStore;
  private readonly tree: HumanloopTree;
  private readonly flows: HumanloopFlows;
  private readonly monitoring: HumanloopMonitoring;
  private readonly answers: HumanloopAnswers;
  private readonly edits: HumanloopEdits;

  constructor(
    private readonly world: World<HumanloopSwitches>,
    seed: unknown,
  ) {
    this.store = new HumanloopStore(world, seed);
    this.tree = new HumanloopTree(this.store);
    this.flows = new HumanloopFlows(this.store, this.tree);
    this.monitoring = new HumanloopMonitoring(this.store);
    this.answers = new HumanloopAnswers(this.store, this.monitoring);
    this.edits = new HumanloopEdits(this.store, this.tree, this.flows, this.monitoring);
  }

  revision(): number {
    return this.store.revision();
  }

  snapshot(): HumanloopState {
    return this.store.snapshot();
  }

  edit(input: unknown): void {
    this.edits.perform(parseControl(this.world.contract.compile(editShape), input, "edit"));
  }

  authenticate(headers: Headers): { account: string } | { refusal: Reply } {
    const key = headers.get("x-api-key") ?? "";
    const { humanloopKeys } = this.world.switches();
    if (key === "" || (humanloopKeys !== "any" && !Object.hasOwn(humanloopKeys, key))) {
      return { refusal: failure(401, "Invalid or missing API key") };
    }
    return { account: key };
  }

  /** Members may make files, and versions, but not deploy (6.3). */
  authorise(key: string, operation: string): Reply | undefined {
    const deploys = operation === "setFlowDeployment" || operation === "removeFlowDeployment";
    if (!deploys || this.accountOf(key).role !== "member") return undefined;
    return failure(this.world.switches().humanloopRoleRefusal, "Members may not deploy");
  }

  exclusive(): undefined {
    return undefined;
  }

  finish(reply: Reply): Reply {
    return withDetail(reply, this.world.switches());
  }

  handle(call: Call): Reply {
    const operation = Object.hasOwn(this.operations, call.operation) ? this.operations[call.operation] : undefined;
    if (operation === undefined) {
      throw new Error(`The description has an operation ${call.operation} which the emulator does not know`);
    }
    try {
      return operation(call, this.accountOf(call.account));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error.reply();
    }
  }

  private readonly operations: Readonly<Record<string, (call: Call, account: HumanloopAccount) => Reply>> = {
    // ---- flows
    listFlows: ({ query }, account) => {
      const flows = this.listed(account).filter(({ type }) => type === "flow");
      return okay(this.answers.page(flows, query));
    },
    upsertFlow: (call, account) => this.tell(this.flows.upsert(account, this.body<FlowInput>("FlowRequest", call))),
    getFlow: (call, account) => {
      const { version_id, environment } = call.query;
      return this.tell(this.flows.read(this.flow(call, account), textOf(version_id), textOf(environment)));
    },
    deleteFlow: (call, account) => {
      this.flows.delete(this.flow(call, account));
      return done;
    },
    moveFlow: (call, account) => {
      const { directory_id: directory, ...rest } = this.body<MoveInput>("MoveFlowRequest", call);
      const file = this.flow(call, account);
      this.flows.current(file);
      const path = this.tree.target(account.organization, file.path, { ...rest, directory });
      return this.tell(this.flows.current(this.tree.moveFile(file, path)));
    },

    // ---- versions
    listFlowVersions: (call, account) => {
      const file = this.flow(call, account);
      const aggregates = call.query.evaluator_aggregates === true;
      const versions = this.flows.versionsOf(file);
      return okay({ records: versions.map((version) => this.answers.file({ file, version }, aggregates)) });
    },
    updateFlowVersion: (call, account) => {
      const { file, version } = this.version(call, account);
      return this.tell(this.flows.renameVersion(file, version, this.body<VersionNotes>("UpdateVersionRequest", call)));
    },
    deleteFlowVersion: (call, account) => {
      const { file, version } = this.version(call, account);
      this.flows.deleteVersion(file, version);
      return done;
    },

    // ---- deployments and monitoring
    listFlowEnvironments: (call, account) => {
      const file = this.flow(call, account);
      const environments = this.store.environmentsOf(account.organization);
      return okay(environments.map((environment) => this.answers.environment(environment, file)));
    },
    setFlowDeployment: (call, account) => {
      const file = this.flow(call, account);
      const environment = this.environment(call, account);
      return this.tell(this.flows.deploy(file, environment, this.store.version(file, String(call.query.version_id))));
    },
    removeFlowDeployment: (call, account) => {
      this.flows.removeDeployment(this.flow(call, account), this.environment(call, account));
      return done;
    },
    updateFlowMonitoring: (call, account) => {
      const input = this.body<MonitoringInput>("EvaluatorActivationDeactivationRequest", call);
      const file = this.flow(call, account);
      this.flows.current(file);
      return this.tell(this.flows.current(this.monitoring.change(file, input)));
    },

    // ---- files
    retrieveFileByPath: (call, account) => {
      const path = this.tree.pathOf(this.body<{ path: string }>("FilePathRequest", call).path);
      const file = this.store.fileAt(account.organization, path);
      if (file === undefined) throw new Refusal(404, `There is no file at ${path}`);
      return this.tell(this.flows.read(file, undefined, textOf(call.query.environment)));
    },
    listFiles: ({ query }, account) => {
      const name = textOf(query.environment);
      const environment = name === undefined ? undefined : this.store.environmentNamed(name, account.organization);
      const above = query.path ? `${this.tree.pathOf(String(query.path))}/` : "";
      const files = this.listed(account)
        .filter(({ path }) => path.startsWith(above))
        .filter(({ type }) => !Array.isArray(query.type) || query.type.includes(type))
        // There are no templates here.
        .filter(() => query.template !== true);
      return okay(this.answers.page(files, query, environment?.id));
    },

    // ---- directories
    listDirectories: (_call, { organization }) =>
      okay(this.store.directoriesOf(organization).map((directory) => this.answers.directory(directory))),
    createDirectory: (call, { organization }) => {
      const { parent_id: directory, ...rest } = this.body<DirectoryInput>("DirectoryRequest", call);
      const path = this.tree.target(organization, "", { ...rest, directory });
      return okay(this.answers.directory(this.tree.makeDirectory(organization, path)), 201);
    },
    getDirectory: (call, account) => okay(this.answers.wholeDirectory(this.directory(call, account))),
    updateDirectory: (call, account) => {
      const { parent_id: directory, ...rest } = this.body<DirectoryInput>("DirectoryRequest", call);
      const before = this.directory(call, account);
      const path = this.tree.target(account.organization, before.path, { ...rest, directory });
      return okay(this.answers.directory(this.tree.moveDirectory(before, path)));
    },
    deleteDirectory: (call, account) => {
      this.tree.deleteDirectory(this.directory(call, account));
      return done;
    },
  };

  private tell(selected: Selected): Reply {
    return okay(this.answers.file(selected));
  }

  private accountOf(key: string): HumanloopAccount {
    const { humanloopKeys } = this.world.switches();
    return (humanloopKeys === "any" ? undefined : humanloopKeys[key]) ?? humanloopDefaults.account;
  }

  private listed({ organization }: HumanloopAccount): HumanloopFile[] {
    return this.store.filesOf(organization).filter(({ id }) => this.store.isListed(id));
  }

  private flow(call: Call, account: HumanloopAccount): HumanloopFile {
    return this.store.flow(param(call, "id"), account);
  }

  private version(call: Call, account: HumanloopAccount): Selected {
    const file = this.flow(call, account);
    return { file, version: this.store.version(file, param(call, "version_id")) };
  }

  private environment(call: Call, { organization }: HumanloopAccount): HumanloopEnvironment {
    return this.store.environment(param(call, "environment_id"), organization);
  }

  private directory(call: Call, { organization }: HumanloopAccount): HumanloopDirectory {
    return this.store.directory(param(call, "id"), organization);
  }

  /** The body. Of unknown members the description does not say what happens to them (4). */
  private body<T extends object>(schema: string, call: Call): T {
    const body = bodyAs<T>(schema, call, this.world.contract);
    const known = this.world.contract.description.components.schemas[schema];
    const names = Object.keys(known !== undefined && "properties" in known ? Object(known.properties) : {});
    const unknown = Object.keys(body).find((name) => !names.includes(name));
    if (unknown !== undefined && this.world.switches().humanloopUnknownMembers === "refused") {
      throw new Refusal(422, `Extra inputs are not permitted: ${unknown}`);
    }
    return body;
  }
}

interface MoveInput {
  readonly path?: string | null;
  readonly name?: string | null;
  readonly directory_id?: string | null;
}

interface DirectoryInput {
  readonly path?: string | null;
  readonly name?: string | null;
  readonly parent_id?: string | null;
}

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);
