import assert from "node:assert/strict";
import {
  defaultSwitches,
  type Edit,
  type Emulator,
  humanloopDefaults,
  type Switches,
  startEmulator,
} from "../../testing/src/emulator";
import { detailOf, each, type Flow, type HumanloopClient, humanloopClient } from "./humanloop-client";

const production = { id: humanloopDefaults.production };
const pinned = { evaluator_version_id: "evv_0000000000000000000001" };

describe("emulator: switches of humanloop", () => {
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
  /** Tries a thing with each value of a switch, on an emulator that holds nothing. */
  const withEach = async <Name extends keyof Switches, Expected>(
    name: Name,
    cases: readonly (readonly [Switches[Name], Expected])[],
    attempt: (value: Switches[Name]) => Promise<Expected>,
  ) => {
    assert.equal(defaultSwitches[name], cases[0]?.[0], `${name}: the first case is the default`);
    for (const [value, expected] of cases) {
      emulator.reset();
      emulator.switches({ [name]: value });
      assert.deepEqual(await attempt(value), expected, `${name}: ${value}`);
    }
  };
  const statusOf = async (answer: Promise<{ status: number }>) => (await answer).status;
  /** Two versions, the first of which is live. */
  const two = async (path = "A") => {
    const first = await humanloop.upsert({ path, attributes: { a: 1 } });
    now += 1000;
    return [first, await humanloop.upsert({ path, attributes: { a: 2 } })] as const;
  };

  describe("access and errors", () => {
    it("switches: a file of another organization is 404 or 401", () =>
      withEach(
        "humanloopForeignFile",
        [
          [404, 404],
          [401, 401],
        ],
        async () => {
          const flow = await humanloop.upsert({ path: "A", attributes: {} });
          const theirs = { organization: "other", role: "admin", email: "bob@other.example" } as const;
          emulator.switches({ humanloopKeys: { theirs } });
          return statusOf(humanloopClient(emulator, "theirs").read(flow));
        },
      ));

    it("switches: a member who deploys is refused with 401 or 403", () =>
      withEach(
        "humanloopRoleRefusal",
        [
          [401, 401],
          [403, 403],
        ],
        async () => {
          const flow = await humanloop.upsert({ path: "A", attributes: {} });
          emulator.switches({ humanloopKeys: { member: { ...humanloopDefaults.account, role: "member" } } });
          return statusOf(humanloopClient(emulator, "member").deploy(flow, production, flow));
        },
      ));

    it("switches: the detail of an error is a text, or an object that holds it", () => {
      const text = "There is no flow none";
      return withEach<"humanloopErrorDetail", unknown>(
        "humanloopErrorDetail",
        [
          ["text", text],
          ["description", { description: text }],
          ["msg", { msg: text }],
        ],
        async () => detailOf(await humanloop.read({ id: "none" })),
      );
    });

    it("switches: a 422 over what a request means has a list of places, or the detail of other errors", async () => {
      const text = "A flow needs a path or an id";
      const list = [{ loc: ["body"], msg: text, type: "value_error" }];
      await withEach<"humanloopRefusal422", unknown>(
        "humanloopRefusal422",
        [
          ["list", list],
          ["asOthers", text],
        ],
        async () => detailOf(await humanloop.post({ attributes: {} })),
      );
      emulator.switches({ humanloopErrorDetail: "msg" });
      assert.deepEqual(detailOf(await humanloop.post({ attributes: {} })), { msg: text });
      assert.ok(Array.isArray(detailOf(await humanloop.post({}))));
    });

    it("switches: members without value are null or missing, and nulls in attributes stay", () =>
      withEach(
        "humanloopNoValue",
        [
          ["null", null],
          ["absent", undefined],
        ],
        async () => {
          const flow = await humanloop.upsert({ path: "A", attributes: { none: null } });
          await humanloop.remove(flow, production);
          assert.deepEqual(flow.attributes, { none: null });
          const [environment] = await humanloop.environments(flow);
          const [root] = await humanloop.directories();
          assert.equal(environment?.file, flow.version_name);
          assert.equal(root?.parent_id, flow.version_name);
          assert.equal(flow.description, flow.version_name);
          return flow.version_name;
        },
      ));

    it("switches: unknown members of a request are ignored or refused, those of attributes never", () =>
      withEach(
        "humanloopUnknownMembers",
        [
          ["ignored", [200, 200, 200]],
          ["refused", [422, 422, 422]],
        ],
        async () => {
          const flow = await humanloop.upsert({ path: "A", attributes: { version_name: "inside" } });
          assert.equal(flow.version_name ?? null, null);
          return [
            await statusOf(humanloop.post({ path: "A", attributes: {}, version: "one" })),
            await statusOf(humanloop.patchVersion(flow, { version_name: "one" })),
            await statusOf(humanloop.move(flow, { folder: "B" })),
          ];
        },
      ));
  });

  describe("versions", () => {
    it("switches: attributes are equal whatever their order, also without their nulls, or only as sent", () =>
      withEach(
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

  describe("deployments", () => {
    it("switches: a read where nothing is deployed finds nothing, or the newest version", () =>
      withEach(
        "humanloopNothingDeployed",
        [
          ["notFound", [404, 404]],
          ["newest", [200, 200]],
        ],
        async (value) => {
          const [first] = await two();
          await humanloop.remove(first, production);
          const [read, byPath] = [await humanloop.read(first), await humanloop.retrieve("A")];
          if (value === "newest") assert.deepEqual(Object(read.body).attributes, { a: 2 });
          return [read.status, byPath.status];
        },
      ));

    it("switches: the default environment may be emptied, or not", () =>
      withEach(
        "humanloopRemoveDefault",
        [
          ["allowed", [204, 204]],
          ["refused", [409, 204]],
        ],
        async () => {
          edit({ vendor: "humanloop", action: "createEnvironment", name: "staging" });
          const flow = await humanloop.upsert({ path: "A", attributes: {} });
          const staging = { id: "env_0000000000000000000001" };
          await humanloop.deploy(flow, staging, flow);
          return [await statusOf(humanloop.remove(flow, production)), await statusOf(humanloop.remove(flow, staging))];
        },
      ));

    it("switches: removing what is not deployed is 404 or done", () =>
      withEach(
        "humanloopRemoveNothing",
        [
          [404, 404],
          [204, 204],
        ],
        async () => {
          const flow = await humanloop.upsert({ path: "A", attributes: {} });
          await humanloop.remove(flow, production);
          return statusOf(humanloop.remove(flow, production));
        },
      ));

    it("switches: an unknown environment is 404 or 422, by id and by name", () =>
      withEach(
        "humanloopUnknownEnvironment",
        [
          [404, [404, 404]],
          [422, [422, 422]],
        ],
        async () => {
          const flow = await humanloop.upsert({ path: "A", attributes: {} });
          const deployed = humanloop.deploy(flow, { id: "staging" }, flow);
          return [await statusOf(deployed), await statusOf(humanloop.read(flow, "?environment=staging"))];
        },
      ));
  });

  describe("paths", () => {
    it("switches: a move to a taken path is 409 or 422", () =>
      withEach(
        "humanloopTakenPath",
        [
          [409, 409],
          [422, 422],
        ],
        async () => {
          await humanloop.upsert({ path: "B", attributes: {} });
          return statusOf(humanloop.move(await humanloop.upsert({ path: "A", attributes: {} }), { path: "B" }));
        },
      ));

    it("switches: an upsert at the path of a file of another type is 409 or 422", () =>
      withEach(
        "humanloopUpsertOtherType",
        [
          [409, 409],
          [422, 422],
        ],
        async () => {
          edit({ vendor: "humanloop", action: "createFile", type: "prompt", path: "A" });
          return statusOf(humanloop.post({ path: "A", attributes: {} }));
        },
      ));

    it("switches: the id of a file of another type is 404 or 422 where a flow is asked for", () =>
      withEach(
        "humanloopOtherTypeId",
        [
          [404, [404, 404]],
          [422, [422, 422]],
        ],
        async () => {
          edit({ vendor: "humanloop", action: "createFile", type: "prompt", path: "A" });
          const id = "pr_0000000000000000000001";
          return [await statusOf(humanloop.read({ id })), await statusOf(humanloop.post({ id, attributes: {} }))];
        },
      ));

    it("switches: an upsert by id with another path is refused, moves the flow, or leaves it where it is", () =>
      withEach(
        "humanloopIdAndPath",
        [
          ["refused", [422, "A"]],
          ["moves", [200, "New/B"]],
          ["ignored", [200, "A"]],
        ],
        async () => {
          const { id } = await humanloop.upsert({ path: "A", attributes: {} });
          assert.equal(await statusOf(humanloop.post({ id, path: "A", attributes: {} })), 200);
          const status = await statusOf(humanloop.post({ id, path: "New/B", attributes: { a: 1 } }));
          return [status, (await humanloop.get({ id })).path];
        },
      ));

    it("switches: a move by a path and a name is refused, or the path counts", () =>
      withEach(
        "humanloopMoveBothWays",
        [
          ["refused", [422, "A"]],
          ["path", [200, "B"]],
        ],
        async () => {
          const flow = await humanloop.upsert({ path: "A", attributes: {} });
          const status = await statusOf(humanloop.move(flow, { path: "B", name: "C" }));
          return [status, (await humanloop.get(flow)).path];
        },
      ));

    it("switches: a move to a new directory makes it, or is refused", () =>
      withEach(
        "humanloopMoveNewDirectory",
        [
          ["created", [200, 2]],
          ["refused", [404, 1]],
        ],
        async () => {
          const flow = await humanloop.upsert({ path: "A", attributes: {} });
          const status = await statusOf(humanloop.move(flow, { path: "New/A" }));
          return [status, (await humanloop.directories()).length];
        },
      ));

    it("switches: slashes at the ends of a path are dropped or refused", () =>
      withEach(
        "humanloopSlashes",
        [
          ["dropped", [200, 200]],
          ["refused", [422, 422]],
        ],
        async () => {
          await humanloop.upsert({ path: "Support/A", attributes: {} });
          const upserted = await humanloop.post({ path: "/Support/A/", attributes: {} });
          assert.equal((await humanloop.list()).total, 1);
          return [upserted.status, await statusOf(humanloop.retrieve("/Support/A"))];
        },
      ));
  });

  describe("monitoring and lists", () => {
    const watchedFlow = async (): Promise<Flow> => {
      edit({ vendor: "humanloop", action: "createFile", type: "evaluator", path: "E" });
      const flow = await humanloop.upsert({ path: "A", attributes: {} });
      assert.deepEqual(each(await humanloop.watched(flow, { activate: [pinned] }), "state"), ["active"]);
      return flow;
    };

    it("switches: a deactivated evaluator stays listed, or is gone", () =>
      withEach<"humanloopDeactivated", string[]>(
        "humanloopDeactivated",
        [
          ["listed", ["inactive"]],
          ["removed", []],
        ],
        async () => each(await humanloop.watched(await watchedFlow(), { deactivate: [pinned] }), "state"),
      ));

    it("switches: activating twice, and deactivating what is off, is accepted or refused", () =>
      withEach(
        "humanloopRepeatedActivation",
        [
          ["accepted", [200, 200]],
          ["refused", [409, 409]],
        ],
        async () => {
          const flow = await watchedFlow();
          const twice = await statusOf(humanloop.watch(flow, { activate: [pinned] }));
          await humanloop.watched(flow, { deactivate: [pinned] });
          return [twice, await statusOf(humanloop.watch(flow, { deactivate: [pinned] }))];
        },
      ));

    it("switches: an unknown evaluator is 404 or 422, and nothing of the change is done", () =>
      withEach(
        "humanloopUnknownEvaluator",
        [
          [404, [404, 404]],
          [422, [422, 422]],
        ],
        async () => {
          const flow = await watchedFlow();
          const unknown = { evaluator_id: "ev_none", environment_id: production.id };
          const pin = { evaluator_version_id: flow.version_id };
          const statuses = [
            await statusOf(humanloop.watch(flow, { activate: [unknown], deactivate: [pinned] })),
            await statusOf(humanloop.watch(flow, { deactivate: [pinned, pin] })),
          ];
          assert.deepEqual(each((await humanloop.get(flow)).evaluators, "state"), ["active"]);
          return statuses;
        },
      ));

    it("switches: new flows and versions show in lists at once, or only after some", () =>
      withEach(
        "humanloopListDelay",
        [
          [0, [2, 2, 2, 2]],
          [2, [0, 0, 2, 2]],
        ],
        async () => {
          const [flow] = await two();
          await humanloop.upsert({ path: "B", attributes: {} });
          assert.equal((await humanloop.get(flow)).id, flow.id);
          const flows = [
            (await humanloop.list()).total,
            (await humanloop.files()).total,
            (await humanloop.list()).total,
          ];
          const versions = [];
          for (let times = 0; times < 3; times += 1) versions.push((await humanloop.versions(flow)).length);
          assert.deepEqual(versions, flows);
          return [...flows, (await humanloop.files()).total];
        },
      ));
  });
});
