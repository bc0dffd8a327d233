import assert from "node:assert/strict";
import { type Edit, type Emulator, humanloopDefaults, startEmulator } from "../../testing/src/emulator";
import { each, type HumanloopClient, humanloopClient, statusOf, withEach } from "./humanloop-client";

const production = { id: humanloopDefaults.production };

describe("emulator: switches of humanloop's versions", () => {
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

  const edit = (change: Edit) => emulator.edit(change);
  /** Two versions, the first of which is live. */
  const two = async (path = "A") => {
    const first = await humanloop.upsert({ path, attributes: { a: 1 } });
    now += 1000;
    return [first, await humanloop.upsert({ path, attributes: { a: 2 } })] as const;
  };

  describe("versions", () => {
    it("switches: attributes are equal whatever their order, also without their nulls, or only as sent", () =>
      withEach(
        emulator,
        "humanloopEquality",
        [
          ["canonical", [true, false]],
          ["nullsDropped", [true, true]],
          ["text", [false, false]],
        ],
        async () => {
          const { version_id } = await humanloop.upsert({ path: "A", attributes: { a: 1, b: [{ c: 2, d: 3 }] } });
          const found = async (attributes: object) =>
            (await humanloop.upsert({ path: "A", attributes })).version_id === version_id;
          assert.ok(await found({ a: 1, b: [{ c: 2, d: 3 }] }));
          assert.ok(!(await found({ a: 1, b: [{ c: 2, d: 4 }] })));
          return [await found({ b: [{ d: 3, c: 2 }], a: 1 }), await found({ a: 1, b: [{ c: 2, x: null, d: 3 }] })];
        },
      ));

    it("switches: a version's id follows from its attributes, in every flow and again after a deletion, or is counted", () =>
      withEach(
        emulator,
        "humanloopVersionIds",
        [
          ["byContent", [true, true]],
          ["counted", [false, false]],
        ],
        async () => {
          const [, second] = await two();
          const elsewhere = await humanloop.upsert({ path: "B", attributes: { a: 2 } });
          await humanloop.deleteVersion(second);
          const again = await humanloop.upsert({ path: "A", attributes: { a: 2 } });
          return [elsewhere.version_id === second.version_id, again.version_id === second.version_id];
        },
      ));

    it("switches: equal attributes under their own name are found or refused", () =>
      withEach(
        emulator,
        "humanloopSameName",
        [
          [200, [200, 200]],
          [409, [409, 200]],
        ],
        async () => {
          const flow = { path: "A", attributes: { a: 1 }, version_name: "one" };
          await humanloop.upsert(flow);
          const nameless = { path: "A", attributes: { a: 1 } };
          return [await statusOf(humanloop.post(flow)), await statusOf(humanloop.post(nameless))];
        },
      ));

    it("switches: equal attributes under another name keep theirs, take it, or are refused", () =>
      withEach(
        emulator,
        "humanloopOtherName",
        [
          ["ignored", [200, "one", 200, null]],
          ["renames", [200, "two", 200, "three"]],
          ["refused", [409, "one", 409, null]],
        ],
        async () => {
          await humanloop.upsert({ path: "A", attributes: { a: 1 }, version_name: "one" });
          await humanloop.upsert({ path: "B", attributes: {} });
          const other = await statusOf(humanloop.post({ path: "A", attributes: { a: 1 }, version_name: "two" }));
          const first = await statusOf(humanloop.post({ path: "B", attributes: {}, version_name: "three" }));
          const names = each((await humanloop.list("?order=asc")).records, "version_name");
          return [other, names[0] ?? null, first, names[1] ?? null];
        },
      ));

    it("switches: equal attributes with another description keep theirs, or take it", () =>
      withEach(
        emulator,
        "humanloopOtherDescription",
        [
          ["ignored", "old"],
          ["stored", "new"],
        ],
        async () => {
          await humanloop.upsert({ path: "A", attributes: {}, version_description: "old" });
          return (await humanloop.upsert({ path: "A", attributes: {}, version_description: "new" }))
            .version_description;
        },
      ));

    it("switches: equal attributes without a name keep the one they have, or lose it", () =>
      withEach(
        emulator,
        "humanloopNameOmitted",
        [
          ["kept", ["one", "d"]],
          ["cleared", [null, null]],
        ],
        async () => {
          const flow = { path: "A", attributes: {} };
          await humanloop.upsert({ ...flow, version_name: "one", version_description: "d" });
          const { version_name, version_description } = await humanloop.upsert(flow);
          return [version_name, version_description];
        },
      ));

    it("switches: null as a name counts as left out, or clears it, in an update and in an upsert", () =>
      withEach(
        emulator,
        "humanloopNullName",
        [
          ["unset", ["one", "d", "one"]],
          ["clears", [null, null, null]],
        ],
        async () => {
          const flow = { path: "A", attributes: {}, version_name: "one", version_description: "d" };
          const first = await humanloop.upsert(flow);
          const upserted = (await humanloop.upsert({ ...flow, version_name: null })).version_name;
          const { version_name, version_description } = await humanloop.renamed(first, {
            name: null,
            description: null,
          });
          return [version_name, version_description, upserted];
        },
      ));

    it("switches: an empty name is told as null, or as it is", () =>
      withEach(
        emulator,
        "humanloopEmptyName",
        [
          ["nulled", [null, null]],
          ["kept", ["", ""]],
        ],
        async () => {
          const flow = await humanloop.upsert({
            path: "A",
            attributes: {},
            version_name: "",
            version_description: "d",
          });
          return [flow.version_name, (await humanloop.renamed(flow, { description: "" })).version_description];
        },
      ));

    it("switches: several versions may have an empty name", async () => {
      emulator.switches({ humanloopEmptyName: "kept" });
      for (const a of [1, 2]) await humanloop.upsert({ path: "A", attributes: { a }, version_name: "" });
      assert.deepEqual(each(await humanloop.versions({ id: "fl_0000000000000000000001" }), "version_name"), ["", ""]);
    });

    it("switches: versions are listed newest first, oldest first, or by their last use", () =>
      withEach(
        emulator,
        "humanloopVersionOrder",
        [
          ["newest", [3, 2, 1]],
          ["oldest", [1, 2, 3]],
          ["lastUsed", [1, 3, 2]],
        ],
        async () => {
          const [flow] = await two();
          now += 1000;
          await humanloop.upsert({ path: "A", attributes: { a: 3 } });
          now += 1000;
          edit({ vendor: "humanloop", action: "log", file: "A", version: flow.version_id });
          return (await humanloop.versions(flow)).map(({ attributes }) => Number(attributes.a));
        },
      ));

    it("switches: the times of an answer are the version's or the file's", () =>
      withEach(
        emulator,
        "humanloopTimes",
        [
          ["version", [1, 0]],
          ["file", [0, 1]],
        ],
        async () => {
          now = noon;
          const [first, second] = await two();
          const seconds = (time: string) => Number(time.slice(17, 19));
          const { updated_at } = await humanloop.get(first);
          return [seconds(second.created_at), seconds(updated_at)];
        },
      ));

    it("switches: deleting a deployed version is refused, or takes its deployment away", () =>
      withEach(
        emulator,
        "humanloopDeleteDeployed",
        [
          ["refused", [409, 2, 1]],
          ["undeploys", [204, 1, 0]],
        ],
        async () => {
          const [first] = await two();
          const status = await statusOf(humanloop.deleteVersion(first));
          const deployed = (await humanloop.environments(first)).filter(({ file }) => file);
          return [status, (await humanloop.versions(first)).length, deployed.length];
        },
      ));

    it("switches: deleting the last version is refused, leaves an empty flow, or deletes the flow", () =>
      withEach(
        emulator,
        "humanloopDeleteLast",
        [
          ["refused", [409, 200, 1]],
          ["leavesEmpty", [204, 200, 0]],
          ["deletesFlow", [204, 404, 0]],
        ],
        async () => {
          const flow = await humanloop.upsert({ path: "A", attributes: {} });
          await humanloop.remove(flow, production);
          const status = await statusOf(humanloop.deleteVersion(flow));
          const versions = await statusOf(humanloop.call("GET", `/flows/${flow.id}/versions`));
          return [status, versions, (await humanloop.list()).total];
        },
      ));

    it("switches: an empty flow is told by nothing but its versions and environments, and takes a version that is not live", async () => {
      emulator.switches({ humanloopDeleteLast: "leavesEmpty", humanloopDeleteDeployed: "undeploys" });
      const flow = await humanloop.upsert({ path: "A", attributes: {} });
      await humanloop.deleteVersion(flow);
      for (const answer of [humanloop.read(flow), humanloop.retrieve("A"), humanloop.move(flow, { name: "B" })]) {
        assert.equal(await statusOf(answer), 404);
      }
      const { id, environments, path } = await humanloop.upsert({ path: "A", attributes: {} });
      assert.deepEqual([id, environments, path], [flow.id, [], "A"]);
    });
  });
});
