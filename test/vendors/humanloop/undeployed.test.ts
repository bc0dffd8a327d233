import assert from "node:assert/strict";
import { FlowError } from "../../../provider/lifecycle/errors";
import { type Emulator, humanloopDefaults, startEmulator } from "../../../testing/src/emulator";
import { failureAs } from "../../harness/failure-of";
import { flowStack, monitoringStack } from "./world";

describe("humanloop: flows of which nothing is deployed to the default environment", () => {
  let emulator: Emulator;
  before(async () => {
    const versions = [{ version_id: "evv_01tone1", attributes: {} }];
    emulator = await startEmulator({
      seed: {
        humanloop: {
          environments: [
            { id: "env_01staging", name: "staging" },
            { name: "staging", organization: "globex" },
          ],
          files: [
            { id: "fl_01kiosk", path: "kiosk", versions: [{ attributes: { say: "Hi" } }], deployments: {} },
            { path: "beside/other", versions: [{ attributes: {} }] },
            { path: "theirs", organization: "globex", versions: [{ attributes: {} }] },
            { path: "beside/tone", type: "evaluator", versions },
          ],
        },
      },
    });
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const foreign = () => {
    const other = { organization: "globex", role: "admin" as const, email: "eve@globex.example" };
    emulator.switches({ humanloopKeys: { "hl-test-key": humanloopDefaults.account, foreign: other } });
    return { settings: { apiKey: "foreign" } };
  };

  it("undeployed: monitoring is read, and never gone with the key of another organization", async () => {
    const stack = monitoringStack(emulator);
    await stack.up({ flow: "fl_01kiosk", evaluators: [{ evaluatorVersionId: "evv_01tone1" }] });
    const { kept } = stack;
    await stack.refresh();
    assert.deepEqual(stack.kept, kept);
    await failureAs(FlowError, stack.refresh(foreign()));
    assert.deepEqual(stack.kept, kept);
  });

  it("undeployed: an adopted flow is never gone with the key of another organization", async () => {
    // Otherwise nothing is found at its path.
    emulator.switches({ humanloopNothingDeployed: "newest" });
    const stack = flowStack(emulator);
    await stack.up({ path: "kiosk", attributes: { say: "Hi" }, adopt: true });
    const { kept } = stack;
    await failureAs(FlowError, stack.refresh(foreign()));
    assert.deepEqual(stack.kept, kept);
  });

  it("undeployed: a flow is found at its path, and taken over only where the program asks for that", async () => {
    const stack = flowStack(emulator);
    const wanted = { path: "kiosk", attributes: { say: "Hello" } };
    const before = emulator.state();
    const error = await failureAs(FlowError, stack.up(wanted));
    assert.match(error.message, /"kiosk" exists already.*Nothing was changed/);
    assert.deepEqual(emulator.state(), before);
    await stack.up({ ...wanted, adopt: true });
    assert.equal(stack.resource.id, "fl_01kiosk");
  });

  it("undeployed: a flow without any version is not gone", async () => {
    emulator.switches({ humanloopDeleteLast: "leavesEmpty", humanloopDeleteDeployed: "undeploys" });
    const stack = flowStack(emulator);
    const { versionId } = await stack.up({ path: "empty", attributes: {} });
    const { kept } = stack;
    emulator.edit({ vendor: "humanloop", action: "deleteVersion", file: "empty", version: String(versionId) });
    const error = await failureAs(FlowError, stack.refresh());
    assert.match(error.message, /"empty".*still there, but shows no version/);
    assert.deepEqual(stack.kept, kept);
  });

  it("undeployed: the only flow of an organization, deleted in the app, is gone, and made again", async () => {
    const stack = flowStack(emulator);
    for (const file of ["kiosk", "beside/other"]) emulator.edit({ vendor: "humanloop", action: "deleteFile", file });
    await stack.up({ path: "only", attributes: {} });
    emulator.edit({ vendor: "humanloop", action: "deleteFile", file: "only" });
    await stack.up({ path: "only", attributes: {} }, { refresh: true });
    assert.equal(emulator.state().humanloop.files.filter(({ path }) => path === "only").length, 1);
  });
});
