import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { z } from "zod";
import { exportedProgram } from "../../../provider/cli/export/program";
import type { Values } from "../../../provider/lifecycle/values";
import { SHAPES_FILE, shapesText } from "../../../scripts/builder-shapes";
import { type Emulator, startEmulator } from "../../../testing/src";
import { exportedFrom, makeFlow, takenFlows } from "../../harness/account-of-flows";
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

  it("names: what has no name is called by what it belongs to and by its kind", async () => {
    const bot = await workflow("Order bot", drawn("send_text", { message: "Hi" }));
    await makeFlow(emulator, "kapso:Trigger", { workflowId: bot.id, triggerType: "api_call" });
    const { texts } = await exportedFrom(emulator, ...PROJECT);
    assert.match(texts["flows/api-call-of-order-bot-trigger.ts"] ?? "", /workflowId: orderBot\.id,/);
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
      const folder = new ExportFolder();
      try {
        folder.write("program", files);
        assert.equal(folder.formatProblems("program"), "");
        folder.install("program");
        assert.deepEqual(folder.typeProblems("program"), []);
      } finally {
        folder.remove();
      }
      const builders = program.join("").match(/\b(?:node|step)\.\w+\(/g) ?? [];
      assert.ok(builders.length > 30, `only ${builders.length} are written with builders`);
    }
  });
});
