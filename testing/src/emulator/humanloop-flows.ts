import { contentOf } from "./humanloop-content";
import { Refusal } from "./humanloop-dialect";
import type {
  FlowInput,
  HumanloopEnvironment,
  HumanloopFile,
  HumanloopFileType,
  HumanloopVersion,
} from "./humanloop-records";
import type { HumanloopStore } from "./humanloop-store";
import type { HumanloopAccount } from "./humanloop-switches";
import type { HumanloopTree } from "./humanloop-tree";

// Section numbers are those of the vendor notes on Humanloop (`vendors/humanloop.md`).

/** A file, and the version of it that is meant. */
export interface Selected {
  readonly file: HumanloopFile;
  readonly version: HumanloopVersion;
}

/** A version's name and description as they are sent. */
export interface VersionNotes {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
}

/** Flows, their versions, and which of them are deployed. */
export class HumanloopFlows {
  constructor(
    private readonly store: HumanloopStore,
    private readonly tree: HumanloopTree,
  ) {}

  // ---- reading

  /** The version that a read tells: one by id, or what is deployed to an environment, by default the default one (3). */
  read(file: HumanloopFile, versionId?: string, environmentName?: string): Selected {
    if (versionId !== undefined) return { file, version: this.store.version(file, versionId) };
    const { organization } = file;
    const environment =
      environmentName === undefined
        ? this.store.environmentsOf(organization)[0]
        : this.store.environmentNamed(environmentName, organization);
    const newest = this.store.switches.humanloopNothingDeployed === "newest" ? file.versions.at(-1) : undefined;
    const version = this.store.deployed(file, environment.id) ?? newest;
    if (version === undefined) throw new Refusal(404, `${file.path} has no version in ${environment.name}`);
    return { file, version };
  }

  /** What an answer tells of a flow after a change that names no version. */
  current(file: HumanloopFile): Selected {
    const version = this.store.current(file);
    if (version === undefined) throw new Refusal(404, `${file.path} has no version`);
    return { file, version };
  }

  /** The versions that a list tells (U14, U18). */
  versionsOf({ id, versions }: HumanloopFile): HumanloopVersion[] {
    const order = this.store.switches.humanloopVersionOrder;
    const listed = versions.filter(({ version_id }) => this.store.isListed(`${id} ${version_id}`));
    if (order === "oldest") return listed;
    listed.reverse();
    return order === "newest" ? listed : listed.sort((a, b) => (a.last_used_at < b.last_used_at ? 1 : -1));
  }

  // ---- writing

  /** Makes a flow, adds a version to one, or finds the version that has these attributes (6.2). */
  upsert(account: HumanloopAccount, input: FlowInput): Selected {
    const { file: before, path } = this.addressed(account, input);
    const content = this.contentOf(input);
    const equal = before?.versions.find((version) => this.contentOf(version) === content);
    const notes = { name: input.version_name, description: input.version_description };
    const version = this.named(before, equal ?? this.store.newVersion("flow", input.attributes), notes, equal);
    if (before === undefined) return this.create(account, "flow", path, version);
    const file = this.tree.moveFile(before, path);
    if (equal !== undefined) return this.replace(file, equal, version);
    this.store.holdBack(`${file.id} ${version.version_id}`);
    return { file: this.put({ ...file, versions: [...file.versions, version] }), version };
  }

  /** A new file, whose first version is live in the default environment at once (6.3). The path is free. */
  create(account: HumanloopAccount, type: HumanloopFileType, path: string, version: HumanloopVersion): Selected {
    this.store.makeParents(account.organization, path);
    const [main] = this.store.environmentsOf(account.organization);
    const blank = this.store.newFile(type, path, account);
    const file = { ...blank, versions: [version], deployments: { [main.id]: version.version_id } };
    this.store.files.put(file);
    this.store.holdBack(file.id);
    this.store.holdBack(`${file.id} ${version.version_id}`);
    return { file, version };
  }

  /** What is left out stays (3). */
  renameVersion(file: HumanloopFile, version: HumanloopVersion, sent: VersionNotes): Selected {
    const name = this.textOf(sent.name);
    const description = this.textOf(sent.description);
    this.insistOnName(file, version, name);
    return this.replace(file, version, {
      ...version,
      version_name: name === undefined ? version.version_name : name,
      version_description: description === undefined ? version.version_description : description,
    });
  }

  deleteVersion(file: HumanloopFile, { version_id }: HumanloopVersion): void {
    const { humanloopDeleteDeployed, humanloopDeleteLast } = this.store.switches;
    const kept = Object.entries(file.deployments).filter(([, id]) => id !== version_id);
    if (kept.length < Object.keys(file.deployments).length && humanloopDeleteDeployed === "refused") {
      throw new Refusal(409, `Version ${version_id} is deployed`);
    }
    const versions = file.versions.filter((version) => version.version_id !== version_id);
    if (versions.length === 0 && humanloopDeleteLast === "refused") {
      throw new Refusal(409, `${version_id} is the last version of ${file.path}`);
    }
    if (versions.length === 0 && humanloopDeleteLast === "deletesFlow") this.delete(file);
    else this.put({ ...file, versions, deployments: Object.fromEntries(kept) });
  }

  /** With its versions, logs and deployments; directories stay (6.1). An evaluator also leaves the flows that it watches. */
  delete(file: HumanloopFile): void {
    const gone = new Set([file.id, ...file.versions.map(({ version_id }) => version_id)]);
    for (const flow of file.type === "evaluator" ? this.store.filesOf(file.organization) : []) {
      const evaluators = flow.evaluators.filter(
        ({ reference }) => !Object.values(reference).some((id) => gone.has(id)),
      );
      this.store.files.put({ ...flow, evaluators });
    }
    this.store.files.delete(file.id);
  }

