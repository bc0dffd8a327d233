import assert from "node:assert/strict";
import { Governor } from "../../provider/http/governor";
import { VendorError } from "../../provider/lifecycle/errors";
import { TestClock, TestLog } from "../harness/kosli-lifecycle";

function tooMany(retryAfter?: string): VendorError {
  return new VendorError("rateLimited", "too many", {
    method: "GET",
    path: "/x",
    status: 429,
    retryAfter,
    outcomeUnknown: false,
  });
}

describe("governor", () => {
  let clock: TestClock;
  let log: TestLog;
  beforeEach(() => {
    clock = new TestClock();
    log = new TestLog();
  });
  const governor = (maxInFlight: number) => new Governor("Kosli (https://app.kosli.com)", maxInFlight, clock, log);
  const refused = (shared: Governor, after?: string) =>
    assert.rejects(
      shared.run(async () => {
        throw tooMany(after);
      }),
      VendorError,
    );

  it("governor: no more calls than allowed run at once, and all run in the order in which they came", async () => {
    const shared = governor(3);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const call = (index: number) => async () => {
      begun.push(index);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return index;
    };
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => shared.run(call(index))));
    assert.deepEqual(
      results,
      [...begun].sort((a, b) => a - b),
    );
    assert.deepEqual(begun, results);
    assert.equal(most, 3);
  });

  it("governor: a failed call makes room for the next", async () => {
    const shared = governor(1);
    await assert.rejects(
      shared.run(async () => {
        throw new Error("no");
      }),
    );
    assert.equal(await shared.run(async () => "next"), "next");
  });

  it("governor: a 429 holds back every later call of the account as long as the vendor asks", async () => {
    const shared = governor(10);
    const begun = clock.now();
    await refused(shared, "7");
    const times = await Promise.all([1, 2, 3].map(() => shared.run(async () => clock.now() - begun)));
    assert.deepEqual(
      times.map((time) => time >= 7000),
      [true, true, true],
    );
    assert.deepEqual(log.at("info"), [
      "Kosli (https://app.kosli.com) asks to wait 7 s (rate limit); all its calls wait.",
    ]);
  });

  it("governor: a 429 holds back also the calls that were queued already", async () => {
    const shared = governor(1);
    const begun = clock.now();
    const [first, queued] = await Promise.allSettled([
      shared.run(async () => {
        throw tooMany("7");
      }),
      shared.run(async () => clock.now() - begun),
    ]);
    assert.equal(first.status, "rejected");
    assert.deepEqual(queued, { status: "fulfilled", value: 7000 });
  });

  it("governor: a 429 that names no time holds the other calls back too", async () => {
    const shared = governor(10);
    const begun = clock.now();
    await refused(shared);
    assert.ok((await shared.run(async () => clock.now() - begun)) > 0, "the next call starts later");
  });

  it("governor: of two pauses the longer one counts, and is told once", async () => {
    const shared = governor(10);
    const begun = clock.now();
    await Promise.all([refused(shared, "9"), refused(shared, "3")]);
    assert.equal(await shared.run(async () => clock.now() - begun), 9000);
    assert.equal(log.at("info").length, 1);
  });

  it("governor: other failures hold nothing back", async () => {
    const shared = governor(10);
    await assert.rejects(
      shared.run(async () => {
        throw new VendorError("server", "no", { method: "GET", path: "/x", retryAfter: "9", outcomeUnknown: true });
      }),
    );
    await shared.run(async () => undefined);
    assert.deepEqual(clock.pauses, []);
  });

  it("governor: an account that asks to wait for an hour does not keep later calls silent for an hour", async () => {
    const shared = governor(10);
    await refused(shared, "3600");
    await shared.run(async () => undefined).catch(() => undefined);
    assert.ok(Math.max(0, ...clock.pauses) <= 120_000, `a call waited ${clock.pauses} ms`);
  });

  it("governor: one account does not hold back another", async () => {
    await refused(governor(10), "7");
    await governor(10).run(async () => undefined);
    assert.deepEqual(clock.pauses, []);
  });
});
