import assert from "node:assert/strict";
import { ControlError } from "../../testing/src/emulator";
import { kosliClient } from "../emulator/kosli-client";
import { toy as vendor } from "./emulated-toy";
import { sampleDefinition as definition } from "./sample-definition";
import { type ToyClient, toyClient } from "./toy-client";
import { startToyEmulator, type ToyEmulator } from "./toy-emulator";

const noon = Date.UTC(2026, 0, 1, 12);

describe("toy: controls of the emulated vendor", () => {
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

  describe("switches", () => {
    it("switches: every default is a value that the switch accepts", () => {
      emulator.switches(vendor.switches.defaults);
    });

    it("switches: projects that do not exist are 404, and so is what is in them", async () => {
      const id = await idOf("welcome");
      await toy.setChannel(id, "live", 1);
      emulator.switches({ toyProjects: ["other"] });
      const answers = [
        await toy.list(),
        await toy.create({ name: "more" }),
        await toy.get(id),
        await toy.update(id, {}),
        await toy.delete(id),
        await toy.channel(id, "live"),
        await toy.setChannel(id, "live", 1),
        await toy.unsetChannel(id, "live"),
      ];
      assert.deepEqual(
        answers.map(({ status }) => status),
        answers.map(() => 404),
      );
      assert.match(answers[0]?.body.error, /'shop'/);
      assert.equal((await toy.list("", "other")).status, 200);
      emulator.switches({ toyProjects: ["shop"] });
      assert.equal((await toy.get(id)).status, 200);
    });

    it("switches: a taken name is refused on create and rename, in its project only", async () => {
      await idOf("welcome");
      const other = await idOf("other");
      assert.equal((await toy.create({ name: "welcome" })).status, 409);
      assert.equal((await toy.update(other, { name: "welcome" })).status, 409);
      assert.equal((await toy.update(other, { name: "other" })).status, 200);
      assert.equal((await toy.create({ name: "welcome" }, "elsewhere")).status, 201);
      assert.deepEqual(await names(), ["welcome", "other"]);
    });

    it("switches: twins are made by create and by rename", async () => {
      emulator.switches({ toyDuplicates: "twins" });
      await idOf("welcome");
      assert.equal(await idOf("welcome"), "gr_2");
      const third = await idOf("other");
      assert.equal((await toy.update(third, { name: "welcome" })).status, 200);
      assert.deepEqual(await names("?name=welcome"), ["welcome", "welcome", "welcome"]);
    });

    it("switches: an upsert replaces description and definition, answers 200 with the same id, and refuses a rename", async () => {
      emulator.switches({ toyDuplicates: "upserts" });
      await toy.create({ name: "welcome", description: "First", definition });
      const other = await idOf("other");
      const { status, body } = await toy.create({ name: "welcome" });
      assert.deepEqual(
        [status, body.id, body.description, body.definition, body.revision],
        [200, "gr_1", null, { nodes: [], edges: [] }, 2],
      );
      assert.equal((await toy.update(other, { name: "welcome" })).status, 409);
      assert.deepEqual(await names(), ["welcome", "other"]);
    });

    it("switches: a created graph lags behind for so many reads that would show it, and for reads only", async () => {
      await idOf("before");
      emulator.switches({ toyLag: 3 });
      const id = await idOf("welcome");
      assert.deepEqual(await names("?name=other"), []);
      assert.equal((await toy.get(id)).status, 404);
      assert.deepEqual(await names(), ["before"]);
      assert.equal((await toy.update(id, { description: "Seen by writes" })).status, 200);
      assert.equal((await toy.create({ name: "welcome" })).status, 409);
      assert.deepEqual(await names("?name=welcome"), []);
      assert.equal((await toy.get(id)).status, 200);
      assert.deepEqual(await names(), ["before", "welcome"]);
      assert.ok(emulator.journal().every(({ method, wrote }) => method !== "GET" || !wrote));
    });

    it("switches: the rate limit is common to all vendors and counted for each one", async () => {
      emulator.switches({ rateLimit: { requests: 1, windowSeconds: 60, retryAfter: true } });
      assert.equal((await toy.list()).status, 200);
      const limited = await toy.list();
      assert.deepEqual(
        [limited.status, limited.body, limited.headers.get("retry-after"), limited.headers.get("x-request-id")],
        [429, { error: "Too many requests" }, "60", "req_2"],
      );
      assert.equal((await toyClient(emulator, "other-key").list()).status, 200);
      assert.equal((await kosliClient(emulator).list()).status, 200);
      assert.equal((await kosliClient(emulator).list()).status, 429);
    });

    it("switches: a value that a switch does not have is refused", () => {
      const wrong = JSON.parse('{"toyDuplicates": "ignored"}');
      assert.throws(() => emulator.switches(wrong), ControlError);
      assert.throws(() => emulator.switches({ toyLag: -1 }), /toyLag/);
    });
  });

  describe("edits", () => {
    it("edits: create and update do what the API does, and are not in the journal", async () => {
      emulator.edit({ vendor: "toy", action: "create", project: "shop", name: "plain" });
      emulator.edit({
        vendor: "toy",
        action: "create",
        project: "shop",
        name: "welcome",
        set: { description: "", definition },
      });
      assert.deepEqual([stored("gr_2").revision, stored("gr_2").description], [1, null]);
      const set = { name: "greeting", description: "Changed", definition };
      emulator.edit({ vendor: "toy", action: "update", project: "shop", name: "welcome", set });
      emulator.edit({ vendor: "toy", action: "update", id: "gr_1", set: { description: "Also" } });
      const { name, description, revision, edge_ids } = stored("gr_2");
      assert.deepEqual([name, description, revision, edge_ids], ["greeting", "Changed", 2, ["ed_4", "ed_5", "ed_6"]]);
      assert.equal(stored("gr_1").description, "Also");
      assert.deepEqual(emulator.journal(), []);
    });

    it("edits: a run adds to revision and run_count, and to nothing else", async () => {
      const id = await idOf("welcome");
      const before = stored();
      now += 1000;
      emulator.edit({ vendor: "toy", action: "run", project: "shop", name: "welcome" });
      emulator.edit({ vendor: "toy", action: "run", id });
      assert.deepEqual(stored(), { ...before, revision: 3, run_count: 2 });
    });

    it("edits: channels are set and unset, and a delete unsets them", async () => {
      const id = await idOf("welcome");
      emulator.edit({ vendor: "toy", action: "setChannel", id, channel: "live", revision: 1 });
      emulator.edit({ vendor: "toy", action: "setChannel", id, channel: "test", revision: 1 });
      assert.equal((await toy.channel(id, "live")).status, 200);
      emulator.edit({ vendor: "toy", action: "unsetChannel", project: "shop", name: "welcome", channel: "live" });
      assert.deepEqual(
        emulator.state().toy.channels.map(({ channel }) => channel),
        ["test"],
      );
      emulator.edit({ vendor: "toy", action: "delete", id });
      assert.deepEqual(emulator.state().toy, { graphs: [], channels: [] });
    });

    it("edits: what makes no sense is refused, says why and changes nothing", async () => {
      const id = await idOf("welcome");
      await idOf("other");
      const before = emulator.state();
      const loose = { nodes: [], edges: [{ source: "x", target: "y" }] };
      const edit = (members: object) => () =>
        emulator.edit(Object.assign({ vendor: "toy" }, JSON.parse(JSON.stringify(members))));
      const wrong: [object, RegExp][] = [
        [{ action: "shout", id }, /action: must be one of create, update/],
        [{ action: "run" }, /Field required/],
        [{ action: "run", id, project: "shop", name: "welcome" }, /./],
        [{ action: "run", id, channel: "live" }, /channel: Extra members/],
        [{ action: "run", id: "gr_9" }, /no graph 'gr_9'/],
        [{ action: "delete", project: "elsewhere", name: "welcome" }, /no graph 'welcome' in 'elsewhere'/],
        [{ action: "create", project: "shop", name: "welcome" }, /named 'welcome' already/],
        [{ action: "create", project: "shop", name: "more", set: { name: "x" } }, /set\.name: Extra members/],
        [{ action: "create", project: "shop", name: "more", set: { definition: loose } }, /names no node 'x'/],
        [{ action: "update", id, set: { name: "other" } }, /named 'other' already/],
        [{ action: "update", id, set: { definition: loose } }, /names no node 'x'/],
        [{ action: "update", id, set: { revision: 1 } }, /set\.revision: Extra members/],
        [{ action: "setChannel", id, channel: "live", revision: 2 }, /never had a revision 2/],
        [{ action: "unsetChannel", id, channel: "live" }, /no channel 'live'/],
      ];
      for (const [members, message] of wrong) {
        assert.throws(edit(members), (error: unknown) => {
          assert.ok(error instanceof ControlError, String(error));
          assert.match(error.message, message);
          return true;
        });
      }
      assert.deepEqual(emulator.state(), before);
    });

    it("edits: a name that twins share does not tell which one is meant", async () => {
      emulator.switches({ toyDuplicates: "twins" });
      emulator.edit({ vendor: "toy", action: "create", project: "shop", name: "twin" });
      emulator.edit({ vendor: "toy", action: "create", project: "shop", name: "twin" });
      assert.throws(
        () => emulator.edit({ vendor: "toy", action: "run", project: "shop", name: "twin" }),
        /2 graphs 'twin' in 'shop'; give the id/,
      );
      emulator.edit({ vendor: "toy", action: "run", id: "gr_2" });
      assert.equal(stored("gr_2").run_count, 1);
    });
  });

  describe("framework", () => {
    it("framework: one port plays Kosli and the toy, and one state, journal and reset holds both", async () => {
      await kosliClient(emulator).put({ name: "build" }, "version: 1");
      await idOf("welcome");
      emulator.edit({ vendor: "kosli", action: "update", org: "acme", name: "build", set: { description: "x" } });
      const { kosli, toy: ours } = emulator.state();
      assert.deepEqual([kosli.flows[0]?.description, ours.graphs[0]?.name], ["x", "welcome"]);
      assert.deepEqual(
        emulator.journal().map((entry) => [entry.index, entry.vendor, entry.operation]),
        [
          [0, "kosli", "putFlow"],
          [1, "toy", "createGraph"],
        ],
      );
      emulator.reset();
      const { kosli: noFlows, toy: noGraphs } = emulator.state();
      assert.deepEqual([noFlows, noGraphs], [{ flows: [] }, { graphs: [], channels: [] }]);
    });

    it("framework: Kosli's replies carry no request id", async () => {
      assert.equal((await kosliClient(emulator).list()).headers.get("x-request-id"), null);
    });

    it("framework: the journal masks the toy's key and keeps request and reply", async () => {
      await toy.create({ name: "welcome" });
      const [entry] = emulator.journal();
      assert.equal(entry?.request.headers["x-toy-key"], "***");
      assert.deepEqual(entry?.request.body, { name: "welcome" });
      assert.deepEqual(entry?.response, (await toy.get("gr_1")).body);
      assert.ok(!JSON.stringify(emulator.journal()).includes("some-key"));
    });

    it("framework: a fault before a call of the toy leaves nothing, a fault after it leaves what was written", async () => {
      emulator.faults([
        { match: { operation: "createGraph", index: 0 }, when: "before", then: { status: 500 } },
        { match: { operation: "createGraph", index: 1 }, when: "after", then: { status: 503 } },
      ]);
      const first = await toy.create({ name: "first" });
      assert.deepEqual([first.status, first.body], [500, { error: "Injected fault 500" }]);
      assert.equal((await toy.create({ name: "second" })).status, 503);
      assert.deepEqual(await names(), ["second"]);
      assert.deepEqual(
        emulator.journal().map(({ wrote, fault }) => [wrote, fault]),
        [
          [false, "before: 500"],
          [true, "after: 503"],
          [false, undefined],
        ],
      );
    });

    it("framework: half of a reply without body is a broken connection, after the write", async () => {
      const id = await idOf("welcome");
      emulator.faults([{ match: { operation: "deleteGraph" }, when: "after", then: { truncate: true } }]);
      await assert.rejects(toy.delete(id));
      const entry = emulator.journal().at(-1);
      assert.deepEqual([entry?.status, entry?.wrote, entry?.fault], ["reset", true, "after: truncate"]);
      assert.deepEqual(emulator.state().toy.graphs, []);
    });

    it("framework: a state is a seed, and ids go on where it ends", async () => {
      const id = await idOf("welcome");
      await idOf("other");
      await toy.update(id, { definition });
      await toy.setChannel(id, "live", 1);
      const state = emulator.state();
      const copy = await startToyEmulator({ seed: state, now: () => noon + 5000 });
      try {
        assert.deepEqual(copy.state(), state);
        const { body } = await toyClient(copy).create({ name: "third", definition });
        assert.equal(body.id, "gr_3");
        const ids = copy.state().toy.graphs.flatMap(({ edge_ids }) => edge_ids);
        assert.equal(new Set(ids).size, 9);
      } finally {
        await copy.close();
      }
    });

    it("framework: a seed needs project and name; one that makes no sense is refused", async () => {
      const seeded = await startToyEmulator({ seed: { toy: { graphs: [{ project: "shop", name: "seeded" }] } } });
      try {
        assert.equal((await toyClient(seeded).get("gr_1")).body.name, "seeded");
      } finally {
        await seeded.close();
      }
      const graph = { id: "gr_1", project: "shop", name: "a" };
      const refused = (seed: object, message: RegExp) =>
        assert.rejects(
          startToyEmulator({ seed: { toy: seed } }).then((started) => started.close()),
          message,
        );
      await refused({ graphs: [graph, { ...graph, name: "b" }] }, /two graphs gr_1/);
      await refused({ graphs: [{ ...graph, edge_ids: ["ed_1"] }] }, /as many edge_ids as edges/);
      await refused(
        { graphs: [{ ...graph, definition: { nodes: [], edges: [{ source: "x", target: "x" }] } }] },
        /no node/,
      );
      await refused({ graphs: [{ name: "a" }] }, /project: Field required/);
      await refused({ channels: [{ graph_id: "gr_9", channel: "live", revision: 1 }] }, /no graph 'gr_9'/);
      await refused({ graphs: [graph], channels: [{ graph_id: "gr_1", channel: "live", revision: 2 }] }, /never had/);
    });
  });
});
