import assert from "node:assert/strict";
import { path } from "../../provider/http/path";
import type { TestLog } from "../harness/kosli-lifecycle";
import { byMinute, mostWithin, type Quota, QuotaVendor, quotaClient } from "../harness/quota-vendor";
import { VirtualClock } from "../harness/virtual-clock";

const MINUTE = 60_000;
const FLOWS = 500;
const CALLS = 3 * FLOWS;
const LIMIT = 100;

interface Course {
  readonly vendor: QuotaVendor;
  readonly log: TestLog;
  /** Virtual time from the first call to the last answer. */
  readonly minutes: number;
}

/** An `up` of 500 flows with three calls each against a vendor that takes 100 calls a minute. Rejects where one fails. */
async function up(
  quota: Omit<Quota, "most">,
  { set, offset = 0, others = 0 }: { set?: number | undefined; offset?: number; others?: number } = {},
): Promise<Course> {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1) + offset);
  const begun = clock.now();
  const vendor = new QuotaVendor(clock, { most: LIMIT, ...quota });
  const { client, log } = quotaClient(vendor, clock, set === undefined ? {} : { maxRequestsPerMinute: set });
  if (others > 0) void vendor.otherUser(others);
  const flow = async (_: unknown, index: number) => {
    const to = path`/flows/${String(index)}`;
    await client.send({ method: "GET", path: to, repeatable: true });
    await client.send({ method: "PUT", path: to, repeatable: false });
    await client.send({ method: "GET", path: to, repeatable: true });
  };
  await clock.run(() => Promise.all(Array.from({ length: FLOWS }, flow)));
  return { vendor, log, minutes: (clock.now() - begun) / MINUTE };
}

function assertTold(log: TestLog, minutes: number, reason: RegExp): void {
  const lines = log.at("info");
  for (const line of lines) {
    assert.match(line, /^Kosli \(https:\/\/app\.kosli\.com\): \d+ calls? waits? for .+, about \d+ (s|min)\.$/);
  }
  assert.ok(lines.filter((line) => reason.test(line)).length >= minutes - 2, "the reason is told about once a minute");
  assert.ok(lines.length <= minutes * 4 + 1, "and nothing more often than every 15 s");
}

describe("500 flows and a vendor that takes 100 calls a minute", function () {
  this.timeout(30_000);
  // Where in the vendor's minute the run begins.
  const offsets = [0, 23_456, 55_000];

  for (const windows of ["fixed", "sliding"] as const) {
    describe(`in ${windows} windows`, () => {
      it("quota: with the limit set nothing fails, nothing is refused, and no time is lost", async () => {
        for (const offset of offsets) {
          const { vendor, log, minutes } = await up({ windows }, { set: LIMIT, offset });
          assert.deepEqual(vendor.refused, []);
          assert.equal(vendor.ours.length, CALLS);
          assert.equal(mostWithin(vendor.ours, MINUTE), LIMIT);
          // The first hundred need no waiting: at best 14 minutes, and a sixtieth more for the counting by slices.
          assert.ok(minutes < 14.5, `${minutes} minutes`);
          assertTold(log, minutes, / for kosli:maxRequestsPerMinute = 100, /);
        }
      });

      it("quota: with no limit set, nothing fails; after the first calls one a minute is refused, and hardly any time is lost", async () => {
        for (const offset of offsets) {
          const { vendor, log, minutes } = await up({ windows }, { offset });
          const [first = 0, ...later] = byMinute(vendor.refused);
          assert.ok(first > 0 && first <= 10, `${first} were under way`);
          assert.deepEqual([...new Set(later)], [1]);
          assert.ok(minutes < 15.5, `${minutes} minutes`);
          assertTold(log, minutes, / for the vendor, which /);
        }
      });

      it("quota: a vendor that does not say how long to wait makes no difference to that", async () => {
        for (const offset of offsets) {
          const { vendor, minutes } = await up({ windows, saysWhen: false }, { offset });
          const [first = 0, ...later] = byMinute(vendor.refused);
          assert.ok(first <= 11, `${first} in the first minute`);
          assert.ok(later.reduce((sum, count) => sum + count, 0) <= minutes, "one a minute");
          assert.ok(minutes < 15.5, `${minutes} minutes`);
        }
      });

      for (const set of [LIMIT, undefined]) {
        it(`quota: where somebody else takes half of it, nothing fails and one call a minute is refused, ${set ? "with the limit set" : "without a limit"}`, async () => {
          for (const offset of offsets) {
            const { vendor, log, minutes } = await up({ windows }, { set, offset, others: LIMIT / 2 });
            const [first = 0, ...later] = byMinute(vendor.refused);
            assert.ok(first <= (set ? 2 : 10), `${first} in the first minute`);
            assert.ok(later.reduce((sum, count) => sum + count, 0) <= minutes, "one a minute");
            assert.ok(Math.max(...later) <= 2, `${later}`);
            // Half of the quota would take 30 minutes.
            assert.ok(minutes < 20, `${minutes} minutes`);
            assertTold(log, minutes, / for the vendor, which /);
          }
        });
      }

      it("quota: with half of it set and somebody else taking the other half, nothing is refused", async () => {
        for (const offset of offsets) {
          const { vendor, minutes } = await up({ windows }, { set: LIMIT / 2 - 1, offset, others: LIMIT / 2 });
          assert.deepEqual(vendor.refused, []);
          assert.ok(minutes < 32, `${minutes} minutes`);
        }
      });
    });
  }
});
