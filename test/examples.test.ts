import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { Workspace } from "../scripts/demo/workspace";
import { type Emulator, type RehearsalOptions, type RehearsalResult, rehearse, startEmulator } from "../testing/src";

const root = resolve(__dirname, "..");

/** What an example finds at the vendor, and needs beside its own files. */
interface Needs {
  /** Flows that others manage. */
  readonly existing?: readonly { readonly org: string; readonly name: string }[];
  /** Calls of an unchanged stack: those of lookups. */
  readonly lookups?: Readonly<Record<string, readonly string[]>>;
  readonly secrets?: Readonly<Record<string, Record<string, string>>>;
  /** Kapso workflows that answer customers. */
  readonly active?: Readonly<Record<string, readonly string[]>>;
  /** Runtype flows that are published. */
  readonly published?: Readonly<Record<string, readonly string[]>>;
  /** The setting that publishes the flows of prod. */
  readonly releasedBy?: string;
  /** The setting that protects the flows of prod. */
  readonly protectedBy?: string;
}

const RUNTYPE = { "runtype:apiKey": "example-key" };
const KAPSO = { "kapso:apiKey": "example-key", "order-status-bot:shopToken": "example-shop-token" };

const NEEDS: Record<string, Needs> = {
  kosli: {
    existing: [{ org: "acme", name: "base-image" }],
    lookups: { prod: ["getFlow 200"] },
    secrets: { prod: { "payments-compliance:auditToken": "audit-token" } },
    protectedBy: "payments-compliance:protect",
  },
  kapso: {
    secrets: { dev: KAPSO, prod: KAPSO },
    active: { prod: ["order-status-prod"] },
    protectedBy: "order-status-bot:protect",
  },
  runtype: {
    secrets: { dev: RUNTYPE, prod: RUNTYPE },
    published: { dev: ["support-answer-dev"] },
    releasedBy: "support-answers:release",
    protectedBy: "support-answers:protect",
  },
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
  { title: "the root program", needs: { active: { prod: ["shop-bot-prod"] } }, copy: () => new Workspace() },
  ...examples.map((name) => ({ title: `examples/${name}`, needs: NEEDS[name] ?? {}, copy: () => copyOf(name) })),
];

describe("examples", function () {
  this.timeout(120_000);

  for (const { title, needs, copy } of programs) {
    describe(title, () => {
      let emulator: Emulator;
      let program: Copy;
      let typeChecked = false;

      before(async () => {
        emulator = await startEmulator({
          seed: { kosli: { flows: [...(needs.existing ?? [])] } },
          // Deployed at once, since pauses here are real ones.
          switches: { kapsoDeployReads: 0 },
        });
        program = copy();
      });

      after(async () => {
        program.remove();
        await emulator.close();
      });

      const live = () => {
        const { kosli, kapso, runtype } = emulator.state();
        return (
          kosli.flows.filter(({ archived }) => !archived).length +
          kapso.workflows.filter(({ status }) => status !== "archived").length +
          kapso.triggers.length +
          kapso.functions.length +
          runtype.flows.length
        );
      };
      const published = () => emulator.state().runtype.flows.filter(({ publishedVersionId }) => publishedVersionId);
      const existing = needs.existing?.length ?? 0;

      async function run(
        operation: RehearsalOptions["operation"],
        stack: string,
        config: Record<string, string> = {},
      ): Promise<RehearsalResult & { printed: string }> {
        const lines: string[] = [];
        emulator.clearJournal();
        const result = await rehearse({
          operation,
          stack,
          cwd: program.folder,
          config,
          secretConfig: needs.secrets?.[stack] ?? {},
          env: {
            KOSLI_API_URL: emulator.url,
            KOSLI_API_TOKEN: "example-token",
            KOSLI_ORG: undefined,
            KAPSO_API_URL: emulator.url,
            KAPSO_API_KEY: "example-key",
            RUNTYPE_API_URL: emulator.url,
            RUNTYPE_API_KEY: "example-key",
            PULUMI_CONFIG_PASSPHRASE: "example",
            // Checked once, with the example's own compiler options.
            PULUMI_NODEJS_TRANSPILE_ONLY: typeChecked ? "true" : undefined,
          },
          output: (line) => lines.push(line),
        });
        typeChecked = true;
        const violations = emulator.journal().flatMap((entry) => entry.violations);
        assert.deepEqual(violations, [], "a call departs from the vendor's description");
        return { ...result, printed: lines.join("\n") };
      }

      const succeeded = (result: RehearsalResult & { printed: string }) => assert.ok(result.ok, result.printed);
      const writes = () => emulator.journal().filter(({ wrote }) => wrote);

      for (const stack of ["dev", "prod"]) {
        it(`${stack}: is previewed, made, found unchanged here and at the vendor, and destroyed`, async () => {
          succeeded(await run("preview", stack));
          assert.deepEqual(writes(), [], "a preview writes nothing");

          succeeded(await run("up", stack));
          assert.ok(live() > existing, "flows are made");
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
          if (needs.protectedBy && stack === "prod") {
            const refused = await run("destroy", stack);
            assert.ok(!refused.ok && refused.printed.includes("protect"), refused.printed);
            assert.deepEqual(writes(), []);
            succeeded(await run("up", stack, { [needs.protectedBy]: "false" }));
          }
          succeeded(await run("destroy", stack));
          assert.equal(live(), existing, "only what others manage is left");
        });
      }
    });
  }

  it("the root program is the one that runs in the repository itself", async () => {
    const emulator = await startEmulator();
    const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-state-"));
    try {
      const { steps } = await rehearse({
        operation: "preview",
        stack: "dev",
        cwd: root,
        stateFile: join(folder, "dev.json"),
        env: {
          KOSLI_API_URL: emulator.url,
          KOSLI_API_TOKEN: "example-token",
          KAPSO_API_URL: emulator.url,
          KAPSO_API_KEY: "example-key",
          RUNTYPE_API_URL: emulator.url,
          RUNTYPE_API_KEY: "example-key",
        },
        output: () => undefined,
      });
      const flows = steps.filter(({ type }) => type.endsWith("kosli:Flow")).map(({ name }) => name);
      assert.deepEqual(flows, ["build", "deploy", "audit"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await emulator.close();
    }
  });
});
