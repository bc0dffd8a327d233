import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Emulator, type EmulatorState, type JournalEntry, type Seed, startEmulator } from "pulumi-flows-testing";
import { compiled, compiledProject } from "../harness/compiled";
import { type CrashEngine, type EngineKind, STACK } from "./crash-engine";
import { described } from "./objects";

const root = resolve(__dirname, "../..");

/** The versions of the crash program. */
export type Version = "first" | "both" | "second" | "together" | "late";

/** The two runs of `up` that are killed, and the version of the program that each brings up. */
export const UPS = { create: "first", change: "second" } as const satisfies Record<string, Version>;
export type UpName = keyof typeof UPS;

/** How the Pulumi types of all flow types begin. */
export const DYNAMIC = "pulumi-nodejs:dynamic/";

/** What is there before anything is made: environments and evaluators are made in Humanloop's app. */
const SEED: Seed = {
  humanloop: {
    environments: [{ name: "production", tag: "default" }, { name: "staging" }],
    files: [
      {
        path: "evaluators/tone",
        type: "evaluator",
        versions: [
          { version_id: "evv_tone1", attributes: { strict: false } },
          { version_id: "evv_tone2", attributes: { strict: true } },
        ],
      },
    ],
  },
};

/** An `up` that can be run again and again, each time from the same moment on. */
export interface Prepared {
  readonly up: UpName;
  readonly kind: EngineKind;
  /** The program's folder with the state of its stack, as they are before the run. */
  readonly folder: string;
  /** What the vendors hold before, and where they were reached. */
  readonly before: Seed;
  readonly url: string;
  /** The flow types of what the stack holds before and after the run without a kill. */
  readonly holds: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** The vendor calls of the run without a kill, in their order. */
  readonly calls: readonly JournalEntry[];
  /** What the vendors hold after it. */
  readonly after: EmulatorState;
}

/** The two runs, and what is to be removed at the end. */
export interface Preparation {
  readonly ups: readonly Prepared[];
  remove(): void;
}

/** Vendors, and a stack of the crash program that is configured to reach them. */
export class Scene {
  private constructor(
    readonly kind: EngineKind,
    readonly folder: string,
    readonly emulator: Emulator,
  ) {}

  /** A new stack, and vendors that hold nothing. */
  static async begin(kind: EngineKind): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-crash-"));
    writeFileSync(join(folder, "Pulumi.yaml"), compiledProject("crash-test"));
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: "crash-test", private: true, main: "index.js" }),
    );
    writeFileSync(join(folder, "index.js"), compiled(join(root, "test/crash/program/index.ts")));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
    const scene = new Scene(kind, folder, await emulatorWith(SEED));
    await kind.initialise(folder);
    return scene;
  }

  /** The moment before a run, once more. */
  static async again({ kind, folder, before, url }: Prepared): Promise<Scene> {
    const copy = mkdtempSync(join(tmpdir(), "pulumi-flows-crash-"));
    cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
    const emulator = await emulatorWith(before);
    // States name the host that they were made at.
    const state = join(copy, kind.stateFile);
    if (existsSync(state)) writeFileSync(state, readFileSync(state, "utf8").replaceAll(url, emulator.url));
    return new Scene(kind, copy, emulator);
  }

  /**
   * The engine, for a program of this version.
   *
   * @param url where it reaches the vendors; default: at the emulator
   */
  async engine(version: Version, url = this.emulator.url): Promise<CrashEngine> {
    const { folder } = this;
    const file = join(folder, `Pulumi.${STACK}.yaml`);
    const kept = existsSync(file) ? readFileSync(file, "utf8").replace(/config:\n(?: .*\n)*/, "") : "";
    writeFileSync(file, `${kept}config:\n  crash-test:version: ${version}\n`);
    return this.kind.open(folder, {
      KOSLI_API_URL: url,
      KOSLI_API_TOKEN: "test-token",
      KOSLI_ORG: "acme",
      KAPSO_API_URL: url,
      KAPSO_LEGACY_API_URL: url,
      KAPSO_API_KEY: "test-key",
      RUNTYPE_API_URL: url,
      RUNTYPE_API_KEY: "test-key",
      HUMANLOOP_API_URL: url,
      HUMANLOOP_API_KEY: "test-key",
    });
  }

  /** Ends the vendors and leaves the folder. */
  close(): Promise<void> {
    return this.emulator.close();
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Makes the runs that are to be killed, each once without a kill. */
export async function prepare(kind: EngineKind): Promise<Preparation> {
  const scene = await Scene.begin(kind);
  const { emulator } = scene;
  const shelf = mkdtempSync(join(tmpdir(), "pulumi-flows-crash-shelf-"));
  const ups: Prepared[] = [];
  const bringUp = async (version: Version) => {
    emulator.clearJournal();
    const { ok, output } = await (await scene.engine(version)).startUp().ended;
    if (!ok) throw new Error(`the program ${version} cannot be brought up:\n${output}`);
  };
  const typesHeld = async () => {
    const { resources } = (await scene.engine("first")).keptState();
    return resources.flatMap(({ type }) => (type.startsWith(DYNAMIC) ? [type.slice(DYNAMIC.length)] : []));
  };
  const keep = async (up: UpName) => {
    const folder = join(shelf, up);
    mkdirSync(folder);
    cpSync(scene.folder, folder, { recursive: true, verbatimSymlinks: true });
    const before = up === "create" ? SEED : seedOf(emulator.state());
    const held = await typesHeld();
    await bringUp(UPS[up]);
    const holds = { before: held, after: await typesHeld() };
    ups.push({
      up,
      kind,
      folder,
      before,
      url: emulator.url,
      holds,
      calls: emulator.journal(),
      after: emulator.state(),
    });
  };
  try {
    await keep("create");
    await bringUp("both");
    await keep("change");
  } finally {
    await scene.remove();
  }
  return { ups, remove: () => rmSync(shelf, { recursive: true, force: true }) };
}

function emulatorWith(seed: Seed): Promise<Emulator> {
  // Time goes on with every look at the clock, so that what takes the vendor seconds takes none.
  let now = Date.UTC(2026, 0, 1);
  return startEmulator({ seed, switches: { kapsoDeployReads: 1 }, now: () => (now += 1000) });
}

/** What is stored is a seed, but for what only the emulator itself can make. */
function seedOf({ kosli, kapso, runtype, humanloop }: EmulatorState): Seed {
  return { kosli, kapso, runtype, humanloop };
}

/** What a run leaves at the vendors. */
export function leftBy({ after }: Prepared): string[] {
  return described(after);
}
