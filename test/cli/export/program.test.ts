import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { z } from "zod";
import { type ExportedFile, exportedProgram } from "../../../provider/cli/export/program";
import type { Values } from "../../../provider/lifecycle/values";
import { SHAPES_FILE, shapesText } from "../../../scripts/builder-shapes";
import { rehearsalEngine } from "../../../scripts/engines";
import { type Emulator, startEmulator } from "../../../testing/src";
import { environmentOf, exportedFrom, makeFlow, takenFlows } from "../../harness/account-of-flows";
import { ExportFolder } from "../../harness/exported-program";
import { graph } from "../../vendors/kapso/graph-world";
import { steps } from "../../vendors/runtype/world";

const WORKFLOWS = ["kapso:Workflow"];
const PROJECT = ["kapso:Workflow", "kapso:Trigger", "kapso:Function"];

function drawn(node_type: string, config: Values, next?: Values): Values {
  return {
    nodes: [
      { id: "start", data: { node_type: "start", config: {} } },
      { id: "first", data: { node_type, config } },
      ...(next ? [{ id: "second", data: next }] : []),
    ],
    edges: [{ source: "start", target: "first" }, ...(next ? [{ source: "first", target: "second" }] : [])],
  };
}

/** A graph as people leave it in the editor. */
function placed(graph: Values) {
  const { nodes, edges } = z.object({ nodes: z.array(anyNode), edges: z.array(anyEdge) }).parse(graph);
  return { nodes: nodes.map((node) => ({ ...node, position: { x: 0, y: 0 } })), edges };
}

const anyNode = z.object({
  id: z.string(),
  data: z.object({ node_type: z.string(), config: z.record(z.string(), z.unknown()) }),
});
const anyEdge = z.object({ source: z.string(), target: z.string() });

