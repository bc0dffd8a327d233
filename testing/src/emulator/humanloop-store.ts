import { parseControl } from "./control-schema";
import { contentOf, digestOf } from "./humanloop-content";
import { Refusal } from "./humanloop-dialect";
import {
  type HumanloopDirectory,
  type HumanloopEnvironment,
  type HumanloopFile,
  type HumanloopFileType,
  type HumanloopSeed,
  type HumanloopState,
  type HumanloopVersion,
  humanloopDefaults,
  productionId,
  rootId,
  seedShape,
} from "./humanloop-records";
import type { HumanloopAccount, HumanloopSwitches } from "./humanloop-switches";
import { Collection } from "./store";
import { ControlError, type World } from "./vendor";

// Section numbers are those of the vendor notes on Humanloop (`vendors/humanloop.md`).

interface Placed {
  readonly id: string;
  readonly organization: string;
  readonly path: string;
}

const place = (organization: string, path: string) => `${organization}\n${path}`;
const byIdAndPlace = ({ id, organization, path }: Placed) => [id, place(organization, path)];

/** What the ids of files begin with (2); those of versions have a `v` more. */
const prefixes = { flow: "fl", prompt: "pr", tool: "tl", dataset: "ds", evaluator: "ev", agent: "ag" } as const;

/** The directory that a path is in; `""` is the root. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** Everything that Humanloop stores. */
export class HumanloopStore {
  readonly files = new Collection<HumanloopFile>(byIdAndPlace);
  readonly directories = new Collection<HumanloopDirectory>(byIdAndPlace);
  readonly environments = new Collection<HumanloopEnvironment>(({ id }) => [id]);
  private readonly opened: string;
  private readonly counted = new Map<string, number>();
  /** Ids that a seed brought along. */
  private readonly taken: ReadonlySet<string>;
  /** New flows and versions that lists do not show yet, and how many lists do not. */
  private readonly unlisted = new Map<string, number>();

  constructor(
    private readonly world: World<HumanloopSwitches>,
    seed: unknown,
  ) {
    this.opened = this.timestamp();
    const ids = (JSON.stringify(seed) ?? "").matchAll(/"([a-z]+_\d{22})"/g);
    this.taken = new Set([...ids].map(([, id = ""]) => id));
    this.plant(seed === undefined ? {} : parseControl(world.contract.compile(seedShape), seed, "seed"));
  }

  get switches(): HumanloopSwitches {
    return this.world.switches();
  }

  timestamp(): string {
    return new Date(this.world.now()).toISOString();
  }

  /** Counted for each prefix: `fl_0000000000000000000001`. */
  newId(prefix: string): string {
    const next = (this.counted.get(prefix) ?? 0) + 1;
    this.counted.set(prefix, next);
    const id = `${prefix}_${String(next).padStart(22, "0")}`;
    return this.taken.has(id) ? this.newId(prefix) : id;
  }

  revision(): number {
    return this.files.revision + this.directories.revision + this.environments.revision;
  }

  snapshot(): HumanloopState {
    return structuredClone({
      files: this.files.all(),
      directories: this.directories.all(),
      environments: this.environments.all(),
    });
  }

  // ---- finding

  /** The flow of this id, if the account may have it. */
  flow(id: string, { organization }: HumanloopAccount): HumanloopFile {
    const { humanloopForeignFile, humanloopOtherTypeId } = this.switches;
    const file = this.files.find(id);
    if (file === undefined) throw new Refusal(404, `There is no flow ${id}`);
    if (file.organization !== organization) throw new Refusal(humanloopForeignFile, `There is no flow ${id} for you`);
    if (file.type !== "flow") throw new Refusal(humanloopOtherTypeId, `${id} is no flow`);
    return file;
  }

  fileAt(organization: string, path: string): HumanloopFile | undefined {
    return this.files.find(place(organization, path));
  }

  filesOf(organization: string): HumanloopFile[] {
    return this.files.all().filter((file) => file.organization === organization);
  }

  /** What is below a directory, at any depth. */
  below<Row extends Placed>(rows: Collection<Row>, { organization, path }: Placed): Row[] {
    return rows
      .all()
      .filter((row) => row.organization === organization && (path === "" || row.path.startsWith(`${path}/`)));
  }

  directoryAt(organization: string, path: string): HumanloopDirectory | undefined {
    return path === "" ? this.root(organization) : this.directories.find(place(organization, path));
  }

  directory(id: string, organization: string): HumanloopDirectory {
    const root = this.root(organization);
    const found = id === "root" || id === root.id ? root : this.directories.find(id);
    if (found?.organization !== organization) throw new Refusal(404, `There is no directory ${id}`);
    return found;
  }

  directoriesOf(organization: string): HumanloopDirectory[] {
    return [this.root(organization), ...this.below(this.directories, this.root(organization))];
  }

  /** Those of an organization, the default one first (6.3). */
  environmentsOf(organization: string): [HumanloopEnvironment, ...HumanloopEnvironment[]] {
    const stored = this.environments.all().filter((environment) => environment.organization === organization);
    const main = stored.find(({ tag }) => tag === "default") ?? this.production(organization);
    return [main, ...stored.filter(({ id }) => id !== main.id)];
  }

  /** By its id: a name does not do (3). */
  environment(id: string, organization: string): HumanloopEnvironment {
    return this.known(this.environmentsOf(organization).find((environment) => environment.id === id));
  }

  /** By its name, upper and lower case told apart (3). */
  environmentNamed(name: string, organization: string): HumanloopEnvironment {
    return this.known(this.environmentsOf(organization).find((environment) => environment.name === name));
  }

