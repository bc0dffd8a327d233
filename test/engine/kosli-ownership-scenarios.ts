import assert from "node:assert/strict";
import { failed, type Scenario, succeeded, unchanged } from "./scenarios";

/** The flow of most programs. */
const FLOW = "urn:pulumi:dev::engine-test::pulumi-nodejs:dynamic/kosli:Flow::flow";

/** Kosli's stories about whose a flow is: handed over, taken over, replaced, changed outside. */
export const kosliOwnershipScenarios: readonly Scenario[] = [
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
