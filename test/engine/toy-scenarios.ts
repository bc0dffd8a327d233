import assert from "node:assert/strict";
import { failed, type Scenario, type Seen, succeeded, unchanged } from "./scenarios";

/** Every place that a preview marks, as `~ message`: containers of marked places, and what is inside added ones, left out. */
export function marked({ output }: Seen): string[] {
  const found: string[] = [];
  let added = Number.POSITIVE_INFINITY;
  for (const line of output.split("\n")) {
    const [indentation = ""] = /^\s*/.exec(line) ?? [];
    const [, sign = "", path = "", value = ""] = /^\s*([+~-]) +(.+?)(?: *: (.*))?$/.exec(line) ?? [];
    if (indentation.length <= added) added = Number.POSITIVE_INFINITY;
    if (path === "" || /^pulumi|^\d| {2}/.test(path) || indentation.length > added) continue;
    if (sign === "+") added = indentation.length;
    // The CLI shows a tree, the rehearsal paths.
    const key = /\["([^"]*)"\]$/.exec(path)?.[1] ?? path.split(".").at(-1);
    if (sign !== "~" || !/^[{[]$/.test(value)) found.push(`${sign} ${key}`);
  }
  return found;
}

const SECRETS = /Bearer|text\/plain|token-in-clear|hush/;

/** What the state shows of the definition of the graph `bot`: secrets hidden, as an export hides them. */
export function kept(seen: Seen): { nodes: Record<string, Record<string, unknown>> } {
  const { definition } = JSON.parse(
    JSON.stringify(seen.state.bot?.outputs, (_, value) => (isSealed(value) ? "[secret]" : value)),
  );
  return definition;
}

function isSealed(value: unknown): boolean {
  return typeof value === "object" && value !== null && "4dabf18193072939515e22adb298388d" in value;
}

/** Stories of a vendor that unites what is hard: a graph that its server rewrites, secrets in it, a parent, a pointer. */
export const toyScenarios: readonly Scenario[] = [
  {
    title: "a graph shows an inserted node, an edited message and a rewired edge as one change each",
    program: "graph",
    of: "toy",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      { operation: "preview", v: 1, refresh: true, expect: unchanged },
      {
        operation: "preview",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(marked(seen), ["+ check"]);
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
          assert.deepEqual(marked(seen), ["~ start --next-->"]);
          assert.ok(seen.output.includes('"greet" => "check"'));
        },
      },
      { operation: "up", v: 5, expect: succeeded },
      {
        operation: "refresh",
        v: 5,
        expect(seen) {
          unchanged(seen);
          assert.equal(seen.graphs.length, 1);
          assert.equal(seen.graphs[0]?.definition.edges.length, 2);
        },
      },
      {
        operation: "preview",
        v: 5,
        refresh: true,
        before(emulator) {
          const [graph] = emulator.state().toy.graphs;
          assert.ok(graph);
          const nodes = graph.definition.nodes.map((node) =>
            node.id === "greet" ? { ...node, message: "by hand" } : node,
          );
          const set = { definition: { ...graph.definition, nodes } };
          emulator.edit({ vendor: "toy", action: "update", id: graph.id, set });
        },
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(marked(seen), ["~ message", "~ message"], "as drift, and as what the program undoes");
          assert.ok(seen.output.includes('"Hello" => "by hand"'));
        },
      },
      {
        operation: "up",
        v: 4,
        expect(seen) {
          failed(
            seen,
            'definition.nodes.greet.message: Pulumi last saw "Hello", it is now "by hand"',
            "Nothing was changed",
          );
          assert.deepEqual(seen.writes, []);
        },
      },
      { operation: "up", v: 5, refresh: true, expect: succeeded },
      {
        operation: "destroy",
        v: 5,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.graphs, []);
        },
      },
    ],
  },
  {
    title: "secret leaves of a graph are sealed one by one, and shown nowhere, also as drift",
    program: "secrets",
    of: "toy",
    steps: [
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(kept(seen).nodes, {
            start: {
              type: "call",
              message: "one",
              token: "[secret]",
              headers: { authorization: "[secret]", accept: "[secret]" },
            },
            greet: { type: "say", message: "[secret]" },
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
          // The CLI hides secrets before it compares, and so marks none; the rehearsal marks them.
          assert.deepEqual(
            marked(seen).filter((each) => each !== "~ authorization"),
            ["~ message"],
          );
          assert.match(seen.output, /authorization *: "?\[secret\]/);
          assert.match(seen.output, /message *: "one" => "two"/);
          assert.doesNotMatch(seen.output, SECRETS);
        },
      },
      {
        operation: "preview",
        v: 1,
        refresh: true,
        before(emulator) {
          const [graph] = emulator.state().toy.graphs;
          assert.ok(graph);
          const nodes = graph.definition.nodes.map((node) =>
            node.id === "start"
              ? { ...node, message: "by hand", headers: { ...node.headers, "x-added": "Bearer theirs" } }
              : node,
          );
          emulator.edit({
            vendor: "toy",
            action: "update",
            id: graph.id,
            set: { definition: { ...graph.definition, nodes } },
          });
        },
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(marked(seen), ["+ x-added", "~ message", "- x-added", "~ message"]);
          assert.match(seen.output, /x-added"?\]? *: \[secret\]/);
          assert.match(seen.output, /"one" => "by hand"/);
          assert.doesNotMatch(seen.output, SECRETS);
        },
      },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          failed(seen, "headers", "Pulumi last saw nothing, it is now [secret], the program wants nothing");
          assert.doesNotMatch(seen.output, SECRETS);
        },
      },
      {
        operation: "refresh",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.equal(Object(kept(seen).nodes.start?.headers)["x-added"], "[secret]");
          assert.doesNotMatch(JSON.stringify(seen.state), SECRETS);
          assert.doesNotMatch(seen.output, SECRETS);
        },
      },
      { operation: "up", v: 2, expect: succeeded },
      { operation: "preview", v: 2, refresh: true, expect: unchanged },
    ],
  },
  {
    title: "ignoreChanges works by the id of a node",
    program: "ignored",
    of: "toy",
    steps: [
      { operation: "up", v: 1, expect: succeeded },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          succeeded(seen);
          const messages = seen.graphs[0]?.definition.nodes.map(({ id, message }) => [id, message]);
          assert.deepEqual(Object.fromEntries(messages ?? []), { start: "Welcome", greet: "greet 1", bye: "bye 2" });
        },
      },
      { operation: "preview", v: 3, expect: (seen) => assert.deepEqual(marked(seen), ["~ message"]) },
    ],
  },
  {
    title: "a node that waits for another resource is unknown in the preview, and its neighbours are not",
    program: "unknown",
    of: "toy",
    steps: [
      {
        operation: "preview",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.match(seen.output, /Welcome/);
          assert.deepEqual(seen.calls, []);
        },
      },
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.match(JSON.stringify(seen.graphs.find(({ name }) => name === "bot")), /about http/);
        },
      },
      { operation: "preview", v: 1, expect: unchanged },
    ],
  },
  {
    title: "what stands twice in a graph, or leads nowhere, stops the preview with its place",
    program: "twice",
    of: "toy",
    steps: [
      {
        operation: "preview",
        v: 1,
        expect(seen) {
          failed(
            seen,
            'There are two nodes "greet"',
            "There are two edges start --next-->",
            'There is no node "nowhere"',
          );
          assert.match(seen.output, /definition\.nodes\["greet"\]/);
          assert.deepEqual(seen.calls, []);
        },
      },
    ],
  },
  {
    title: "a pointer follows its flow: an edit and a rename replace nothing, another parent replaces both",
    program: "pointer",
    of: "toy",
    steps: [
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(
            seen.channels.map(({ graph_id, channel, revision }) => [graph_id, channel, revision]),
            [["gr_1", "live", 1]],
          );
        },
      },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["updateGraph 200"], "the channel stays as it is");
        },
      },
      {
        operation: "up",
        v: 3,
        expect(seen) {
          succeeded(seen);
          assert.equal(seen.channels[0]?.revision, 2);
        },
      },
      {
        operation: "up",
        v: 3,
        refresh: true,
        before: (emulator) =>
          emulator.edit({ vendor: "toy", action: "setChannel", id: "gr_1", channel: "live", revision: 1 }),
        expect(seen) {
          succeeded(seen);
          assert.equal(seen.channels[0]?.revision, 2, "another revision is drift, and repaired");
        },
      },
      {
        operation: "up",
        v: 3,
        refresh: true,
        before: (emulator) => emulator.edit({ vendor: "toy", action: "unsetChannel", id: "gr_1", channel: "live" }),
        expect(seen) {
          succeeded(seen);
          assert.equal(seen.channels[0]?.revision, 2, "what was unset is set again");
        },
      },
      {
        operation: "up",
        v: 4,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(
            seen.graphs.map(({ id, project }) => [id, project]),
            [["gr_2", "other-shop"]],
          );
          assert.deepEqual(
            seen.channels.map(({ graph_id }) => graph_id),
            ["gr_2"],
          );
        },
      },
      {
        operation: "up",
        v: 5,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["unsetChannel 204"]);
        },
      },
      { operation: "destroy", v: 5, expect: succeeded },
    ],
  },
];
