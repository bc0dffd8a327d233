import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import sortBy from "lodash/sortBy";
import { parse, stringify } from "yaml";
import { type Engine, pulumiEngine, rehearsalEngine } from "../../scripts/engines";
import { compiled, compiledProject, QUICK_START } from "../harness/compiled";
import { startToyEmulator, type ToyEmulator } from "../toy/toy-emulator";
import type { Scenario, Seen, Step } from "./scenarios";

const root = resolve(__dirname, "../..");

/** What one step left behind, for comparing engines: everything but times. */
export interface Trace {
  readonly ok: boolean;
  readonly calls: readonly string[];
  readonly state: readonly unknown[];
}

/** Plays a scenario on the rehearsal, or on the Pulumi CLI of this version. */
export async function play(scenario: Scenario, version?: string): Promise<Trace[]> {
  const emulator = await startToyEmulator({
    now: () => Date.UTC(2026, 0, 1),
    ...(scenario.switches ? { switches: scenario.switches } : {}),
  });
  const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-engine-"));
  try {
    const program = `test/engine/${scenario.of ?? "kosli"}-program`;
    writeFileSync(join(folder, "Pulumi.yaml"), compiledProject("engine-test"));
    writeFileSync(join(folder, "index.js"), compiled(join(root, program, "index.ts")));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "engine-test", private: true }));
    if (scenario.of === "toy") installWithToy(folder);
    else symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
    const env = {
      KOSLI_API_URL: emulator.url,
      KOSLI_API_TOKEN: "test-token",
      KOSLI_ORG: "acme",
      KAPSO_API_URL: emulator.url,
      KAPSO_LEGACY_API_URL: emulator.url,
      KAPSO_API_KEY: "test-key",
      HUMANLOOP_API_URL: emulator.url,
      HUMANLOOP_API_KEY: "test-key",
      RUNTYPE_API_URL: emulator.url,
      RUNTYPE_API_KEY: "test-key",
      TOY_API_URL: emulator.url,
      TOY_API_KEY: "test-key",
      TOY_PROJECT: "shop",
    };
    const engine = version
      ? await pulumiEngine(version, folder, env, ["dev"])
      : rehearsalEngine(folder, { ...env, ...QUICK_START });
    const traces: Trace[] = [];
    for (const [index, step] of scenario.steps.entries()) {
      const { trace, seen } = await take(engine, emulator, folder, scenario, step);
      traces.push(trace);
      try {
        step.expect(seen);
      } catch (error) {
        if (error instanceof Error)
          error.message = `step ${index + 1} (${step.operation}, v${step.v}) on ${engine.name}: ${error.message}`;
        throw error;
      }
    }
    return traces;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await emulator.close();
  }
}

/** Installs a copy of the package that knows one vendor more. Everything else is what this repository has. */
function installWithToy(folder: string): void {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "pulumi-flows/runtime"), { recursive: true });
  for (const each of readdirSync(join(root, "node_modules"))) {
    if (each !== "pulumi-flows") symlinkSync(join(root, "node_modules", each), join(modules, each));
  }
  const own = join(modules, "pulumi-flows");
  const built = (path: string) => JSON.stringify(join(root, "dist", path));
  for (const file of ["vendor", "graph", "channel", "resources"]) {
    writeFileSync(
      join(own, `${file}.js`),
      compiled(join(root, `test/toy/${file}.ts`)).replaceAll(/"\.\.\/\.\.\/provider\/([^"]+)"/g, (_, path) =>
        built(path),
      ),
    );
  }
  const listed = `const { vendors } = require(${built("vendors")});
const { toy } = require(${JSON.stringify(join(own, "vendor"))});
vendors.toy = () => toy;
`;
  writeFileSync(join(own, "index.js"), `${listed}exports.toy = require("./resources");\n`);
  writeFileSync(join(own, "runtime/v1.js"), `${listed}module.exports = require(${built("runtime/v1")});\n`);
}

async function take(
  engine: Engine,
  emulator: ToyEmulator,
  folder: string,
  scenario: Scenario,
  step: Step,
): Promise<{ trace: Trace; seen: Seen }> {
  const file = join(folder, "Pulumi.dev.yaml");
  const kept = existsSync(file) ? parse(readFileSync(file, "utf8")) : {};
  const config = { "engine-test:scenario": scenario.program, "engine-test:v": String(step.v) };
  writeFileSync(file, stringify({ ...kept, config }));
  step.before?.(emulator);
  emulator.clearJournal();
  const outcome = await engine.run(step.operation, "dev", step);
  emulator.faults([]);
  const journal = emulator.journal();
  const resources = await engine.resources("dev");
  const flows = resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"));
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  const all = emulator.state().kosli.flows;
  const result = stack?.outputs?.result;
  const shown = (entries: typeof journal) => entries.map(({ operation, status }) => `${operation} ${status}`);
  const calls = shown(journal);
  const violations = journal.flatMap((entry) => entry.violations);
  if (violations.length > 0) throw new Error(`The vendor's description was violated: ${violations.join("; ")}`);
  return {
    trace: {
      ok: outcome.ok,
      calls: journal.map(({ method, path, status }) => `${method} ${path} ${status}`).sort(),
      // Each engine has an emulator of its own, at an address of its own, and seals secrets in its own way. Ids are
      // counted, and so depend on which of two independent flows came first.
      state: JSON.parse(
        JSON.stringify(
          sortBy(flows, "urn").map(({ urn, id, inputs, outputs }) => ({ urn, id, inputs, outputs })),
          withoutSecrets,
        )
          .replaceAll(emulator.url, "http://vendor")
          .replaceAll(/"vendorId":"[^"]+"/g, '"vendorId":"…"')
          .replaceAll(/"publishedAt":"[^"]+"/g, '"publishedAt":"…"'),
      ),
    },
    seen: {
      ...outcome,
      calls,
      writes: shown(journal.filter(({ wrote }) => wrote)),
      live: Object.fromEntries(
        all
          .filter(({ archived }) => !archived)
          .map((flow) => [flow.org === "acme" ? flow.name : `${flow.org}/${flow.name}`, flow]),
      ),
      graphs: emulator.state().toy.graphs,
      channels: emulator.state().toy.channels,
      kapso: emulator.state().kapso,
      runtype: emulator.state().runtype,
      humanloop: emulator.state().humanloop,
      archived: all.filter(({ archived }) => archived).length,
      state: Object.fromEntries(flows.map((resource) => [resource.urn.split("::").at(-1) ?? "", resource])),
      outputs: typeof result === "object" && result !== null ? { ...result } : {},
    },
  };
}

/** The key by which Pulumi marks a sealed secret in an exported state. */
const SEALED = "4dabf18193072939515e22adb298388d";

function withoutSecrets(_: string, value: unknown): unknown {
  return typeof value === "object" && value !== null && SEALED in value ? "[secret]" : value;
}
