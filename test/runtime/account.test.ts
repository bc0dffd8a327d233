import assert from "node:assert/strict";
import type { Governor } from "../../provider/http/governor";
import { path } from "../../provider/http/path";
import { FlowError } from "../../provider/lifecycle/errors";
import { accountOf, lifecycleOf } from "../../provider/runtime/process";
import { defineVendor } from "../../provider/vendors/vendor";
import { TestLog } from "../harness/kosli-lifecycle";

/** A vendor whose account is nothing but its governor. */
const vendor = defineVendor<"apiToken" | "org" | "apiUrl", Governor>({
  name: "acme",
  settings: { apiToken: { secret: true }, org: {}, apiUrl: {} },
  hostRoot: ({ apiUrl }) => apiUrl ?? "https://acme.test",
  connect: (_settings, connection) => connection.governor("Acme"),
  rights: { keys: "", calls: {} },
  flowTypes: [],
});

function governorOf(settings: Record<string, string>): Governor {
  return accountOf(vendor, (namespace, name) => (namespace === "acme" ? settings[name] : undefined), new TestLog());
}

/** How many calls a governor lets run at once. */
async function widthOf(governor: Governor): Promise<number> {
  const ends: (() => void)[] = [];
  const request = { method: "GET", path: path`/x`, repeatable: true } as const;
  const calls = Array.from({ length: 20 }, () =>
    governor.run(request, () => new Promise<void>((end) => ends.push(end))),
  );
  await new Promise((idle) => setImmediate(idle));
  const width = ends.length;
  while (ends.length > 0) {
    for (const end of ends.splice(0)) end();
    await new Promise((idle) => setImmediate(idle));
  }
  await Promise.all(calls);
  return width;
}

describe("account", () => {
  it("account: is a key at a host; whoever reaches it with other settings shares its governor", () => {
    const governor = governorOf({ apiToken: "k1" });
    for (const settings of [{ org: "other" }, { maxInFlight: "4" }, { apiUrl: "https://acme.test" }]) {
      assert.equal(governorOf({ apiToken: "k1", ...settings }), governor);
    }
    for (const settings of [{ apiToken: "k2" }, { apiToken: "k1", apiUrl: "https://eu.acme.test" }]) {
      assert.notEqual(governorOf(settings), governor);
    }
  });

  it("account: of different limits the strictest rules, in whatever order they become known", async () => {
    for (const [apiToken, order] of [
      ["k3", ["2", "7"]],
      ["k4", ["7", "2"]],
    ] as const) {
      for (const maxInFlight of order) governorOf({ apiToken, maxInFlight });
      assert.equal(await widthOf(governorOf({ apiToken })), 2);
    }
  });

  it("account: without a limit ten calls run at once", async () => {
    assert.equal(await widthOf(governorOf({ apiToken: "k5" })), 10);
  });

  it("account: a bad limit fails the check of a flow, and every call", async () => {
    const config: Record<string, string> = {
      "kosli:maxRequestsPerHour": "many",
      "kosli:apiToken": "t",
      "kosli:org": "acme",
    };
    const lifecycle = lifecycleOf("kosli:Flow", (namespace, name) => config[`${namespace}:${name}`], new TestLog());
    const reason = "kosli:maxRequestsPerHour must be a whole number above 0, such as 10";
    assert.deepEqual(lifecycle.check({ name: "web" }).failures, [{ property: "kosli:maxRequestsPerHour", reason }]);
    await assert.rejects(lifecycle.create({ name: "web", org: "acme" }), (error) => {
      assert.ok(error instanceof FlowError);
      assert.equal(error.message, `Kosli flow "acme/web": ${reason}.`);
      return true;
    });
  });
});
