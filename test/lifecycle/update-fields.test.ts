import assert from "node:assert/strict";
import type { Values } from "../../provider/lifecycle/values";
import { KosliBench, type RunOptions } from "../harness/kosli-lifecycle";
import { created, edit, fault, flowNamed, flowsNamed, writes } from "../harness/kosli-world";

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

describe("update: fields", () => {
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
