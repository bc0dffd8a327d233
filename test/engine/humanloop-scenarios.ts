import assert from "node:assert/strict";
import { humanloopDefaults } from "../../testing/src/emulator";
import { failed, type Scenario, type Seen, succeeded, unchanged } from "./scenarios";
import { marked } from "./toy-scenarios";

function onlyFlow({ humanloop }: Seen) {
  const [found] = humanloop.files;
  assert.ok(found && humanloop.files.length === 1, `there are ${humanloop.files.length} files`);
  return found;
}

/** The attributes that are live. */
function live(seen: Seen): unknown {
  const flow = onlyFlow(seen);
  const [deployed] = Object.values(flow.deployments);
  return flow.versions.find(({ version_id }) => version_id === deployed)?.attributes.model;
}

/** The names of the environments that have a version of the flow. */
function deployedTo(seen: Seen): string[] {
  const { deployments } = onlyFlow(seen);
  const names = seen.humanloop.environments.map(({ id, name }) => [id, name] as const);
  const all = new Map([[humanloopDefaults.production, "production"], ...names]);
  return Object.keys(deployments)
    .map((id) => all.get(id) ?? id)
    .sort();
}

/** Stories of Humanloop: versions that attributes make, and which of them an environment has. */
export const humanloopScenarios: readonly Scenario[] = [
  {
    title:
      "a Humanloop flow gets a version by its attributes, which is deployed in the same run, rolled back, and moved",
    program: "versions",
    of: "humanloop",
    steps: [
      {
        operation: "preview",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.calls, []);
        },
      },
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.equal(live(seen), "small");
        },
      },
      { operation: "preview", v: 1, refresh: true, expect: unchanged },
      {
        operation: "preview",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.ok(marked(seen).includes("~ model"));
          assert.ok(!seen.calls.some((each) => each.startsWith("upsert")));
        },
      },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["upsertFlow 200", "setFlowDeployment 200"], "the version first");
          assert.equal(live(seen), "large");
        },
      },
      {
        operation: "up",
        v: 3,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["setFlowDeployment 200"]);
          assert.equal(live(seen), "small");
          assert.equal(onlyFlow(seen).versions.length, 2);
        },
      },
      { operation: "preview", v: 3, refresh: true, expect: unchanged },
      {
        operation: "up",
        v: 4,
        expect(seen) {
          succeeded(seen);
          assert.equal(onlyFlow(seen).path, "shop/answers");
          assert.ok(!seen.writes.some((each) => /^(delete|upsert)/.test(each)), "nothing is made anew");
          assert.equal(live(seen), "large");
        },
      },
      {
        operation: "destroy",
        v: 4,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.humanloop.files, []);
          assert.match(seen.output, /stays deployed to production/);
        },
      },
    ],
  },
  {
    title:
      "a Humanloop version goes to another environment before it leaves the first, and to none with a key that may not deploy",
    program: "places",
    of: "humanloop",
    steps: [
      {
        operation: "up",
        v: 1,
        before: (emulator) => {
          for (const name of ["staging", "quality"])
            emulator.edit({ vendor: "humanloop", action: "createEnvironment", name });
        },
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(deployedTo(seen), ["production", "staging"]);
        },
      },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          failed(seen, 'There is no environment "qality"', '"staging", "quality"');
          assert.deepEqual(deployedTo(seen), ["production", "staging"]);
        },
      },
      {
        operation: "up",
        v: 3,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["setFlowDeployment 200", "removeFlowDeployment 204"]);
          assert.deepEqual(deployedTo(seen), ["production", "quality"]);
        },
      },
      {
        operation: "up",
        v: 4,
        before: (emulator) =>
          emulator.switches({ humanloopKeys: { "test-key": { ...humanloopDefaults.account, role: "member" } } }),
        expect(seen) {
          failed(seen, "Members of an organization may make versions and not deploy them");
          assert.deepEqual(seen.writes, ["upsertFlow 200"]);
          assert.equal(seen.state.answers?.outputs?.versionId, onlyFlow(seen).versions.at(-1)?.version_id);
        },
      },
      {
        operation: "up",
        v: 4,
        before: (emulator) => emulator.switches({ humanloopKeys: "any" }),
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["setFlowDeployment 200"]);
        },
      },
    ],
  },
];
