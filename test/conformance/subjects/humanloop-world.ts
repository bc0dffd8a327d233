import {
  type Emulator,
  type HumanloopEdit,
  type HumanloopState,
  type HumanloopSwitches,
  humanloopDefaults,
  type JournalEntry,
  startEmulator,
} from "../../../testing/src/emulator";
import type { Nature, People, Shared, StoredObject, Subject, World } from "../subject";

const KEY = "key-of-the-shop";

/** The environments of the shop's organization; only the first is there in every organization. */
export const PRODUCTION = "env_01production";
export const STAGING = "env_01staging";

/** A flow that always lives, with three versions, of which the first is deployed to production. */
export const SHOP = "fl_01shop";
/** Another one, of which nothing is deployed. */
export const KIOSK = "fl_01kiosk";
/** One that is never to be touched. */
export const NEIGHBOUR = "neighbour";

/** The versions of a flow that is there from the beginning, the oldest first. */
export function versionsOf(flow: string): readonly [string, string, string] {
  const id = (number: number) => `flv_01${flow.slice(-4)}${number}`;
  return [id(1), id(2), id(3)];
}

/** An evaluator, and its versions. */
export const TONE = "ev_01tone";
export const TONE_VERSIONS = ["evv_01tone1", "evv_01tone2", "evv_01tone3"] as const;

/** Whether it was there before the test. */
export function isBystander({ path }: { readonly path: string }): boolean {
  return path.startsWith("beside/");
}

/** What is there to begin with. */
const seed = {
  environments: [
    { id: PRODUCTION, name: "production", tag: "default" as const },
    { id: STAGING, name: "staging" },
    { id: "env_01quality", name: "quality" },
    { name: "production", organization: "globex", tag: "default" as const },
    { name: "staging", organization: "globex" },
  ],
  files: [
    {
      id: TONE,
      path: "beside/tone",
      type: "evaluator" as const,
      versions: TONE_VERSIONS.map((version_id, index) => ({ version_id, attributes: { index } })),
    },
    ...[SHOP, KIOSK, NEIGHBOUR].map((id) => ({
      id,
      path: `beside/${id}`,
      versions: versionsOf(id).map((version_id, index) => ({ version_id, attributes: { say: index } })),
      ...(id === KIOSK ? { deployments: {} } : {}),
    })),
    { path: "theirs", organization: "globex", versions: [{ attributes: {} }] },
  ],
};

/** A file as it is stored, and the version of it that a stack manages, as far as its calls tell. */
export interface Managed {
  readonly file: HumanloopState["files"][number];
  readonly version: HumanloopState["files"][number]["versions"][number] | undefined;
}

/** What differs between the flow types. */
export interface Hands {
  /** Everything of the type that lives, but for bystanders. */
  objects(flows: readonly Managed[]): StoredObject[];
  add(name: string): HumanloopEdit;
  remove(identity: string): HumanloopEdit;
  edit(identity: string, field: string, stored: unknown, flow: Managed | undefined): HumanloopEdit;
}

/** A vendor that behaves so, for one flow type. */
export function natureOf(hands: Hands, switches: Partial<HumanloopSwitches> = {}): Nature {
  return { switches, open: () => open(hands, switches) };
}

/** The people at an emulator that plays other vendors too. */
export function shared(hands: Hands): Shared {
  return { seed: { humanloop: seed }, people: (emulator) => new Watchers(emulator, hands).people };
}

/** The version that a stack last wrote, and how many there were then: one that came later is its, if its answer was lost. */
interface Written {
  readonly version: string;
  readonly of: number;
}

type Account = typeof humanloopDefaults.account;

/** The people, and what they know of the versions that stacks have written. */
class Watchers {
  #written: Map<string, Written>;

  constructor(
    readonly emulator: Emulator,
    readonly hands: Hands,
    readonly account: Account = humanloopDefaults.account,
    readonly earlier: ReadonlyMap<string, Written> = new Map(),
  ) {
    this.#written = new Map(earlier);
  }

  get written(): ReadonlyMap<string, Written> {
    return this.#written;
  }

  get #files() {
    return this.emulator.state().humanloop.files;
  }

  /** Sees what was written since; to be called before the journal is cleared. */
  learn(): void {
    for (const { operation, status, response } of this.emulator.journal()) {
      const told = writtenBy({ operation, status, response });
      const file = told && this.#files.find(({ id }) => id === told.id);
      const before = file && this.#written.get(file.id);
      if (told && file && before?.version !== told.version_id)
        this.#written.set(file.id, { version: told.version_id, of: file.versions.length });
    }
  }

  forget(): void {
    this.#written = new Map(this.earlier);
  }

  #flows(): Managed[] {
    this.learn();
    return this.#files
      .filter(({ type }) => type === "flow")
      .filter(({ organization }) => organization === this.account.organization)
      .map((file) => {
        const known = this.#written.get(file.id);
        const own = file.versions.length === known?.of ? known.version : undefined;
        return { file, version: file.versions.find(({ version_id }) => version_id === own) ?? file.versions.at(-1) };
      });
  }

  readonly people: People = {
    objects: () => this.hands.objects(this.#flows()),
    add: (name) => this.#edit(this.hands.add(name)),
    remove: (identity) => this.#edit(this.hands.remove(identity)),
    edit: (identity, field, to) => {
      const flow = this.#flows().find(({ file }) => identity.startsWith(file.id));
      this.#edit(this.hands.edit(identity, field, to, flow));
    },
  };

  #edit(done: HumanloopEdit): void {
    this.learn();
    this.emulator.edit(done);
  }
}

