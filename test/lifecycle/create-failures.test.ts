import assert from "node:assert/strict";
import { FlowError, PartialFailure } from "../../provider/lifecycle/errors";
import type { FaultAction } from "../../testing/src/emulator";
import { failureAs, failureOf } from "../harness/failure-of";
import { KosliBench } from "../harness/kosli-lifecycle";
import { edit, fault, flowNamed, flowsNamed, writes } from "../harness/kosli-world";
import { meanwhile } from "../harness/meanwhile";

const TEMPLATE = "version: 1\ntrail:\n  attestations:\n    - name: review\n      type: pull_request\n";

describe("create: what goes wrong", () => {
  let bench: KosliBench;
  before(async () => {
    bench = await KosliBench.start();
  });
  afterEach(() => bench.emulator.reset());
  after(() => bench.emulator.close());

  const create = (args: Record<string, unknown>, run = bench.run()) => run.lifecycle.create(bench.inputs(args));

  describe("an answer that never came", () => {
    const lost: [string, FaultAction][] = [
      ["a 500", { status: 500 }],
      ["a 503 with Retry-After", { status: 503, headers: { "retry-after": "1" } }],
      ["a reset", { reset: true }],
      ["no answer at all", { hang: true }],
      ["a truncated body", { truncate: true }],
      ["a web page with 200", { html: true }],
      ["a success that is not Kosli's", { status: 200, body: { hello: "world" } }],
    ];

    for (const [what, action] of lost) {
      it(`create: ${what} after the write makes one flow, not two, and it is ours`, async () => {
        bench.emulator.faults([fault("putFlow", "after", action)]);
        const run = bench.run({ timeout: 150 });
        const { id, state } = await create({ name: "web", description: "d", template: TEMPLATE }, run);
        assert.equal(id, "acme/web");
        assert.deepEqual(
          flowsNamed(bench).map((flow) => [flow.id, flow.description, flow.template]),
          [[state.vendorId, "d", TEMPLATE]],
        );
        const operations = bench.emulator.journal().map(({ operation }) => operation);
        assert.deepEqual(operations, ["getFlow", "putFlow", "getFlow", "getFlow"]);
        assert.deepEqual(run.log.at("warn"), []);
      });

      it(`create: ${what} before the write is followed by one more try, since nothing is there`, async () => {
        bench.emulator.faults([fault("putFlow", "before", action)]);
        const { state } = await create({ name: "web", description: "d" }, bench.run({ timeout: 150 }));
        const operations = bench.emulator.journal().map(({ operation }) => operation);
        assert.deepEqual(operations, ["getFlow", "putFlow", "getFlow", "putFlow", "getFlow"]);
        assert.deepEqual(
          flowsNamed(bench).map((flow) => flow.id),
          [state.vendorId],
        );
      });
    }

    it("create: tags are set also when the answer to the creation was lost", async () => {
      bench.emulator.faults([fault("putFlow", "after", { reset: true })]);
      await create({ name: "web", tags: { team: "shop" } });
      assert.deepEqual(flowNamed(bench, "web").tags, { team: "shop" });
    });

    it("create: what appears after a lost answer but differs is not taken for ours", async () => {
      bench.emulator.faults([fault("putFlow", "before", { status: 500 })]);
      const run = bench.run();
      meanwhile(run, "PUT", "/template_file", () => edit(bench, "create", "web", { description: "theirs" }));
      const error = await failureAs(FlowError, create({ name: "web", description: "ours" }, run));
      assert.equal(error.kind, "outcomeUnknown");
      assert.equal(
        error.message,
        'It is not known whether Kosli flow "acme/web" was created: PUT /api/v2/flows/acme/template_file was refused with 500: Injected fault 500; ' +
          "a flow of this name exists now, but differs in description. Look at it in the vendor's UI. " +
          "If it is yours, take it over: `PULUMI_FLOWS_ADOPT=acme/web pulumi up`; if nothing is there, run `pulumi up` again.",
      );
      assert.equal(flowNamed(bench, "web").description, "theirs");
    });

    it("create: two attempts without an answer and no flow end in an unknown outcome, not in a third attempt", async () => {
      bench.emulator.faults([fault("putFlow", "before", { status: 500 }, { times: 0 })]);
      const error = await failureAs(FlowError, create({ name: "web" }));
      assert.equal(error.kind, "outcomeUnknown");
      assert.match(error.message, /; no flow of this name shows\. /);
      assert.deepEqual(bench.calls(), ["getFlow 404", "putFlow 500", "getFlow 404", "putFlow 500", "getFlow 404"]);
      assert.deepEqual(flowsNamed(bench), []);
    });

    it("create: an unknown outcome that cannot be looked up says so", async () => {
      bench.emulator.faults([
        fault("putFlow", "after", { reset: true }),
        fault("getFlow", "before", { status: 403 }, { index: 2 }),
      ]);
      const error = await failureAs(FlowError, create({ name: "web" }));
      assert.equal(error.kind, "outcomeUnknown");
      assert.match(error.message, /broke off \(ECONNRESET\); looking for it failed too: GET \S+ was refused with 403/);
    });

    it("create: what an unknown outcome left is taken over in the next run as its message says", async () => {
      bench.emulator.faults([
        fault("putFlow", "after", { reset: true }),
        fault("getFlow", "before", { status: 403 }, { index: 2 }),
      ]);
      const args = { name: "web", tags: { team: "shop" } };
      const error = await failureOf(create(args));
      assert.match(error.message, /`PULUMI_FLOWS_ADOPT=acme\/web pulumi up`/);
      bench.emulator.faults([]);
      await create(args, bench.run({ overrides: { adopts: (label) => label === "acme/web" } }));
      assert.deepEqual(
        flowsNamed(bench).map(({ name, tags }) => [name, tags]),
        [["web", { team: "shop" }]],
      );
    });

    it("create: a second attempt that meets a flow has lost a race, even if only to the first attempt", async () => {
      bench.emulator.faults([fault("putFlow", "before", { status: 500 })]);
      const run = bench.run();
      let puts = 0;
      const { client } = run.account;
      Object.assign(run.account, {
        client: {
          ...client,
          json: (...call: Parameters<typeof client.json>) => {
            // After the first attempt was looked for, before the second one: nobody can tell whose it is.
            if (call[0].method === "PUT" && ++puts === 2) edit(bench, "create", "web", { description: "theirs" });
            return client.json(...call);
          },
        },
      });
      const args = { name: "web", description: "d", tags: { team: "shop" } };
      const error = await failureAs(PartialFailure, create(args, run));
      assert.equal(
        error.message,
        'Kosli flow "acme/web" was made by somebody else (or by an own attempt that got no answer) in the moment between looking and creating, ' +
          "and has been overwritten with name, org, description of this program. " +
          "It is recorded in this stack; look at it, and settle with the other side who manages it. `pulumi up` goes on.",
      );
      assert.equal(error.id, "acme/web");
      assert.equal(error.state.vendorId, flowNamed(bench, "web").id);
      await bench.run().lifecycle.update(error.id, error.state, bench.inputs(args));
      assert.deepEqual(
        flowsNamed(bench).map(({ description, tags }) => [description, tags]),
        [["d", { team: "shop" }]],
      );
    });

    for (const [what, theirs, tags] of [
      ["description", { description: "theirs" }, {}],
      ["tags", {}, { owner: "theirs" }],
    ] as const) {
      it(`create: a flow with ${what} that a creation in doubt did not send is not taken for ours`, async () => {
        bench.emulator.faults([fault("putFlow", "before", { status: 500 })]);
        const run = bench.run();
        meanwhile(run, "PUT", "/template_file", () => {
          edit(bench, "create", "web", theirs);
          if (what === "tags") edit(bench, "tag", "web", tags);
        });
        const error = await failureAs(FlowError, create({ name: "web" }, run));
        assert.equal(error.kind, "outcomeUnknown");
        assert.match(error.message, new RegExp(`; a flow of this name exists now, but differs in ${what}\\. `));
        assert.equal(writes(bench).filter(({ call }) => call.startsWith("PUT")).length, 1);
      });
    }

    it("create: a conflict that only our own first attempt can have caused is not called somebody else's flow", async () => {
      bench.emulator.faults([
        fault("putFlow", "before", { status: 500 }),
        fault("putFlow", "after", { status: 409 }, { index: 3 }),
      ]);
      const { state } = await create({ name: "web", description: "d" });
      assert.deepEqual(
        flowsNamed(bench).map((flow) => flow.id),
        [state.vendorId],
      );
    });
  });

  describe("refusals", () => {
    it("create: a 429 is waited out as long as the vendor asks, and makes one flow", async () => {
      bench.emulator.faults([fault("putFlow", "before", { status: 429, headers: { "retry-after": "7" } })]);
      const run = bench.run();
      await create({ name: "web" }, run);
      assert.deepEqual(bench.calls(), ["getFlow 404", "putFlow 429", "putFlow 201", "getFlow 200"]);
      assert.deepEqual(run.clock.pauses, [7000]);
    });

    it("create: a 400 is told once, in the vendor's words, and nothing is made", async () => {
      bench.emulator.switches({ nameLimit: 3 });
      const error = await failureAs(FlowError, create({ name: "website" }));
      assert.equal(
        error.message,
        'Kosli flow "acme/website": PUT /api/v2/flows/acme/template_file was refused with 400: ' +
          "Input payload validation failed; name: must NOT have more than 3 characters [website]",
      );
      assert.deepEqual(bench.calls(), ["getFlow 404", "putFlow 400"]);
      assert.deepEqual(flowsNamed(bench), []);
    });

    it("create: a passing lock conflict is waited out", async () => {
      bench.emulator.faults([fault("putFlow", "before", { status: 409 }, { times: 2 })]);
      const run = bench.run();
      await create({ name: "web" }, run);
      assert.deepEqual(bench.calls(), [
        "getFlow 404",
        "putFlow 409",
        "getFlow 404",
        "putFlow 409",
        "getFlow 404",
        "putFlow 201",
        "getFlow 200",
      ]);
      assert.deepEqual(run.clock.pauses, [500, 1000]);
    });

    it("create: a lock conflict that does not pass ends after five attempts", async () => {
      bench.emulator.faults([fault("putFlow", "before", { status: 409 }, { times: 0 })]);
      const run = bench.run();
      const error = await failureAs(FlowError, create({ name: "web" }, run));
      assert.match(error.message, /^Kosli flow "acme\/web": PUT \S+ was refused with 409/);
      assert.deepEqual(run.clock.pauses, [500, 1000, 2000, 4000]);
      assert.deepEqual(flowsNamed(bench), []);
    });

    it("create: a lock conflict with another creator of the name is a collision", async () => {
      bench.emulator.faults([fault("putFlow", "before", { status: 409 })]);
      const run = bench.run();
      meanwhile(run, "PUT", "/template_file", () => edit(bench, "create", "web", { description: "theirs" }));
      const error = await failureAs(FlowError, create({ name: "web", description: "ours" }, run));
      assert.equal(error.kind, "collision");
      assert.equal(flowNamed(bench, "web").description, "theirs");
    });
  });

  describe("a lost race", () => {
    it("create: a flow that somebody makes between look-up and write ends in a partial failure that says what was overwritten", async () => {
      const run = bench.run();
      meanwhile(run, "PUT", "/template_file", () => edit(bench, "create", "web", { description: "theirs" }));
      const args = { name: "web", description: "ours", template: TEMPLATE };
      const error = await failureAs(PartialFailure, create(args, run));
      assert.equal(error.id, "acme/web");
      assert.match(
        error.message,
        /^Kosli flow "acme\/web" was made by somebody else \(or by an own attempt that got no answer\) in the moment between looking and creating, and has been overwritten with [^.]*description, template/,
      );
      assert.match(
        error.message,
        / It is recorded in this stack; look at it, and settle with the other side who manages it\. `pulumi up` goes on\.$/,
      );
      assert.equal(error.state.description, "ours");
      assert.equal(error.state.vendorId, flowNamed(bench, "web").id);
      assert.deepEqual(flowsNamed(bench).length, 1);
    });

    it("create: a lost race does not claim to have overwritten what was not sent", async () => {
      const run = bench.run();
      meanwhile(run, "PUT", "/template_file", () => edit(bench, "create", "web"));
      const args = { name: "web", description: "ours", tags: { team: "shop" }, onConflict: "fail" };
      const error = await failureAs(PartialFailure, create(args, run));
      assert.match(error.message, /overwritten with [^.]*description/);
      assert.doesNotMatch(error.message, /overwritten with [^.]*(tags|onConflict)/);
      assert.deepEqual(flowNamed(bench, "web").tags, {});
    });

    it("create: a lost race whose result cannot be read is still recorded with its id", async () => {
      const run = bench.run();
      meanwhile(run, "PUT", "/template_file", () => {
        edit(bench, "create", "web");
        bench.emulator.faults([fault("getFlow", "before", { status: 403 }, { times: 0 })]);
      });
      const error = await failureAs(PartialFailure, create({ name: "web" }, run));
      assert.equal(error.id, "acme/web");
    });
  });

  describe("a creation that is not finished", () => {
    it("create: refused tags end in a partial failure with id and state, and the next update finishes it", async () => {
      bench.emulator.faults([fault("patchTags", "before", { status: 403 })]);
      const args = { name: "web", description: "d", tags: { team: "shop" } };
      const error = await failureAs(PartialFailure, create(args));
      assert.equal(error.id, "acme/web");
      assert.equal(
        error.message,
        'Kosli flow "acme/web" was created, but not finished: PATCH /api/v2/tags/acme/flow/web was refused with 403: Injected fault 403. ' +
          "The token's role may not do this: the role Member of the organization is enough. " +
          "It is recorded in the stack; run `pulumi up` again to finish it.",
      );
      assert.deepEqual(
        [error.state.description, error.state.tags, error.state.vendorId],
        ["d", {}, flowNamed(bench, "web").id],
      );
      bench.emulator.faults([]);
      bench.emulator.clearJournal();
      const inputs = bench.inputs(args);
      const after = bench.run();
      assert.deepEqual(after.lifecycle.diff(error.state, inputs).changed, ["tags"]);
      const state = await after.lifecycle.update(error.id, error.state, inputs);
      assert.deepEqual(bench.calls(), ["getFlow 200", "patchTags 200", "getFlow 200"]);
      assert.deepEqual(after.lifecycle.diff(state, inputs), { changed: [], replaces: [] });
      assert.deepEqual(flowNamed(bench, "web").tags, { team: "shop" });
    });

    it("create: a flow that cannot even be read is recorded by what was sent, and the next update finishes it", async () => {
      bench.emulator.faults([
        fault("patchTags", "before", { status: 403 }),
        fault("getFlow", "before", { status: 403 }, { index: 3 }),
      ]);
      const args = { name: "web", description: "d", tags: { team: "shop" } };
      const error = await failureAs(PartialFailure, create(args));
      assert.equal(error.id, "acme/web");
      assert.deepEqual(
        { ...error.state, __declared: undefined },
        { name: "web", org: "acme", description: "d", __declared: undefined },
      );
      bench.emulator.faults([]);
      const inputs = bench.inputs(args);
      const state = await bench.run().lifecycle.update(error.id, error.state, inputs);
      assert.equal(state.vendorId, flowNamed(bench, "web").id);
      assert.deepEqual(state.tags, { team: "shop" });
    });

    it("create: a flow that does not show at once is waited for", async () => {
      const gone = { status: 404, body: { message: "not yet" } };
      bench.emulator.faults([2, 3].map((index) => fault("getFlow", "before", gone, { index })));
      const run = bench.run();
      const { id } = await create({ name: "web" }, run);
      assert.equal(id, "acme/web");
      assert.deepEqual(run.clock.pauses, [500, 1000]);
    });

    it("create: a flow that never shows is a partial failure, not a lost flow", async () => {
      bench.emulator.faults([fault("getFlow", "before", { status: 404 }, { times: 0 })]);
      const run = bench.run();
      const error = await failureAs(PartialFailure, create({ name: "web" }, run));
      assert.equal(error.id, "acme/web");
      assert.match(error.message, /was created, but not finished: it was written, but the vendor does not show it/);
      assert.deepEqual(run.clock.pauses, [500, 1000, 2000, 4000]);
    });
  });
});
