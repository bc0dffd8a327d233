import assert from "node:assert/strict";
import { type PreviewedFlow, readPreviews } from "../../../provider/cli/review/preview";
import { type ReviewedFlow, reviewedFlow } from "../../../provider/cli/review/reviewed-flow";
import { check } from "../../../provider/lifecycle/check";
import { UNKNOWN_TEXT } from "../../../provider/lifecycle/drawing";
import { encode } from "../../../provider/lifecycle/migrate";
import { DECLARED, declare, seenOf } from "../../../provider/lifecycle/state";
import { UNKNOWN, type Values } from "../../../provider/lifecycle/values";
import { flowTypeOf } from "../../../provider/runtime/process";
import { type Previewed, previewOf, stepOf, urnOf } from "./previews";

async function previewed(flows: readonly Previewed[], more?: Values) {
  const [preview] = await readPreviews([], {
    stdout: () => undefined,
    stderr: () => undefined,
    stdin: async () => previewOf(flows, more),
    cwd: ".",
  });
  return preview ?? assert.fail();
}

async function reviewed(flow: Previewed): Promise<ReviewedFlow> {
  const { flows, names } = await previewed([flow]);
  const [only] = flows;
  return reviewedFlow(only ?? assert.fail(), names);
}

/** What changes in boxes, arrows and beside them, in short. */
function told({ boxes, arrows, fields }: ReviewedFlow): unknown {
  return {
    boxes: boxes.map(({ fate, title, changes }) => [fate, title, ...changes.map(({ place }) => place)].join(" ")),
    arrows: arrows.map(({ fate, from, to, label }) => [fate, from, to, label].join(" ").trim()),
    fields: fields.map(({ place, before, after }) => `${place}: ${before} => ${after}`),
  };
}

const send = (id: string, message: string, more: Values = {}) => ({
  id,
  data: { node_type: "send_text", config: { message }, ...more },
});
const start = { id: "start", data: { node_type: "start", config: {} } };
const bot = (
  nodes: readonly Values[],
  edges: readonly (readonly [string, string, string?])[],
  more: Values = {},
): Values => ({
  name: "bot",
  definition: {
    nodes: [start, ...nodes],
    edges: edges.map(([source, target, label]) => ({ source, target, ...(label ? { label } : {}) })),
  },
  ...more,
});
const kapso = { token: "kapso:Workflow", name: "bot" };

