import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { showPath } from "../../../provider/lifecycle/paths";
import { UNKNOWN } from "../../../provider/lifecycle/values";
import { STEP_TYPES } from "../../../provider/vendors/runtype/steps/config-keys";
import { stepProblems } from "../../../provider/vendors/runtype/steps/validate";

const DATA = join(__dirname, "../../../../shared/data/runtype");

/** What is said of steps: paths as messages show them, warnings marked. */
function said(steps: unknown): string[] {
  return stepProblems(steps).map(
    ({ path, message, warning }) => `${warning ? "(warning) " : ""}${showPath(path, { steps })}: ${message}`,
  );
}

const step = (name: unknown, type: unknown, config?: unknown) => ({
  name,
  type,
  ...(config !== undefined && { config }),
});

/** A step that asks a model and says where the answer goes. */
const prompt = (name: string, userPrompt: unknown, outputVariable: unknown = name) =>
  step(name, "prompt", { userPrompt, outputVariable });

const mail = (html: unknown) => step("mail", "send-email", { to: "a@example.com", html, outputVariable: "sent" });

const either = (name: string, trueSteps: unknown, falseSteps?: unknown) =>
  step(name, "conditional", {
    condition: "{{user_message}}",
    trueSteps,
    ...(falseSteps !== undefined && { falseSteps }),
  });

/** A rule: what is said of steps, and steps like them of which nothing is. */
interface Rule {
  readonly wrong: unknown;
  readonly says: readonly string[];
  readonly right: unknown;
}

function testRules(subject: string, rules: Readonly<Record<string, Rule>>): void {
  for (const [title, { wrong, says, right }] of Object.entries(rules)) {
    it(`${subject}: ${title}`, () => {
      assert.deepEqual(said(wrong), says);
      assert.deepEqual(said(right), []);
    });
  }
}

