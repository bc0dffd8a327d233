import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { migrate, VERSION } from "../../provider/lifecycle/migrate";
import { KosliBench } from "../harness/kosli-lifecycle";
import { type Golden, readGolden, versionsOf, writtenNow } from "./goldens";

const root = join(__dirname, "../..");

describe("state goldens", () => {
  let bench: KosliBench;
  let written: Golden;

  before(async () => {
    bench = await KosliBench.start({ now: () => Date.UTC(2026, 0, 1) });
  });
  beforeEach(async () => {
    bench.emulator.reset();
    written = await writtenNow(bench);
  });
  after(() => bench.emulator.close());

  it("golden: there is one of every version that was ever written", () => {
    const every = Array.from({ length: VERSION }, (_, index) => index + 1);
    assert.deepEqual(versionsOf("kosli-flow"), every);
  });

  it("golden: what this version writes is its golden; a new shape needs a migration and a golden of its own", () => {
    assert.deepEqual(written, readGolden("kosli-flow", VERSION, bench.emulator.url));
  });

  it("golden: one that is there is never changed or taken away", function () {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
    const kept = ["--diff-filter=MDRT", "--", "test/state/goldens"];
    assert.equal(git("diff", "--name-only", "HEAD", ...kept), "", "changed since the last commit");
    if (git("rev-parse", "--is-shallow-repository") === "true") {
      console.log("    !!! The history is shallow: whether a golden was ever changed was NOT looked at.");
      this.skip();
    }
    assert.equal(git("log", "--format=%h %s", ...kept), "", "changed in the history");
  });

  for (const version of versionsOf("kosli-flow")) {
    describe(`version ${version}`, () => {
      const kept = () => Object.entries(readGolden("kosli-flow", version, bench.emulator.url));
      const managed = () =>
        kept().flatMap(([name, { inputs, ...each }]) => (inputs ? [{ name, inputs, ...each }] : []));

      it(`golden ${version}: becomes what this version would have written, but for what was not kept then`, () => {
        for (const [name, { state }] of kept()) {
          const current = migrate(state);
          for (const [member, value] of Object.entries(written[name]?.state ?? {})) {
            if (member !== "__declared") assert.deepEqual(current[member], value, `${name}.${member}`);
          }
        }
      });

      it(`golden ${version}: shows no difference with the program that made it, before and after a refresh`, async () => {
        for (const { name, id, state, inputs } of managed()) {
          const { lifecycle } = bench.run();
          const program = written[name]?.inputs ?? {};
          assert.deepEqual(lifecycle.diff(state, program), { changed: [], replaces: [] }, name);
          const found = await lifecycle.read(id, state);
          assert.deepEqual(found?.inputs, migrate(inputs), name);
          assert.deepEqual(lifecycle.diff(found?.state ?? {}, program), { changed: [], replaces: [] }, name);
          // Pulumi asks with the sides swapped on a refresh.
          assert.deepEqual(lifecycle.diff(found?.state ?? {}, inputs), { changed: [], replaces: [] }, name);
        }
      });

      it(`golden ${version}: is updated and deleted`, async () => {
        for (const { name, id, state } of managed()) {
          const wanted = { ...written[name]?.inputs, description: "after" };
          const now = await bench.run().lifecycle.update(id, state, wanted);
          assert.deepEqual(bench.run().lifecycle.diff(now, wanted).changed, [], name);
          await bench.run().lifecycle.delete(id, state);
        }
        assert.deepEqual(
          bench.emulator.state().kosli.flows.filter(({ archived }) => !archived),
          [],
        );
      });

      it(`golden ${version}: hides the program's secrets`, () => {
        const secret = kept().find(([name]) => name === "secret")?.[1];
        assert.deepEqual(bench.run().lifecycle.secrets(secret?.state ?? {}), [["description"]]);
        assert.deepEqual(bench.run().lifecycle.secrets(secret?.inputs ?? {}), [["description"]]);
      });

      it(`golden ${version}: a lookup is read again`, async () => {
        const found = kept().find(([name]) => name === "looked_up")?.[1];
        assert.ok(found);
        assert.deepEqual((await bench.run().lifecycle.read(found.id, found.state))?.state, written.looked_up?.state);
      });
    });
  }
});
