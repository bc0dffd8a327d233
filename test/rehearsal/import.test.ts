import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { forgottenAndWritten } from "./imported";
import { createStage, type Stage } from "./stage";

describe("rehearsal: import", function () {
  this.timeout(120_000);
  let stage: Stage;
  beforeEach(async () => {
    stage = await createStage();
  });
  afterEach(() => stage.close());

  const imported = (importFile: string, more = {}) => stage.run("import", "secrets", 1, { importFile, ...more });

  it("import: takes resources into the state without a call, and the first preview changes nothing but the stack's outputs", async () => {
    const file = await forgottenAndWritten(stage, "secrets");
    stage.vendor.journal.length = 0;
    const result = await imported(file);
    equal(result.ok, true, stage.lines.join("\n"));
    deepEqual(stage.vendor.journal, []);
    deepEqual(result.changes, { import: 3 });
    deepEqual((await stage.run("preview", "secrets", 1)).changes, { same: 4 });
    deepEqual((await stage.run("refresh", "secrets", 1)).changes, { same: 4 });
  });

  it("import: secrets of the file are sealed in the state", async () => {
    const file = await forgottenAndWritten(stage, "secrets");
    match(readFileSync(file, "utf8"), /s3cret-token/);
    await imported(file);
    doesNotMatch(readFileSync(join(stage.folder, ".rehearsal/dev.json"), "utf8"), /s3cret-token|quiet word/);
    doesNotMatch(stage.lines.join("\n"), /s3cret-token|quiet word/);
  });

  it("import: without a passphrase nothing is taken where there is a secret to keep", async () => {
    const file = await forgottenAndWritten(stage, "secrets");
    const result = await imported(file, { env: { PULUMI_CONFIG_PASSPHRASE: undefined } });
    match(result.failure ?? "", /set PULUMI_CONFIG_PASSPHRASE/);
    equal(existsSync(join(stage.folder, ".rehearsal/dev.json")), false);
  });

  it("import: protects what it takes unless it is told otherwise, as Pulumi does", async () => {
    const file = await forgottenAndWritten(stage, "crud");
    await imported(file);
    match((await stage.run("destroy", "crud", 1)).failure ?? "", /is protected/);
    const other = join(stage.folder, "other.json");
    await imported(file, { protect: false, stateFile: other });
    equal((await stage.run("destroy", "crud", 1, { stateFile: other })).ok, true);
    deepEqual([...stage.vendor.flows], []);
  });

  it("import: what is in the state already is refused, and nothing is taken", async () => {
    const file = await forgottenAndWritten(stage, "crud");
    await imported(file);
    const before = readFileSync(join(stage.folder, ".rehearsal/dev.json"), "utf8");
    match((await imported(file)).failure ?? "", /is in the state already/);
    equal(readFileSync(join(stage.folder, ".rehearsal/dev.json"), "utf8"), before);
  });

  for (const [what, change, words] of [
    ["an entry that leaves its outputs to the provider", { outputs: undefined }, /without inputs and outputs/],
    ["an entry with a parent", { parent: "p" }, /not rehearsed: parent/],
    ["an entry without an id", { id: undefined }, /needs a type, a name and an id/],
  ] as const) {
    it(`import: ${what} is refused`, async () => {
      const file = await forgottenAndWritten(stage, "crud");
      const { resources } = JSON.parse(readFileSync(file, "utf8"));
      writeFileSync(file, JSON.stringify({ resources: [{ ...resources[0], ...change }] }));
      match((await imported(file)).failure ?? "", words);
    });
  }
});
