import { digestOf } from "./humanloop-content";
import type { Selected } from "./humanloop-flows";
import type { HumanloopMonitoring } from "./humanloop-monitoring";
import type {
  HumanloopDirectory,
  HumanloopEnvironment,
  HumanloopFile,
  HumanloopFileType,
  HumanloopMonitor,
} from "./humanloop-records";
import { type HumanloopStore, nameOf, parentOf } from "./humanloop-store";
import type { Call } from "./vendor";

// Section numbers are those of the vendor notes on Humanloop (`vendors/humanloop.md`).

/** What a file of another type tells where nobody said. */
const blanks: Readonly<Record<HumanloopFileType, object>> = {
  flow: {},
  prompt: { model: "gpt-4o", inputs: [] },
  tool: { inputs: [] },
  dataset: { datapoints_count: 0 },
  evaluator: {
    spec: { arguments_type: "target_free", return_type: "boolean", evaluator_type: "external" },
    inputs: [],
  },
  agent: { model: "gpt-4o", inputs: [], tools: [] },
};

/** What answers tell of what is stored (5). */
export class HumanloopAnswers {
  constructor(
    private readonly store: HumanloopStore,
    private readonly monitoring: HumanloopMonitoring,
  ) {}

  /** A version of a file together with what all its versions share. */
  file({ file, version }: Selected, aggregates = false): object {
    const { id, organization, path, type, description, readme, tags, schema, created_by } = file;
    const { attributes, version_id, version_name, version_description, version_logs_count, last_used_at } = version;
    const { created_at, updated_at } = this.store.switches.humanloopTimes === "file" ? file : version;
    const environments = this.store
      .environmentsOf(organization)
      .filter((environment) => file.deployments[environment.id] === version_id);
    const shared = {
      path,
      id,
      directory_id: this.store.directoryAt(organization, parentOf(path))?.id,
      name: nameOf(path),
      description,
      readme,
      tags,
      schema,
      type,
      version_id,
      version_name,
      version_description,
      environments: environments.map(tellEnvironment),
      created_at: tellTime(created_at),
      updated_at: tellTime(updated_at),
      created_by: { id: `usr_${digestOf(created_by)}`, email_address: created_by, full_name: null },
      last_used_at: tellTime(last_used_at),
      version_logs_count,
      // Nothing is evaluated here.
      evaluator_aggregates: aggregates ? [] : null,
      evaluators: file.evaluators.map((monitor) => this.monitor(monitor, organization)),
    };
    if (type === "flow") return this.told({ ...shared, attributes });
    const total_logs_count = file.versions.reduce((sum, each) => sum + each.version_logs_count, 0);
    return this.told({ ...blanks[type], ...attributes, ...shared, total_logs_count });
  }

  /** An environment with what is deployed there, if anything is (5). */
  environment(environment: HumanloopEnvironment, file: HumanloopFile): object {
    const version = this.store.deployed(file, environment.id);
    const deployed = version === undefined ? null : this.file({ file, version });
    return this.told({ ...tellEnvironment(environment), file: deployed });
  }

  directory({ id, organization, path, created_at, updated_at }: HumanloopDirectory): object {
    const parent = path === "" ? undefined : this.store.directoryAt(organization, parentOf(path));
    return this.told({
      id,
      parent_id: parent?.id ?? null,
      name: nameOf(path),
      path,
      description: null,
      readme: null,
      tags: [],
      created_at: tellTime(created_at),
      updated_at: tellTime(updated_at),
    });
  }

  /** With what is directly in it, and all above it. */
  wholeDirectory(directory: HumanloopDirectory): object {
    const { organization, path } = directory;
    const isIn = (row: { readonly path: string }) => row.path !== "" && parentOf(row.path) === path;
    const parents: object[] = [];
    for (let each = directory; each.path !== ""; ) {
      const above = this.store.directoryAt(organization, parentOf(each.path));
      if (above === undefined) break;
      parents.unshift(this.directory(above));
      each = above;
    }
    return {
      ...this.directory(directory),
      subdirectories: this.store
        .directoriesOf(organization)
        .filter(isIn)
        .map((each) => this.directory(each)),
      files: this.selected(this.store.filesOf(organization).filter(isIn)).map((each) => this.file(each)),
      parents,
    };
  }

  /** A page of files (2). One without any version cannot be told. */
  page(files: readonly HumanloopFile[], query: Call["query"], environmentId?: string): object {
    const key = query.sort_by === "name" || query.sort_by === "updated_at" ? query.sort_by : "created_at";
    const keyOf = (file: HumanloopFile) => (key === "name" ? nameOf(file.path) : file[key]);
    const name = textOf(query.name).toLowerCase();
    const user = textOf(query.user_filter).toLowerCase();
    const rows = files
      .filter(({ path }) => nameOf(path).toLowerCase().includes(name))
      .filter(({ created_by }) => created_by.toLowerCase().includes(user))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : Number(keyOf(a) > keyOf(b))));
    if (query.order !== "asc") rows.reverse();
    const all = this.selected(rows, environmentId);
    const [page, size] = [Number(query.page ?? 1), Number(query.size ?? 10)];
    const records = all.slice((page - 1) * size, page * size).map((each) => this.file(each));
    return { records, page, size, total: all.length };
  }

  private selected(files: readonly HumanloopFile[], environmentId?: string): Selected[] {
    return files.flatMap((file) => {
      const version = environmentId === undefined ? this.store.current(file) : this.store.deployed(file, environmentId);
      return version === undefined ? [] : [{ file, version }];
    });
  }

  private monitor({ reference, state, created_at, updated_at }: HumanloopMonitor, organization: string): object {
    const { file, version, environment } = this.monitoring.resolve(reference, organization);
    const told = this.file({ file, version });
    const version_reference =
      environment === undefined
        ? { type: "version", version: told }
        : { type: "environment", file: told, environment: tellEnvironment(environment) };
    return {
      version_reference,
      version: told,
      state,
      created_at: tellTime(created_at),
      updated_at: tellTime(updated_at),
    };
  }

  /** Optional members may be null or missing on the wire (5). */
  private told(answer: object): object {
    if (this.store.switches.humanloopNoValue === "null") return answer;
    return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== null));
  }
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

/** Microseconds and no zone, as in the samples (2). */
const tellTime = (time: string) => time.replace(/(\.\d{3})?Z$/, (_, part = ".000") => `${part}000`);

function tellEnvironment({ id, name, tag, created_at }: HumanloopEnvironment): object {
  return { id, created_at: tellTime(created_at), name, tag };
}
