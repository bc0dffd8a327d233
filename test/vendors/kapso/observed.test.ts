import assert from "node:assert/strict";
import { node } from "../../../provider/sdk/kapso-nodes";
import { observedDefinition } from "../../../provider/vendors/kapso/definition/observed";

/** The config of the one node that Kapso answers, where the program wrote another. */
function observedConfig(answered: { node_type: string; config: object }, written: object): unknown {
  const { nodes } = observedDefinition(
    { nodes: [{ id: "n", data: answered }], edges: [] },
    { nodes: [{ id: "n", data: { node_type: answered.node_type, config: written } }], edges: [] },
  );
  return Object(nodes)[0].data.config;
}

describe("kapso: what is observed", () => {
  it("observed: an object that Kapso answers as text is told as the object, so that a preview shows what changed in it", () => {
    const answered = { url: "https://a.example", headers: '{"a":"2","b":"3"}', body_template: '{"c":1}' };
    const { data } = node.webhook("n", { url: "https://a.example", headers: { a: "1" }, body_template: { c: 0 } });
    assert.deepEqual(observedConfig({ node_type: "webhook", config: answered }, data.config ?? {}), {
      url: "https://a.example",
      headers: { a: "2", b: "3" },
      body_template: { c: 1 },
    });
  });

  it("observed: what the program writes as text stays text", () => {
    const answered = { headers: '{"a":"2"}' };
    assert.deepEqual(observedConfig({ node_type: "webhook", config: answered }, { headers: '{"a":"1"}' }), answered);
  });

  it("observed: numbers that Kapso answers as text are numbers, and headers of an agent's tools objects", () => {
    const answered = { temperature: "0.7", flow_agent_webhooks: [{ name: "t", headers: '{"a":"2"}' }] };
    assert.deepEqual(observedConfig({ node_type: "agent", config: answered }, { temperature: 0.2 }), {
      temperature: 0.7,
      flow_agent_webhooks: [{ name: "t", headers: { a: "2" } }],
    });
  });

  it("observed: of a kind of step that nobody knows, what the program writes", () => {
    const answered = { amount: 5, retries: 3 };
    assert.deepEqual(observedConfig({ node_type: "collect_payment", config: answered }, { amount: 4 }), { amount: 5 });
  });
});
