import assert from "node:assert/strict";
import { ControlError, type Edit, type Emulator, humanloopDefaults, startEmulator } from "../../testing/src/emulator";
import { type Directory, detailOf, each, type Flow, type HumanloopClient, humanloopClient } from "./humanloop-client";

const firstFlow = "fl_0000000000000000000001";
const production = { id: humanloopDefaults.production };
const staging = { id: "env_0000000000000000000001" };
const evaluator = { id: "ev_0000000000000000000001", version_id: "evv_0000000000000000000001" };

describe("emulator: humanloop", () => {
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
  const addStaging = () => edit({ vendor: "humanloop", action: "createEnvironment", name: "staging" });
  const stored = () => emulator.state().humanloop.files;
  const deployments = async (flow: Flow) =>
    (await humanloop.environments(flow)).map(({ name, file }) => [name, file?.version_id ?? null]);

  describe("access", () => {
    it("humanloop: a call without a key, or with one that is not known, is refused with 401", async () => {
      for (const client of [humanloopClient(emulator, ""), humanloopClient(emulator, " ")]) {
        const answer = await client.call("GET", "/flows");
        assert.deepEqual([answer.status, detailOf(answer)], [401, "Invalid or missing API key"]);
      }
      emulator.switches({ humanloopKeys: { known: humanloopDefaults.account } });
      assert.equal((await humanloop.call("GET", "/flows")).status, 401);
      assert.equal((await humanloopClient(emulator, "known").call("GET", "/flows")).status, 200);
    });

    it("humanloop: each organization has files, paths, a root and a production of its own", async () => {
      const ours = await humanloop.upsert({ path: "A", attributes: {} });
      const member = { organization: "other", role: "admin", email: "bob@other.example" } as const;
      emulator.switches({ humanloopKeys: { ours: humanloopDefaults.account, theirs: member } });
      const theirs = humanloopClient(emulator, "theirs");
      assert.deepEqual(await theirs.list(), { records: [], page: 1, size: 10, total: 0 });
      const flow = await theirs.upsert({ path: "A", attributes: {} });
      assert.notEqual(flow.id, ours.id);
      assert.notEqual(flow.directory_id, ours.directory_id);
      assert.notDeepEqual(each(await theirs.environments(flow), "id"), [production.id]);
      assert.equal((await theirs.deploy(flow, production, flow)).status, 404);
      assert.equal((await theirs.told<Directory>("GET", "/directories/root")).id, flow.directory_id);
      assert.equal((await theirs.call("GET", `/directories/${humanloopDefaults.root}`)).status, 404);
      assert.equal((await theirs.delete(ours)).status, 404);
    });

    it("humanloop: members make flows and versions, but only others deploy", async () => {
      const account = (role: "admin" | "developer" | "member") => ({ ...humanloopDefaults.account, role });
      emulator.switches({
        humanloopKeys: { admin: account("admin"), developer: account("developer"), member: account("member") },
      });
      const flow = await humanloopClient(emulator, "member").upsert({ path: "A", attributes: {} });
      for (const [role, statuses] of [
        ["member", [401, 401, 200]],
        ["developer", [200, 204, 200]],
        ["admin", [200, 204, 200]],
      ] as const) {
        const client = humanloopClient(emulator, role);
        const deployed = await client.deploy(flow, production, flow);
        const removed = await client.remove(flow, production);
        assert.deepEqual([deployed.status, removed.status, (await client.move(flow, { name: role })).status], statuses);
      }
    });

    it("humanloop: calls are not limited until the common switch limits them", async () => {
      emulator.switches({ rateLimit: { requests: 1, windowSeconds: 10, retryAfter: true } });
      await humanloop.list();
      const refused = await humanloop.call("GET", "/flows");
      assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "10"]);
      assert.equal(detailOf(refused), "Too many requests");
      emulator.switches({ rateLimit: { requests: 1, windowSeconds: 10, retryAfter: false } });
      assert.equal((await humanloop.call("GET", "/flows")).headers.get("retry-after"), null);
    });

    it("humanloop: what is not described is 404, another method of a path that is 405", async () => {
      for (const [method, path, status, detail] of [
        ["GET", "/evaluators", 404, "Not Found"],
        ["PUT", "/flows/a", 405, "Method Not Allowed"],
        ["POST", "/flows/log", 405, "Method Not Allowed"],
      ] as const) {
        const answer = await humanloop.call(method, path, method === "GET" ? undefined : {});
        assert.deepEqual([answer.status, detailOf(answer)], [status, detail], path);
      }
    });
  });

  describe("deployments", () => {
    it("humanloop: an organization has one environment until a person makes more", async () => {
      const flow = await humanloop.upsert({ path: "A", attributes: {} });
      assert.deepEqual(await deployments(flow), [["production", flow.version_id]]);
      addStaging();
      assert.deepEqual(
        (await humanloop.environments(flow)).map(({ id, name, tag, file }) => [id, name, tag, file?.id ?? null]),
        [
          [production.id, "production", "default", flow.id],
          [staging.id, "staging", "other", null],
        ],
      );
    });

    it("humanloop: deploying moves a pointer, and each environment has its own", async () => {
      addStaging();
      const first = await humanloop.upsert({ path: "A", attributes: { a: 1 } });
      const second = await humanloop.upsert({ path: "A", attributes: { a: 2 } });
      const answer = await humanloop.deploy(first, staging, second);
      assert.deepEqual(Object(answer.body).version_id, second.version_id);
      assert.deepEqual(await deployments(first), [
        ["production", first.version_id],
        ["staging", second.version_id],
      ]);
      assert.deepEqual((await humanloop.get(first, "?environment=staging")).attributes, { a: 2 });
      await humanloop.deploy(first, production, second);
      assert.deepEqual((await humanloop.get(first)).attributes, { a: 2 });
      assert.deepEqual(each((await humanloop.get(first)).environments, "name"), ["production", "staging"]);
      assert.equal((await humanloop.versions(first)).length, 2);
    });

    it("humanloop: a removed deployment leaves its environment empty, and reads of it find nothing", async () => {
      addStaging();
      const flow = await humanloop.upsert({ path: "A", attributes: {} });
      await humanloop.deploy(flow, staging, flow);
      assert.equal((await humanloop.remove(flow, staging)).status, 204);
      assert.deepEqual(await deployments(flow), [
        ["production", flow.version_id],
        ["staging", null],
      ]);
      assert.equal((await humanloop.read(flow, "?environment=staging")).status, 404);
      assert.equal((await humanloop.remove(flow, production)).status, 204);
      assert.equal((await humanloop.read(flow)).status, 404);
      assert.equal((await humanloop.retrieve("A")).status, 404);
      assert.equal((await humanloop.read(flow, `?version_id=${flow.version_id}`)).status, 200);
      assert.equal((await humanloop.moved(flow, { name: "B" })).version_id, flow.version_id);
    });

    it("humanloop: environments are deployed to by id and read by name, in upper and lower case", async () => {
      const flow = await humanloop.upsert({ path: "A", attributes: {} });
      assert.equal((await humanloop.deploy(flow, { id: "production" }, flow)).status, 404);
      assert.equal((await humanloop.get(flow, "?environment=production")).id, flow.id);
      for (const name of ["Production", production.id, "none"]) {
        const answer = await humanloop.read(flow, `?environment=${name}`);
        assert.deepEqual([answer.status, detailOf(answer)], [404, "The environment does not exist"]);
      }
      const other = await humanloop.upsert({ path: "B", attributes: { b: 1 } });
      assert.equal((await humanloop.deploy(flow, production, other)).status, 404);
    });

    it("humanloop: a renamed environment keeps its id and what is deployed there", async () => {
      addStaging();
      const flow = await humanloop.upsert({ path: "A", attributes: {} });
      edit({ vendor: "humanloop", action: "renameEnvironment", environment: "production", name: "live" });
      edit({ vendor: "humanloop", action: "renameEnvironment", environment: staging.id, name: "test" });
      assert.deepEqual(await deployments(flow), [
        ["live", flow.version_id],
        ["test", null],
      ]);
      assert.deepEqual(each(await humanloop.environments(flow), "id"), [production.id, staging.id]);
    });
  });

  describe("monitoring", () => {
    const pinned = { evaluator_version_id: evaluator.version_id };
    const following = { evaluator_id: evaluator.id, environment_id: production.id };
    let flow: Flow;

    beforeEach(async () => {
      edit({ vendor: "humanloop", action: "createFile", type: "evaluator", path: "Accuracy" });
      flow = await humanloop.upsert({ path: "A", attributes: {} });
    });

    it("humanloop: an evaluator is pinned or follows an environment, and a read tells which", async () => {
      const monitors = await humanloop.watched(flow, { activate: [pinned, following] });
      assert.deepEqual(
        monitors.map(({ state, version_reference: { type, file, version, environment } }) => ({
          state,
          type,
          evaluator: Object(file ?? version).id,
          environment: Object(environment).id,
        })),
        [
          { state: "active", type: "environment", evaluator: evaluator.id, environment: production.id },
          { state: "active", type: "version", evaluator: evaluator.id, environment: undefined },
        ],
      );
      const { version_id } = await humanloop.upsert({ path: "A", attributes: { a: 1 } });
      assert.deepEqual((await humanloop.get(flow, `?version_id=${version_id}`)).evaluators, monitors);
    });

    it("humanloop: a change names evaluators and leaves the others, and one that is off stays listed", async () => {
      await humanloop.watched(flow, { activate: [pinned, following] });
      now += 1000;
      const monitors = await humanloop.watched(flow, { deactivate: [pinned] });
      assert.deepEqual(each(monitors, "state"), ["inactive", "active"]);
      assert.deepEqual(
        [monitors[0]?.created_at, monitors[0]?.updated_at],
        ["2026-09-28T12:00:00.000000", "2026-09-28T12:00:01.000000"],
      );
      assert.deepEqual(each(await humanloop.watched(flow, { activate: [pinned] }), "state"), ["active", "active"]);
      await humanloop.watched(flow, { activate: null, deactivate: [] });
      assert.equal(emulator.journal().at(-1)?.wrote, false);
    });

    it("humanloop: an evaluator that is deleted no longer watches", async () => {
      await humanloop.watched(flow, { activate: [pinned, following] });
      edit({ vendor: "humanloop", action: "deleteFile", file: "Accuracy" });
      assert.deepEqual((await humanloop.get(flow)).evaluators, []);
      assert.equal((await humanloop.watch(flow, { activate: [pinned] })).status, 404);
    });
  });

  describe("files and directories", () => {
    it("humanloop: a path leads to a file of any type, and a flow's id to flows only", async () => {
      for (const type of ["prompt", "tool", "dataset", "evaluator", "agent"] as const) {
        edit({ vendor: "humanloop", action: "createFile", type, path: `Files/${type}` });
        const { status, body } = await humanloop.retrieve(`Files/${type}`);
        assert.deepEqual([status, Object(body).type, Object(body).name], [200, type, type]);
        assert.equal((await humanloop.post({ path: `Files/${type}`, attributes: {} })).status, 409);
        assert.equal((await humanloop.read(Object(body))).status, 404);
      }
      const flow = await humanloop.upsert({ path: "Files/flow", attributes: { a: 1 } });
      assert.deepEqual((await humanloop.retrieve("Files/flow")).body, flow);
      assert.equal((await humanloop.retrieve("Files")).status, 404);
      assert.deepEqual(each((await humanloop.list()).records, "type"), ["flow"]);
    });

    it("humanloop: a path can be read in an environment", async () => {
      addStaging();
      const first = await humanloop.upsert({ path: "A", attributes: { a: 1 } });
      const second = await humanloop.upsert({ path: "A", attributes: { a: 2 } });
      await humanloop.deploy(first, staging, second);
      assert.equal(Object((await humanloop.retrieve("A", "?environment=staging")).body).version_id, second.version_id);
      assert.equal((await humanloop.retrieve("A", "?environment=none")).status, 404);
    });

    it("humanloop: files are listed by types, by directory, and by where something is deployed", async () => {
      addStaging();
      edit({ vendor: "humanloop", action: "createFile", type: "prompt", path: "Support/Ask" });
      edit({ vendor: "humanloop", action: "createFile", type: "tool", path: "Supportive" });
      const flow = await humanloop.upsert({ path: "Support/EU/Triage", attributes: {} });
      const names = async (query: string) => each((await humanloop.files(`?order=asc${query}`)).records, "name");
      assert.deepEqual(await names(""), ["Ask", "Supportive", "Triage"]);
      assert.deepEqual(await names("&type=flow&type=tool"), ["Supportive", "Triage"]);
      assert.deepEqual(await names("&path=Support"), ["Ask", "Triage"]);
      assert.deepEqual(await names("&environment=staging"), []);
      await humanloop.deploy(flow, staging, flow);
      assert.deepEqual(await names("&environment=staging"), ["Triage"]);
      assert.deepEqual(await names("&template=true"), []);
      assert.equal((await humanloop.call("GET", "/files?environment=none")).status, 404);
    });

    it("humanloop: directories are made with their parents, and tell what is in them", async () => {
      const made = await humanloop.call("POST", "/directories", { path: "Support/EU" });
      assert.equal(made.status, 201);
      const { id }: Directory = Object(made.body);
      const inside = await humanloop.told<Directory>("POST", "/directories", { name: "Berlin", parent_id: id });
      assert.deepEqual([inside.path, inside.parent_id], ["Support/EU/Berlin", id]);
      assert.equal((await humanloop.told<Directory>("POST", "/directories", { name: "Top" })).path, "Top");
      await humanloop.upsert({ path: "Support/EU/Triage", attributes: {} });
      const { subdirectories, files, parents } = Object(await humanloop.told("GET", `/directories/${id}`));
      assert.deepEqual(
        [each<Directory, "path">(subdirectories, "path"), each<Flow, "name">(files, "name")],
        [["Support/EU/Berlin"], ["Triage"]],
      );
      assert.deepEqual(each<Directory, "path">(parents, "path"), ["", "Support"]);
      for (const [body, status] of [
        [{ path: "Support/EU" }, 409],
        [{ path: "Support/EU/Triage" }, 409],
        [{ name: "A", parent_id: "dir_none" }, 404],
        [{}, 422],
      ] as const) {
        assert.equal((await humanloop.call("POST", "/directories", body)).status, status, JSON.stringify(body));
      }
    });

    it("humanloop: a moved directory takes everything below along", async () => {
      const flow = await humanloop.upsert({ path: "Support/EU/Triage", attributes: {} });
      const [, support] = await humanloop.directories();
      const path = `/directories/${support?.id}`;
      assert.equal((await humanloop.told<Directory>("PATCH", path, { name: "Help" })).path, "Help");
      assert.equal((await humanloop.get(flow)).path, "Help/EU/Triage");
      await humanloop.told("PATCH", path, { path: "Desk/Help" });
      assert.equal((await humanloop.get(flow)).path, "Desk/Help/EU/Triage");
      assert.deepEqual(each(await humanloop.directories(), "path"), ["", "Desk/Help", "Desk/Help/EU", "Desk"]);
      for (const target of ["Desk", "Desk/Help/EU/Inside"]) {
        assert.equal((await humanloop.call("PATCH", path, { path: target })).status, 409);
      }
      assert.equal((await humanloop.call("PATCH", "/directories/root", { path: "A" })).status, 409);
    });

    it("humanloop: only an empty directory can be deleted", async () => {
      const flow = await humanloop.upsert({ path: "Support/A", attributes: {} });
      const path = `/directories/${flow.directory_id}`;
      assert.equal((await humanloop.call("DELETE", path)).status, 409);
      await humanloop.delete(flow);
      assert.equal((await humanloop.call("DELETE", path)).status, 204);
      assert.equal((await humanloop.call("DELETE", path)).status, 404);
      assert.equal((await humanloop.call("DELETE", "/directories/root")).status, 409);
    });
  });

  describe("edits and seeds", () => {
    it("humanloop: a person or a running application does what calls do, and it is no call", async () => {
      addStaging();
      const vendor = "humanloop";
      edit({ vendor, action: "upsertFlow", set: { path: "A", attributes: { a: 1 } } });
      edit({ vendor, action: "upsertFlow", set: { path: "A", attributes: { a: 2 }, version_name: "two" } });
      const [first, second] = stored()[0]?.versions ?? [];
      assert.ok(first !== undefined && second !== undefined);
      edit({ vendor, action: "deploy", file: "A", environment: "staging", version: second.version_id });
      edit({ vendor, action: "deploy", file: firstFlow, environment: production.id });
      edit({ vendor, action: "renameVersion", file: "A", version: first.version_id, name: "one" });
      edit({ vendor, action: "deleteVersion", file: "A", version: first.version_id });
      edit({ vendor, action: "moveFile", file: "A", path: "Support/B" });
      edit({ vendor, action: "annotateFile", file: "Support/B", set: { description: "d", tags: ["t"] } });
      edit({ vendor, action: "createFile", type: "evaluator", path: "E", attributes: { inputs: [{ name: "q" }] } });
      edit({
        vendor,
        action: "monitor",
        file: "Support/B",
        set: { activate: [{ evaluator_version_id: evaluator.version_id }] },
      });
      assert.deepEqual(emulator.journal(), []);
      const flow = await humanloop.get({ id: firstFlow }, "?environment=staging");
      assert.deepEqual(
        [flow.path, flow.version_name, flow.description, flow.attributes, flow.evaluators.length],
        ["Support/B", "two", "d", { a: 2 }, 1],
      );
      assert.deepEqual(await deployments(flow), [
        ["production", null],
        ["staging", second.version_id],
      ]);
      edit({ vendor, action: "deleteFile", file: firstFlow });
      assert.equal((await humanloop.read(flow)).status, 404);
    });

    it("humanloop: logs count for the version that they are of, and show when it was last used", async () => {
      const first = await humanloop.upsert({ path: "A", attributes: { a: 1 } });
      const second = await humanloop.upsert({ path: "A", attributes: { a: 2 } });
      now += 60_000;
      edit({ vendor: "humanloop", action: "log", file: "A", times: 3 });
      edit({ vendor: "humanloop", action: "log", file: "A", version: second.version_id });
      const counts = (await humanloop.versions(first)).map((row) => [row.attributes.a, row.version_logs_count]);
      assert.deepEqual(counts, [
        [2, 1],
        [1, 3],
      ]);
      assert.equal((await humanloop.get(first)).last_used_at, "2026-09-28T12:01:00.000000");
    });

    it("humanloop: an edit that makes no sense is refused, and changes nothing", async () => {
      await humanloop.upsert({ path: "A", attributes: {}, version_name: "one" });
      const before = emulator.state();
      for (const wrong of [
        { action: "deleteFile", file: "none" },
        { action: "deploy", file: "A", environment: "none" },
        { action: "deploy", file: "A", environment: "production", version: "none" },
        { action: "upsertFlow", set: { path: "A", attributes: { a: 1 }, version_name: "one" } },
        { action: "moveFile", file: "A" },
        { action: "createFile", type: "flow", path: "A" },
        { action: "createEnvironment", name: "production" },
        { action: "explode" },
      ] as const) {
        assert.throws(() => emulator.edit(JSON.parse(JSON.stringify({ vendor: "humanloop", ...wrong }))), ControlError);
      }
      assert.deepEqual(emulator.state(), before);
    });

    it("humanloop: a seed names paths and attributes, and the rest is filled in", async () => {
      const seeded = await startEmulator({
        seed: {
          humanloop: {
            environments: [{ name: "staging" }],
            files: [
              {
                path: "Support/Triage",
                versions: [{ attributes: { a: 1 } }, { attributes: { a: 2 }, version_name: "two" }],
              },
              { path: "Accuracy", type: "evaluator", versions: [{ attributes: {} }], deployments: {} },
            ],
          },
        },
      });
      try {
        const client = humanloopClient(seeded);
        const flow = await client.get({ id: firstFlow });
        assert.deepEqual(
          [flow.path, flow.attributes, each(flow.environments, "name")],
          ["Support/Triage", { a: 1 }, ["production"]],
        );
        assert.deepEqual(each(await client.environments(flow), "name"), ["production", "staging"]);
        await client.watched(flow, { activate: [{ evaluator_id: evaluator.id, environment_id: staging.id }] });
        await client.upsert({ path: "Other", attributes: {} });
        const state = seeded.state().humanloop;
        const again = await startEmulator({ seed: { humanloop: state } });
        assert.deepEqual(again.state().humanloop, state);
        const ids = [
          (await humanloopClient(again).upsert({ path: "New", attributes: {} })).id,
          ...each(state.files, "id"),
        ];
        assert.equal(new Set(ids).size, 4);
        await again.close();
      } finally {
        await seeded.close();
      }
    });

    it("humanloop: a seed that contradicts itself is refused", async () => {
      for (const humanloop of [
        { files: [{ path: "A" }, { path: "A" }] },
        {
          files: [
            { path: "A", id: "fl_1" },
            { path: "B", id: "fl_1" },
          ],
        },
        { files: [{ path: "A", versions: [{ attributes: {}, version_id: "flv_1" }], deployments: { none: "flv_1" } }] },
        { files: [{ path: "A", deployments: { [production.id]: "flv_1" } }] },
        { directories: [{ path: "A" }, { path: "A" }] },
      ]) {
        await assert.rejects(startEmulator({ seed: { humanloop } }), ControlError);
      }
    });
  });
});
