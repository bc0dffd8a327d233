import assert from "node:assert/strict";
import fc from "fast-check";
import type { Taken } from "../../../provider/lifecycle/take";
import { isObject, mapMembers, sortedJson } from "../../../provider/lifecycle/values";
import { canonicalDefinition } from "../../../provider/vendors/kapso/definition/meaning";
import { callable } from "../../../provider/vendors/kapso/function";
import { trigger } from "../../../provider/vendors/kapso/trigger";
import { type Emulator, type KapsoSwitches, startEmulator } from "../../../testing/src/emulator";
import { Bench, type Benched } from "../../harness/bench";
import { Stack } from "../../harness/stack";
import { takenWithoutDifference } from "../../harness/taking";
import { type AnyGraph, benched, graph } from "./graph-world";

/** What is unknown of Kapso's rewriting, each way. */
const NATURES: Readonly<Record<string, Partial<KapsoSwitches>>> = {
  "as documented": {},
  "filling in what nobody knows": { kapsoFilled: "grown" },
  "filling in little, and telling headers as objects": { kapsoFilled: "few", kapsoHeadersAsText: false },
};

describe("taking over what Kapso has", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const benchOf = (type: unknown) => new Bench({ ...benched, type } as unknown as Benched, emulator);

  /** Takes over the one workflow that somebody drew. */
  async function drawn(definition: AnyGraph): Promise<Taken> {
    const nodes = definition.nodes.map((node) => ({ position: { x: 0, y: 0 }, ...node }));
    const set = { name: "bot", definition: { ...definition, nodes } };
    emulator.edit({ vendor: "kapso", action: "createWorkflow", set });
    const bench = new Bench(benched, emulator);
    const [only] = await bench.run().lifecycle.list();
    return takenWithoutDifference(bench, only?.id ?? "");
  }

  const stored = () => {
    const [workflow] = emulator.state().kapso.workflows;
    return workflow && sorted(canonicalDefinition(workflow.definition));
  };

  for (const [nature, switches] of Object.entries(NATURES)) {
    it(`any graph that somebody drew, ${nature}: shows no difference, and says the whole graph`, async () => {
      await fc.assert(
        fc.asyncProperty(graph, async (definition) => {
          emulator.reset();
          emulator.switches(switches);
          const { inputs, untold } = await drawn(definition);
          const before = stored();
          emulator.reset();
          emulator.switches(switches);
          await new Stack(new Bench(benched, emulator)).up({ ...inputs, validate: "off" });
          // What holds a token cannot be said whole.
          if (untold.length === 0) assert.deepEqual(stored(), before);
        }),
        { numRuns: 80 },
      );
    });
  }

  it("a token of a repository is left out, and told to be missing", async () => {
    const repository = { resource_type: "github_repository", repo_url: "https://github.com/acme/docs" };
    const config = {
      system_prompt: "Help",
      flow_agent_resources: [{ ...repository, branch: "main", auth_type: "pat", pat: "token-of-the-docs" }],
    };
    const { inputs, untold } = await drawn({
      nodes: [
        { id: "start", data: { node_type: "start", config: {} } },
        { id: "agent", data: { node_type: "agent", config } },
      ],
      edges: [{ source: "start", target: "agent" }],
    });
    const place = ["definition", "nodes", "agent", "data", "config", "flow_agent_resources", repository.repo_url];
    assert.deepEqual(untold, [[...place, "pat"]]);
    assert.ok(!JSON.stringify(inputs).includes("token-of-the-docs"));
  });

  it("a graph whose function was deleted breaks the rules of graphs, and is taken over with rules that only warn", async () => {
    const { inputs } = await drawn({
      nodes: [
        { id: "start", data: { node_type: "start", config: {} } },
        { id: "run", data: { node_type: "function", config: { function_id: null } } },
      ],
      edges: [{ source: "start", target: "run" }],
    });
    assert.equal(inputs.validate, "warn");
  });

  it("a function that was never deployed shows just that; once deployed, only the values of its secrets are told to be missing", async () => {
    emulator.edit({ vendor: "kapso", action: "createFunction", set: { name: "report", code: "export default {}" } });
    const id = emulator.state().kapso.functions[0]?.id ?? "";
    const { lifecycle } = benchOf(callable).run();
    const draft = await lifecycle.take(id);
    assert.deepEqual(lifecycle.diff(draft.state, draft.inputs).changed, ["deployment"]);
    emulator.edit({ vendor: "kapso", action: "deployFunction", function: id });
    emulator.edit({ vendor: "kapso", action: "setSecret", function: id, name: "API_KEY", value: "key-of-the-api" });
    const { inputs, untold } = await takenWithoutDifference(benchOf(callable), id);
    assert.deepEqual(untold, [["secrets", "API_KEY"]]);
    assert.ok(!("secrets" in inputs));
  });

  it("triggers: one list finds the workflows of all of them", async () => {
    for (const name of ["one", "two"]) {
      emulator.edit({ vendor: "kapso", action: "createWorkflow", set: { name } });
      emulator.edit({ vendor: "kapso", action: "addTrigger", workflow: name, add: { trigger_type: "api_call" } });
    }
    const { lifecycle } = benchOf(trigger).run();
    const found = await lifecycle.list();
    emulator.clearJournal();
    for (const { id } of found) await lifecycle.take(id);
    assert.equal(emulator.journal().length, 2, "each is read by one call");
  });

  it("triggers: a workflow that is deleted while they are listed does not keep those of the others from being found", async () => {
    for (const name of ["one", "two"]) {
      emulator.edit({ vendor: "kapso", action: "createWorkflow", set: { name } });
      emulator.edit({ vendor: "kapso", action: "addTrigger", workflow: name, add: { trigger_type: "api_call" } });
    }
    emulator.faults([
      {
        match: { operation: "listTriggers" },
        when: "before",
        then: { status: 404, body: { error: "gone" } },
        times: 1,
      },
    ]);
    assert.equal((await benchOf(trigger).run().lifecycle.list()).length, 1);
  });
});

/** With all lists in one order: those that a graph holds have none. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (sortedJson(a) < sortedJson(b) ? -1 : 1));
  return isObject(value) ? mapMembers(value, sorted) : value;
}
