import assert from "node:assert/strict";
import { type Edit, type Emulator, humanloopDefaults, startEmulator } from "../../testing/src/emulator";
import {
  detailOf,
  each,
  type Flow,
  type HumanloopClient,
  humanloopClient,
  statusOf,
  withEach,
} from "./humanloop-client";

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
  /** Two versions, the first of which is live. */
  const two = async (path = "A") => {
    const first = await humanloop.upsert({ path, attributes: { a: 1 } });
    now += 1000;
    return [first, await humanloop.upsert({ path, attributes: { a: 2 } })] as const;
  };

  describe("access and errors", () => {
    it("switches: a file of another organization is 404 or 401", () =>
      withEach(
        emulator,
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
        emulator,
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
        emulator,
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
        emulator,
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
        emulator,
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
        emulator,
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

  describe("deployments", () => {
    it("switches: a read where nothing is deployed finds nothing, or the newest version", () =>
      withEach(
        emulator,
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
        emulator,
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
        emulator,
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
        emulator,
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
        emulator,
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
        emulator,
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
        emulator,
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
        emulator,
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
        emulator,
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
        emulator,
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
        emulator,
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
        emulator,
        "humanloopDeactivated",
        [
          ["listed", ["inactive"]],
          ["removed", []],
        ],
        async () => each(await humanloop.watched(await watchedFlow(), { deactivate: [pinned] }), "state"),
      ));

    it("switches: activating twice, and deactivating what is off, is accepted or refused", () =>
      withEach(
        emulator,
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
        emulator,
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
        emulator,
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
