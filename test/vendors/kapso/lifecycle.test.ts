import assert from "node:assert/strict";
import get from "lodash/get";
import { FlowError, PartialFailure } from "../../../provider/lifecycle/errors";
import type { FlowType } from "../../../provider/lifecycle/flow-type";
import type { Values } from "../../../provider/lifecycle/values";
import { flow } from "../../../provider/vendors/kapso/flow";
import { callable } from "../../../provider/vendors/kapso/function";
import { trigger } from "../../../provider/vendors/kapso/trigger";
import { kapso } from "../../../provider/vendors/kapso/vendor";
import { workflow } from "../../../provider/vendors/kapso/workflow";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { kapsoSettings } from "../../conformance/subjects/kapso-world";
import { Bench } from "../../harness/bench";
import { failureAs } from "../../harness/failure-of";
import { Stack } from "../../harness/stack";

const WORKFLOW = "60000000-0000-4000-8000-000000000001";

/** What the conformance suite does not ask of Kapso's flow types. */
describe("kapso: lifecycles", () => {
  let emulator: Emulator;
  const stackOf = (type: unknown) =>
    // The functions' arguments and wire objects are the type's own.
    new Stack(new Bench({ vendor: kapso, type: type as FlowType, settings: kapsoSettings }, emulator));

  before(async () => {
    emulator = await startEmulator({ seed: { kapso: { workflows: [{ id: WORKFLOW, name: "Beside" }] } } });
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  describe("lists", () => {
    const programs: readonly (readonly [unknown, Values])[] = [
      [workflow, { name: "web" }],
      [callable, { name: "web", code: "export default {}" }],
      [trigger, { workflowId: WORKFLOW, triggerType: "project_event", eventName: "web" }],
    ];
    for (const [type, program] of programs) {
      const { token } = type as FlowType;
      it(`lists: ${token} is found on whichever page it is`, async () => {
        const first = stackOf(type);
        await first.up(program);
        for (const other of ["a", "b", "c"]) {
          await stackOf(type).up({ ...program, [program.name ? "name" : "eventName"]: other });
        }
        emulator.switches({ kapsoPageSize: 2 });
        const again = stackOf(type);
        await again.up({ ...program, adopt: true });
        assert.equal(again.resource.id, first.resource.id);
        await first.refresh();
        assert.ok(first.kept);
      });
    }
  });

  for (const type of [workflow, flow] as const) {
    it(`delete: a ${type.noun} whose archiving did not take is still there, and says so`, async () => {
      const stack = stackOf(type);
      await stack.up({ name: "web" });
      emulator.switches({ kapsoArchiveIgnored: true });
      const error = await failureAs(FlowError, stack.destroy());
      assert.equal(error.kind, "notAsSent");
      assert.match(
        error.message,
        /"web".*it still is draft.*Archive it in Kapso's app; then run `pulumi destroy` again/,
      );
      assert.ok(stack.kept);
      emulator.switches({ kapsoArchiveIgnored: false });
      await stack.destroy();
    });
  }

  for (const type of [workflow, flow] as const) {
    it(`update: a ${type.noun} that stays archived is refused with the vendor's words, and changes nothing`, async () => {
      emulator.switches({ kapsoArchivedRevives: "refused" });
      const stack = stackOf(type);
      await stack.up({ name: "web" });
      const { id, state } = stack.resource;
      emulator.edit({ vendor: "kapso", action: "archiveWorkflow", workflow: id });
      await stack.refresh();
      const told = /"web".*422: Status cannot change: an archived flow stays archived/;
      await assert.rejects(stack.up({ name: "web" }), told);
      assert.equal(stack.resource.state.status, "archived");
      await stack.destroy();
      await assert.rejects(stack.up({ name: "web", adopt: true }), told);
      assert.equal(emulator.state().kapso.workflows.length, 2);
      assert.equal(state.status, "draft");
    });
  }

  describe("what shows late", () => {
    const graphOf = (message: string) => ({
      nodes: [
        { id: "start", data: { node_type: "start", config: {} } },
        { id: "say", data: { node_type: "send_text", config: { message } } },
      ],
      edges: [{ source: "start", target: "say" }],
    });
    const messageIn = ({ state }: { readonly state: Values }) =>
      get(state, ["definition", "nodes", "say", "data", "config", "message"]);
    const write = { match: { operation: "updateWorkflow" }, when: "after", then: { status: 500 } } as const;

    beforeEach(() => emulator.switches({ kapsoDefinitionDelay: 2 }));

    it("late: settings that show before the graph, after a lost answer, are no change by somebody else", async () => {
      const stack = stackOf(workflow);
      await stack.up({ name: "web", description: "one", definition: graphOf("Hi") });
      emulator.faults([write]);
      const changed = { name: "web", description: "two", definition: graphOf("Hello") };
      await stack.up(changed);
      await stack.refresh();
      assert.deepEqual([stack.resource.state.description, messageIn(stack.resource)], ["two", "Hello"]);
    });

    it("late: a change that failed is looked for until it shows, and is recorded", async () => {
      const stack = stackOf(workflow);
      await stack.up({ name: "web", definition: graphOf("Hi") });
      emulator.faults([{ ...write, times: 0 }]);
      await failureAs(PartialFailure, stack.up({ name: "web", definition: graphOf("Hello") }));
      assert.equal(messageIn(stack.resource), "Hello");
    });

    it("late: of a creation that was not finished, the graph that was made is recorded", async () => {
      const stack = stackOf(workflow);
      emulator.faults([{ match: { operation: "getWorkflowDefinition" }, when: "before", then: { html: true } }]);
      await failureAs(PartialFailure, stack.up({ name: "web", definition: graphOf("Hi") }));
      assert.equal(messageIn(stack.resource), "Hi");
    });
  });

  it("create: a function whose deployment fails is recorded, and the next up deploys it", async () => {
    const stack = stackOf(callable);
    const program = { name: "web", code: "export default {}" };
    emulator.switches({ kapsoDeployFails: true });
    await assert.rejects(stack.up(program), /"web" was created, but not finished: Its deployment failed at Kapso/);
    assert.ok(stack.kept);
    emulator.switches({ kapsoDeployFails: false });
    await stack.up(program);
    assert.deepEqual(
      emulator.state().kapso.functions.map(({ status }) => status),
      ["deployed"],
    );
  });

  it("update: of secrets, what was removed before a failure is told and recorded, and the rest follows", async () => {
    const stack = stackOf(callable);
    const program = { name: "web", code: "export default {}" };
    await stack.up({ ...program, secrets: { A: "1", B: "2" } });
    const operation = "createFunctionSecret";
    emulator.faults([{ match: { operation }, when: "before", then: { status: 500 }, times: 0 }]);
    const changed = { ...program, secrets: { A: "3", C: "4" } };
    await failureAs(PartialFailure, stack.up(changed));
    assert.deepEqual(stack.resource.state.secrets, { A: "1" });
    emulator.faults([]);
    await stack.up(changed);
    assert.deepEqual(emulator.state().kapso.functions[0]?.secrets, changed.secrets);
    assert.deepEqual(stack.resource.state.secrets, changed.secrets);
  });

  it("update: a deployment that was not made is recorded as it is", async () => {
    emulator.switches({ kapsoCodeChange: "draft" });
    const stack = stackOf(callable);
    await stack.up({ name: "web", code: "one" });
    emulator.faults([{ match: { operation: "deployFunction" }, when: "before", then: { status: 500 }, times: 0 }]);
    await failureAs(PartialFailure, stack.up({ name: "web", code: "two" }));
    assert.deepEqual([stack.resource.state.code, stack.resource.state.deployment], ["two", "draft"]);
  });

  it("update: a function whose deployment failed is deployed by the next up, also without a change", async () => {
    const stack = stackOf(callable);
    await stack.up({ name: "web", code: "one" });
    emulator.switches({ kapsoDeployFails: true });
    const changed = { name: "web", code: "two" };
    await assert.rejects(stack.up(changed), /Its deployment failed at Kapso/);
    emulator.switches({ kapsoDeployFails: false });
    emulator.clearJournal();
    await stack.up(changed);
    assert.deepEqual(
      emulator.journal().flatMap(({ operation, wrote }) => (wrote ? [operation] : [])),
      ["deployFunction"],
    );
  });
});
