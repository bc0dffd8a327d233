import assert from "node:assert/strict";
import type { ToyEmulator } from "../toy/toy-emulator";
import { failed, type Scenario, succeeded, unchanged } from "./scenarios";

function showsInOrder(text: string, ...words: string[]): void {
  let at = 0;
  for (const word of words) {
    const found = text.indexOf(word, at);
    assert.ok(found >= 0, `"${word}" is missing (in this order) in:\n${text}`);
    at = found + word.length;
  }
}

const existing = (emulator: ToyEmulator) =>
  emulator.edit({ vendor: "kosli", action: "create", org: "acme", name: "existing", set: { description: "by hand" } });
/** Kosli's stories about a program's life, and about what Pulumi itself offers. */
export const kosliScenarios: readonly Scenario[] = [
  {
    title: "a program lives from its first preview to its end",
    program: "life",
    steps: [
      {
        operation: "preview",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.calls, [], "a preview of creations asks the vendor nothing");
        },
      },
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(Object.keys(seen.live).sort(), ["build", "deploy", "extra"]);
          assert.equal(seen.live.deploy?.tags.build, "acme/build");
          assert.equal(seen.calls.length, 3 * 3 + 2);
        },
      },
      {
        operation: "preview",
        v: 1,
        expect(seen) {
          unchanged(seen);
          assert.deepEqual(seen.calls, []);
        },
      },
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.calls, [], "an up without changes asks the vendor nothing");
        },
      },
      {
        operation: "preview",
        v: 1,
        refresh: true,
        before: (emulator) =>
          emulator.edit({
            vendor: "kosli",
            action: "update",
            org: "acme",
            name: "build",
            set: { description: "by hand" },
          }),
        expect(seen) {
          succeeded(seen);
          showsInOrder(seen.output, "description", '"by hand"', '"one"');
          assert.deepEqual(seen.writes, []);
        },
      },
      {
        operation: "refresh",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.equal(seen.state.build?.outputs?.description, "by hand");
          assert.deepEqual(seen.calls, ["listFlows 200"], "one list answers for all flows");
        },
      },
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["putFlow 200"]);
          assert.equal(seen.live.build?.description, "one");
        },
      },
      {
        operation: "preview",
        v: 2,
        expect(seen) {
          succeeded(seen);
          showsInOrder(seen.output, "description", '"one"', '"two"');
          assert.match(seen.output, /\+ (template\.trail\.attestations\.)?lint/);
          assert.doesNotMatch(seen.output, /[~-] (template\.trail\.attestations\.)?unit/);
        },
      },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["putFlow 200"]);
          assert.equal(seen.calls.length, 3);
        },
      },
      {
        operation: "up",
        v: 3,
        expect(seen) {
          succeeded(seen);
          assert.equal(seen.state.build?.id, "acme/build", "a rename keeps Pulumi's id");
          assert.equal(seen.state.build?.outputs?.name, "build-renamed");
          assert.ok(seen.writes.includes("renameFlow 200"));
          assert.equal(seen.live.deploy?.description, "after build-renamed");
          assert.equal(seen.archived, 0, "nothing is replaced");
        },
      },
      {
        operation: "up",
        v: 4,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["archiveFlow 200"]);
          assert.deepEqual(Object.keys(seen.live).sort(), ["build-renamed", "deploy"]);
        },
      },
      {
        operation: "destroy",
        v: 4,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.live, {});
          assert.deepEqual(seen.state, {});
        },
      },
    ],
  },
  {
    title: "a flow deleted outside leaves the state on refresh and is made again",
    program: "tags",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      {
        operation: "up",
        v: 1,
        before: (emulator) => emulator.edit({ vendor: "kosli", action: "archive", org: "acme", name: "flow" }),
        refresh: true,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(Object.keys(seen.live), ["flow"]);
          assert.equal(seen.archived, 1);
        },
      },
    ],
  },
  {
    title: "Flow.get reads what others manage, and destroying leaves it alone",
    program: "get",
    steps: [
      {
        operation: "up",
        v: 1,
        before: existing,
        expect(seen) {
          succeeded(seen);
          assert.equal(seen.outputs.description, "by hand");
          assert.equal(seen.outputs.isFlow, true);
        },
      },
      {
        operation: "destroy",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, []);
          assert.deepEqual(Object.keys(seen.live), ["existing"]);
        },
      },
    ],
  },
  {
    title: "Flow.get of a flow that is not there fails and names it",
    program: "getMissing",
    steps: [{ operation: "up", v: 1, expect: (seen) => failed(seen, 'There is no Kosli flow "acme/nobody"') }],
  },
  {
    title: "getFlow and listFlows find what the program has just made",
    program: "lookups",
    steps: [
      {
        operation: "preview",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.calls, [], "nothing is looked up that is yet to be made");
        },
      },
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.outputs, { one: "to be found", all: ["made"] });
        },
      },
    ],
  },
  {
    title: "kosli.Provider reaches a second account, also when destroying",
    program: "secondAccount",
    switches: {
      keys: { "test-token": { orgs: ["acme"], role: "member" }, "other-token": { orgs: ["other"], role: "member" } },
    },
    steps: [
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(
            Object.values(seen.live)
              .map(({ org }) => org)
              .sort(),
            ["acme", "other"],
          );
        },
      },
      { operation: "preview", v: 1, expect: unchanged },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["putFlow 200", "putFlow 200"]);
          assert.equal(seen.outputs.there, "v2");
        },
      },
      {
        operation: "destroy",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.live, {});
        },
      },
    ],
  },
  {
    title: "ignoreChanges works by field, by tag and by the name of an attestation",
    program: "ignoreChanges",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.live.flow?.tags, { team: "team-1", kind: "kind-2" });
          assert.equal(seen.live.flow?.description, "v1");
          assert.match(seen.live.flow?.template ?? "", /junit/);
        },
      },
    ],
  },
  {
    title: "protect keeps a flow from removal and destruction",
    program: "protect",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      { operation: "up", v: 2, expect: (seen) => failed(seen, "protect") },
      {
        operation: "destroy",
        v: 1,
        expect(seen) {
          failed(seen, "protect");
          assert.deepEqual(Object.keys(seen.live), ["kept"]);
        },
      },
      { operation: "up", v: 3, expect: succeeded },
      { operation: "destroy", v: 3, expect: succeeded },
    ],
  },
  {
    title: "retainOnDelete leaves the flow at the vendor",
    program: "retain",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      {
        operation: "destroy",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(Object.keys(seen.live), ["retained"]);
          assert.deepEqual(seen.calls, []);
        },
      },
    ],
  },
  {
    title: "an alias renames a resource without any call",
    program: "alias",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.calls, []);
          assert.deepEqual(Object.keys(seen.state), ["new"]);
        },
      },
    ],
  },
  {
    title: "a flow inside a component is a flow like any other",
    program: "component",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      { operation: "preview", v: 1, expect: unchanged },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["putFlow 200"]);
        },
      },
      { operation: "destroy", v: 2, expect: succeeded },
    ],
  },
];
