import assert from "node:assert/strict";
import { z } from "zod";
import { check } from "../../provider/lifecycle/check";
import { rules } from "../../provider/lifecycle/flow-type";
import { redacted, replaceSecrets, secretPaths, withoutSecrets } from "../../provider/lifecycle/secrets";
import { declare, declaredByEither, hidingMoved, secretsOf } from "../../provider/lifecycle/state";
import { UNKNOWN, type Values } from "../../provider/lifecycle/values";
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

  it("secret: a value of any form is one, also behind optional, and a rule may leave some out", () => {
    const secret = (value: unknown) => value !== "{{reference}}";
    const leaf = z.unknown().register(rules, { secret });
    const type = { ...graph, fields: z.object({ auth: leaf.nullish(), each: z.record(z.string(), leaf).optional() }) };
    const places = (values: Values) => secretPaths(type, values, []).map((path) => path.join("."));
    assert.deepEqual(places({ auth: { token: "t-1" }, each: { a: ["t-2"], b: "{{reference}}", c: 3 } }), [
      "auth",
      "each.a",
      "each.c",
    ]);
    assert.deepEqual(places({ auth: "{{reference}}" }), []);
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

  it("secret: in a message it is hidden as it is, as JSON, on one line, and where the message was cut in the midst of it", () => {
    const key = "-----BEGIN KEY-----\nabc\n-----END KEY-----";
    assert.equal(withoutSecrets(`no ${key}`, [key]), "no [secret]");
    assert.equal(withoutSecrets(`no ${JSON.stringify(key)}`, [key]), 'no "[secret]"');
    assert.equal(withoutSecrets("no -----BEGIN KEY----- abc -----END KEY-----", [key]), "no [secret]");
    assert.equal(withoutSecrets("cannot be tok_ABCDEF…; go on", ["tok_ABCDEFGHIJ"]), "cannot be [secret]…; go on");
    assert.equal(withoutSecrets("on and on…", ["on"]), "on and on…", "too short to be told from a word");
  });

  it("secret: in a message it is hidden as vendors quote and encode it, without its scheme, and by how it begins", () => {
    const key = 'tok/ABCDEFGH"IJKL+mn op';
    const quoted = JSON.stringify(key).slice(1, -1);
    for (const shown of [
      quoted,
      JSON.stringify(quoted).slice(1, -1),
      encodeURIComponent(key),
      encodeURIComponent(key).replaceAll("%20", "+"),
      Buffer.from(key).toString("base64").replace(/=+$/, ""),
      Buffer.from(key).toString("base64url"),
      quoted.replace("/", "\\/"),
      encodeURIComponent(key).replace(/%../g, (code) => code.toLowerCase()),
      key.replace('"', "&quot;"),
      "tok/ABCDEFGH",
      'tok/ABCDEFGH"IJ',
    ]) {
      assert.equal(withoutSecrets(`no (${shown}) and (${shown})`, [key]), "no ([secret]) and ([secret])");
      assert.equal(withoutSecrets(`no (${shown})`, [`Bearer ${key}`]), "no ([secret])");
    }
    const other = "sk_live_abcdefgh&rest-of-the-key/and+more";
    for (const [sign, as] of [
      ["&", "\\u0026"],
      ["/", "\\/"],
      ["&", "&amp;"],
      ["&", "%26"],
      ["&", "&#38;"],
      ["&", "\\x26"],
      ["/", "&#x2F;"],
    ] as const)
      assert.equal(withoutSecrets(`no ${other.replace(sign, as)} here`, [other]), "no [secret] here", as);
    const spaced = "sk_live_abcdefgh/with a blank & more";
    const escaped = spaced.replace("/", "\\/").replace("&", "\\u0026");
    assert.equal(withoutSecrets(`no ${escaped} here`, [spaced]), "no [secret] here");
    assert.equal(withoutSecrets("no 31415 here", [31415]), "no [secret] here");
    for (const cut of ["…", " …", "...", " ..."])
      assert.equal(withoutSecrets(`no tok/AB${cut} and on`, [key]), `no [secret]${cut} and on`);
    assert.equal(withoutSecrets("tok/ABCDEFG and on", [key]), "tok/ABCDEFG and on", "too short to tell");
  });

  it("secret: one that a list's keying moves in the check is told at its new place", () => {
    const definition = { nodes: [{ id: "one", type: "say", message: "hush" }], edges: [] };
    const args = { project: "shop", name: "bot", definition, __secret: [["definition", "nodes", "0", "message"]] };
    const { inputs, failures } = check(graph, args, {});
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs.__secret, [["definition", "nodes", "one", "message"]]);
    assert.deepEqual(check(graph, inputs, {}).inputs, inputs, "idempotent");
  });

  it("secret: one that the program no longer declares, or that somebody has moved, stays hidden", () => {
    const before = declare(graph, { name: "bot", description: "hush", __secret: [["description"]] }, "");
    const after = declare(graph, { name: "bot" }, "", before);
    assert.deepEqual([after.secret, after.once], [undefined, [["description"]]]);
    assert.deepEqual(declaredByEither(after, before).secret, [["description"]]);
    const state = { name: "bot", description: "hush", __declared: JSON.stringify(before) };
    const found = { name: "bot", description: "", definition: { nodes: { moved: { type: "say", message: "hush" } } } };
    assert.deepEqual(hidingMoved(graph, before, found, state).once, [["definition", "nodes", "moved", "message"]]);
  });

  it("secret: what a vendor makes of one, such as a name to be shown, is one as well", () => {
    const type = { ...graph, outputs: ["url"] };
    const values = { name: "hush-hush", url: "https://toy.example/hush-hush", __secret: [["name"]] };
    assert.deepEqual(secretsOf(type, values), [["name"], ["url"]]);
    assert.deepEqual(secretsOf(type, { ...values, url: "https://toy.example/1" }), [["name"]]);
  });

  it("secret: replacing does not change what it is given", () => {
    const copy = structuredClone(VALUES);
    replaceSecrets(VALUES.definition, ["definition"], secretPaths(graph, VALUES, []), () => ({ sealed: true }));
    assert.deepEqual(VALUES, copy);
  });
});
