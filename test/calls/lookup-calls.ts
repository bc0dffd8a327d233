import assert from "node:assert/strict";
import { runtime } from "@pulumi/pulumi";
import { humanloop, kapso, kosli, runtype } from "../../provider";
import { startEmulator } from "../../testing/src/emulator";
import type { Calls } from "./flow-calls";

const flows = {
  humanloop: { id: "fl_01shop", versionId: "flv_01shop1" },
  runtype: { id: "flow_01jv0000000000000000000901", name: "web" },
};

const seed = {
  kosli: { flows: [{ org: "acme", name: "web" }] },
  kapso: { workflows: [{ name: "web" }], functions: [{ name: "web", code: "export default {}" }] },
  runtype: { flows: [{ ...flows.runtype, flowSteps: [] }] },
  humanloop: {
    files: [
      { id: flows.humanloop.id, path: "web", versions: [{ version_id: flows.humanloop.versionId, attributes: {} }] },
    ],
  },
};

const nothing = (found: Promise<unknown>) => assert.rejects(found, /There is no|has no version/);

/** Every lookup, in each way that it can be asked: also for what is not there, or is only found in another way. */
const lookups: Readonly<Record<string, readonly (() => Promise<unknown>)[]>> = {
  "kosli.getFlow": [() => kosli.getFlow({ name: "web" }), () => nothing(kosli.getFlow({ name: "none" }))],
  "kosli.listFlows": [() => kosli.listFlows()],
  "kapso.getWorkflow": [() => kapso.getWorkflow({ name: "web" }), () => nothing(kapso.getWorkflow({ slug: "none" }))],
  "kapso.getFlow": [() => kapso.getFlow({ name: "web" }), () => nothing(kapso.getFlow({ name: "none" }))],
  "kapso.getFunction": [() => kapso.getFunction({ name: "web" }), () => nothing(kapso.getFunction({ slug: "none" }))],
  "runtype.getFlow": [
    () => runtype.getFlow({ id: flows.runtype.id }),
    () => runtype.getFlow({ name: flows.runtype.name }),
    () => nothing(runtype.getFlow({ name: "none" })),
  ],
  "runtype.listFlows": [() => runtype.listFlows()],
  "runtype.listFlowVersions": [() => runtype.listFlowVersions({ flow: flows.runtype.id })],
  "humanloop.getFlow": [
    () => humanloop.getFlow({ path: "web" }),
    () => nothing(humanloop.getFlow({ path: "none" })),
    () => humanloop.getFlow({ id: flows.humanloop.id }),
    () => humanloop.getFlow(flows.humanloop),
    () => humanloop.getFlow({ id: flows.humanloop.id, environment: "production" }),
    () => nothing(humanloop.getFlow({ id: flows.humanloop.id, versionId: "none" })),
  ],
  "humanloop.listFlows": [() => humanloop.listFlows()],
  "humanloop.listFlowVersions": [() => humanloop.listFlowVersions({ flow: flows.humanloop.id })],
  "humanloop.listFlowEnvironments": [() => humanloop.listFlowEnvironments({ flow: flows.humanloop.id })],
};

/** The lookups that programs can call. */
export const lookupNames = Object.entries({ kosli, kapso, runtype, humanloop }).flatMap(([vendor, sdk]) =>
  Object.keys(sdk)
    .filter((name) => /^(get|list)/.test(name) && !name.endsWith("Output"))
    .map((name) => `${vendor}.${name}`),
);

/** Every call that the lookups of a vendor lead to, each lookup with a key of its own: an account keeps what it was told. */
export async function lookupCalls(vendor: string): Promise<Calls> {
  const emulator = await startEmulator({ seed });
  const made: Calls = {};
  try {
    for (const lookup of lookupNames.filter((name) => name.startsWith(`${vendor}.`)).sort()) {
      for (const [index, look] of (lookups[lookup] ?? []).entries()) {
        const key = `${lookup}-${index}`;
        runtime.setAllConfig({
          "kosli:apiUrl": emulator.url,
          "kosli:apiToken": key,
          "kosli:org": "acme",
          "kapso:apiUrl": emulator.url,
          "kapso:legacyApiUrl": emulator.url,
          "kapso:apiKey": key,
          "runtype:apiUrl": emulator.url,
          "runtype:apiKey": key,
          "humanloop:apiUrl": emulator.url,
          "humanloop:apiKey": key,
        });
        emulator.clearJournal();
        await look();
        for (const operation of new Set(emulator.journal().map((call) => call.operation)))
          made[operation] = [...new Set([...(made[operation] ?? []), lookup])];
      }
    }
  } finally {
    runtime.setAllConfig({});
    await emulator.close();
  }
  return Object.fromEntries(Object.entries(made).sort(([one], [other]) => (one < other ? -1 : 1)));
}
