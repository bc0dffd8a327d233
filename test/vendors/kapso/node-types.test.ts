import assert from "node:assert/strict";
import { type Refused, testCompiling } from "../../harness/typed-modules";

const head = `import * as pulumi from "@pulumi/pulumi";
import { kosli } from "pulumi-flows";
import * as kapso from "./provider/sdk/kapso-nodes";
import type { Arguments } from "./provider/sdk/argument";
import type { Definition, Edge, Node } from "./provider/vendors/kapso/definition/definition";
const { node, edge } = kapso;
const other = new kosli.Flow("other");
const take = (definition: Arguments<Definition>) => definition;
void [pulumi, other, node, edge, take];
`;

/** Statements that the compiler must refuse, with a word of its message. */
const REFUSED: Refused = {
  "a misspelt key": [`node.sendText("n", { message: "Hi", delay_second: 1 });`, /delay_second/],
  "a key in camelCase": [`node.waitForResponse("n", { saveResponseTo: "x" });`, /saveResponseTo/],
  "a misspelt key, deeper": [
    `node.sendInteractive("n", { interactive_type: "list", body_text: "x", list_sections: [{ rows: [{ id: "a", title: "A", descripton: "" }] }] });`,
    /descripton/,
  ],
  "a key that Kapso only gives back": [
    `node.function("n", { function_id: "f", function_name: "x" });`,
    /function_name/,
  ],
  "a slug in place of an id": [`node.function("n", { function_slug: "x" });`, /function_slug/],
  "a text step without its message": [`node.sendText("n", {});`, /message/],
  "a template step without its template": [`node.sendTemplate("n", { parameters: {} });`, /template_id/],
  "a function step without its function": [`node.function("n", {});`, /function_id/],
  "a function step without settings": [`node.function("n");`, /Expected 2-3 arguments/],
  "a decide step without conditions": [`node.decide("n", { decision_type: "ai" });`, /conditions/],
  "a condition without a label": [
    `node.decide("n", { decision_type: "ai", conditions: [{ description: "x" }] });`,
    /label/,
  ],
  "a variable without a value": [`node.setVariable("n", { variable_name: "x" });`, /variable_value/],
  "an event without a name": [`node.emitEvent("n", {});`, /event_name/],
  "an event with a list": [`node.emitEvent("n", { event_name: "x", properties: { a: ["x"] } });`, /string\[\]/],
  "a number in place of a text": [`node.sendText("n", { message: 3 });`, /number/],
  "a text in place of a number": [`node.agent("n", { temperature: "0.2" });`, /string/],
  "null where Kapso takes none": [`node.function("n", { function_id: null });`, /null/],
  "an AI marker that is none": [`node.sendText("n", { message: { ai: {} } });`, /ai/],
  "a decision type that does not exist": [
    `node.decide("n", { decision_type: "ml", conditions: [{ label: "a" }] });`,
    /ml/,
  ],
  "an interactive type that does not exist": [
    `node.sendInteractive("n", { interactive_type: "buttons", body_text: "x" });`,
    /buttons/,
  ],
  "a method that does not exist": [`node.webhook("n", { url: "https://example.com", method: "FETCH" });`, /FETCH/],
  "a tool's method by the name that a webhook step has": [
    `node.agent("n", { flow_agent_webhooks: [{ url: "https://example.com", method: "POST" }] });`,
    /method/,
  ],
  "an output of the wrong type": [`node.sendText("n", { message: pulumi.output(3) });`, /number/],
  "settings of a start": [`node.start("start", { config: {} });`, /config/],
  "a place without y": [`node.start("start", { position: { x: 1 } });`, /y/],
  "an id that is an output": [`node.start(other.name);`, /string/],
  "an edge without a target": [`edge("a");`, /arguments/],
  "an edge with a label in its place": [`edge("a", "b", "yes");`, /string|properties/],
  "an edge with a misspelt option": [`edge("a", "b", { lable: "yes" });`, /lable/],
  "a node of an object without an id": [`take({ nodes: [{ data: { node_type: "start" } }], edges: [] });`, /id/],
  "a node of an object without a type": [
    `take({ nodes: [{ id: "a", data: { config: {} } }], edges: [] });`,
    /node_type/,
  ],
  "a node of an object with a misspelt key": [
    `take({ nodes: [{ id: "a", data: { node_type: "start", conf: {} } }], edges: [] });`,
    /conf/,
  ],
};

