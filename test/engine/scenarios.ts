import assert from "node:assert/strict";
import type { Operation, OperationOptions, Outcome, StateResource } from "../../scripts/engines";
import type { EmulatorState, Switches } from "../../testing/src/emulator";
import type { ToyEmulator } from "../toy/toy-emulator";
import type { ToyState } from "../toy/toy-records";

type EmulatedFlow = EmulatorState["kosli"]["flows"][number];

/** What can be looked at after a step. */
export interface Seen extends Outcome {
  /** Successful and refused vendor calls of the step, as `operation status`. */
  readonly calls: readonly string[];
  /** Vendor calls of the step that changed something. */
  readonly writes: readonly string[];
  /** Flows that are not archived, by name. */
  readonly live: Readonly<Record<string, EmulatedFlow>>;
  readonly archived: number;
  readonly graphs: ToyState["graphs"];
  readonly channels: ToyState["channels"];
  readonly kapso: EmulatorState["kapso"];
  readonly runtype: EmulatorState["runtype"];
  readonly humanloop: EmulatorState["humanloop"];
  /** The flows of the state, by resource name. */
  readonly state: Readonly<Record<string, StateResource>>;
  /** The stack's outputs in the state. */
  readonly outputs: Record<string, unknown>;
}

/** One operation on one version of the program. */
export interface Step extends OperationOptions {
  readonly operation: Operation;
  readonly v: number;
  /** What somebody does outside before it. */
  readonly before?: (emulator: ToyEmulator) => void;
  readonly expect: (seen: Seen) => void;
}

/** A story that must go the same way on every engine. */
export interface Scenario {
  readonly title: string;
  readonly program: string;
  /** Whose program it is. Default: Kosli's. */
  readonly of?: "toy" | "kapso" | "runtype" | "humanloop";
  readonly switches?: Partial<Switches>;
  readonly steps: readonly Step[];
}

export function succeeded(seen: Seen): void {
  assert.ok(seen.ok, seen.output);
}

export function failed(seen: Seen, ...words: string[]): void {
  assert.ok(!seen.ok, seen.output);
  for (const each of words) assert.ok(seen.output.includes(each), `"${each}" is missing in:\n${seen.output}`);
}

export function unchanged(seen: Seen): void {
  succeeded(seen);
  assert.doesNotMatch(seen.output, /to (create|update|delete|replace)/);
}

/** The flow of most programs. */
const FLOW = "urn:pulumi:dev::engine-test::pulumi-nodejs:dynamic/kosli:Flow::flow";

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