const FORMS: Readonly<Record<string, Rule>> = {
  "a type that is nearly one is a fault": {
    wrong: [step("get", "fetchUrl", {}), step("ask", "promt", {}), step("put", "upsert_record", {})],
    says: [
      'steps["get"].type: Step "get": there is no step type "fetchUrl": did you mean "fetch-url"?',
      'steps["ask"].type: Step "ask": there is no step type "promt": did you mean "prompt"?',
      'steps["put"].type: Step "put": there is no step type "upsert_record": did you mean "upsert-record"?',
    ],
    right: [step("get", "fetch-url", { http: { url: "https://example.com" } })],
  },
  "a type that only older catalogs name is a fault": {
    wrong: [step("a", "fetch-github", {}), step("b", "send-text", {})],
    says: [
      'steps["a"].type: Step "a": Runtype\'s API takes no "fetch-github", although older catalogs name it: use another type, such as fetch-url',
      'steps["b"].type: Step "b": Runtype\'s API takes no "send-text", although older catalogs name it: use another type, such as api-call',
    ],
    right: [],
  },
  "a type that is not known may be newer: a doubt": {
    wrong: [step("a", "quantum-leap", {})],
    says: [
      '(warning) steps["a"].type: Step "a": "quantum-leap" is no step type that this package knows: Runtype refuses it unless the type is newer than this package',
    ],
    right: [step("a", "loop", { anything: 1 }), step("b", "get-record"), step("c", "list-records", {})],
  },
  "a type that is a word of JavaScript's is like any other": {
    wrong: [step("a", "constructor", {})],
    says: [
      '(warning) steps["a"].type: Step "a": "constructor" is no step type that this package knows: Runtype refuses it unless the type is newer than this package',
    ],
    right: [],
  },
  "a setting that is nearly one is doubted, others are not": {
    wrong: [
      step("ask", "prompt", { userprompt: "Hi", outputvariable: "x", system_prompt: "Be kind", outputVariable: "y" }),
      step("get", "fetch-url", { htttp: {} }),
    ],
    says: [
      '(warning) steps["ask"].config.userprompt: Step "ask": this package does not know config.userprompt: did you mean userPrompt?',
      '(warning) steps["ask"].config.outputvariable: Step "ask": this package does not know config.outputvariable: did you mean outputVariable?',
      '(warning) steps["ask"].config.system_prompt: Step "ask": this package does not know config.system_prompt: did you mean systemPrompt?',
      '(warning) steps["get"].config.htttp: Step "get": this package does not know config.htttp: did you mean http?',
    ],
    right: [step("ask", "prompt", { userPrompt: "Hi", somethingQuiteNew: 1, constructor: 1 })],
  },
  "a step that can do nothing is doubted": {
    wrong: [
      step("a", "prompt", { model: "m" }),
      step("b", "conditional", { trueSteps: [] }),
      step("c", "set-variable", { value: 1 }),
      step("d", "wait-until"),
      step("e", "retrieve-record", {}),
    ],
    says: [
      '(warning) steps["a"].config.userPrompt: Step "a": userPrompt or text is missing: write one of them',
      '(warning) steps["b"].config.condition: Step "b": condition is missing: write it',
      '(warning) steps["c"].config.variableName: Step "c": variableName is missing: write it',
      '(warning) steps["d"].config.delayMs: Step "d": delayMs or poll is missing: write one of them',
      '(warning) steps["e"].config.recordType: Step "e": recordType, recordName or recordFilter is missing: write one of them',
    ],
    right: [
      step("a", "prompt", { text: "Hi" }),
      step("b", "conditional", { condition: UNKNOWN, falseSteps: [] }),
      step("c", "set-variable", { variableName: "x", value: null }),
      step("d", "wait-until", { delayMs: 0 }),
      // The newer catalog's branches, whose keys are not known, may stand for both.
      step("e", "conditional", { ways: [] }),
    ],
  },
  "a step without a name is told by its place": {
    wrong: [
      { type: "prompt", config: { userPrompt: "Hi", userprompt: "" } },
      either("if", [{ type: "promt", name: "" }]),
    ],
    says: [
      "(warning) steps[0].config.userprompt: The step at steps[0]: this package does not know config.userprompt: did you mean userPrompt?",
      'steps["if"].config.trueSteps[0].type: The step at trueSteps[0]: there is no step type "promt": did you mean "prompt"?',
    ],
    right: [],
  },
  "steps within others are judged, in both branches and deeper": {
    wrong: [either("if", [step("a", "promt")], [either("or", [step("b", "prompt", { userPrompt: "Hi", textt: "" })])])],
    says: [
      'steps["if"].config.trueSteps["a"].type: Step "a": there is no step type "promt": did you mean "prompt"?',
      '(warning) steps["if"].config.falseSteps["or"].config.trueSteps["b"].config.textt: Step "b": this package does not know config.textt: did you mean text?',
    ],
    right: [],
  },
  "more than ten conditional steps within each other are a fault": {
    wrong: [nested(11)],
    says: [
      `${`steps["if 1"]${Array.from({ length: 10 }, (_, index) => `.config.trueSteps["if ${index + 2}"]`).join("")}`}.config.trueSteps: Step "if 11": its trueSteps stand within more than 10 conditional steps, which is as many as Runtype takes: join conditions`,
    ],
    right: [nested(10)],
  },
};

/** So many conditional steps within each other, and a step in the innermost. */
function nested(depth: number): unknown {
  let innermost: unknown = step("last", "loop", {});
  for (let level = depth; level > 0; level--) innermost = either(`if ${level}`, [innermost]);
  return innermost;
}

