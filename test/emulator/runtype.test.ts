import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { type Emulator, runtypeDefaults, startEmulator } from "../../testing/src/emulator";
import { errorOf, placesOf, prompt, type RuntypeClient, runtypeClient } from "./runtype-client";

const firstFlow = "flow_01jv0000000000000000000001";

describe("emulator: runtype", () => {
  let emulator: Emulator;
  let runtype: RuntypeClient;
  const noon = Date.UTC(2026, 8, 28, 12);
  let now = noon;

  before(async () => {
    emulator = await startEmulator({ now: () => now });
    runtype = runtypeClient(emulator);
  });
  beforeEach(() => {
    now = noon;
    emulator.reset();
  });
  after(() => emulator.close());

  describe("access", () => {
    it("runtype: a call without a bearer key is refused with 401", async () => {
      for (const headers of [{}, { authorization: "Basic abc" }, { authorization: "Bearer " }]) {
        const answer = await runtypeClient(emulator, "", headers).call("GET", "/flows");
        assert.deepEqual([answer.status, answer.body], [401, { error: "Unauthorized" }]);
      }
    });

    it("runtype: every key reaches the one account, unless keys are given accounts of their own", async () => {
      const flow = await runtype.create({ name: "Ours" });
      assert.deepEqual(await runtypeClient(emulator, "rt_test_2").names(), ["Ours"]);
      const mine = { userId: "user_2", organizationId: null };
      emulator.switches({ runtypeKeys: { ours: runtypeDefaults, mine, also: { ...mine } } });
      assert.equal((await runtype.call("GET", "/flows")).status, 401);
      assert.deepEqual(await runtypeClient(emulator, "ours").names(), ["Ours"]);
      const alone = runtypeClient(emulator, "mine");
      assert.deepEqual(await alone.names(), []);
      const { userId, organizationId } = await alone.create({ name: "Mine" });
      assert.deepEqual({ userId, organizationId }, mine);
      assert.deepEqual(await runtypeClient(emulator, "also").names(), ["Mine"]);
      assert.deepEqual(await alone.told("GET", "/auth/me"), { userId: "user_2", hasOrganization: false });
      assert.equal((await alone.delete(flow)).status, 404);
    });

    it("runtype: a key tells whose it is", async () => {
      const { body } = await runtype.call("GET", "/auth/me");
      const { userId, organizationId: orgId } = runtypeDefaults;
      assert.deepEqual(body, { userId, hasOrganization: true, orgId, orgRole: "admin", orgSlug: "acme" });
    });

    it("runtype: a flow of another account is 404 or 403, on every call that names it", async () => {
      const { id } = await runtype.create({ name: "Ours" });
      emulator.switches({ runtypeKeys: { theirs: { userId: "user_2", organizationId: "org_2" } } });
      const theirs = runtypeClient(emulator, "theirs");
      for (const status of [404, 403] as const) {
        emulator.switches({ runtypeForeignFlow: status });
        for (const [method, path, body] of [
          ["GET", `/flows/${id}`],
          ["PUT", `/flows/${id}`, { name: "Theirs" }],
          ["DELETE", `/flows/${id}`],
          ["POST", `/flows/${id}/publish`],
          ["GET", `/flows/${id}/step-results`],
          ["GET", `/flows/${id}/export-runtime`],
          ["GET", `/flow-steps/flow/${id}`],
          ["GET", `/flow-versions/${id}`],
          ["POST", `/flow-versions/${id}/publish`, { versionId: "flowver_01jv0000000000000000000001" }],
        ] as const) {
          const answer = await theirs.call(method, path, body);
          assert.deepEqual([answer.status, typeof errorOf(answer)], [status, "string"], `${method} ${path}`);
        }
      }
    });

    it("runtype: every answer tells the quota of the hour, and a call too many when to come again", async () => {
      emulator.switches({ runtypeHourlyCalls: 2 });
      const quota = ({ status, headers }: { status: number; headers: Headers }) => [
        status,
        ...["limit", "remaining", "reset"].map((name) => headers.get(`x-ratelimit-${name}`)),
        headers.get("retry-after"),
      ];
      const resets = String(noon / 1000 + 3600);
      const list = () => runtype.call("GET", "/flows");
      assert.deepEqual(quota(await list()), [200, "2", "1", resets, null]);
      assert.deepEqual(quota(await runtype.call("GET", "/flows/none")), [404, "2", "0", resets, null]);
      now += 600_000;
      const refused = await list();
      assert.deepEqual(quota(refused), [429, "2", "0", resets, "3000"]);
      assert.deepEqual(refused.body, { error: "Rate limit exceeded" });
      assert.equal((await runtypeClient(emulator, "another").call("GET", "/flows")).status, 200);
      now += 3_000_001;
      assert.equal((await list()).status, 200);
    });

    it("runtype: without a switch a key has 1,000 calls an hour, and the common switch sets another quota", async () => {
      const limit = async () => (await runtype.call("GET", "/flows")).headers.get("x-ratelimit-limit");
      assert.equal(await limit(), "1000");
      emulator.switches({ rateLimit: { requests: 7, windowSeconds: 10, retryAfter: true } });
      assert.equal(await limit(), "7");
    });

    it("runtype: what is not described answers 404, also another method of a path that is", async () => {
      const flow = await runtype.create({ name: "A" });
      for (const [method, path] of [
        ["PATCH", `/flows/${flow.id}`],
        ["GET", `/flows/${flow.id}/steps`],
        ["POST", "/dispatch"],
        ["GET", "/agents"],
      ] as const) {
        const answer = await runtype.call(method, path, method === "GET" ? undefined : {});
        assert.deepEqual([answer.status, answer.body], [404, { error: "Not found" }]);
      }
    });

    it("runtype: sixteen kept connections write and read at once, and nothing is lost", async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 16 });
      const headers = { authorization: "Bearer k", "content-type": "application/json" };
      const post = (name: string) =>
        new Promise<number | undefined>((resolve, reject) => {
          request(`${emulator.url}/v1/flows`, { method: "POST", agent, headers }, (response) => {
            response.resume().on("end", () => resolve(response.statusCode));
          })
            .on("error", reject)
            .end(JSON.stringify({ name }));
        });
      const statuses = await Promise.all(Array.from({ length: 200 }, (_, index) => post(`flow ${index}`)));
      agent.destroy();
      assert.ok(statuses.every((status) => status === 201));
      assert.equal(new Set(emulator.state().runtype.flows.map(({ id }) => id)).size, 200);
    });
  });

  describe("flows", () => {
    it("runtype: a new flow has counted ids, numbered steps, and no version in its answer", async () => {
      const { body } = await runtype.post({ name: "Greeter", flowSteps: [prompt("Ask", { when: "a > 1" })] });
      assert.deepEqual(body, {
        id: firstFlow,
        name: "Greeter",
        description: null,
        ...runtypeDefaults,
        createdAt: "2026-09-28T12:00:00.000Z",
        updatedAt: "2026-09-28T12:00:00.000Z",
        lastRunAt: null,
        lastModifiedSource: "api",
        flowSteps: [
          {
            id: "step_01jv0000000000000000000001",
            type: "prompt",
            name: "Ask",
            order: 1,
            enabled: true,
            config: { model: "m", userPrompt: "Hi", text: "Hi" },
          },
        ],
        stepCount: 1,
        sampleMetadata: {},
        dashboardUrl: `https://app.runtype.example/flows/${firstFlow}`,
      });
    });

    it("runtype: a creation takes `steps` for `flowSteps`, an update does not", async () => {
      const flow = await runtype.create({ name: "A", steps: [prompt("one")] });
      assert.deepEqual(
        flow.flowSteps.map(({ name }) => name),
        ["one"],
      );
      assert.equal((await runtype.update(flow, { steps: [] })).flowSteps.length, 1);
      assert.equal((await runtype.create({ name: "Empty" })).flowSteps.length, 0);
    });

    it("runtype: an update changes what it names, and a list of steps replaces the whole list", async () => {
      const flow = await runtype.create({ name: "A", description: "d", flowSteps: [prompt("one"), prompt("two")] });
      now += 1000;
      const renamed = await runtype.update(flow, { name: "B" });
      assert.deepEqual([renamed.id, renamed.name, renamed.description], [flow.id, "B", "d"]);
      assert.deepEqual([renamed.flowSteps, renamed.updatedAt], [flow.flowSteps, "2026-09-28T12:00:01.000Z"]);
      const shorter = await runtype.update(flow, { flowSteps: flow.flowSteps.slice(1) });
      assert.deepEqual(shorter.flowSteps, flow.flowSteps.slice(1));
      assert.deepEqual((await runtype.update(flow, { flowSteps: [] })).flowSteps, []);
      assert.equal((await runtype.get(flow)).name, "B");
    });

    it("runtype: sent orders are kept as they are, and steps are told by their order", async () => {
      const { flowSteps } = await runtype.create({
        name: "A",
        flowSteps: [prompt("last", { order: 70 }), prompt("first", { order: -3 })],
      });
      assert.deepEqual(
        flowSteps.map(({ name, order }) => [name, order]),
        [
          ["first", -3],
          ["last", 70],
        ],
      );
    });

    it("runtype: the list of steps tells of each its condition and whose it is", async () => {
      const flow = await runtype.create({ name: "A", flowSteps: [prompt("one", { when: "x" }), prompt("two")] });
      const { body } = await runtype.call("GET", `/flow-steps/flow/${flow.id}`);
      assert.deepEqual([Object(body).flowId, Object(body).flowName], [flow.id, "A"]);
      const steps = await runtype.steps(flow);
      assert.deepEqual(
        steps.map(({ when }) => when),
        ["x", null],
      );
      assert.equal(Object(steps[0]).userId, runtypeDefaults.userId);
    });

    it("runtype: a deletion takes versions and step results along, and the second one is 404", async () => {
      const flow = await runtype.create({ name: "A", flowSteps: [prompt("one")] });
      emulator.edit({ vendor: "runtype", action: "runFlow", flow: flow.id });
      const answer = await runtype.delete(flow);
      assert.deepEqual([answer.status, answer.body], [204, undefined]);
      assert.deepEqual(emulator.state().runtype, { flows: [], versions: [], stepResults: [] });
      assert.equal((await runtype.delete(flow)).status, 404);
      assert.equal((await runtype.put(flow, { name: "B" })).status, 404);
    });

    it("runtype: a refused request says where it is wrong, and changes nothing", async () => {
      const wrong = await runtype.post({ flowSteps: [{ type: "fetch-github", config: "text" }] });
      assert.equal(wrong.status, 400);
      assert.deepEqual(placesOf(wrong), [
        ["name", "MISSING_REQUIRED_FIELD"],
        ["flowSteps[0].name", "MISSING_REQUIRED_FIELD"],
        ["flowSteps[0].type", "INVALID_ENUM"],
        ["flowSteps[0].config", undefined],
      ]);
      assert.deepEqual(placesOf(await runtype.post({ name: "" })), [["name", undefined]]);
      assert.equal((await runtype.post("{")).status, 400);
      assert.equal((await runtype.call("GET", "/flows?limit=many")).status, 400);
      assert.deepEqual(await runtype.names(), []);
    });

    it("runtype: exporting needs a plan", async () => {
      const flow = await runtype.create({ name: "A" });
      const answer = await runtype.call("GET", `/flows/${flow.id}/export-runtime`);
      assert.deepEqual([answer.status, Object(answer.body).code], [403, "BYOC_PLAN_REQUIRED"]);
    });

    it("runtype: a run over a type of records finds none here, and leaves no trace", async () => {
      const flow = await runtype.create({ name: "A", flowSteps: [prompt("one")] });
      const run = await runtype.call("POST", `/flows/${flow.id}/run-on-record-type`, { recordType: "customer" });
      assert.deepEqual([run.status, Object(run.body).recordCount], [200, 0]);
      assert.equal((await runtype.get(flow)).lastRunAt, null);
    });
  });

  describe("list", () => {
    const many = async (count: number) => {
      for (let index = 1; index <= count; index += 1) {
        now += 1000;
        await runtype.create({ name: `flow ${String(index).padStart(3, "0")}` });
      }
    };

    it("runtype: the list is newest first, in pages of 20 unless more are asked for, of 100 at most", async () => {
      emulator.switches({ runtypeHourlyCalls: 10_000 });
      await many(103);
      const usual = await runtype.list();
      assert.deepEqual([usual.data.length, usual.data[0]?.name], [20, "flow 103"]);
      assert.deepEqual(Object.keys(usual.data[0] ?? {}), [
        "id",
        "name",
        "createdAt",
        "updatedAt",
        "lastRunAt",
        "lastModifiedSource",
      ]);
      assert.equal((await runtype.list("?limit=500")).data.length, 100);
      assert.equal((await runtype.list("?limit=0")).data.length, 1);
    });

    it("runtype: cursors lead to every flow once, forth and back", async () => {
      await many(7);
      const pages: string[][] = [];
      let page = await runtype.list("?limit=3");
      for (;;) {
        pages.push(page.data.map(({ name }) => name.slice(-1)));
        const { hasMore, nextCursor } = page.pagination;
        assert.equal(hasMore, nextCursor !== null);
        if (nextCursor === null) break;
        page = await runtype.list(`?limit=3&cursor=${nextCursor}&direction=next`);
      }
      assert.deepEqual(pages, [["7", "6", "5"], ["4", "3", "2"], ["1"]]);
      const back: string[][] = [];
      while (page.pagination.prevCursor !== null) {
        assert.equal(page.pagination.hasPrev, true);
        page = await runtype.list(`?limit=3&cursor=${page.pagination.prevCursor}&direction=prev`);
        back.push(page.data.map(({ name }) => name.slice(-1)));
      }
      assert.deepEqual(back, [
        ["4", "3", "2"],
        ["7", "6", "5"],
      ]);
      assert.deepEqual([page.pagination.hasPrev, page.pagination.currentOffset], [false, 0]);
    });

    it("runtype: what is made or deleted between two pages moves nothing", async () => {
      await many(5);
      const { data, pagination } = await runtype.list("?limit=2");
      await runtype.create({ name: "newer" });
      for (const { id } of data) await runtype.delete({ id });
      const next = await runtype.names(`?limit=2&cursor=${pagination.nextCursor}`);
      assert.deepEqual(next, ["flow 003", "flow 002"]);
      const answer = await runtype.call("GET", "/flows?cursor=nonsense");
      assert.deepEqual([answer.status, placesOf(answer)], [400, [["cursor", undefined]]]);
    });

    it("runtype: a search finds parts of names in any case; counts come only when asked for", async () => {
      for (const name of ["Order bot", "REORDER", "Greeter"]) await runtype.create({ name });
      assert.deepEqual(await runtype.names("?search=order"), ["REORDER", "Order bot"]);
      const counted = await runtype.list("?search=order&limit=1&includeCount=true");
      const { currentPage, totalCount, totalPages } = counted.pagination;
      assert.deepEqual([currentPage, totalCount, totalPages], [1, 2, 2]);
      assert.ok(!("totalCount" in (await runtype.list()).pagination));
    });

    it("runtype: the compact view cuts long names, the full one does not", async () => {
      await runtype.create({ name: "x".repeat(101) });
      assert.deepEqual(await runtype.names("?view=compact"), [`${"x".repeat(100)}…`]);
      assert.deepEqual(await runtype.names(), ["x".repeat(101)]);
    });
  });

  describe("provenance", () => {
    for (const [source, headers] of [
      ["api", { "user-agent": "pulumi-flows/0.1.0" }],
      ["api", { "user-agent": "not-runtype-sdk/1" }],
      ["sdk", { "user-agent": "runtype-sdk/5.5.0 (python)" }],
      ["sdk", { "x-runtype-client": "sdk" }],
      ["terraform", { "user-agent": "Terraform/1.9" }],
      ["terraform", { "x-runtype-client": "terraform", "user-agent": "runtype-sdk/1" }],
      ["mcp", { "x-runtype-client": "mcp" }],
    ] as const) {
      it(`runtype: a write with ${JSON.stringify(headers)} counts as ${source}`, async () => {
        emulator.edit({ vendor: "runtype", action: "createFlow", set: { name: "A" } });
        const client = runtypeClient(emulator, "k", headers);
        const created = await client.create({ name: "B" });
        const updated = await client.update({ id: firstFlow }, { description: "d" });
        assert.deepEqual([created.lastModifiedSource, updated.lastModifiedSource], [source, source]);
      });
    }
  });

  describe("edits, seeds and state", () => {
    it("runtype: what a person changes counts as dashboard and adds a draft", async () => {
      const flow = await runtype.create({ name: "A", flowSteps: [prompt("one", { when: "x" })] });
      const set = {
        name: "B",
        description: "by hand",
        flowSteps: [{ ...prompt("two"), id: flow.flowSteps[0]?.id ?? "" }],
      };
      now += 1000;
      emulator.edit({ vendor: "runtype", action: "updateFlow", flow: "A", set });
      const read = await runtype.get(flow);
      assert.deepEqual(
        [read.name, read.description, read.lastModifiedSource, read.updatedAt],
        ["B", "by hand", "dashboard", "2026-09-28T12:00:01.000Z"],
      );
      assert.deepEqual([read.flowSteps[0]?.id, read.flowSteps[0]?.name], [flow.flowSteps[0]?.id, "two"]);
      assert.equal((await runtype.versions(flow)).versions.length, 2);
    });

    it("runtype: a person creates, publishes an older version, and deletes", async () => {
      emulator.edit({ vendor: "runtype", action: "createFlow", set: { name: "A", flowSteps: [prompt("old")] } });
      const flow = { id: firstFlow };
      const [first] = (await runtype.versions(flow)).versions;
      await runtype.update(flow, { flowSteps: [prompt("new")] });
      emulator.edit({ vendor: "runtype", action: "publishFlow", flow: "A" });
      assert.equal((await runtype.get(flow)).lastModifiedSource, "dashboard");
      assert.notEqual((await runtype.versions(flow)).publishedVersionId, first?.id);
      emulator.edit({ vendor: "runtype", action: "publishFlow", flow: "A", version: first?.id ?? "" });
      assert.equal((await runtype.get(flow)).flowSteps[0]?.name, "old");
      emulator.edit({ vendor: "runtype", action: "deleteFlow", flow: "A" });
      assert.deepEqual(await runtype.names(), []);
    });

    it("runtype: a run moves lastRunAt, and gives every enabled step a result that can be asked for", async () => {
      const flowSteps = [prompt("on"), prompt("off", { enabled: false }), prompt("also")];
      const flow = await runtype.create({ name: "A", flowSteps });
      const results = (query = "") => runtype.call("GET", `/flows/${flow.id}/step-results${query}`);
      assert.deepEqual(Object((await results()).body).data, []);
      now += 5000;
      emulator.edit({ vendor: "runtype", action: "runFlow", flow: flow.id, times: 2 });
      const read = await runtype.get(flow);
      assert.deepEqual([read.lastRunAt, read.updatedAt], ["2026-09-28T12:00:05.000Z", flow.updatedAt]);
      const page = Object((await results("?limit=3")).body);
      assert.deepEqual(page.pagination, { limit: 3, offset: 0, returned: 3, hasMore: true });
      assert.equal(Object((await results("?limit=3&offset=3")).body).data.length, 1);
      const stepId = flow.flowSteps[0]?.id;
      assert.equal(Object((await results(`?stepId=${stepId}`)).body).data.length, 2);
      assert.equal(Object((await results("?status=failed")).body).data.length, 0);
      assert.equal(Object((await results("?from=2026-09-28T12:00:06.000Z")).body).data.length, 0);
    });

    it("runtype: an edit that makes no sense is refused", () => {
      emulator.edit({ vendor: "runtype", action: "createFlow", set: { name: "A" } });
      emulator.edit({ vendor: "runtype", action: "createFlow", set: { name: "A" } });
      const edit = (rest: object) => () => emulator.edit(Object({ vendor: "runtype", ...rest }));
      assert.throws(edit({ action: "deleteFlow", flow: "none" }), /0 flows have the id or name 'none'/);
      assert.throws(edit({ action: "deleteFlow", flow: "A" }), /2 flows have the id or name 'A'/);
      assert.throws(edit({ action: "publishFlow", flow: firstFlow, version: "v" }), /no version v/);
      assert.throws(edit({ action: "renameFlow", flow: "A" }), /action/);
    });

    it("runtype: a state is a seed of the same state, and new ids avoid those in it", async () => {
      const flow = await runtype.create({ name: "A", flowSteps: [prompt("one", { when: "x" }), prompt("two")] });
      await runtype.publish(flow);
      emulator.edit({ vendor: "runtype", action: "runFlow", flow: "A" });
      const { runtype: seed } = emulator.state();
      const copy = await startEmulator({ seed: { runtype: seed }, now: () => now });
      try {
        assert.deepEqual(copy.state().runtype, seed);
        const { id, flowSteps } = await runtypeClient(copy).create({ name: "B", flowSteps: [prompt("three")] });
        assert.deepEqual(
          [id, flowSteps[0]?.id],
          ["flow_01jv0000000000000000000002", "step_01jv0000000000000000000003"],
        );
      } finally {
        await copy.close();
      }
    });

    it("runtype: of a seeded flow only the name must be given; a seed that contradicts itself is refused", async () => {
      const seeded = await startEmulator({
        seed: { runtype: { flows: [{ name: "A", flowSteps: [prompt("one")] }] } },
      });
      try {
        const client = runtypeClient(seeded);
        const flow = await client.get({ id: firstFlow });
        assert.deepEqual([flow.lastModifiedSource, flow.flowSteps[0]?.order], ["dashboard", 1]);
        assert.deepEqual((await client.versions(flow)).versions, []);
      } finally {
        await seeded.close();
      }
      const flows = [{ id: "f", name: "A" }];
      const start = (runtype: object) => startEmulator({ seed: { runtype } });
      await assert.rejects(start({ flows: [...flows, ...flows] }), /two rows f/);
      await assert.rejects(start({ flows: [{ name: "A", publishedVersionId: "v" }] }), /has no version v/);
      const version = { flowId: "g", versionNumber: 1, flowSteps: [] };
      await assert.rejects(start({ flows, versions: [version] }), /there is no flow g/);
      await assert.rejects(start({ flows: [{}] }), /name: Field required/);
    });
  });
});
