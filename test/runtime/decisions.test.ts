import assert from "node:assert/strict";
import { decisionsOf } from "../../provider/runtime/decisions";
import { lifecycleOf } from "../../provider/runtime/process";
import { TestLog } from "../harness/kosli-lifecycle";

/** What a run with this environment says before it does anything. */
function begin(environment: Record<string, string>): { log: TestLog; reasons: string[] } {
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    const log = new TestLog();
    const lifecycle = lifecycleOf("kosli:Flow", (_, name) => (name === "org" ? "acme" : undefined), log);
    const { failures } = lifecycle.check({ name: "web" });
    lifecycle.check({ name: "other" });
    return { log, reasons: failures.map(({ reason }) => reason) };
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

describe("decisions for one run", () => {
  it("adopt: is told once, with the flows that it is for", () => {
    const { log } = begin({ PULUMI_FLOWS_ADOPT: "acme/web, acme/api," });
    assert.deepEqual(log.at("warn"), [
      "PULUMI_FLOWS_ADOPT is in force: acme/web, acme/api may be taken over in this run.",
    ]);
  });

  it("adopt: of everything is told as such", () => {
    const { log } = begin({ PULUMI_FLOWS_ADOPT: "all" });
    assert.deepEqual(log.at("warn"), [
      "PULUMI_FLOWS_ADOPT is in force: every flow that exists already may be taken over in this run.",
    ]);
  });

  it("adopt: takes exactly the flows that it names, also where a name holds spaces and commas", () => {
    const { adopts } = decisionsOf({ PULUMI_FLOWS_ADOPT: "acme/web, Hello, world ,Order status" });
    const taken = ["acme/web", "Hello, world", "Order status", "Order", "world, Order", "status"].filter(adopts);
    assert.deepEqual(taken, ["acme/web", "Hello, world", "Order status"]);
    assert.ok(!decisionsOf({}).adopts(""));
  });

  it("onConflict: is told once", () => {
    const { log } = begin({ PULUMI_FLOWS_ON_CONFLICT: "overwrite" });
    assert.deepEqual(log.at("warn"), [
      "PULUMI_FLOWS_ON_CONFLICT=overwrite is in force: changes made outside of Pulumi are overwritten in this run.",
    ]);
  });

  it("onConflict: a value that there is not is an error instead of nothing", () => {
    const { reasons } = begin({ PULUMI_FLOWS_ON_CONFLICT: "overwrit" });
    assert.ok(reasons.includes("PULUMI_FLOWS_ON_CONFLICT must be fail or overwrite"));
  });

  it("decisions: where none is made, nothing is told", () => {
    const { log, reasons } = begin({ PULUMI_FLOWS_ADOPT: " , ", PULUMI_FLOWS_ON_CONFLICT: "fail" });
    assert.deepEqual(log.lines, []);
    assert.ok(!reasons.some((each) => each.includes("PULUMI_FLOWS")));
  });
});
