import assert from "node:assert/strict";
import { pulumiVersion } from "../../scripts/engines";
import { type Emulator, startEmulator } from "../../testing/src";
import { Customers } from "./customers";
import { findPostgres, type Postgres, startPostgres } from "./postgres";

describe("two machines on one postgres:// backend", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let postgres: Postgres;
  let one: Customers;
  let other: Customers;

  before(async function () {
    const programs = findPostgres();
    if (!programs || !pulumiVersion()) {
      const missing = [...(programs ? [] : ["PostgreSQL"]), ...(pulumiVersion() ? [] : ["Pulumi CLI"])].join(
        " and no ",
      );
      console.log(`    !!! There is no ${missing} here: two machines on one backend were NOT tried.`);
      this.skip();
    }
    postgres = await startPostgres(programs);
    emulator = await startEmulator();
    one = new Customers(emulator, postgres.url);
    other = new Customers(emulator, postgres.url);
  });
  after(async () => {
    one?.remove();
    other?.remove();
    await emulator?.close();
    await postgres?.close();
  });

  const bots = () =>
    emulator
      .state()
      .kapso.workflows.filter(({ status }) => status === "active")
      .map(({ name }) => name)
      .sort();

  it("one stack: the second is refused while the first runs, and finds all done afterwards", async () => {
    const held = one.hold("acme");
    const first = one.drive("up", "--only", "acme");
    await Promise.race([held.begun(), first]);

    const refused = await other.drive("up", "--only", "acme");
    assert.equal(refused.code, 1, refused.printed);
    assert.match(refused.printed, /^acme: FAILED\n {2}another run is changing this stack/m);

    held.release();
    const ended = await first;
    assert.equal(ended.code, 0, ended.printed);
    assert.match(ended.printed, /^acme: 4 create$/m);

    const again = await other.drive("up", "--only", "acme");
    assert.equal(again.code, 0, again.printed);
    assert.match(again.printed, /^acme: 4 same$/m);
    assert.deepEqual(bots(), ["support-acme"]);
    assert.equal(emulator.state().runtype.flows.length, 1);
    assert.equal(emulator.state().kosli.flows.length, 1);
  });

  it("two stacks: run side by side, and both end as their programs say", async () => {
    const machines = [
      { machine: one, customer: "globex", held: one.hold("globex") },
      { machine: other, customer: "initech", held: other.hold("initech") },
    ];
    const runs = machines.map(({ machine, customer }) => machine.drive("up", "--only", customer));
    // Both are under way at the same time: neither is released before both have begun.
    await Promise.race([Promise.all(machines.map(({ held }) => held.begun())), ...runs]);
    for (const { held } of machines) held.release();
    for (const { code, printed } of await Promise.all(runs)) assert.equal(code, 0, printed);
    assert.deepEqual(bots(), ["support-acme", "support-globex", "support-initech"]);
  });

  it("what one machine made the other takes away", async () => {
    const { code, printed } = await other.drive("destroy", "--only", "acme,globex,initech", "--at-once", "3");
    assert.equal(code, 0, printed);
    assert.deepEqual(bots(), []);
  });
});
