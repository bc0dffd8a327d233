import assert from "node:assert/strict";
import fc from "fast-check";
import { RequestWindow } from "../../provider/http/request-window";
import { mostWithin } from "../harness/quota-vendor";

const SPAN = 60_000;

/** A call: how long after the one before somebody wants it, how long it takes, and where on its way the vendor counts it. */
const call = fc.record({
  after: fc.nat(20_000),
  takes: fc.oneof(fc.nat(500), fc.nat(40_000)),
  counted: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe("request window", () => {
  it("request window: wherever the vendor counts a call on its way, no minute holds more than allowed, and none waits needlessly", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(call, { maxLength: 60 }),
        fc.nat(SPAN),
        (most, calls, begin) => {
          const window = new RequestWindow(SPAN);
          const counted: number[] = [];
          const ended: number[] = [];
          let running: number[] = [];
          let now = begin;
          const endUntil = (time: number) => {
            for (const end of running.filter((each) => each <= time).sort((a, b) => a - b)) {
              window.end(end);
              ended.push(end);
            }
            running = running.filter((each) => each > time);
          };
          for (const { after, takes, counted: part } of calls) {
            now += after;
            endUntil(now);
            for (let free = window.freeAt(now, most); free !== now; free = window.freeAt(now, most)) {
              // Every place is taken: by calls that run, and by such as ended a minute and a slice ago at most.
              const recent = ended.filter((end) => end > now - SPAN - SPAN / 60).length;
              assert.ok(running.length + recent >= most);
              now = Math.min(free ?? Number.POSITIVE_INFINITY, ...running);
              endUntil(now);
            }
            window.begin();
            running.push(now + takes);
            counted.push(now + takes * part);
          }
          assert.ok(mostWithin(counted, SPAN) <= most);
        },
      ),
      { numRuns: 300 },
    );
  });
});
