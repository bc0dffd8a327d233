import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { errorsOf, type KosliClient, kosliClient, messageOf } from "./kosli-client";

const epochSeconds = 1_786_000_000;
const nothingRequired = "version: 1";

describe("emulator: kosli", () => {
  let emulator: Emulator;
  let kosli: KosliClient;

  before(async () => {
    emulator = await startEmulator({ now: () => epochSeconds * 1000 + 900 });
    kosli = kosliClient(emulator);
  });
  beforeEach(() => emulator.reset());
  afterEach("no reply is against the API description", () => {
    for (const entry of emulator.journal()) {
      assert.deepEqual(
        entry.violations.filter((violation) => violation.startsWith("reply")),
        [],
      );
      assert.notEqual(entry.status, 500, JSON.stringify(entry.response));
    }
  });
  after(() => emulator.close());

  describe("create and update", () => {
    it('kosli: PUT answers 201 "OK" for a new flow and 200 "OK" for an existing one', async () => {
      const first = await kosli.put({ name: "build" }, nothingRequired);
      const second = await kosli.put({ name: "build" }, nothingRequired);
      assert.deepEqual([first.status, first.body], [201, "OK"]);
      assert.deepEqual([second.status, second.body], [200, "OK"]);
    });

    it("kosli: a flow reads back with all its members, repo_url and tags being empty and not null", async () => {
      await kosli.put({ name: "build", description: "Builds" }, nothingRequired);
      assert.deepEqual((await kosli.get("build")).body, {
        id: "00000001-0000-4000-8000-00000001",
        name: "build",
        description: "Builds",
        visibility: "private",
        org: "acme",
        template: "version: 1",
        repo_url: "",
        tags: {},
      });
    });

    it("kosli: PUT replaces the description, also by an empty one", async () => {
      await kosli.put({ name: "build", description: "Builds" }, nothingRequired);
      await kosli.put({ name: "build", description: "" }, nothingRequired);
      assert.equal((await kosli.flow("build")).description, "");
    });

    it("kosli: a PUT without description is refused, and so is a null description", async () => {
      const absent = await kosli.put({ name: "build", description: undefined }, nothingRequired);
      const empty = await kosli.put({ name: "build", description: null }, nothingRequired);
      assert.equal(absent.status, 400);
      assert.match(errorsOf(absent)["data_json.description"] ?? "", /^Field required \[.*\]$/);
      assert.match(errorsOf(empty)["data_json.description"] ?? "", /string \[null\]$/);
    });

    it("kosli: a visibility that is left out or null is private for a new flow and stays for an existing one", async () => {
      await kosli.put({ name: "open", visibility: "public" }, nothingRequired);
      await kosli.put({ name: "open" }, nothingRequired);
      await kosli.put({ name: "open", visibility: null }, nothingRequired);
      await kosli.put({ name: "closed", visibility: null }, nothingRequired);
      assert.equal((await kosli.flow("open")).visibility, "public");
      assert.equal((await kosli.flow("closed")).visibility, "private");
    });

    it("kosli: an empty visibility is refused", async () => {
      const answer = await kosli.put({ name: "build", visibility: "" }, nothingRequired);
      assert.equal(answer.status, 400);
      assert.equal(messageOf(answer), "Input payload validation failed");
      assert.match(errorsOf(answer)["data_json.visibility"] ?? "", /\[\]$/);
    });

    for (const name of ["-build", ".build", "bu ild", "bu/ild", "", "büild"]) {
      it(`kosli: the flow name ${JSON.stringify(name)} is refused and echoed in square brackets`, async () => {
        const answer = await kosli.put({ name }, nothingRequired);
        assert.equal(answer.status, 400);
        assert.ok(errorsOf(answer)["data_json.name"]?.endsWith(`[${name}]`));
        assert.deepEqual(emulator.state().kosli.flows, []);
      });
    }

    it("kosli: a flow name may hold letters, digits, dot, hyphen, underscore and tilde", async () => {
      assert.equal((await kosli.put({ name: "0a.B-c_d~e" }, nothingRequired)).status, 201);
      assert.equal((await kosli.flow("0a.B-c_d~e")).name, "0a.B-c_d~e");
    });

    it("kosli: names differ by case, and by organization", async () => {
      await kosli.put({ name: "build" }, nothingRequired);
      assert.equal((await kosli.put({ name: "Build" }, nothingRequired)).status, 201);
      assert.equal((await kosliClient(emulator, "other").put({ name: "build" }, nothingRequired)).status, 201);
      assert.deepEqual(await kosli.names(), ["Build", "build"]);
    });

    it("kosli: members of data_json that the API does not know are ignored", async () => {
      assert.equal((await kosli.put({ name: "build", tags: { a: "b" }, space: 1 }, nothingRequired)).status, 201);
      assert.deepEqual((await kosli.flow("build")).tags, {});
    });

    it("kosli: a JSON body instead of multipart is told that data_json is missing", async () => {
      const answer = await kosli.json("PUT", "/flows/acme/template_file", { name: "build", description: "" });
      assert.equal(answer.status, 400);
      assert.match(errorsOf(answer).data_json ?? "", /^Field required/);
    });

    it("kosli: data_json must be a field and template_file must be a file", async () => {
      const swapped = new FormData();
      swapped.set("data_json", new Blob(['{"name":"build","description":""}']), "data.json");
      swapped.set("template_file", nothingRequired);
      const answer = await kosli.call("PUT", "/flows/acme/template_file", swapped);
      assert.equal(answer.status, 400);
      assert.deepEqual(Object.keys(errorsOf(answer)).sort(), ["data_json", "template_file"]);
    });

    it("kosli: ids are five groups of 8-4-4-4-8 digits and are counted from one after a reset", async () => {
      await kosli.put({ name: "a" }, nothingRequired);
      await kosli.put({ name: "b" }, nothingRequired);
      const ids = emulator.state().kosli.flows.map((flow) => flow.id);
      assert.deepEqual(ids, ["00000001-0000-4000-8000-00000001", "00000002-0000-4000-8000-00000002"]);
    });
  });

  describe("read", () => {
    it("kosli: the 404 of an unknown flow names flow and organization in single quotes", async () => {
      const answer = await kosli.get("nobody");
      assert.equal(answer.status, 404);
      assert.match(String(messageOf(answer)), /'nobody'.*'acme'/);
    });

    it("kosli: a name that no flow can have is not found, for GET and archive alike", async () => {
      assert.equal((await kosli.get("-x")).status, 404);
      assert.equal((await kosli.get("a%20b")).status, 404);
      assert.equal((await kosli.archive("-x")).status, 404);
    });

    it("kosli: a flow may be called template_file", async () => {
      await kosli.put({ name: "template_file" }, nothingRequired);
      assert.equal((await kosli.flow("template_file")).name, "template_file");
    });

    it("kosli: a DELETE is answered with 405, so that nobody takes it for gone", async () => {
      await kosli.put({ name: "build" }, nothingRequired);
      assert.equal((await kosli.call("DELETE", "/flows/acme/build")).status, 405);
      assert.equal((await kosli.get("build")).status, 200);
    });

    it("kosli: an unknown path answers 404 in JSON", async () => {
      const answer = await kosli.call("GET", "/flowz/acme");
      assert.equal(answer.status, 404);
      assert.equal(typeof messageOf(answer), "string");
    });
  });

  describe("list", () => {
    beforeEach(async () => {
      for (const name of ["web", "Api", "worker", "gone"]) await kosli.put({ name }, nothingRequired);
      await kosli.archive("gone");
    });

    it("kosli: without per_page the list is an array of all flows, ordered by name, without archived ones", async () => {
      assert.deepEqual(await kosli.names(), ["Api", "web", "worker"]);
      assert.deepEqual(await kosli.names("?page=2"), ["Api", "web", "worker"]);
    });

    it("kosli: list items carry activity and state, null as long as there is no trail", async () => {
      const { body } = await kosli.list();
      const [first] = Array.isArray(body) ? body : [];
      assert.deepEqual([first.latest_activity_at, first.latest_state], [null, null]);
    });

    it("kosli: with per_page the answer is a page object with pagination", async () => {
      assert.deepEqual(await kosli.names("?per_page=2&page=2"), ["worker"]);
      const { body } = await kosli.list("?per_page=2");
      assert.deepEqual(Object(body).pagination, { total: 3, page: 1, per_page: 2, page_count: 2 });
    });

    it("kosli: pagination is null when there is only one page", async () => {
      const { body } = await kosli.list("?per_page=3");
      assert.equal(Object(body).pagination, null);
      assert.equal(Object(body).data.length, 3);
    });

    it("kosli: a page behind the last one is empty", async () => {
      assert.deepEqual(await kosli.names("?per_page=2&page=9"), []);
    });

    for (const query of ["per_page=0", "per_page=101", "per_page=x", "page=0", "search_by_name=", "sort=age"]) {
      it(`kosli: the query ${query} is refused, and the error names the parameter as query.…`, async () => {
        const answer = await kosli.list(`?${query}`);
        assert.equal(answer.status, 400);
        assert.deepEqual(Object.keys(errorsOf(answer)), [`query.${query.split("=")[0]}`]);
        assert.ok(Object.values(errorsOf(answer))[0]?.endsWith(`[${query.split("=")[1]}]`));
      });
    }

    it("kosli: search_by_name finds parts of names, by case unless told otherwise", async () => {
      assert.deepEqual(await kosli.names("?search_by_name=w"), ["web", "worker"]);
      assert.deepEqual(await kosli.names("?search_by_name=api"), []);
      assert.deepEqual(await kosli.names("?search_by_name=api&case_sensitive=false"), ["Api"]);
    });

    it("kosli: tag filters by key or by key and value", async () => {
      await kosli.tags("web", { set_tags: { team: "a", url: "http://x" } });
      await kosli.tags("worker", { set_tags: { team: "b" } });
      assert.deepEqual(await kosli.names("?tag=team"), ["web", "worker"]);
      assert.deepEqual(await kosli.names("?tag=team:b"), ["worker"]);
      assert.deepEqual(await kosli.names("?tag=url:http://x"), ["web"]);
      assert.deepEqual(await kosli.names("?tag=team:c"), []);
    });

    it("kosli: sort_direction=desc turns the order round, sort=latest_activity goes by activity", async () => {
      emulator.edit({ vendor: "kosli", action: "update", org: "acme", name: "Api", set: { latest_activity_at: 20 } });
      emulator.edit({ vendor: "kosli", action: "update", org: "acme", name: "web", set: { latest_activity_at: 10 } });
      assert.deepEqual(await kosli.names("?sort_direction=desc"), ["worker", "web", "Api"]);
      assert.deepEqual(await kosli.names("?sort=latest_activity"), ["worker", "web", "Api"]);
    });
  });

  describe("archive", () => {
    it("kosli: archiving frees the name and keeps the old trails' flow under its archived name", async () => {
      await kosli.put({ name: "build", description: "first" }, nothingRequired);
      const old = await kosli.flow("build");
      assert.deepEqual((await kosli.archive("build")).body, "OK");
      assert.equal((await kosli.get("build")).status, 404);
      assert.equal((await kosli.put({ name: "build" }, nothingRequired)).status, 201);
      const archived = await kosli.flow(`build-archived-at-${epochSeconds}`);
      assert.deepEqual(archived, { ...old, name: `build-archived-at-${epochSeconds}` });
      const fresh = await kosli.flow("build");
      assert.notEqual(fresh.id, old.id);
      assert.equal(fresh.description, "");
      assert.deepEqual(await kosli.names(), ["build"]);
    });

    it("kosli: archiving twice ends in 404 the second time", async () => {
      await kosli.put({ name: "build" }, nothingRequired);
      assert.equal((await kosli.archive("build")).status, 200);
      assert.equal((await kosli.archive("build")).status, 404);
      assert.equal((await kosli.archive(`build-archived-at-${epochSeconds}`)).status, 404);
    });

    it("kosli: archive takes no body, and JSON null as well", async () => {
      await kosli.put({ name: "build" }, nothingRequired);
      assert.equal((await kosli.json("PUT", "/flows/acme/build/archive", null)).status, 200);
    });

    it("kosli: nothing brings an archived flow back", async () => {
      await kosli.put({ name: "build" }, nothingRequired);
      await kosli.archive("build");
      const archived = `build-archived-at-${epochSeconds}`;
      assert.equal((await kosli.rename(archived, "build")).status, 404);
      assert.equal((await kosli.put({ name: archived }, nothingRequired)).status, 400);
      assert.equal((await kosli.tags(archived, { set_tags: { a: "b" } })).status, 404);
      assert.deepEqual(await kosli.names(), []);
    });

    it("kosli: two flows of one name archived in one second keep different names", async () => {
      for (let round = 0; round < 2; round += 1) {
        await kosli.put({ name: "build" }, nothingRequired);
        await kosli.archive("build");
      }
      assert.deepEqual(
        emulator.state().kosli.flows.map((flow) => [flow.name, flow.archived]),
        [
          [`build-archived-at-${epochSeconds}`, true],
          [`build-archived-at-${epochSeconds + 1}`, true],
        ],
      );
    });
  });

  describe("rename", () => {
    beforeEach(() => kosli.put({ name: "old", description: "kept" }, nothingRequired));

    it("kosli: a renamed flow keeps its id, and its old name answers with the new name", async () => {
      const before = await kosli.flow("old");
      assert.deepEqual((await kosli.rename("old", "new")).body, "OK");
      assert.deepEqual(await kosli.flow("new"), { ...before, name: "new" });
      assert.deepEqual(await kosli.flow("old"), { ...before, name: "new" });
      assert.deepEqual(await kosli.names(), ["new"]);
    });

    it("kosli: every former name keeps working, also for writes", async () => {
      await kosli.rename("old", "middle");
      await kosli.rename("old", "new");
      assert.equal((await kosli.flow("middle")).name, "new");
      assert.equal((await kosli.tags("old", { set_tags: { a: "b" } })).status, 200);
      assert.deepEqual((await kosli.flow("new")).tags, { a: "b" });
      assert.equal((await kosli.archive("middle")).status, 200);
      assert.equal((await kosli.get("old")).status, 404);
    });

    it("kosli: a former name works until another flow takes it", async () => {
      await kosli.rename("old", "new");
      assert.equal((await kosli.put({ name: "old", description: "taken" }, nothingRequired)).status, 201);
      assert.equal((await kosli.flow("old")).description, "taken");
      assert.equal((await kosli.flow("new")).description, "kept");
      assert.deepEqual(emulator.state().kosli.flows[0]?.former_names, []);
    });

    it("kosli: a flow can have its former name back", async () => {
      await kosli.rename("old", "new");
      assert.equal((await kosli.rename("new", "old")).status, 200);
      assert.deepEqual(await kosli.names(), ["old"]);
      assert.equal((await kosli.flow("new")).name, "old");
    });

    it("kosli: a rename of an unknown flow is 404, one to an illegal name 400", async () => {
      assert.equal((await kosli.rename("nobody", "new")).status, 404);
      const answer = await kosli.rename("old", "-new");
      assert.equal(answer.status, 400);
      assert.ok(errorsOf(answer).new_name?.endsWith("[-new]"));
    });
  });

  describe("tags", () => {
    beforeEach(() => kosli.put({ name: "build" }, nothingRequired));

    it("kosli: set_tags adds and overwrites, remove_tags removes and does not mind absent keys", async () => {
      assert.deepEqual((await kosli.tags("build", { set_tags: { a: "1", b: "2" } })).body, "OK");
      await kosli.tags("build", { set_tags: { b: "3", c: "" }, remove_tags: ["a", "never"] });
      assert.deepEqual((await kosli.flow("build")).tags, { b: "3", c: "" });
    });

    it("kosli: null members, an empty body and the resource type flows are fine", async () => {
      assert.equal((await kosli.tags("build", { set_tags: null, remove_tags: null }, "flows")).status, 200);
      assert.equal((await kosli.tags("build", {})).status, 200);
    });

    it("kosli: members other than the two are forbidden", async () => {
      const answer = await kosli.tags("build", { set_tags: { a: "1" }, tags: {} });
      assert.equal(answer.status, 400);
      assert.deepEqual(Object.keys(errorsOf(answer)), ["tags"]);
      assert.deepEqual((await kosli.flow("build")).tags, {});
    });

    it("kosli: a tag key has the pattern of names, a value is any string and nothing else", async () => {
      assert.equal((await kosli.tags("build", { set_tags: { "a b": "1" } })).status, 400);
      assert.equal((await kosli.tags("build", { set_tags: { ":": "1" } })).status, 400);
      assert.equal((await kosli.tags("build", { set_tags: { a: 1 } })).status, 400);
      assert.equal((await kosli.tags("build", { set_tags: { "a.b-c_d~e": "€\n" } })).status, 200);
    });

    it("kosli: tags survive PUT and rename", async () => {
      await kosli.tags("build", { set_tags: { a: "1" } });
      await kosli.put({ name: "build" }, nothingRequired);
      await kosli.rename("build", "built");
      assert.deepEqual((await kosli.flow("built")).tags, { a: "1" });
    });

    it("kosli: the 404 of the tags endpoint names the flow and is wrapped in double quotes", async () => {
      const answer = await kosli.tags("nobody", { set_tags: { a: "1" } });
      assert.equal(answer.status, 404);
      assert.match(String(messageOf(answer)), /^".*'nobody'.*"$/);
    });

    it("kosli: other resource types have nothing to tag, unknown ones are refused", async () => {
      assert.equal((await kosli.tags("build", { set_tags: {} }, "control")).status, 404);
      assert.equal((await kosli.tags("build", { set_tags: {} }, "flower")).status, 400);
    });
  });

  describe("credentials", () => {
    const status = async (authorization: string) => (await kosliClient(emulator, "acme", authorization).list()).status;
    const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

    it("kosli: any key is accepted as Bearer, or as the user name of Basic with any password", async () => {
      assert.equal(await status("Bearer anything"), 200);
      assert.equal(await status("bearer anything"), 200);
      assert.equal(await status(basic("anything:")), 200);
      assert.equal(await status(basic("anything:password")), 200);
    });

    for (const authorization of ["", "Bearer", "Bearer a b", "anything", "Token x", basic(":password"), "Basic eA"]) {
      it(`kosli: the credentials ${JSON.stringify(authorization)} end in 401`, async () => {
        assert.equal(await status(authorization), 401);
      });
    }
  });
});
