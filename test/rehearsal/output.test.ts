import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { differences } from "../../testing/src/rehearsal/difference";
import { makeSecret, UNKNOWN } from "../../testing/src/rehearsal/values";
import { createStage, type Stage } from "./stage";

describe("rehearsal: what it shows", function () {
  this.timeout(120_000);
  let stage: Stage;
  beforeEach(async () => {
    stage = await createStage();
  });
  afterEach(() => stage.close());

  it("output: a preview shows symbols, differences, outputs and counts", async () => {
    await stage.run("up", "crud", 1);
    await stage.run("preview", "crud", 3);
    deepEqual(stage.lines, [
      " +- fake:Flow  a  (name)",
      '      ~ description: "one" => "two"',
      '      ~ name: "a" => "a-new"',
      " ~  fake:Flow  b",
      '      ~ description: "after https://fake/a" => [unknown]',
      " ~  fake:Flow  x",
      '      ~ description: "e1-b" => [unknown]',
      " ~  fake:Flow  y",
      '      ~ description: "e1-x" => [unknown]',
      " -- fake:Flow  a",
      "Outputs:",
      "    etag: [unknown]",
      "    url: [unknown]",
      "Resources: ~ 3 to update, +- 1 to replace, -- 1 to delete for replacement, 2 unchanged",
    ]);
  });

  it("output: with diff a creation shows its properties, never the handler or the provider's own member", async () => {
    await stage.run("up", "empty", 1, { diff: true });
    deepEqual(stage.lines, [
      " +  pulumi:pulumi:Stack  rehearsed-dev",
      " +  fake:Flow  a",
      '      + name: "a"',
      "      + tags: []",
      "Resources: + 2 created",
    ]);
  });

  it("output: no secret is shown in lines, steps, outputs, diagnostics or the failure", async () => {
    for (const version of [1, 2]) {
      const result = await stage.run("up", "secrets", version, { diff: true });
      deepEqual(result.outputs, { token: "[secret]", etag: "[secret]", both: "[secret]" });
      doesNotMatch(JSON.stringify(result) + stage.lines.join("\n"), /s3cret-token|quiet word|e[12]-b/);
    }
    const token = { secretConfig: { "fake:apiToken": "x".repeat(70) } };
    const failed = await stage.run("up", "leaks", 1, token);
    match(failed.failure ?? "", /the vendor says: \[secret\]/);
    doesNotMatch(JSON.stringify(failed) + stage.lines.join("\n"), /xxxx/);
  });

  it("output: a log of the program or the provider keeps its severity", async () => {
    const result = await stage.run("preview", "logs", 1);
    deepEqual(
      result.diagnostics.map(({ severity, message, urn }) => [severity, message, urn?.split("::").at(-1)]),
      [
        ["info", "printed", undefined],
        ["info", "told", undefined],
        ["warning", "beware", undefined],
      ],
    );
    match(stage.lines.join("\n"), /^warning: beware$/m);
  });

  it("differences: are told by path, objects by key and arrays by position", () => {
    const before = {
      a: 1,
      gone: true,
      nodes: { greet: { text: "Hi" }, "a b": 1 },
      tags: ["x", "y"],
      __provider: "old",
    };
    const after = { a: 1, nodes: { greet: { text: "Hello!" }, "a b": 2, check: {} }, tags: ["x"], __declared: ["a"] };
    deepEqual(differences(before, after), [
      { path: "gone", kind: "delete", before: true },
      { path: "nodes.greet.text", kind: "update", before: "Hi", after: "Hello!" },
      { path: 'nodes["a b"]', kind: "update", before: 1, after: 2 },
      { path: "nodes.check", kind: "add", after: {} },
      { path: "tags[1]", kind: "delete", before: "y" },
    ]);
  });

  it("differences: a secret is compared by what it holds and shown as [secret]", () => {
    const header = (token: string) => ({ header: { token: makeSecret(token), kind: "bearer" } });
    deepEqual(differences(header("one"), header("one")), []);
    deepEqual(differences(header("one"), { header: { token: "one", kind: "bearer" } }), []);
    deepEqual(differences(header("one"), header("two")), [
      { path: "header.token", kind: "update", before: "[secret]", after: "[secret]" },
    ]);
    const [added] = differences({}, { all: { list: [makeSecret("one"), UNKNOWN] } });
    deepEqual(added, { path: "all", kind: "add", after: { list: ["[secret]", "[unknown]"] } });
    equal(JSON.stringify(differences({}, header("one"))).includes("one"), false);
  });
});