export const scenarios: readonly Scenario[] = [
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
  {
    title: "a resource renamed without alias is refused, and with adopt the flow is handed over and survives",
    program: "handOver",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          failed(seen, 'Kosli flow "acme/flow" exists already', "adopt: true", "flow-<stack>", "import file");
          assert.deepEqual(seen.writes, []);
        },
      },
      {
        operation: "up",
        v: 3,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["putFlow 200"]);
          assert.equal(seen.live.flow?.description, "two");
          assert.equal(seen.archived, 0);
          assert.match(seen.output, /managed by another resource of this program/);
        },
      },
    ],
  },
  {
    title: "PULUMI_FLOWS_ADOPT takes a flow over for one run",
    program: "tags",
    steps: [
      {
        operation: "up",
        v: 1,
        before: (emulator) =>
          emulator.edit({
            vendor: "kosli",
            action: "create",
            org: "acme",
            name: "flow",
            set: { description: "by hand" },
          }),
        expect: (seen) => failed(seen, "PULUMI_FLOWS_ADOPT=acme/flow"),
      },
      {
        operation: "up",
        v: 1,
        env: { PULUMI_FLOWS_ADOPT: "acme/flow" },
        expect(seen) {
          succeeded(seen);
          assert.match(seen.output, /PULUMI_FLOWS_ADOPT is in force: acme\/flow may be taken over in this run/);
          assert.deepEqual(seen.writes, ["patchTags 200"]);
          assert.equal(seen.live.flow?.description, "by hand");
        },
      },
      { operation: "preview", v: 1, expect: unchanged },
    ],
  },
  {
    title: "another organization replaces the flow: the old one is archived, then the new one made",
    program: "move",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["archiveFlow 200", "putFlow 201"]);
          assert.equal(seen.state.flow?.id, "elsewhere/flow");
        },
      },
    ],
  },
  {
    title: "a forced replacement archives the flow once and makes it anew",
    program: "tags",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      {
        operation: "up",
        v: 1,
        targetReplace: [FLOW],
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["archiveFlow 200", "putFlow 201", "patchTags 200"]);
          assert.equal(seen.archived, 1);
        },
      },
    ],
  },
  {
    title: "a forced replacement with adopt archives the flow once and makes it anew, too",
    program: "replaceAdopting",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      {
        operation: "up",
        v: 1,
        targetReplace: [FLOW],
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["archiveFlow 200", "putFlow 201", "patchTags 200"]);
          assert.deepEqual(Object.keys(seen.live), ["flow"]);
        },
      },
    ],
  },
  {
    title: "a forced replacement that creates first is refused, and with adopt the flow is handed over and survives",
    program: "replaceAfter",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      {
        operation: "up",
        v: 1,
        targetReplace: [FLOW],
        expect(seen) {
          failed(seen, 'Kosli flow "acme/flow" exists already', "adopt: true");
          assert.deepEqual(seen.writes, []);
        },
      },
      {
        operation: "up",
        v: 2,
        targetReplace: [FLOW],
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, []);
          assert.deepEqual([Object.keys(seen.live), seen.archived], [["flow"], 0]);
        },
      },
      { operation: "preview", v: 2, refresh: true, expect: unchanged },
    ],
  },
  {
    title: "PULUMI_FLOWS_ON_CONFLICT overwrites what was changed outside for one run, and says so",
    program: "secret",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      {
        operation: "up",
        v: 2,
        env: { PULUMI_FLOWS_ON_CONFLICT: "overwrite" },
        before: (emulator) =>
          emulator.edit({ vendor: "kosli", action: "update", org: "acme", name: "flow", set: { description: "mine" } }),
        expect(seen) {
          succeeded(seen);
          assert.match(seen.output, /PULUMI_FLOWS_ON_CONFLICT=overwrite is in force/);
          assert.match(seen.output, /It is overwritten, as `PULUMI_FLOWS_ON_CONFLICT` says/);
          assert.doesNotMatch(seen.output, /hush/);
          assert.equal(seen.live.flow?.description, "hush-2");
        },
      },
    ],
  },
  {
    title: "a flow that was made but not finished is recorded, and the next up finishes it",
    program: "tags",
    steps: [
      {
        operation: "up",
        v: 1,
        before: (emulator) =>
          emulator.faults([
            { match: { operation: "patchTags" }, when: "before", then: { status: 403, body: { message: "no" } } },
          ]),
        expect(seen) {
          failed(seen, "was created, but not finished", "Member");
          assert.equal(seen.state.flow?.id, "acme/flow");
          assert.deepEqual(seen.writes, ["putFlow 201"]);
        },
      },
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["patchTags 200"]);
          assert.deepEqual(Object.keys(seen.live), ["flow"]);
        },
      },
    ],
  },
  {
    title: "a comment in a template is no difference, before and after a refresh",
    program: "spelling",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      { operation: "preview", v: 2, expect: unchanged },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.calls, []);
        },
      },
      { operation: "preview", v: 2, refresh: true, expect: unchanged },
      { operation: "refresh", v: 2, expect: succeeded },
      { operation: "preview", v: 2, expect: unchanged },
    ],
  },
  {
    title: "what the program makes secret is shown nowhere, also when it was changed outside",
    program: "secret",
    steps: [
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.doesNotMatch(seen.output, /hush/);
          assert.doesNotMatch(JSON.stringify(seen.state), /hush/);
        },
      },
      { operation: "preview", v: 1, expect: unchanged },
      {
        operation: "up",
        v: 2,
        before: (emulator) =>
          emulator.edit({
            vendor: "kosli",
            action: "update",
            org: "acme",
            name: "flow",
            set: { description: "by hand" },
          }),
        expect(seen) {
          failed(seen, "description: Pulumi last saw [secret]");
          assert.doesNotMatch(seen.output, /hush/);
        },
      },
      { operation: "up", v: 2, refresh: true, expect: succeeded },
      { operation: "preview", v: 2, refresh: true, expect: unchanged },
    ],
  },
  {
    title: "bad input stops the preview with its path and without a stack",
    program: "invalid",
    steps: [
      {
        operation: "preview",
        v: 1,
        expect(seen) {
          failed(seen, "attestation types are", "template.trail.attestations", "unit");
          assert.doesNotMatch(seen.output, /\n\s+at /);
          assert.deepEqual(seen.calls, []);
        },
      },
    ],
  },
];
