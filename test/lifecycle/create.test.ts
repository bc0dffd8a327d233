import assert from "node:assert/strict";
import { adopting } from "../../provider/lifecycle/create";
import { FlowError, PartialFailure } from "../../provider/lifecycle/errors";
import { sortedJson } from "../../provider/lifecycle/values";
import { failureAs } from "../harness/failure-of";
import { KosliBench } from "../harness/kosli-lifecycle";
import { created, edit, fault, flowNamed, flowsNamed, writes } from "../harness/kosli-world";

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