const VARIABLES: Readonly<Record<string, Rule>> = {
  "one that a later step produces is doubted": {
    wrong: [mail("{{summary.text}}"), prompt("summary", "Hi")],
    says: [
      '(warning) steps["mail"].config.html: Step "mail": {{summary}} is produced only by step "summary", which runs later: move one of them, or correct the name',
    ],
    right: [prompt("summary", "Hi"), mail("{{summary.text}} {{ summary[0] }} {{{summary}}}")],
  },
  "one that only the step itself produces is doubted": {
    wrong: [step("count", "set-variable", { variableName: "count", value: "{{count}} and one" })],
    says: [
      '(warning) steps["count"].config.value: Step "count": {{count}} is produced only by this step itself: if it is an input of the request, give the result another name',
    ],
    right: [
      step("first", "set-variable", { variableName: "count", value: 0 }),
      step("count", "set-variable", { variableName: "count", value: "{{count}} and one" }),
    ],
  },
  "one that is near to what an earlier step produces is doubted, with the other": {
    wrong: [prompt("summary", "Hi"), mail("{{sumary}}")],
    says: [
      '(warning) steps["mail"].config.html: Step "mail": no earlier step produces {{sumary}}: did you mean {{summary}}?',
    ],
    right: [prompt("summary", "Of {{sumary}}"), mail("{{sumary}}")],
  },
  "one that nothing produces and nothing before used is doubted once": {
    wrong: [prompt("a", "Hi"), mail("{{customer.name}}, {{customer}}"), prompt("b", "{{customer}}")],
    says: [
      '(warning) steps["mail"].config.html: Step "mail": no earlier step produces {{customer}}: if it is an input of the request, ignore this; else correct the name, or write outputVariable: "customer" in the step that is to produce it',
    ],
    right: [prompt("a", "Of {{customer}}"), mail("{{customer.name}}"), prompt("b", "{{customer}}")],
  },
  "one that nothing produces may be an input as long as nothing is produced": {
    wrong: [
      step("tell", "send-stream", { message: "Hi {{customer}}" }),
      prompt("a", "{{order}}"),
      prompt("b", "{{customer}} {{order}} {{shipment}}"),
    ],
    says: [
      '(warning) steps["b"].config.userPrompt: Step "b": no earlier step produces {{shipment}}: if it is an input of the request, ignore this; else correct the name, or write outputVariable: "shipment" in the step that is to produce it',
    ],
    right: [prompt("b", "{{customer}} {{order}} {{shipment}}")],
  },
  "what a branch produces is there for the steps behind, not for the other branch": {
    wrong: [prompt("first", "{{user_message}}"), either("if", [prompt("long", "Hi")], [prompt("short", "{{long}}")])],
    says: [
      '(warning) steps["if"].config.falseSteps["short"].config.userPrompt: Step "short": {{long}} is produced only by step "long", which runs only where this step does not: correct the name',
    ],
    right: [
      prompt("first", "{{user_message}}"),
      either("if", [prompt("long", "Hi"), prompt("longer", "{{long}}")], [prompt("short", "{{first}}")]),
      mail("{{long}} {{short}}"),
    ],
  },
  "a condition reads what is there before its branches": {
    wrong: [step("if", "conditional", { condition: "{{long}} > 3", trueSteps: [prompt("long", "Hi")] })],
    says: [
      '(warning) steps["if"].config.condition: Step "if": {{long}} is produced only by step "long", which runs later: move one of them, or correct the name',
    ],
    right: [prompt("long", "Hi"), step("if", "conditional", { condition: "{{long}} > 3", trueSteps: [] })],
  },
  "one that a later step produces is doubted whatever else the steps before may set": {
    wrong: [step("run", "loop", {}), mail("{{summary}}"), prompt("summary", "Hi")],
    says: [
      '(warning) steps["mail"].config.html: Step "mail": {{summary}} is produced only by step "summary", which runs later: move one of them, or correct the name',
    ],
    right: [],
  },
  "one that a step reads in several places is doubted at the first": {
    wrong: [step("ask", "prompt", { systemPrompt: "{{late}}", userPrompt: "{{late}}" }), prompt("late", "Hi")],
    says: [
      '(warning) steps["ask"].config.systemPrompt: Step "ask": {{late}} is produced only by step "late", which runs later: move one of them, or correct the name',
    ],
    right: [],
  },
  "one behind a block is doubted": {
    wrong: [mail("{{#each x}}{{late}}{{/each}} {{late}}"), prompt("late", "Hi")],
    says: [
      '(warning) steps["mail"].config.html: Step "mail": {{late}} is produced only by step "late", which runs later: move one of them, or correct the name',
    ],
    right: [mail("{{#each x}}{{late}}{{/each}}"), prompt("late", "Hi")],
  },
  "a member of one counts as the whole": {
    wrong: [mail("{{late.x}}"), prompt("late", "Hi", "late.text")],
    says: [
      '(warning) steps["mail"].config.html: Step "mail": {{late}} is produced only by step "late", which runs later: move one of them, or correct the name',
    ],
    right: [prompt("late", "Hi", "late.text"), mail("{{late.x}}")],
  },
  "texts are read at any depth": {
    wrong: [
      prompt("a", "Hi"),
      step("call", "api-call", { http: { url: "https://x.example", body: { of: ["{{late}}"] } }, outputVariable: "b" }),
      prompt("late", "Hi"),
    ],
    says: [
      '(warning) steps["call"].config.http.body.of[0]: Step "call": {{late}} is produced only by step "late", which runs later: move one of them, or correct the name',
    ],
    right: [],
  },
};

