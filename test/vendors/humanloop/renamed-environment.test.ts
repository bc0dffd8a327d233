import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { deploymentStack } from "./world";

describe("humanloop: environments that are renamed in the app", () => {
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
            },
          ],
        },
      },
    });
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const program = { flow: "fl_01shop", environment: "staging", version: "flv_01shop1" };
  const rename = () =>
    emulator.edit({ vendor: "humanloop", action: "renameEnvironment", environment: "staging", name: "stage" });
  const deployed = () => emulator.state().humanloop.files[0]?.deployments.env_01staging;

  it("renamed environment: a deployment stays where it is, and the next version goes there", async () => {
    const stack = deploymentStack(emulator);
    await stack.up(program);
    rename();
    await stack.up({ ...program, version: "flv_01shop2" });
    assert.equal(deployed(), "flv_01shop2");
    emulator.clearJournal();
    await stack.up({ ...program, version: "flv_01shop2" }, { refresh: true });
    assert.deepEqual(
      emulator.journal().map(({ operation }) => operation),
      ["listFlowEnvironments"],
    );
  });

  it("renamed environment: a program that says the new name deploys to the same one", async () => {
    const stack = deploymentStack(emulator);
    await stack.up(program);
    rename();
    await stack.up({ ...program, environment: "stage" }, { refresh: true });
    assert.equal(deployed(), "flv_01shop1");
    assert.equal(stack.resource.id, "fl_01shop/env_01staging");
  });

  it("renamed environment: made by its new name and given up by its old one in the same run, it stays deployed", async () => {
    const [old, next] = [deploymentStack(emulator), deploymentStack(emulator)];
    await old.up(program);
    rename();
    const run = next.bench.run();
    await next.up({ ...program, environment: "stage" }, { run });
    await old.destroy({ run });
    assert.equal(deployed(), "flv_01shop1");
  });

  it("renamed environment: two resources for one environment, by its name and by its id, are refused", async () => {
    const [one, other] = [deploymentStack(emulator), deploymentStack(emulator)];
    const run = one.bench.run();
    await one.up(program, { run });
    await assert.rejects(other.up({ ...program, environment: "env_01staging" }, { run }), /Two resources/);
  });
});
