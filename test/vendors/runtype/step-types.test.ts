import assert from "node:assert/strict";
import { step } from "../../../provider/sdk/runtype-steps";
import { configKeys, STEP_TYPES } from "../../../provider/vendors/runtype/steps/config-keys";
import { type Refused, testCompiling } from "../../harness/typed-modules";

/** The types of steps whose settings are known, with their keys. */
const KEYS: Readonly<Record<string, string>> = {
  prompt:
    "model userPrompt text systemPrompt previousMessages responseFormat outputVariable temperature topP topK frequencyPenalty presencePenalty seed maxTokens reasoning streamOutput tools errorHandling mode",
  "fetch-url":
    "http responseType markdownIfAvailable fetchMethod firecrawl massive outputVariable errorHandling streamOutput",
  crawl:
    "url limit depth source formats render maxAge modifiedSince options authenticate cookies setExtraHTTPHeaders gotoOptions waitForSelector rejectResourceTypes rejectRequestPattern userAgent jsonOptions pollIntervalMs completionTimeoutMs outputVariable",
  "api-call": "http auth requestTemplate responseMapping outputVariable",
  "paginate-api": "url paginationType entityPath outputVariable",
  "transform-data": "script sandboxProvider language outputVariable streamOutput errorHandling",
  template: "template outputFormat inputs partials pdfOptions asArtifact streamOutput sampleData outputVariable",
  conditional: "condition trueSteps falseSteps",
  "set-variable": "variableName value",
  "wait-until": "delayMs continueOnTimeout poll outputVariable errorHandling streamOutput",
  "retrieve-record": "recordType recordName recordFilter fieldsToInclude fieldsToExclude outputVariable streamOutput",
  "upsert-record": "recordType recordName sourceVariable mergeStrategy outputVariable errorHandling streamOutput",
  "update-record": "recordId recordFilter updates mergeStrategy outputVariable",
  search: "provider query maxResults returnCitations outputVariable errorHandling streamOutput",
  "generate-embedding": "inputSource text embeddingModel maxLength outputVariable streamOutput",
  "vector-search": "query recordType embeddingModel limit threshold outputVariable streamOutput",
  "store-vector": "vectorsSource destination outputVariable",
  "send-email": "to from subject html outputVariable errorHandling streamOutput",
  "send-event": "provider eventName properties eventType payload outputVariable",
  "send-stream": "message sourceVariable streamType",
  "tool-call": "toolId parameters outputVariable",
  "execute-agent": "agentId message outputVariable",
  "store-asset": "url content filename contentType visibility outputVariable",
  "generate-pdf": "html markdown filename visibility pdfOptions outputVariable",
  "save-memory": "profileTemplate contentVariable sessionId outputVariable errorHandling defaultValue",
  "recall-memory":
    "profileTemplate queryTemplate thinkingLevel responseLength sessionId outputVariable errorHandling defaultValue",
  "memory-summary": "profileTemplate sessionId outputVariable errorHandling defaultValue",
};

/** Types of steps whose settings nobody tells. */
const RAW = ["loop", "get-record", "list-records"];

const head = `import * as pulumi from "@pulumi/pulumi";
import { kosli } from "pulumi-flows";
import * as runtype from "./provider/sdk/runtype-steps";
import type { Arguments } from "./provider/sdk/argument";
import type { Step } from "./provider/vendors/runtype/steps/step";
const { step } = runtype;
const other = new kosli.Flow("other");
const take = (steps: Arguments<Step[]>) => steps;
void [pulumi, other, step, take];
`;