describe("review of a flow", () => {
  it("review: a Kapso workflow tells its nodes by what they are made of, its edges as connections, and fields beside the graph", async () => {
    const found = await reviewed({
      ...kapso,
      before: bot(
        [send("greet", "Hello you"), send("old", "Bye")],
        [
          ["start", "greet"],
          ["greet", "old"],
        ],
        { description: "one" },
      ),
      after: bot(
        [send("greet", "Hello there"), send("new", "See you")],
        [
          ["start", "greet"],
          ["greet", "new"],
        ],
        { description: "two" },
      ),
    });
    assert.equal(found.title, 'Kapso workflow "bot"');
    assert.deepEqual(told(found), {
      boxes: ["changed greet config.message", "added new config.message", "removed old config.message"],
      arrows: ["added greet new", "removed greet old"],
      fields: ["description: one => two"],
    });
  });

  it("review: what means nothing to the vendor is no change", async () => {
    const found = await reviewed({
      ...kapso,
      before: bot([send("greet", "Hello", { display_name: "Greeting" })], [["start", "greet"]]),
      after: bot([send("greet", "Hello", { display_name: "Other" })], [["start", "greet", "next"]], {
        status: "draft",
      }),
    });
    assert.deepEqual(told(found), { boxes: [], arrows: [], fields: ["status: undefined => draft"] });
  });

  it("review: a step of Runtype that moves changes its connections, and not itself", async () => {
    const step = (name: string, config: Values = { userPrompt: name }) => ({
      type: "prompt",
      name,
      config: { model: "m", ...config },
    });
    const flow = (...steps: Values[]) => ({ name: "answers", steps });
    const found = await reviewed({
      token: "runtype:Flow",
      name: "answers",
      before: flow(step("a"), step("b"), step("c")),
      after: flow(step("a"), step("c", { userPrompt: "c, warmly" }), step("b")),
    });
    assert.deepEqual(told(found), {
      boxes: ["changed c config.userPrompt"],
      arrows: ["added a c", "removed a b", "added c b", "removed b c"],
      fields: [],
    });
  });

  it("review: a Kosli template tells attestations and artifacts, also where it is a text", async () => {
    const template = (attestations: Values[]) => ({ name: "web", org: "acme", template: { trail: { attestations } } });
    const report = { name: "report", type: "generic" };
    const found = await reviewed({
      token: "kosli:Flow",
      name: "web",
      before: template([report]),
      after: template([
        { ...report, type: "junit" },
        { name: "scan", type: "snyk" },
      ]),
    });
    assert.deepEqual(told(found), {
      boxes: ["changed report type", "added scan"],
      arrows: ["added web scan"],
      fields: [],
    });
    const text = (type: string) => ({
      name: "web",
      org: "acme",
      template: `version: 1\ntrail:\n  attestations:\n    - {name: report, type: ${type}}\n`,
    });
    const same = await reviewed({ token: "kosli:Flow", name: "web", before: text("generic"), after: text("junit") });
    assert.deepEqual(told(same), { boxes: ["changed report type"], arrows: [], fields: [] });
  });

  it("review: a Humanloop flow tells what its version is made of", async () => {
    const flow = (attributes: Values) => ({ path: "a/b", attributes });
    const found = await reviewed({
      token: "humanloop:Flow",
      name: "prompt",
      before: flow({ system: "Say it", model: "m" }),
      after: flow({ system: "Say it kindly", model: "m" }),
      outputs: { versionId: "flv_1" },
    });
    assert.deepEqual(told(found), { boxes: ["changed [unknown] attributes.system"], arrows: [], fields: [] });
  });

  it("review: only keys that the program owns are compared", async () => {
    const flow = (tags: Values) => ({ name: "web", org: "acme", tags });
    const found = await reviewed({
      token: "kosli:Flow",
      name: "web",
      before: flow({ team: "a", old: "x" }),
      after: flow({ team: "b" }),
      outputs: { tags: { team: "a", old: "x", others: "stay" } },
    });
    assert.deepEqual(told(found), { boxes: [], arrows: [], fields: ["tags.team: a => b", "tags.old: x => undefined"] });
  });

  it("review: a new flow tells all that it says, and one that goes all that it said", async () => {
    const args = bot([send("greet", "Hello")], [["start", "greet"]]);
    const made = await reviewed({ ...kapso, after: args });
    assert.deepEqual(
      [made.operation, told(made)],
      [
        "create",
        {
          boxes: ["added start", "added greet config.message"],
          arrows: ["added start greet"],
          fields: ["name: undefined => bot"],
        },
      ],
    );
    const gone = await reviewed({ ...kapso, before: args });
    assert.deepEqual(
      [gone.operation, told(gone)],
      [
        "delete",
        {
          boxes: ["removed start", "removed greet config.message"],
          arrows: ["removed start greet"],
          fields: ["name: bot => undefined"],
        },
      ],
    );
  });

  it("review: a replacement is one change of several steps", async () => {
    const flow = (org: string) => ({ name: "web", org, description: "it" });
    const change = { token: "kosli:Flow", name: "web", before: flow("acme"), after: flow("other") };
    const { flows } = await previewed([
      { ...change, op: "delete-replaced", more: { newState: null } },
      { ...change, op: "replace" },
      { ...change, op: "create-replacement" },
    ]);
    assert.deepEqual(
      flows.map(({ operation }) => operation),
      ["replace"],
    );
    const found = reviewedFlow(flows[0] ?? assert.fail(), new Map());
    assert.deepEqual(told(found), { boxes: [], arrows: [], fields: ["org: acme => other"] });
  });

  it("review: what an earlier run has replaced and left is no change of the flow in its place, and is told", async () => {
    const args = bot([send("greet", "Hello")], [["start", "greet"]]);
    const { oldState } = stepOf({ ...kapso, before: args });
    const leftover = { ...kapso, op: "delete-replaced", more: { oldState: { ...Object(oldState), delete: true } } };
    const alone = await previewed([leftover]);
    const beside = await previewed([{ ...kapso, before: args, after: args, op: "same" }, leftover]);
    const updated = await previewed([{ ...kapso, before: args, after: bot([], []) }, leftover]);
    assert.deepEqual(
      [alone, beside, updated].map(({ flows, unchanged }) => [flows.map(({ operation }) => operation), unchanged]),
      [
        [[], undefined],
        [[], 1],
        [["update"], undefined],
      ],
    );
    for (const { messages } of [alone, beside, updated])
      assert.deepEqual(messages, [
        {
          severity: "warning",
          text: `${urnOf(kapso.token, kapso.name)}: an earlier run has replaced it, and did not delete the old one: that is deleted now.`,
        },
      ]);
  });

  it("review: a replacement takes nothing over of what is no longer declared", async () => {
    const found = await reviewed({
      ...kapso,
      op: "replace",
      before: bot([send("greet", "Hello")], [["start", "greet"]]),
      after: { name: "bot" },
    });
    assert.deepEqual(told(found), {
      boxes: ["removed start", "removed greet config.message"],
      arrows: ["removed start greet"],
      fields: [],
    });
    assert.deepEqual(found.remarks, ["definition is no longer declared: the new flow has what the vendor gives it."]);
  });

  it("review: a flow that Pulumi only forgets is told to stay", async () => {
    const args = bot([], []);
    const retained = (flow: Previewed) => {
      const { oldState } = stepOf(flow);
      return { ...flow, more: { oldState: { ...Object(oldState), retainOnDelete: true } } };
    };
    const remark = "The flow that is there stays at the vendor: Pulumi only forgets it.";
    assert.deepEqual((await reviewed(retained({ ...kapso, before: args }))).remarks, [remark]);
    const change = { ...kapso, before: args, after: bot([send("greet", "Hello")], []) };
    assert.deepEqual((await reviewed(retained({ ...change, op: "replace" }))).remarks, [remark]);
    assert.deepEqual((await reviewed(retained(change))).remarks, []);
  });

  it("review: a graph that is declared for the first time is no change where the flow has it, and else not drawn as if there were nothing", async () => {
    const args = bot([send("greet", "Hello")], [["start", "greet"]]);
    const { type } = flowTypeOf(kapso.token);
    const { inputs } = check(type, args, {});
    const undeclared = {
      name: "bot",
      [DECLARED]: encode({
        ...declare(type, { name: "bot" }, "acme"),
        ...seenOf(type, inputs, declare(type, { name: "bot" }, "acme")),
      }),
    };
    const taking = (after: Values) => {
      const { oldState } = stepOf({ ...kapso, before: { name: "bot" } });
      return reviewed({
        ...kapso,
        before: { name: "bot" },
        after,
        more: { oldState: { ...Object(oldState), outputs: { ...Object(oldState).outputs, ...undeclared } } },
      });
    };
    const equal = await taking(args);
    assert.deepEqual(told(equal), { boxes: [], arrows: [], fields: [] });
    assert.deepEqual(equal.remarks, ["definition is declared from now on, as it is already."]);
    assert.equal(equal.comparison.boxes.length, 2);
    const other = await taking(bot([send("greet", "Good day")], [["start", "greet"]]));
    assert.equal(other.boxes.length, 2);
    assert.deepEqual(other.remarks, [
      "definition is declared from now on. What the flow holds there now the state does not tell: all of it is shown as added, and takes the place of what is there.",
    ]);
  });

  it("review: a number that becomes a text, and something empty, are told as they are written", async () => {
    const flow = (attributes: Values) => ({ path: "a/b", attributes });
    const found = await reviewed({
      token: "humanloop:Flow",
      name: "prompt",
      before: flow({ max: 1, model: "m", old: {} }),
      after: flow({ max: "1", model: "m", tools: {}, none: null }),
    });
    assert.deepEqual(
      found.boxes.flatMap(({ changes }) =>
        changes.map(({ place, before, after }) => `${place}: ${before} => ${after}`),
      ),
      [
        'attributes.max: 1 => "1"',
        "attributes.old: {} => undefined",
        "attributes.tools: undefined => {}",
        "attributes.none: undefined => null",
      ],
    );
  });

  it("review: of a flow that holds secrets it is told that they may change, whatever else does", async () => {
    const flow = (attributes: Values) => ({ path: "a/b", attributes });
    const change = (before: Values, after: Values) =>
      reviewed({ token: "humanloop:Flow", name: "prompt", before: flow(before), after: flow(after) });
    const key = "sk-1234567890abcdefghijklmnop";
    assert.deepEqual((await change({ key, temperature: 1 }, { key, temperature: 2 })).remarks, [
      "It holds secrets: whether they change as well a preview does not tell.",
    ]);
    assert.match((await change({ key }, { key: `${key}q` })).remarks.join(), /^Nothing that can be shown differs/);
    assert.deepEqual((await change({ temperature: 1 }, { temperature: 2 })).remarks, []);
  });

  it("review: a preview that shows secrets does not make the page show them", async () => {
    const { newState } = stepOf({ ...kapso, after: bot([], []) });
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"hush-hush"' };
    const inputs = { ...Object(newState).inputs, description: secret };
    const found = await reviewed({ ...kapso, after: bot([], []), more: { newState: { ...Object(newState), inputs } } });
    assert.ok(told(found) && JSON.stringify(found).includes("[secret]"));
    assert.doesNotMatch(JSON.stringify(found), /hush/);
  });

  it("review: names may hold what parts a URN", async () => {
    const found = await reviewed({ ...kapso, name: "eu::bot", after: bot([], []) });
    assert.equal(found.name, "eu::bot");
  });

  it("review: a field that is no longer declared is told to stay, or to be cleared where the vendor has nothing", async () => {
    const found = await reviewed({ ...kapso, before: bot([], [], { status: "active" }), after: bot([], []) });
    assert.deepEqual(told(found), { boxes: [], arrows: [], fields: [] });
    assert.deepEqual(found.remarks, ["status is no longer declared: it stays as it is, and others may change it."]);
    const kosli = (more: Values) => ({ name: "web", org: "acme", ...more });
    const cleared = await reviewed({
      token: "kosli:Flow",
      name: "web",
      before: kosli({ description: "it" }),
      after: kosli({}),
    });
    assert.deepEqual(
      [told(cleared), cleared.remarks],
      [{ boxes: [], arrows: [], fields: ["description: it => undefined"] }, []],
    );
  });

  it("review: a field that is declared from now on is told where nothing else changes in it", async () => {
    const found = await reviewed({
      ...kapso,
      before: bot([], []),
      after: bot([], [], { status: "draft" }),
      outputs: { status: "draft" },
    });
    assert.deepEqual(
      [told(found), found.remarks],
      [{ boxes: [], arrows: [], fields: [] }, ["status is declared from now on, as it is already."]],
    );
  });

  it("review: an update that shows nothing says why that may be", async () => {
    const args = bot([], []);
    const { remarks } = await reviewed({ ...kapso, before: args, after: args });
    assert.match(remarks.join(), /Nothing that can be shown differs: a secret may have changed/);
  });

  it("review: arguments to the engine are told", async () => {
    const found = await reviewed({ ...kapso, before: bot([], []), after: bot([], [], { onConflict: "overwrite" }) });
    assert.deepEqual(told(found), { boxes: [], arrows: [], fields: ["onConflict: undefined => overwrite"] });
  });

  it("review: what a preview cannot know is told so", async () => {
    const trigger = (workflowId: string) => ({ workflowId, triggerType: "inbound_message", phoneNumberId: "1" });
    const found = await reviewed({
      token: "kapso:Trigger",
      name: "message",
      before: trigger("wf-1"),
      after: trigger(UNKNOWN),
    });
    assert.equal(found.title, `Kapso trigger "inbound_message 1 of ${UNKNOWN_TEXT}"`);
    assert.deepEqual(
      found.boxes.map(({ fate, title, changes }) => [fate, title, changes]),
      [["changed", UNKNOWN_TEXT, [{ place: "workflowId", before: "wf-1", after: UNKNOWN_TEXT }]]],
    );
  });

  it("review: after a preview that has refreshed, what somebody changed by hand is named", async () => {
    const args = bot([], [], { description: "as declared" });
    const change: Previewed = { ...kapso, before: args, after: args, outputs: { description: "by hand" } };
    const { flows, names } = await previewed([{ ...kapso, before: args, after: args, op: "refresh" }, change]);
    const found = reviewedFlow(flows[0] ?? assert.fail(), names);
    assert.deepEqual(told(found), { boxes: [], arrows: [], fields: ["description: by hand => as declared"] });
    assert.deepEqual(found.remarks, ["Changed outside of Pulumi since the last update: description."]);
  });

  it("review: what others changed in a flow that a program owns by key is nobody's change", async () => {
    const args = { name: "web", org: "acme", tags: { ours: "a" } };
    const kosli = { token: "kosli:Flow", name: "web", before: args, after: { ...args, tags: { ours: "b" } } };
    const { flows, names } = await previewed([
      { ...kosli, op: "refresh" },
      { ...kosli, outputs: { tags: { ours: "a", theirs: "x" } } },
    ]);
    assert.deepEqual(reviewedFlow(flows[0] ?? assert.fail(), names).remarks, []);
  });

  it("review: a flow that somebody deleted by hand is told to be made anew", async () => {
    const args = bot([], []);
    const { flows, names } = await previewed([
      { ...kapso, before: args, after: args, op: "refresh" },
      { ...kapso, after: args },
    ]);
    const found = reviewedFlow(flows[0] ?? assert.fail(), names);
    assert.equal(found.operation, "create");
    assert.deepEqual(found.remarks, ["Somebody has deleted it outside of Pulumi, and it is made anew."]);
  });

  it("review: what exists and is taken over is not drawn as if it were new", async () => {
    const args = bot([send("greet", "Hello")], [["start", "greet"]]);
    const imported = await reviewed({ ...kapso, after: args, op: "import" });
    assert.deepEqual(told(imported), { boxes: [], arrows: [], fields: [] });
    assert.equal(imported.comparison.boxes.length, 2);
    assert.match(imported.remarks.join(), /taken over as it is/);
    const adopted = await reviewed({ ...kapso, after: { ...args, adopt: true } });
    assert.match(adopted.remarks.join(), /Where one of this name exists, it is taken over/);
    assert.ok(adopted.fields.some(({ place, after }) => place === "adopt" && after === "true"));
  });

  it("review: a resource that had another name is told with it", async () => {
    const args = bot([], []);
    const former = urnOf(kapso.token, "former");
    const { oldState } = stepOf({ ...kapso, before: args });
    const renamed = { ...kapso, before: args, after: args, more: { oldState: { ...Object(oldState), urn: former } } };
    assert.equal((await reviewed(renamed)).remarks[0], `The resource was ${former} before.`);
  });

  it("review: a flow that cannot be read is told, and not left out", async () => {
    const flow: PreviewedFlow = {
      operation: "update",
      urn: urnOf("kapso:Other", "it"),
      token: "kapso:Other",
      state: {},
      isGone: false,
      isRetained: false,
      inputs: {},
    };
    const found = reviewedFlow(flow, new Map());
    assert.equal(found.title, 'kapso:Other "it"');
    assert.match(found.remarks.join(), /cannot be shown: This version of pulumi-flows knows no resource "kapso:Other"/);
  });
});