  version(file: HumanloopFile, id: string): HumanloopVersion {
    const version = file.versions.find(({ version_id }) => version_id === id);
    if (version === undefined) throw new Refusal(404, `${file.path} has no version ${id}`);
    return version;
  }

  /** What is deployed to an environment. */
  deployed(file: HumanloopFile, environmentId: string): HumanloopVersion | undefined {
    return file.versions.find(({ version_id }) => version_id === file.deployments[environmentId]);
  }

  /** What is told of a file where no version is asked for and one must be told; undefined of an empty flow. */
  current(file: HumanloopFile): HumanloopVersion | undefined {
    const [main] = this.environmentsOf(file.organization);
    return this.deployed(file, main.id) ?? file.versions.at(-1);
  }

  /** Is it in a list yet? A list that asks counts. */
  isListed(key: string): boolean {
    const lists = this.unlisted.get(key) ?? 0;
    if (lists > 1) this.unlisted.set(key, lists - 1);
    else this.unlisted.delete(key);
    return lists === 0;
  }

  // ---- writing

  /** A file without versions, not stored yet. */
  newFile(type: HumanloopFileType, path: string, { organization, email }: HumanloopAccount): HumanloopFile {
    const at = this.timestamp();
    const id = this.newId(prefixes[type]);
    return { ...blankFile, id, organization, type, path, created_at: at, updated_at: at, created_by: email };
  }

  newVersion(type: HumanloopFileType, attributes: HumanloopVersion["attributes"]): HumanloopVersion {
    const { humanloopEquality, humanloopVersionIds } = this.switches;
    const prefix = `${prefixes[type]}v`;
    // Evaluators are referred to by the id of a version alone: theirs must be unique.
    const version_id =
      humanloopVersionIds === "byContent" && type === "flow"
        ? `${prefix}_${digestOf(`${humanloopEquality} ${contentOf(attributes, humanloopEquality)}`)}`
        : this.newId(prefix);
    const at = this.timestamp();
    return { ...blankVersion, version_id, attributes, created_at: at, updated_at: at, last_used_at: at };
  }

  /** Directories on the way to a path (6.1). */
  makeParents(organization: string, path: string): void {
    const parent = parentOf(path);
    if (this.directoryAt(organization, parent) !== undefined) return;
    this.makeParents(organization, parent);
    const at = this.timestamp();
    this.directories.put({ id: this.newId("dir"), organization, path: parent, created_at: at, updated_at: at });
  }

  holdBack(key: string): void {
    const lists = this.switches.humanloopListDelay;
    if (lists > 0) this.unlisted.set(key, lists);
  }

  private root(organization: string): HumanloopDirectory {
    return { id: rootId(organization), organization, path: "", created_at: this.opened, updated_at: this.opened };
  }

  private production(organization: string): HumanloopEnvironment {
    const id = productionId(organization);
    return { id, organization, name: "production", tag: "default", created_at: this.opened };
  }

  private known(environment: HumanloopEnvironment | undefined): HumanloopEnvironment {
    if (environment !== undefined) return environment;
    throw new Refusal(this.switches.humanloopUnknownEnvironment, "The environment does not exist");
  }

  private plant({ files = [], directories = [], environments = [] }: HumanloopSeed): void {
    const at = this.timestamp();
    const { organization, email } = humanloopDefaults.account;
    const fresh = (rows: { has(id: string): boolean }, id: string): string => {
      if (rows.has(id)) throw new ControlError(`Wrong seed: two rows ${id}`);
      return id;
    };
    for (const environment of environments) {
      const id = fresh(this.environments, environment.id ?? this.newId("env"));
      this.environments.put({ organization, tag: "other", created_at: at, ...environment, id });
    }
    for (const directory of directories) {
      const row = { organization, created_at: at, updated_at: at, ...directory };
      this.makeParents(row.organization, row.path);
      if (this.directoryAt(row.organization, row.path) !== undefined) {
        throw new ControlError(`Wrong seed: two directories ${row.path}`);
      }
      this.directories.put({ ...row, id: fresh(this.directories, row.id ?? this.newId("dir")) });
    }
    for (const { versions: given = [], ...file } of files) {
      const { type = "flow" } = file;
      const row = { ...blankFile, type, organization, created_at: at, updated_at: at, created_by: email, ...file };
      if (this.fileAt(row.organization, row.path) !== undefined) {
        throw new ControlError(`Wrong seed: two files ${row.path}`);
      }
      const id = fresh(this.files, file.id ?? this.newId(prefixes[type]));
      const versions = given.map((version) => ({ ...this.newVersion(type, version.attributes), ...version }));
      const [first] = versions;
      const [main] = this.environmentsOf(row.organization);
      const deployments = file.deployments ?? (first === undefined ? {} : { [main.id]: first.version_id });
      for (const [environment, version] of Object.entries(deployments)) {
        if (!this.environmentsOf(row.organization).some((each) => each.id === environment)) {
          throw new ControlError(`Wrong seed: there is no environment ${environment}`);
        }
        if (!versions.some((each) => each.version_id === version)) {
          throw new ControlError(`Wrong seed: ${row.path} has no version ${version}`);
        }
      }
      this.makeParents(row.organization, row.path);
      this.files.put({ ...row, id, versions, deployments });
    }
  }
}

const blankFile = {
  description: null,
  readme: null,
  tags: [],
  schema: null,
  versions: [],
  deployments: {},
  evaluators: [],
};

const blankVersion = { version_name: null, version_description: null, version_logs_count: 0 };
