import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { FaultAction } from "../../testing/src/emulator";
import { failureOf } from "../harness/failure-of";
import { KosliBench } from "../harness/kosli-lifecycle";
import { created, edit, fault } from "../harness/kosli-world";

const TOKEN = "kosli-t0ken-that-must-not-show";

describe("credentials", () => {
  let bench: KosliBench;
  before(async () => {
    bench = await KosliBench.start();
  });
  afterEach(() => bench.emulator.reset());
  after(() => bench.emulator.close());

  const actions: [string, FaultAction][] = [
    ["a 401", { status: 401 }],
    ["a 403", { status: 403 }],
    ["a 429 without end", { status: 429, headers: { "retry-after": "3600" } }],
    ["a 500", { status: 500 }],
    ["a redirect", { status: 302, headers: { location: "https://elsewhere.test" } }],
    ["a reset", { reset: true }],
    ["no answer", { hang: true }],
    ["a truncated body", { truncate: true }],
    ["a web page", { html: true }],
    ["a 401 that quotes it", { status: 401, body: { message: `no such token: ${TOKEN}` } }],
    ["a 500 that quotes what was sent", { status: 500, body: `Authorization: Bearer ${TOKEN}` }],
    ["an answer that is no data and quotes it", { status: 200, body: `hello ${TOKEN}` }],
  ];

  /** A creation that the fault keeps from succeeding. */
  const fails = (action: FaultAction) => {
    bench.emulator.faults([fault("getFlow", "before", action, { times: 0 })]);
    const run = bench.run({ apiToken: TOKEN, timeout: 50 });
    return { run, creation: run.lifecycle.create(bench.inputs({ name: "web" })) };
  };

  for (const [what, action] of actions) {
    it(`credentials: ${what} shows the token in no message and no log line of any level`, async () => {
      const { run, creation } = fails(action);
      const error = await failureOf(creation);
      assert.doesNotMatch(`${error.message} ${error.stack}`, new RegExp(TOKEN));
      assert.ok(run.log.at("debug").length > 0);
      assert.deepEqual(
        run.log.lines.filter(({ message }) => message.includes(TOKEN)),
        [],
      );
    });

    it(`credentials: ${what} leaves the token in nothing that hangs on the error`, async () => {
      const error = await failureOf(fails(action).creation);
      const everything = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true });
      assert.equal(everything.includes(TOKEN), false);
    });
  }

  it("credentials: a whole life of a flow logs neither the token nor any value of a flow", async () => {
    const run = bench.run({ apiToken: TOKEN });
    const inputs = bench.inputs({ name: "web", description: "confidential", tags: { team: "hidden-value" } });
    const { id, state } = await run.lifecycle.create(inputs);
    const next = bench.run({ apiToken: TOKEN });
    await next.lifecycle.read(id, state);
    await next.lifecycle.delete(id, state);
    const text = JSON.stringify([run.log.lines, next.log.lines]);
    assert.match(text, /PUT \/api\/v2\/flows\/acme\/template_file -> 201/);
    assert.doesNotMatch(text, /must-not-show|confidential|hidden-value/);
  });

  it("credentials: the token is in no state and no inputs", async () => {
    const run = bench.run({ apiToken: TOKEN });
    const { id, state } = await run.lifecycle.create(bench.inputs({ name: "web" }));
    const found = await run.lifecycle.read(id, state);
    assert.doesNotMatch(JSON.stringify([id, state, found]), /must-not-show/);
  });

  it("credentials: a collision and a conflict do not show the token either", async () => {
    const flow = await created(bench, { name: "web", description: "old" });
    edit(bench, "update", "web", { description: "theirs" });
    const run = bench.run({ apiToken: TOKEN });
    for (const action of [
      run.lifecycle.create(bench.inputs({ name: "web" })),
      run.lifecycle.update(flow.id, flow.state, bench.inputs({ name: "web", description: "new" })),
    ]) {
      assert.doesNotMatch(inspect(await failureOf(action), { depth: 10 }), /must-not-show/);
    }
  });
});
