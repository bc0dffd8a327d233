import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "../../testing/src/emulator";
import { Contract, type Operation } from "../../testing/src/emulator/contract";
import { vendors } from "../../testing/src/emulator/vendors";
import { describeViolation } from "../../testing/src/emulator/violations";
import { kosliClient } from "./kosli-client";

const repository = join(__dirname, "../..");

/** In the place of every path parameter. */
const pathParameters: Record<string, string> = {
  humanloop: "fl_0000000000000000000001",
  kapso: "00000001-0001-4000-8000-000000000001",
  kosli: "flow",
  runtype: "flow_01jv0000000000000000000001",
};

/** Every envelope that a vendor wants, so that no JSON call ends at a missing one. */
const bodies = {
  workflow: { name: "a" },
  flow: { name: "b" },
  function: { name: "a", code: "1", function_type: "cloudflare_worker" },
  trigger: { trigger_type: "api_call" },
  triggers: [{ trigger_type: "api_call" }],
  secret: { name: "A", value: "1" },
  workflow_execution: { phone_number: "+15550100001" },
  name: "a",
  recordType: "customer",
  versionId: "flowver_01jv0000000000000000000001",
  path: "a",
  attributes: {},
};

describe("emulator: contract", () => {
  const contract = Contract.of("kosli");
  const operation = (id: string): Operation => {
    const found = contract.operations.find((candidate) => candidate.id === id);
    assert.ok(found);
    return found;
  };

  for (const vendor of Object.values(vendors)) {
    it(`contract: every operation of ${vendor.name} is played, and a vendor is listed under its own name`, async () => {
      assert.ok(Object.keys(vendors).includes(vendor.name));
      const emulator = await startEmulator();
      try {
        const parameter = pathParameters[vendor.name];
        assert.ok(parameter !== undefined);
        for (const { method, route } of Contract.of(vendor.name).operations) {
          await fetch(`${emulator.url}${route.replace(/:[a-zA-Z_]+/g, parameter)}`, {
            method,
            headers: { authorization: "Bearer k", "x-api-key": "k", "content-type": "application/json" },
            ...(method !== "GET" && { body: JSON.stringify(bodies) }),
          });
        }
        for (const entry of emulator.journal()) {
          assert.notEqual(entry.operation, "");
          assert.notEqual(entry.status, 500, JSON.stringify(entry.response));
        }
      } finally {
        await emulator.close();
      }
    });
  }

  it("contract: the packed copy of a description is the repository's, where there is one", () => {
    const packed = join(repository, "testing/spec");
    if (!existsSync(packed)) return;
    for (const name of readdirSync(packed)) {
      const read = (folder: string) => readFileSync(join(folder, name), "utf8");
      assert.equal(read(packed), read(join(repository, "spec")), `${name}: run the build`);
    }
  });

  it("contract: a reply is checked by its status and its body", () => {
    const check = (status: number, body: unknown) =>
      contract.checkReply(operation("getFlow"), { status, body }, {}).map(describeViolation);
    const flow = { name: "a", description: "", org: "acme", template: "version: 1" };
    assert.deepEqual(check(200, flow), []);
    assert.deepEqual(check(200, { ...flow, description: null }), ["reply description: must be string [null]"]);
    assert.match(check(200, { ...flow, id: "4f1c8a7e-0000-4000-8000-000000000000" }).join(), /^reply id: must match/);
    assert.deepEqual(check(418, flow), ["reply: getFlow does not declare this status [418]"]);
    assert.deepEqual(check(404, {}).length, 1);
  });

  it("contract: a reply of the emulator against the description becomes a 500 that says so", async () => {
    const emulator = await startEmulator();
    const honest = contract.checkReply;
    contract.checkReply = () => [{ in: "reply", field: "name", message: "must be string", input: 3 }];
    try {
      const answer = await kosliClient(emulator).list();
      assert.equal(answer.status, 500);
      assert.match(JSON.stringify(answer.body), /Emulator bug in listFlows: .*reply name: must be string \[3\]/);
      assert.deepEqual(emulator.journal()[0]?.violations, ["reply name: must be string [3]"]);
    } finally {
      contract.checkReply = honest;
      await emulator.close();
    }
  });

  it("contract: an error names the innermost place and says it once", () => {
    const isTemplate = contract.schema("FlowTemplate");
    assert.ok(isTemplate({ version: 1, trail: null }));
    const body = { data_json: { name: "a", description: 3, visibility: "secret" } };
    const parts = new Map([["data_json", [{ file: false, text: JSON.stringify(body.data_json) } as const]]]);
    const { violations } = contract.readBody(operation("putFlow"), { kind: "multipart", parts });
    assert.deepEqual(violations.map(describeViolation), [
      "body data_json.description: must be string [3]",
      "body data_json.visibility: must be one of public, private [secret]",
    ]);
  });

  it("contract: query parameters get their declared types", () => {
    const { value } = contract.readQuery(
      operation("listFlows"),
      new URLSearchParams("per_page=5&tag=a&case_sensitive=false"),
    );
    assert.deepEqual(value, { per_page: 5, tag: ["a"], case_sensitive: false });
  });
});