/** Statements that the compiler must refuse, with a word of its message. */
const REFUSED: Refused = {
  "a misspelt key": [`step.prompt("n", { userPrompt: "Hi", outputvariable: "x" });`, /outputvariable/],
  "a key in the spelling of another vendor": [
    `step.prompt("n", { userPrompt: "Hi", system_prompt: "x" });`,
    /system_p/,
  ],
  "a misspelt key, deeper": [
    `step.fetchUrl("n", { http: { url: "https://example.com", header: { a: "b" } } });`,
    /header/,
  ],
  "a misspelt key of a tool": [`step.prompt("n", { userPrompt: "Hi", tools: { toolId: ["a"] } });`, /toolId/],
  "a misspelt key of a step within a branch": [
    `step.conditional("n", { condition: "x", trueSteps: [{ type: "loop", nam: "x" }] });`,
    /nam/,
  ],
  "a misspelt option": [`step.crawl("n", { url: "https://example.com" }, { enable: false });`, /enable/],
  "an order, which the list has": [`step.crawl("n", { url: "https://example.com" }, { order: 1 });`, /order/],
  "a key of another kind of step": [`step.search("n", { query: "x", userPrompt: "y" });`, /userPrompt/],
  "a prompt without its text": [`step.prompt("n", { model: "m" });`, /userPrompt/],
  "a fetch without its call": [`step.fetchUrl("n", { responseType: "json" });`, /http/],
  "a call without its address": [`step.apiCall("n", { http: { method: "GET" } });`, /url/],
  "a conditional without its condition": [`step.conditional("n", { trueSteps: [] });`, /condition/],
  "a variable without a name": [`step.setVariable("n", { value: 1 });`, /variableName/],
  "a variable without a value": [`step.setVariable("n", { variableName: "x" });`, /value/],
  "a script without its text": [`step.transformData("n", { language: "javascript" });`, /script/],
  "an email to nobody": [`step.sendEmail("n", { subject: "Hi" });`, /to/],
  "a step without settings": [`step.prompt("n");`, /Expected 2-3 arguments/],
  "a number in place of a text": [`step.prompt("n", { userPrompt: 3 });`, /number/],
  "a text in place of a number": [`step.prompt("n", { userPrompt: "Hi", temperature: "0.2" });`, /string/],
  "an output of the wrong type": [`step.prompt("n", { userPrompt: pulumi.output(3) });`, /number/],
  "a way to fetch that does not exist": [
    `step.fetchUrl("n", { http: { url: "https://example.com" }, fetchMethod: "curl" });`,
    /curl/,
  ],
  "a sandbox that does not exist": [`step.transformData("n", { script: "x", sandboxProvider: "docker" });`, /docker/],
  "a rule for failures that does not exist": [
    `step.search("n", { query: "x", errorHandling: { onError: "retry" } });`,
    /retry/,
  ],
  "a way to merge that only another kind of step has": [
    `step.upsertRecord("n", { recordType: "x", mergeStrategy: "deep-merge" });`,
    /deep-merge/,
  ],
  "a name that is an output": [`step.prompt(other.name, { userPrompt: "Hi" });`, /string/],
  "a kind of step whose settings nobody tells": [`step.loop("n", {});`, /loop/],
  "a step of an object without a name": [`take([{ type: "loop" }]);`, /name/],
  "a step of an object without a type": [`take([{ name: "x" }]);`, /type/],
  "a step of an object with a misspelt key": [`take([{ type: "loop", name: "x", conf: {} }]);`, /conf/],
};

