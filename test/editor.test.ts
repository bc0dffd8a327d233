import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as flows from "pulumi-flows";
import { rulesOf } from "../provider/lifecycle/canonical";
import { allVendors } from "../provider/vendors";
import { prose } from "../scripts/reference";
import { EveryArgument, type Mentioned } from "./harness/every-argument";
import { TypedModules } from "./harness/typed-modules";

const head = `import { humanloop, kapso, kosli, runtype } from "pulumi-flows";
const { node, edge } = kapso;
const { step } = runtype;
void [humanloop, kosli, node, edge, step];
`;

/** Mistakes between « and »: where the compiler must point, and what it must say. */
const MISTAKES: Readonly<Record<string, readonly [statement: string, said: RegExp]>> = {
  "a wrong kind of node": [
    `new kapso.Workflow("w", { definition: { nodes: [node.start(), node.«sendTxt»("a", { message: "x" })], edges: [] } });`,
    /'sendTxt' does not exist.*Did you mean 'sendText'\?/,
  ],
  "a wrong kind of step": [
    `new runtype.Flow("f", { steps: [step.«promt»("a", { userPrompt: "x" })] });`,
    /'promt' does not exist.*Did you mean 'prompt'\?/,
  ],
  "a step of another vendor among nodes": [
    `new kapso.Workflow("w", { definition: { nodes: [node.start(), «step.prompt("x", { userPrompt: "x" })»], edges: [] } });`,
    /'Step' is not assignable to type 'Argument<Node>'.*'data' is missing/s,
  ],
  "a node of another vendor among steps": [
    `new runtype.Flow("f", { steps: [«node.start()»] });`,
    /'Node' is not assignable to type 'Argument<Step>'.*'name' is missing/s,
  ],
  "a node of an object with a misspelt kind": [
    `new kapso.Workflow("w", { definition: { nodes: [{ id: "a", data: { «node_typ»: "send_text" } }], edges: [] } });`,
    /'node_typ' does not exist in type/,
  ],
  "a node whose kind is no text": [
    `new kapso.Workflow("w", { definition: { nodes: [{ id: "a", data: { «node_type»: 3 } }], edges: [] } });`,
    /'number' is not assignable to type 'Argument<string>'/,
  ],
  "a misspelt setting of a node": [
    `new kapso.Workflow("w", { definition: { nodes: [node.sendText("a", { message: "x", «delay_second»: 1 })], edges: [] } });`,
    /'delay_second' does not exist.*'Arguments<SendTextConfig>'\. Did you mean to write 'delay_seconds'\?/,
  ],
  "a misspelt setting of a step": [
    `new runtype.Flow("f", { steps: [step.prompt("a", { userPrompt: "x", «outputvariable»: "y" })] });`,
    /'Arguments<PromptConfig>'\. Did you mean to write 'outputVariable'\?/,
  ],
  "a misspelt setting of a step, deeper": [
    `new runtype.Flow("f", { steps: [step.fetchUrl("a", { http: { url: "x", «methd»: "GET" } })] });`,
    /'methd' does not exist in type 'Argument<HttpRequest>'/,
  ],
  "a value that a node's setting does not have": [
    `new kapso.Workflow("w", { definition: { nodes: [node.decide("a", { «decision_type»: "person", conditions: [] })], edges: [] } });`,
    /'"person"' is not assignable to type 'Argument<"function" \| "ai">'/,
  ],
  "a value that a step's setting does not have": [
    `new runtype.Flow("f", { steps: [step.fetchUrl("a", { http: { url: "x" }, «responseType»: "yaml" })] });`,
    /'"yaml"' is not assignable to type .*"text" \| "json" \| "xml"/,
  ],
  "a misspelt member of an edge": [
    `new kapso.Workflow("w", { definition: { nodes: [], edges: [{ source: "a", target: "b", «lable»: "x" }] } });`,
    /'lable' does not exist in type 'Argument<Edge>'/,
  ],
  "a misspelt option of an edge": [
    `new kapso.Workflow("w", { definition: { nodes: [], edges: [edge("a", "b", { «lable»: "x" })] } });`,
    /'EdgeOptions'\. Did you mean to write 'label'\?/,
  ],
  "a type of attestation that Kosli does not have": [
    `new kosli.Flow("f", { template: { trail: { attestations: [{ name: "unit", «type»: "junitt" }] } } });`,
    /Did you mean '"junit"'\?/,
  ],
  "a misspelt member of an artifact": [
    `new kosli.Flow("f", { template: { trail: { artifacts: [{ name: "web", «attestation»: [] }] } } });`,
    /'attestation' does not exist in type 'Argument<FlowArtifact>'/,
  ],
  "a misspelt reference of an evaluator": [
    `new humanloop.FlowMonitoring("f", { flow: "x", evaluators: [{ «evaluatorID»: "x" }] });`,
    /'evaluatorID' does not exist in type 'Argument<Evaluator>'/,
  ],
  "a misspelt argument": [
    `new humanloop.Flow("f", { attributes: {}, «versonName»: "x" });`,
    /Did you mean to write 'versionName'\?/,
  ],
};

