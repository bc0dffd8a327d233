import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { vendors } from "../provider/vendors";
import { Workspace } from "../scripts/demo/workspace";
import {
  type Emulator,
  humanloopDefaults,
  type RehearsalOptions,
  type RehearsalResult,
  rehearse,
  type Seed,
  startEmulator,
} from "../testing/src";
import { QUICK_START } from "./harness/compiled";

const root = resolve(__dirname, "..");

/** What an example finds at the vendor, and needs beside its own files. */
interface Needs {
  /** What others manage, by the stack that finds it. */
  readonly existing?: Readonly<Record<string, Seed>>;
  /** What nobody can know before the example runs, such as ids. */
  readonly config?: Readonly<Record<string, Record<string, string>>>;
  /** Calls of an unchanged stack: those of lookups. */
  readonly lookups?: Readonly<Record<string, readonly string[]>>;
  readonly secrets?: Readonly<Record<string, Record<string, string>>>;
  /** Kapso workflows that answer customers. */
  readonly active?: Readonly<Record<string, readonly string[]>>;
  /** Runtype flows that are published. */
  readonly published?: Readonly<Record<string, readonly string[]>>;
  /** The stack that only points at what others manage. */
  readonly pointsOnly?: string;
  /** The setting that publishes the flows of prod. */
  readonly releasedBy?: string;
  /** The stack whose flows are protected, and the setting that does it. */
  readonly protectedBy?: { readonly stack: string; readonly setting: string };
}

const RUNTYPE = { "runtype:apiKey": "example-key" };
const HUMANLOOP = { "humanloop:apiKey": "example-key" };
const KAPSO = { "kapso:apiKey": "example-key", "order-status-bot:shopToken": "example-shop-token" };

const BASE_IMAGE: Seed = { kosli: { flows: [{ org: "acme", name: "base-image" }] } };
/** Environments are made in Humanloop's app. */
const STAGING = { humanloop: { environments: [{ id: "env_staging", name: "staging" }] } } satisfies Seed;
const DEVS_FLOW = {
  path: "support/triage",
  versions: [
    { version_id: "flv_one", attributes: { prompt: "one" } },
    { version_id: "flv_two", attributes: { prompt: "two" } },
  ],
};

const NEEDS: Record<string, Needs> = {
  kosli: {
    existing: { dev: BASE_IMAGE, prod: BASE_IMAGE },
    lookups: { prod: ["getFlow 200"] },
    secrets: { prod: { "payments-compliance:auditToken": "audit-token" } },
    protectedBy: { stack: "prod", setting: "payments-compliance:protect" },
  },
  kapso: {
    secrets: { dev: KAPSO, prod: KAPSO },
    active: { prod: ["order-status-prod"] },
    protectedBy: { stack: "prod", setting: "order-status-bot:protect" },
  },
  runtype: {
    secrets: { dev: RUNTYPE, prod: RUNTYPE },
    published: { dev: ["support-answer-dev"] },
    releasedBy: "support-answers:release",
    protectedBy: { stack: "prod", setting: "support-answers:protect" },
  },
  humanloop: {
    existing: { dev: STAGING, prod: { humanloop: { ...STAGING.humanloop, files: [DEVS_FLOW] } } },
    config: { prod: { "support-triage:release": "flv_two" } },
    lookups: { prod: ["retrieveFileByPath 200", "getFlow 200"] },
    secrets: { dev: HUMANLOOP, prod: HUMANLOOP },
    pointsOnly: "prod",
    protectedBy: { stack: "dev", setting: "support-triage:protect" },
  },
};

/** What the root program needs: nothing that is there before. */
const ROOT: Needs = {
  active: { prod: ["shop-support-prod"] },
  published: { dev: ["shop-support-dev"], prod: ["shop-support-prod"] },
};

/** A copy of a program's folder, so that trying it leaves nothing behind in the repository. */
interface Copy {
  readonly folder: string;
  remove(): void;
}

