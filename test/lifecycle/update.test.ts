import assert from "node:assert/strict";
import { FlowError, PartialFailure } from "../../provider/lifecycle/errors";
import type { Values } from "../../provider/lifecycle/values";
import { failureAs } from "../harness/failure-of";
import { KosliBench, type RunOptions } from "../harness/kosli-lifecycle";
import { created, edit, fault, flowNamed, flowsNamed, writes } from "../harness/kosli-world";
import { meanwhile } from "../harness/meanwhile";

const TEMPLATE = "version: 1\ntrail:\n  attestations:\n    - name: review\n      type: pull_request\n";
const OTHER_TEMPLATE = "version: 1\ntrail:\n  attestations:\n    - name: jira\n      type: jira\n";
/** What Kosli makes of the list of controls `scan`, `lint`. */
const SCAN_AND_LINT = [
  "version: 1",
  "trail:",
  "  attestations: []",
  "  artifacts:",
  "  - name: artifact",
  "    attestations:",
  "    - name: scan",
  "      type: '*'",
  "    - name: lint",
  "      type: '*'",
  "",
].join("\n");

describe("update", () => {
  let bench: KosliBench;
  before(async () => {
    bench = await KosliBench.start();
  });
  afterEach(() => bench.emulator.reset());
  after(() => bench.emulator.close());

  const update = ({ id, state }: { id: string; state: Values }, args: Values, options?: RunOptions) =>
    bench.run(options).lifecycle.update(id, state, bench.inputs(args));

  describe("what is sent", () => {
    it("update: reads, writes only what differs, and reads again", async () => {
      const flow = await created(bench, {
        name: "web",
        description: "old",
        template: TEMPLATE,
        tags: { team: "shop" },
      });
      const args = { name: "web", description: "new", template: TEMPLATE, tags: { team: "shop" } };
      const state = await update(flow, args);
      assert.deepEqual(
        bench.emulator.journal().map(({ operation, status }) => `${operation} ${status}`),
        ["getFlow 200", "putFlow 200", "getFlow 200"],
      );
      assert.deepEqual(writes(bench), [
        {
          call: "PUT /api/v2/flows/acme/template_file",
          body: { data_json: { name: "web", description: "new" }, template_file: TEMPLATE },
        },
      ]);
      assert.deepEqual(state, { ...flow.state, description: "new" });
    });

    it("update: a description that the program does not declare is sent back as it is", async () => {
      const flow = await created(bench, { name: "web", template: TEMPLATE });
      edit(bench, "update", "web", { description: "theirs" });
      await update(flow, { name: "web", template: OTHER_TEMPLATE });
      assert.deepEqual(writes(bench)[0]?.body, {
        data_json: { name: "web", description: "theirs" },
        template_file: OTHER_TEMPLATE,
      });
    });

    it("update: a template that the program does not declare is sent back byte for byte", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      const theirs = "\n# theirs\r\ntrail: {attestations: []}";
      edit(bench, "update", "web", { template: theirs });
      await update(flow, { name: "web", description: "new" });
      assert.equal(flowNamed(bench, "web").template, theirs);
    });

    it("update: a visibility that the program does not declare is never sent", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "update", "web", { visibility: "public" });
      await update(flow, { name: "web", description: "new" });
      const [put] = writes(bench);
      assert.deepEqual(put?.body, {
        data_json: { name: "web", description: "new" },
        template_file: flowNamed(bench, "web").template,
      });
      assert.equal(flowNamed(bench, "web").visibility, "public");
    });

    it("update: changed tags are patched alone, and tags of others are left alone", async () => {
      const flow = await created(bench, { name: "web", tags: { team: "shop", tier: "1", old: "x" } });
      edit(bench, "tag", "web", { ci: "github" });
      const state = await update(flow, { name: "web", tags: { team: "cart", tier: "1", new: "y" } });
      assert.deepEqual(writes(bench), [
        {
          call: "PATCH /api/v2/tags/acme/flow/web",
          body: { set_tags: { team: "cart", tier: "1", new: "y" }, remove_tags: ["old"] },
        },
      ]);
      assert.deepEqual(flowNamed(bench, "web").tags, { team: "cart", tier: "1", new: "y", ci: "github" });
      assert.deepEqual(state.tags, { team: "cart", tier: "1", new: "y" });
    });

    it("update: a change of engine arguments alone is recorded without a write", async () => {
      const flow = await created(bench, { name: "web", adopt: true });
      const state = await update(flow, { name: "web", onConflict: "overwrite" });
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
      assert.deepEqual(bench.run().lifecycle.diff(state, bench.inputs({ name: "web", onConflict: "overwrite" })), {
        changed: [],
        replaces: [],
      });
    });

    it("update: to begin to declare what is already so is recorded without a write", async () => {
      const flow = await created(bench, { name: "web" });
      edit(bench, "update", "web", { description: "d", template: TEMPLATE });
      const args = { name: "web", description: "d", template: `# ours\n${TEMPLATE}` };
      const state = await update(flow, args);
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
      assert.equal(state.template, args.template);
      assert.deepEqual(bench.run().lifecycle.diff(state, bench.inputs(args)), { changed: [], replaces: [] });
    });

    it("update: a comment in the template is recorded without a write", async () => {
      const flow = await created(bench, { name: "web", template: TEMPLATE });
      const run = bench.run();
      const inputs = bench.inputs({ name: "web", template: `# ours\n${TEMPLATE}` });
      assert.deepEqual(run.lifecycle.diff(flow.state, inputs).changed, []);
      await run.lifecycle.update(flow.id, flow.state, inputs);
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
    });
  });

  describe("what the program drops", () => {
    it("update: a dropped description is emptied", async () => {
      const flow = await created(bench, { name: "web", description: "d", template: TEMPLATE });
      const args = { name: "web", template: TEMPLATE };
      const state = await update(flow, args);
      assert.equal(flowNamed(bench, "web").description, "");
      assert.equal(flowNamed(bench, "web").template, TEMPLATE);
      assert.equal(state.description, "");
      assert.deepEqual(bench.run().lifecycle.diff(state, bench.inputs(args)), { changed: [], replaces: [] });
    });

    for (const [spelling, args] of [
      ["template text", { template: TEMPLATE }],
      ["object template", { template: { trail: { attestations: [{ name: "review", type: "pull_request" }] } } }],
      ["list of controls", { legacyTemplate: ["scan"] }],
    ] as const) {
      it(`update: a dropped ${spelling} leaves a flow that requires nothing`, async () => {
        const flow = await created(bench, { name: "web", ...args });
        const state = await update(flow, { name: "web" });
        assert.deepEqual(writes(bench), [
          {
            call: "PUT /api/v2/flows/acme/template_file",
            body: { data_json: { name: "web", description: "" }, template_file: "version: 1" },
          },
        ]);
        assert.equal(flowNamed(bench, "web").template, "version: 1");
        assert.deepEqual(["template" in state, "legacyTemplate" in state], [false, false]);
        assert.deepEqual(bench.run().lifecycle.diff(state, bench.inputs({ name: "web" })), {
          changed: [],
          replaces: [],
        });
      });
    }

    it("update: dropped tags are removed, and only the program's own", async () => {
      const flow = await created(bench, { name: "web", tags: { team: "shop", tier: "1" } });
      edit(bench, "tag", "web", { ci: "github" });
      await update(flow, { name: "web" });
      assert.deepEqual(writes(bench), [
        { call: "PATCH /api/v2/tags/acme/flow/web", body: { set_tags: {}, remove_tags: ["team", "tier"] } },
      ]);
      assert.deepEqual(flowNamed(bench, "web").tags, { ci: "github" });
    });

    it("update: a dropped tag that bears the name of something every object has is removed like any other", async () => {
      const flow = await created(bench, { name: "web", tags: { toString: "x", team: "shop" } });
      await update(flow, { name: "web", tags: { team: "shop" } });
      assert.deepEqual(flowNamed(bench, "web").tags, { team: "shop" });
    });

    it("update: a dropped visibility is left as it is", async () => {
      const flow = await created(bench, { name: "web", visibility: "public" });
      const state = await update(flow, { name: "web" });
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
      assert.equal(flowNamed(bench, "web").visibility, "public");
      assert.deepEqual(bench.run().lifecycle.diff(state, bench.inputs({ name: "web" })), { changed: [], replaces: [] });
    });

    it("update: what was dropped before somebody emptied it needs no write", async () => {
      const flow = await created(bench, { name: "web", description: "d" });
      edit(bench, "update", "web", { description: "" });
      await update(flow, { name: "web" });
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
    });
  });

  describe("deleted outside", () => {
    it("update: a flow that was archived outside is never made by an update", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "archive", "web");
      const error = await failureAs(FlowError, update(flow, { name: "web", description: "new" }));
      assert.equal(error.kind, "deletedOutside");
      assert.equal(
        error.message,
        'Kosli flow "acme/web" was deleted outside of Pulumi. `pulumi up --refresh` creates it again.',
      );
      assert.deepEqual(writes(bench), []);
    });

    it("update: a flow that was given the name is not touched", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "archive", "web");
      edit(bench, "create", "web", { description: "theirs" });
      const error = await failureAs(FlowError, update(flow, { name: "web", description: "new" }));
      assert.equal(error.kind, "deletedOutside");
      assert.deepEqual(writes(bench), []);
      assert.equal(flowNamed(bench, "web").description, "theirs");
    });

    it("update: with the key of another account nothing counts as deleted", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      bench.emulator.switches({ orgs: ["other"] });
      const error = await failureAs(FlowError, update(flow, { name: "web", description: "new" }));
      assert.equal(error.kind, "vendor");
      assert.match(
        error.message,
        /^Kosli flow "acme\/web": GET \S+ was refused with 404: Organization 'acme' does not/,
      );
    });

    it("update: a flow that is archived in the moment of writing is told, and what the write made is archived", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      const run = bench.run();
      meanwhile(run, "PUT", "/template_file", () => edit(bench, "archive", "web"));
      const inputs = bench.inputs({ name: "web", description: "new" });
      const error = await failureAs(FlowError, run.lifecycle.update(flow.id, flow.state, inputs));
      assert.equal(error.kind, "deletedOutside");
      assert.equal(
        error.message,
        'Kosli flow "acme/web": It was archived or renamed outside of Pulumi while it was being updated. ' +
          "The empty flow that Kosli made in its place was archived. `pulumi up --refresh` goes on from what is there.",
      );
      assert.deepEqual(
        flowsNamed(bench, "web").map(({ archived, description }) => [archived, description]),
        [
          [true, "old"],
          [true, "new"],
        ],
      );
    });

    it("update: a flow that could not be archived again after that is named, so that somebody can do it", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      const run = bench.run();
      meanwhile(run, "PUT", "/template_file", () => {
        edit(bench, "archive", "web");
        bench.emulator.faults([fault("archiveFlow", "before", { status: 400, body: { message: "Not now." } })]);
      });
      const inputs = bench.inputs({ name: "web", description: "new" });
      const error = await failureAs(FlowError, run.lifecycle.update(flow.id, flow.state, inputs));
      assert.equal(error.kind, "deletedOutside");
      assert.equal(
        error.message,
        'Kosli flow "acme/web": It was archived or renamed outside of Pulumi while it was being updated. ' +
          'Kosli has made an empty flow "web" in its place, which could not be archived ' +
          "(PUT /api/v2/flows/acme/web/archive was refused with 400: Not now): do that by hand. " +
          "`pulumi up --refresh` goes on from what is there.",
      );
    });

    describe("behind the back of a list that the run has read", () => {
      const stranger = { description: "theirs" };

      it("update: a flow that was archived and made anew by somebody else is not written", async () => {
        const flow = await created(bench, { name: "web", description: "old" });
        const run = bench.run();
        await run.lifecycle.read(flow.id, flow.state);
        edit(bench, "archive", "web");
        edit(bench, "create", "web", stranger);
        const before = flowNamed(bench, "web");
        for (const args of [
          { name: "web", description: "new" },
          { name: "web", description: "old", tags: { team: "shop" } },
          { name: "shop", description: "old" },
          { name: "web", description: "new", onConflict: "overwrite" },
        ]) {
          const error = await failureAs(FlowError, run.lifecycle.update(flow.id, flow.state, bench.inputs(args)));
          assert.equal(error.kind, "deletedOutside");
        }
        assert.deepEqual(writes(bench), []);
        assert.deepEqual(flowNamed(bench, "web"), before);
      });

      it("update: a flow that was renamed, and whose name somebody took, is found under its new name", async () => {
        const flow = await created(bench, { name: "web", description: "old" });
        const run = bench.run();
        await run.lifecycle.read(flow.id, flow.state);
        edit(bench, "rename", "web", { new_name: "moved" });
        edit(bench, "create", "web", stranger);
        const inputs = bench.inputs({ name: "web", description: "new" });
        const error = await failureAs(FlowError, run.lifecycle.update(flow.id, flow.state, inputs));
        assert.equal(error.kind, "conflict");
        assert.match(error.message, /name: Pulumi last saw "web", it is now "moved", the program wants "web"\./);
        assert.deepEqual(writes(bench), []);
        assert.equal(flowNamed(bench, "web").description, "theirs");
      });
    });
  });

  it("update: a flow that is renamed in the moment of writing leaves no second flow behind", async () => {
    const flow = await created(bench, { name: "web", description: "old" });
    const run = bench.run();
    meanwhile(run, "PUT", "/template_file", () => edit(bench, "rename", "web", { new_name: "shop" }));
    const inputs = bench.inputs({ name: "web", description: "new" });
    const error = await failureAs(FlowError, run.lifecycle.update(flow.id, flow.state, inputs));
    assert.equal(error instanceof PartialFailure, false);
    assert.doesNotMatch(error.message, /Part of the change was made|\.\./);
    assert.deepEqual(
      flowsNamed(bench)
        .filter(({ archived }) => !archived)
        .map(({ id, name, description }) => [id, name, description]),
      [[flow.state.vendorId, "shop", "old"]],
    );
  });

  describe("changed outside", () => {
    it("update: a field that somebody changed since is refused with field, all three values and the ways on", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "update", "web", { description: "theirs" });
      const error = await failureAs(FlowError, update(flow, { name: "web", description: "new" }));
      assert.equal(error.kind, "conflict");
      assert.equal(
        error.message,
        'Kosli flow "acme/web" was changed outside of Pulumi, and this update would undo it. ' +
          'description: Pulumi last saw "old", it is now "theirs", the program wants "new". Nothing was changed. ' +
          "Either look at the difference with `pulumi preview --refresh` and go on with `pulumi up --refresh`, or take the change into the program, " +
          'or overwrite it: `onConflict: "overwrite"`, or for one run `PULUMI_FLOWS_ON_CONFLICT=overwrite pulumi up`.',
      );
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
      assert.equal(flowNamed(bench, "web").description, "theirs");
    });

    it("update: a change outside of a field that the program leaves as it was is refused too", async () => {
      const flow = await created(bench, { name: "web", description: "old", template: TEMPLATE });
      edit(bench, "update", "web", { template: OTHER_TEMPLATE });
      const args = { name: "web", description: "new", template: TEMPLATE };
      const error = await failureAs(FlowError, update(flow, args));
      assert.equal(error.kind, "conflict");
      assert.match(
        error.message,
        / template\.trail\.attestations\.jira: Pulumi last saw nothing, it is now {"type":"jira"}, the program wants nothing/,
      );
      assert.doesNotMatch(error.message, /description:/);
    });

    it("update: a change outside to what the program wants is no conflict", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "update", "web", { description: "new" });
      const state = await update(flow, { name: "web", description: "new" });
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
      assert.equal(state.description, "new");
    });

    it("update: a change outside of what the program does not declare is no conflict", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "update", "web", { template: OTHER_TEMPLATE, visibility: "public" });
      edit(bench, "tag", "web", { ci: "github" });
      await update(flow, { name: "web", description: "new" });
      const { description, template, visibility, tags } = flowNamed(bench, "web");
      assert.deepEqual([description, template, visibility, tags], ["new", OTHER_TEMPLATE, "public", { ci: "github" }]);
    });

    it("update: somebody's change of a tag of ours is refused, of another tag not", async () => {
      const flow = await created(bench, { name: "web", tags: { team: "shop" } });
      edit(bench, "tag", "web", { team: "theirs", ci: "github" });
      const error = await failureAs(FlowError, update(flow, { name: "web", tags: { team: "cart" } }));
      assert.equal(error.kind, "conflict");
      assert.match(
        error.message,
        / tags\.team: Pulumi last saw "shop", it is now "theirs", the program wants "cart"\. Nothing/,
      );
    });

    it("update: a tag that somebody has set before the program declares it is refused without the way of a refresh, which would not show it", async () => {
      const flow = await created(bench, { name: "web", tags: { team: "shop" } });
      edit(bench, "tag", "web", { owner: "ci" });
      const args = { name: "web", tags: { team: "shop", owner: "me" } };
      const error = await failureAs(FlowError, update(flow, args));
      assert.match(
        error.message,
        /tags\.owner: Pulumi last saw nothing, it is now "ci", the program wants "me"\. Nothing was changed\. Either take what is there into the program, or overwrite it: /,
      );
      assert.doesNotMatch(error.message, /refresh/);
      assert.deepEqual((await update(flow, { ...args, onConflict: "overwrite" })).tags, { team: "shop", owner: "me" });
    });

    it("update: a field that the program newly declares, and that somebody changed since, is refused", async () => {
      const flow = await created(bench, { name: "web" });
      edit(bench, "update", "web", { description: "theirs" });
      const error = await failureAs(FlowError, update(flow, { name: "web", description: "ours" }));
      assert.equal(error.kind, "conflict");
      assert.match(error.message, /description: Pulumi last saw "", it is now "theirs", the program wants "ours"\./);
      assert.deepEqual(writes(bench), []);
    });

    it("update: a template that the program newly declares, and that somebody changed since, is refused", async () => {
      const flow = await created(bench, { name: "web" });
      edit(bench, "update", "web", { template: OTHER_TEMPLATE });
      const error = await failureAs(FlowError, update(flow, { name: "web", template: TEMPLATE }));
      assert.equal(error.kind, "conflict");
      assert.match(error.message, / template: it is no longer what Pulumi last saw, it is now "version: 1/);
      assert.deepEqual(writes(bench), []);
    });

    it("update: so it is when the program newly declares it as a list of controls", async () => {
      const flow = await created(bench, { name: "web" });
      edit(bench, "update", "web", { template: OTHER_TEMPLATE });
      const error = await failureAs(FlowError, update(flow, { name: "web", legacyTemplate: ["unit"] }));
      assert.equal(error.kind, "conflict");
      assert.deepEqual(writes(bench), []);
    });

    it("update: a template that the program newly declares, and that nobody changed since, is set", async () => {
      const flow = await created(bench, { name: "web" });
      await update(flow, { name: "web", template: { trail: { attestations: [{ name: "unit", type: "junit" }] } } });
      assert.match(flowNamed(bench, "web").template, /junit/);
    });

    it("update: a refresh is the acknowledgement for a template that the state does not keep, too", async () => {
      const flow = await created(bench, { name: "web" });
      edit(bench, "update", "web", { template: OTHER_TEMPLATE });
      const found = await bench.run().lifecycle.read(flow.id, flow.state);
      assert.ok(found);
      assert.deepEqual(bench.run().lifecycle.diff(found.state, flow.inputs).changed, []);
      await update({ ...flow, state: found.state }, { name: "web", template: TEMPLATE });
      assert.equal(flowNamed(bench, "web").template, TEMPLATE);
    });

    for (const [what, args] of [
      ["beside tags of its own", { name: "web", tags: { team: "shop" } }],
      ["as its first one", { name: "web" }],
    ] as const) {
      it(`update: a tag that the program newly declares ${what}, and that somebody has set, is refused`, async () => {
        const flow = await created(bench, args);
        edit(bench, "tag", "web", { owner: "theirs" });
        const tags = { ...("tags" in args ? args.tags : {}), owner: "ours" };
        const error = await failureAs(FlowError, update(flow, { name: "web", tags }));
        assert.equal(error.kind, "conflict");
        assert.match(
          error.message,
          / tags\.owner: Pulumi last saw nothing, it is now "theirs", the program wants "ours"\. Nothing/,
        );
        assert.equal(flowNamed(bench, "web").tags.owner, "theirs");
        await update(flow, { name: "web", tags: { ...tags, owner: "theirs" } });
        await update(flow, { name: "web", tags, onConflict: "overwrite" });
        assert.equal(flowNamed(bench, "web").tags.owner, "ours");
      });
    }

    it("update: to drop a field that somebody changed since is refused", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "update", "web", { description: "theirs" });
      const error = await failureAs(FlowError, update(flow, { name: "web" }));
      assert.match(error.message, /description: Pulumi last saw "old", it is now "theirs", the program wants ""/);
    });

    it("update: a change outside is found also when the program turns its template into a list of controls", async () => {
      const flow = await created(bench, { name: "web", template: TEMPLATE });
      edit(bench, "update", "web", { template: OTHER_TEMPLATE });
      const error = await failureAs(FlowError, update(flow, { name: "web", legacyTemplate: ["scan"] }));
      assert.equal(error.kind, "conflict");
      assert.equal(flowNamed(bench, "web").template, OTHER_TEMPLATE);
    });

    it('update: `onConflict: "overwrite"` goes on', async () => {
      const flow = await created(bench, { name: "web", description: "old", onConflict: "overwrite" });
      edit(bench, "update", "web", { description: "theirs" });
      await update(flow, { name: "web", description: "new", onConflict: "overwrite" });
      assert.equal(flowNamed(bench, "web").description, "new");
    });

    it("update: the override for one run goes on", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "update", "web", { description: "theirs" });
      await update(flow, { name: "web", description: "new" }, { overrides: { overwrites: true } });
      assert.equal(flowNamed(bench, "web").description, "new");
    });

    it("update: a refresh is the acknowledgement: afterwards the same update goes on", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "update", "web", { description: "theirs" });
      const refreshed = await bench.run().lifecycle.read(flow.id, flow.state);
      assert.ok(refreshed);
      await update(refreshed, { name: "web", description: "new" });
      assert.equal(flowNamed(bench, "web").description, "new");
    });
  });

  describe("rename", () => {
    it("rename: is done in place, and keeps Pulumi's id, Kosli's id and everything else", async () => {
      const flow = await created(bench, { name: "web", description: "d", template: TEMPLATE, tags: { team: "shop" } });
      const before = flowNamed(bench, "web");
      const args = { name: "shop", description: "d", template: TEMPLATE, tags: { team: "shop" } };
      const inputs = bench.inputs(args);
      const run = bench.run();
      assert.deepEqual(run.lifecycle.diff(flow.state, inputs), { changed: ["name"], replaces: [] });
      const state = await run.lifecycle.update(flow.id, flow.state, inputs);
      assert.deepEqual(bench.calls(), ["getFlow 200", "getFlow 404", "renameFlow 200", "getFlow 200"]);
      assert.deepEqual(state, {
        ...flow.state,
        name: "shop",
        url: `${bench.emulator.url}/acme/flows/shop`,
      });
      assert.deepEqual(flowNamed(bench, "shop"), { ...before, name: "shop", former_names: ["web"] });
    });

    it("rename: together with other changes writes to the new name", async () => {
      const flow = await created(bench, { name: "web", description: "old", tags: { team: "shop" } });
      await update(flow, { name: "shop", description: "new", tags: { team: "cart" } });
      assert.deepEqual(
        writes(bench).map(({ call }) => call),
        [
          "PUT /api/v2/flows/acme/web/rename",
          "PUT /api/v2/flows/acme/template_file",
          "PATCH /api/v2/tags/acme/flow/shop",
        ],
      );
      const [only, ...others] = flowsNamed(bench);
      assert.deepEqual([only?.name, only?.description, only?.tags, others], ["shop", "new", { team: "cart" }, []]);
    });

    it("rename: to the name of another flow is refused before any write", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "create", "shop", { description: "theirs" });
      const error = await failureAs(FlowError, update(flow, { name: "shop", description: "new" }));
      assert.equal(error.kind, "collision");
      assert.equal(
        error.message,
        'Kosli flow "acme/web": It cannot be renamed to "shop": another flow of acme has this name. Nothing was changed; choose another name.',
      );
      assert.deepEqual(writes(bench), []);
    });

    it("rename: to a name that still leads to another flow is refused before any write", async () => {
      const flow = await created(bench, { name: "web" });
      edit(bench, "create", "shop");
      edit(bench, "rename", "shop", { new_name: "cart" });
      const error = await failureAs(FlowError, update(flow, { name: "shop" }));
      assert.equal(error.kind, "collision");
      assert.match(error.message, /^Kosli flow "acme\/web": The name "shop" still leads to the flow "cart" of acme/);
      assert.deepEqual(writes(bench), []);
    });

    it("rename: back to an old name of its own works", async () => {
      const flow = await created(bench, { name: "web" });
      const state = await update(flow, { name: "shop" });
      const back = await update({ id: flow.id, state }, { name: "web" });
      assert.deepEqual([back.name, back.vendorId], ["web", flow.state.vendorId]);
      assert.deepEqual(
        flowsNamed(bench).map(({ name, former_names }) => [name, former_names]),
        [["web", ["shop"]]],
      );
    });

    it("rename: back to an old name of its own works on servers without ids", async () => {
      bench.emulator.switches({ ids: "absent" });
      const flow = await created(bench, { name: "web" });
      const state = await update(flow, { name: "shop" });
      const back = await update({ id: flow.id, state }, { name: "web" });
      assert.equal(back.name, "web");
      assert.deepEqual(
        flowsNamed(bench).map(({ name }) => name),
        ["web"],
      );
    });

    it("rename: a rename outside is a conflict over the name, which names both", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "rename", "web", { new_name: "theirs" });
      const error = await failureAs(FlowError, update(flow, { name: "web", description: "new" }));
      assert.equal(error.kind, "conflict");
      assert.match(error.message, /name: Pulumi last saw "web", it is now "theirs", the program wants "web"\./);
      assert.deepEqual(writes(bench), []);
    });

    it("rename: a rename outside is undone when the program says to overwrite", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      edit(bench, "rename", "web", { new_name: "theirs" });
      const args = { name: "web", description: "new", onConflict: "overwrite" };
      const state = await update(flow, args);
      assert.equal(state.vendorId, flow.state.vendorId);
      assert.deepEqual(
        flowsNamed(bench).map(({ name, description }) => [name, description]),
        [["web", "new"]],
      );
    });

    for (const [what, action] of [
      ["a 500", { status: 500 }],
      ["a reset", { reset: true }],
      ["no answer", { hang: true }],
    ] as const) {
      it(`rename: ${what} after the rename is found out by reading, and the update goes on`, async () => {
        const flow = await created(bench, { name: "web", description: "old" });
        bench.emulator.faults([fault("renameFlow", "after", action)]);
        const state = await update(flow, { name: "shop", description: "new" }, { timeout: 150 });
        assert.deepEqual([state.name, state.description, state.vendorId], ["shop", "new", flow.state.vendorId]);
        assert.equal(bench.emulator.journal().filter(({ operation }) => operation === "renameFlow").length, 1);
      });
    }

    it("rename: a passing lock conflict is waited out", async () => {
      const flow = await created(bench, { name: "web" });
      bench.emulator.faults([fault("renameFlow", "before", { status: 409 }, { times: 2 })]);
      const run = bench.run();
      const state = await run.lifecycle.update(flow.id, flow.state, bench.inputs({ name: "shop" }));
      assert.deepEqual([state.name, state.vendorId], ["shop", flow.state.vendorId]);
      assert.deepEqual(bench.calls(), [
        "getFlow 200",
        "getFlow 404",
        "renameFlow 409",
        "renameFlow 409",
        "renameFlow 200",
        "getFlow 200",
      ]);
      assert.deepEqual(run.clock.pauses, [250, 500]);
    });

    for (const renameOntoExisting of [400, 409] as const) {
      it(`rename: a name that somebody takes while a lock conflict is waited out is told (${renameOntoExisting})`, async () => {
        bench.emulator.switches({ renameOntoExisting });
        const flow = await created(bench, { name: "web" });
        bench.emulator.faults([fault("renameFlow", "before", { status: 409 })]);
        const run = bench.run();
        meanwhile(run, "PUT", "/rename", () => edit(bench, "create", "shop", { description: "theirs" }));
        const inputs = bench.inputs({ name: "shop" });
        const error = await failureAs(FlowError, run.lifecycle.update(flow.id, flow.state, inputs));
        assert.equal(error instanceof PartialFailure, false);
        assert.match(error.message, /^Kosli flow "acme\/web": .*A flow named 'shop' already exists/);
        assert.deepEqual(
          flowsNamed(bench).map(({ name, description }) => [name, description]),
          [
            ["web", ""],
            ["shop", "theirs"],
          ],
        );
      });
    }

    it("rename: a 500 before the rename fails, and the next update converges", async () => {
      const flow = await created(bench, { name: "web" });
      bench.emulator.faults([fault("renameFlow", "before", { status: 500 })]);
      const error = await failureAs(FlowError, update(flow, { name: "shop" }));
      assert.equal(error instanceof PartialFailure, false);
      assert.match(
        error.message,
        /^Kosli flow "acme\/web": PUT \/api\/v2\/flows\/acme\/web\/rename was refused with 500/,
      );
      const state = await update(flow, { name: "shop" });
      assert.equal(state.name, "shop");
    });
  });

  describe("half done", () => {
    it("update: what was changed before a failure is recorded, and the next update converges", async () => {
      const flow = await created(bench, { name: "web", description: "old", tags: { team: "shop" } });
      bench.emulator.faults([fault("patchTags", "before", { status: 403 })]);
      const args = { name: "web", description: "new", tags: { team: "cart" } };
      const error = await failureAs(PartialFailure, update(flow, args));
      assert.equal(error.id, "acme/web");
      assert.equal(
        error.message,
        'Kosli flow "acme/web" could not be changed: PATCH /api/v2/tags/acme/flow/web was refused with 403: Injected fault 403. ' +
          "The token's role may not do this: the role Member of the organization is enough. " +
          "Part of the change was made and is recorded; run `pulumi up` again to finish it.",
      );
      assert.deepEqual([error.state.description, error.state.tags], ["new", { team: "shop" }]);
      bench.emulator.faults([]);
      bench.emulator.clearJournal();
      const state = await update(error, args);
      assert.deepEqual(bench.calls(), ["getFlow 200", "patchTags 200", "getFlow 200"]);
      assert.deepEqual(bench.run().lifecycle.diff(state, bench.inputs(args)), { changed: [], replaces: [] });
    });

    it("update: a template that is declared for the first time, and that did not arrive, is nobody's change in the next update", async () => {
      const flow = await created(bench, { name: "web" });
      edit(bench, "update", "web", { template: OTHER_TEMPLATE });
      const seen = await bench.run().lifecycle.read(flow.id, flow.state);
      assert.ok(seen);
      bench.emulator.faults([fault("putFlow", "before", { status: 400 })]);
      const args = { name: "shop", template: TEMPLATE };
      const error = await failureAs(PartialFailure, update(seen, args));
      assert.equal(flowNamed(bench, "shop").template, OTHER_TEMPLATE);
      bench.emulator.faults([]);
      const state = await update({ id: error.id, state: error.state }, args);
      assert.equal(flowNamed(bench, "shop").template, TEMPLATE);
      assert.deepEqual(bench.run().lifecycle.diff(state, bench.inputs(args)), { changed: [], replaces: [] });
    });

    it("update: what somebody does to a template whose first declaration did not arrive is refused in the next update", async () => {
      const flow = await created(bench, { name: "web" });
      bench.emulator.faults([fault("putFlow", "before", { status: 400 })]);
      const args = { name: "shop", template: TEMPLATE };
      const error = await failureAs(PartialFailure, update(flow, args));
      bench.emulator.faults([]);
      edit(bench, "update", "shop", { template: OTHER_TEMPLATE });
      const { kind } = await failureAs(FlowError, update({ id: error.id, state: error.state }, args));
      assert.equal(kind, "conflict");
    });

    it("update: a tag that was to be dropped is still dropped after a change of which only a part was made", async () => {
      const flow = await created(bench, { name: "web", description: "old", tags: { a: "1", b: "2" } });
      edit(bench, "tag", "web", { ci: "github" });
      bench.emulator.faults([fault("patchTags", "before", { status: 403 })]);
      const args = { name: "web", description: "new", tags: { a: "1" } };
      const error = await failureAs(PartialFailure, update(flow, args));
      assert.deepEqual([error.state.description, error.state.tags], ["new", { a: "1", b: "2" }]);
      assert.deepEqual(bench.run().lifecycle.diff(error.state, bench.inputs(args)).changed, ["tags"]);
      const state = await update(error, args);
      assert.deepEqual(flowNamed(bench, "web").tags, { a: "1", ci: "github" });
      assert.deepEqual(bench.run().lifecycle.diff(state, bench.inputs(args)), { changed: [], replaces: [] });
    });

    it("update: a field that was to be dropped is still dropped after a change of which only a part was made", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      bench.emulator.faults([fault("putFlow", "before", { status: 403 })]);
      const error = await failureAs(PartialFailure, update(flow, { name: "shop" }));
      assert.deepEqual([error.state.name, error.state.description], ["shop", "old"]);
      assert.deepEqual(bench.run().lifecycle.diff(error.state, bench.inputs({ name: "shop" })).changed, [
        "description",
      ]);
      const state = await update(error, { name: "shop" });
      assert.equal(flowNamed(bench, "shop").description, "");
      assert.deepEqual(bench.run().lifecycle.diff(state, bench.inputs({ name: "shop" })), {
        changed: [],
        replaces: [],
      });
    });

    it("update: what the vendor never tells counts as sent only once it was", async () => {
      const old = { name: "web", legacyTemplate: ["scan"], repoUrl: "https://github.com/acme/old" };
      const args = { ...old, name: "shop", repoUrl: "https://github.com/acme/new" };
      const flow = await created(bench, old);
      bench.emulator.faults([fault("putFlowLegacy", "before", { status: 403 })]);
      const error = await failureAs(PartialFailure, update(flow, args));
      assert.deepEqual([error.state.name, error.state.repoUrl], ["shop", old.repoUrl]);
      assert.deepEqual(bench.run().lifecycle.diff(error.state, bench.inputs(args)).changed, ["repoUrl"]);
      const state = await update(error, args);
      assert.equal(flowNamed(bench, "shop").repo_url, args.repoUrl);
      assert.equal(state.repoUrl, args.repoUrl);
    });

    it("update: a message that quotes a whole sentence of the vendor has one full stop after it", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      bench.emulator.faults([fault("patchTags", "before", { status: 400, body: { message: "Tags are locked." } })]);
      const args = { name: "web", description: "new", tags: { team: "shop" } };
      const error = await failureAs(PartialFailure, update(flow, args));
      assert.match(error.message, / was refused with 400: Tags are locked\. Part of the change was made /);
    });

    it("update: a half-done rename is recorded under the id that the flow has in Pulumi", async () => {
      const flow = await created(bench, { name: "web", tags: { team: "shop" } });
      bench.emulator.faults([fault("patchTags", "before", { status: 403 })]);
      const args = { name: "shop", tags: { team: "cart" } };
      const error = await failureAs(PartialFailure, update(flow, args));
      assert.equal(error.state.name, "shop");
      assert.equal(error.id, "acme/web");
    });

    it("update: a half-done rename is not lost on servers without ids", async () => {
      bench.emulator.switches({ ids: "absent" });
      const flow = await created(bench, { name: "web", tags: { team: "shop" } });
      bench.emulator.faults([fault("patchTags", "before", { status: 403 })]);
      const args = { name: "shop", tags: { team: "cart" } };
      const error = await failureAs(PartialFailure, update(flow, args));
      assert.equal(error.state.name, "shop");
      bench.emulator.faults([]);
      assert.deepEqual((await update(error, args)).tags, { team: "cart" });
    });

    it("update: a failure that changed nothing leaves the state as it was", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      bench.emulator.faults([fault("putFlow", "before", { status: 403 })]);
      const error = await failureAs(FlowError, update(flow, { name: "web", description: "new" }));
      assert.equal(error instanceof PartialFailure, false);
      assert.match(
        error.message,
        /^Kosli flow "acme\/web": PUT \S+ was refused with 403: .* Member of the organization is/,
      );
      assert.equal(flowNamed(bench, "web").description, "old");
    });

    it("update: a 500 after the write is repeated, since it changes nothing more", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      bench.emulator.faults([fault("putFlow", "after", { status: 500 })]);
      const run = bench.run();
      await run.lifecycle.update(flow.id, flow.state, bench.inputs({ name: "web", description: "new" }));
      assert.deepEqual(bench.calls(), ["getFlow 200", "putFlow 500", "putFlow 200", "getFlow 200"]);
      assert.deepEqual(run.clock.pauses, [250]);
      assert.equal(flowsNamed(bench).length, 1);
    });

    it("update: answers that are lost for ever end in a partial failure where the write was done", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      bench.emulator.faults([fault("putFlow", "after", { status: 500 }, { times: 0 })]);
      const error = await failureAs(PartialFailure, update(flow, { name: "web", description: "new" }));
      assert.equal(error.state.description, "new");
      bench.emulator.faults([]);
      bench.emulator.clearJournal();
      await update(error, { name: "web", description: "new" });
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
    });

    it("update: a write whose result cannot be read converges in the next update", async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      bench.emulator.faults([1, 2].map((index) => fault("getFlow", "before", { status: 403 }, { index: index + 1 })));
      await failureAs(FlowError, update(flow, { name: "web", description: "new" }));
      bench.emulator.faults([]);
      const state = await update(flow, { name: "web", description: "new" });
      assert.equal(state.description, "new");
    });
  });

  it("update: a value that the vendor does not keep is told as a perpetual diff", async () => {
    const flow = await created(bench, { name: "web", visibility: "private" });
    bench.emulator.switches({ visibilitySent: "ignored" });
    const run = bench.run();
    const inputs = bench.inputs({ name: "web", visibility: "public" });
    const state = await run.lifecycle.update(flow.id, flow.state, inputs);
    assert.equal(state.visibility, "private");
    assert.deepEqual(run.log.at("warn"), [
      'Kosli flow "acme/web": the vendor took visibility = "public" and answers "private". ' +
        "This would be a perpetual diff: write the vendor's value into the program, or leave visibility out.",
    ]);
  });

  for (const [what, body] of [
    ["an object", { message: "updated" }],
    ["an empty body", ""],
  ] as const) {
    it(`update: a success that is answered with ${what} is a success, since what is there is read anyway`, async () => {
      const flow = await created(bench, { name: "web", description: "old" });
      bench.emulator.faults([fault("putFlow", "after", { status: 200, body })]);
      const state = await update(flow, { name: "web", description: "new" });
      assert.equal(state.description, "new");
      assert.deepEqual(bench.calls(), ["getFlow 200", "putFlow 200", "getFlow 200"]);
    });
  }

  it("update: an update that settles warns of nothing", async () => {
    const flow = await created(bench, { name: "web", description: "old", tags: { team: "shop" } });
    const run = bench.run();
    await run.lifecycle.update(flow.id, flow.state, bench.inputs({ name: "web", description: "new" }));
    assert.deepEqual(run.log.at("warn"), []);
  });

  describe("lists of controls", () => {
    const REPOSITORY = "https://github.com/acme/web";

    it("legacyTemplate: is sent by the deprecated call and reads back as the list that it is", async () => {
      const args = { name: "web", description: "d", legacyTemplate: ["scan", "lint"], repoUrl: REPOSITORY };
      const flow = await created(bench, args);
      assert.equal(flowNamed(bench, "web").template, SCAN_AND_LINT);
      assert.equal(flowNamed(bench, "web").repo_url, REPOSITORY);
      assert.deepEqual([flow.state.legacyTemplate, flow.state.repoUrl], [["scan", "lint"], REPOSITORY]);
      const found = await bench.run().lifecycle.read(flow.id, flow.state);
      assert.deepEqual(found?.inputs, { ...args, org: "acme" });
    });

    it("legacyTemplate: a change is sent whole, with the repository and without a template file", async () => {
      const flow = await created(bench, {
        name: "web",
        description: "d",
        legacyTemplate: ["scan"],
        repoUrl: REPOSITORY,
      });
      await update(flow, { name: "web", description: "d", legacyTemplate: ["scan", "lint"], repoUrl: REPOSITORY });
      assert.deepEqual(writes(bench), [
        {
          call: "PUT /api/v2/flows/acme",
          body: { name: "web", description: "d", template: ["scan", "lint"], repo_url: REPOSITORY },
        },
      ]);
    });

    it("legacyTemplate: the order of the list is no difference", async () => {
      const { state } = await created(bench, { name: "web", legacyTemplate: ["scan", "lint"] });
      const inputs = bench.inputs({ name: "web", legacyTemplate: ["lint", "scan", "artifact"] });
      assert.deepEqual(bench.run().lifecycle.diff(state, inputs).changed, []);
    });

    it("legacyTemplate: a changed list shows as the list that it is now", async () => {
      const { id, state } = await created(bench, { name: "web", legacyTemplate: ["scan"] });
      edit(bench, "update", "web", { template: SCAN_AND_LINT });
      const found = await bench.run().lifecycle.read(id, state);
      assert.deepEqual(found?.inputs?.legacyTemplate, ["scan", "lint"]);
    });

    it("legacyTemplate: a template that no list makes shows as the text that it is, and is repaired", async () => {
      const args = { name: "web", legacyTemplate: ["scan"] };
      const flow = await created(bench, args);
      edit(bench, "update", "web", { template: TEMPLATE });
      const found = await bench.run().lifecycle.read(flow.id, flow.state);
      assert.ok(found);
      assert.equal(found.inputs?.legacyTemplate, TEMPLATE);
      assert.deepEqual(bench.run().lifecycle.diff(found.state, flow.inputs).changed, ["legacyTemplate"]);
      const state = await update(found, args);
      assert.deepEqual(state.legacyTemplate, ["scan"]);
    });

    it("repoUrl: what Kosli makes of it is neither read nor compared", async () => {
      const { id, state, inputs } = await created(bench, {
        name: "web",
        legacyTemplate: ["scan"],
        repoUrl: REPOSITORY,
      });
      edit(bench, "update", "web", { repo_url: "https://github.com/acme/other" });
      const found = await bench.run().lifecycle.read(id, state);
      assert.deepEqual(found, { id, state, inputs });
    });

    it("repoUrl: a change of it alone is sent", async () => {
      const flow = await created(bench, { name: "web", legacyTemplate: ["scan"], repoUrl: REPOSITORY });
      const state = await update(flow, { name: "web", legacyTemplate: ["scan"], repoUrl: `${REPOSITORY}-2` });
      assert.equal(flowNamed(bench, "web").repo_url, `${REPOSITORY}-2`);
      assert.equal(state.repoUrl, `${REPOSITORY}-2`);
    });

    it("legacyTemplate: turned into a template, the flow is written by the current call and settles", async () => {
      const flow = await created(bench, { name: "web", legacyTemplate: ["scan"], repoUrl: REPOSITORY });
      const args = { name: "web", template: TEMPLATE };
      const run = bench.run();
      assert.deepEqual(run.lifecycle.diff(flow.state, bench.inputs(args)).changed, [
        "template",
        "legacyTemplate",
        "repoUrl",
      ]);
      const state = await update(flow, args);
      assert.deepEqual(writes(bench), [
        {
          call: "PUT /api/v2/flows/acme/template_file",
          body: { data_json: { name: "web", description: "" }, template_file: TEMPLATE },
        },
      ]);
      assert.deepEqual(["legacyTemplate" in state, "repoUrl" in state, state.template], [false, false, TEMPLATE]);
      assert.deepEqual(run.lifecycle.diff(state, bench.inputs(args)), { changed: [], replaces: [] });
    });

    it("legacyTemplate: replacing a template, the flow is written by the deprecated call and settles", async () => {
      const flow = await created(bench, { name: "web", description: "d", template: TEMPLATE });
      const args = { name: "web", description: "d", legacyTemplate: ["scan", "lint"] };
      const state = await update(flow, args);
      assert.deepEqual(writes(bench), [
        { call: "PUT /api/v2/flows/acme", body: { name: "web", description: "d", template: ["scan", "lint"] } },
      ]);
      assert.deepEqual(["template" in state, state.legacyTemplate], [false, ["scan", "lint"]]);
      assert.deepEqual(bench.run().lifecycle.diff(state, bench.inputs(args)), { changed: [], replaces: [] });
    });

    it("legacyTemplate: turned into the template that Kosli made of it needs no write", async () => {
      const flow = await created(bench, { name: "web", legacyTemplate: ["scan", "lint"] });
      const state = await update(flow, { name: "web", template: SCAN_AND_LINT });
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
      assert.equal(state.template, SCAN_AND_LINT);
    });

    it("legacyTemplate: a change of the description keeps the list", async () => {
      const flow = await created(bench, { name: "web", description: "old", legacyTemplate: ["scan", "lint"] });
      await update(flow, { name: "web", description: "new", legacyTemplate: ["scan", "lint"] });
      const { description, template } = flowNamed(bench, "web");
      assert.deepEqual([description, template], ["new", SCAN_AND_LINT]);
    });

    it("legacyTemplate: a creation whose answer was lost is found again and taken as ours", async () => {
      bench.emulator.faults([fault("putFlowLegacy", "after", { reset: true })]);
      const { state } = await created(bench, { name: "web", legacyTemplate: ["scan"], repoUrl: REPOSITORY });
      assert.deepEqual(
        flowsNamed(bench).map(({ id }) => id),
        [state.vendorId],
      );
    });
  });
});
