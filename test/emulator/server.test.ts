import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { type KosliClient, kosliClient } from "./kosli-client";

const nothingRequired = "version: 1";
const platform = [globalThis.Request, globalThis.Response];

describe("emulator: server", () => {
  let emulator: Emulator;
  let kosli: KosliClient;

  before(async () => {
    emulator = await startEmulator({ seed: { kosli: { flows: [{ org: "acme", name: "seeded", tags: { a: "1" } }] } } });
    kosli = kosliClient(emulator);
  });
  beforeEach(() => emulator.reset());
  after(() => emulator.close());

  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${emulator.url}/__emulator/${path}`, {
      method,
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };

  describe("journal", () => {
    it("journal: it holds every vendor call in order, with what was asked, answered and written", async () => {
      await kosli.put({ name: "build" }, nothingRequired);
      await kosli.list("?per_page=1");
      const [put, list] = emulator.journal();
      assert.deepEqual(
        [put?.index, put?.vendor, put?.operation, put?.method, put?.path, put?.status, put?.wrote, put?.violations],
        [0, "kosli", "putFlow", "PUT", "/api/v2/flows/acme/template_file", 201, true, []],
      );
      assert.deepEqual(put?.request.body, {
        data_json: { name: "build", description: "" },
        template_file: nothingRequired,
      });
      assert.equal(put?.response, "OK");
      assert.deepEqual(
        [list?.index, list?.operation, list?.path, list?.wrote],
        [1, "listFlows", "/api/v2/flows/acme?per_page=1", false],
      );
      assert.equal(Object(list?.response).data.length, 1);
      assert.ok(!("body" in (list?.request ?? {})));
    });

    it("journal: credentials are masked, other headers are kept", async () => {
      await kosli.call("GET", "/flows/acme", undefined, { "x-api-key": "hidden", "user-agent": "tester/1" });
      const headers = emulator.journal()[0]?.request.headers ?? {};
      assert.deepEqual(
        [headers.authorization, headers["x-api-key"], headers["user-agent"]],
        ["***", "***", "tester/1"],
      );
      assert.ok(!JSON.stringify(emulator.journal()).includes("some-key"));
    });

    it("journal: a write that changes nothing did not write", async () => {
      await kosli.put({ name: "build" }, nothingRequired);
      await kosli.put({ name: "build" }, nothingRequired);
      await kosli.tags("build", { remove_tags: ["never"] });
      await kosli.tags("build", { set_tags: { a: "1" } });
      assert.deepEqual(
        emulator.journal().map((entry) => entry.wrote),
        [true, false, false, true],
      );
    });

    it("journal: a request against the description is recorded with what is wrong about it", async () => {
      await kosli.put({ name: "-x" }, nothingRequired);
      const [entry] = emulator.journal();
      assert.equal(entry?.status, 400);
      assert.match(entry?.violations.join() ?? "", /^body data_json\.name: must match pattern .* \[-x\]$/);
    });

    it("journal: a query parameter that the description lacks is answered, and recorded as a violation", async () => {
      assert.equal((await kosli.list("?perpage=2")).status, 200);
      assert.deepEqual(emulator.journal()[0]?.violations, ["query perpage: not in the API description [2]"]);
    });

    it("journal: calls that lead nowhere are there too", async () => {
      await kosli.call("GET", "/nowhere");
      await fetch(`${emulator.url}/elsewhere`);
      assert.deepEqual(
        emulator.journal().map(({ vendor, operation, status }) => [vendor, operation, status]),
        [
          ["kosli", "", 404],
          ["", "", 404],
        ],
      );
      assert.equal(emulator.journal()[0]?.violations.length, 1);
    });

    it("journal: it is in the order of arrival, and clearing it starts again at 0", async () => {
      emulator.faults([{ match: { index: 0 }, when: "before", then: { delay: 500 } }]);
      const slow = kosli.get("slow");
      await new Promise((resolve) => setTimeout(resolve, 100));
      await kosli.get("fast");
      assert.deepEqual(
        emulator.journal().map((entry) => entry.index),
        [1],
      );
      await slow;
      assert.deepEqual(
        emulator.journal().map((entry) => [entry.index, entry.path.split("/").at(-1)]),
        [
          [0, "slow"],
          [1, "fast"],
        ],
      );
      emulator.clearJournal();
      await kosli.list();
      assert.deepEqual(
        emulator.journal().map((entry) => entry.index),
        [0],
      );
    });

    it("journal: what it returns is a copy", async () => {
      await kosli.list();
      emulator.journal().pop();
      assert.equal(emulator.journal().length, 1);
    });
  });

  describe("state", () => {
    it("state: it is plain JSON with archived flows, and can be the seed of another emulator", async () => {
      await kosli.put({ name: "build" }, nothingRequired);
      await kosli.archive("build");
      await kosli.rename("seeded", "renamed");
      const state = emulator.state();
      assert.deepEqual(
        state.kosli.flows.map((flow) => [flow.archived, flow.former_names]),
        [
          [false, ["seeded"]],
          [true, []],
        ],
      );
      const copy = await startEmulator({ seed: state });
      try {
        assert.deepEqual(copy.state(), state);
        await kosliClient(copy).put({ name: "fresh" }, nothingRequired);
        assert.equal(new Set(copy.state().kosli.flows.map((flow) => flow.id)).size, 3);
      } finally {
        await copy.close();
      }
    });

    it("state: a seed with two flows of one name, or with unknown members, is refused", async () => {
      const flow = { org: "acme", name: "a" };
      await assert.rejects(startEmulator({ seed: { kosli: { flows: [flow, flow] } } }), /two flows named 'a'/);
      await assert.rejects(
        startEmulator({ seed: JSON.parse('{"kosli":{"flows":[{"org":"a","name":"-"}]}}') }),
        /flows\[0\]\.name/,
      );
      await assert.rejects(startEmulator({ seed: JSON.parse('{"kosly":{}}') }), /kosly/);
    });

    it("state: a reset brings back the seed and forgets journal, faults and switches", async () => {
      await kosli.archive("seeded");
      emulator.faults([{ match: {}, when: "before", then: { status: 500 }, times: 0 }]);
      emulator.switches({ tagsNull: true });
      emulator.reset();
      assert.deepEqual(emulator.journal(), []);
      assert.deepEqual(await kosli.names(), ["seeded"]);
      assert.deepEqual((await control("GET", "switches")).body.tagsNull, false);
    });

    it("state: a call that a reset overtakes is broken off and writes nothing", async () => {
      emulator.faults([{ match: {}, when: "before", then: { delay: 60_000 } }]);
      const call = kosli.put({ name: "late" }, nothingRequired);
      await new Promise((resolve) => setTimeout(resolve, 100));
      emulator.reset();
      await assert.rejects(call);
      assert.deepEqual(await kosli.names(), ["seeded"]);
    });
  });

  describe("edit", () => {
    const edit = (action: "update" | "archive" | "rename" | "create" | "tag", name: string, set?: object) =>
      emulator.edit({ vendor: "kosli", action, org: "acme", name, ...(set && { set: { ...set } }) });

    it("edit: update changes the given members and is not in the journal", async () => {
      edit("update", "seeded", { description: "by hand", repo_url: "https://example.com/x" });
      const flow = await kosli.flow("seeded");
      assert.deepEqual([flow.description, flow.repo_url, flow.tags], ["by hand", "https://example.com/x", { a: "1" }]);
      assert.equal(emulator.journal().length, 1);
    });

    it("edit: create, rename, tag and archive do what the web app does", async () => {
      edit("create", "made", { description: "new", visibility: "public" });
      edit("rename", "made", { new_name: "remade" });
      edit("tag", "seeded", { a: null, b: "2" });
      assert.deepEqual((await kosli.flow("made")).name, "remade");
      assert.equal((await kosli.flow("remade")).visibility, "public");
      assert.deepEqual((await kosli.flow("seeded")).tags, { b: "2" });
      edit("archive", "seeded");
      assert.deepEqual(await kosli.names(), ["remade"]);
    });

    it("edit: what makes no sense is refused", () => {
      assert.throws(() => edit("update", "nobody"), /no flow 'nobody' in 'acme'/);
      assert.throws(() => edit("create", "seeded"), /exists/);
      assert.throws(() => edit("update", "seeded", { name: "x" }), /name: Extra members/);
      assert.throws(() => edit("rename", "seeded"), /new_name: Field required/);
      assert.throws(() => edit("archive", "seeded", { a: 1 }), /a: Extra members/);
      assert.throws(() => emulator.edit(JSON.parse('{"vendor":"acme"}')), /no vendor 'acme'/);
    });
  });

  describe("control over HTTP", () => {
    it("control: the routes do what the functions do", async () => {
      const ok = { status: 200, body: { ok: true } };
      const update = { vendor: "kosli", action: "update", org: "acme", name: "seeded", set: { description: "x" } };
      assert.deepEqual(await control("POST", "edit", update), ok);
      assert.deepEqual((await control("GET", "state")).body, emulator.state());
      assert.equal(emulator.state().kosli.flows[0]?.description, "x");
      assert.deepEqual(await control("PUT", "faults", [{ match: {}, when: "before", then: { status: 418 } }]), ok);
      assert.equal((await kosli.list()).status, 418);
      assert.deepEqual((await control("GET", "journal")).body, emulator.journal());
      assert.deepEqual(await control("DELETE", "journal"), ok);
      assert.deepEqual(emulator.journal(), []);
      assert.deepEqual(await control("PATCH", "switches", { ids: "absent" }), ok);
      assert.equal((await control("GET", "switches")).body.ids, "absent");
      assert.deepEqual(await control("POST", "reset"), ok);
      assert.equal((await control("GET", "switches")).body.ids, "present");
    });

    it("control: a bad request gets 400 and a message that says what was wrong", async () => {
      const messages = [
        await control("PATCH", "switches", { ids: 3 }),
        await control("PUT", "faults", [{}]),
        await control("POST", "edit", { vendor: "kosli", action: "shout", org: "acme", name: "a" }),
        await control("POST", "edit", "{"),
      ];
      assert.deepEqual(
        messages.map(({ status }) => status),
        [400, 400, 400, 400],
      );
      assert.match(messages[0]?.body.message, /ids: must be one of present, absent \[3\]/);
      assert.match(messages[1]?.body.message, /\[0\]\.match: Field required/);
      assert.match(messages[2]?.body.message, /action: must be one of update/);
      assert.match(messages[3]?.body.message, /not JSON/);
    });

    it("control: an unknown control answers 404 and lists the known ones", async () => {
      const answer = await control("GET", "nothing");
      assert.equal(answer.status, 404);
      assert.match(answer.body.message, /POST \/reset/);
    });

    it("control: calls to it are neither in the journal nor struck by faults", async () => {
      emulator.faults([{ match: {}, when: "before", then: { status: 500 }, times: 0 }]);
      assert.equal((await control("GET", "state")).status, 200);
      assert.deepEqual(emulator.journal(), []);
    });
  });

  it("server: latency is added to every vendor call", async () => {
    const slow = await startEmulator({ latency: 40 });
    try {
      const begun = performance.now();
      await kosliClient(slow).list();
      assert.ok(performance.now() - begun >= 38);
    } finally {
      await slow.close();
    }
  });

  it("server: a close ends calls that hang or wait", async () => {
    const hanging = await startEmulator();
    hanging.faults([
      { match: { index: 0 }, when: "before", then: { hang: true } },
      { match: { index: 1 }, when: "before", then: { delay: 60_000 } },
    ]);
    const calls = [kosliClient(hanging).list(), kosliClient(hanging).list()].map((call) => assert.rejects(call));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await hanging.close();
    await Promise.all(calls);
  });

  it("server: two emulators share nothing", async () => {
    const other = await startEmulator();
    try {
      await kosliClient(other).put({ name: "mine" }, nothingRequired);
      assert.deepEqual(await kosli.names(), ["seeded"]);
    } finally {
      await other.close();
    }
  });

  it("server: the process's own Request and Response stay what they are", () => {
    assert.deepEqual([globalThis.Request, globalThis.Response], platform);
  });
});
