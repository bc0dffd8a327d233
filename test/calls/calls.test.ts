import assert from "node:assert/strict";
import mapValues from "lodash/mapValues";
import { allVendors } from "../../provider/vendors";
import { CALLS_FILE } from "../../scripts/rights";
import { Contract, type Operation } from "../../testing/src/emulator/contract";
import { subjects } from "../conformance/subjects";
import { assertGolden } from "../harness/golden";
import { callSites } from "./call-sites";
import { type Calls, flowCalls } from "./flow-calls";
import { lookupCalls, lookupNames } from "./lookup-calls";

describe("calls", function () {
  this.timeout(300_000);

  /** By token, and by vendor for lookups. */
  const recorded: Record<string, Calls> = {};

  before(async () => {
    for (const { name, flowTypes } of allVendors()) {
      for (const { token } of flowTypes) {
        const subject = subjects.find(({ type }) => type.token === token);
        assert.ok(subject, `${token} has no subject`);
        recorded[token] = await flowCalls(subject);
      }
      recorded[name] = await lookupCalls(name);
    }
  });

  /** The calls of a vendor, by `operationId`. */
  const callsOf = (vendor: string): string[] => {
    const own = Object.entries(recorded).filter(([of]) => of.split(":")[0] === vendor);
    return [...new Set(own.flatMap(([, calls]) => Object.keys(calls)))].sort();
  };

  it("calls: what the reference tells of them is what the flows and the lookups make", () => {
    assertGolden(
      CALLS_FILE,
      mapValues(recorded, (calls) => mapValues(calls, (when) => when.join(", "))),
    );
  });

  it("calls: every lookup was looked at, and makes one", () => {
    const looked = allVendors().flatMap(({ name }) => Object.values(recorded[name] ?? {}).flat());
    assert.deepEqual([...new Set(looked)].sort(), [...lookupNames].sort());
  });

  for (const { name, rights } of allVendors()) {
    it(`calls: every call that the source of ${name} can make was recorded, and no other`, () => {
      const { operations } = Contract.of(name);
      const sites = callSites(name).map((site) => operationAt(site, operations));
      assert.deepEqual([...new Set(sites)].sort(), callsOf(name));
    });

    it(`calls: the table of rights of ${name} has every call, and no other`, () => {
      assert.deepEqual(Object.keys(rights.calls).sort(), callsOf(name));
    });
  }
});

/** The `operationId` of a call in a source: where several routes fit, that with the fewest parameters. */
function operationAt(site: string, operations: readonly Operation[]): string {
  const parametersOf = (route: string) => route.split(":").length;
  const [found] = operations
    .filter(({ method, route }) => fits(`${method} ${route}`, site))
    .sort((one, other) => parametersOf(one.route) - parametersOf(other.route));
  return found?.id ?? `${site}, which the API description lacks`;
}

function fits(call: string, site: string): boolean {
  const parts = call.split("/");
  const written = site.split("/");
  return (
    parts.length === written.length && parts.every((part, index) => part.startsWith(":") || part === written[index])
  );
}
