import assert from "node:assert/strict";
import { FlowError, PartialFailure } from "../../../provider/lifecycle/errors";
import type { Values } from "../../../provider/lifecycle/values";
import { edge, node } from "../../../provider/sdk/kapso-nodes";
import { type Emulator, type KapsoSwitches, kapsoDefaults, startEmulator } from "../../../testing/src/emulator";
import { Bench, type RunOptions } from "../../harness/bench";
import { failureAs } from "../../harness/failure-of";
import { Stack } from "../../harness/stack";
import { benched, PHONE } from "./graph-world";

const STRANGER = "99999999-0000-4000-8000-000000000009";

const graphOf = (message: string, place?: { x: number; y: number }) => ({
  nodes: [node.start(), node.sendText("greet", { message }, place && { position: place })],
  edges: [edge("start", "greet")],
});
const bot = (more: Values = {}) => ({ name: "bot", status: "active", definition: graphOf("Hi"), ...more });

describe("kapso:Workflow", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const stackOf = () => new Stack(new Bench(benched, emulator));
  const calls = () => {
    const made = emulator.journal().map(({ operation }) => operation);
    emulator.clearJournal();
    return made;
  };
  const stored = (name = "bot") => {
    const found = emulator.state().kapso.workflows.find((each) => each.name === name);
    assert.ok(found);
    return found;
  };
  const placeOf = (id: string) => stored().definition.nodes.find((each) => each.id === id)?.position;
  async function created(program: Values = bot(), switches: Partial<KapsoSwitches> = {}): Promise<Stack> {
    emulator.switches(switches);
    const stack = stackOf();
    await stack.up(program);
    emulator.clearJournal();
    return stack;
  }
  const refusal = (action: Promise<unknown>) => failureAs(FlowError, action);
  /** Does something in the moment before a call of this method is sent, once. */
  function meanwhile(method: string, action: () => void): RunOptions {
    let done = false;
    return {
      before(request) {
        if (done || request.method !== method) return;
        done = true;
        action();
      },
    };
  }

  describe("calls", () => {
    it("create: four at most, and activates with the last one", async () => {
      await stackOf().up(bot({ description: "d", messageDebounceSeconds: 3, inboundMessageReadMode: "read_only" }));
      assert.deepEqual(calls(), ["listWorkflows", "createWorkflow", "getWorkflowDefinition", "updateWorkflow"]);
      assert.equal(stored().status, "active");
      assert.equal(stored().message_debounce_seconds, 3);
    });

    it("create: three for a draft", async () => {
      await stackOf().up({ name: "bot", status: "draft", definition: graphOf("Hi") });
      assert.deepEqual(calls(), ["listWorkflows", "createWorkflow", "getWorkflowDefinition"]);
    });

    it("refresh: one; a preview and an up without changes: none", async () => {
      const stack = await created();
      await stack.refresh();
      assert.deepEqual(calls(), ["getWorkflowDefinition"]);
      await stack.up(bot());
      assert.deepEqual(calls(), []);
    });

    it("update: three for a change of the graph, two for a change of settings", async () => {
      const stack = await created();
      await stack.up(bot({ definition: graphOf("Hello") }));
      assert.deepEqual(calls(), ["getWorkflowDefinition", "updateWorkflow", "getWorkflowDefinition"]);
      await stack.up(bot({ definition: graphOf("Hello"), description: "d" }));
      assert.deepEqual(calls(), ["getWorkflowDefinition", "updateWorkflow"]);
    });
  });

  it("create: a refusal that is not about the name is told as it is, once", async () => {
    const body = { error: "Node order-taken: message can't be blank" };
    emulator.faults([{ match: { operation: "createWorkflow" }, when: "before", then: { status: 422, body } }]);
    const { message } = await refusal(stackOf().up(bot()));
    assert.match(message, /message can't be blank$/);
    assert.deepEqual(calls(), ["listWorkflows", "createWorkflow"]);
  });

  describe("activation", () => {
    it("comes after everything else, and deactivation with it", async () => {
      const stack = await created(bot({ status: "draft" }));
      await stack.up(bot({ definition: graphOf("Hello") }));
      const writes = emulator.journal().filter(({ wrote }) => wrote);
      const statuses = writes.map(({ request }) => Object(Object(request.body).workflow).status);
      assert.deepEqual(statuses, [undefined, "active"]);
      emulator.clearJournal();
      await stack.up(bot({ status: "draft", definition: graphOf("Bye") }));
      assert.equal(emulator.journal().filter(({ wrote }) => wrote).length, 1);
    });

    it("does not happen where a reference led nowhere: the workflow stays a draft, and the next up goes on", async () => {
      const lookup = (id: string) =>
        bot({
          definition: {
            nodes: [node.start(), node.function("lookup", { function_id: id })],
            edges: [edge("start", "lookup")],
          },
        });
      const stack = stackOf();
      const error = await refusal(stack.up(lookup(STRANGER)));
      assert.ok(error instanceof PartialFailure);
      assert.match(error.message, /Node "lookup": Kapso answers function_id: null where "9{8}-.* was sent/);
      assert.equal(stored().status, "draft");
      emulator.edit({ vendor: "kapso", action: "createFunction", set: { name: "report", code: "x" } });
      const [made] = emulator.state().kapso.functions;
      await stack.up(lookup(String(made?.id)));
      assert.equal(stored().status, "active");
      await stack.refresh();
      emulator.clearJournal();
      await stack.up(lookup(String(made?.id)));
      assert.deepEqual(calls(), []);
    });

    it("update: a reference that led nowhere is an error that names the node, and a mended program goes on", async () => {
      const stack = await created(bot({ status: "draft" }));
      const calling = (id: string) => ({
        nodes: [...graphOf("Hi").nodes, node.call("escalate", { workflow_id: id })],
        edges: [...graphOf("Hi").edges, edge("greet", "escalate")],
      });
      const error = await refusal(stack.up(bot({ definition: calling(STRANGER) })));
      assert.match(error.message, /Node "escalate": Kapso answers workflow_id: null/);
      assert.equal(stored().status, "draft");
      emulator.edit({ vendor: "kapso", action: "createWorkflow", set: { name: "other" } });
      await stack.up(bot({ definition: calling(stored("other").id) }));
      assert.equal(stored().status, "active");
    });
  });

  describe("the canvas", () => {
    it("drag: is no difference, and stays where it was dragged to at the next change", async () => {
      const stack = await created(bot({ definition: graphOf("Hi", { x: 1, y: 2 }) }));
      assert.deepEqual(placeOf("greet"), { x: 1, y: 2 });
      emulator.edit({ vendor: "kapso", action: "moveNode", workflow: "bot", node: "greet", position: { x: 70, y: 8 } });
      await stack.refresh();
      emulator.clearJournal();
      await stack.up(bot({ definition: graphOf("Hi", { x: 5, y: 5 }) }));
      assert.deepEqual(calls(), []);
      await stack.up(bot({ definition: graphOf("Hello", { x: 5, y: 5 }) }));
      assert.deepEqual(placeOf("greet"), { x: 70, y: 8 });
    });

    it("drag: is a difference where the layout is the program's, and is repaired", async () => {
      const program = bot({ ignoreLayout: false, definition: graphOf("Hi", { x: 1, y: 2 }) });
      const stack = await created(program);
      emulator.edit({ vendor: "kapso", action: "moveNode", workflow: "bot", node: "greet", position: { x: 70, y: 8 } });
      await stack.refresh();
      const run = stack.bench.run();
      const { changed } = run.lifecycle.diff(stack.resource.state, stack.bench.inputs(program));
      assert.deepEqual(changed, ["layout"]);
      assert.deepEqual(stack.resource.state.layout, { greet: { x: 70, y: 8 } });
      await stack.up(program);
      assert.deepEqual(placeOf("greet"), { x: 1, y: 2 });
    });

    it("layout: what Kapso does not keep of a place is no difference", async () => {
      const place = { x: -0, y: 2, z: 3 };
      const program = bot({ ignoreLayout: false, definition: graphOf("Hi", place) });
      const stack = await created(program);
      await stack.up(program);
      assert.deepEqual(calls(), []);
    });

    it("layout: ignored from now on, and managed from now on", async () => {
      const stack = await created(bot({ definition: graphOf("Hi", { x: 1, y: 2 }) }));
      await stack.up(bot({ ignoreLayout: false, definition: graphOf("Hi", { x: 3, y: 4 }) }));
      assert.deepEqual(placeOf("greet"), { x: 3, y: 4 });
      await stack.up(bot({ definition: graphOf("Hi", { x: 5, y: 6 }) }));
      assert.deepEqual(placeOf("greet"), { x: 3, y: 4 });
      assert.deepEqual(
        stack.bench.run().lifecycle.diff(stack.resource.state, stack.bench.inputs(bot({ definition: graphOf("Hi") })))
          .changed,
        [],
      );
    });

    it("new nodes without a place get one of their own", async () => {
      await created();
      assert.deepEqual(
        [placeOf("start"), placeOf("greet")],
        [
          { x: 0, y: 0 },
          { x: 0, y: 200 },
        ],
      );
    });
  });

  describe("edits meanwhile", () => {
    const hello = bot({ definition: graphOf("Hello") });

    it("runs between reading and writing move the lock, and the update goes on", async () => {
      const stack = await created();
      const running = meanwhile("PATCH", () =>
        emulator.edit({ vendor: "kapso", action: "runWorkflow", workflow: "bot", times: 5 }),
      );
      await stack.up(hello, { run: stack.bench.run(running) });
      const [, greet] = [...stored().definition.nodes].sort((a, b) => (a.id < b.id ? 1 : -1));
      assert.equal(greet?.data.config.message, "Hello");
      assert.equal(calls().filter((each) => each === "updateWorkflow").length, 2);
    });

    it("an edit between reading and writing is refused, naming the node, and nothing is overwritten", async () => {
      const stack = await created();
      const editing = meanwhile("PATCH", () =>
        emulator.edit({
          vendor: "kapso",
          action: "configureNode",
          workflow: "bot",
          node: "greet",
          set: { message: "theirs" },
        }),
      );
      const error = await refusal(stack.up(hello, { run: stack.bench.run(editing) }));
      assert.equal(error.kind, "conflict");
      assert.match(
        error.message,
        /while it was being updated\. definition\.nodes\.greet\.data\.config\.message: it was "Hi", it is now "theirs", the program wants "Hello"\. Nothing was changed/,
      );
      assert.match(JSON.stringify(stored().definition), /theirs/);
    });

    it("an edit between preview and up is refused, naming the node and both values", async () => {
      const stack = await created();
      emulator.edit({
        vendor: "kapso",
        action: "configureNode",
        workflow: "bot",
        node: "greet",
        set: { message: "theirs" },
      });
      const error = await refusal(stack.up(hello));
      assert.match(
        error.message,
        /definition\.nodes\.greet\.data\.config\.message: Pulumi last saw "Hi", it is now "theirs", the program wants "Hello"/,
      );
    });

    it("a drag between preview and up is no conflict", async () => {
      const stack = await created();
      emulator.edit({ vendor: "kapso", action: "moveNode", workflow: "bot", node: "greet", position: { x: 9, y: 9 } });
      await stack.up(hello);
      assert.deepEqual(placeOf("greet"), { x: 9, y: 9 });
    });

    it("a workflow that runs without end ends the update with the vendor's refusal", async () => {
      const stack = await created();
      const endless = {
        before(request: { method: string }) {
          if (request.method === "PATCH") emulator.edit({ vendor: "kapso", action: "runWorkflow", workflow: "bot" });
        },
      };
      const error = await refusal(stack.up(hello, { run: stack.bench.run(endless) }));
      assert.match(error.message, /updated by another request/);
    });
  });

  describe("archiving", () => {
    it("destroy: archives, and says what that means", async () => {
      const stack = await created();
      const run = stack.bench.run();
      await stack.destroy({ run });
      assert.equal(stored().status, "archived");
      assert.match(
        run.log.at("info").join(),
        /archived\. Kapso has no deletion: the archived workflow keeps its name and slug/,
      );
    });

    it("destroy: fails where archiving does not take", async () => {
      const stack = await created();
      emulator.switches({ kapsoArchiveIgnored: true });
      const error = await refusal(stack.destroy());
      assert.match(error.message, /still is active: it may go on answering customers/);
    });

    it("create: an archived one of the name is refused with that reason, and revived with adopt", async () => {
      await (await created()).destroy();
      const error = await refusal(stackOf().up(bot()));
      assert.match(
        error.message,
        /is archived, and archived workflows keep their names and slugs; adopting it brings it back/,
      );
      const stack = stackOf();
      await stack.up(bot({ adopt: true }));
      assert.equal(stored().status, "active");
    });

    it("create: adopting an archived one brings it back as a draft where the program says nothing of the status", async () => {
      await (await created()).destroy();
      await stackOf().up({ name: "bot", adopt: true });
      assert.equal(stored().status, "draft");
    });

    it("create: one whose slug is taken is refused, and found by its slug", async () => {
      emulator.edit({ vendor: "kapso", action: "createWorkflow", set: { name: "Other", slug: "bot" } });
      assert.match(
        (await refusal(stackOf().up(bot()))).message,
        /taken.*choose another, or name the slug of the one to adopt/,
      );
      assert.match((await refusal(stackOf().up(bot({ slug: "bot" })))).message, /exists already/);
      await stackOf().up(bot({ slug: "bot", adopt: true }));
      assert.equal(stored().slug, "bot");
    });

    for (const [what, program] of [
      ["a declared status", bot()],
      ["an undeclared status", { name: "bot", definition: graphOf("Hi") }],
    ] as const) {
      it(`refresh: archived outside is a difference of the status, repaired in place: ${what}`, async () => {
        const stack = await created(program);
        const { id } = stack.resource;
        emulator.edit({ vendor: "kapso", action: "archiveWorkflow", workflow: "bot" });
        await stack.refresh();
        assert.equal(stack.resource.state.status, "archived");
        const { changed } = stack.bench.run().lifecycle.diff(stack.resource.state, stack.bench.inputs(program));
        assert.deepEqual(changed, ["status"]);
        await stack.up(program);
        assert.equal(stored().status, "status" in program ? "active" : "draft");
        assert.equal(stack.resource.id, id);
        await stack.refresh();
        emulator.clearJournal();
        await stack.up(program);
        assert.deepEqual(calls(), []);
      });
    }
  });

  describe("validation", () => {
    const twoStarts = { nodes: [node.start(), node.start("again")], edges: [] };
    const check = (more: Values) =>
      stackOf()
        .bench.run()
        .lifecycle.check(bot({ definition: twoStarts, ...more }));

    it("strict, the default: a fault of the graph stops", () => {
      assert.match(JSON.stringify(check({}).failures), /again/);
    });

    it("warn: the same is a warning that names the workflow", () => {
      const run = stackOf().bench.run();
      const { failures } = run.lifecycle.check(bot({ definition: twoStarts, validate: "warn" }));
      assert.deepEqual(failures, []);
      assert.match(run.log.at("warn").join(), /Kapso workflow "bot": definition\.nodes\[.*start/);
    });

    it("off: nothing is said", () => {
      const run = stackOf().bench.run();
      run.lifecycle.check(bot({ definition: twoStarts, validate: "off" }));
      assert.deepEqual(run.log.at("warn"), []);
    });
  });

  it("secrets: headers and tokens are secret leaves, and their neighbours are not", () => {
    const definition = {
      nodes: [
        node.start(),
        node.webhook("hook", { url: "https://x.example", headers: { Authorization: "hush", Accept: "json" } }),
        node.agent("agent", {
          provider_model_id: kapsoDefaults.provider_models[0]?.id,
          flow_agent_mcp_servers: [{ name: "m", url: "https://m.example", headers: { "X-Key": "hush" } }],
          flow_agent_resources: [{ repo_url: "https://github.com/a/b", auth_type: "pat", pat: "hush" }],
        }),
      ],
      edges: [edge("start", "hook"), edge("hook", "agent")],
    };
    const { lifecycle } = stackOf().bench.run();
    const places = lifecycle
      .secrets(stackOf().bench.inputs(bot({ definition })))
      .map((path) => path.slice(2).join(" "));
    assert.deepEqual(places.sort(), [
      "agent data config flow_agent_mcp_servers m headers X-Key",
      "agent data config flow_agent_resources https://github.com/a/b pat",
      "hook data config headers Accept",
      "hook data config headers Authorization",
    ]);
  });

  it("update: settings that are no longer written are set back, also where Kapso merges them", async () => {
    const texts = (config: object) => ({
      nodes: [node.start(), node.sendText("greet", { message: "Hi", ...config })],
      edges: [edge("start", "greet")],
    });
    const stack = await created(bot({ definition: texts({ delay_seconds: 5, phone_number_id: PHONE }) }), {
      kapsoConfigWrite: "merged",
    });
    await stack.up(bot({ definition: texts({}) }));
    await stack.refresh();
    emulator.clearJournal();
    await stack.up(bot({ definition: texts({}) }));
    assert.deepEqual(calls(), []);
  });

  it("create: a graph that Kapso stores later is waited for", async () => {
    await created(bot(), { kapsoDefinitionDelay: 2 });
    assert.equal(stored().status, "active");
  });

  it("rename: in place, and the slug stays", async () => {
    const stack = await created();
    const { id } = stack.resource;
    await stack.up(bot({ name: "helper" }));
    assert.equal(stored("helper").id, id);
    assert.equal(stored("helper").slug, "bot");
  });

  it("lists that page are read to their end", async () => {
    emulator.switches({ kapsoPageSize: 1 });
    for (const name of ["a-bot", "b-bot", "c-bot"])
      emulator.edit({ vendor: "kapso", action: "createWorkflow", set: { name } });
    emulator.edit({ vendor: "kapso", action: "createWorkflow", set: { name: "bot", slug: "first" } });
    emulator.edit({ vendor: "kapso", action: "createWorkflow", set: { name: "z-bot" } });
    assert.match((await refusal(stackOf().up(bot()))).message, /exists already/);
  });
});
