import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(__dirname, "../..");

/** An explicit provider in a stack with this configuration. */
interface Case {
  readonly stack: Record<string, string>;
  readonly args: Record<string, string>;
}

/** Runs in a process of its own, since Pulumi's mocks and configuration stay for the whole process. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
const { Provider } = require("./provider/sdk/kosli.ts");
const all = JSON.parse(process.argv[1]).map(({ stack, args }, index) => {
  pulumi.runtime.setAllConfig(stack);
  return new Provider("provider-" + index, args).settings;
});
pulumi.all(all).apply((settings) => process.stdout.write(JSON.stringify(settings)));
`;

/** The settings of explicit providers, as their flows get them. */
async function settingsOf(...cases: Case[]): Promise<Record<string, string>[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["-r", "ts-node/register/transpile-only", "-e", PROGRAM, JSON.stringify(cases)],
    { cwd: root },
  );
  return JSON.parse(stdout);
}

describe("explicit provider", function () {
  this.timeout(60_000);
  const url = "https://kosli.acme.test";
  const own = { apiToken: "own" };
  const explicit = { "pulumi-flows:explicit": "true" };

  it("explicit provider: takes what it leaves out from the stack, but for the token and for a rival of what it sets", async () => {
    const stack = { "kosli:org": "acme", "kosli:apiUrl": url, "kosli:apiToken": "of the stack" };
    const settings = await settingsOf(
      { stack, args: own },
      { stack, args: { org: "other" } },
      { stack: { "kosli:region": "us" }, args: own },
      { stack: { "kosli:maxInFlight": "3", "kosli:maxRequestsPerHour": "5000" }, args: own },
      { stack: { "kosli:apiUrl": url }, args: { ...own, region: "us" } },
      { stack: { "kosli:region": "us" }, args: { ...own, apiUrl: url } },
    );
    assert.deepEqual(settings, [
      { ...explicit, "kosli:apiToken": "own", "kosli:org": "acme", "kosli:apiUrl": url },
      { ...explicit, "kosli:org": "other", "kosli:apiUrl": url },
      { ...explicit, "kosli:apiToken": "own", "kosli:region": "us" },
      { ...explicit, "kosli:apiToken": "own", "kosli:maxInFlight": "3", "kosli:maxRequestsPerHour": "5000" },
      { ...explicit, "kosli:apiToken": "own", "kosli:region": "us" },
      { ...explicit, "kosli:apiToken": "own", "kosli:apiUrl": url },
    ]);
  });
});
