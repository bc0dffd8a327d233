import assert from "node:assert/strict";
import type { Request } from "../../../provider/http/request";
import { SECRETS } from "../../../provider/lifecycle/state";
import type { Values } from "../../../provider/lifecycle/values";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { deploymentStack, flowStack, monitoringStack } from "./world";

const FLOW = "fl_01shop";

/** What other people have made, deployed or switched on stays theirs. */
describe("humanloop: what others do", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator({
      seed: {
        humanloop: {
          environments: [
            { id: "env_01staging", name: "staging" },
            { id: "env_01quality", name: "quality" },
          ],
          files: [
            {
              id: FLOW,
              path: "shop",
              versions: [1, 2, 3].map((say) => ({ version_id: `flv_01shop${say}`, attributes: { say } })),
            },
            {
              id: "ev_01tone",
              path: "tone",
              type: "evaluator",
              versions: [1, 2].map((index) => ({ version_id: `evv_01tone${index}`, attributes: { index } })),
            },
          ],
        },
      },
    });
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const file = (path = "shop") => {
    const found = emulator.state().humanloop.files.find((each) => each.path === path);
    assert.ok(found);
    return found;
  };
  const rename = (environment: string, name: string) =>
    emulator.edit({ vendor: "humanloop", action: "renameEnvironment", environment, name });
  const deploy = (environment: string, version: string) =>
    emulator.edit({ vendor: "humanloop", action: "deploy", file: "shop", environment, version });
  const toStaging: Values = { flow: FLOW, environment: "staging", version: "flv_01shop1" };

  it("others: a version that somebody else has deployed since is not removed", async () => {
    const stack = deploymentStack(emulator);
    await stack.up(toStaging);
    deploy("staging", "flv_01shop3");
    const run = stack.bench.run();
    await stack.destroy({ run });
    assert.equal(file().deployments.env_01staging, "flv_01shop3");
    assert.match(run.log.at("info").join(), /flv_01shop3, which others have deployed to staging, stays there/);
  });

  it("others: evaluators that somebody else has switched on since stay on", async () => {
    const stack = monitoringStack(emulator);
    await stack.up({ flow: FLOW, evaluators: [{ evaluatorVersionId: "evv_01tone1" }] });
    emulator.edit({
      vendor: "humanloop",
      action: "monitor",
      file: "shop",
      set: { activate: [{ evaluator_version_id: "evv_01tone2" }] },
    });
    await stack.destroy();
    const states = file().evaluators.map(({ state }) => state);
    assert.deepEqual(states.sort(), ["active", "inactive"]);
    const active = file().evaluators.find(({ state }) => state === "active");
    assert.match(JSON.stringify(active), /evv_01tone2/);
  });

  it("others: where environments have swapped names, nothing is deployed to the one that the program does not mean", async () => {
    const stack = deploymentStack(emulator);
    await stack.up(toStaging);
    rename("staging", "frozen");
    rename("quality", "staging");
    const wanted = { ...toStaging, version: "flv_01shop2" };
    await assert.rejects(stack.up(wanted), /environment: Pulumi last saw "staging", it is now "frozen"/);
    await assert.rejects(
      stack.up({ ...wanted, onConflict: "overwrite" }),
      /is called "frozen" by now \(env_01staging\), and another one is called "staging"\. Nothing was deployed/,
    );
    const { env_01staging, env_01quality } = file().deployments;
    assert.deepEqual([env_01staging, env_01quality], ["flv_01shop1", undefined]);
  });

  it("others: a refusal to empty the default environment says how to leave it", async () => {
    emulator.switches({ humanloopRemoveDefault: "refused" });
    const stack = deploymentStack(emulator);
    const args = { ...toStaging, environment: "production", deletionPolicy: "remove" };
    await stack.up(args);
    await assert.rejects(stack.destroy(), /Nothing was changed.*`deletionPolicy: "retain"`/);
    await stack.up({ ...args, deletionPolicy: "retain" });
    await stack.destroy();
    assert.ok(Object.values(file().deployments).includes("flv_01shop1"));
  });

  const flows = async (program: Values) => {
    const stack = flowStack(emulator);
    await stack.up({ path: "answers", attributes: { say: "Hi" }, ...program });
    return stack;
  };
  const theirs = (set: { attributes: Values; version_name: string; version_description?: string }) =>
    emulator.edit({ vendor: "humanloop", action: "upsertFlow", set: { path: "answers", ...set } });

  it("others: what they call a version is not replaced without a word", async () => {
    const stack = await flows({});
    theirs({ attributes: { say: "Hello" }, version_name: "hello", version_description: "signed off" });
    const run = stack.bench.run();
    const wanted = { path: "answers", attributes: { say: "Hello" }, versionName: "two", versionDescription: "second" };
    await stack.up(wanted, { run });
    assert.match(
      run.log.at("warn").join(),
      /had these attributes already\. By now the program's name and description took the place of what it had/,
    );
  });

  it("others: a version that they have named as the program wants to is told by its id", async () => {
    const stack = await flows({ versionName: "one" });
    theirs({ attributes: { say: "Hello" }, version_name: "two" });
    const other = file("answers").versions.find(({ version_name }) => version_name === "two")?.version_id;
    const wanted = { path: "answers", attributes: { say: "Hi" }, versionName: "two" };
    await assert.rejects(stack.up(wanted), new RegExp(`${other} is named "two": choose another`));
    await assert.rejects(
      stack.up({ ...wanted, attributes: { say: "Good day" } }),
      new RegExp(`${other} is named "two": choose another`),
    );
  });

  it("others: an equal flow that is made between looking and creating is recorded, and told", async () => {
    const before = ({ method, path }: Request) => {
      if (method === "POST" && path.text === "/v5/flows") theirs({ attributes: { say: "Hi" }, version_name: "theirs" });
    };
    for (const own of [{ versionName: "ours" }, {}]) {
      emulator.reset();
      const stack = flowStack(emulator);
      const args = { path: "answers", attributes: { say: "Hi" }, ...own };
      await assert.rejects(stack.up(args, { before }), /has been overwritten/);
      assert.equal(stack.resource.id, file("answers").id);
    }
  });

  it("others: a flow that was moved away since the run has listed all flows is not taken over", async () => {
    const [first, second] = [flowStack(emulator), flowStack(emulator)];
    const run = first.bench.run();
    await first.up({ path: "first", attributes: {} }, { run });
    emulator.edit({ vendor: "humanloop", action: "deploy", file: "shop", environment: "production" });
    emulator.edit({ vendor: "humanloop", action: "moveFile", file: "shop", path: "elsewhere" });
    const before = file("elsewhere");
    await second.up({ path: "shop", attributes: { say: 9 }, adopt: true }, { run });
    assert.deepEqual(file("elsewhere"), before);
    assert.notEqual(second.resource.id, FLOW);
  });

  it("others: an environment that two resources name in two ways at once is refused to the second", async () => {
    const [one, other] = [deploymentStack(emulator), deploymentStack(emulator)];
    const run = one.bench.run();
    const results = await Promise.allSettled([
      one.up(toStaging, { run }),
      other.up({ ...toStaging, environment: "env_01staging", version: "flv_01shop2" }, { run }),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "rejected"],
    );
    assert.equal(file().deployments.env_01staging, "flv_01shop1");
  });

  it("others: logs that only the flow itself tells, while the list of its versions lags, keep it from being deleted", async () => {
    emulator.switches({ humanloopListDelay: 3 });
    const stack = await flows({});
    emulator.edit({ vendor: "humanloop", action: "log", file: "answers", times: 5 });
    await assert.rejects(stack.destroy(), /not all show, and 5 logs.*Nothing was changed/);
  });

  it("others: what a warning of a renamed version says holds no secret", async () => {
    const stack = await flows({ versionDescription: "old secret", [SECRETS]: [["versionDescription"]] });
    await stack.up({ path: "answers", attributes: { say: "Hello" } });
    const run = stack.bench.run();
    const back = { path: "answers", attributes: { say: "Hi" }, versionDescription: "new secret" };
    await stack.up({ ...back, [SECRETS]: [["versionDescription"]] }, { run });
    assert.match(run.log.at("warn").join(), /had these attributes already/);
    assert.doesNotMatch(run.log.lines.map(({ message }) => message).join(), /old secret|new secret/);
  });

  it("others: with a key that may not ask whose it is, nothing that does not show counts as gone", async () => {
    emulator.faults([{ match: { operation: "getDirectory" }, when: "before", then: { status: 403 } }]);
    const stack = await flows({});
    const { kept } = stack;
    emulator.edit({ vendor: "humanloop", action: "deleteFile", file: "answers" });
    await assert.rejects(stack.refresh(), /the state does not tell whose it is.*Nothing was changed/);
    assert.deepEqual(stack.kept, kept);
  });
});