/** Where | stands, an editor offers at least these, and not those. */
const OFFERED: Readonly<Record<string, readonly [statement: string, offered: string, not?: string]>> = {
  "kinds of nodes within a workflow": [
    `new kapso.Workflow("x", { definition: { nodes: [node.|] } });`,
    "start sendText decide webhook agent",
    "prompt length",
  ],
  "kinds of steps within a flow": [
    `new runtype.Flow("x", { steps: [step.|] });`,
    "prompt fetchUrl conditional",
    "sendText",
  ],
  "settings of a node within a workflow": [
    `new kapso.Workflow("x", { definition: { nodes: [node.webhook("a", { | })] } });`,
    "url method headers body_template save_response_to",
    "message id",
  ],
  "settings of a node, deeper": [
    `new kapso.Workflow("x", { definition: { nodes: [node.agent("a", { flow_agent_webhooks: [{ | }] })] } });`,
    "name url headers",
    "system_prompt",
  ],
  "values of a node's setting": [
    `new kapso.Workflow("x", { definition: { nodes: [node.decide("a", { decision_type: "|" })] } });`,
    "ai function",
  ],
  "members of a node of an object": [
    `new kapso.Workflow("x", { definition: { nodes: [{ | }] } });`,
    "id data position",
    "source",
  ],
  "members of a node's data": [
    `new kapso.Workflow("x", { definition: { nodes: [{ id: "a", data: { | } }] } });`,
    "node_type config",
    "id",
  ],
  "members of an edge": [
    `new kapso.Workflow("x", { definition: { nodes: [], edges: [{ | }] } });`,
    "source target label",
    "data",
  ],
  "options of an edge": [`new kapso.Workflow("x", { definition: { edges: [edge("a", "b", { | })] } });`, "label"],
  "settings of a step within a flow": [
    `new runtype.Flow("x", { steps: [step.prompt("a", { userPrompt: "x", | })] });`,
    "model systemPrompt tools outputVariable",
    "url userPrompt",
  ],
  "settings of a step, deeper": [
    `new runtype.Flow("x", { steps: [step.fetchUrl("a", { http: { | } })] });`,
    "url method headers body",
    "responseType",
  ],
  "members of a step within a branch": [
    `new runtype.Flow("x", { steps: [step.conditional("a", { condition: "x", trueSteps: [{ | }] })] });`,
    "type name config",
    "condition",
  ],
  "values of a step's setting": [
    `new runtype.Flow("x", { steps: [step.fetchUrl("a", { http: { url: "x" }, responseType: "|" })] });`,
    "json text xml",
  ],
  "members of a step of an object": [`new runtype.Flow("x", { steps: [{ | }] });`, "type name config when"],
  "types of attestations": [
    `new kosli.Flow("x", { template: { trail: { attestations: [{ name: "a", type: "|" }] } } });`,
    "junit generic decision",
  ],
  "arguments of a resource": [
    `new humanloop.Flow("x", { | });`,
    "attributes path versionName adopt onConflict",
    "versionId",
  ],
};