/** Statements that the compiler must take. */
const ACCEPTED: Record<string, string> = {
  "every kind of step": `take([
    step.prompt("a", { model: "m", userPrompt: "{{user_message}}", text: "{{user_message}}", systemPrompt: "Be kind", previousMessages: "{{messages}}",
      responseFormat: "JSON", outputVariable: "a", temperature: 0.1, maxTokens: 100, reasoning: false, streamOutput: true, mode: "task", errorHandling: "retry",
      tools: { toolIds: ["builtin:x"], runtimeTools: [{ name: "x" }], maxToolCalls: 3, parallelCalls: true } },
      { id: "step_1", enabled: false, when: "inputs.x > 3" }),
    step.fetchUrl("b", { http: { url: "https://example.com", method: "POST", headers: { a: "b" }, body: { a: [1] } }, responseType: "xml", fetchMethod: "firecrawl",
      errorHandling: { onError: "fallback", fallbacks: [{ type: "retry" }], triggers: ["timeout"] } }),
    step.crawl("c", { url: "https://example.com", limit: 10, formats: ["markdown"], render: true, setExtraHTTPHeaders: { a: "b" } }),
    step.apiCall("d", { http: { url: "https://example.com" }, auth: { type: "bearer" }, responseMapping: { a: "b" } }),
    step.paginateApi("e", { url: "https://example.com", paginationType: "cursor", entityPath: "data" }),
    step.transformData("f", { script: "return 1", sandboxProvider: "quickjs", language: "javascript", outputVariable: "f" }),
    step.template("g", { template: "Hi {{name}}", inputs: { name: "{{a}}" }, outputFormat: "html" }),
    step.conditional("h", { condition: "x > 1", trueSteps: [step.setVariable("i", { variableName: "x", value: null })], falseSteps: [{ type: "loop", name: "j", config: { any: 1 } }] }),
    step.waitUntil("k", { delayMs: 10 }), step.waitUntil("l", { poll: { http: { url: "https://example.com" }, success: "x", intervalMs: 5, maxAttempts: 3 }, continueOnTimeout: true }),
    step.retrieveRecord("m", { recordType: "x", recordFilter: { type: "x", where: { a: 1 } }, fieldsToInclude: ["a"] }),
    step.upsertRecord("n", { recordType: "x", recordName: "y", sourceVariable: "a", mergeStrategy: "merge" }),
    step.updateRecord("o", { recordId: "x", updates: { a: 1 }, mergeStrategy: "deep-merge" }),
    step.search("p", { query: "x", provider: "exa", maxResults: 3, returnCitations: true }),
    step.generateEmbedding("q", { inputSource: "text", text: "x", embeddingModel: "m", maxLength: 3 }),
    step.vectorSearch("r", { query: "x", recordType: "y", limit: 3, threshold: 0.5 }),
    step.storeVector("s", { vectorsSource: "q", destination: { x: 1 } }),
    step.sendEmail("t", { to: ["a@example.com"], from: "b@example.com", subject: "x", html: "y" }),
    step.sendEvent("u", { provider: "x", eventName: "y", properties: { a: 1 } }), step.sendEvent("v", { eventType: "y", payload: [1] }),
    step.sendStream("w", { message: "x" }), step.sendStream("x", { sourceVariable: "a", streamType: "x" }),
    step.toolCall("y", { toolId: "tool_1", parameters: { a: 1 } }), step.executeAgent("z", { agentId: "agent_1", message: "x" }),
    step.storeAsset("1", { url: "https://example.com", filename: "x", contentType: "y", visibility: "public" }), step.storeAsset("2", { content: "x" }),
    step.generatePdf("3", { html: "x", pdfOptions: { a: 1 } }), step.generatePdf("4", { markdown: "x" }),
    step.saveMemory("5", { profileTemplate: "x", contentVariable: "a", sessionId: "y" }),
    step.recallMemory("6", { profileTemplate: "x", queryTemplate: "y", thinkingLevel: "low", responseLength: 3, defaultValue: [] }),
    step.memorySummary("7", { profileTemplate: "x" }), step.memorySummary("8", {}),
  ]);`,
  "outputs in place of texts, at any depth": `take([
    step.executeAgent("a", { agentId: other.id }),
    step.prompt("b", { userPrompt: pulumi.interpolate\`Hi from \${other.name}\`, temperature: pulumi.output(0.2), tools: { toolIds: [other.id], runtimeTools: [{ of: { id: other.id } }] } }),
    step.fetchUrl("c", { http: { url: other.url, headers: { Authorization: pulumi.secret("x") }, body: { of: { id: other.id } } } }),
    step.conditional("d", { condition: other.name, trueSteps: [step.setVariable("e", { variableName: "x", value: other.id }), { type: "loop", name: other.name, config: { of: [other.id] } }] }),
    step.waitUntil("f", { poll: { http: { url: other.url } } }),
    step.crawl("g", { url: other.url, formats: pulumi.output(["html"]), setExtraHTTPHeaders: { a: other.name } }),
  ]);`,
  "outputs of one of several values, and of objects": `declare const method: pulumi.Output<"http" | "firecrawl">;
    step.fetchUrl("a", { http: pulumi.output({ url: "https://example.com" }), fetchMethod: method });`,
  "settings that may be undefined": `const outputVariable: string | undefined = process.env.X; step.search("a", { query: "x", outputVariable }, { id: outputVariable });`,
  "settings that are kept in a variable": `const config = { userPrompt: "Hi", temperature: 0.3 }; step.prompt("a", config);`,
  // What TypeScript makes of an imported file.
  "an imported export among steps of a program": `const exported = [
      { id: "widget_prompt", name: "Prompt", type: "prompt", enabled: true, order: 0, config: { model: "m", reasoning: false, userPrompt: "{{user_message}}" } },
      { id: "step_2", name: "Each", type: "loop", enabled: false, when: "true", config: { steps: [{ type: "prompt" }] } },
    ];
    const steps: Step[] = [...exported, step.search("a", { query: "x" }), { type: "from-the-future", name: "x", config: { a: other.id } }];
    take(steps);
    take(exported);`,
};

