import assert from "node:assert/strict";
import type { HumanloopAccount } from "../../../provider/vendors/humanloop/account";
import { findEnvironments, findFlow, findFlows, findVersions } from "../../../provider/vendors/humanloop/lookups";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { flowStack, operations } from "./world";

describe("humanloop: lookups", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator({
      seed: {
        humanloop: {
          environments: [{ id: "env_01staging", name: "staging" }],
          files: [
            {
              id: "fl_01shop",
              path: "shop",
              versions: [1, 2].map((say) => ({ version_id: `flv_01shop${say}`, attributes: { say } })),
              deployments: { env_01staging: "flv_01shop2" },
            },
            ...Array.from({ length: 45 }, (_, index) => ({
              path: `many/${index + 10}`,
              versions: [{ attributes: {} }],
            })),
          ],
        },
      },
    });
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const account = () => flowStack(emulator).bench.run().account as HumanloopAccount;

  it("a flow of which nothing is deployed to the default environment is found by its path, and its newest version told", async () => {
    const { id, versionId, environments } = await findFlow(account(), { path: "shop" });
    assert.deepEqual([id, environments], ["fl_01shop", versionId === "flv_01shop2" ? ["staging"] : []]);
  });

  it("a version is told by its id, or by the environment that has it", async () => {
    assert.deepEqual((await findFlow(account(), { path: "shop", versionId: "flv_01shop1" })).attributes, { say: 1 });
    for (const environment of ["staging", "env_01staging"])
      assert.deepEqual((await findFlow(account(), { id: "fl_01shop", environment })).attributes, { say: 2 });
  });

  it("what is not there is said: the flow, the version, the environment, or what is deployed to it", async () => {
    const refused: readonly (readonly [wanted: Parameters<typeof findFlow>[1], message: RegExp])[] = [
      [{ path: "none" }, /There is no Humanloop flow "none"\.$/],
      [{ id: "fl_none" }, /There is no Humanloop flow "fl_none"\.$/],
      [{ id: "fl_none", environment: "staging" }, /There is no Humanloop flow "fl_none"\.$/],
      [{ id: "fl_01shop", versionId: "flv_none" }, /no version flv_none of the Humanloop flow "fl_01shop"/],
      [{ id: "fl_01shop", environment: "moon" }, /no environment "moon".*"production", "staging"/],
      [{ id: "fl_01shop", environment: "production" }, /Nothing of .*"fl_01shop" is deployed to "production"/],
      [{ id: "fl_01shop", environment: "staging", versionId: "flv_01shop1" }, /either the `versionId` or/],
      [{}, /Say the `path` or the `id`/],
    ];
    for (const [wanted, message] of refused) await assert.rejects(findFlow(account(), wanted), message);
    await assert.rejects(findVersions(account(), "fl_none"), /There is no Humanloop flow "fl_none"/);
    await assert.rejects(findEnvironments(account(), "fl_none"), /There is no Humanloop flow "fl_none"/);
  });

  it("a list holds every flow once, also one that is made while it is read", async () => {
    const run = flowStack(emulator).bench.run({
      before: ({ query }) => {
        if (query?.page === "2")
          emulator.edit({ vendor: "humanloop", action: "upsertFlow", set: { path: "many/new", attributes: {} } });
      },
    });
    const flows = await findFlows(run.account as HumanloopAccount, "many/");
    const paths = [...Array.from({ length: 45 }, (_, index) => `many/${index + 10}`), "many/new"];
    assert.deepEqual(
      flows.map(({ path }) => path),
      paths,
    );
  });

  it("a list of flows asks no page that is past the end", async () => {
    await findFlows(account(), "");
    assert.deepEqual(operations(emulator), ["listFlows", "listFlows", "listFlows"]);
  });

  it("versions and environments of a flow are told", async () => {
    const versions = await findVersions(account(), "fl_01shop");
    assert.deepEqual(versions.map(({ versionId }) => versionId).sort(), ["flv_01shop1", "flv_01shop2"]);
    const environments = await findEnvironments(account(), "fl_01shop");
    assert.deepEqual(
      environments.map(({ name, isDefault, versionId }) => [name, isDefault, versionId]),
      [
        ["production", true, undefined],
        ["staging", false, "flv_01shop2"],
      ],
    );
  });
});

describe("humanloop: refusals", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());

  const refusedWith = (detail: unknown) => {
    const stack = flowStack(emulator);
    emulator.faults([{ match: { operation: "upsertFlow" }, when: "before", then: { status: 422, body: { detail } } }]);
    return stack.up({ path: "answers", attributes: { say: "Hi" }, versionName: "one" });
  };

  it("a 422 tells the place as the program calls it", async () => {
    const detail = [
      { loc: ["body", "version_name"], msg: "too long", type: "value_error" },
      { loc: ["body", "attributes", "name"], msg: "too large", type: "value_error" },
      { loc: ["body"], msg: "odd", type: "value_error" },
    ];
    await assert.rejects(refusedWith(detail), /versionName: too long; attributes\.name: too large; odd/);
  });

  it("a 422 that does not say why is shown as it is", async () => {
    await assert.rejects(refusedWith([{ loc: ["body", "path"], type: "unknown" }]), /path: \{.*"type":"unknown"/);
    await assert.rejects(refusedWith("No such thing"), /No such thing/);
  });
});
