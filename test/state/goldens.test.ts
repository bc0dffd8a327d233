import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { migrate, VERSION } from "../../provider/lifecycle/migrate";
import { allVendors } from "../../provider/vendors";
import type { Bench } from "../harness/bench";
import { type Case, cases, type Opened } from "./cases";
import { type Golden, readGolden, versionsOf, writtenNow } from "./goldens";

const root = join(__dirname, "../..");

describe("state goldens", () => {
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

  it("golden: every flow type has some", () => {
    const names = allVendors().flatMap(({ flowTypes }) =>
      flowTypes.map(({ token }) => token.replace(":", "-").toLowerCase()),
    );
    assert.deepEqual(Object.keys(cases).sort(), names.sort());
  });

  for (const [name, each] of Object.entries(cases)) describe(name, () => goldensOf(name, each));
});

function goldensOf(name: string, each: Case): void {
  let opened: Opened;
  let bench: Bench;
  let written: Golden;

  before(async () => {
    opened = await each.open();
    ({ bench } = opened);
  });
  beforeEach(async () => {
    bench.emulator.reset();
    written = await writtenNow(bench, each);
  });
  after(() => bench.emulator.close());

  it("golden: there is one of every version that was ever written", () => {
    const every = Array.from({ length: VERSION - each.since + 1 }, (_, index) => each.since + index);
    assert.deepEqual(versionsOf(name), every);
  });

  it("golden: what this version writes is its golden; a new shape needs a migration and a golden of its own", () => {
    assert.deepEqual(written, readGolden(name, VERSION, bench.emulator.url));
  });

  for (const version of versionsOf(name)) {
    const kept = () => Object.entries(readGolden(name, version, bench.emulator.url));
    const managed = () =>
      kept().flatMap(([title, { inputs, ...rest }]) => (inputs ? [{ title, inputs, ...rest }] : []));

    it(`golden ${version}: becomes what this version would have written, but for what was not kept then`, () => {
      for (const [title, { state }] of kept()) {
        const current = migrate(state);
        for (const [member, value] of Object.entries(written[title]?.state ?? {})) {
          if (member !== "__declared") assert.deepEqual(current[member], value, `${title}.${member}`);
        }
      }
    });

    it(`golden ${version}: shows no difference with the program that made it, before and after a refresh`, async () => {
      for (const { title, id, state, inputs } of managed()) {
        const { lifecycle } = bench.run();
        const program = written[title]?.inputs ?? {};
        assert.deepEqual(lifecycle.diff(state, program), { changed: [], replaces: [] }, title);
        const found = await lifecycle.read(id, state);
        assert.deepEqual(found?.inputs, migrate(inputs), title);
        assert.deepEqual(lifecycle.diff(found?.state ?? {}, program), { changed: [], replaces: [] }, title);
        // Pulumi asks with the sides swapped on a refresh.
        assert.deepEqual(lifecycle.diff(found?.state ?? {}, inputs), { changed: [], replaces: [] }, title);
      }
    });

    it(`golden ${version}: is deleted`, async () => {
      for (const { id, state } of managed()) await bench.run().lifecycle.delete(id, state);
      assert.deepEqual(opened.alive(), []);
    });

    it(`golden ${version}: is updated, and deleted then`, async () => {
      for (const { title, id, state } of managed()) {
        const wanted = { ...written[title]?.inputs, ...each.change };
        const now = await bench.run().lifecycle.update(id, state, wanted);
        assert.deepEqual(bench.run().lifecycle.diff(now, wanted).changed, [], title);
        await bench.run().lifecycle.delete(id, now);
      }
      assert.deepEqual(opened.alive(), []);
    });

    if (each.secret)
      it(`golden ${version}: hides the program's secrets`, () => {
        const secret = kept().find(([title]) => title === "secret")?.[1];
        for (const values of [secret?.state, secret?.inputs]) {
          assert.deepEqual(bench.run().lifecycle.secrets(values ?? {}), [each.secret]);
        }
      });

    it(`golden ${version}: a lookup is read again`, async () => {
      const found = kept().find(([title]) => title === "looked_up")?.[1];
      assert.ok(found);
      assert.deepEqual((await bench.run().lifecycle.read(found.id, found.state))?.state, written.looked_up?.state);
    });
  }
}
