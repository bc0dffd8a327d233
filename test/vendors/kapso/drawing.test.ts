import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { UNKNOWN } from "../../../provider/lifecycle/values";
import { arrowsOf, boxesOf, demandPlaces, drawn } from "../../harness/drawn";
import { graph } from "./graph-world";

const DATA = join(__dirname, "../../../../shared/data/kapso");

const node = (id: string, node_type = "send_text", config: object = {}, more: object = {}) => ({
  id,
  data: { node_type, config, ...more },
});
const workflow = (nodes: unknown, edges: unknown) =>
  drawn("kapso:Workflow", { name: "it", definition: { nodes, edges } });

describe("drawings of Kapso", () => {
  it("Kapso drawings: a node is a box and an edge an arrow, labelled unless it is the only way on", () => {
    const drawing = workflow(
      [
        node("start", "start"),
        node("greet", "send_text", { message: "Hello there", delay_seconds: 2 }, { display_name: "Greeting" }),
        node("choose", "decide", {
          decision_type: "ai",
          conditions: [{ label: "yes", description: "a long description" }],
        }),
      ],
      [
        { source: "start", target: "greet" },
        { source: "greet", target: "choose", label: "next" },
        { source: "choose", target: "greet", label: "yes" },
        { source: "choose", target: "start", label: "no" },
      ],
    );
    assert.deepEqual(boxesOf(drawing).sort(), [
      "choice choose [decide] ai",
      'greet [send_text] "Greeting" Hello there',
      "start start [start]",
    ]);
    assert.deepEqual(arrowsOf(drawing).sort(), [
      "choose -no-> start",
      "choose -yes-> greet",
      "greet -> choose",
      "start -> greet",
    ]);
    assert.deepEqual(drawing.boxes.find(({ id }) => id === "greet")?.path, ["definition", "nodes", "greet"]);
  });

  it("Kapso drawings: what a box is made of has its normal form, so that only what means something differs", () => {
    const contentOf = (config: object) => workflow([node("a", "agent", config)], []).boxes[0]?.content;
    assert.deepEqual(contentOf({ temperature: "0.2", max_iterations: 80 }), contentOf({ temperature: 0.2 }));
    assert.notDeepEqual(contentOf({ temperature: 0.2 }), contentOf({ temperature: 0.3 }));
  });

  it("Kapso drawings: an edge to a node that is not there leads to a box that says so", () => {
    const drawing = workflow(
      [node("a")],
      [
        { source: "a", target: "gone" },
        { source: "lost", target: "a" },
      ],
    );
    assert.deepEqual(boxesOf(drawing).sort(), [
      "a [send_text]",
      "missing gone [not there]",
      "missing lost [not there]",
    ]);
  });

  it("Kapso drawings: what a preview cannot know yet is shown as unknown", () => {
    const drawing = workflow(
      [node("a", "send_text", { message: UNKNOWN }), node(UNKNOWN)],
      [{ source: "a", target: UNKNOWN }],
    );
    assert.deepEqual(boxesOf(drawing), ["a [send_text]", "[unknown] [send_text]"]);
    assert.deepEqual(arrowsOf(drawing), ["a -> [unknown]"]);
    assert.deepEqual(boxesOf(drawn("kapso:Workflow", { name: "it", definition: UNKNOWN })), [
      'missing definition [definition] "[unknown]"',
    ]);
    assert.deepEqual(boxesOf(workflow(UNKNOWN, [{ source: "a", target: "b" }])), [
      'missing nodes [nodes] "[unknown]"',
      "missing a [not there]",
      "missing b [not there]",
    ]);
    assert.deepEqual(boxesOf(workflow([node("a")], UNKNOWN)), ["a [send_text]", 'missing edges [edges] "[unknown]"']);
    const called = workflow([node("edges")], UNKNOWN);
    assert.deepEqual(boxesOf(called), ["edges [send_text]", 'missing edges #2 [edges] "[unknown]"']);
    assert.deepEqual(called.boxes[1]?.path, ["definition", "edges"]);
  });

  it("Kapso drawings: a graph that is not managed has nothing to draw", () => {
    assert.deepEqual(drawn("kapso:Flow", { name: "it" }).boxes, []);
  });

  it("Kapso drawings: any graph is drawn whole", () => {
    fc.assert(
      fc.property(graph, ({ nodes, edges }) => {
        const { boxes, arrows } = workflow(nodes, edges);
        assert.equal(boxes.filter(({ shape }) => shape !== "missing").length, nodes.length);
        assert.equal(
          arrows.length,
          new Set(edges.map(({ source, target, label }) => `${source} ${label ?? "next"} ${target}`)).size,
        );
      }),
      { numRuns: 100 },
    );
  });

  it("Kapso drawings: whatever stands in the place of a graph, drawing it does not fail", () => {
    const part = fc.oneof(fc.jsonValue(), fc.constant(UNKNOWN), fc.constant("[secret]"));
    const anyNode = fc.record(
      { id: part, data: fc.record({ node_type: part, config: part }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    );
    const anyEdge = fc.record({ source: part, target: part, label: part }, { requiredKeys: [] });
    const list = (items: fc.Arbitrary<unknown>) => fc.oneof(fc.array(fc.oneof(items, part), { maxLength: 4 }), part);
    const definition = fc.oneof(
      fc.record({ nodes: list(anyNode), edges: list(anyEdge) }, { requiredKeys: [], noNullPrototype: true }),
      part,
    );
    fc.assert(
      fc.property(definition, (written) => {
        drawn("kapso:Workflow", { name: "it", definition: written });
      }),
      { numRuns: 300 },
    );
  });

  it("Kapso drawings: a trigger shows what starts which workflow, and whether it does", () => {
    assert.deepEqual(
      boxesOf(
        drawn("kapso:Trigger", {
          workflowId: "wf",
          triggerType: "project_event",
          eventName: "order.paid",
          propertyKey: "total",
          operator: "gt",
          propertyValue: 100,
          active: false,
        }),
      ),
      ['start trigger [project_event] "order.paid" where total gt 100\nswitched off', 'workflow [workflow] "wf"'],
    );
  });

  it("Kapso drawings: a function shows its code, and no secret", () => {
    const [drawnFunction, ...others] = drawn("kapso:Function", {
      name: "choose",
      code: "export default {}",
      secrets: { TOKEN: "very secret" },
    }).boxes;
    assert.deepEqual(others, []);
    assert.equal(drawnFunction?.detail, "export default {}");
    assert.doesNotMatch(JSON.stringify(drawnFunction), /very secret/);
  });

  if (!existsSync(DATA))
    console.log(`\n!!! NOT TESTED: drawings of the flows that Kapso publishes, which are not at ${DATA}\n`);
  else
    it("Kapso drawings: those that Kapso publishes are drawn whole, from their one start", () => {
      for (const file of readdirSync(DATA)) {
        const definition = JSON.parse(readFileSync(join(DATA, file), "utf8"));
        const drawing = drawn("kapso:Workflow", { name: file, definition });
        demandPlaces(drawing, "kapso:Workflow", { name: file, definition });
        const { boxes, arrows } = drawing;
        assert.deepEqual([boxes.length, arrows.length], [definition.nodes.length, definition.edges.length], file);
        assert.deepEqual(boxes.filter(({ shape }) => shape === "start" || shape === "missing").length, 1, file);
      }
    });
});