/** Readings in steps behind one that produces `known`, of which nothing can be said. */
const QUIET: Readonly<Record<string, readonly unknown[]>> = {
  "secrets, Runtype's own names, blocks, and what is no name": [
    mail("{{secret:NAME}} {{_record.name}} {{user-name}} {{json x}} {{a | upper}} {{'x'}} {{}} {{ }} { {x} } {{x} {{"),
    mail("{{#each known}}{{title}}{{else}}{{none}}{{/each}} {{^known}}{{none}}{{/known}} {{else}} {{this}} {{known}}"),
  ],
  "what every request may bring, also where a step sets it": [
    prompt("answer", "Hi", "message"),
    prompt("last", "{{messages}}", "messages"),
    mail("{{messages}} {{user_message}} {{record.name}} {{inputs.x}}"),
  ],
  "conditions of steps, which are JavaScript": [{ ...mail("Hi"), when: "'{{late}}'" }, prompt("late", "Hi")],
  "code, and the names of tools, answers, errors and partials": [
    step("ask", "prompt", {
      userPrompt: "Hi",
      outputVariable: "x",
      tools: { runtimeTools: [{ config: { url: "https://x.example/{{late}}" } }] },
      errorHandling: { onError: "fallback", fallbacks: ["{{late}}"] },
    }),
    step("wait", "wait-until", { poll: { http: { url: "x" }, success: "{{late}}" }, outputVariable: "x" }),
    step("call", "api-call", { http: { url: "x" }, responseMapping: { a: "{{late}}" }, outputVariable: "x" }),
    step("page", "template", { template: "x", partials: ["{{late}}"], sampleData: "{{late}}", outputVariable: "x" }),
    step("run", "transform-data", { script: "text.replace('{{late}}', '')", outputVariable: "x" }),
    prompt("late", "Hi"),
  ],
  "a template that is given its names": [
    step("page", "template", { template: "{{title}}", inputs: { title: "{{known}}" }, outputVariable: "x" }),
  ],
  "the pages of an API": [step("all", "paginate-api", { url: "https://x.example?page={{page}}", outputVariable: "x" })],
  "steps of which this package knows no settings": [step("each", "loop", { steps: [{ text: "{{item}}" }] })],
};

/** Steps that may set variables of which nothing tells. */
const UNTOLD: Readonly<Record<string, unknown>> = {
  "a script": step("run", "transform-data", { script: "x", outputVariable: "x" }),
  "an agent": step("run", "execute-agent", { agentId: "agent_1", outputVariable: "x" }),
  "a tool": step("run", "tool-call", { toolId: "tool_1", outputVariable: "x" }),
  "a loop": step("run", "loop", { outputVariable: "x" }),
  "a step without an outputVariable": step("run", "search", { query: "x" }),
  "a step whose outputVariable is not known yet": prompt("run", "Hi", UNKNOWN),
  "a step whose text is not known yet": prompt("run", UNKNOWN, "x"),
  "a step whose settings are not known yet": step("run", "prompt", UNKNOWN),
  "a step whose type is not known yet": step("run", UNKNOWN, { outputVariable: "x" }),
  "a step that is not known yet": UNKNOWN,
  "a branch that is not known yet": either("run", UNKNOWN),
  "one branch of two that is not known yet": either("run", [], UNKNOWN),
  "branches that this package does not know": step("run", "conditional", { condition: "x", ways: [] }),
  "a branch with a script": either("run", [step("nested", "transform-data", { script: "x" })]),
};