/** What makes nodes, edges and steps; what it answers is told with the arguments that take it. */
const BUILDERS = /^(kapso\.(node\.|edge$)|runtype\.step\.)/;

describe("editor", function () {
  this.timeout(60_000);

  let modules: TypedModules;
  let every: EveryArgument;
  let hovers: (Mentioned & { readonly type: string; readonly documentation: string })[];

  before(() => {
    const texts = [
      ["whole", 'import * as flows from "pulumi-flows";\nvoid flows;'],
      ...Object.entries(MISTAKES).map(([title, [text]]) => [title, head + text.replace(/[«»]/g, "")]),
      ...Object.entries(OFFERED).map(([title, [text]]) => [title, head + text.replace("|", "")]),
    ];
    modules = new TypedModules(Object.fromEntries(texts));
    modules.add("every argument", "whole", (source, checker) => {
      every = new EveryArgument(source, checker);
      return every.text;
    });
    hovers = every.mentioned.map((each) => ({ ...each, ...modules.hoverAt("every argument", each.at) }));
  });

  it("editor: over every argument, output and result of everything exported there is documentation", () => {
    const silent = hovers.filter(({ documentation }) => documentation.trim() === "");
    assert.deepEqual(silent.map(nameOf), []);
  });

  it("editor: no export and no argument of a flow type is left out of that", () => {
    const told = new Set(hovers.map(({ of, role, path }) => `${role} ${role === "export" ? "" : `${of} `}${path}`));
    const exported = Object.entries(flows).flatMap(([vendor, all]) => Object.keys(all).map((each) => [vendor, each]));
    assert.ok(exported.length > 30);
    const kinds = [flows.kapso.node, flows.runtype.step].flatMap((each) => Object.keys(each));
    for (const [vendor, each] of exported) assert.ok(told.has(`export ${vendor}.${each}`), `${vendor}.${each}`);
    for (const each of kinds)
      assert.ok(told.has(`export kapso.node.${each}`) || told.has(`export runtype.step.${each}`), each);
    for (const type of allVendors().flatMap(({ flowTypes }) => flowTypes)) {
      const given = Object.keys(type.fields.shape).filter((field) => !rulesOf(type, field).derived);
      assert.ok(given.length > 1, type.token);
      for (const field of given)
        assert.ok(told.has(`argument ${type.token.replace(":", ".")} ${field}`), `${type.token} ${field}`);
    }
  });

  it("editor: what it shows is what the reference says, member by member", () => {
    for (const { name } of allVendors()) {
      const entries = entriesOf(name);
      const own = hovers.filter(({ of, role }) => of.startsWith(`${name}.`) && role !== "export");
      assert.ok(entries.length > 30, name);
      for (const entry of entries) {
        const texts = own.filter((each) => isTold(each, entry)).map(({ documentation }) => prose(documentation));
        assert.ok(texts.includes(entry.text), `${nameOf(entry)} in the reference, "${entry.text}", is not: ${texts}`);
      }
      for (const each of own.filter(({ role, of }) => role === "argument" || !BUILDERS.test(of))) {
        // What lookups and the host need of a provider is no output for programs.
        if (each.role === "result" && each.of === `${name}.Provider`) continue;
        // The reference does not take outputs apart.
        if (each.role === "result" && isResource(each.of) && /[.[]/.test(each.path)) continue;
        const texts = entries.filter((entry) => isTold(each, entry)).map(({ text }) => text);
        assert.ok(texts.includes(prose(each.documentation)), `${nameOf(each)} is not in the reference`);
      }
    }
  });

  it("editor: it tells of every parameter of a builder", () => {
    const builders = hovers.filter(({ of, role }) => role === "export" && BUILDERS.test(of));
    assert.ok(builders.length > 40);
    for (const { at, of } of builders) {
      const place = every.text.indexOf("(", at) + 1;
      const parameters = Object.entries(modules.parametersAt("every argument", place));
      assert.ok(parameters.length >= 2, of);
      for (const [name, documentation] of parameters) assert.notEqual(documentation, "", `${of} ${name}`);
    }
  });

  it("editor: the types that it shows can be read at a glance", () => {
    const long = hovers.filter(({ type }) => type.length > 400 || type.split("\n").length > 12);
    assert.deepEqual(long.map(nameOf), []);
  });

  for (const [title, [text, said]] of Object.entries(MISTAKES)) {
    it(`editor: ${title} is underlined where it stands, and only there`, () => {
      const problems = modules.problems(title);
      assert.deepEqual(
        problems.map(({ start, underlined }) => [start, underlined]),
        [[head.length + text.indexOf("«"), text.slice(text.indexOf("«") + 1, text.indexOf("»"))]],
      );
      assert.match(problems[0]?.message ?? "", said);
    });
  }

  for (const [title, [text, offered, not = ""]] of Object.entries(OFFERED)) {
    it(`editor: it offers the ${title}`, () => {
      const found = modules.completionsAt(title, head.length + text.indexOf("|"));
      assert.deepEqual(
        offered.split(" ").filter((each) => !found.includes(each)),
        [],
      );
      assert.deepEqual(
        not.split(" ").filter((each) => found.includes(each)),
        [],
      );
    });
  }
});

/** A member on a reference page. */
interface Entry {
  /** What it belongs to: the resource, the function, or the interface that several share. */
  readonly of: string;
  readonly role: "argument" | "result" | "either";
  readonly path: string;
  readonly text: string;
}

function entriesOf(vendor: string): Entry[] {
  const folder = join(resolve(__dirname, ".."), "docs/reference", vendor);
  const pages = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  let top = "";
  return pages
    .join("\n")
    .split(/^(?=#)/m)
    .flatMap((section) => {
      const [, marks = "", title = ""] = /^(#+) (.*)$/m.exec(section) ?? [];
      if (marks === "#") top = title;
      const place = PLACES[title] ?? { of: title, role: title === `${vendor}.Provider` ? "argument" : "either" };
      const entries = section.matchAll(/^- \*\*`([^`]+)`\*\* · .*\\\n((?: {2}.*\n)+)/gm);
      return [...entries].map(([, path = "", words = ""]) => ({
        of: place.of ?? `${top}${place.suffix ?? ""}`,
        role: place.role,
        path: title === "Get" ? path.replace(/^state\./, "") : path,
        text: words.replace(/^ {2}/gm, "").trimEnd(),
      }));
    });
}

/** Sections that belong to the resource above them. */
const PLACES: Readonly<
  Record<string, { readonly of?: string; readonly suffix?: string; readonly role: Entry["role"] }>
> = {
  Arguments: { role: "argument" },
  Outputs: { role: "result" },
  Get: { role: "argument", suffix: ".get" },
};

/** Whether an entry of the reference is about what was pointed at. */
function isTold(mentioned: Mentioned, entry: Entry): boolean {
  const path = mentioned.path.replace(/^\[\]\.?/, "");
  if (path !== entry.path) return false;
  if (entry.role !== "either") return mentioned.of === entry.of && mentioned.role === entry.role;
  return mentioned.of === entry.of || isShared(entry.of);
}

/** Interfaces have sections of their own, for all functions that take or answer them. */
function isShared(title: string): boolean {
  return /^\w+\.[A-Z]/.test(title);
}

function isResource(of: string): boolean {
  return /^\w+\.[A-Z]\w*$/.test(of);
}

function nameOf({ of, role, path }: { of: string; role: string; path: string }): string {
  return `${of}: ${role} ${path}`;
}
