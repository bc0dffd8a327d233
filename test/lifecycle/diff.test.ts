import assert from "node:assert/strict";
import { check } from "../../provider/lifecycle/check";
import { diff } from "../../provider/lifecycle/diff";
import { UNKNOWN, type Values } from "../../provider/lifecycle/values";
import { flow } from "../../provider/vendors/kosli/flow";
import { KosliBench } from "../harness/kosli-lifecycle";
import { created } from "../harness/kosli-world";

const TEMPLATE = "version: 1\ntrail:\n  attestations:\n    - name: review\n      type: pull_request\n";
const EVERYTHING = {
  name: "web",
  description: "d",
  visibility: "private",
  template: TEMPLATE,
  tags: { team: "shop" },
  adopt: false,
};
const NOTHING = { changed: [], replaces: [] };

describe("diff", () => {
  let bench: KosliBench;
  let state: Values;
  let legacyState: Values;
  before(async () => {
    bench = await KosliBench.start();
    state = (await created(bench, EVERYTHING)).state;
    legacyState = (await created(bench, { name: "old", legacyTemplate: ["scan"], repoUrl: "https://x.test" })).state;
  });
  after(() => bench.emulator.close());

  const inputs = (args: Values) => check(flow, args, { org: "acme" }).inputs;
  const against = (args: Values, old = state) => diff(flow, old, inputs(args));

  it("diff: a flow that was just created is as the program wants it", () => {
    assert.deepEqual(against(EVERYTHING), NOTHING);
    assert.deepEqual(
      against({ name: "old", legacyTemplate: ["scan"], repoUrl: "https://x.test" }, legacyState),
      NOTHING,
    );
  });

  it("diff: makes no call", () => {
    bench.emulator.clearJournal();
    bench.run().lifecycle.diff(state, inputs({ ...EVERYTHING, description: "new" }));
    assert.deepEqual(bench.calls(), []);
  });

  it("diff: every field that changes alone is the only one that is named", () => {
    const changes: Values = {
      name: "shop",
      description: "new",
      visibility: "public",
      template: "version: 1",
      tags: { team: "cart" },
      adopt: true,
    };
    for (const [field, value] of Object.entries(changes)) {
      assert.deepEqual(against({ ...EVERYTHING, [field]: value }), { changed: [field], replaces: [] });
    }
  });

  it("diff: only another organization replaces", () => {
    assert.deepEqual(against({ ...EVERYTHING, org: "other" }), { changed: ["org"], replaces: ["org"] });
  });

  it("diff: a field that the program drops is a change", () => {
    for (const field of ["description", "visibility", "template", "tags"]) {
      const { [field]: _, ...others } = inputs(EVERYTHING);
      assert.deepEqual(diff(flow, state, others), { changed: [field], replaces: [] });
    }
  });

  it("diff: a field that the program begins to declare is a change even where no value differs", async () => {
    const { state: undeclared } = await created(bench, { name: "plain" });
    assert.equal(undeclared.description, "");
    assert.deepEqual(diff(flow, undeclared, inputs({ name: "plain", description: "" })), {
      changed: ["description"],
      replaces: [],
    });
  });

  it("diff: a value that is not known yet counts as changed, at any depth", () => {
    assert.deepEqual(against({ ...EVERYTHING, description: UNKNOWN }).changed, ["description"]);
    assert.deepEqual(against({ ...EVERYTHING, tags: { team: UNKNOWN } }).changed, ["tags"]);
    const template = { trail: { attestations: [{ name: "review", type: UNKNOWN }] } };
    assert.deepEqual(against({ ...EVERYTHING, template }).changed, ["template"]);
  });

  it("diff: an unknown name is a change and never a replacement", () => {
    assert.deepEqual(against({ ...EVERYTHING, name: UNKNOWN }), { changed: ["name"], replaces: [] });
  });

  it("diff: a template of the same meaning is no difference, in whichever form and order", () => {
    for (const template of [
      `# with a comment\n${TEMPLATE}`,
      "{trail: {attestations: [{type: pull_request, name: review}], artifacts: []}}",
      JSON.stringify({ version: 1, trail: { attestations: [{ name: "review", type: "pull_request" }] } }),
      { trail: { attestations: [{ name: "review", type: "pull_request" }], artifacts: [] } },
      { version: 1, trail: { attestations: { review: { type: "pull_request" } } } },
    ]) {
      assert.deepEqual(against({ ...EVERYTHING, template }), NOTHING, JSON.stringify(template));
    }
  });

  it("diff: one more key of tags and one less are changes", () => {
    assert.deepEqual(against({ ...EVERYTHING, tags: { team: "shop", tier: "1" } }).changed, ["tags"]);
    assert.deepEqual(against({ ...EVERYTHING, tags: {} }).changed, ["tags"]);
  });

  it("diff: the order of tags is no difference", async () => {
    const { state: tagged } = await created(bench, { name: "tagged", tags: { a: "1", b: "2" } });
    assert.deepEqual(diff(flow, tagged, inputs({ name: "tagged", tags: { b: "2", a: "1" } })), NOTHING);
  });

  it("diff: what the vendor alone sets is no difference", () => {
    assert.deepEqual(
      diff(flow, { ...state, vendorId: "another", url: "https://elsewhere.test" }, inputs(EVERYTHING)),
      NOTHING,
    );
  });

  it("diff: does not change what it is given", () => {
    const [oldState, wanted] = [structuredClone(state), inputs({ ...EVERYTHING, tags: { tier: "1" } })];
    const copy = structuredClone(wanted);
    diff(flow, oldState, wanted);
    assert.deepEqual([oldState, wanted], [state, copy]);
  });

  it("diff: a state of a flow that was only looked up counts as declaring nothing", () => {
    const { __declared: _, ...lookedUp } = state;
    assert.deepEqual(diff(flow, lookedUp, inputs({ name: "web", description: "d" })).changed, [
      "name",
      "org",
      "description",
    ]);
  });
});
