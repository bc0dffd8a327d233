import assert from "node:assert/strict";
import { FlowError, PartialFailure } from "../../provider/lifecycle/errors";
import type { Values } from "../../provider/lifecycle/values";
import { failureAs } from "../harness/failure-of";
import { KosliBench, type RunOptions } from "../harness/kosli-lifecycle";
import { created, edit, fault, flowNamed, flowsNamed, writes } from "../harness/kosli-world";
import { meanwhile } from "../harness/meanwhile";

const TEMPLATE = "version: 1\ntrail:\n  attestations:\n    - name: review\n      type: pull_request\n";
const OTHER_TEMPLATE = "version: 1\ntrail:\n  attestations:\n    - name: jira\n      type: jira\n";

describe("update", () => {
  let bench: KosliBench;
  before(async () => {
    bench = await KosliBench.start();
  });
  afterEach(() => bench.emulator.reset());
  after(() => bench.emulator.close());

  const update = ({ id, state }: { id: string; state: Values }, args: Values, options?: RunOptions) =>
    bench.run(options).lifecycle.update(id, state, bench.inputs(args));

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
});
