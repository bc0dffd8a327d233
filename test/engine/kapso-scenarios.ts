import assert from "node:assert/strict";
import type { ToyEmulator } from "../toy/toy-emulator";
import { failed, type Scenario, type Seen, succeeded, unchanged } from "./scenarios";
import { kept, marked } from "./toy-scenarios";

const SECRETS = /Bearer|text\/plain|hush/;

const drag = (emulator: ToyEmulator) =>
  emulator.edit({ vendor: "kapso", action: "moveNode", workflow: "bot", node: "greet", position: { x: 7, y: 9 } });

const run = (emulator: ToyEmulator) =>
  emulator.edit({ vendor: "kapso", action: "runWorkflow", workflow: "bot", times: 3 });

const write = (message: string) => (emulator: ToyEmulator) =>
  emulator.edit({ vendor: "kapso", action: "configureNode", workflow: "bot", node: "greet", set: { message } });

function onlyWorkflow({ kapso }: Seen) {
  const [found] = kapso.workflows;
  assert.ok(found && kapso.workflows.length === 1, `there are ${kapso.workflows.length} workflows`);
  return found;
}

/** Stories of Kapso: a graph that people also edit in a visual builder. */
export const kapsoScenarios: readonly Scenario[] = [
  {
    title: "a Kapso graph shows what changed by node; a drag and a run are no difference, an edit is",
    program: "graph",
    of: "kapso",
    steps: [
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.equal(onlyWorkflow(seen).status, "active");
        },
      },
      { operation: "preview", v: 1, refresh: true, expect: unchanged },
      {
        operation: "preview",
        v: 2,
        expect(seen) {
          assert.deepEqual(marked(seen), ["+ greet --next-->", "+ check"]);
          assert.deepEqual(seen.calls, []);
        },
      },
      { operation: "up", v: 2, expect: succeeded },
      {
        operation: "preview",
        v: 3,
        expect(seen) {
          assert.deepEqual(marked(seen), ["~ message"]);
          assert.ok(seen.output.includes('"Hi" => "Hello"'));
        },
      },
      { operation: "up", v: 3, expect: succeeded },
      {
        operation: "preview",
        v: 4,
        expect(seen) {
          assert.ok(marked(seen).includes("~ start --next-->"));
          assert.ok(seen.output.includes('"greet" => "check"'));
        },
      },
      { operation: "up", v: 4, expect: succeeded },
      {
        operation: "preview",
        v: 4,
        refresh: true,
        before(emulator) {
          drag(emulator);
          run(emulator);
        },
        expect: unchanged,
      },
      {
        operation: "preview",
        v: 4,
        refresh: true,
        before: write("by hand"),
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(marked(seen), ["~ message", "~ message"], "as drift, and as what the program undoes");
          assert.ok(seen.output.includes('"Hello" => "by hand"'));
        },
      },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          failed(
            seen,
            'definition.nodes.greet.data.config.message: Pulumi last saw "Hello", it is now "by hand"',
            "Nothing was changed",
          );
          assert.deepEqual(seen.writes, []);
        },
      },
      { operation: "up", v: 4, refresh: true, expect: succeeded },
      {
        operation: "destroy",
        v: 4,
        expect(seen) {
          succeeded(seen);
          assert.equal(onlyWorkflow(seen).status, "archived");
          assert.match(seen.output, /Kapso has no deletion: the archived workflow keeps its name and slug/);
        },
      },
      {
        operation: "up",
        v: 4,
        expect: (seen) => failed(seen, "is archived, and archived workflows keep their names and slugs"),
      },
    ],
  },
  {
    title: "a Kapso workflow that somebody archived is drift of its status, repaired in place",
    program: "graph",
    of: "kapso",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      {
        operation: "up",
        v: 1,
        refresh: true,
        before: (emulator) => emulator.edit({ vendor: "kapso", action: "archiveWorkflow", workflow: "bot" }),
        expect(seen) {
          succeeded(seen);
          assert.equal(onlyWorkflow(seen).status, "active");
          assert.ok(!seen.writes.some((each) => each.startsWith("createWorkflow")));
        },
      },
      { operation: "preview", v: 1, refresh: true, expect: unchanged },
    ],
  },
  {
    title: "headers of a Kapso webhook are sealed one by one, and shown nowhere, also as drift",
    program: "secrets",
    of: "kapso",
    steps: [
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(Object(kept(seen).nodes.call?.data).config, {
            url: "https://one.example",
            headers: { authorization: "[secret]", accept: "[secret]" },
          });
          assert.doesNotMatch(JSON.stringify(seen.state), SECRETS);
        },
      },
      { operation: "preview", v: 1, refresh: true, expect: unchanged },
      {
        operation: "preview",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.match(seen.output, /url *: "https:\/\/one\.example" => "https:\/\/two\.example"/);
          assert.match(seen.output, /authorization *: "?\[secret\]/);
          assert.doesNotMatch(seen.output, SECRETS);
        },
      },
      {
        operation: "preview",
        v: 1,
        refresh: true,
        before: (emulator) =>
          emulator.edit({
            vendor: "kapso",
            action: "configureNode",
            workflow: "bot",
            node: "call",
            set: { headers: { authorization: "Bearer first", accept: "text/plain", "x-added": "Bearer theirs" } },
          }),
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(marked(seen), ["+ x-added", "- x-added"]);
          assert.doesNotMatch(seen.output, SECRETS);
        },
      },
      { operation: "up", v: 2, refresh: true, expect: succeeded },
      { operation: "preview", v: 2, refresh: true, expect: unchanged },
    ],
  },
  {
    title: "a Kapso function, workflow and trigger are wired by id: an edit replaces nothing, and all go in order",
    program: "wired",
    of: "kapso",
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
          const [lookup] = seen.kapso.functions;
          assert.equal(lookup?.status, "deployed");
          const route = onlyWorkflow(seen).definition.nodes.find(({ id }) => id === "route");
          assert.equal(route?.data.config.function_id, lookup?.id);
          assert.equal(seen.outputs.found, "bot");
          assert.doesNotMatch(JSON.stringify(seen.state), SECRETS);
        },
      },
      { operation: "preview", v: 1, refresh: true, expect: unchanged },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(
            seen.writes.filter((each) => /^(create|delete)/.test(each)),
            [],
            "nothing is replaced",
          );
          assert.equal(seen.kapso.functions[0]?.version, 2);
        },
      },
      {
        operation: "up",
        v: 3,
        expect(seen) {
          succeeded(seen);
          assert.ok(seen.writes.includes("updateTrigger 200"));
        },
      },
      {
        operation: "destroy",
        v: 3,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["deleteTrigger 204", "updateWorkflow 200", "deleteFunction 204"]);
        },
      },
    ],
  },
  {
    title: "faults of a Kapso graph stop the preview with the node's id, doubts are warnings",
    program: "invalid",
    of: "kapso",
    steps: [
      {
        operation: "preview",
        v: 1,
        expect(seen) {
          failed(seen, 'Node "lookup"', "function_slug", '"nowhere"', "brand_new");
          assert.deepEqual(seen.calls, []);
        },
      },
    ],
  },
  {
    title: "a Kapso flow of the older API lives and is archived",
    program: "flow",
    of: "kapso",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      { operation: "preview", v: 1, refresh: true, before: drag, expect: unchanged },
      { operation: "up", v: 2, expect: succeeded },
      {
        operation: "destroy",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.equal(onlyWorkflow(seen).status, "archived");
        },
      },
    ],
  },
];
