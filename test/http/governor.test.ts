import assert from "node:assert/strict";
import { type AccountLimits, DEFAULT_LIMITS, Governor } from "../../provider/http/governor";
import { path } from "../../provider/http/path";
import type { Request } from "../../provider/http/request";
import { VendorError } from "../../provider/lifecycle/errors";
import { failureAs } from "../harness/failure-of";
import { TestLog } from "../harness/kosli-lifecycle";
import { VirtualClock } from "../harness/virtual-clock";

const GET: Request = { method: "GET", path: path`/x`, repeatable: true };

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
  let clock: VirtualClock;
  let log: TestLog;
  let begun: number;
  beforeEach(() => {
    clock = new VirtualClock();
    log = new TestLog();
    begun = clock.now();
  });
  const governor = (limits: Partial<AccountLimits> = {}) =>
    new Governor({
      account: "Kosli (https://app.kosli.com)",
      namespace: "kosli",
      limits: { ...DEFAULT_LIMITS, ...limits },
      clock,
      log,
    });
  const elapsed = () => clock.now() - begun;
  const times = (count: number) => Array.from({ length: count }, (_, index) => index);
  /** Calls that end at once, told by the milliseconds at which they are sent. */
  const send = (shared: Governor, count: number) =>
    Promise.all(times(count).map(() => shared.run(GET, async () => elapsed())));
  const refuse = (shared: Governor, after?: string) =>
    failureAs(
      VendorError,
      shared.run(GET, async () => {
        throw tooMany(after);
      }),
    );

  it("governor: no more calls than allowed run at once, and all run in the order in which they came", async () => {
    const shared = governor({ maxInFlight: 3 });
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const call = (index: number) => async () => {
      order.push(index);
      most = Math.max(most, ++running);
      await clock.sleep(100);
      running--;
      return index;
    };
    await clock.run(() => Promise.all(times(20).map((index) => shared.run(GET, call(index)))));
    assert.deepEqual([order, most], [times(20), 3]);
  });

  it("governor: a failed call makes room for the next", async () => {
    const shared = governor({ maxInFlight: 1 });
    const fails = shared.run(GET, async () => {
      throw new Error("no");
    });
    await assert.rejects(fails);
    assert.equal(await shared.run(GET, async () => "next"), "next");
  });

  it("governor: a repeated call goes before those that were never begun, since it came first", async () => {
    const shared = governor({ maxInFlight: 1 });
    const order: string[] = [];
    const call = (name: string, request: Request) =>
      shared.run(request, async () => {
        order.push(name);
        await clock.sleep(1);
      });
    const again: Request = { ...GET, repeated: true };
    await clock.run(() =>
      Promise.all([
        call("first", GET),
        call("second", GET),
        call("third", GET),
        call("again", again),
        call("again too", again),
      ]),
    );
    assert.deepEqual(order, ["first", "again", "again too", "second", "third"]);
  });

  describe("a 429", () => {
    it("governor: a 429 holds back every later call of the account as long as the vendor asks", async () => {
      const shared = governor();
      await refuse(shared, "7");
      assert.deepEqual(await clock.run(() => send(shared, 3)), [7000, 7000, 7000]);
    });

    it("governor: a 429 holds back also the calls that were queued already", async () => {
      const shared = governor({ maxInFlight: 1 });
      const [, queued] = await clock.run(() => Promise.all([refuse(shared, "7"), send(shared, 1)]));
      assert.deepEqual(queued, [7000]);
    });

    it("governor: a 429 that names no time, or none to wait, holds the other calls back too", async () => {
      for (const after of [undefined, "0", "-5", "NaN", "1e99", "soon", new Date(begun - 1000).toUTCString()]) {
        const shared = governor();
        const refusedAt = elapsed();
        await refuse(shared, after);
        assert.deepEqual(await clock.run(() => send(shared, 1)), [refusedAt + 1000], after);
      }
    });

    it("governor: of two pauses the longer one counts, and is told once", async () => {
      const shared = governor();
      await Promise.all([refuse(shared, "9"), refuse(shared, "3")]);
      assert.deepEqual(await clock.run(() => send(shared, 1)), [9000]);
      assert.deepEqual(log.at("info"), [
        "Kosli (https://app.kosli.com): 1 call waits for the vendor, which refused a call (429, too many requests), about 9 s.",
      ]);
    });

    it("governor: other failures hold nothing back", async () => {
      const shared = governor();
      const about = { method: "GET", path: "/x", retryAfter: "9", outcomeUnknown: true };
      await assert.rejects(
        shared.run(GET, async () => {
          throw new VendorError("server", "no", about);
        }),
      );
      assert.deepEqual(await send(shared, 1), [0]);
    });

    it("governor: one account does not hold back another", async () => {
      await refuse(governor(), "7");
      assert.deepEqual(await send(governor(), 1), [0]);
    });

    it("governor: after a 429 one call goes at a time, and one more for each minute in which none is refused", async () => {
      const shared = governor({ maxInFlight: 4 });
      await refuse(shared, "60");
      let running = 0;
      const most = new Map<number, number>();
      const call = async () => {
        const minute = Math.floor(elapsed() / 60_000);
        most.set(minute, Math.max(most.get(minute) ?? 0, ++running));
        await clock.sleep(10_000);
        running--;
      };
      await clock.run(() => Promise.all(times(80).map(() => shared.run(GET, call))));
      assert.deepEqual(Object.fromEntries(most), { 1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4 });
    });

    it("governor: after a second 429 no more calls go in a minute than the vendor took in the minute before it", async () => {
      const shared = governor();
      await clock.run(async () => {
        await refuse(shared, "1");
        await send(shared, 20);
        await refuse(shared, "1");
        const sent = await send(shared, 50);
        const held = 62_000;
        // Twenty and the refused one have left the minute by now, and the next minute gets as many again.
        assert.deepEqual(
          sent.map((time) => time - held),
          times(50).map((index) => (index < 21 ? 0 : 60_000)),
        );
      });
      assert.match(
        log.at("info").at(-1) ?? "",
        /: 29 calls wait for the vendor, which took 21 calls in a minute and refused the next \(429, too many requests\), about /,
      );
    });

    it("governor: one 429 alone costs no more than the pause that it asks for", async () => {
      const shared = governor();
      await refuse(shared, "2");
      assert.deepEqual(new Set(await clock.run(() => send(shared, 200))), new Set([2000]));
    });

    it("governor: holds end at least a minute apart, so that a vendor that names short pauses is not asked for ever", async () => {
      const shared = governor();
      await clock.run(async () => {
        await refuse(shared, "2");
        await refuse(shared, "2");
        assert.deepEqual(await send(shared, 1), [62_000]);
      });
    });

    it("governor: a vendor that asks to wait too long is asked once; the calls that wait fail with it, and say so", async () => {
      const shared = governor({ maxInFlight: 1 });
      const refusal = refuse(shared, "3600");
      const other: Request = { method: "PUT", path: path`/y`, repeatable: false };
      const errors = await Promise.all(
        times(3).map(() =>
          failureAs(
            VendorError,
            shared.run(other, async () => assert.fail("it must not be sent")),
          ),
        ),
      );
      await refusal;
      for (const { kind, message, method, path: to, retryAfter, outcomeUnknown } of errors) {
        assert.deepEqual([kind, method, to, retryAfter, outcomeUnknown], ["rateLimited", "PUT", "/y", "3600", false]);
        assert.equal(
          message,
          "PUT /y was not sent, since Kosli (https://app.kosli.com) refuses calls for now (GET /x was refused with 429)",
        );
      }
      await clock.run(() => clock.sleep(120_000));
      assert.deepEqual(await send(shared, 1), [120_000]);
    });
  });

  it("governor: calls that wait for a place in a window fail at once when the vendor closes the account", async () => {
    const shared = governor({ maxInFlight: 1, maxRequestsPerHour: 2 });
    await clock.run(async () => {
      const refusal = refuse(shared, "3600");
      const other: Request = { method: "PUT", path: path`/y`, repeatable: false };
      const waiting = times(9).map(() =>
        failureAs(
          VendorError,
          shared.run(other, async () => assert.fail("it must not be sent")),
        ),
      );
      await Promise.all([refusal, ...waiting]);
      const late = await failureAs(
        VendorError,
        shared.run(other, async () => assert.fail("nor one that comes later")),
      );
      assert.equal(late.cause, undefined, "another call's words are not handed on");
      assert.deepEqual(clock.now(), begun);
    });
  });

  describe("limits that the user sets", () => {
    it("governor: calls in a minute, and in an hour, are never more than set, and wait for a place", async () => {
      for (const [limits, span] of [
        [{ maxRequestsPerMinute: 4 }, 60_000],
        [{ maxRequestsPerHour: 4 }, 3_600_000],
      ] as const) {
        clock = new VirtualClock(begun);
        const sent = await clock.run(() => send(governor(limits), 10));
        const late = span / 60;
        assert.deepEqual(
          sent,
          [0, 0, 0, 0, 1, 1, 1, 1, 2, 2].map((round) => round * (span + late)),
        );
      }
    });

    it("governor: both limits together are kept", async () => {
      const sent = await clock.run(() => send(governor({ maxRequestsPerMinute: 2, maxRequestsPerHour: 3 }), 4));
      assert.deepEqual(sent, [0, 0, 61_000, 3_660_000]);
    });

    it("governor: a call counts until a minute after its end, since nobody knows when the vendor counts it", async () => {
      const shared = governor({ maxRequestsPerMinute: 1 });
      const [, second] = await clock.run(() =>
        Promise.all([shared.run(GET, () => clock.sleep(25_000)), shared.run(GET, async () => elapsed())]),
      );
      assert.equal(second, 86_000);
    });

    it("governor: failed calls count too", async () => {
      const shared = governor({ maxRequestsPerMinute: 1 });
      await assert.rejects(
        shared.run(GET, async () => {
          throw new Error("no");
        }),
      );
      assert.deepEqual(await clock.run(() => send(shared, 1)), [61_000]);
    });

    it("governor: of two opinions on an account's limits the stricter rules, whichever comes first", async () => {
      const shared = governor({ maxRequestsPerMinute: 100, maxInFlight: 1 });
      shared.restrict({ ...DEFAULT_LIMITS, maxRequestsPerMinute: 1 });
      shared.restrict({ ...DEFAULT_LIMITS, maxRequestsPerMinute: 50 });
      assert.deepEqual(await clock.run(() => send(shared, 2)), [0, 61_000]);
    });
  });

  describe("progress", () => {
    it("progress: a long wait is told at its begin and every 15 s, with the account, the reason, how many and how long", async () => {
      const shared = governor({ maxRequestsPerMinute: 2 });
      await clock.run(() => send(shared, 5));
      const line = (calls: string, about: string) =>
        `Kosli (https://app.kosli.com): ${calls} for kosli:maxRequestsPerMinute = 2, about ${about}.`;
      assert.deepEqual(log.at("info"), [
        line("3 calls wait", "3 min"),
        line("3 calls wait", "106 s"),
        line("3 calls wait", "91 s"),
        line("3 calls wait", "76 s"),
        line("3 calls wait", "61 s"),
        line("1 call waits", "46 s"),
        line("1 call waits", "31 s"),
        line("1 call waits", "16 s"),
      ]);
    });

    it("progress: a wait of a few seconds is not told", async () => {
      const shared = governor();
      await refuse(shared, "4");
      await clock.run(() => send(shared, 20));
      assert.deepEqual(log.at("info"), []);
    });

    it("progress: what waits only for other calls to end is not told", async () => {
      const shared = governor({ maxInFlight: 1 });
      await clock.run(() => Promise.all(times(5).map(() => shared.run(GET, () => clock.sleep(60_000)))));
      assert.deepEqual(log.at("info"), []);
    });
  });
});
