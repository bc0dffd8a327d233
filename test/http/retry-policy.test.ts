import assert from "node:assert/strict";
import { path } from "../../provider/http/path";
import type { Request } from "../../provider/http/request";
import { pauseBefore } from "../../provider/http/retry-policy";
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
  /** What a kind of failure means for a call, which may have been carried out, or is known not to have been. */
  type Verdict = "always" | "never" | "unless a creation may have been carried out";
  const kinds: Record<VendorErrorKind, Verdict> = {
    network: "unless a creation may have been carried out",
    timeout: "unless a creation may have been carried out",
    server: "unless a creation may have been carried out",
    // A 429 always says that nothing was done; the row asks what would be if one said otherwise.
    rateLimited: "unless a creation may have been carried out",
    unreadable: "never",
    untrusted: "never",
    refused: "never",
    invalid: "never",
    unauthorized: "never",
    forbidden: "never",
    notFound: "never",
    conflict: "never",
  };
  for (const [kind, verdict] of Object.entries(kinds) as [VendorErrorKind, Verdict][]) {
    it(`retry: ${kind} is repeated ${verdict}`, () => {
      for (const request of [SAFE, CREATION]) {
        for (const outcomeUnknown of [true, false]) {
          const possible = verdict !== "never" && (request.repeatable || !outcomeUnknown);
          assert.equal(
            typeof decide({ kind, outcomeUnknown }, request),
            possible ? "number" : "string",
            `${request.repeatable ? "repeatable" : "creation"}, ${outcomeUnknown ? "outcome unknown" : "nothing done"}`,
          );
        }
      }
    });
  }

  it("retry: a status that the vendor calls passing is repeated where the call is repeatable", () => {
    assert.equal(decide({ kind: "conflict", status: 409 }, SAFE), 500);
    assert.equal(decide({ kind: "conflict", status: 409 }, CREATION), "it failed");
    assert.equal(decide({ kind: "conflict", status: 423 }, SAFE), "it failed");
  });

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
      assert.equal(decide({ kind: "server", status: 503, retryAfter: "7" }, SAFE, 2, random), 7000);
    }
  });

  it("retry: a 429 has no pause of its own, since the governor holds back all calls of the account", () => {
    for (const asked of [undefined, "0", "7", "120"]) {
      const failure: Failure = { kind: "rateLimited", status: 429, ...(asked ? { retryAfter: asked } : {}) };
      assert.equal(decide(failure, CREATION, 3), 0);
    }
  });

  it("retry: a vendor that asks for no pause at all is not hammered: the pause is the usual one", () => {
    for (const asked of ["0", "0.0", new Date(NOW).toUTCString(), new Date(NOW - 60_000).toUTCString()]) {
      assert.deepEqual(
        [1, 2, 3].map((attempt) => decide({ kind: "server", status: 503, retryAfter: asked }, CREATION, attempt)),
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
    assert.equal(decide({ kind: "server", status: 503, retryAfter: "120" }, SAFE), 120_000);
    for (const [asked, told] of [
      ["121", "3 min"],
      ["3600", "60 min"],
      ["86400", "24 h"],
      ["9".repeat(400), "more than two days"],
      [new Date("9999-12-31T23:59:59Z").toUTCString(), "more than two days"],
    ] as const) {
      for (const [kind, status] of [
        ["server", 503],
        ["rateLimited", 429],
      ] as const) {
        assert.equal(
          decide({ kind, status, retryAfter: asked }, SAFE),
          `it failed. The vendor asks to wait ${told}, which is too long; run it again later`,
        );
      }
    }
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
