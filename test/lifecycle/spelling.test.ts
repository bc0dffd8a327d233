import assert from "node:assert/strict";
import fc from "fast-check";
import { respelled } from "../../provider/lifecycle/spelling";
import { declare, observedOfDeclared } from "../../provider/lifecycle/state";
import { graph } from "../toy/graph";

const WRITTEN = {
  definition: {
    nodes: { greet: { type: "say", message: "Hi", delay_seconds: 0 }, ask: { type: "ask", temperature: 0.5 } },
    edges: { "greet --next-->": "ask" },
  },
};

/** What the toy answers for {@link WRITTEN}, in registered form. */
const ANSWERED = {
  greet: { type: "say", message: "Hi", delay_seconds: 0, headers: {}, position: { x: 0, y: 0 } },
  ask: { type: "ask", temperature: 0.5, delay_seconds: 0, headers: {}, position: { x: 0, y: 0 } },
};

function observed(nodes: object, edges: object = WRITTEN.definition.edges): unknown {
  return observedOfDeclared(graph, { definition: { nodes, edges } }, declare(graph, WRITTEN, ""), WRITTEN).definition;
}

describe("spelling", () => {
  it("spelling: what the vendor fills in does not show where nothing changed", () => {
    assert.deepEqual(observed(ANSWERED), WRITTEN.definition);
  });

  it("spelling: of a change only the change shows, and nothing of what the vendor fills in", () => {
    assert.deepEqual(observed({ ...ANSWERED, ask: { ...ANSWERED.ask, temperature: 0.9 } }), {
      ...WRITTEN.definition,
      nodes: { ...WRITTEN.definition.nodes, ask: { type: "ask", temperature: 0.9 } },
    });
  });

  it("spelling: a value that the program wrote although it is the vendor's own shows when it changes", () => {
    const changed = { ...ANSWERED, greet: { ...ANSWERED.greet, delay_seconds: 5 } };
    assert.deepEqual(observed(changed), {
      ...WRITTEN.definition,
      nodes: { ...WRITTEN.definition.nodes, greet: { type: "say", message: "Hi", delay_seconds: 5 } },
    });
  });

  it("spelling: an item that somebody added shows without what the vendor fills in", () => {
    const added = { ...ANSWERED, bye: { type: "say", message: "Bye", delay_seconds: 0, headers: {} } };
    assert.deepEqual(observed(added), {
      ...WRITTEN.definition,
      nodes: { ...WRITTEN.definition.nodes, bye: { type: "say", message: "Bye" } },
    });
  });

  it("spelling: an item that somebody removed is not there", () => {
    assert.deepEqual(observed({ greet: ANSWERED.greet }, {}), {
      nodes: { greet: WRITTEN.definition.nodes.greet },
      edges: {},
    });
  });

  it("spelling: without a normal form, an observed value is what was observed", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (seen, written) => {
        const [a, b] = [JSON.parse(JSON.stringify(seen)), JSON.parse(JSON.stringify(written))];
        assert.deepEqual(respelled({ value: a, canonical: a }, { value: b, canonical: b }), a);
      }),
    );
  });

  it("spelling: keys that are names of what every object has are keys like any other", () => {
    const seen = JSON.parse('{"constructor": 1, "toString": 2}');
    assert.deepEqual(respelled({ value: seen, canonical: seen }, { value: {}, canonical: {} }), seen);
  });
});
