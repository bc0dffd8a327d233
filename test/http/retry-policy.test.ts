import assert from "node:assert/strict";
import fc from "fast-check";
import { path } from "../../provider/http/path";
import type { Request } from "../../provider/http/request";
import { pauseBefore, retryAfter } from "../../provider/http/retry-policy";
import { VendorError, type VendorErrorKind } from "../../provider/lifecycle/errors";

const NOW = Date.UTC(2026, 0, 1, 12);
const SAFE: Request = { method: "GET", path: path`/x`, repeatable: true };
const CREATION: Request = { method: "PUT", path: path`/x`, repeatable: false };

interface Failure {
  kind: VendorErrorKind;
  status?: number;
  outcomeUnknown?: boolean;
  retryAfter?: string;
}

function failed({ kind, status, outcomeUnknown = false, retryAfter: asked }: Failure): VendorError {
  return new VendorError(kind, "it failed", { method: "PUT", path: "/x", status, outcomeUnknown, retryAfter: asked });
}

function decide(failure: Failure, request: Request, attempt = 1, random = 1): number | string {
  const circumstances = { now: NOW, random, passingStatuses: [409] };
  const decision = pauseBefore(attempt, failed(failure), request, circumstances);
  return typeof decision === "number" ? decision : decision.give.message;
}

describe("retry policy", () => {
  const table: [what: string, failure: Failure, safe: boolean, creation: boolean][] = [
    ["a refused connection", { kind: "network" }, true, true],
    ["a connection that broke off", { kind: "network", outcomeUnknown: true }, true, false],
    ["a timeout", { kind: "timeout", outcomeUnknown: true }, true, false],
    ["a 408", { kind: "timeout", status: 408, outcomeUnknown: true }, true, false],
    ["a 429", { kind: "rateLimited", status: 429 }, true, true],
    ["a 500", { kind: "server", status: 500, outcomeUnknown: true }, true, false],
    ["a 503", { kind: "server", status: 503, outcomeUnknown: true }, true, false],
    ["a 503 with Retry-After", { kind: "server", status: 503, outcomeUnknown: true, retryAfter: "1" }, true, false],
    ["an unreadable answer", { kind: "unreadable", status: 200, outcomeUnknown: true }, true, false],
    ["a status that the vendor calls passing", { kind: "conflict", status: 409 }, true, false],
    ["a certificate that is not trusted", { kind: "untrusted" }, false, false],
    ["a 400", { kind: "invalid", status: 400 }, false, false],
    ["a 401", { kind: "unauthorized", status: 401 }, false, false],
    ["a 403", { kind: "forbidden", status: 403 }, false, false],
    ["a 404", { kind: "notFound", status: 404 }, false, false],
    ["a redirect", { kind: "refused", status: 302 }, false, false],
  ];

  for (const [what, failure, safe, creation] of table) {
    it(`retry: ${what} is ${safe ? "" : "not "}repeated, ${creation ? "also" : safe ? "but not" : "nor"} for a creation`, () => {
      assert.equal(typeof decide(failure, SAFE), safe ? "number" : "string");
      assert.equal(typeof decide(failure, CREATION), creation ? "number" : "string");
    });
  }

  it("retry: a call is tried five times", () => {
    const failure: Failure = { kind: "server", status: 500, outcomeUnknown: true };
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((attempt) => decide(failure, SAFE, attempt)),
      [500, 1000, 2000, 4000, "it failed"],
    );
    assert.equal(decide({ kind: "rateLimited", status: 429, retryAfter: "1" }, SAFE, 5), "it failed");
  });

  it("retry: pauses are spread from nothing to the whole", () => {
    const failure: Failure = { kind: "server", status: 500, outcomeUnknown: true };
    assert.deepEqual(
      [0, 0.25, 1].map((random) => decide(failure, SAFE, 3, random)),
      [0, 500, 2000],
    );
  });

  it("retry: a time that the vendor names is kept to the millisecond", () => {
    for (const random of [0, 1]) {
      assert.equal(decide({ kind: "rateLimited", status: 429, retryAfter: "7" }, SAFE, 2, random), 7000);
    }
  });

  it("retry: a vendor that asks for no pause at all is not hammered: the pause is the usual one", () => {
    for (const asked of ["0", "0.0", new Date(NOW).toUTCString(), new Date(NOW - 60_000).toUTCString()]) {
      assert.deepEqual(
        [1, 2, 3].map((attempt) => decide({ kind: "rateLimited", status: 429, retryAfter: asked }, CREATION, attempt)),
        [500, 1000, 2000],
        asked,
      );
    }
  });

  it("retry: a conflict that the vendor calls passing is repeated where the call says so, and nothing else is", () => {
    const rename: Request = { ...CREATION, repeatOnConflict: true };
    assert.equal(decide({ kind: "conflict", status: 409 }, rename), 500);
    for (const failure of [
      { kind: "server", status: 500, outcomeUnknown: true },
      { kind: "timeout", outcomeUnknown: true },
      { kind: "network", outcomeUnknown: true },
      { kind: "unreadable", status: 200, outcomeUnknown: true },
      { kind: "invalid", status: 400 },
    ] as const) {
      assert.equal(decide(failure, rename), "it failed", failure.kind);
    }
  });

  it("retry: up to two minutes are waited for, more is given up and said", () => {
    assert.equal(decide({ kind: "rateLimited", status: 429, retryAfter: "120" }, SAFE), 120_000);
    assert.equal(
      decide({ kind: "rateLimited", status: 429, retryAfter: "121" }, SAFE),
      "it failed. The vendor asks to wait 121 s, which is too long; run it again later",
    );
  });

  it("retry: a failure that is given up for its pause keeps what it is", () => {
    const error = failed({ kind: "rateLimited", status: 429, retryAfter: "3600" });
    const decision = pauseBefore(1, error, SAFE, { now: NOW, random: 0, passingStatuses: [] });
    assert.ok(typeof decision !== "number");
    const { kind, status, method, path: to, outcomeUnknown, cause } = decision.give;
    assert.deepEqual(
      [kind, status, method, to, outcomeUnknown, cause],
      ["rateLimited", 429, "PUT", "/x", false, error],
    );
  });
});

