import { deepEqual, equal, match } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RehearsalResult } from "../../testing/src/rehearsal/rehearse";
import { createStage, type Stage } from "./stage";

/** `create a`, in the order of the names, the stack left out. */
function told(result: RehearsalResult): string[] {
  const steps = result.steps.filter(({ type, op }) => type !== "pulumi:pulumi:Stack" && op !== "same");
  return steps.map(({ op, name }) => `${op} ${name}`).sort();
}

describe("rehearsal: operations", function () {
  this.timeout(120_000);
  let stage: Stage;
  beforeEach(async () => {
    stage = await createStage();
  });
  afterEach(() => stage.close());

  const calls = () => stage.vendor.journal.splice(0).map((line) => line.split(" ").slice(0, 2).join(" "));
  const ids = async () => Object.fromEntries((await stage.state()).map(({ urn, id }) => [urn.split("::").at(-1), id]));

  it("preview: calls nothing at the vendor and saves nothing", async () => {
    const result = await stage.run("preview", "crud", 1);
    deepEqual(result.changes, { create: 6 });
    deepEqual(result.outputs, { url: "[unknown]", etag: "[unknown]" });
    deepEqual(calls(), []);
    deepEqual(await stage.state(), []);
  });

  it("up: creates in the order of dependencies, and a second up finds nothing to do", async () => {
    const first = await stage.run("up", "crud", 1);
    equal(first.ok, true, stage.lines.join("\n"));
    deepEqual(first.outputs, { url: "https://fake/a", etag: "e1-b" });
    deepEqual(calls(), ["POST /flows", "POST /flows", "POST /flows", "POST /flows", "POST /flows"]);
    const second = await stage.run("up", "crud", 1);
    deepEqual(second.changes, { same: 6 });
    deepEqual(calls(), []);
  });

  it("up: a replacement is created before its original is deleted, and the preview says the same", async () => {
    await stage.run("up", "crud", 1);
    const preview = await stage.run("preview", "crud", 3);
    const up = await stage.run("up", "crud", 3);
    deepEqual(told(up), ["delete-replaced a", "replace a", "update b", "update x", "update y"]);
    deepEqual(told(preview), told(up));
    deepEqual(calls().slice(5), ["POST /flows", "PUT /flows/b", "PUT /flows/x", "PUT /flows/y", "DELETE /flows/a"]);
  });

  it("up: what the program no longer declares is deleted, dependents first", async () => {
    await stage.run("up", "crud", 1);
    calls();
    await stage.run("up", "crud", 4);
    const deletions = calls().filter((call) => /^DELETE .*[xyz]$/.test(call));
    deepEqual(deletions, ["DELETE /flows/z", "DELETE /flows/y", "DELETE /flows/x"]);
    await stage.run("destroy", "crud", 4);
    equal(stage.vendor.flows.size, 0);
    deepEqual(await stage.state(), []);
  });

  it("refresh: drift is told as old and new values and repaired by the next up", async () => {
    await stage.run("up", "drift", 1);
    const a = stage.vendor.flows.get("a");
    if (a) a.description = "drifted";
    stage.vendor.flows.delete("b");
    const result = await stage.run("refresh", "drift", 1);
    deepEqual(told(result), ["gone b", "refresh a"]);
    const drift = result.steps.find(({ op }) => op === "refresh");
    deepEqual(drift?.diff, [{ path: "description", kind: "update", before: "one", after: "drifted" }]);
    deepEqual(told(await stage.run("up", "drift", 1)), ["create b", "update a"]);
  });

  it("preview --refresh: shows drift and does not save it; up --refresh repairs it in one go", async () => {
    await stage.run("up", "drift", 1);
    const before = await stage.state();
    const a = stage.vendor.flows.get("a");
    if (a) a.description = "drifted";
    stage.vendor.flows.delete("b");
    const preview = await stage.run("preview", "drift", 1, { refresh: true });
    deepEqual(told(preview), ["create b", "gone b", "refresh a", "update a", "update c"]);
    deepEqual(await stage.state(), before);
    const up = await stage.run("up", "drift", 1, { refresh: true });
    deepEqual(told(up), ["create b", "gone b", "refresh a", "update a"]);
    equal(stage.vendor.flows.get("a")?.description, "one");
  });

  it("partial failure: the half-made resource keeps its id, and the next up completes it", async () => {
    const first = await stage.run("up", "half", 1);
    match(first.failure ?? "", /creating fake:Flow a failed: it exists as a, but not whole: the second call failed/);
    const half = (await stage.state()).find(({ id }) => id === "a");
    deepEqual(half?.initErrors, ["the second call failed"]);
    calls();
    await stage.run("up", "half", 1);
    deepEqual(calls(), ["PUT /flows/a", "POST /flows"]);
    equal((await stage.state()).find(({ id }) => id === "a")?.initErrors, undefined);
  });

  it("failure: what failed keeps its old state, dependents are not touched, nothing is deleted", async () => {
    await stage.run("up", "hard", 1);
    const before = await ids();
    calls();
    const result = await stage.run("up", "hard", 2);
    match(result.failure ?? "", /updating fake:Flow a failed: the vendor does not like boom/);
    deepEqual(calls(), ["PUT /flows/a"]);
    deepEqual(await ids(), before);
    deepEqual(
      result.diagnostics.map(({ severity, urn }) => [severity, urn?.split("::").at(-1)]),
      [["error", "a"]],
    );
  });

  it("failure: what is under way at the vendor meanwhile finishes and is saved", async () => {
    let release = () => {};
    const held = new Promise<void>((done) => (release = done));
    stage.vendor.hold.set("POST /flows slow", held);
    let fail = () => {};
    stage.vendor.hold.set("POST /flows a", new Promise<void>((done) => (fail = done)));
    const running = stage.run("up", "slow", 1);
    while (stage.vendor.journal.length < 2) await stage.vendor.held();
    fail();
    setTimeout(release, 1500);
    match((await running).failure ?? "", /does not like boom/);
    equal((await ids()).slow, "slow");
  });

  it("failure: inputs that fail the check are told with resource and property, before any write", async () => {
    const result = await stage.run("up", "checkFails", 1);
    equal(result.failure, "fake:Flow a: invalid inputs: description: is longer than 64 characters");
    deepEqual(calls(), []);
  });

  it("failure: a program that throws deletes nothing of what it had not declared yet", async () => {
    await stage.run("up", "throws", 1);
    const result = await stage.run("up", "throws", 2);
    match(result.failure ?? "", /program broke/);
    deepEqual([...stage.vendor.flows.keys()], ["a", "b"]);
    deepEqual(Object.keys(await ids()), ["rehearsed-dev", "default", "a", "b"]);
  });

  it("get: is read at every up, never written, and not deleted by destroy", async () => {
    stage.vendor.flows.set("ext", { id: "ext", name: "ext", etag: "e1" });
    deepEqual(told(await stage.run("up", "get", 1)), ["create a", "read got"]);
    deepEqual(calls(), ["GET /flows/ext", "POST /flows"]);
    await stage.run("up", "get", 1);
    deepEqual(calls(), ["GET /flows/ext"]);
    await stage.run("destroy", "get", 1);
    deepEqual([...stage.vendor.flows.keys()], ["ext"]);
  });

  it("get: a provider that finds nothing and does not fail is warned about", async () => {
    const result = await stage.run("up", "getMissing", 1);
    match(result.diagnostics[0]?.message ?? "", /the provider found no 'nope'/);
  });

  it("protect: neither a deletion nor a replacement nor a destroy touches the resource", async () => {
    await stage.run("up", "protect", 1);
    for (const operation of ["up", "destroy"] as const) {
      match((await stage.run(operation, "protect", 2)).failure ?? "", /::a is protected/);
    }
    equal(stage.vendor.flows.size, 2);
    await stage.run("up", "protect", 3);
    deepEqual(told(await stage.run("up", "protect", 2)), ["delete a"]);
  });

  it("protect: a protected resource is not replaced", async () => {
    await stage.run("up", "protectReplaced", 1);
    match((await stage.run("up", "protectReplaced", 2)).failure ?? "", /would be replaced because of name/);
    deepEqual([...stage.vendor.flows.keys()], ["a1"]);
  });

  it("retainOnDelete: leaves the state and stays at the vendor", async () => {
    await stage.run("up", "retain", 1);
    deepEqual(told(await stage.run("up", "retain", 2)), ["delete a"]);
    deepEqual([...stage.vendor.flows.keys()], ["a"]);
    equal((await ids()).a, undefined);
  });

  it("ignoreChanges: keeps the former value at every path, also nested, and ignores an addition", async () => {
    await stage.run("up", "ignoreChanges", 1);
    deepEqual(told(await stage.run("up", "ignoreChanges", 2)), ["update b"]);
    deepEqual(stage.vendor.flows.get("b"), { id: "b", name: "b", tags: ["t2"], etag: "e2-b" });
    deepEqual(told(await stage.run("up", "ignoreChanges", 3)), ["update b"]);
    equal(stage.vendor.flows.get("a")?.description, "d1");
  });

  it("aliases: a renamed resource, a renamed component and a new parent change nothing at the vendor", async () => {
    await stage.run("up", "aliases", 1);
    calls();
    const known = async () =>
      Object.values(await ids())
        .filter(Boolean)
        .sort();
    const before = await known();
    equal((await stage.run("up", "aliases", 2)).changes.same, 7);
    deepEqual(told(await stage.run("up", "aliases", 3)), ["create group"]);
    deepEqual(calls(), []);
    deepEqual(await known(), before);
  });

  it("deleteBeforeReplace: dependents that would be replaced too are deleted first", async () => {
    await stage.run("up", "deleteBeforeReplace", 1);
    calls();
    const preview = await stage.run("preview", "deleteBeforeReplace", 2);
    const up = await stage.run("up", "deleteBeforeReplace", 2);
    deepEqual(told(up), ["delete-replaced a", "delete-replaced b", "replace a", "replace b", "update c"]);
    deepEqual(told(preview), told(up));
    deepEqual(calls(), ["DELETE /flows/b-a1", "DELETE /flows/a1", "POST /flows", "POST /flows", "PUT /flows/c"]);
  });

  it("deleteBeforeReplace: when the creation fails, the next up creates and deletes nothing twice", async () => {
    await stage.run("up", "pendingReplacement", 1);
    equal((await stage.run("up", "pendingReplacement", 2)).ok, false);
    equal((await stage.state()).at(-1)?.pendingReplacement, true);
    calls();
    equal((await stage.run("up", "pendingReplacement", 3)).ok, true);
    deepEqual(calls(), ["POST /flows"]);
    deepEqual((await ids()).a, "a3");
  });

  it("replacement: an original that does not go stays in the state and is deleted by the next up", async () => {
    await stage.run("up", "pendingDelete", 1);
    equal((await stage.run("up", "pendingDelete", 2)).ok, false);
    deepEqual(
      (await stage.state()).filter((state) => state.delete).map(({ id }) => id),
      ["a1"],
    );
    const original = stage.vendor.flows.get("a1");
    if (original) original.description = "free";
    deepEqual(told(await stage.run("up", "pendingDelete", 2)), ["delete-replaced a"]);
  });

  it("replacement: half made, it is kept, and its original is still deleted later", async () => {
    await stage.run("up", "halfReplaced", 1);
    equal((await stage.run("up", "halfReplaced", 2)).ok, false);
    const flows = (await stage.state()).filter(({ urn }) => urn.endsWith("::a"));
    deepEqual(
      flows.map(({ id, delete: waits }) => [id, waits ?? false]),
      [
        ["a2", false],
        ["a1", true],
      ],
    );
    equal((await stage.run("up", "halfReplaced", 3)).ok, true, stage.lines.join("\n"));
    deepEqual([...stage.vendor.flows.keys()], ["a2"]);
  });

  it("replaceOnChanges: decides only where the provider has no diff", async () => {
    await stage.run("up", "replaceOnChanges", 1);
    deepEqual(told(await stage.run("up", "replaceOnChanges", 2)), ["delete-replaced r", "replace r", "update a"]);
  });

  it("targetReplace: replaces the resource without a diff and touches no other", async () => {
    await stage.run("up", "targets", 1);
    const target = (await stage.state()).find(({ id }) => id === "a1")?.urn ?? "";
    calls();
    const result = await stage.run("up", "targets", 2, { targetReplace: [target] });
    equal(result.ok, true, stage.lines.join("\n"));
    deepEqual(told(result), ["delete-replaced a", "replace a"]);
    deepEqual(calls(), ["POST /flows", "DELETE /flows/a1"]);
    equal((await ids()).b, "b1");
  });

  it("targetReplace: with deleteBeforeReplace the dependents that must go are made anew with it", async () => {
    await stage.run("up", "deleteBeforeReplace", 1);
    const target = (await stage.state()).find(({ id }) => id === "a1")?.urn ?? "";
    calls();
    equal((await stage.run("up", "deleteBeforeReplace", 1, { targetReplace: [target] })).ok, true);
    deepEqual(calls(), ["DELETE /flows/b-a1", "DELETE /flows/a1", "POST /flows", "POST /flows"]);
  });

  it("explicit provider: its resources use its settings in up, refresh, delete and destroy", async () => {
    const as = () => stage.vendor.journal.splice(0).map((line) => line.replace(/ \{.*\}/, ""));
    equal((await stage.run("preview", "providers", 1)).changes.create, 5);
    await stage.run("up", "providers", 1);
    deepEqual(as().sort(), ["POST /flows as none", "POST /flows as second-key", "POST /flows as second-key"]);
    await stage.run("refresh", "providers", 1);
    deepEqual(as().sort(), ["GET /flows/a as none", "GET /flows/b as second-key", "GET /flows/moved as second-key"]);
    const rotated = await stage.run("up", "providers", 2);
    deepEqual(told(rotated), ["update second"]);
    deepEqual(told(await stage.run("up", "providers", 3)), ["delete-replaced moved", "replace moved"]);
    deepEqual(as(), ["POST /flows as none", "DELETE /flows/moved as rotated-key"]);
    await stage.run("destroy", "providers", 3);
    deepEqual(as().sort(), [
      "DELETE /flows/a as none",
      "DELETE /flows/b as rotated-key",
      "DELETE /flows/moved-away as none",
    ]);
    deepEqual(await stage.state(), []);
  });

  it("config: the project's defaults, the stack's file and the caller's values, each over the one before", async () => {
    writeFileSync(
      join(stage.folder, "Pulumi.yaml"),
      "name: rehearsed\nruntime: { name: nodejs, options: { typescript: false } }\n" +
        "config:\n  one: { default: 1 }\n  two: { default: 1 }\n  three: { default: 1 }\n",
    );
    writeFileSync(
      join(stage.folder, "Pulumi.dev.yaml"),
      "config:\n  rehearsed:two: 2\n  rehearsed:three: 2\n  list: [a]\n",
    );
    writeFileSync(
      join(stage.folder, "index.js"),
      'const c = new (require("@pulumi/pulumi").Config)();\n' +
        'module.exports = { all: ["one", "two", "three"].map((k) => c.getNumber(k)), list: c.getObject("list") };\n',
    );
    const result = await stage.run("preview", "config", 1, { config: { three: "3" } });
    deepEqual(result.outputs, { all: [1, 2, 3], list: ["a"] });
  });
});
