import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { atOnce } from "../../examples/automation/at-once";
import { pulumiVersion } from "../../scripts/engines";
import { type Emulator, rehearse, startEmulator } from "../../testing/src";
import { Customers } from "./customers";

const version = pulumiVersion();

const ACME = { company: "Acme", greeting: "Welcome!", model: "small", audited: "true" };

/** The names of what lives at the vendors. */
function alive(emulator: Emulator) {
  const { kapso, kosli, runtype } = emulator.state();
  return {
    bots: kapso.workflows
      .filter(({ status }) => status === "active")
      .map(({ name }) => name)
      .sort(),
    answers: runtype.flows.map(({ name }) => name).sort(),
    releases: kosli.flows
      .filter(({ archived }) => !archived)
      .map(({ name }) => name)
      .sort(),
  };
}

const EVERYBODY = ["support-acme", "support-globex", "support-initech", "support-umbrella"];

describe("automation: at once", () => {
  it("at once: so many run at the same time and never more, and all are done", async () => {
    let running = 0;
    let most = 0;
    const ended = await atOnce(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
      running += 1;
      most = Math.max(most, running);
      await sleep(5);
      running -= 1;
      return item * 2;
    });
    assert.equal(most, 3);
    assert.deepEqual(
      ended.map((each) => each.ok && each.result),
      [2, 4, 6, 8, 10, 12, 14],
    );
  });

  it("at once: one that fails stops no other, and is told in its place", async () => {
    const ended = await atOnce(2, ["a", "b", "c"], async (item) => {
      if (item === "b") throw new Error("no");
      return item;
    });
    assert.deepEqual(
      ended.map(({ item, ok }) => [item, ok]),
      [
        ["a", true],
        ["b", false],
        ["c", true],
      ],
    );
  });

  it("at once: more at once than there are is no harm, and nothing is nothing", async () => {
    assert.deepEqual(await atOnce(9, [], async () => 1), []);
    assert.equal((await atOnce(9, [1], async () => 1)).length, 1);
  });
});

describe("automation: a customer's program", function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let customers: Customers;
  beforeEach(async () => {
    emulator = await startEmulator();
    customers = new Customers(emulator);
  });
  afterEach(async () => {
    customers.remove();
    await emulator.close();
  });

  it("rehearsal: makes what the customer's settings say, and shows no change then", async () => {
    const run = (operation: "up" | "preview" | "destroy") =>
      rehearse({
        operation,
        stack: "acme",
        cwd: customers.program,
        config: Object.fromEntries(Object.entries(ACME).map(([key, value]) => [`customer-support:${key}`, value])),
        env: customers.env,
        output: () => undefined,
      });
    const made = await run("up");
    assert.ok(made.ok, made.failure);
    const own = ["support-acme"];
    assert.deepEqual(alive(emulator), { bots: own, answers: own, releases: own });
    assert.deepEqual(Object.keys((await run("preview")).changes), ["same"]);
    assert.ok((await run("destroy")).ok);
    assert.deepEqual(alive(emulator), { bots: [], answers: [], releases: [] });
  });
});