const EDITED = `step.prompt("ask", { userPrompt: "Hi", /* within */ });
step.fetchUrl("get", { http: { url: "https://example.com", /* deeper */ }, responseType: "" });
step.search("find", { query: "x" }, { when: "x" });
step.sendEvent("tell", { eventType: "x" });
step./* kinds */prompt("x", { userPrompt: "", text: "" });
`;

const camelCase = (type: string) => type.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

describe("runtype: types of steps", function () {
  this.timeout(60_000);

  const modules = testCompiling("step types", head, REFUSED, ACCEPTED, { edited: EDITED });

  for (const [type, keys] of Object.entries(KEYS)) {
    it(`step types: all keys of ${type} are known, and no others`, () => {
      assert.deepEqual(Object.keys(configKeys(type) ?? {}).sort(), keys.split(" ").sort());
    });
  }

  it("step types: each type whose settings are known has its function, and no other", () => {
    assert.deepEqual(Object.keys(step).sort(), Object.keys(KEYS).map(camelCase).sort());
    assert.deepEqual([...STEP_TYPES].sort(), [...Object.keys(KEYS), ...RAW].sort());
    for (const type of RAW) assert.equal(configKeys(type), undefined);
  });

  it("step types: each function makes a step of its type, with nothing that was not written", () => {
    const config = Object.freeze({ any: ["setting"] });
    for (const type of Object.keys(KEYS)) {
      const make: unknown = Reflect.get(step, camelCase(type));
      assert.ok(typeof make === "function");
      assert.deepEqual(make("one", config), { type, name: "one", config: { any: ["setting"] } });
    }
  });

  it("step types: a step has the options that were written, also false and an empty text", () => {
    const config = { query: "x" };
    assert.deepEqual(step.search("find", config, { id: "step_1", enabled: false, when: "" }), {
      id: "step_1",
      type: "search",
      name: "find",
      enabled: false,
      when: "",
      config,
    });
    const none = step.search("find", config, { id: undefined, enabled: undefined, when: undefined });
    assert.deepEqual(Object.keys(none), ["type", "name", "config"]);
  });

  it("step types: an editor offers the keys of a config, also deeper", () => {
    const offered = modules().completions("edited", 'userPrompt: "Hi", ');
    assert.ok(
      ["model", "systemPrompt", "outputVariable", "tools"].every((key) => offered.includes(key)),
      offered.join(),
    );
    assert.ok(!offered.includes("query"));
    assert.ok(modules().completions("edited", 'url: "https://example.com", ').includes("headers"));
  });

  it("step types: an editor offers the values of a member that has few, and every kind of step", () => {
    assert.deepEqual(modules().completions("edited", 'responseType: "').sort(), ["json", "text", "xml"]);
    assert.equal(modules().completions("edited", "step./* kinds */").length, 27);
  });

  it("step types: an editor shows the documentation of steps, of their settings and of what is older", () => {
    assert.match(modules().hover("edited", "prompt("), /Asks an AI model/);
    assert.match(modules().hover("edited", 'userPrompt: "Hi"'), /What the model is asked/);
    assert.match(modules().hover("edited", 'text: ""'), /Older duplicate of `userPrompt`/);
    assert.match(modules().hover("edited", "eventType:"), /Older spelling of `eventName`/);
    assert.match(modules().hover("edited", "when:"), /JavaScript predicate/);
  });
});