function copyOf(example: string): Copy {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-example-"));
  const left = ["node_modules", ".rehearsal"];
  cpSync(join(root, "examples", example), folder, {
    recursive: true,
    filter: (source) => !left.includes(basename(source)),
  });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const examples = readdirSync(join(root, "examples")).filter((name) =>
  existsSync(join(root, "examples", name, "Pulumi.yaml")),
);

const programs: { readonly title: string; readonly needs: Needs; copy(): Copy }[] = [
  { title: "the root program", needs: ROOT, copy: () => new Workspace() },
  ...examples.map((name) => ({ title: `examples/${name}`, needs: NEEDS[name] ?? {}, copy: () => copyOf(name) })),
];

type Operation = RehearsalOptions["operation"];
type Printed = RehearsalResult & { printed: string };

/** A program as it is tried, and which programs were type checked already. */
interface Tried {
  readonly program: Copy;
  readonly needs: Needs;
  readonly checked: Set<string>;
}

async function runOn(
  emulator: Emulator,
  { program, needs, checked }: Tried,
  operation: Operation,
  stack: string,
  config: Record<string, string>,
): Promise<Printed> {
  const lines: string[] = [];
  emulator.clearJournal();
  const result = await rehearse({
    operation,
    stack,
    cwd: program.folder,
    config: { ...needs.config?.[stack], ...config },
    secretConfig: needs.secrets?.[stack] ?? {},
    env: {
      ...environmentOf(emulator),
      ...QUICK_START,
      KOSLI_ORG: undefined,
      PULUMI_CONFIG_PASSPHRASE: "example",
      // Checked once, with the example's own compiler options.
      PULUMI_NODEJS_TRANSPILE_ONLY: checked.has(program.folder) ? "true" : undefined,
    },
    output: (line) => lines.push(line),
  });
  checked.add(program.folder);
  const violations = emulator.journal().flatMap((entry) => entry.violations);
  assert.deepEqual(violations, [], "a call departs from the vendor's description");
  return { ...result, printed: lines.join("\n") };
}

function environmentOf({ url }: Emulator): Record<string, string> {
  return {
    KOSLI_API_URL: url,
    KOSLI_API_TOKEN: "example-token",
    KAPSO_API_URL: url,
    KAPSO_API_KEY: "example-key",
    RUNTYPE_API_URL: url,
    RUNTYPE_API_KEY: "example-key",
    HUMANLOOP_API_URL: url,
    HUMANLOOP_API_KEY: "example-key",
  };
}

const succeeded = (result: Printed) => assert.ok(result.ok, result.printed);

describe("examples", function () {
  this.timeout(120_000);

  for (const { title, needs, copy } of programs) {
    describe(title, () => {
      let emulator: Emulator;
      let program: Copy;
      const checked = new Set<string>();

      before(() => {
        program = copy();
      });

      after(() => program.remove());
      afterEach(() => emulator.close());

      const live = () => {
        const { kosli, kapso, runtype, humanloop } = emulator.state();
        return (
          kosli.flows.filter(({ archived }) => !archived).length +
          kapso.workflows.filter(({ status }) => status !== "archived").length +
          kapso.triggers.length +
          kapso.functions.length +
          runtype.flows.length +
          humanloop.files.length
        );
      };
      const published = () => emulator.state().runtype.flows.filter(({ publishedVersionId }) => publishedVersionId);
      const run = (operation: Operation, stack: string, config: Record<string, string> = {}) =>
        runOn(emulator, { program, needs, checked }, operation, stack, config);
      const writes = () => emulator.journal().filter(({ wrote }) => wrote);

      for (const stack of ["dev", "prod"]) {
        it(`${stack}: is previewed, made, found unchanged here and at the vendor, and destroyed`, async () => {
          emulator = await startEmulator({
            seed: needs.existing?.[stack] ?? {},
            // Deployed at once, since pauses here are real ones.
            switches: { kapsoDeployReads: 0 },
          });
          const existing = live();

          succeeded(await run("preview", stack));
          assert.deepEqual(writes(), [], "a preview writes nothing");

          succeeded(await run("up", stack));
          assert.ok(needs.pointsOnly === stack ? writes().length > 0 : live() > existing, "flows are made");
          const active = emulator.state().kapso.workflows.filter(({ status }) => status === "active");
          assert.deepEqual(
            active.map(({ name }) => name),
            needs.active?.[stack] ?? [],
          );
          assert.deepEqual(
            published().map(({ name }) => name),
            needs.published?.[stack] ?? [],
          );

          const again = await run("preview", stack);
          succeeded(again);
          assert.deepEqual(Object.keys(again.changes), ["same"], again.printed);
          assert.deepEqual(
            emulator.journal().map(({ operation, status }) => `${operation} ${status}`),
            needs.lookups?.[stack] ?? [],
            "an unchanged program asks the vendor only what it looks up",
          );

          const refreshed = await run("refresh", stack);
          succeeded(refreshed);
          assert.deepEqual(Object.keys(refreshed.changes), ["same"], refreshed.printed);
          assert.deepEqual(writes(), [], "a refresh writes nothing");

          if (needs.releasedBy && stack === "prod") {
            const unpublished = live() - published().length;
            succeeded(await run("up", stack, { [needs.releasedBy]: "1" }));
            assert.ok(live() - published().length < unpublished, "a release is published");
          }
          if (needs.protectedBy?.stack === stack) {
            const refused = await run("destroy", stack);
            assert.ok(!refused.ok && refused.printed.includes("protect"), refused.printed);
            assert.deepEqual(writes(), []);
            succeeded(await run("up", stack, { [needs.protectedBy.setting]: "false" }));
          }
          succeeded(await run("destroy", stack));
          assert.equal(live(), existing, "only what others manage is left");
        });
      }
    });
  }

  it("examples/humanloop: what dev has is promoted to prod by its id, and rolled back; the first version alone is live at once", async () => {
    const evaluator = { path: "support/accuracy", type: "evaluator" as const };
    const emulator = await startEmulator({
      seed: {
        humanloop: {
          ...STAGING.humanloop,
          files: [{ ...evaluator, versions: [{ version_id: "evv_accuracy", attributes: {} }] }],
        },
      },
    });
    const program = copyOf("humanloop");
    const needs = { secrets: { dev: HUMANLOOP, prod: HUMANLOOP } };
    const tried = { program, needs, checked: new Set([program.folder]) };
    const run = (operation: Operation, stack: string, config: Record<string, string> = {}) => {
      const settings = Object.entries(config).map(([key, value]) => [`support-triage:${key}`, value]);
      return runOn(emulator, tried, operation, stack, Object.fromEntries(settings));
    };
    const flow = () => emulator.state().humanloop.files.find(({ path }) => path === "support/triage");
    /** Which version each environment has, counted from the oldest. */
    const deployed = () => {
      const { versions = [], deployments = {} } = flow() ?? {};
      const place = (id: string | undefined) => versions.findIndex(({ version_id }) => version_id === id);
      return { staging: place(deployments.env_staging), production: place(deployments[humanloopDefaults.production]) };
    };
    try {
      succeeded(await run("up", "dev", { evaluatorVersion: "evv_accuracy" }));
      assert.deepEqual(deployed(), { staging: 0, production: 0 });
      assert.deepEqual(flow()?.versions[0]?.attributes.queues, { order: "shop", return: "warehouse", other: null });
      assert.deepEqual(
        flow()?.evaluators.map(({ state }) => state),
        ["active"],
      );

      const second = { model: "gpt-5" };
      succeeded(await run("up", "dev", second));
      assert.deepEqual(deployed(), { staging: 1, production: 0 });
      assert.deepEqual(
        flow()?.evaluators.map(({ state }) => state),
        ["inactive"],
      );
      const [old, promoted] = flow()?.versions.map(({ version_id }) => version_id) ?? [];
      assert.ok(old && promoted);

      const unknown = await run("preview", "prod", { release: "flv_unknown" });
      assert.ok(
        !unknown.ok && unknown.printed.includes("no version flv_unknown of the Humanloop flow"),
        unknown.printed,
      );
      succeeded(await run("up", "prod", { release: promoted }));
      assert.deepEqual(deployed(), { staging: 1, production: 1 });
      succeeded(await run("up", "prod", { release: old }));
      assert.deepEqual(deployed(), { staging: 1, production: 0 }, "rolled back");
      succeeded(await run("destroy", "prod"));
      assert.deepEqual(deployed(), { staging: 1, production: 0 }, "callers keep what they have");

      succeeded(await run("up", "dev", { ...second, protect: "false" }));
      const refused = await run("destroy", "dev");
      assert.ok(!refused.ok && refused.printed.includes("forceDestroy"), refused.printed);
      assert.equal(flow()?.versions.length, 2);
    } finally {
      program.remove();
      await emulator.close();
    }
  });

  it("the root program is the one that runs in the repository itself, and uses every vendor", async () => {
    const emulator = await startEmulator();
    const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-state-"));
    try {
      const { steps } = await rehearse({
        operation: "preview",
        stack: "dev",
        cwd: root,
        stateFile: join(folder, "dev.json"),
        env: { ...environmentOf(emulator), ...QUICK_START },
        output: () => undefined,
      });
      const found = new Set(steps.map(({ type }) => /(\w+):\w+$/.exec(type)?.[1]));
      assert.deepEqual([...found].sort(), [...Object.keys(vendors), "pulumi"].sort());
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await emulator.close();
    }
  });
});