  /** A pointer is moved: no version is made (6.3). */
  deploy(file: HumanloopFile, { id }: HumanloopEnvironment, version: HumanloopVersion): Selected {
    const deployments = { ...file.deployments, [id]: version.version_id };
    return { file: this.put({ ...file, deployments }), version };
  }

  removeDeployment(file: HumanloopFile, { id, tag, name }: HumanloopEnvironment): void {
    const { humanloopRemoveDefault, humanloopRemoveNothing } = this.store.switches;
    if (tag === "default" && humanloopRemoveDefault === "refused") {
      throw new Refusal(409, `Something must be deployed to ${name}`);
    }
    const { [id]: removed, ...deployments } = file.deployments;
    if (removed !== undefined) this.put({ ...file, deployments });
    else if (humanloopRemoveNothing === 404) throw new Refusal(404, `Nothing is deployed to ${name}`);
  }

  /** Logs count, and show when the version was last used (10.2). */
  log(file: HumanloopFile, version: HumanloopVersion, times: number): void {
    const version_logs_count = version.version_logs_count + times;
    this.replace(file, version, { ...version, version_logs_count, last_used_at: this.store.timestamp() });
  }

  /** The flow that is meant, and where it is or shall be. */
  private addressed(
    account: HumanloopAccount,
    { id, path: sent }: FlowInput,
  ): { readonly file: HumanloopFile | undefined; readonly path: string } {
    const { humanloopIdAndPath, humanloopUpsertOtherType } = this.store.switches;
    const path = typeof sent === "string" ? this.tree.pathOf(sent) : undefined;
    if (typeof id === "string") {
      const file = this.store.flow(id, account);
      if (path === undefined || humanloopIdAndPath === "ignored") return { file, path: file.path };
      if (path !== file.path && humanloopIdAndPath === "refused") {
        throw new Refusal(422, `The flow ${id} is at ${file.path}, not at ${path}`);
      }
      return { file, path };
    }
    if (path === undefined) throw new Refusal(422, "A flow needs a path or an id");
    const file = this.store.fileAt(account.organization, path);
    if (file !== undefined && file.type !== "flow") {
      throw new Refusal(humanloopUpsertOtherType, `${path} is taken by a ${file.type}`);
    }
    if (file === undefined) this.tree.insistOnFree(account.organization, path, 409);
    return { file, path };
  }

  /** A version with the name and the description of an upsert. `equal` is the one that was there, and may keep its own. */
  private named(
    file: HumanloopFile | undefined,
    version: HumanloopVersion,
    sent: VersionNotes,
    equal: HumanloopVersion | undefined,
  ): HumanloopVersion {
    const { humanloopSameName, humanloopOtherName, humanloopOtherDescription, humanloopNameOmitted } =
      this.store.switches;
    const name = this.textOf(sent.name);
    const description = this.textOf(sent.description);
    if (file !== undefined) this.insistOnName(file, version, name);
    if (equal === undefined) {
      return { ...version, version_name: name ?? null, version_description: description ?? null };
    }
    const { version_name, version_description } = equal;
    const other = typeof name === "string" && name !== version_name;
    const refused = other ? humanloopOtherName === "refused" : typeof name === "string" && humanloopSameName === 409;
    if (refused) throw new Refusal(409, `These attributes are version ${version.version_id} already`);
    const omitted = (value: string | null) => (humanloopNameOmitted === "kept" ? value : null);
    const told = (value: string | null | undefined, before: string | null, stored: boolean) => {
      if (value === undefined) return omitted(before);
      return value === null || stored ? value : before;
    };
    return {
      ...version,
      version_name: told(name, version_name, humanloopOtherName === "renames"),
      version_description: told(description, version_description, humanloopOtherDescription === "stored"),
    };
  }

  /** A name belongs to one version of a flow (6.2). */
  private insistOnName(file: HumanloopFile, version: HumanloopVersion, name: string | null | undefined): void {
    if (!name) return;
    const holder = file.versions.find(({ version_name }) => version_name === name);
    if (holder === undefined || holder.version_id === version.version_id) return;
    throw new Refusal(409, `The version name '${name}' is that of ${holder.version_id}`);
  }

  /** What a name or a description is taken for; undefined: it is not given. */
  private textOf(sent: string | null | undefined): string | null | undefined {
    const { humanloopNullName, humanloopEmptyName } = this.store.switches;
    if (sent === null) return humanloopNullName === "clears" ? null : undefined;
    return sent === "" && humanloopEmptyName === "nulled" ? null : sent;
  }

  private contentOf({ attributes }: Pick<HumanloopVersion, "attributes">): string {
    return contentOf(attributes, this.store.switches.humanloopEquality);
  }

  private replace(file: HumanloopFile, before: HumanloopVersion, changed: HumanloopVersion): Selected {
    const differs = JSON.stringify(before) !== JSON.stringify(changed);
    const version = differs ? { ...changed, updated_at: this.store.timestamp() } : before;
    const versions = file.versions.map((each) => (each.version_id === before.version_id ? version : each));
    return { file: differs ? this.put({ ...file, versions }) : file, version };
  }

  private put(file: HumanloopFile): HumanloopFile {
    const stored = { ...file, updated_at: this.store.timestamp() };
    this.store.files.put(stored);
    return stored;
  }
}