describe("Retry-After", () => {
  it("Retry-After: seconds", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), fc.constantFrom("", " ", "\t"), (seconds, space) => {
        assert.equal(retryAfter(`${space}${seconds}${space}`, NOW), seconds * 1000);
      }),
    );
  });

  it("Retry-After: a date counts from now, and one that is past means at once", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (seconds) => {
        const date = new Date(NOW + seconds * 1000).toUTCString();
        assert.equal(retryAfter(date, NOW), Math.max(0, seconds * 1000));
      }),
    );
  });

  it("Retry-After: both older forms of a date are read too", () => {
    assert.equal(retryAfter("Thursday, 01-Jan-26 12:00:30 GMT", NOW), 30_000);
    assert.equal(retryAfter("Thu Jan  1 12:00:30 2026", NOW), 30_000);
  });

  it("Retry-After: what is neither counts as not sent", () => {
    for (const header of ["", " ", "-5", "soon", "in 30 seconds", "120 s", "1e3", "NaN", "Infinity", "1,5", "0x10"]) {
      assert.equal(retryAfter(header, NOW), undefined, JSON.stringify(header));
    }
    assert.equal(retryAfter(undefined, NOW), undefined);
  });

  it("Retry-After: words with a number are no date", () => {
    for (const header of ["retry 5", "foo 12", "after 3", "about 10"]) {
      assert.equal(retryAfter(header, NOW), undefined, JSON.stringify(header));
    }
  });

  it("Retry-After: whatever is sent, the pause is no number below nothing", () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const pause = retryAfter(header, NOW);
        assert.ok(pause === undefined || pause >= 0);
      }),
    );
  });
});
