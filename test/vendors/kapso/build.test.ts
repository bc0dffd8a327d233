import assert from "node:assert/strict";
import { edge, node } from "../../../provider/sdk/kapso-nodes";
import { NODE_TYPES } from "../../../provider/vendors/kapso/definition/node-configs";
import { graphProblems } from "../../../provider/vendors/kapso/definition/validate";

const NODES = [
  node.start(),
  node.sendText("greet", { message: "Hi" }),
  node.sendTemplate("welcome", { template_id: "t" }),
  node.sendInteractive("ask", { interactive_type: "button", body_text: "x", buttons: [{ id: "y", title: "Yes" }] }),
  node.waitForResponse("wait"),
  node.setVariable("set", { variable_name: "x", variable_value: 1, value_type: "number" }),
  node.webhook("hook", { url: "https://example.com" }),
  node.function("run", { function_id: "f" }),
  node.emitEvent("tell", { event_name: "order.paid" }),
  node.pipedream("pipe", { action_id: "a", app_slug: "b" }),
  node.call("other", { workflow_id: "w" }),
  node.decide("route", { decision_type: "ai", conditions: [{ label: "bot" }, { label: "person" }] }),
  node.agent("agent"),
  node.handoff("person"),
];

describe("kapso: builders", () => {
  it("build: a node is a plain object in Kapso's own spelling", () => {
    assert.deepEqual(node.sendText("greet", { message: "Hi" }), {
      id: "greet",
      data: { node_type: "send_text", config: { message: "Hi" } },
    });
    assert.deepEqual(node.handoff("person"), { id: "person", data: { node_type: "handoff", config: {} } });
    assert.deepEqual(node.start(), { id: "start", data: { node_type: "start", config: {} } });
    assert.deepEqual(node.start("begin").id, "begin");
  });

  it("build: a node has a place where one is given", () => {
    const position = { x: -1.5, y: 2 };
    assert.deepEqual(node.start("start", { position }).position, position);
    assert.deepEqual(node.agent("a", {}, { position }).position, position);
    assert.deepEqual(node.sendText("a", { message: "Hi" }, { position }).position, position);
    assert.ok(!("position" in node.agent("a", {}, { position: undefined })));
  });

  it("build: an edge is a plain object, with a label where one is given", () => {
    assert.deepEqual(edge("greet", "ask"), { source: "greet", target: "ask" });
    assert.deepEqual(edge("route", "a", { label: "yes" }), { source: "route", target: "a", label: "yes" });
    assert.ok(!("label" in edge("greet", "ask", { label: undefined })));
  });

  it("build: there is a function for every node type, and what they make holds", () => {
    assert.deepEqual(NODES.map(({ data }) => data.node_type).sort(), [...NODE_TYPES].sort());
    assert.equal(Object.keys(node).length, NODE_TYPES.length);
    const chain = NODES.slice(0, -2);
    const edges = [
      ...chain.slice(1).map(({ id }, index) => edge(chain[index]?.id ?? "", id)),
      edge("route", "agent", { label: "bot" }),
      edge("route", "person", { label: "person" }),
    ];
    assert.deepEqual(graphProblems({ nodes: NODES, edges }), []);
  });
});
