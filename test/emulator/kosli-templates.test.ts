import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../testing/src/emulator";
import { errorsOf, type KosliClient, kosliClient, messageOf } from "./kosli-client";

const epochSeconds = 1_786_000_000;
const nothingRequired = "version: 1";

describe("emulator: templates of kosli", () => {
  let emulator: Emulator;
  let kosli: KosliClient;

  before(async () => {
    emulator = await startEmulator({ now: () => epochSeconds * 1000 + 900 });
    kosli = kosliClient(emulator);
  });
  beforeEach(() => emulator.reset());
  afterEach("no reply is against the API description", () => {
    for (const entry of emulator.journal()) {
      assert.deepEqual(
        entry.violations.filter((violation) => violation.startsWith("reply")),
        [],
      );
      assert.notEqual(entry.status, 500, JSON.stringify(entry.response));
    }
  });
  after(() => emulator.close());

  describe("templates", () => {
    const verbatim: Record<string, string> = {
      "the version alone, without a final newline": "version: 1",
      "a leading newline and flow style": "\nversion: 1\ntrail:\n  attestations:\n    - { name: a, type: jira }\n",
      "two trailing newlines": "version: 1\ntrail:\n  attestations: []\n\n",
      "comments and blank lines": "# why\nversion: 1 # because\n\n\ntrail:\n\n  artifacts: []\n",
      "CRLF line ends": "version: 1\r\ntrail:\r\n  attestations: []\r\n",
      "a byte order mark": "\uFEFFversion: 1\n",
      "an empty trail": "version: 1\ntrail:\n",
      "no version": "trail: {}\n",
      "every type, at both levels": `version: 1\ntrail:\n  attestations: [{name: c, type: "custom:x y"}, {name: s, type: "*"}]\n  artifacts:\n  - name: é\n    attestations:\n${["generic", "junit", "snyk", "pull_request", "jira", "sonar", "decision"].map((type) => `    - {name: ${type}, type: ${type}}\n`).join("")}`,
    };
    for (const [what, text] of Object.entries(verbatim)) {
      it(`kosli: a template comes back byte for byte: ${what}`, async () => {
        const bytes = new TextEncoder().encode(text);
        assert.equal((await kosli.put({ name: "build" }, bytes)).status, 201);
        assert.equal((await kosli.flow("build")).template, text);
      });
    }

    const refused: Record<string, { text: string; field: string }> = {
      "an unknown key at the top": { text: "version: 1\nname: x\n", field: "template_file.name" },
      "an unknown key in the trail": { text: "trail: {steps: []}\n", field: "template_file.trail.steps" },
      "another version": { text: "version: 2\n", field: "template_file.version" },
      "a version as text": { text: 'version: "1"\n', field: "template_file.version" },
      "a list that is null": { text: "trail:\n  attestations:\n", field: "template_file.trail.attestations" },
      "an unknown type": {
        text: "trail: {attestations: [{name: a, type: foo}]}\n",
        field: "template_file.trail.attestations[0].type",
      },
      "an attestation without type": {
        text: "trail: {artifacts: [{name: a, attestations: [{name: b}]}]}\n",
        field: "template_file.trail.artifacts[0].attestations[0].type",
      },
      "an attestation whose name is empty": {
        text: 'trail: {attestations: [{name: "", type: jira}]}\n',
        field: "template_file.trail.attestations[0].name",
      },
      "a name that the server's YAML reader takes for a boolean": {
        text: "trail: {attestations: [{name: on, type: jira}]}\n",
        field: "template_file.trail.attestations[0].name",
      },
      "text instead of an object": { text: "just text\n", field: "template_file" },
      "nothing at all": { text: "", field: "template_file" },
      "broken YAML": { text: "version: [1\n", field: "template_file" },
      "two documents": { text: "version: 1\n---\nversion: 1\n", field: "template_file" },
    };
    for (const [what, { text, field }] of Object.entries(refused)) {
      it(`kosli: a template is refused with the general validation message: ${what}`, async () => {
        const answer = await kosli.put({ name: "build" }, text);
        assert.equal(answer.status, 400);
        assert.equal(messageOf(answer), "Input payload validation failed");
        assert.deepEqual(Object.keys(errorsOf(answer)), [field]);
        assert.match(errorsOf(answer)[field] ?? "", /\[[\s\S]*\]$/);
        assert.deepEqual(emulator.state().kosli.flows, []);
      });
    }

    it("kosli: bytes that are not UTF-8 are refused", async () => {
      const answer = await kosli.put({ name: "build" }, Uint8Array.from([0x23, 0xff, 0xfe]));
      assert.equal(answer.status, 400);
    });

    it("kosli: a new flow without template gets one from the server, which is not empty", async () => {
      assert.equal((await kosli.put({ name: "build" })).status, 201);
      assert.match((await kosli.flow("build")).template, /^version: 1\n/);
    });

    it("kosli: a template above the size limit ends in 413, one at the limit is stored", async () => {
      emulator.switches({ templateLimitBytes: 40 });
      const answer = await kosli.put({ name: "build" }, `version: 1 #${"x".repeat(29)}`);
      assert.equal(answer.status, 413);
      assert.equal((await kosli.put({ name: "build" }, `version: 1 #${"x".repeat(28)}`)).status, 201);
    });

    it("kosli: the default size limit is 10 MB", async () => {
      const megabyte = 1024 * 1024;
      const comment = `version: 1 # ${"x".repeat(10 * megabyte)}`;
      assert.equal((await kosli.put({ name: "build" }, comment)).status, 413);
      assert.equal((await kosli.put({ name: "build" }, comment.slice(0, 10 * megabyte))).status, 201);
    });

    it("kosli: the template's JSON Schema is public and stands on its own", async () => {
      const answer = await kosliClient(emulator, "acme", "").call("GET", "/schemas/flow-template/v1");
      assert.equal(answer.status, 200);
      const text = JSON.stringify(answer.body);
      assert.ok(text.includes('"#/$defs/TemplateTrail"'));
      assert.ok(!text.includes("#/components/"));
    });
  });

  describe("the deprecated JSON form", () => {
    const legacy = (more: object) => kosli.json("PUT", "/flows/acme", { name: "old", description: "", ...more });

    it("kosli: the list [artifact] becomes the text that live flows of this kind have", async () => {
      const answer = await legacy({ template: ["artifact"] });
      assert.deepEqual([answer.status, answer.body], [201, "OK"]);
      assert.equal(
        (await kosli.flow("old")).template,
        "version: 1\ntrail:\n  attestations: []\n  artifacts:\n  - name: artifact\n    attestations: []\n",
      );
    });

    it("kosli: other entries become attestations of the artifact, of any type, in their order", async () => {
      await legacy({ template: ["pull-request", "artifact", "unit-test"] });
      assert.equal(
        (await kosli.flow("old")).template,
        "version: 1\ntrail:\n  attestations: []\n  artifacts:\n  - name: artifact\n    attestations:\n" +
          "    - name: pull-request\n      type: '*'\n    - name: unit-test\n      type: '*'\n",
      );
    });

    it("kosli: an entry with an empty name is refused, and told by its place in the list", async () => {
      const answer = await legacy({ template: [""] });
      assert.equal(answer.status, 400);
      assert.match(errorsOf(answer)["template[0]"] ?? "", /\[\]$/);
    });

    it("kosli: description and template are required, visibility is not", async () => {
      const answer = await kosli.json("PUT", "/flows/acme", { name: "old" });
      assert.deepEqual(Object.keys(errorsOf(answer)).sort(), ["description", "template"]);
    });

    it("kosli: it sets repo_url, which the current form cannot, and answers 200 for an existing flow", async () => {
      await legacy({ template: ["artifact"], repo_url: "https://example.com/r" });
      assert.equal((await legacy({ template: ["artifact"] })).status, 200);
      await kosli.put({ name: "old" }, nothingRequired);
      assert.equal((await kosli.flow("old")).repo_url, "https://example.com/r");
    });

    it("kosli: a body that is not JSON is refused", async () => {
      const answer = await kosli.call("PUT", "/flows/acme", "{", { "content-type": "application/json" });
      assert.equal(answer.status, 400);
    });
  });
});
