import assert from "node:assert/strict";
import { type Emulator, type FaultRule, startEmulator } from "../../testing/src/emulator";
import { type KosliClient, kosliClient } from "./kosli-client";

const nothingRequired = "version: 1";

describe("emulator: faults", () => {
  let emulator: Emulator;
  let kosli: KosliClient;

  before(async () => {
    emulator = await startEmulator();
    kosli = kosliClient(emulator);
  });
  beforeEach(() => emulator.reset());
  after(() => emulator.close());

  const rule = (then: FaultRule["then"], more: Partial<FaultRule> = {}): FaultRule => ({
    match: {},
    when: "before",
    then,
    ...more,
  });
  const stored = () => emulator.state().kosli.flows.length;
  const put = () => kosli.put({ name: "build" }, nothingRequired);
  const last = () => {
    const entry = emulator.journal().at(-1);
    assert.ok(entry);
    return entry;
  };

  it("faults: a status before the write stores nothing, one after the write stores everything", async () => {
    emulator.faults([rule({ status: 500 })]);
    assert.equal((await put()).status, 500);
    assert.deepEqual([stored(), last().wrote, last().fault], [0, false, "before: 500"]);
    emulator.faults([rule({ status: 500 }, { when: "after" })]);
    assert.equal((await put()).status, 500);
    assert.deepEqual([stored(), last().wrote, last().fault], [1, true, "after: 500"]);
  });

  it("faults: status, headers and body are sent as the rule gives them", async () => {
    emulator.faults([
      rule({ status: 429, headers: { "Retry-After": "7" }, body: { message: "slow down" } }),
      rule({ status: 502, body: "<h1>Bad gateway</h1>", headers: { "content-type": "text/html" } }),
      rule({ status: 503 }),
      rule({ status: 204 }),
    ]);
    const first = await kosli.list();
    assert.deepEqual(
      [first.status, first.headers.get("retry-after"), first.body],
      [429, "7", { message: "slow down" }],
    );
    const second = await kosli.list();
    assert.deepEqual([second.headers.get("content-type"), second.body], ["text/html", "<h1>Bad gateway</h1>"]);
    assert.deepEqual((await kosli.list()).body, { message: "Injected fault 503" });
    assert.equal((await kosli.list()).status, 204);
  });

  it("faults: a rule lets as many calls that fit go by as it skips", async () => {
    emulator.faults([rule({ status: 500 }, { match: { operation: "putFlow" }, skip: 1 })]);
    assert.equal((await kosli.list()).status, 200);
    assert.equal((await put()).status, 201);
    assert.equal((await put()).status, 500);
    assert.equal((await put()).status, 200);
  });

  for (const when of ["before", "after"] as const) {
    it(`faults: a reset ${when} the write breaks the connection`, async () => {
      emulator.faults([rule({ reset: true }, { when })]);
      await assert.rejects(put(), (error: Error) => /ECONNRESET|other side closed/.test(String(error.cause)));
      assert.deepEqual([stored(), last().status], [when === "after" ? 1 : 0, "reset"]);
      assert.equal(last().fault, `${when}: reset`);
    });

    it(`faults: a hang ${when} the write never answers`, async () => {
      emulator.faults([rule({ hang: true }, { when })]);
      const call = fetch(`${emulator.url}/api/v2/flows/acme/build/archive`, {
        method: "PUT",
        headers: { authorization: "Bearer k" },
        signal: AbortSignal.timeout(250),
      });
      await assert.rejects(call, { name: "TimeoutError" });
      assert.equal(last().status, "hang");
    });

    it(`faults: a truncated body ${when} the write is announced whole and sent by half`, async () => {
      emulator.faults([rule({ truncate: true }, { when })]);
      const form = new FormData();
      form.set("data_json", '{"name":"build","description":""}');
      const response = await fetch(`${emulator.url}/api/v2/flows/acme/template_file`, {
        method: "PUT",
        headers: { authorization: "Bearer k" },
        body: form,
      });
      assert.equal(response.status, when === "after" ? 201 : 200);
      await assert.rejects(response.text());
      assert.equal(stored(), when === "after" ? 1 : 0);
    });

    it(`faults: html ${when} the write answers 200 with a web page`, async () => {
      emulator.faults([rule({ html: true }, { when })]);
      const answer = await put();
      assert.equal(answer.status, 200);
      assert.match(String(answer.headers.get("content-type")), /^text\/html/);
      assert.equal(stored(), when === "after" ? 1 : 0);
    });

    it(`faults: a delay ${when} the write goes on afterwards`, async () => {
      emulator.faults([rule({ delay: 60 }, { when })]);
      const begun = performance.now();
      assert.equal((await put()).status, 201);
      assert.ok(performance.now() - begun >= 55);
      assert.equal(last().fault, `${when}: delay 60`);
    });
  }

  it("faults: a caller who gave up does not stop a write that is only delayed", async () => {
    await kosli.put({ name: "other" }, nothingRequired);
    emulator.faults([rule({ delay: 600 })]);
    const call = fetch(`${emulator.url}/api/v2/flows/acme/other/archive`, {
      method: "PUT",
      headers: { authorization: "Bearer k" },
      signal: AbortSignal.timeout(200),
    });
    await assert.rejects(call, { name: "TimeoutError" });
    assert.equal(emulator.state().kosli.flows[0]?.archived, false);
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.equal(emulator.state().kosli.flows[0]?.archived, true);
  });

  it("faults: a delay and another fault can strike the same call", async () => {
    emulator.faults([rule({ delay: 1 }), rule({ status: 500 }, { when: "after" })]);
    assert.equal((await put()).status, 500);
    assert.equal(last().fault, "before: delay 1; after: 500");
  });

  it("faults: operation, method, path and index must all match", async () => {
    const match = { operation: "getFlow", method: "get", path: "/acme/a", index: 2 };
    emulator.faults([rule({ status: 500 }, { match, times: 0 })]);
    const statuses = [];
    for (const name of ["a", "a", "a", "a"]) statuses.push((await kosli.get(name)).status);
    assert.deepEqual(statuses, [404, 404, 500, 404]);
    emulator.faults([rule({ status: 500 }, { match: { operation: "getFlow", path: "/acme/a" }, times: 0 })]);
    assert.equal((await kosli.get("b")).status, 404);
    assert.equal((await kosli.archive("a")).status, 404);
    assert.equal((await kosli.get("a")).status, 500);
  });

  it("faults: a rule strikes once, so many times as it says, or for ever with 0", async () => {
    const statuses = async (rules: FaultRule[]) => {
      emulator.faults(rules);
      const seen = [];
      for (let round = 0; round < 4; round += 1) seen.push((await kosli.list()).status);
      return seen;
    };
    assert.deepEqual(await statuses([rule({ status: 500 })]), [500, 200, 200, 200]);
    assert.deepEqual(await statuses([rule({ status: 500 }, { times: 2 })]), [500, 500, 200, 200]);
    assert.deepEqual(await statuses([rule({ status: 500 }, { times: 0 })]), [500, 500, 500, 500]);
    assert.deepEqual(await statuses([]), [200, 200, 200, 200]);
  });

  it("faults: the index counts from the moment the rules were set", async () => {
    await kosli.list();
    emulator.faults([rule({ status: 500 }, { match: { index: 1 } })]);
    assert.deepEqual([(await kosli.list()).status, (await kosli.list()).status], [200, 500]);
  });

  it("faults: they come before credentials are looked at, as a proxy's would", async () => {
    emulator.faults([rule({ status: 503 })]);
    assert.equal((await kosliClient(emulator, "acme", "").list()).status, 503);
  });

  it("faults: rules that make no sense are refused, and the error says where", () => {
    const wrong = (rules: string) => () => emulator.faults(JSON.parse(rules));
    assert.throws(wrong("{}"), /must be array/);
    assert.throws(wrong('[{"match":{},"when":"during","then":{"reset":true}}]'), /\[0\]\.when: must be one of before/);
    assert.throws(wrong('[{"match":{"op":"x"},"when":"after","then":{"reset":true}}]'), /\[0\]\.match\.op/);
    assert.throws(wrong('[{"match":{},"when":"after","then":{}}]'), /\[0\]\.then/);
    assert.throws(wrong('[{"match":{},"when":"after","then":{"reset":true,"hang":true}}]'), /\[0\]\.then/);
    assert.throws(wrong('[{"match":{},"when":"after","then":{"status":500,"hang":true}}]'), /\[0\]\.then/);
    assert.throws(wrong('[{"match":{},"when":"after","then":{"status":1}}]'), /\[0\]\.then\.status/);
  });
});