describe("runtype: steps", () => {
  testRules("steps", FORMS);

  it("steps: all types that the API takes are known", () => {
    const taken =
      "prompt crawl fetch-url retrieve-record get-record list-records api-call transform-data template conditional loop set-variable upsert-record send-email send-event send-stream update-record search generate-embedding vector-search tool-call wait-until paginate-api store-vector execute-agent store-asset generate-pdf save-memory recall-memory memory-summary";
    assert.deepEqual([...STEP_TYPES].sort(), taken.split(" ").sort());
  });

  it("steps: what has the wrong form is not judged", () => {
    const odd = [undefined, null, 3, "x", [], { type: 3, name: 3, config: 3 }, {}, { type: "", name: "" }];
    for (const each of odd) assert.deepEqual(said(each), []);
    assert.deepEqual(said(odd), []);
    assert.deepEqual(said([either("if", "x", 3), step("ask", "prompt", null), step("ask", "prompt", "x")]), []);
  });

  it("steps: what is not known yet is not judged", () => {
    assert.deepEqual(said(UNKNOWN), []);
    assert.deepEqual(said([UNKNOWN, step(UNKNOWN, UNKNOWN, UNKNOWN), step("a", "prompt", UNKNOWN)]), []);
    assert.deepEqual(said([step("a", "prompt", { userPrompt: UNKNOWN, tools: UNKNOWN })]), []);
    assert.deepEqual(said([step("call", "fetch-url", { http: { url: UNKNOWN, headers: { token: UNKNOWN } } })]), []);
  });
});

describe("runtype: variables of steps", () => {
  testRules("variables", VARIABLES);

  for (const [title, steps] of Object.entries(QUIET)) {
    it(`variables: nothing is said of ${title}`, () => assert.deepEqual(said([prompt("known", "Hi"), ...steps]), []));
  }

  it("variables: one is doubted where the steps before tell all that they set", () => {
    assert.equal(said([prompt("known", "Hi"), mail("{{customer}}")]).length, 1);
    assert.equal(said([prompt("known", "Hi"), either("if", [prompt("x", "Hi")]), mail("{{customer}}")]).length, 1);
  });

  for (const [title, untold] of Object.entries(UNTOLD)) {
    it(`variables: one that nothing produces is not doubted behind ${title}`, () => {
      assert.deepEqual(said([prompt("known", "Hi"), untold, mail("{{customer}}")]), []);
      // It is no excuse for a misspelt name.
      assert.equal(said([prompt("summary", "Hi"), untold, mail("{{sumary}}")]).length, 1);
    });
  }
});

describe("runtype: steps of any form", () => {
  const text = fc.constantFrom<unknown>("{{x}}", "{{y.z}}", "x", "{{#each x}}{{y}}", "{{", UNKNOWN, "", "__proto__");
  const leaf = fc.oneof(
    text,
    fc.constantFrom<unknown>(null, undefined, 3, ...STEP_TYPES),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const key = fc.constantFrom(
    "outputVariable",
    "variableName",
    "userPrompt",
    "token",
    "inputs",
    "__proto__",
    "poll",
    "x",
  );
  const { steps } = fc.letrec((tie) => ({
    steps: fc.oneof({ maxDepth: 4 }, fc.array(fc.oneof(leaf, tie("step")), { maxLength: 4 }), leaf),
    step: fc.record(
      {
        type: fc.oneof(fc.constantFrom<unknown>(...STEP_TYPES, "conditional", "promt"), leaf),
        name: leaf,
        config: fc.oneof(
          fc.dictionary(key, leaf),
          fc.record({ trueSteps: tie("steps"), falseSteps: tie("steps"), condition: leaf }, { requiredKeys: [] }),
          leaf,
        ),
      },
      { requiredKeys: [] },
    ),
  }));

  it("steps: whatever they are, problems are told with a path to a place in them and never thrown", () => {
    let told = 0;
    fc.assert(
      fc.property(steps, (written) => {
        for (const { path, message } of stepProblems(written)) {
          assert.equal(path[0], "steps");
          assert.equal(typeof path[1], "number");
          assert.match(message, /^(Step "|The step at )/);
          told++;
        }
      }),
      { numRuns: 1000 },
    );
    assert.ok(told > 100, String(told));
  });
});

describe("runtype: real flows", () => {
  if (!existsSync(DATA)) {
    console.log(`\n!!! NOT TESTED: the flows that Runtype publishes are not at ${DATA}\n`);
    it("real flows: hold as their vendor publishes them");
    return;
  }

  const files = readdirSync(DATA).filter((name) => name.endsWith(".json"));

  it("real flows: there are as many as were collected", () => assert.equal(files.length, 8));

  for (const name of files) {
    it(`real flows: nothing is said of ${name}`, () => {
      const flow: { steps: unknown[] } = JSON.parse(readFileSync(join(DATA, name), "utf8"));
      assert.ok(flow.steps.length > 0);
      assert.deepEqual(said(flow.steps), []);
    });
  }
});
