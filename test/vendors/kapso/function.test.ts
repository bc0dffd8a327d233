import assert from "node:assert/strict";
import { FlowError, PartialFailure } from "../../../provider/lifecycle/errors";
import type { Values } from "../../../provider/lifecycle/values";
import { callable } from "../../../provider/vendors/kapso/function";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { Bench, type Benched } from "../../harness/bench";
import { failureAs } from "../../harness/failure-of";
import { Stack } from "../../harness/stack";
import { benched } from "./graph-world";

const program = (more: Values = {}) => ({ name: "report", code: "export default {}", ...more });

describe("kapso:Function", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const stackOf = () => new Stack(new Bench({ ...benched, type: callable as unknown as Benched["type"] }, emulator));
  const operations = () => {
    const made = emulator.journal().map(({ operation }) => operation);
    emulator.clearJournal();
    return made;
  };
  const only = () => {
    const [found] = emulator.state().kapso.functions;
    assert.ok(found);
    return found;
  };
  const refusal = (action: Promise<unknown>) => failureAs(FlowError, action);

  it("create: deploys, and waits for the end with progress", async () => {
    emulator.switches({ kapsoDeployReads: 20 });
    const stack = stackOf();
    const run = stack.bench.run();
    await stack.up(program(), { run });
    assert.equal(only().status, "deployed");
    assert.match(run.log.at("info").join("\n"), /Kapso function "report": deploying for 1\d s\./);
    assert.equal(stack.resource.state.version, 1);
  });

  it("a deployment that fails is a failure, recorded; the next up deploys again", async () => {
    emulator.switches({ kapsoDeployFails: true });
    const stack = stackOf();
    const error = await refusal(stack.up(program()));
    assert.ok(error instanceof PartialFailure);
    assert.match(error.message, /created, but not finished: Its deployment failed at Kapso/);
    emulator.switches({ kapsoDeployFails: false });
    await stack.up(program());
    assert.equal(only().status, "deployed");
  });

  it("update: a changed code is deployed; a changed description is not", async () => {
    const stack = stackOf();
    await stack.up(program());
    operations();
    await stack.up(program({ description: "d" }));
    assert.ok(!operations().includes("deployFunction"));
    await stack.up(program({ description: "d", code: "export default 1" }));
    assert.ok(operations().includes("deployFunction"));
    assert.equal(only().version, 2);
  });

  it("update: a code that arrived and was not deployed is deployed by the next up, also after a refresh", async () => {
    const stack = stackOf();
    await stack.up(program());
    emulator.faults([
      { match: { operation: "deployFunction" }, when: "before", then: { status: 422, body: { error: "No" } } },
    ]);
    await refusal(stack.up(program({ code: "export default 2" })));
    assert.equal(only().code, "export default 2");
    emulator.faults([]);
    await stack.refresh();
    await stack.up(program({ code: "export default 2" }));
    assert.equal(only().version, 2);
    operations();
    await stack.up(program({ code: "export default 2" }));
    assert.deepEqual(operations(), []);
  });

  it("update: a code that was put back and not deployed is deployed by the next up, also after a refresh", async () => {
    for (const refresh of [false, true]) {
      const stack = stackOf();
      await stack.up(program());
      emulator.edit({ vendor: "kapso", action: "updateFunction", function: "report", set: { code: "theirs" } });
      emulator.edit({ vendor: "kapso", action: "deployFunction", function: "report" });
      emulator.faults([{ match: { operation: "deployFunction" }, when: "before", then: { status: 403 } }]);
      assert.ok((await refusal(stack.up(program(), { refresh: true }))) instanceof PartialFailure);
      assert.equal(only().deployed?.code, "theirs");
      await stack.up(program(), { refresh });
      assert.equal(only().deployed?.code, program().code);
      emulator.reset();
    }
  });

  it("refresh: code that somebody changed is shown, and put back and deployed", async () => {
    const stack = stackOf();
    await stack.up(program());
    emulator.edit({ vendor: "kapso", action: "updateFunction", function: "report", set: { code: "theirs" } });
    emulator.edit({ vendor: "kapso", action: "deployFunction", function: "report" });
    await stack.refresh();
    assert.equal(stack.resource.state.code, "theirs");
    await stack.up(program());
    assert.equal(only().code, "export default {}");
    assert.equal(only().version, 3);
  });

  describe("secrets", () => {
    const secret = (value: string) => program({ secrets: { API_KEY: value } });

    it("are sent, never told, and their values are compared with what was last sent", async () => {
      const stack = stackOf();
      await stack.up(secret("first"));
      operations();
      await stack.refresh();
      assert.deepEqual(operations(), ["getFunction", "listFunctionSecrets"]);
      await stack.up(secret("first"));
      assert.deepEqual(operations(), []);
      await stack.up(secret("second"));
      assert.deepEqual(stored(), { API_KEY: "second" });
    });

    it("that somebody removed are shown, and set again", async () => {
      const stack = stackOf();
      await stack.up(secret("first"));
      await fetch(`${emulator.url}/platform/v1/functions/${only().id}/secrets/API_KEY`, {
        method: "DELETE",
        headers: { "x-api-key": "any" },
      });
      await stack.refresh();
      assert.deepEqual(stack.resource.state.secrets, {});
      await stack.up(secret("first"));
      assert.deepEqual(stored(), { API_KEY: "first" });
    });

    it("that the program drops are removed, and others' are left alone", async () => {
      const stack = stackOf();
      await stack.up(program({ secrets: { API_KEY: "a", OTHER: "b" } }));
      await fetch(`${emulator.url}/platform/v1/functions/${only().id}/secrets`, {
        method: "POST",
        headers: { "x-api-key": "any", "content-type": "application/json" },
        body: JSON.stringify({ secret: { name: "THEIRS", value: "t" } }),
      });
      await stack.up(program({ secrets: { API_KEY: "a" } }));
      assert.deepEqual(Object.keys(stored()).sort(), ["API_KEY", "THEIRS"]);
    });

    it("that are there are removed and made again where Kapso refuses them; where that breaks off, the next up goes on", async () => {
      const stack = stackOf();
      await stack.up(secret("first"));
      const match = { operation: "createFunctionSecret" };
      emulator.faults([
        { match, when: "before", then: { status: 422, body: { error: "Name has already been taken" } } },
        { match, when: "before", then: { status: 500 }, times: 0 },
      ]);
      const error = await refusal(stack.up(secret("second")));
      assert.match(error.message, /Its secret API_KEY was removed to be set anew, and could not be set.* 500/);
      assert.deepEqual(stored(), {});
      emulator.faults([]);
      await stack.up(secret("second"));
      assert.deepEqual(stored(), { API_KEY: "second" });
    });

    it("that are refused and were not there are not removed", async () => {
      const stack = stackOf();
      await stack.up(program());
      operations();
      const then = { status: 422, body: { error: "Value is too long" } };
      emulator.faults([{ match: { operation: "createFunctionSecret" }, when: "before", then, times: 0 }]);
      assert.match((await refusal(stack.up(secret("first")))).message, /Value is too long/);
      assert.ok(!operations().includes("deleteFunctionSecret"));
    });

    it("are secret leaves", () => {
      const { lifecycle } = stackOf().bench.run();
      assert.deepEqual(lifecycle.secrets(secret("first")), [["secrets", "API_KEY"]]);
    });

    const stored = () => only().secrets;
  });

  it("delete: is real", async () => {
    const stack = stackOf();
    await stack.up(program());
    await stack.destroy();
    assert.deepEqual(emulator.state().kapso.functions, []);
  });

  it("the kind of place it runs in is never changed: a new function is made", () => {
    const { lifecycle } = stackOf().bench.run();
    const { inputs } = lifecycle.check(program({ functionType: "supabase_function" }));
    const { inputs: before } = lifecycle.check(program({ functionType: "cloudflare_worker" }));
    assert.deepEqual(lifecycle.diff(before, inputs).replaces, ["functionType"]);
  });

  it("more than 1 MB of code is refused offline", () => {
    const { failures } = stackOf()
      .bench.run()
      .lifecycle.check(program({ code: "x".repeat(1_000_001) }));
    assert.deepEqual(failures, [{ property: "code", reason: "Kapso takes at most 1 MB of code" }]);
  });
});
