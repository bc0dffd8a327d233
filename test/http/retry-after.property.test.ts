import assert from "node:assert/strict";
import fc from "fast-check";
import { retryAfter } from "../../provider/http/retry-policy";

const NOW = Date.UTC(2026, 0, 1, 12);
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** The three forms of HTTP dates, each made of the first. */
const forms: Record<string, (date: Date) => string> = {
  "the form of today": (date) => date.toUTCString(),
  "the form of RFC 850": (date) => {
    const [, day, month, year, time] = date.toUTCString().split(" ");
    return `${DAYS[date.getUTCDay()]}, ${day}-${month}-${year?.slice(2)} ${time} GMT`;
  },
  "the form of asctime": (date) => {
    const [weekday, day, month, year, time] = date.toUTCString().split(" ");
    return `${weekday?.slice(0, 3)} ${month} ${day?.replace(/^0/, " ")} ${time} ${year}`;
  },
};

describe("Retry-After", () => {
  it("Retry-After: seconds are read to the millisecond, and none are as if nothing was sent", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000_000 }), fc.constantFrom("", " ", "\t"), (seconds, space) => {
        assert.equal(retryAfter(`${space}${seconds}${space}`, NOW), seconds === 0 ? undefined : seconds * 1000);
      }),
    );
  });

  for (const [form, write] of Object.entries(forms)) {
    it(`Retry-After: a date in ${form} counts from now, and one that is past is as if nothing was sent`, () => {
      // Two digits of a year mean one of the fifty that come, or of the fifty that were.
      const years = 20 * 365 * 24 * 3600;
      fc.assert(
        fc.property(fc.integer({ min: -years, max: years }), (seconds) => {
          const header = write(new Date(NOW + seconds * 1000));
          assert.equal(retryAfter(header, NOW), seconds > 0 ? seconds * 1000 : undefined, header);
        }),
      );
    });
  }

  it("Retry-After: whatever is sent, the pause is longer than nothing, or there is none", () => {
    const date = fc
      .date({ noInvalidDate: true })
      .chain((each) => fc.constantFrom(...Object.values(forms)).map((write) => write(each)));
    const broken = fc
      .tuple(date, fc.nat(40), fc.string({ maxLength: 3 }))
      .map(([text, at, junk]) => text.slice(0, at) + junk + text.slice(at + 1));
    const digits = fc.stringMatching(/^[-+]?[0-9.eE]{0,400}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), date, broken, digits), (header) => {
        const pause = retryAfter(header, NOW);
        assert.ok(pause === undefined || pause > 0, `${header}: ${pause}`);
      }),
      { numRuns: 1000 },
    );
  });

  it("Retry-After: what is neither seconds nor a date is as if nothing was sent", () => {
    for (const header of [
      "",
      " ",
      "-5",
      "soon",
      "in 30 seconds",
      "120 s",
      "1e3",
      "1e99",
      "NaN",
      "Infinity",
      "1,5",
      "0x10",
      "retry 5",
      "after 3",
      "2026-01-01T13:00:00Z",
      "Thu, 01 Jan 2026 13:00:00 CET",
      "Thu, 99 Jan 2026 13:00:00 GMT",
      "Thu, 01 Jan 2026 25:00:00 GMT",
      "Thu, 01 Jan 2026 13:00:00 GMT and later",
    ]) {
      assert.equal(retryAfter(header, NOW), undefined, JSON.stringify(header));
    }
    assert.equal(retryAfter(undefined, NOW), undefined);
  });
});