async function open(
  hands: Hands,
  switches: Partial<HumanloopSwitches>,
  stored?: HumanloopState,
  earlier: ReadonlyMap<string, Written> = new Map(),
  account: Account = humanloopDefaults.account,
): Promise<World> {
  let now = Date.UTC(2026, 0, 1);
  const emulator = await startEmulator({ switches, seed: { humanloop: stored ?? seed }, now: () => (now += 1000) });
  emulator.switches({ humanloopKeys: { [KEY]: account } });
  const state = () => emulator.state().humanloop;
  const watchers = new Watchers(emulator, hands, account, earlier);
  const accounts = (others: Record<string, Account>, more: Partial<HumanloopSwitches> = {}) =>
    emulator.switches({ ...more, humanloopKeys: { [KEY]: humanloopDefaults.account, ...others } });
  const foreign =
    (organization: string, humanloopForeignFile: HumanloopSwitches["humanloopForeignFile"] = 404) =>
    () => {
      accounts({ foreign: { organization, role: "admin", email: "eve@globex.example" } }, { humanloopForeignFile });
      return { apiKey: "foreign" };
    };
  return {
    emulator: {
      ...emulator,
      reset() {
        emulator.reset();
        watchers.forget();
      },
      clearJournal() {
        watchers.learn();
        emulator.clearJournal();
      },
    },
    branch() {
      watchers.learn();
      return open(hands, switches, state(), watchers.written);
    },
    elsewhere: () => open(hands, switches, elsewhere(state()), new Map(), ELSEWHERE),
    ...watchers.people,
    otherAccounts: {
      "a key that the vendor does not know"() {
        accounts({});
        return { apiKey: "unknown" };
      },
      "a key of another organization": foreign("globex"),
      "a key of an organization with nothing in it": foreign("initech"),
      "a key to which the flow is closed": foreign("globex", 401),
    },
  };
}

/** The version that a call has made, found or renamed. */
function writtenBy({
  operation,
  status,
  response,
}: Pick<JournalEntry, "operation" | "status" | "response">): { id: string; version_id: string } | undefined {
  const writes = operation === "upsertFlow" || operation === "updateFlowVersion";
  return writes && status === 200 ? (response as { id: string; version_id: string }) : undefined;
}

/** Whose key it is at another host. */
const ELSEWHERE: Account = { ...humanloopDefaults.account, organization: "acme elsewhere" };

/** The same in another organization, whose ids are others. */
function elsewhere(state: HumanloopState): HumanloopState {
  const { organization } = humanloopDefaults.account;
  return JSON.parse(
    JSON.stringify(state)
      .replaceAll("_01", "_02")
      .replaceAll(`"organization":"${organization}"`, `"organization":"${ELSEWHERE.organization}"`),
  );
}

/** Where to find the emulator. */
export const humanloopSettings: Subject["settings"] = (url) => ({ apiKey: KEY, apiUrl: url });

/** The other answers to what is unknown of the vendor, and may not matter. */
export const GUESSED_OTHERWISE: Partial<HumanloopSwitches> = {
  humanloopForeignFile: 401,
  humanloopRoleRefusal: 403,
  humanloopErrorDetail: "description",
  humanloopRefusal422: "asOthers",
  humanloopNoValue: "absent",
  humanloopUnknownMembers: "refused",
  humanloopEquality: "nullsDropped",
  humanloopVersionIds: "counted",
  humanloopSameName: 409,
  humanloopOtherName: "refused",
  humanloopOtherDescription: "stored",
  humanloopNameOmitted: "cleared",
  humanloopNullName: "clears",
  humanloopEmptyName: "kept",
  humanloopVersionOrder: "oldest",
  humanloopTimes: "file",
  humanloopDeleteDeployed: "undeploys",
  humanloopDeleteLast: "leavesEmpty",
  humanloopNothingDeployed: "newest",
  humanloopRemoveNothing: 204,
  humanloopUnknownEnvironment: 422,
  humanloopTakenPath: 422,
  humanloopUpsertOtherType: 422,
  humanloopOtherTypeId: 422,
  humanloopIdAndPath: "moves",
  humanloopMoveBothWays: "path",
  humanloopSlashes: "refused",
  humanloopDeactivated: "removed",
  humanloopRepeatedActivation: "refused",
  humanloopUnknownEvaluator: 422,
};
