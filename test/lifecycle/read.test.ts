import assert from "node:assert/strict";
import { FlowError } from "../../provider/lifecycle/errors";
import { declarationOf } from "../../provider/lifecycle/state";
import { failureAs } from "../harness/failure-of";
import { KosliBench } from "../harness/kosli-lifecycle";
import { created, edit, fault, flowNamed, flowsNamed } from "../harness/kosli-world";

const TEMPLATE =
  "# what a release proves\nversion: 1\ntrail:\n  attestations:\n    - {name: review, type: pull_request}\n";

describe("read", () => {
  let bench: KosliBench;
  let other: KosliBench;
  before(async () => {
    bench = await KosliBench.start();
    // Another region, in which somebody has a flow of the same name.
    const theirs = { id: "ffffffff-0000-4000-8000-ffffffff", org: "acme", name: "shared" };
    other = await KosliBench.start({ seed: { kosli: { flows: [theirs] } } });
  });
  afterEach(() => {
    bench.emulator.reset();
    other.emulator.reset();
  });
  after(() => Promise.all([bench.emulator.close(), other.emulator.close()]));

  it("read: an unchanged flow reads as it was created, and its inputs are those of the program", async () => {
    const args = { name: "web", description: "d", visibility: "public", template: TEMPLATE, tags: { team: "shop" } };
    const { id, state } = await created(bench, args);
    const found = await bench.run().lifecycle.read(id, state);
    assert.deepEqual(found, { id, state, inputs: { ...args, org: "acme" } });
  });

  it("read: engine arguments stay among the inputs", async () => {
    const { id, state } = await created(bench, { name: "web", adopt: true, onConflict: "overwrite" });
    const found = await bench.run().lifecycle.read(id, state);
    assert.deepEqual(found?.inputs, { name: "web", org: "acme", adopt: true, onConflict: "overwrite" });
  });

  it("read: what was changed outside shows in state and inputs, in the program's form", async () => {
    const template = { trail: { attestations: [{ name: "review", type: "pull_request" }] } };
    const { id, state, inputs } = await created(bench, { name: "web", description: "d", template });
    edit(bench, "update", "web", {
      description: "edited",
      template: "trail: {attestations: [{name: jira, type: jira}]}",
    });
    const run = bench.run();
    const found = await run.lifecycle.read(id, state);
    const drifted = { trail: { attestations: { jira: { type: "jira" } } } };
    assert.deepEqual(found?.inputs, { name: "web", org: "acme", description: "edited", template: drifted });
    assert.deepEqual([found?.state.description, found?.state.template], ["edited", drifted]);
    assert.deepEqual(run.lifecycle.diff(found?.state ?? {}, inputs).changed, ["description", "template"]);
  });

  it("read: a template that is no template any more is shown as the text that it is", async () => {
    const template = { trail: { attestations: [{ name: "review", type: "pull_request" }] } };
    const { id, state } = await created(bench, { name: "web", template });
    edit(bench, "update", "web", { template: "version: 2\n" });
    const found = await bench.run().lifecycle.read(id, state);
    assert.equal(found?.inputs?.template, "version: 2\n");
  });

  it("read: a template that only changed in spelling keeps the program's text", async () => {
    const { id, state } = await created(bench, { name: "web", template: TEMPLATE });
    edit(bench, "update", "web", { template: "trail:\n  attestations:\n  - type: pull_request\n    name: review\n" });
    const found = await bench.run().lifecycle.read(id, state);
    assert.deepEqual(found?.state, state);
  });

  it("read: fields that the program does not declare never appear in the inputs", async () => {
    const { id, state } = await created(bench, { name: "web" });
    edit(bench, "update", "web", { description: "theirs", visibility: "public", template: TEMPLATE });
    edit(bench, "tag", "web", { ci: "github" });
    const found = await bench.run().lifecycle.read(id, state);
    assert.deepEqual(found?.inputs, { name: "web", org: "acme" });
    assert.deepEqual([found?.state.description, found?.state.visibility], ["theirs", "public"]);
    assert.deepEqual(["template" in (found?.state ?? {}), "tags" in (found?.state ?? {})], [false, false]);
  });

  it("read: tags that others set never appear, and changes of our own do", async () => {
    const { id, state } = await created(bench, { name: "web", tags: { team: "shop", "cost.centre": "7" } });
    edit(bench, "tag", "web", { ci: "github", team: "other", "cost.centre": null });
    const found = await bench.run().lifecycle.read(id, state);
    assert.deepEqual(found?.inputs?.tags, { team: "other" });
    assert.deepEqual(found?.state.tags, { team: "other" });
  });

  it("read: a tag that bears the name of something every object has is gone when it was removed", async () => {
    const { id, state } = await created(bench, { name: "web", tags: { toString: "x", team: "shop" } });
    edit(bench, "tag", "web", { toString: null });
    const found = await bench.run().lifecycle.read(id, state);
    assert.deepEqual(found?.inputs?.tags, { team: "shop" });
  });

  it("read: a rename outside shows as the new name under the old id", async () => {
    const { id, state } = await created(bench, { name: "web" });
    edit(bench, "rename", "web", { new_name: "shop" });
    const found = await bench.run().lifecycle.read(id, state);
    assert.equal(found?.id, "acme/web");
    assert.deepEqual([found?.state.name, found?.inputs?.name], ["shop", "shop"]);
    assert.equal(found?.state.url, `${bench.emulator.url}/acme/flows/shop`);
    assert.equal(found?.state.vendorId, state.vendorId);
  });

  it("read: a flow that was renamed outside is found by Kosli's id also when another took its name", async () => {
    const { id, state } = await created(bench, { name: "web" });
    edit(bench, "rename", "web", { new_name: "shop" });
    edit(bench, "create", "web", { description: "theirs" });
    const found = await bench.run().lifecycle.read(id, state);
    assert.deepEqual([found?.state.name, found?.state.vendorId], ["shop", state.vendorId]);
  });

  describe("what is gone", () => {
    it("read: an archived flow is gone, once a GET has confirmed that it is in no list", async () => {
      const { id, state } = await created(bench, { name: "web" });
      edit(bench, "archive", "web");
      assert.equal(await bench.run().lifecycle.read(id, state), undefined);
      assert.deepEqual(bench.calls(), ["listFlows 200", "getFlow 404"]);
    });

    it("read: a name that was given to another flow is not ours, so ours is gone", async () => {
      const { id, state } = await created(bench, { name: "web" });
      edit(bench, "archive", "web");
      edit(bench, "create", "web");
      assert.equal(await bench.run().lifecycle.read(id, state), undefined);
    });

    it("read: a flow that the list lacks but a GET shows is there", async () => {
      const { id, state } = await created(bench, { name: "web" });
      bench.emulator.faults([
        fault("listFlows", "before", { status: 200, body: { data: [], pagination: null } }, { times: 0 }),
      ]);
      const found = await bench.run().lifecycle.read(id, state);
      assert.deepEqual(found?.state, state);
      assert.deepEqual(bench.calls(), ["listFlows 200", "getFlow 200"]);
    });

    it("read: 404 for the whole organization is an error, never gone", async () => {
      const { id, state } = await created(bench, { name: "web" });
      bench.emulator.switches({ orgs: ["other"] });
      const error = await failureAs(FlowError, bench.run().lifecycle.read(id, state));
      assert.match(
        error.message,
        /^Kosli flow "acme\/web": GET \S+ was refused with 404: Organization 'acme' does not/,
      );
    });

    it("read: a key of an account that does not hold the organization never empties the stack", async () => {
      const { id, state } = await created(bench, { name: "web" });
      bench.emulator.switches({ keys: { "other-token": { orgs: ["other"], role: "member" } } });
      await failureAs(FlowError, bench.run({ apiToken: "other-token" }).lifecycle.read(id, state));
    });

    it("read: absence at another host is an error that names both accounts, never gone", async () => {
      const { id, state } = await created(bench, { name: "web" });
      const error = await failureAs(FlowError, other.run().lifecycle.read(id, state));
      assert.equal(error.kind, "wrongAccount");
      const [there, here] = [`${other.emulator.url}/acme`, `${bench.emulator.url}/acme`];
      assert.equal(
        error.message.startsWith(
          `Kosli flow "acme/web": The credentials reach ${there}, but this flow belongs to ${here}. Nothing was changed`,
        ),
        true,
      );
    });

    it("read: a flow of the same name at another host is not taken for ours", async () => {
      const { id, state } = await created(bench, { name: "shared" });
      const error = await failureAs(FlowError, other.run().lifecycle.read(id, state));
      assert.equal(error.kind, "wrongAccount");
    });

    it("read: an answer without the fields that identify a flow is an error, never gone", async () => {
      const { id, state } = await created(bench, { name: "web" });
      edit(bench, "archive", "web");
      bench.emulator.faults([fault("getFlow", "before", { status: 200, body: { hello: "world" } })]);
      const error = await failureAs(FlowError, bench.run().lifecycle.read(id, state));
      assert.match(
        error.message,
        /^Kosli flow "acme\/web": GET \S+ was answered with 200 but with something that lacks name, org/,
      );
    });
  });

  describe("a host that has another name now", () => {
    it("read: a flow with Kosli's own id is the flow, whatever the host is called", async () => {
      const { id, state, inputs } = await created(bench, { name: "web", description: "d" });
      const hostRoot = bench.emulator.url.replace("127.0.0.1", "localhost");
      const moved = () => bench.run({ hostRoot }).lifecycle;
      const found = await moved().read(id, state);
      assert.deepEqual(found?.inputs, inputs);
      assert.equal(found?.state.url, `${hostRoot}/acme/flows/web`);
      const updated = await moved().update(id, state, { ...inputs, description: "new" });
      assert.equal(flowNamed(bench, "web").description, "new");
      await moved().delete(id, updated);
      assert.equal(flowsNamed(bench, "web")[0]?.archived, true);
    });

    it("read: a flow without ids may be another one there, so it is an error", async () => {
      bench.emulator.switches({ ids: "absent" });
      const { id, state } = await created(bench, { name: "web" });
      const hostRoot = bench.emulator.url.replace("127.0.0.1", "localhost");
      const error = await failureAs(FlowError, bench.run({ hostRoot }).lifecycle.read(id, state));
      assert.equal(error.kind, "wrongAccount");
    });
  });

  describe("a state of another version", () => {
    it("read: fails and says to install a newer package, in every call that would need to understand it", async () => {
      const { id, state, inputs } = await created(bench, { name: "web", description: "d" });
      const newer = { ...state, __declared: JSON.stringify({ ...declarationOf(state), version: 4 }) };
      const { lifecycle } = bench.run();
      const said = /written by a newer version of pulumi-flows \(state version 4\): install that one\.$/;
      await assert.rejects(async () => lifecycle.read(id, newer), said);
      await assert.rejects(lifecycle.update(id, newer, { ...inputs, description: "new" }), said);
      assert.throws(() => lifecycle.diff(newer, inputs), said);
      assert.equal(flowNamed(bench, "web").description, "d");
    });
  });

  describe("lists", () => {
    const seedFlows = (count: number) => {
      for (let index = 0; index < count; index++) edit(bench, "create", `flow-${String(index).padStart(3, "0")}`);
    };

    it("read: 250 flows are read with one call for each hundred", async () => {
      seedFlows(250);
      const adopting = bench.run();
      const names = bench.emulator.state().kosli.flows.map(({ name }) => name);
      const states = await Promise.all(
        names.map((name) => adopting.lifecycle.create(bench.inputs({ name, adopt: true }))),
      );
      bench.emulator.clearJournal();
      const run = bench.run();
      const found = await Promise.all(states.map(({ id, state }) => run.lifecycle.read(id, state)));
      assert.deepEqual(
        found.map((each) => each?.state),
        states.map(({ state }) => state),
      );
      assert.deepEqual(
        bench.emulator.journal().map(({ path }) => path),
        [1, 2, 3].map((page) => `/api/v2/flows/acme?page=${page}&per_page=100`),
      );
    });

    it("read: exactly a hundred flows of a server that tells no pages are all found", async () => {
      seedFlows(100);
      const run = bench.run();
      assert.equal((await run.account.lists.all("acme")).length, 100);
    });

    it("read: a list answers for at most ten seconds", async () => {
      const { id, state } = await created(bench, { name: "web", description: "d" });
      const run = bench.run();
      await run.lifecycle.read(id, state);
      edit(bench, "update", "web", { description: "edited" });
      assert.equal((await run.lifecycle.read(id, state))?.state.description, "d");
      run.clock.advance(10_001);
      assert.equal((await run.lifecycle.read(id, state))?.state.description, "edited");
      assert.deepEqual(bench.calls(), ["listFlows 200", "listFlows 200"]);
    });

    it("read: a list does not answer for what this process has changed since", async () => {
      const { id, state, inputs } = await created(bench, { name: "web", description: "d" });
      const run = bench.run();
      await run.lifecycle.read(id, state);
      const updated = await run.lifecycle.update(id, state, { ...inputs, description: "new" });
      assert.deepEqual((await run.lifecycle.read(id, updated))?.state, updated);
    });

    it("read: a list that failed does not answer for the next read", async () => {
      const { id, state } = await created(bench, { name: "web" });
      bench.emulator.faults([fault("listFlows", "before", { status: 403 })]);
      const run = bench.run();
      await failureAs(FlowError, run.lifecycle.read(id, state));
      assert.deepEqual((await run.lifecycle.read(id, state))?.state, state);
    });

    it("read: a placeholder that stands in a list for a flow which Kosli cannot render does no harm", async () => {
      const { id, state } = await created(bench, { name: "web" });
      const { id: vendorId, name, org, description, template, visibility, tags } = flowNamed(bench, "web");
      const body = {
        data: [
          { error: "cannot be rendered" },
          null,
          "?",
          { id: vendorId, name, org, description, template, visibility, tags },
        ],
        pagination: null,
      };
      bench.emulator.faults([fault("listFlows", "before", { status: 200, body })]);
      assert.deepEqual((await bench.run().lifecycle.read(id, state))?.state, state);
      assert.deepEqual(bench.calls(), ["listFlows 200"]);
    });

    it("read: a server that does not page is read with one call", async () => {
      const { id, state } = await created(bench, { name: "web" });
      const { id: vendorId, name, org, description, template, visibility, tags } = flowNamed(bench, "web");
      const body = [{ id: vendorId, name, org, description, template, visibility, tags }];
      bench.emulator.faults([fault("listFlows", "before", { status: 200, body })]);
      assert.deepEqual((await bench.run().lifecycle.read(id, state))?.state, state);
      assert.deepEqual(bench.calls(), ["listFlows 200"]);
    });
  });

  describe("older servers", () => {
    it("read: a flow without ids is found by its name, and reads as it was created", async () => {
      bench.emulator.switches({ ids: "absent", tagsNull: true, visibilityInReply: "absent", repoUrlUnknown: null });
      const { id, state, inputs } = await created(bench, { name: "web", description: "d", tags: {} });
      const run = bench.run();
      const found = await run.lifecycle.read(id, state);
      assert.deepEqual(found, { id, state, inputs });
      assert.deepEqual(run.lifecycle.diff(state, inputs), { changed: [], replaces: [] });
    });

    it("read: a flow that was renamed outside is an error that names its new name, never gone", async () => {
      bench.emulator.switches({ ids: "absent" });
      const { id, state, inputs } = await created(bench, { name: "web", description: "d" });
      edit(bench, "rename", "web", { new_name: "shop" });
      const message =
        'Kosli flow "acme/web": It was renamed to "shop" outside of Pulumi, and this server gives flows no ids to follow. ' +
        "Rename it back; or remove it from the stack with `pulumi state delete` and adopt it under its new name.";
      for (const action of [
        () => bench.run().lifecycle.read(id, state),
        () => bench.run().lifecycle.update(id, state, { ...inputs, description: "new" }),
        () => bench.run().lifecycle.delete(id, state),
      ]) {
        const error = await failureAs(FlowError, action());
        assert.deepEqual([error.kind, error.message], ["conflict", message]);
      }
      assert.equal(flowNamed(bench, "shop").description, "d");
      edit(bench, "rename", "shop", { new_name: "web" });
      assert.deepEqual((await bench.run().lifecycle.read(id, state))?.state, state);
    });

    it("read: a server that begins to tell ids adds them to the state", async () => {
      bench.emulator.switches({ ids: "absent" });
      const { id, state } = await created(bench, { name: "web" });
      bench.emulator.switches({ ids: "present" });
      const found = await bench.run().lifecycle.read(id, state);
      assert.deepEqual(found?.state, { ...state, vendorId: flowNamed(bench, "web").id });
    });
  });

  describe("Flow.get", () => {
    it("get: a flow that the stack does not manage is read by its id alone", async () => {
      edit(bench, "create", "web", { description: "theirs", template: TEMPLATE });
      edit(bench, "tag", "web", { ci: "github" });
      const found = await bench.run().lifecycle.read("acme/web", {});
      assert.deepEqual(bench.calls(), ["getFlow 200"]);
      const { legacyTemplate: _, ...state } = found?.state ?? {};
      assert.deepEqual(
        { ...found, state },
        {
          id: "acme/web",
          state: {
            name: "web",
            org: "acme",
            description: "theirs",
            visibility: "private",
            template: TEMPLATE,
            tags: { ci: "github" },
            vendorId: flowNamed(bench, "web").id,
            url: `${bench.emulator.url}/acme/flows/web`,
          },
        },
      );
    });

    it("get: a template that no list of controls makes is not shown as a list of controls", async () => {
      edit(bench, "create", "web", { template: TEMPLATE });
      const found = await bench.run().lifecycle.read("acme/web", {});
      assert.equal(found?.state.legacyTemplate, undefined);
    });

    it("get: a missing flow is an error that names it, never a silent nothing", async () => {
      const error = await failureAs(FlowError, bench.run().lifecycle.read("acme/web", { name: "web" }));
      assert.equal(error.kind, "notFound");
      assert.equal(error.message, 'There is no Kosli flow "acme/web".');
    });

    it("get: an id that is none says what an id looks like", async () => {
      for (const id of ["web", "acme/web/more", "/web", "acme/"]) {
        const error = await failureAs(FlowError, bench.run().lifecycle.read(id, {}));
        assert.equal(
          error.message,
          `Kosli flow "${id}": The id "${id}" does not lead to a flow: it must be "organization/name".`,
        );
      }
      assert.deepEqual(bench.calls(), []);
    });

    it("get: an id that would change the path is an expected failure, and makes no call", async () => {
      for (const id of ["acme/..", "../web", "acme/."]) {
        const error = await failureAs(FlowError, bench.run().lifecycle.read(id, {}));
        assert.match(error.message, /^Kosli flow /);
      }
      assert.deepEqual(bench.calls(), []);
    });

    it("get: what was looked up once and is gone at a later refresh is dropped, not an error", async () => {
      edit(bench, "create", "web");
      const first = await bench.run().lifecycle.read("acme/web", {});
      assert.ok(first);
      edit(bench, "archive", "web");
      assert.equal(await bench.run().lifecycle.read("acme/web", first.state), undefined);
    });

    it("get: what was looked up once by its name alone is dropped on servers without ids too", async () => {
      bench.emulator.switches({ ids: "absent" });
      edit(bench, "create", "web");
      const first = await bench.run().lifecycle.read("acme/web", {});
      assert.ok(first);
      edit(bench, "archive", "web");
      assert.equal(await bench.run().lifecycle.read("acme/web", first.state), undefined);
    });

    it("get: what was looked up once is found again by Kosli's id after a rename", async () => {
      edit(bench, "create", "web");
      const first = await bench.run().lifecycle.read("acme/web", {});
      edit(bench, "rename", "web", { new_name: "shop" });
      const second = await bench.run().lifecycle.read("acme/web", first?.state ?? {});
      assert.equal(second?.state.name, "shop");
    });
  });
});