describe("exported programs", function () {
  this.timeout(60_000);
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  beforeEach(() => emulator.reset());
  after(() => emulator.close());

  /** Looks at the files of an export where they can be run. */
  async function withProgram(files: readonly ExportedFile[], look: (folder: ExportFolder) => Promise<void>) {
    const folder = new ExportFolder();
    try {
      folder.write("program", files);
      folder.install("program");
      await look(folder);
    } finally {
      folder.remove();
    }
  }

  /** Fails where the first preview after the import shows a change. */
  async function imported(folder: ExportFolder): Promise<void> {
    const program = join(folder.path, "program");
    const engine = rehearsalEngine(program, environmentOf(emulator.url));
    const imported = await engine.import(join(program, "import.json"), "dev");
    assert.ok(imported.ok, imported.output);
    const preview = await engine.run("preview", "dev", { expectNoChanges: true });
    assert.ok(preview.ok, preview.output);
  }

  const workflow = (name: string, definition: Values) => makeFlow(emulator, "kapso:Workflow", { name, definition });

  it("references: an id of another flow is the flow, with its module imported", async () => {
    const code = await makeFlow(emulator, "kapso:Function", { name: "look up", code: "export default {}" });
    await workflow("bot", drawn("function", { function_id: code.id }));
    const { texts } = await exportedFrom(emulator, ...PROJECT);
    assert.match(texts["flows/bot.ts"] ?? "", /^import { lookUp } from ".\/look-up";$/m);
    assert.match(texts["flows/bot.ts"] ?? "", /node\.function\("first", { function_id: lookUp\.id }\)/);
  });

  it("references: an id within a text stays a part of the text", async () => {
    const other = await workflow("other", drawn("send_text", { message: "Hi" }));
    await workflow("bot", drawn("send_text", { message: `See ${other.id}` }));
    const { texts } = await exportedFrom(emulator, ...WORKFLOWS);
    assert.match(texts["flows/bot.ts"] ?? "", new RegExp(`message: "See ${other.id}"`));
  });

  it("references: what a list is registered by stays a text, also where it is another flow's id", async () => {
    const { id } = await makeFlow(emulator, "runtype:Flow", { name: "first", steps: [] });
    const tool = (name: string) => ({ type: "tool-call", name, config: { toolId: id } });
    const ask = { type: "prompt", name: id, config: { model: "gpt-5-mini", userPrompt: id } };
    const others = { type: "conditional", name: "Else", config: { condition: id, trueSteps: [ask], falseSteps: [] } };
    await makeFlow(emulator, "runtype:Flow", {
      name: "second",
      validate: "off",
      steps: [tool(id), { ...tool("next"), when: id }, others, { type: "loop", name: "Again", config: { over: id } }],
    });
    const { files, texts, missing } = await exportedFrom(emulator, "runtype:Flow");
    assert.deepEqual(missing, []);
    assert.match(texts["flows/second.ts"] ?? "", new RegExp(`step\\.toolCall\\("${id}", { toolId: first\\.id }\\)`));
    assert.match(texts["flows/second.ts"] ?? "", /over: first\.id/);
    await withProgram(files, async (folder) => {
      assert.deepEqual(folder.typeProblems("program"), []);
      await imported(folder);
    });
  });

  it("references: of two flows that need each other one keeps the id, and the checklist tells which", async () => {
    const first = await workflow("first", drawn("send_text", { message: "Hi" }));
    const second = await workflow("second", drawn("call", { workflow_id: first.id }));
    emulator.edit({
      vendor: "kapso",
      action: "updateWorkflow",
      workflow: first.id,
      set: { definition: placed(drawn("call", { workflow_id: second.id })) },
    });
    const { texts } = await exportedFrom(emulator, ...WORKFLOWS);
    assert.match(texts["flows/first.ts"] ?? "", /workflow_id: second\.id/);
    assert.match(texts["flows/second.ts"] ?? "", new RegExp(`workflow_id: "${first.id}"`));
    assert.match(texts["EXPORT.md"] ?? "", /`flows\/second\.ts` names `first` by its id/);
  });

  it("references: the import file has each flow after those that it needs", async () => {
    const late = await workflow("z", drawn("send_text", { message: "Hi" }));
    await workflow("a", drawn("call", { workflow_id: late.id }));
    const { texts } = await exportedFrom(emulator, ...WORKFLOWS);
    const { resources } = JSON.parse(texts["import.json"] ?? "");
    assert.deepEqual(
      resources.map(({ name }: { name: string }) => name),
      ["z", "a"],
    );
  });

  it("names: modules differ also where a file system takes capital letters for small ones, and variables are no words of the language", async () => {
    const names = ["Web", "web", "class", "2nd", "Größe", "con", "日本", "text", "index", "a".repeat(80)];
    for (const name of names) await makeFlow(emulator, "runtype:Flow", { name, steps: [] });
    const { files, texts } = await exportedFrom(emulator, "runtype:Flow");
    const modules = files.flatMap(({ path }) => (/^flows\/[^/]+\.ts$/.test(path) ? [path.slice(6, -3)] : []));
    assert.deepEqual(modules, [
      ...["2nd", "a".repeat(60), "class", "con-flow", "flow", "groe", "index-flow", "text", "web", "web-2"],
    ]);
    assert.equal(new Set(modules.map((each) => each.toLowerCase())).size, names.length);
    assert.match(texts["flows/class.ts"] ?? "", /^export const class2 = new runtype\.Flow\("class"/m);
    assert.match(texts["flows/text.ts"] ?? "", /^export const text2 = /m);
    assert.match(texts["flows/2nd.ts"] ?? "", /^export const flow2nd = /m);
  });

  it("names: modules compile, and run, whatever flows are called", async () => {
    const names = ["module", "exports", "require", "Module", "__proto__", "constructor", "then", "globalThis", "await"];
    for (const name of names) await makeFlow(emulator, "runtype:Flow", { name, steps: [] });
    await withProgram((await exportedFrom(emulator, "runtype:Flow")).files, async (folder) => {
      assert.deepEqual(folder.typeProblems("program"), []);
      await imported(folder);
    });
  });

  it("names: what has no name is called by what it belongs to and by its kind", async () => {
    const bot = await workflow("Order bot", drawn("send_text", { message: "Hi" }));
    await makeFlow(emulator, "kapso:Trigger", { workflowId: bot.id, triggerType: "api_call" });
    const { texts } = await exportedFrom(emulator, ...PROJECT);
    assert.match(texts["flows/api-call-of-order-bot-trigger.ts"] ?? "", /workflowId: orderBot\.id,/);
  });

  it("graphs: nodes and edges stand in the order in which they run, and what no run reaches behind them", async () => {
    const say = (id: string) => ({ id, data: { node_type: "send_text", config: { message: id } } });
    const choice = { decision_type: "ai", conditions: [{ label: "no" }, { label: "yes" }] };
    await makeFlow(emulator, "kapso:Workflow", {
      name: "bot",
      validate: "off",
      definition: {
        nodes: [
          ...["a", "b", "lost", "z"].map(say),
          { id: "choose", data: { node_type: "decide", config: choice } },
          { id: "start", data: { node_type: "start", config: {} } },
        ],
        edges: [
          { source: "a", target: "z" },
          { source: "b", target: "choose" },
          { source: "choose", target: "a", label: "yes" },
          { source: "choose", target: "b", label: "no" },
          { source: "start", target: "choose" },
        ],
      },
    });
    const { texts } = await exportedFrom(emulator, ...WORKFLOWS);
    const bot = texts["flows/bot.ts"] ?? "";
    const nodes = [...bot.matchAll(/node\.(?:sendText|decide)\("(\w+)"|node\.(start)\(/g)];
    assert.deepEqual(
      nodes.map(([, id, start]) => id ?? start),
      ["start", "choose", "b", "a", "z", "lost"],
    );
    assert.deepEqual(
      [...bot.matchAll(/edge\("(\w+)", "(\w+)"/g)].map(([, from, to]) => `${from} ${to}`),
      ["start choose", "choose b", "choose a", "b choose", "a z"],
    );
  });

  it("builders: what the types of a builder lack is written plainly, and all else with it", async () => {
    await workflow(
      "bot",
      drawn("agent", { system_prompt: "Help", sandbox_enabled: true }, { node_type: "wait_for_response", config: {} }),
    );
    const { texts } = await exportedFrom(emulator, ...WORKFLOWS);
    assert.match(texts["flows/bot.ts"] ?? "", /node_type: "agent"/);
    assert.match(texts["flows/bot.ts"] ?? "", /sandbox_enabled: true/);
    assert.match(texts["flows/bot.ts"] ?? "", /node\.waitForResponse\("second"\)/);
    assert.match(texts["flows/bot.ts"] ?? "", /edge\("start", "first"\)/);
  });

  it("builders: what the compiler takes of them is kept as their types say it", () =>
    assert.equal(readFileSync(SHAPES_FILE, "utf8"), shapesText(), "run `npm run builder:parameters`"));

  it("texts: a long text and one of several lines have files of their own, byte for byte", async () => {
    const long = "word ".repeat(50);
    const lines = 'one\r\n\ttwo "three"\n\n';
    const broken = "a lone surrogate \ud800\nstays in the program";
    await workflow(
      "bot",
      drawn("send_text", { message: long }, { node_type: "send_text", config: { message: lines } }),
    );
    await makeFlow(emulator, "runtype:Flow", {
      name: "broken",
      steps: [{ type: "template", name: "Say", config: { template: broken } }],
    });
    const { texts } = await exportedFrom(emulator, ...WORKFLOWS);
    assert.equal(texts["flows/bot/first-message.txt"], long);
    assert.equal(texts["flows/bot/second-message.txt"], lines);
    const ofRuntype = await exportedFrom(emulator, "runtype:Flow");
    assert.match(ofRuntype.texts["flows/broken.ts"] ?? "", /template: "a lone surrogate \\ud800\\nstays/);
  });

  it("texts: a file is called by where its text stands, whatever that is called", async () => {
    await makeFlow(emulator, "runtype:Flow", {
      name: "odd",
      steps: [
        { type: "tool-call", name: "Call", config: { toolId: "t", parameters: { constructor: "a\nb", ".": "c\nd" } } },
      ],
    });
    const { texts } = await exportedFrom(emulator, "runtype:Flow");
    const names = Object.keys(texts).filter((path) => path.startsWith("flows/odd/"));
    assert.deepEqual(names.sort(), ["flows/odd/call-parameters-constructor.txt", "flows/odd/call-parameters.txt"]);
  });

  for (const [what, odd] of Object.entries({
    "a member of the name __proto__": JSON.parse('{ "__proto__": { "a": 1 } }'),
    "a member of the name 4dabf18193072939515e22adb298388d": { "4dabf18193072939515e22adb298388d": "mine" },
    "the text 04da6b54-80e4-46f7-96ec-b56ff0331ba9": "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  }))
    it(`whole: ${what} means something else to Pulumi: its flow is not exported, and the others are`, async () => {
      for (const name of ["good", "odd"]) await makeFlow(emulator, "runtype:Flow", { name, steps: [] });
      const flows = (await takenFlows(emulator, "runtype:Flow")).map((flow) => {
        const steps = { Call: { type: "tool-call", config: { toolId: "t", parameters: { odd } } } };
        return flow.label === "odd" ? { ...flow, inputs: { ...flow.inputs, steps } } : flow;
      });
      const program = exportedProgram({ vendor: { name: "runtype", settings: {} }, flows, missing: [] });
      assert.deepEqual(
        program.missing.map(({ reason }) => reason),
        [`no Pulumi program can say ${what}`],
      );
      assert.deepEqual(
        program.flows.map(({ flow }) => flow.slug),
        ["good"],
      );
    });

  it("whole: flows by the older API of Kapso are exported as what they are", async () => {
    await workflow("bot", drawn("send_text", { message: "Hi" }));
    const { texts, missing } = await exportedFrom(emulator, "kapso:Flow");
    assert.deepEqual(missing, []);
    assert.match(texts["flows/bot.ts"] ?? "", /new kapso\.Flow\("bot", {/);
    assert.match(texts["import.json"] ?? "", /pulumi-nodejs:dynamic\/kapso:Flow/);
  });

  it("whole: what cannot be written without loss is not written, and is told", async () => {
    await workflow("good", drawn("send_text", { message: "Hi" }));
    await workflow("odd", drawn("send_text", { message: "Hi" }));
    const flows = (await takenFlows(emulator, ...WORKFLOWS)).map((flow) =>
      flow.label === "odd"
        ? { ...flow, state: { ...flow.state, description: "another" }, inputs: { ...flow.inputs, description: "one" } }
        : flow,
    );
    const program = exportedProgram({ vendor: { name: "kapso", settings: {} }, flows, missing: [] });
    assert.deepEqual(
      program.flows.map(({ flow }) => flow.slug),
      ["good"],
    );
    assert.match(program.missing[0]?.what ?? "", /Kapso workflow "odd"/);
    assert.match(
      program.files.find(({ path }) => path === "EXPORT.md")?.text ?? "",
      /## Not exported\n\n- Kapso workflow "odd"/,
    );
  });

  it("arbitrary flows: whatever people draw is exported whole, formatted, and compiles", async () => {
    const graphs = fc.sample(graph, { numRuns: 60, seed: 8 });
    for (const [index, definition] of graphs.entries())
      await makeFlow(emulator, "kapso:Workflow", { name: `graph ${index}`, validate: "off", definition });
    const lists = fc.sample(steps, { numRuns: 60, seed: 8 });
    for (const [index, list] of lists.entries())
      await makeFlow(emulator, "runtype:Flow", { name: `steps ${index}`, validate: "off", steps: list });
    for (const token of ["kapso:Workflow", "runtype:Flow"]) {
      const { files, missing, flows } = await exportedFrom(emulator, token);
      assert.deepEqual(missing, []);
      assert.equal(flows.length, 60);
      const program = files.filter(({ path }) => path.endsWith(".ts")).map(({ text }) => text);
      await withProgram(files, async (folder) => {
        assert.equal(folder.formatProblems("program"), "");
        assert.deepEqual(folder.typeProblems("program"), []);
      });
      const builders = program.join("").match(/\b(?:node|step)\.\w+\(/g) ?? [];
      assert.ok(builders.length > 30, `only ${builders.length} are written with builders`);
    }
  });
});
