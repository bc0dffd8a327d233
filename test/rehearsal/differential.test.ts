import { deepEqual, equal } from "node:assert/strict";
import type { ResourceState } from "../../testing/src/rehearsal/state";
import { PROVIDER_TYPE, splitReference } from "../../testing/src/rehearsal/urn";
import { type CliStack, createCliStack, findPulumi } from "./cli";
import { forgottenAndWritten } from "./imported";
import { createStage, type Stage, stories } from "./stage";

// Every story can be told; these few cover what the rehearsal does. REHEARSAL_STORIES=all (or names) tells others.
const chosen = process.env.REHEARSAL_STORIES ?? "crud,secrets,aliases,providers";
const names = chosen === "all" ? Object.keys(stories) : chosen.split(",");

/** What differs from run to run, or which only one of the two engines keeps. */
function comparable(resources: ResourceState[], url: string): unknown[] {
  const plain = resources.map((resource) => {
    const { created, modified, sourcePosition, stackTrace, ...rest } = resource as ResourceState &
      Record<string, unknown>;
    const kept: Record<string, unknown> = { ...rest };
    if (resource.type === PROVIDER_TYPE) kept.id = "some id";
    // A refresh of the CLI drops empty lists from here.
    const dependencies = Object.entries(resource.propertyDependencies ?? {}).filter(([, urns]) => urns.length > 0);
    kept.propertyDependencies = Object.fromEntries(dependencies);
    if (resource.provider) kept.provider = splitReference(resource.provider).urn;
    return JSON.parse(JSON.stringify(kept).replaceAll(url, "http://vendor"));
  });
  const key = (resource: ResourceState) => `${resource.urn} ${resource.delete ?? false}`;
  return plain.sort((a: ResourceState, b: ResourceState) => (key(a) < key(b) ? -1 : 1));
}

describe("differential: the rehearsal and the Pulumi CLI", function () {
  this.timeout(120_000);
  const found = findPulumi();
  let ours: Stage;
  let theirs: Stage;

  before(function () {
    if (found) return;
    console.log("      NOT RUN: there is no pulumi on PATH, so nothing compares the rehearsal with the Pulumi CLI");
    this.skip();
  });
  beforeEach(async () => {
    ours = await createStage();
    theirs = await createStage();
  });
  afterEach(async () => {
    await ours?.close();
    await theirs?.close();
  });

  const connect = (stage: Stage, env: Record<string, string | undefined>) =>
    createCliStack(stage.folder, env, {
      plain: { "fake:apiUrl": stage.vendor.url },
      secret: { "fake:apiToken": "s3cret-token" },
    });

  for (const name of names) {
    it(`differential: ${name} makes the same calls and leaves the same state`, async () => {
      const env: Record<string, string | undefined> = { ...theirs.env, STORY: name };
      const cli = await connect(theirs, env);
      let brought: number | undefined;
      for (const step of stories[name]?.steps ?? []) {
        if (!Array.isArray(step)) {
          for (const stage of [ours, theirs]) step.vendor(stage.vendor.flows);
          continue;
        }
        const [operation, version, outcome] = step;
        brought = operation === "up" && outcome !== "fails" ? version : undefined;
        env.VERSION = String(version);
        for (const stage of [ours, theirs]) stage.vendor.journal.length = 0;
        const [mine, its] = await Promise.all([
          ours.run(operation, name, version),
          cli.run(operation, operation === "preview" ? ["--json"] : []),
        ]);
        const where = `${name}: ${step.join(" ")}`;
        equal(mine.ok, outcome !== "fails", `${where}\n${ours.lines.join("\n")}`);
        equal(its.ok, outcome !== "fails", `${where}\n${its.text}`);
        deepEqual([...ours.vendor.journal].sort(), [...theirs.vendor.journal].sort(), `${where}: vendor calls`);
        if (operation === "preview") {
          // The CLI counts a replacement once.
          const { "delete-replaced": _, ...counts } = mine.changes;
          deepEqual(counts, JSON.parse(its.text).changeSummary, `${where}: counts`);
          continue;
        }
        const { resources = [] } = (await cli.exportState()).deployment;
        const [mineNow, itsNow] = [
          comparable(await ours.state(), ours.vendor.url),
          comparable(resources, theirs.vendor.url),
        ];
        deepEqual(mineNow, itsNow, `${where}: state`);
      }
      if (brought === undefined) return;
      await importsCleanly(await connect(ours, { ...env, VERSION: String(brought) }), ours);
    });
  }

  it("differential: an import of the same file leaves the same state", async () => {
    const file = await forgottenAndWritten(ours, "secrets");
    const cli = await connect(theirs, { ...theirs.env, STORY: "secrets", VERSION: "1" });
    const mine = await ours.run("import", "secrets", 1, { importFile: file });
    const its = await cli.run("import", ["--file", file, "--generate-code=false"]);
    equal(mine.ok, true, ours.lines.join("\n"));
    equal(its.ok, true, its.text);
    const { resources = [] } = (await cli.exportState()).deployment;
    // The providers are told where their vendors are.
    const url = theirs.vendor.url;
    const mineNow = JSON.parse(JSON.stringify(await ours.state()).replaceAll(ours.vendor.url, url));
    deepEqual(comparable(mineNow, url), comparable(resources, url));
  });

  async function importsCleanly(cli: CliStack, stage: Stage): Promise<void> {
    await cli.importState(await stage.exported());
    const preview = await cli.run("preview", ["--expect-no-changes"]);
    equal(preview.ok, true, `the CLI sees changes in the imported state:\n${preview.text}`);
  }
});
