import assert from "node:assert/strict";
import { adopting } from "../../provider/lifecycle/create";
import { FlowError, PartialFailure } from "../../provider/lifecycle/errors";
import { sortedJson } from "../../provider/lifecycle/values";
import type { FaultAction } from "../../testing/src/emulator";
import { failureAs, failureOf } from "../harness/failure-of";
import { KosliBench } from "../harness/kosli-lifecycle";
import { created, edit, fault, flowNamed, flowsNamed, writes } from "../harness/kosli-world";
import { meanwhile } from "../harness/meanwhile";

const TEMPLATE = "version: 1\ntrail:\n  attestations:\n    - name: review\n      type: pull_request\n";

describe("create", () => {
  let bench: KosliBench;
  before(async () => {
    bench = await KosliBench.start();
  });
  afterEach(() => bench.emulator.reset());
  after(() => bench.emulator.close());

  const create = (args: Record<string, unknown>, run = bench.run()) => run.lifecycle.create(bench.inputs(args));

  it("create: looks the name up, writes the flow, its tags, and reads it back", async () => {
    const args = { name: "web", description: "The web shop", template: TEMPLATE, tags: { team: "shop" } };
    const { id, state } = await create(args);
    assert.deepEqual(bench.calls(), ["getFlow 404", "putFlow 201", "patchTags 200", "getFlow 200"]);
    assert.equal(id, "acme/web");
    assert.deepEqual(state, {
      ...args,
      org: "acme",
      visibility: "private",
      vendorId: "00000001-0000-4000-8000-00000001",
      url: `${bench.emulator.url}/acme/flows/web`,
      __declared: sortedJson({
        version: 3,
        fields: ["name", "org", "description", "template", "tags"],
        keys: { tags: ["team"] },
        engine: {},
        account: `${bench.emulator.url}/acme`,
      }),
    });
  });

  it("create: a flow without tags needs no call for tags", async () => {
    await create({ name: "web", tags: {} });
    assert.deepEqual(bench.calls(), ["getFlow 404", "putFlow 201", "getFlow 200"]);
  });

  it("create: every tag key that Kosli allows is set, also names that every object has", async () => {
    const tags = { constructor: "a", toString: "b", prototype: "c", "x.y": "d", "0": "e" };
    const { state } = await create({ name: "web", tags });
    assert.deepEqual(flowNamed(bench, "web").tags, tags);
    assert.deepEqual(state.tags, tags);
  });

  it("create: sends no visibility that the program does not declare", async () => {
    await create({ name: "web", description: "d" });
    assert.deepEqual(writes(bench), [
      {
        call: "PUT /api/v2/flows/acme/template_file",
        body: { data_json: { name: "web", description: "d" } },
      },
    ]);
  });

  it("create: sends a visibility that the program declares", async () => {
    await create({ name: "web", visibility: "public" });
    assert.deepEqual(writes(bench)[0]?.body, { data_json: { name: "web", description: "", visibility: "public" } });
    assert.equal(flowNamed(bench, "web").visibility, "public");
  });

  it("create: an object template is uploaded as YAML in the order of the names, and kept in the state by name", async () => {
    const { state } = await create({
      name: "web",
      template: {
        trail: {
          attestations: [
            { name: "review", type: "pull_request" },
            { name: "jira", type: "jira" },
          ],
        },
      },
    });
    assert.equal(
      flowNamed(bench, "web").template,
      'version: 1\ntrail:\n  attestations:\n    - name: "jira"\n      type: "jira"\n    - name: "review"\n      type: "pull_request"\n',
    );
    assert.deepEqual(state.template, {
      trail: { attestations: { jira: { type: "jira" }, review: { type: "pull_request" } } },
    });
  });

  it("create: names in an object template arrive as texts, whichever YAML version the server reads", async () => {
    const names = ["on", "yes", "2024-01-01", "1_000", "12:30", "0o17", "1e3", "null", "~", "n"];
    for (const yamlVersion of ["1.1", "1.2"] as const) {
      bench.emulator.switches({ yamlVersion });
      const name = `web-${yamlVersion}`;
      const attestations = names.map((each) => ({ name: each, type: "generic" }));
      await create({ name, template: { trail: { attestations } } });
      assert.equal(flowsNamed(bench, name).length, 1);
    }
  });

  describe("a name that is taken", () => {
    it("create: a name that a shell would take apart is quoted in the command", () => {
      const named = (label: string) => adopting(label);
      assert.equal(named("acme/web-1.2"), "PULUMI_FLOWS_ADOPT=acme/web-1.2 pulumi up");
      assert.equal(named("Support bot"), "PULUMI_FLOWS_ADOPT='Support bot' pulumi up");
      assert.equal(named("Bob's bot"), "PULUMI_FLOWS_ADOPT='Bob'\\''s bot' pulumi up");
    });

    it("create: a name that holds a secret is not told, and the command takes over without it", async () => {
      edit(bench, "create", "orders-prod");
      const args = { name: "orders-prod", tags: { stage: "prod" }, __secret: [["tags", "stage"]] };
      const error = await failureAs(FlowError, create(args));
      assert.match(error.message, /^Kosli flow "acme\/orders-\[secret\]" exists already/);
      assert.match(error.message, /`PULUMI_FLOWS_ADOPT=all pulumi up`/);
    });

    it("create: fails without a write and names the three ways out", async () => {
      edit(bench, "create", "web", { description: "theirs" });
      const error = await failureAs(FlowError, create({ name: "web", description: "ours" }));
      assert.equal(error.kind, "collision");
      assert.equal(
        error.message,
        'Kosli flow "acme/web" exists already, and is not in this stack\'s state: it was made elsewhere, or by a `pulumi up` that was killed. Nothing was changed. ' +
          "Either take it over with `adopt: true` (or for one run with `PULUMI_FLOWS_ADOPT=acme/web pulumi up`), " +
          'or give the new one another name such as "web-<stack>", ' +
          "or bring the existing one into the stack with an import file, which `npx pulumi-flows export` writes.",
      );
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
      assert.equal(flowNamed(bench, "web").description, "theirs");
    });

    it("create: a name that still leads to a renamed flow is refused without a write", async () => {
      edit(bench, "create", "web");
      edit(bench, "rename", "web", { new_name: "shop" });
      const error = await failureAs(FlowError, create({ name: "web" }));
      assert.equal(error.kind, "collision");
      assert.equal(
        error.message,
        'Kosli flow "acme/web": The name "web" still leads to the flow "shop" of acme, which was renamed from it: ' +
          "writing to it might change that flow. Nothing was changed; choose another name.",
      );
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
    });

    it("create: an archived flow of the name is no collision, and stays archived", async () => {
      edit(bench, "create", "web", { description: "old" });
      edit(bench, "archive", "web");
      await create({ name: "web", description: "new" });
      const [old, young] = flowsNamed(bench, "web");
      assert.deepEqual([old?.archived, old?.description], [true, "old"]);
      assert.deepEqual([young?.name, young?.archived, young?.description], ["web", false, "new"]);
    });

    it("create: two resources of one program with one name make one flow, and the second fails", async () => {
      const run = bench.run();
      const inputs = bench.inputs({ name: "web", adopt: true });
      const [first, second] = await Promise.allSettled([run.lifecycle.create(inputs), run.lifecycle.create(inputs)]);
      assert.equal(first.status, "fulfilled");
      assert.ok(second.status === "rejected" && second.reason instanceof FlowError);
      assert.equal(second.reason.kind, "collision");
      assert.equal(
        second.reason.message,
        'Two resources of this program describe Kosli flow "acme/web". Remove one of them, or give it another name.',
      );
      assert.deepEqual(bench.calls(), ["getFlow 404", "putFlow 201", "getFlow 200"]);
    });

    describe("also by a rename in the same run", () => {
      const RENAMED_FIRST = "a rename that comes first";
      const CREATED_FIRST = "a creation that comes first";
      for (const first of [RENAMED_FIRST, CREATED_FIRST]) {
        for (const adopt of [false, true]) {
          it(`create: ${first} makes the other of the two fail${adopt ? ", also where it adopts" : ""}: never one flow in two states`, async () => {
            const flow = await created(bench, { name: "a", description: "of a" });
            // Long enough for the other one to slip in between looking and writing.
            bench.emulator.faults([fault("putFlow", "before", { delay: 200 })]);
            const run = bench.run();
            const rename = () =>
              run.lifecycle.update(flow.id, flow.state, bench.inputs({ name: "b", description: "of a" }));
            const creation = () => run.lifecycle.create(bench.inputs({ name: "b", description: "of b", adopt }));
            const [one, two] = await Promise.allSettled(
              first === RENAMED_FIRST ? [rename(), creation()] : [creation(), rename()],
            );
            assert.equal(one.status, "fulfilled");
            assert.ok(two.status === "rejected" && two.reason instanceof FlowError);
            assert.equal(two.reason.kind, "collision");
            assert.equal(two.reason instanceof PartialFailure, false);
            assert.deepEqual(
              flowsNamed(bench).map(({ name, description }) => `${name}: ${description}`),
              first === RENAMED_FIRST ? ["b: of a"] : ["a: of a", "b: of b"],
            );
          });
        }
      }

      it("rename: two flows that take one name in one run end in one rename and one refusal", async () => {
        const flows = [await created(bench, { name: "a" }), await created(bench, { name: "c" })];
        bench.emulator.faults([fault("renameFlow", "before", { delay: 200 })]);
        const run = bench.run();
        const inputs = bench.inputs({ name: "b" });
        const ends = await Promise.allSettled(flows.map(({ id, state }) => run.lifecycle.update(id, state, inputs)));
        assert.deepEqual(
          ends.map((end) => (end.status === "fulfilled" ? "renamed" : end.reason.kind)),
          ["renamed", "collision"],
        );
        assert.deepEqual(
          flowsNamed(bench).map(({ id, name }) => [id, name]),
          [
            [flows[0]?.state.vendorId, "b"],
            [flows[1]?.state.vendorId, "c"],
          ],
        );
      });
    });
  });

  describe("adoption", () => {
    beforeEach(() => {
      edit(bench, "create", "web", { description: "theirs", template: TEMPLATE, visibility: "public" });
      edit(bench, "tag", "web", { ci: "github", team: "old" });
    });

    it("create: adopting changes only what differs, and says what it changes", async () => {
      const run = bench.run();
      const { id, state } = await create(
        { name: "web", description: "ours", tags: { team: "shop" }, adopt: true },
        run,
      );
      assert.equal(id, "acme/web");
      assert.deepEqual(writes(bench), [
        {
          call: "PUT /api/v2/flows/acme/template_file",
          body: { data_json: { name: "web", description: "ours" }, template_file: TEMPLATE },
        },
        { call: "PATCH /api/v2/tags/acme/flow/web", body: { set_tags: { team: "shop" }, remove_tags: [] } },
      ]);
      assert.deepEqual(run.log.at("info"), [
        'Adopting Kosli flow "acme/web", changing description: "theirs" => "ours"; tags.team: "old" => "shop".',
      ]);
      assert.deepEqual(state.tags, { team: "shop" });
      const stored = flowNamed(bench, "web");
      assert.deepEqual(stored.tags, { ci: "github", team: "shop" });
      assert.deepEqual([stored.visibility, stored.template], ["public", TEMPLATE]);
    });

    it("create: adopting a flow that is as wanted only reads", async () => {
      const run = bench.run();
      const { state } = await create({ name: "web", description: "theirs", adopt: true }, run);
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
      assert.deepEqual(run.log.at("info"), ['Adopting Kosli flow "acme/web", which is as wanted.']);
      assert.equal(state.vendorId, flowNamed(bench, "web").id);
    });

    it("create: a template that only differs in spelling is not written when adopting", async () => {
      const template = { trail: { attestations: [{ name: "review", type: "pull_request" }] } };
      await create({ name: "web", template, adopt: true });
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
      assert.equal(flowNamed(bench, "web").template, TEMPLATE);
    });

    it("create: an override for one run adopts the flow that it names, and no other", async () => {
      edit(bench, "create", "api");
      const overrides = { adopts: (label: string) => label === "acme/web" };
      await create({ name: "web", description: "theirs" }, bench.run({ overrides }));
      const error = await failureAs(FlowError, create({ name: "api" }, bench.run({ overrides })));
      assert.equal(error.kind, "collision");
    });

    it("create: adopting sends a repository that Kosli's answer cannot be compared with", async () => {
      edit(bench, "update", "web", {
        template:
          "version: 1\ntrail:\n  attestations: []\n  artifacts:\n  - name: artifact\n    attestations:\n    - name: scan\n      type: '*'\n",
      });
      await create({ name: "web", legacyTemplate: ["scan"], repoUrl: "https://github.com/acme/web", adopt: true });
      assert.equal(flowNamed(bench, "web").repo_url, "https://github.com/acme/web");
    });

    it("create: an adoption that fails halfway is recorded as a partial failure", async () => {
      bench.emulator.faults([fault("patchTags", "before", { status: 403 })]);
      const args = { name: "web", description: "ours", tags: { team: "shop" }, adopt: true };
      const error = await failureAs(PartialFailure, create(args));
      assert.equal(error.id, "acme/web");
      assert.deepEqual([error.state.description, error.state.tags], ["ours", { team: "old" }]);
      bench.emulator.faults([]);
      await bench.run().lifecycle.update(error.id, error.state, bench.inputs(args));
      assert.deepEqual(flowNamed(bench, "web").tags, { ci: "github", team: "shop" });
    });
  });

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

  it("create: a message that quotes a whole sentence of the vendor has one full stop after it", async () => {
    const refused = { status: 400, body: { message: "Tags are locked." } };
    bench.emulator.faults([fault("patchTags", "before", refused)]);
    const error = await failureAs(PartialFailure, create({ name: "web", tags: { team: "shop" } }));
    assert.match(error.message, / was refused with 400: Tags are locked\. It is recorded in the stack; /);
  });

  it("create: a value that the vendor does not keep is told as a perpetual diff", async () => {
    bench.emulator.switches({ visibilitySent: "ignored" });
    const run = bench.run();
    const { state } = await create({ name: "web", visibility: "public" }, run);
    assert.equal(state.visibility, "private");
    assert.deepEqual(run.log.at("warn"), [
      'Kosli flow "acme/web": the vendor took visibility = "public" and answers "private". ' +
        "This would be a perpetual diff: write the vendor's value into the program, or leave visibility out.",
    ]);
  });

  it("create: nothing that is stored as sent is told as a perpetual diff", async () => {
    bench.emulator.switches({ templateLineEnds: "lf", templateByteOrderMark: "dropped", tagsNull: true });
    const run = bench.run();
    const template = `\uFEFF# ours\r\n${TEMPLATE.replaceAll("\n", "\r\n")}`;
    const { state } = await create({ name: "web", description: "", template, tags: {} }, run);
    assert.deepEqual(run.log.at("warn"), []);
    assert.equal(state.template, template);
  });

  it("create: on servers that know no ids the state has none", async () => {
    bench.emulator.switches({ ids: "absent" });
    const { id, state } = await create({ name: "web" });
    assert.equal(id, "acme/web");
    assert.equal("vendorId" in state, false);
  });

  it("create: keeps nothing in the state that is neither declared nor small", async () => {
    const { state } = await created(bench, { name: "web" });
    assert.deepEqual(Object.keys(state).sort(), [
      "__declared",
      "description",
      "name",
      "org",
      "url",
      "vendorId",
      "visibility",
    ]);
  });
});
