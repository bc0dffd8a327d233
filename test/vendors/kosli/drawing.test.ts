import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { UNKNOWN, type Values } from "../../../provider/lifecycle/values";
import { arrowsOf, boxesOf, demandPlaces, drawn } from "../../harness/drawn";
import { secretArguments } from "../../harness/secret-arguments";

const FILE = join(__dirname, "../../../../shared/data/kosli/flows.json");

const flow = (args: Values) => drawn("kosli:Flow", { name: "web", org: "acme", ...args });

const TEXT = `version: 1
trail:
  attestations:
    - {name: review, type: pull_request}
  artifacts:
    - name: image
      attestations:
        - {name: tests, type: junit}
    - name: chart
`;
const OBJECT = {
  trail: {
    artifacts: [{ name: "image", attestations: [{ name: "tests", type: "junit" }] }, { name: "chart" }],
    attestations: [{ name: "review", type: "pull_request" }],
  },
};

describe("drawings of Kosli", () => {
  it("Kosli drawings: a trail leads to its attestations and artifacts, and those to theirs; text and object are drawn alike", () => {
    for (const template of [TEXT, OBJECT]) {
      const drawing = flow({ template });
      assert.deepEqual(boxesOf(drawing), [
        'start trail [trail] "web"',
        'trail/attestation/review [pull_request] "review"',
        'artifact/chart [artifact] "chart"',
        'artifact/image [artifact] "image"',
        'artifact/image/attestation/tests [junit] "tests"',
      ]);
      assert.deepEqual(arrowsOf(drawing), [
        "trail -> trail/attestation/review",
        "trail -> artifact/chart",
        "trail -> artifact/image",
        "artifact/image -> artifact/image/attestation/tests",
      ]);
      assert.equal(drawing.direction, "right");
      assert.deepEqual(
        drawing.boxes.map(({ content }) => content),
        [{}, { type: "pull_request" }, {}, {}, { type: "junit" }],
      );
      demandPlaces(drawing, "kosli:Flow", { name: "web", org: "acme", template });
      const tests = ["template", "trail", "artifacts", "image", "attestations", "tests"];
      assert.deepEqual(drawing.boxes[4]?.path, template === OBJECT ? tests : ["template"]);
    }
  });

  it("Kosli drawings: the deprecated list of controls is drawn as the template that it makes", () => {
    const args = { legacyTemplate: ["tests"] };
    const drawing = flow(args);
    assert.deepEqual(boxesOf(drawing), [
      'start trail [trail] "web"',
      'artifact/artifact [artifact] "artifact"',
      'artifact/artifact/attestation/tests [*] "tests"',
    ]);
    assert.deepEqual(drawing.boxes[2]?.content, { type: "*" });
    demandPlaces(drawing, "kosli:Flow", { name: "web", org: "acme", ...args });
  });

  it("Kosli drawings: a template that is not managed has nothing to draw, and an empty one a trail", () => {
    assert.deepEqual(flow({}).boxes, []);
    assert.deepEqual(boxesOf(flow({ template: "version: 1" })), ['start trail [trail] "web"']);
  });

  it("Kosli drawings: what cannot be read or is not known yet says so", () => {
    const second = (template: unknown) => boxesOf(flow({ template }))[1];
    assert.equal(second(UNKNOWN), 'missing template [template] "[unknown]"');
    assert.equal(second("a: [b"), 'missing template [template] "cannot be read"');
    assert.equal(
      second({ trail: { attestations: [{ name: "review", type: UNKNOWN }] } }),
      'trail/attestation/review [[unknown]] "review"',
    );
    assert.equal(second({ trail: UNKNOWN }), 'missing template [template] "cannot be read"');
    for (const attestations of [UNKNOWN, [UNKNOWN], { review: UNKNOWN }]) {
      const shapes = flow({ template: { trail: { attestations, artifacts: attestations } } }).boxes.map(
        ({ shape }) => shape,
      );
      assert.deepEqual(shapes, ["start", "missing", "missing"]);
    }
  });

  it("Kosli drawings: attestations that are a secret are drawn as missing, where they stand", () => {
    const template = {
      trail: { attestations: [{ name: "review", type: "pull_request" }], artifacts: [{ name: "image" }] },
    };
    const hidden = (...path: string[]) =>
      flow(secretArguments({ template }, ["template", ...path])).boxes.filter(({ shape }) => shape === "missing");
    assert.deepEqual(
      hidden("trail", "attestations").map(({ kind, title, path }) => [kind, title, path]),
      [["attestations", "[secret]", ["template", "trail", "attestations"]]],
    );
    assert.deepEqual(
      hidden("trail", "artifacts").map(({ kind, title, path }) => [kind, title, path]),
      [["artifact", "[secret]", ["template", "trail", "artifacts"]]],
    );
    assert.equal(hidden().length, 1);
  });

  it("Kosli drawings: whatever stands in the place of a template, drawing it does not fail", () => {
    const part = fc.oneof(fc.jsonValue(), fc.constant(UNKNOWN), fc.constant("[secret]"));
    const item = fc.record(
      { name: fc.oneof(fc.constantFrom("a", "a/attestation/b", "__proto__"), part), type: part, attestations: part },
      { requiredKeys: [], noNullPrototype: true },
    );
    const list = fc.oneof(fc.array(fc.oneof(item, part), { maxLength: 4 }), part);
    const trail = fc.oneof(
      fc.record({ attestations: list, artifacts: list }, { requiredKeys: [], noNullPrototype: true }),
      part,
    );
    const template = fc.oneof(fc.record({ trail }, { noNullPrototype: true }), fc.string(), part);
    fc.assert(
      fc.property(template, (each) => {
        flow({ template: each });
      }),
      { numRuns: 300 },
    );
  });

  if (!existsSync(FILE))
    console.log(`\n!!! NOT TESTED: drawings of the flows that Kosli publishes, which are not at ${FILE}\n`);
  else
    it("Kosli drawings: those that Kosli publishes are drawn with every name in their templates", () => {
      for (const { name, template } of JSON.parse(readFileSync(FILE, "utf8"))) {
        const { boxes, arrows } = flow({ name, template });
        const names = String(template).match(/\bname:/g) ?? [];
        assert.equal(boxes.length, 1 + names.length, name);
        assert.equal(arrows.length, names.length, name);
      }
    });
});
