import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { KosliBench } from "./harness/kosli-lifecycle";
import { allTakenWithoutDifference } from "./harness/taking";

const FILE = join(__dirname, "../../shared/data/kosli/flows.json");

const published = z.array(
  z.object({
    name: z.string(),
    description: z.string(),
    visibility: z.enum(["public", "private"]),
    template: z.string(),
    tags: z.record(z.string(), z.string()),
  }),
);

describe("real flows", () => {
  if (!existsSync(FILE)) {
    console.log(`\n!!! NOT TESTED: the flows that Kosli publishes are not at ${FILE}\n`);
    it("real flows: live as their vendor publishes them");
    return;
  }

  const flows = published.parse(JSON.parse(readFileSync(FILE, "utf8")));
  let bench: KosliBench;
  before(async () => {
    bench = await KosliBench.start();
  });
  after(() => bench.emulator.close());

  it("real flows: there are as many as were collected", () => assert.equal(flows.length, 23));

  for (const [index, args] of flows.entries()) {
    it(`real flows: ${args.name} (${index}) is created as published, reads back without a difference, and is archived`, async () => {
      bench.emulator.reset();
      const creating = bench.run();
      const inputs = bench.inputs(args);
      const { id, state } = await creating.lifecycle.create(inputs);
      const [stored] = bench.emulator.state().kosli.flows;
      const { name, description, visibility, template, tags } = stored ?? assert.fail("nothing is stored");
      assert.deepEqual({ name, description, visibility, template, tags }, args);
      assert.deepEqual(creating.log.at("warn"), []);

      const run = bench.run();
      const found = await run.lifecycle.read(id, state);
      assert.deepEqual(found, { id, state, inputs });
      assert.deepEqual(run.lifecycle.diff(state, inputs), { changed: [], replaces: [] });

      await run.lifecycle.delete(id, state);
      assert.deepEqual(
        bench.emulator.state().kosli.flows.map(({ archived }) => archived),
        [true],
      );
      assert.deepEqual(
        bench.emulator.journal().flatMap(({ violations }) => violations),
        [],
      );
    });
  }

  it("real flows: made by others, all of them are taken over without a difference", async () => {
    bench.emulator.reset();
    for (const [index, { name: published, tags, ...set }] of flows.entries()) {
      const its = { vendor: "kosli", org: "acme", name: `${published}-${index}` } as const;
      bench.emulator.edit({ ...its, action: "create", set });
      bench.emulator.edit({ ...its, action: "tag", set: tags });
    }
    assert.equal((await allTakenWithoutDifference(bench)).length, flows.length);
  });
});
