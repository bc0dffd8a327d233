import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, kapsoDefaults, startEmulator } from "../testing/src/emulator";
import { Bench } from "./harness/bench";
import { Stack } from "./harness/stack";
import { allTakenWithoutDifference } from "./harness/taking";
import { benched } from "./vendors/kapso/graph-world";

const FOLDER = join(__dirname, "../../shared/data/kapso");

describe("real Kapso workflows", () => {
  if (!existsSync(FOLDER)) {
    console.log(`\n!!! NOT TESTED: the workflows that Kapso publishes are not at ${FOLDER}\n`);
    it("real Kapso workflows: live as their vendor publishes them");
    return;
  }

  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());

  /** What Kapso leaves for its users to fill in is filled in. */
  function published(file: string) {
    if (emulator.state().kapso.functions.length === 0)
      emulator.edit({ vendor: "kapso", action: "createFunction", set: { name: "choose", code: "export default {}" } });
    const text = readFileSync(join(FOLDER, file), "utf8")
      .replaceAll("FUNCTION_ID_HERE", String(emulator.state().kapso.functions[0]?.id))
      .replaceAll("PROVIDER_MODEL_ID_HERE", kapsoDefaults.provider_models[0]?.id ?? "");
    assert.doesNotMatch(text, /_HERE/);
    return JSON.parse(text);
  }

  it("real Kapso workflows: there are as many as were collected", () => assert.equal(files.length, 5));

  for (const file of files) {
    it(`real Kapso workflows: ${file} is created as published, reads back without a difference, and is archived`, async () => {
      emulator.reset();
      const program = { name: "published", status: "active", definition: published(file) };
      const stack = new Stack(new Bench(benched, emulator));
      const run = stack.bench.run();
      await stack.up(program, { run });
      assert.deepEqual(run.log.at("warn"), []);
      await stack.refresh();
      emulator.clearJournal();
      await stack.up(program);
      assert.deepEqual(emulator.journal(), [], "a second up has nothing to do");
      await stack.destroy();
      assert.equal(emulator.state().kapso.workflows[0]?.status, "archived");
      assert.deepEqual(
        emulator.journal().flatMap(({ violations }) => violations),
        [],
      );
    });
  }

  it("real Kapso workflows: drawn by others, all of them are taken over without a difference", async () => {
    emulator.reset();
    for (const name of files) {
      const set = { name, status: "active" as const, definition: published(name) };
      emulator.edit({ vendor: "kapso", action: "createWorkflow", set });
    }
    assert.equal((await allTakenWithoutDifference(new Bench(benched, emulator))).length, files.length);
  });
});
