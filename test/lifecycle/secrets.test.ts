import assert from "node:assert/strict";
import { redacted, replaceSecrets, secretPaths } from "../../provider/lifecycle/secrets";
import { UNKNOWN } from "../../provider/lifecycle/values";
import { graph } from "../toy/graph";

const VALUES = {
  name: "bot",
  description: "hush",
  definition: {
    nodes: {
      call: { type: "call", headers: { Authorization: "Bearer 1", Accept: "*" }, message: "Hi" },
      ask: { type: "ask", token: "t-1", buttons: [{ id: "yes", title: "Yes" }] },
    },
    edges: { "call --next-->": "ask" },
  },
};

describe("secrets", () => {
  it("secret: leaves that the vendor's fields call secret are found in every item, by name", () => {
    assert.deepEqual(secretPaths(graph, VALUES, []), [
      ["definition", "nodes", "call", "headers", "Authorization"],
      ["definition", "nodes", "call", "headers", "Accept"],
      ["definition", "nodes", "ask", "token"],
    ]);
  });

  it("secret: so they are in a list that is not keyed", () => {
    const nodes = [{ id: "a", type: "call", token: "t-1" }];
    assert.deepEqual(secretPaths(graph, { definition: { nodes } }, []), [["definition", "nodes", "0", "token"]]);
  });

  it("secret: what the program made secret is added, and nothing twice", () => {
    const declared = [["description"], ["definition", "nodes", "ask", "token"]];
    assert.deepEqual(secretPaths(graph, { definition: VALUES.definition, description: "x" }, declared).slice(2), [
      ["definition", "nodes", "ask", "token"],
      ["description"],
    ]);
  });

  it("secret: what a preview cannot know is not marked", () => {
    const nodes = { a: { type: "call", token: UNKNOWN } };
    assert.deepEqual(secretPaths(graph, { definition: { nodes } }, []), []);
    assert.deepEqual(secretPaths(graph, { definition: UNKNOWN }, []), []);
    assert.equal(redacted(UNKNOWN, ["definition"], [["definition"]]), UNKNOWN);
  });

  it("secret: only the leaf is hidden; its neighbours stay readable, also in a list", () => {
    const secrets = [
      ["definition", "nodes", "call", "headers", "Authorization"],
      ["definition", "nodes", "ask", "buttons", "0", "title"],
    ];
    assert.deepEqual(redacted(VALUES.definition, ["definition"], secrets), {
      nodes: {
        call: { type: "call", headers: { Authorization: "[secret]", Accept: "*" }, message: "Hi" },
        ask: { type: "ask", token: "t-1", buttons: [{ id: "yes", title: "[secret]" }] },
      },
      edges: { "call --next-->": "ask" },
    });
  });

  it("secret: what is within a secret is hidden, and so is a value that has taken the place of what held one", () => {
    assert.equal(redacted("Bearer 1", ["headers", "Authorization"], [["headers"]]), "[secret]");
    assert.equal(redacted("flattened", ["headers"], [["headers", "Authorization"]]), "[secret]");
    assert.equal(redacted("Hi", ["message"], [["headers"]]), "Hi");
    assert.equal(redacted(undefined, ["headers"], [["headers"]]), undefined);
  });

  it("secret: replacing does not change what it is given", () => {
    const copy = structuredClone(VALUES);
    replaceSecrets(VALUES.definition, ["definition"], secretPaths(graph, VALUES, []), () => ({ sealed: true }));
    assert.deepEqual(VALUES, copy);
  });
});
