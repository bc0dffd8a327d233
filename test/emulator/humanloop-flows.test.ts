import assert from "node:assert/strict";
import { type Emulator, humanloopDefaults, startEmulator } from "../../testing/src/emulator";
import { detailOf, each, type HumanloopClient, humanloopClient } from "./humanloop-client";

const firstFlow = "fl_0000000000000000000001";
const production = { id: humanloopDefaults.production };

describe("emulator: flows of humanloop", () => {
  let emulator: Emulator;
  let humanloop: HumanloopClient;
  const noon = Date.UTC(2026, 8, 28, 12);
  let now = noon;

  before(async () => {
    emulator = await startEmulator({ now: () => now });
    humanloop = humanloopClient(emulator);
  });
  beforeEach(() => {
    now = noon;
    emulator.reset();
  });
  after(() => emulator.close());

  const stored = () => emulator.state().humanloop.files;

  describe("flows and versions", () => {
    it("humanloop: an upsert by path makes the flow, its directories, and a version that is live at once", async () => {
      const body = { path: "Support/EU/Triage", attributes: { model: "m" }, version_name: "one" };
      const at = "2026-09-28T12:00:00.000000";
      const main = { ...production, created_at: at, name: "production", tag: "default" };
      assert.deepEqual((await humanloop.post(body)).body, {
        path: "Support/EU/Triage",
        id: firstFlow,
        directory_id: "dir_0000000000000000000002",
        name: "Triage",
        description: null,
        readme: null,
        tags: [],
        schema: null,
        type: "flow",
        version_id: stored()[0]?.versions[0]?.version_id,
        version_name: "one",
        version_description: null,
        environments: [main],
        created_at: at,
        updated_at: at,
        created_by: Object((await humanloop.list()).records[0]).created_by,
        last_used_at: at,
        version_logs_count: 0,
        evaluator_aggregates: null,
        evaluators: [],
        attributes: { model: "m" },
      });
      assert.deepEqual(each(await humanloop.directories(), "path"), ["", "Support", "Support/EU"]);
    });

    it("humanloop: other attributes make a version that is live nowhere, by path and by id", async () => {
      const first = await humanloop.upsert({ path: "A", attributes: { a: 1 } });
      const second = await humanloop.upsert({ path: "A", attributes: { a: 2 } });
      const third = await humanloop.upsert({ id: first.id, attributes: { a: 3 } });
      assert.deepEqual(each([second, third], "id"), [first.id, first.id]);
      assert.deepEqual([second.environments, third.environments], [[], []]);
      assert.equal(new Set(each([first, second, third], "version_id")).size, 3);
      assert.deepEqual((await humanloop.get(first)).attributes, { a: 1 });
      assert.deepEqual((await humanloop.get(first, `?version_id=${third.version_id}`)).attributes, { a: 3 });
    });

    it("humanloop: equal attributes lead to the version that has them, also in another order, and write nothing", async () => {
      const first = await humanloop.upsert({ path: "A", attributes: { a: 1, b: { c: [1, { d: 2, e: 3 }] } } });
      await humanloop.upsert({ path: "A", attributes: {} });
      now += 1000;
      const again = await humanloop.upsert({ path: "A", attributes: { b: { c: [1, { e: 3, d: 2 }] }, a: 1 } });
      assert.deepEqual(again, first);
      assert.equal(emulator.journal().at(-1)?.wrote, false);
      const other = await humanloop.upsert({ path: "A", attributes: { a: 1, b: { c: [{ d: 2, e: 3 }, 1] } } });
      assert.notEqual(other.version_id, first.version_id);
    });

    it("humanloop: a version name belongs to one version of a flow, and to as many flows as like", async () => {
      const first = await humanloop.upsert({ path: "A", attributes: { a: 1 }, version_name: "one" });
      const taken = await humanloop.post({ path: "A", attributes: { a: 2 }, version_name: "one" });
      assert.deepEqual([taken.status, detailOf(taken)], [409, `The version name 'one' is that of ${first.version_id}`]);
      const second = await humanloop.upsert({ path: "A", attributes: { a: 2 } });
      const known = await humanloop.post({ path: "A", attributes: { a: 2 }, version_name: "one" });
      assert.deepEqual([known.status, (await humanloop.patchVersion(second, { name: "one" })).status], [409, 409]);
      assert.equal((await humanloop.upsert({ path: "B", attributes: {}, version_name: "one" })).version_name, "one");
      assert.equal(stored()[0]?.versions.length, 2);
    });

    it("humanloop: name and description of a version are changed alone, attributes and id stay", async () => {
      const flow = await humanloop.upsert({ path: "A", attributes: { a: 1 }, version_name: "one" });
      now += 1000;
      const described = await humanloop.renamed(flow, { description: "First" });
      const { updated_at, ...rest } = described;
      assert.equal(updated_at, "2026-09-28T12:00:01.000000");
      assert.deepEqual({ ...rest, updated_at: flow.updated_at }, { ...flow, version_description: "First" });
      const renamed = await humanloop.renamed(flow, { name: "two" });
      assert.deepEqual([renamed.version_name, renamed.version_description], ["two", "First"]);
      await humanloop.renamed(flow, { name: "two" });
      assert.equal(emulator.journal().at(-1)?.wrote, false);
    });

    it("humanloop: versions are listed with where each is live, and a spare one can be deleted", async () => {
      const first = await humanloop.upsert({ path: "A", attributes: { a: 1 } });
      now += 1000;
      const second = await humanloop.upsert({ path: "A", attributes: { a: 2 } });
      const listed = await humanloop.versions(first);
      assert.deepEqual(
        listed.map(({ version_id, environments }) => [version_id, each(environments, "name")]),
        [
          [second.version_id, []],
          [first.version_id, ["production"]],
        ],
      );
      assert.deepEqual(
        [listed[0]?.evaluator_aggregates, (await humanloop.versions(first, "?evaluator_aggregates=true"))[0]],
        [null, { ...listed[0], evaluator_aggregates: [] }],
      );
      assert.equal((await humanloop.deleteVersion(second)).status, 204);
      assert.deepEqual(each(await humanloop.versions(first), "version_id"), [first.version_id]);
      assert.equal((await humanloop.deleteVersion(second)).status, 404);
    });

    it("humanloop: a deleted flow is gone with its versions, and its path leads to a new one", async () => {
      const flow = await humanloop.upsert({ path: "Support/A", attributes: {} });
      assert.equal((await humanloop.delete(flow)).status, 204);
      for (const answer of [
        await humanloop.delete(flow),
        await humanloop.read(flow),
        await humanloop.post({ id: flow.id, attributes: {} }),
        await humanloop.move(flow, { name: "B" }),
        await humanloop.retrieve("Support/A"),
      ]) {
        assert.deepEqual([answer.status, typeof detailOf(answer)], [404, "string"]);
      }
      assert.deepEqual(each(await humanloop.directories(), "path"), ["", "Support"]);
      assert.notEqual((await humanloop.upsert({ path: "Support/A", attributes: {} })).id, flow.id);
    });

    it("humanloop: a move keeps id, versions and deployments, and makes the directories on its way", async () => {
      const flow = await humanloop.upsert({ path: "Support/A", attributes: {} });
      const named = await humanloop.moved(flow, { name: "B" });
      assert.deepEqual([named.path, named.name, named.id], ["Support/B", "B", flow.id]);
      const moved = await humanloop.moved(flow, { path: "Sales/EU/C" });
      assert.deepEqual([moved.path, each(moved.environments, "name")], ["Sales/EU/C", ["production"]]);
      const root = await humanloop.moved(flow, { directory_id: humanloopDefaults.root });
      assert.deepEqual([root.path, root.directory_id], ["C", humanloopDefaults.root]);
      assert.deepEqual((await humanloop.moved(flow, {})).path, "C");
      assert.deepEqual(each(await humanloop.versions(flow), "path"), ["C"]);
      assert.deepEqual(each(await humanloop.directories(), "path"), ["", "Support", "Sales", "Sales/EU"]);
    });

    it("humanloop: a path that is taken is refused, by a file, a directory, or a file on the way", async () => {
      const flow = await humanloop.upsert({ path: "A", attributes: {} });
      await humanloop.upsert({ path: "Support/B", attributes: {} });
      for (const path of ["Support", "Support/B", "Support/B/C", "A/C"]) {
        assert.equal((await humanloop.move(flow, { path })).status, 409, path);
      }
      assert.equal((await humanloop.post({ path: "A/C", attributes: {} })).status, 409);
      assert.equal((await humanloop.post({ path: "Support", attributes: {} })).status, 409);
      assert.equal((await humanloop.move(flow, { directory_id: "dir_none" })).status, 404);
      for (const place of [{ name: "a/b" }, { name: "" }, { path: "" }, { path: "a//b" }]) {
        assert.equal((await humanloop.move(flow, place)).status, 422, JSON.stringify(place));
      }
      assert.equal((await humanloop.get(flow)).path, "A");
    });

    it("humanloop: lists come in pages of ten, newest first, and end in an empty one", async () => {
      for (let index = 0; index < 12; index += 1) {
        now += 1000;
        await humanloop.upsert({ path: `${index % 2 ? "Odd" : "Even"}/Flow ${index}`, attributes: {} });
      }
      const first = await humanloop.list();
      assert.deepEqual([first.page, first.size, first.total, first.records.length], [1, 10, 12, 10]);
      assert.deepEqual(each((await humanloop.list("?page=2")).records, "name"), ["Flow 1", "Flow 0"]);
      assert.deepEqual((await humanloop.list("?page=3&size=10")).records, []);
      assert.deepEqual(await humanloop.list("?size=0"), { records: [], page: 1, size: 0, total: 12 });
      assert.equal((await humanloop.list("?size=1000")).records.length, 12);
      const names = async (query: string) => each((await humanloop.list(query)).records, "name");
      assert.deepEqual(await names("?name=fLOW%201"), ["Flow 11", "Flow 10", "Flow 1"]);
      assert.deepEqual(await names("?size=2&sort_by=name&order=asc"), ["Flow 0", "Flow 1"]);
      now += 1000;
      await humanloop.upsert({ path: "Odd/Flow 3", attributes: { a: 1 } });
      assert.deepEqual(await names("?size=1&sort_by=updated_at"), ["Flow 3"]);
      assert.deepEqual(await names("?user_filter=ADA@&size=1"), ["Flow 11"]);
      assert.deepEqual(await names("?user_filter=bob"), []);
    });

    it("humanloop: a wrong request is refused with 422 and the places, one that is not JSON with 400", async () => {
      const wrong = await humanloop.post({ path: 3, version_name: ["a"] });
      assert.deepEqual(detailOf(wrong), [
        { loc: ["body", "attributes"], msg: "Field required", type: "missing" },
        { loc: ["body", "path"], msg: "must be string,null [3]", type: "value_error" },
        { loc: ["body", "version_name"], msg: 'must be string,null [["a"]]', type: "value_error" },
      ]);
      const flow = await humanloop.upsert({ path: "A", attributes: {} });
      const page = await humanloop.call("GET", "/flows?page=0");
      const unnamed = await humanloop.call("POST", `/flows/${flow.id}/environments/${production.id}`);
      const place = (detail: unknown) => (Array.isArray(detail) ? detail.map(({ loc }) => loc) : detail);
      assert.deepEqual([page.status, place(detailOf(page))], [422, [["query", "page"]]]);
      assert.deepEqual([unnamed.status, place(detailOf(unnamed))], [422, [["query", "version_id"]]]);
      const nobody = await humanloop.watch(flow, { activate: [{ evaluator_id: "ev_1" }] });
      assert.deepEqual([nobody.status, Array.isArray(detailOf(nobody))], [422, true]);
      const neither = await humanloop.post({ attributes: {} });
      assert.deepEqual([neither.status, place(detailOf(neither))], [422, [["body"]]]);
      const text = await humanloop.post("{");
      assert.deepEqual([text.status, typeof detailOf(text)], [400, "string"]);
    });
  });
});
