import assert from "node:assert/strict";
import { DEFAULT_LIMITS, Governor } from "../../../provider/http/governor";
import type { Send } from "../../../provider/http/request";
import { createLifecycle } from "../../../provider/lifecycle/lifecycle";
import { RunMemory } from "../../../provider/lifecycle/run-memory";
import { kapso } from "../../../provider/vendors/kapso/vendor";
import { TestLog } from "../../harness/bench";
import { VirtualClock } from "../../harness/virtual-clock";
import { benched, settings } from "./graph-world";

const MINUTE = 60_000;
const WORKFLOWS = 150;
/** Kapso's limit of a free project, in calls a minute. */
const FREE = 100;

const idOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

/** Kapso's answers to the reading of workflows under its free limit. */
function quotaOf(clock: VirtualClock): { send: Send; refused: number[] } {
  const minutes = new Map<number, number>();
  const refused: number[] = [];
  return {
    refused,
    async send({ path }) {
      await clock.sleep(200);
      const minute = Math.floor(clock.now() / MINUTE);
      const calls = (minutes.get(minute) ?? 0) + 1;
      minutes.set(minute, calls);
      if (calls > FREE) {
        refused.push(clock.now());
        return { status: 429, headers: { "retry-after": "60" }, text: '{"error":"Rate limit exceeded"}' };
      }
      const id = path.text.split("/")[4];
      const at = "2026-01-01T00:00:00.000-04:00";
      const head = { id, name: id, slug: id, status: "active", lock_version: 1, created_at: at, updated_at: at };
      return {
        status: 200,
        headers: {},
        text: JSON.stringify({ data: { ...head, project_id: "p", definition: { nodes: [], edges: [] } } }),
      };
    },
  };
}

describe("Kapso's limit of 100 calls a minute", () => {
  for (const [what, maxRequestsPerMinute, mostRefused] of [
    ["known: nothing is refused", FREE, 0],
    ["unknown: a minute is waited after the first refusal", undefined, DEFAULT_LIMITS.maxInFlight],
  ] as const) {
    it(`150 workflows are refreshed by waiting, visibly, and none fails: ${what}`, async () => {
      const clock = new VirtualClock();
      const log = new TestLog();
      const quota = quotaOf(clock);
      const limits = { ...DEFAULT_LIMITS, ...(maxRequestsPerMinute ? { maxRequestsPerMinute } : {}) };
      const account = kapso.connect(settings("https://api.kapso.ai"), {
        clock,
        log,
        random: () => 0.5,
        userAgent: "pulumi-flows/test",
        transport: () => quota.send,
        governor: (name) => new Governor({ account: name, namespace: "kapso", limits, clock, log }),
      });
      const ports = { log, clock, memory: new RunMemory(), overrides: { adopts: () => false, overwrites: false } };
      const lifecycle = createLifecycle(
        benched.type,
        () => ({}),
        () => account,
        ports,
      );
      const begun = clock.now();
      const found = await clock.run(() =>
        Promise.all(Array.from({ length: WORKFLOWS }, (_, index) => lifecycle.read(idOf(index), {}))),
      );
      assert.equal(found.filter((each) => each?.state.status === "active").length, WORKFLOWS);
      assert.ok(quota.refused.length <= mostRefused, `${quota.refused.length} refused`);
      const minutes = (clock.now() - begun) / MINUTE;
      assert.ok(minutes > 1 && minutes <= 2.2, `took ${minutes} minutes`);
      assert.match([...log.at("info"), ...log.at("warn")].join("\n"), /Kapso \(https:\/\/api\.kapso\.ai\).*wait/i);
    });
  }
});