describe("automation: many customers on the real CLI", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let customers: Customers;

  before(async function () {
    if (!version) {
      console.log(
        "    !!! There is no Pulumi CLI on PATH: examples/automation was NOT run, only its program rehearsed.",
      );
      this.skip();
    }
    emulator = await startEmulator();
    customers = new Customers(emulator);
  });
  after(async () => {
    customers?.remove();
    await emulator?.close();
  });

  it("automation: a preview of everybody changes nothing", async () => {
    const { code, printed } = await customers.drive("preview", "--at-once", "2");
    assert.equal(code, 0, printed);
    assert.match(printed, /^acme: 4 create$/m);
    assert.match(printed, /4 customers done, 0 failed/);
    assert.deepEqual(alive(emulator), { bots: [], answers: [], releases: [] });
  });

  it("automation: a customer that fails stops no other, is told why, and makes the exit code 1", async () => {
    emulator.edit({ vendor: "kosli", action: "create", org: "acme", name: "support-globex" });
    const { code, printed } = await customers.drive("up", "--at-once", "3");
    assert.equal(code, 1, printed);
    assert.match(printed, /^globex: FAILED\n {2}error: .*support-globex.*exists/m);
    assert.match(printed, /^initech: 3 create$/m);
    assert.match(printed, /3 customers done, 1 failed/);
    const { bots, answers } = alive(emulator);
    for (const other of EVERYBODY.filter((name) => name !== "support-globex"))
      assert.ok(bots.includes(other) && answers.includes(other), other);
  });

  it("automation: the next run goes on with the one that failed, and changes nothing of the others", async () => {
    emulator.edit({ vendor: "kosli", action: "archive", org: "acme", name: "support-globex" });
    const { code, printed } = await customers.drive("up", "--at-once", "2");
    assert.equal(code, 0, printed);
    for (const told of ["acme: 4 same", "initech: 3 same", "umbrella: 3 same"])
      assert.ok(printed.includes(told), printed);
    assert.match(printed, /^globex: \d create, \d same$/m);
    assert.deepEqual(alive(emulator), {
      bots: EVERYBODY,
      answers: EVERYBODY,
      releases: ["support-acme", "support-globex"],
    });
  });

  it("automation: what a customer is no longer promised is taken away, and what was set by hand stays", async () => {
    const byHand = ["customer-support:note", "kosli:maxRequestsPerHour"];
    await customers.pulumi("config", "set", "--stack", "acme", "--secret", "customer-support:note", "theirs");
    await customers.pulumi("config", "set", "--stack", "acme", "kosli:maxRequestsPerHour", "5000");
    const putBack = customers.rewrite((all) =>
      all.map(({ name, settings: { audited, ...settings } }) => ({
        name,
        settings: name === "acme" || audited === undefined ? settings : { ...settings, audited },
      })),
    );
    const { code, printed } = await customers.drive("up", "--only", "acme");
    assert.equal(code, 0, printed);
    assert.match(printed, /^acme: 1 delete, 3 same$/m);
    assert.deepEqual(alive(emulator).releases, ["support-globex"]);
    const config = JSON.parse((await customers.pulumi("config", "--stack", "acme", "--json")).printed);
    for (const key of byHand) assert.ok(key in config, key);
    assert.ok(!("customer-support:audited" in config) && "customer-support:company" in config);
    putBack();
    assert.match((await customers.drive("up", "--only", "acme")).printed, /^acme: 1 create, 3 same$/m);
  });

  it("automation: a stack whose customer was taken off the list is named in every summary, and left alone", async () => {
    const putBack = customers.rewrite((all) => all.filter(({ name }) => name !== "umbrella"));
    for (const operation of ["preview", "up"]) {
      const { code, printed } = await customers.drive(operation, "--only", "acme");
      assert.equal(code, 0, printed);
      assert.match(printed, /^umbrella: NOBODY on the list, left as it is; `pulumi destroy --stack umbrella`/m);
      assert.equal(printed.match(/NOBODY/g)?.length, 1, printed);
    }
    assert.deepEqual(alive(emulator).bots, EVERYBODY);
    putBack();
    assert.doesNotMatch((await customers.drive("preview", "--only", "umbrella")).printed, /NOBODY/);
  });

  it("automation: one customer alone can be run", async () => {
    const { code, printed } = await customers.drive("destroy", "--only", "initech");
    assert.equal(code, 0, printed);
    assert.match(printed, /1 customers done, 0 failed/);
    const left = EVERYBODY.filter((name) => name !== "support-initech");
    assert.deepEqual(alive(emulator), { bots: left, answers: left, releases: ["support-acme", "support-globex"] });
  });

  it("automation: destroy takes everything of everybody away", async () => {
    const { code, printed } = await customers.drive("destroy", "--at-once", "4");
    assert.equal(code, 0, printed);
    assert.deepEqual(alive(emulator), { bots: [], answers: [], releases: [] });
  });

  it("automation: an operation or a customer that there is not is refused", async () => {
    for (const args of [["refresh"], ["up", "--only", "acme,nobody"], ["up", "--at-once", "0"]]) {
      const { code, printed } = await customers.drive(...args);
      assert.equal(code, 1);
      assert.match(printed, /usage: /);
    }
  });
});
