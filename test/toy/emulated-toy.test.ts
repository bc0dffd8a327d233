import assert from "node:assert/strict";
import { Contract } from "../../testing/src/emulator/contract";
import { toy as vendor } from "./emulated-toy";
import { sampleDefinition as definition } from "./sample-definition";
import { type ToyClient, toyClient } from "./toy-client";
import { startToyEmulator, type ToyEmulator } from "./toy-emulator";

const noon = Date.UTC(2026, 0, 1, 12);
const noonText = "2026-01-01T12:00:00.000Z";

describe("toy: the emulated vendor", () => {
  let emulator: ToyEmulator;
  let toy: ToyClient;
  let now = noon;

  before(async () => {
    emulator = await startToyEmulator({ now: () => now });
    toy = toyClient(emulator);
  });
  beforeEach(() => {
    now = noon;
    emulator.reset();
  });
  after(() => emulator.close());

  const idOf = async (name: string, project = "shop"): Promise<string> => {
    const { status, body } = await toy.create({ name, definition }, project);
    assert.equal(status, 201);
    return body.id;
  };
  const names = async (query = "") => {
    const { body } = await toy.list(query);
    return body.data.map((head: { name: string }) => head.name);
  };
  const stored = (id = "gr_1") => {
    const found = emulator.state().toy.graphs.find((graph) => graph.id === id);
    assert.ok(found);
    return found;
  };
  const journal = () => emulator.journal().map(({ operation, status, wrote }) => [operation, status, wrote]);

  describe("calls", () => {
    it("calls: every operation of the description is played, and its replies keep to the description", async () => {
      const id = await idOf("welcome");
      await toy.create({ name: "welcome" });
      await toy.list();
      await toy.get(id);
      await toy.update(id, { name: "greeting" });
      await toy.setChannel(id, "live", 1);
      await toy.channel(id, "live");
      assert.deepEqual((await toy.channels(id)).body, [(await toy.channel(id, "live")).body]);
      await toy.unsetChannel(id, "live");
      await toy.delete(id);
      await toy.get(id);
      assert.deepEqual(journal(), [
        ["createGraph", 201, true],
        ["createGraph", 409, false],
        ["listGraphs", 200, false],
        ["getGraph", 200, false],
        ["updateGraph", 200, true],
        ["setChannel", 200, true],
        ["getChannel", 200, false],
        ["listChannels", 200, false],
        ["getChannel", 200, false],
        ["unsetChannel", 204, true],
        ["deleteGraph", 204, true],
        ["getGraph", 404, false],
      ]);
      assert.deepEqual(
        emulator.journal().flatMap(({ violations }) => violations),
        [],
      );
      const played = new Set(emulator.journal().map(({ operation }) => operation));
      const described = Contract.of(vendor.name, vendor.description).operations.map((operation) => operation.id);
      assert.deepEqual([...played].sort(), [...described].sort());
    });

    it("calls: without key every operation answers 401", async () => {
      const { operations } = Contract.of(vendor.name, vendor.description);
      const stranger = toyClient(emulator, "");
      for (const { method, route } of operations) {
        const path = route.replace("/toy/v1", "").replace(/:[a-z]+/g, "x");
        const answer = await stranger.call(method, path, ["POST", "PATCH", "PUT"].includes(method) ? {} : undefined);
        assert.equal(answer.status, 401, `${method} ${route}`);
        assert.match(answer.body.error, /X-Toy-Key/);
      }
    });

    it("calls: every reply carries a request id of its own, refusals and empty replies too", async () => {
      const id = await idOf("welcome");
      const answers = [
        await toy.list(),
        await toy.get("gr_99"),
        await toyClient(emulator, "").list(),
        await toy.create({ name: 1 }),
        await toy.call("GET", "/elsewhere"),
        await toy.delete(id),
      ];
      assert.deepEqual(
        answers.map(({ status, headers }) => [status, headers.get("x-request-id")]),
        [
          [200, "req_2"],
          [404, "req_3"],
          [401, "req_4"],
          [400, "req_5"],
          [404, "req_6"],
          [204, "req_7"],
        ],
      );
    });

    it("calls: an unknown path is 404, a method that a path lacks is 405, in the toy's words", async () => {
      const answers = [await toy.call("GET", "/elsewhere"), await toy.call("PUT", "/graphs/gr_1", {})];
      assert.deepEqual(
        answers.map(({ status, body }) => [status, body]),
        [
          [404, { error: "No such path" }],
          [405, { error: "No such method here" }],
        ],
      );
    });

    it("create: answers the graph, with counted id and first revision", async () => {
      const { status, body } = await toy.create({ name: "welcome", description: "Says hello" });
      assert.equal(status, 201);
      assert.deepEqual(body, {
        id: "gr_1",
        project: "shop",
        name: "welcome",
        description: "Says hello",
        revision: 1,
        updated_at: noonText,
        run_count: 0,
        definition: { nodes: [], edges: [] },
      });
      assert.deepEqual((await toy.get("gr_1")).body, body);
      assert.equal(await idOf("other"), "gr_2");
    });

    it("list: graphs of the project in the order of creation, without definitions", async () => {
      await idOf("b");
      await idOf("a");
      await idOf("c", "elsewhere");
      const { body } = await toy.list();
      assert.deepEqual(Object.keys(body.data[0]), [
        "id",
        "project",
        "name",
        "description",
        "revision",
        "updated_at",
        "run_count",
      ]);
      assert.deepEqual(await names(), ["b", "a"]);
      assert.equal(body.next, null);
    });

    it("list: the name filters exactly", async () => {
      await idOf("welcome");
      await idOf("welcome-back");
      assert.deepEqual(await names("?name=welcome"), ["welcome"]);
      assert.deepEqual(await names("?name=Welcome"), []);
      assert.deepEqual(await names("?name=back"), []);
    });

    it("list: pages tell the next one, 50 graphs on each unless asked, at most 100", async () => {
      for (let n = 1; n <= 51; n += 1)
        emulator.edit({ vendor: "toy", action: "create", project: "shop", name: `g${n}` });
      const pageOf = async (query: string) => {
        const { body } = await toy.list(query);
        return [body.data.length, body.next];
      };
      assert.deepEqual(await pageOf(""), [50, 2]);
      assert.deepEqual(await pageOf("?page=2"), [1, null]);
      assert.deepEqual(await pageOf("?page=3"), [0, null]);
      assert.deepEqual(await pageOf("?size=17&page=2"), [17, 3]);
      assert.deepEqual(await pageOf("?size=17&page=3"), [17, null]);
      assert.deepEqual(await pageOf("?size=100"), [51, null]);
      for (const query of ["?size=101", "?size=0", "?page=0", "?page=x"]) {
        assert.equal((await toy.list(query)).status, 400, query);
      }
    });

    it("update: changes what is sent and answers the head", async () => {
      const id = await idOf("welcome");
      now += 1000;
      const { status, body } = await toy.update(id, { name: "greeting", description: "New" });
      assert.equal(status, 200);
      assert.deepEqual(body, {
        id,
        project: "shop",
        name: "greeting",
        description: "New",
        revision: 2,
        updated_at: "2026-01-01T12:00:01.000Z",
        run_count: 0,
      });
      assert.deepEqual(stored().definition, definition);
    });

    it("update: every PATCH is a revision, also one that changes nothing", async () => {
      const id = await idOf("welcome");
      assert.equal((await toy.update(id, {})).body.revision, 2);
      assert.equal((await toy.update(id, { name: "welcome" })).body.revision, 3);
    });

    it("update: a definition replaces nodes and edges, tokens too", async () => {
      const id = await idOf("welcome");
      const smaller = { nodes: [{ id: "lookup", type: "call" }], edges: [] };
      await toy.update(id, { definition: smaller });
      assert.deepEqual(stored().definition, smaller);
      assert.ok(!("has_token" in (await toy.get(id)).body.definition.nodes[0]));
    });

    it("update: a revision that is not the current one is refused with 409 and changes nothing", async () => {
      const id = await idOf("welcome");
      emulator.edit({ vendor: "toy", action: "run", id });
      assert.equal((await toy.update(id, { name: "late", revision: 1 })).status, 409);
      assert.equal((await toy.update(id, { name: "early", revision: 3 })).status, 409);
      assert.equal(stored().name, "welcome");
      assert.equal((await toy.update(id, { name: "in-time", revision: 2 })).body.revision, 3);
    });

    it("update: several members are changed all or none", async () => {
      const id = await idOf("welcome");
      const before = stored();
      const loose = { nodes: [], edges: [{ source: "x", target: "y" }] };
      assert.equal((await toy.update(id, { name: "greeting", description: "New", definition: loose })).status, 422);
      assert.deepEqual(stored(), before);
    });

    it("delete: the graph and its channels are gone, others stay, and the id is not given again", async () => {
      const id = await idOf("welcome");
      const other = await idOf("other");
      await toy.setChannel(id, "live", 1);
      await toy.setChannel(other, "live", 1);
      assert.deepEqual([(await toy.delete(id)).status, (await toy.delete(id)).status], [204, 404]);
      assert.equal((await toy.channel(id, "live")).status, 404);
      assert.deepEqual(
        emulator.state().toy.channels.map(({ graph_id }) => graph_id),
        [other],
      );
      assert.equal(await idOf("welcome"), "gr_3");
    });

    it("calls: an unknown graph is 404 for every call", async () => {
      const answers = [
        await toy.get("gr_9"),
        await toy.update("gr_9", {}),
        await toy.delete("gr_9"),
        await toy.channel("gr_9", "live"),
        await toy.setChannel("gr_9", "live", 1),
        await toy.unsetChannel("gr_9", "live"),
      ];
      for (const { status, body } of answers) {
        assert.deepEqual([status, body], [404, { error: "There is no graph 'gr_9'" }]);
      }
    });
  });

  describe("channels", () => {
    it("channels: one points at a revision that the graph has or had, and at another one when set again", async () => {
      const id = await idOf("welcome");
      await toy.update(id, { description: "Second" });
      const set = await toy.setChannel(id, "live", 1);
      assert.deepEqual([set.status, set.body], [200, { graph_id: id, channel: "live", revision: 1, set_at: noonText }]);
      assert.deepEqual((await toy.channel(id, "live")).body, set.body);
      await toy.setChannel(id, "live", 2);
      assert.equal((await toy.channel(id, "live")).body.revision, 2);
      assert.equal((await toy.setChannel(id, "live", 3)).status, 422);
      assert.equal((await toy.channel(id, "live")).body.revision, 2);
    });

    it("channels: one that is not set is 404 to read and to unset", async () => {
      const id = await idOf("welcome");
      await toy.setChannel(id, "live", 1);
      assert.equal((await toy.channel(id, "test")).status, 404);
      assert.equal((await toy.unsetChannel(id, "test")).status, 404);
      assert.equal((await toy.unsetChannel(id, "live")).status, 204);
      assert.equal((await toy.channel(id, "live")).status, 404);
    });
  });

  describe("rewriting", () => {
    it("rewriting: nodes are ordered, filled in and named; temperatures are text; header names are lower case", async () => {
      const id = await idOf("welcome");
      const filled = { delay_seconds: 0, headers: {}, position: { x: 0, y: 0 } };
      assert.deepEqual((await toy.get(id)).body.definition.nodes, [
        { id: "a", type: "ask", display_name: "Ask: a", ...filled },
        {
          id: "b",
          type: "ask",
          display_name: "Ask: b",
          temperature: "0.2",
          buttons: [{ id: "yes", title: "Yes" }],
          ...filled,
        },
        { id: "start", type: "say", display_name: "Say: start", message: "Hello", ...filled },
        {
          id: "lookup",
          type: "call",
          display_name: "Call: lookup",
          temperature: "1.0",
          has_token: true,
          delay_seconds: 3,
          headers: { authorization: "Bearer x", "x-trace": "on" },
          position: { x: 10, y: 20.5 },
        },
      ]);
    });

    it("rewriting: edges come back reversed, with label and id, and with new ids after a write of the definition", async () => {
      const id = await idOf("welcome");
      const edges = async () => (await toy.get(id)).body.definition.edges;
      assert.deepEqual(await edges(), [
        { id: "ed_3", source: "b", target: "a", label: "next" },
        { id: "ed_2", source: "b", target: "lookup", label: "yes" },
        { id: "ed_1", source: "start", target: "b", label: "next" },
      ]);
      await toy.update(id, { description: "Keeps the definition" });
      assert.equal((await edges())[0].id, "ed_3");
      await toy.update(id, { definition });
      assert.deepEqual(
        (await edges()).map((edge: { id: string }) => edge.id),
        ["ed_6", "ed_5", "ed_4"],
      );
    });

    it("rewriting: temperatures have at least one decimal and lose none", async () => {
      const sent = [0, 2, -1, 0.25, 1e-7, 1e21];
      const nodes = sent.map((temperature, index) => ({ id: `n${index}`, type: "say", temperature }));
      const { body } = await toy.create({ name: "warm", definition: { nodes, edges: [] } });
      assert.deepEqual(
        body.definition.nodes.map((node: { temperature: string }) => node.temperature),
        ["0.0", "2.0", "-1.0", "0.25", "0.0000001", "1000000000000000000000.0"],
      );
    });

    it("rewriting: an empty description is null, at the creation and later", async () => {
      assert.equal((await toy.create({ name: "welcome", description: "" })).body.description, null);
      assert.equal((await toy.update("gr_1", { description: "Text" })).body.description, "Text");
      assert.equal((await toy.update("gr_1", { description: "" })).body.description, null);
    });

    it("rewriting: a token is in no answered graph, and kept in the state", async () => {
      const id = await idOf("welcome");
      await toy.get(id);
      await toy.list();
      await toy.update(id, { definition });
      assert.ok(!JSON.stringify(emulator.journal().map(({ response }) => response)).includes("hush"));
      assert.equal(stored().definition.nodes[1]?.token, "hush");
    });
  });

  describe("refusals", () => {
    const node = { id: "a", type: "say" };
    const edge = { source: "a", target: "a" };

    for (const [what, broken] of Object.entries({
      "two nodes of one id": { nodes: [node, node], edges: [] },
      "an edge to no node": { nodes: [node], edges: [{ ...edge, target: "b" }] },
      "an edge from no node": { nodes: [node], edges: [{ ...edge, source: "b" }] },
      "two edges of one source and label": { nodes: [node], edges: [edge, { ...edge, label: "next" }] },
    })) {
      it(`refusals: ${what} is 422, on create and update`, async () => {
        const id = await idOf("welcome");
        assert.equal((await toy.create({ name: "broken", definition: broken })).status, 422);
        assert.equal((await toy.update(id, { definition: broken })).status, 422);
        assert.deepEqual(await names(), ["welcome"]);
        assert.deepEqual(stored().definition, definition);
      });
    }

    for (const [what, body] of Object.entries({
      "an unknown member of a graph": { name: "x", colour: "red" },
      "an unknown member of a definition": { name: "x", definition: { nodes: [], edges: [], colour: "red" } },
      "an unknown member of a node": { name: "x", definition: { nodes: [{ ...node, colour: "red" }], edges: [] } },
      "an unknown member of an edge": {
        name: "x",
        definition: { nodes: [node], edges: [{ ...edge, colour: "red" }] },
      },
      "an id against the pattern": { name: "x", definition: { nodes: [{ id: "1a", type: "say" }], edges: [] } },
      "an unknown type of node": { name: "x", definition: { nodes: [{ id: "a", type: "shout" }], edges: [] } },
      "a temperature that is text": { name: "x", definition: { nodes: [{ ...node, temperature: "0.2" }], edges: [] } },
      "a definition without edges": { name: "x", definition: { nodes: [] } },
      "a graph without name": {},
    })) {
      it(`refusals: ${what} is 400, and the journal tells the violation`, async () => {
        const answer = await toy.create(body);
        assert.equal(answer.status, 400);
        assert.deepEqual(emulator.state().toy.graphs, []);
        const [entry] = emulator.journal();
        assert.equal(entry?.violations.length, 1);
        assert.equal(answer.body.error, entry?.violations[0]);
      });
    }

    it("refusals: members that the server answers are accepted and ignored", async () => {
      const echo = {
        name: "welcome",
        id: "gr_77",
        project: "other",
        revision: 9,
        updated_at: "then",
        run_count: 5,
        definition: {
          nodes: [{ ...node, display_name: "Mine", has_token: true }],
          edges: [{ ...edge, id: "ed_77" }],
        },
      };
      const { status, body } = await toy.create(echo);
      assert.deepEqual(
        [status, body.id, body.project, body.revision, body.run_count, body.updated_at],
        [201, "gr_1", "shop", 1, 0, noonText],
      );
      assert.equal(body.definition.nodes[0].display_name, "Say: a");
      assert.ok(!("has_token" in body.definition.nodes[0]));
      assert.equal(body.definition.edges[0].id, "ed_1");
      const updated = await toy.update("gr_1", { id: "gr_77", project: "other", updated_at: "then", run_count: 5 });
      assert.deepEqual([updated.body.id, updated.body.project, updated.body.run_count], ["gr_1", "shop", 0]);
      const channel = { graph_id: "gr_77", channel: "other", set_at: "then", revision: 1 };
      const set = await toy.call("PUT", "/graphs/gr_1/channels/live", channel);
      assert.deepEqual(set.body, { graph_id: "gr_1", channel: "live", revision: 1, set_at: noonText });
    });
  });
});
