import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import mapValues from "lodash/mapValues";
import sortBy from "lodash/sortBy";
import { type Engine, pulumiEngine, pulumiVersion, rehearsalEngine } from "../../../scripts/engines";
import { type Emulator, startEmulator } from "../../../testing/src";
import { ACCOUNTS, environmentOf } from "../../harness/account-of-flows";
import { ExportFolder } from "../../harness/exported-program";

const version = pulumiVersion();

/** The key by which Pulumi marks a sealed secret in an exported state. */
const SEALED = "4dabf18193072939515e22adb298388d";

/** What the placeholders of each account stand for: their names are part of what is promised. */
const SECRETS: Readonly<Record<string, Record<string, string>>> = {
  kapso: {
    "kapso-flows:order-bot.call-headers-x-shop": "shop-4711",
    "kapso-flows:order-bot.call-headers-authorization": "Bearer key-of-the-shop",
    "kapso-flows:order-bot.help-flow-agent-webhooks-refund-headers-x-key": "refund-key-1",
  },
  runtype: { "runtype-flows:answer-a-customer.get-http-headers-x-key": "key-of-the-shop" },
};

/** What an export tells to delete after the import. */
const CLEAR = ["import.json", "secrets.json"];

/** What lives at each vendor that a stack can have. */
const ALIVE: Readonly<Record<string, (emulator: Emulator) => unknown[]>> = {
  kosli: (emulator) => emulator.state().kosli.flows.filter(({ org, archived }) => org === "acme" && !archived),
  kapso(emulator) {
    const { workflows, triggers, functions } = emulator.state().kapso;
    return [...workflows.filter(({ status }) => status !== "archived"), ...triggers, ...functions];
  },
  runtype: (emulator) => emulator.state().runtype.flows,
  humanloop: (emulator) => emulator.state().humanloop.files.filter(({ type }) => type === "flow"),
};

describe("exported accounts", function () {
  this.timeout(180_000);

  for (const vendor of Object.keys(ACCOUNTS)) {
    describe(vendor, () => {
      let emulator: Emulator;
      let folder: ExportFolder;
      const out = `${vendor}-flows`;
      const secrets = SECRETS[vendor] ?? {};
      before(async () => {
        emulator = await startEmulator();
        await ACCOUNTS[vendor]?.(emulator);
        folder = new ExportFolder();
        emulator.clearJournal();
        const { code, stderr } = await folder.export(environmentOf(emulator.url), vendor);
        assert.equal(code, 0, stderr);
        folder.install(out);
        folder.configure(out, secrets);
      });
      after(async () => {
        folder.remove();
        await emulator.close();
      });

      it(`export: reads ${vendor} and writes nothing there`, () => {
        const journal = emulator.journal();
        assert.ok(journal.length > 0);
        assert.deepEqual(
          journal.filter(({ wrote }) => wrote).map(({ operation }) => operation),
          [],
        );
        assert.deepEqual(
          journal.flatMap(({ violations }) => violations),
          [],
        );
      });

      it(`export: the program of ${vendor} is formatted`, () => assert.equal(folder.formatProblems(out), ""));

      it(`export: the program of ${vendor} compiles`, () => assert.deepEqual(folder.typeProblems(out), []));

      it(`export: no secret of ${vendor} stands anywhere but in the files that are to be deleted, which nobody else can read`, () => {
        for (const [path, text] of Object.entries(folder.files(out))) {
          if (CLEAR.includes(path) || path === "Pulumi.dev.yaml" || path.startsWith("node_modules")) continue;
          for (const secret of Object.values(secrets)) assert.ok(!text.includes(secret), path);
        }
        for (const path of CLEAR.filter((each) => existsSync(join(folder.path, out, each))))
          assert.equal(statSync(join(folder.path, out, path)).mode & 0o777, 0o600);
      });

      it(`export: the secrets of ${vendor} are configured by one command`, () => {
        const text = folder.files(out)["secrets.json"];
        const kept: Record<string, unknown> = text === undefined ? {} : JSON.parse(text);
        const told = Object.entries(kept).map(([name, each]) => [`${out}:${name}`, each]);
        assert.deepEqual(
          Object.fromEntries(told),
          mapValues(secrets, (value) => ({ value, secret: true })),
        );
      });

      it(`export: ${vendor} exported again gives the same bytes`, async () => {
        const again = new ExportFolder();
        try {
          assert.equal((await again.export(environmentOf(emulator.url), vendor)).code, 0);
          const first = folder.files(out);
          for (const [path, text] of Object.entries(again.files(out))) assert.equal(text, first[path], path);
        } finally {
          again.remove();
        }
      });

      let engine: Engine | undefined;
      /** What each engine kept at the end. */
      const states: unknown[] = [];
      const live = async (engine: Engine) => {
        const file = join(folder.path, out, "import.json");
        const imported = await engine.import(file, "dev");
        assert.ok(imported.ok, imported.output);
        emulator.clearJournal();
        const preview = await engine.run("preview", "dev", { expectNoChanges: true });
        assert.ok(preview.ok, preview.output);
        const up = await engine.run("up", "dev", { expectNoChanges: true });
        assert.ok(up.ok, up.output);
        const refresh = await engine.run("refresh", "dev", { expectNoChanges: true });
        assert.ok(refresh.ok, refresh.output);
        assert.deepEqual(
          emulator.journal().filter(({ wrote }) => wrote),
          [],
        );
        const flows = (await engine.resources("dev")).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"));
        const kept = JSON.stringify(flows);
        for (const secret of Object.values(secrets)) assert.ok(!kept.includes(secret), "a secret is in clear");
        // Each engine seals secrets in its own way.
        const told = JSON.stringify(
          sortBy(flows, "urn").map(({ urn, id, inputs, outputs }) => ({ urn, id, inputs, outputs })),
          (_, value) => (typeof value === "object" && value !== null && SEALED in value ? "[secret]" : value),
        );
        states.push(JSON.parse(told));
      };

      it(`rehearsal: ${vendor} is imported, and nothing changes`, async () => {
        engine = rehearsalEngine(join(folder.path, out), environmentOf(emulator.url));
        await live(engine);
      });

      it(`pulumi: ${vendor} is imported, and nothing changes, as on the rehearsal`, async function () {
        if (!version) this.skip();
        engine = await pulumiEngine(version, join(folder.path, out), environmentOf(emulator.url), ["dev"]);
        await live(engine);
        assert.deepEqual(states[0], states[1]);
      });

      it(`destroy: what was imported of ${vendor} is deleted there`, async () => {
        assert.ok(ALIVE[vendor]?.(emulator).length);
        const destroyed = await engine?.run("destroy", "dev");
        assert.ok(destroyed?.ok, destroyed?.output);
        assert.deepEqual(ALIVE[vendor]?.(emulator), []);
      });
    });
  }
});