/** Statements that the compiler must take. */
const ACCEPTED: Record<string, string> = {
  "every kind of step": `const nodes: Node[] = [
    node.start(), node.start("begin"), node.start("begin", { position: { x: 0, y: -20.5 } }),
    node.sendText("a", { message: "Hi", delay_seconds: null, to_phone_number: "+1" }),
    node.sendText("b", { message: { $ai: {} }, ai_field_config: { message: { mode: "prompt", prompt: "Greet" } }, provider_model_id: "m" }),
    node.sendTemplate("c", { template_id: "t", parameters: { body: ["x", 1] } }),
    node.sendInteractive("d", { interactive_type: "button", body_text: "x", buttons: [{ id: "y", title: "Yes" }] }, { position: { x: 1, y: 2 } }),
    node.waitForResponse("e"), node.waitForResponse("f", { has_timeout: true, timeout_seconds: 60 }),
    node.decide("g", { decision_type: "ai", conditions: [{ label: "yes" }, { label: "no", description: null }], llm_temperature: 0.1 }),
    node.function("h", { function_id: "f", save_response_to: "x" }),
    node.webhook("i", { url: "\${ENV:URL}/x", method: "PUT", headers: { a: "b" }, body_template: { a: [1] } }),
    node.agent("j"), node.agent("k", { reasoning_effort: null, flow_agent_resources: [{ resource_type: "github_repository", auth_type: "pat", pat: "x" }] }),
    node.call("l", { workflow_id: "w" }), node.handoff("m"), node.handoff("n", { reason: "x", context_data: { a: 1 } }),
    node.setVariable("o", { variable_name: "x", variable_value: true, value_type: "boolean" }),
    node.setVariable("p", { variable_name: "x", variable_value: null }),
    node.emitEvent("q", { event_name: "order.paid", properties: { amount: 3, paid: true, note: null } }),
    node.pipedream("r", { action_id: "a", app_slug: "b", configured_props: { x: 1 } }),
  ];
  take({ nodes, edges: [edge("start", "a"), edge("g", "h", { label: "yes" })] });`,
  "outputs in place of texts, at any depth": `take({ nodes: [
    node.function("a", { function_id: other.id }),
    node.call("b", { workflow_id: other.id }),
    node.sendText("c", { message: pulumi.interpolate\`Hi from \${other.name}\` }),
    node.webhook("d", { url: other.url, headers: { Authorization: pulumi.secret("x") }, body_template: { of: { id: other.id } } }),
    node.agent("e", { flow_agent_function_tools: [{ name: "x", function_id: other.id }], temperature: pulumi.output(0.2) }),
    node.sendInteractive("f", { interactive_type: "button", body_text: "x", buttons: [{ id: other.id, title: other.name }] }),
    node.setVariable("g", { variable_name: "x", variable_value: other.id }),
    node.emitEvent("h", { event_name: "x", properties: { id: other.id } }),
  ], edges: [] });`,
  "outputs of one of several values, and of objects": `declare const method: pulumi.Output<"GET" | "POST">;
    declare const buttons: pulumi.Output<{ id: string; title: string }[]>;
    node.webhook("a", { url: "https://example.com", method, headers: pulumi.output({ a: "b" }) });
    node.sendInteractive("b", { interactive_type: "button", body_text: "x", buttons });`,
  "settings that may be undefined": `const save_response_to: string | undefined = process.env.X; node.waitForResponse("a", { save_response_to });`,
  "settings that are kept in a variable": `const config = { message: "Hi", delay_seconds: 3 }; node.sendText("a", config);`,
  "nodes and edges of a program among written ones": `const nodes: Node[] = [node.start(), { id: "new", data: { node_type: "from_the_future", config: { a: other.id } } }];
    const edges: Edge[] = [edge("start", "new"), { source: "new", target: "start", label: null }];
    take({ nodes, edges });`,
  // What TypeScript makes of an imported file.
  "an imported export from Kapso's editor": `const exported = {
      nodes: [
        { id: "start", type: "flow-node", position: { x: 120, y: -20.5 }, data: { node_type: "start", config: {}, display_name: "Start" } },
        { id: "a", type: "flow-node", position: { x: 1, y: 2 }, data: { node_type: "send_text", config: { message: "Hi", delay_seconds: 0, to_phone_number: null, ai_field_config: {} }, display_name: "Send" } },
        { id: "b", type: "flow-node", position: { x: 1, y: 2 }, data: { node_type: "agent", config: { temperature: "0.2", flow_agent_webhooks: [{ name: "x", headers: "{}" }] }, display_name: "AI Agent" } },
      ],
      edges: [
        { id: "0b9", source: "start", target: "a", label: "next", type: "default", flow_condition_id: null },
        { id: "0c9", source: "a", target: "b", label: null, type: "default", flow_condition_id: "7d1" },
      ],
    };
    take(exported);
    const definition: Definition = exported;
    take(definition);
    take({ nodes: pulumi.output(exported.nodes), edges: Promise.resolve(exported.edges) });`,
};

const EDITED = `node.sendText("greet", { message: "Hi", /* within */ });
node.decide("route", { decision_type: "" , conditions: [] });
node.sendInteractive("ask", { header_type: "", body_text: "x", interactive_type: "" });
node.agent("agent", { flow_agent_webhooks: [{ name: "x", /* deeper */ }] });
void edge("a", "b", { label: "x" });
node./* kinds */start();
`;

describe("kapso: types of nodes", function () {
  this.timeout(60_000);

  const modules = testCompiling("node types", head, REFUSED, ACCEPTED, { edited: EDITED });

  it("node types: an editor offers the keys of a config, also deeper", () => {
    const offered = modules().completions("edited", 'node.sendText("greet", { ');
    assert.ok(
      ["message", "delay_seconds", "ai_field_config"].every((key) => offered.includes(key)),
      offered.join(),
    );
    assert.ok(!offered.includes("body_text"));
    assert.ok(modules().completions("edited", 'message: "Hi", ').includes("phone_number_id"));
    assert.ok(modules().completions("edited", '[{ name: "x", ').includes("http_method"));
  });

  it("node types: an editor offers the values of a member that has few", () => {
    assert.deepEqual(modules().completions("edited", 'decision_type: "').sort(), ["ai", "function"]);
    assert.ok(modules().completions("edited", 'header_type: "').includes("video"));
  });

  it("node types: an editor offers every kind of step", () => {
    const offered = modules().completions("edited", "node./* kinds */");
    assert.equal(offered.length, 14, offered.join());
  });

  it("node types: an editor shows the documentation of steps and of their settings", () => {
    assert.match(modules().hover("edited", "sendText("), /Sends a text/);
    assert.match(modules().hover("edited", 'message: "Hi"'), /What is sent/);
    assert.match(modules().hover("edited", "decision_type:"), /Who decides/);
    assert.match(modules().hover("edited", "header_type:"), /What stands above the text/);
    assert.match(modules().hover("edited", 'label: "x"'), /Default: `next`/);
  });
});
