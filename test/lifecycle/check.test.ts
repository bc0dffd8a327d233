import assert from "node:assert/strict";
import { check } from "../../provider/lifecycle/check";
import { UNKNOWN, type Values } from "../../provider/lifecycle/values";
import { flow } from "../../provider/vendors/kosli/flow";
import { secretArguments } from "../harness/secret-arguments";

const checked = (args: Values, settings: Values = { org: "acme" }) => {
  const { inputs, failures } = check(flow, args, settings);
  return { inputs, failures };
};
const failuresOf = (args: Values, settings?: Values) =>
  checked(args, settings).failures.map(({ property, reason }) => `${property}: ${reason}`);

describe("check", () => {
  it("check: accepts a flow that only has a name, and fills the organization from the settings", () => {
    assert.deepEqual(checked({ name: "web" }), { inputs: { name: "web", org: "acme" }, failures: [] });
  });

  it("check: an organization that the program writes wins over the setting", () => {
    assert.deepEqual(checked({ name: "web", org: "other" }).inputs, { name: "web", org: "other" });
  });

  it("check: without any organization names the three places to set one", () => {
    assert.deepEqual(failuresOf({ name: "web" }, {}), [
      "org: No organization is set: use the argument `org`, `pulumi config set kosli:org`, or the environment variable KOSLI_ORG",
    ]);
  });

  it("check: leaves out what is undefined, since Pulumi's wire has no such value", () => {
    assert.deepEqual(Object.keys(checked({ name: "web", description: undefined, tags: undefined }).inputs), [
      "name",
      "org",
    ]);
  });

  it("check: of what is wrong within a secret neither names nor values are told", () => {
    const attestations = [{ name: "hush", type: "nope" }];
    const args = { name: "web", template: { version: 1, trail: { attestations } } };
    const told = "Something within this secret is wrong, which is not told";
    assert.match(failuresOf(args).join(), /template\.trail\.attestations\["hush"\]\.type/);
    assert.deepEqual(failuresOf(secretArguments(args, ["template"])), [`template: ${told}`]);
    const within = secretArguments(args, ["template", "trail", "attestations", "hush"]);
    assert.doesNotMatch(failuresOf(within).join(), /hush|nope|\.type/);
  });

  it("check: reports all problems at once, each with its property path", () => {
    assert.deepEqual(
      failuresOf({
        name: "-web",
        visibility: "secret",
        tags: { "no spaces": "x", fine: 1 },
        template: {
          version: 2,
          trail: {
            attestations: [
              { name: "scan", type: "sonarqube" },
              { name: "", type: "jira" },
            ],
            artifacts: [{ name: "image", attestations: [{ name: "sbom", type: "custom:" }] }],
            steps: [],
          },
        },
        onConflict: "ask",
        descripton: "d",
      }),
      [
        "name: A flow's name must begin with a letter or digit and may hold letters, digits and . - _ ~",
        'visibility: Invalid option: expected one of "public"|"private"',
        "template.version: The only version of Kosli's template language is 1",
        'template.trail.attestations["scan"].type: Kosli\'s attestation types are generic, junit, snyk, pull_request, jira, sonar, decision, * and custom:<name of a custom type>',
        "template.trail.attestations[1].name: An attestation needs a name",
        'template.trail.artifacts["image"].attestations["sbom"].type: Kosli\'s attestation types are generic, junit, snyk, pull_request, jira, sonar, decision, * and custom:<name of a custom type>',
        "template.trail.steps: There is no such key",
        'tags["no spaces"]: A tag\'s key must begin with a letter or digit and may hold letters, digits and . - _ ~',
        "tags.fine: A tag's value is a text",
        'onConflict: Invalid option: expected one of "fail"|"overwrite"',
        "descripton: There is no such argument. The arguments are name, org, description, visibility, template, legacyTemplate, repoUrl, tags, adopt, onConflict",
      ],
    );
  });

  it("check: a flow without a name says which argument is missing and what it is", () => {
    assert.deepEqual(failuresOf({}), ["name: Required: string"]);
  });

  it("check: two attestations of one name are reported where the second stands", () => {
    const twice = [
      { name: "scan", type: "snyk" },
      { name: "scan", type: "jira" },
    ];
    assert.deepEqual(failuresOf({ name: "web", template: { trail: { attestations: twice } } }), [
      'template.trail.attestations["scan"].name: There are two attestations named "scan"',
    ]);
    assert.deepEqual(
      failuresOf({
        name: "web",
        template: { trail: { artifacts: [{ name: "image" }, { name: "image" }] } },
      }),
      ['template.trail.artifacts["image"].name: There are two artifacts named "image"'],
    );
  });

  it("check: one attestation name for two artifacts is fine", () => {
    const attestations = [{ name: "scan", type: "snyk" }];
    const artifacts = [
      { name: "image", attestations },
      { name: "chart", attestations },
    ];
    assert.deepEqual(failuresOf({ name: "web", template: { trail: { attestations, artifacts } } }), []);
  });

  it("check: is idempotent, also where lists have become maps", () => {
    const template = {
      trail: {
        attestations: [
          { name: "scan", type: "snyk" },
          { name: "jira", type: "jira" },
        ],
        artifacts: [{ name: "image", attestations: [{ name: "sbom", type: "custom:sbom" }] }, { name: "chart" }],
      },
    };
    const first = checked({ name: "web", description: "d", template, tags: { team: "shop" }, adopt: false });
    const second = checked(first.inputs);
    assert.deepEqual(first.failures, []);
    assert.deepEqual(second, first);
  });

  it("check: is idempotent for what it finds wrong", () => {
    const args = { name: "web", template: { trail: { attestations: [{ name: "scan", type: "nope" }] } } };
    const first = checked(args);
    assert.deepEqual(checked(first.inputs).failures, first.failures);
    assert.equal(first.failures.length, 1);
  });

  it("check: does not change the arguments that it is given", () => {
    const args = { name: "web", template: { trail: { attestations: [{ name: "scan", type: "snyk" }] } } };
    const copy = structuredClone(args);
    checked(args);
    assert.deepEqual(args, copy);
  });

  describe("values that a preview cannot know", () => {
    it("check: an unknown value is not judged, in any field", () => {
      for (const field of Object.keys(flow.fields.shape)) {
        const args = { name: "web", org: "acme", [field]: UNKNOWN };
        const legacy = field === "repoUrl" ? { legacyTemplate: ["scan"] } : {};
        assert.deepEqual(checked({ ...args, ...legacy }).failures, [], field);
      }
    });

    it("check: unknown leaves are not judged, and their neighbours are", () => {
      const attestations = [
        { name: UNKNOWN, type: UNKNOWN },
        { name: "scan", type: "nope" },
      ];
      const failures = checked({
        name: UNKNOWN,
        visibility: UNKNOWN,
        tags: { team: UNKNOWN, "no spaces": "x" },
        template: { trail: { attestations } },
      }).failures;
      assert.deepEqual(
        failures.map(({ property }) => property),
        ['template.trail.attestations["scan"].type', 'tags["no spaces"]'],
      );
    });

    it("check: defaults and keys are applied also beside an unknown", () => {
      const template = { trail: { attestations: [{ name: "scan", type: UNKNOWN }], artifacts: UNKNOWN } };
      assert.deepEqual(checked({ name: UNKNOWN, template }), {
        inputs: {
          name: UNKNOWN,
          org: "acme",
          template: { trail: { attestations: { scan: { type: UNKNOWN } }, artifacts: UNKNOWN } },
        },
        failures: [],
      });
    });

    it("check: a list with an unknown name stays as written", () => {
      const attestations = [
        { name: UNKNOWN, type: "jira" },
        { name: "scan", type: "snyk" },
      ];
      assert.deepEqual(checked({ name: "web", template: { trail: { attestations } } }), {
        inputs: { name: "web", org: "acme", template: { trail: { attestations } } },
        failures: [],
      });
    });

    it("check: an argument that does not exist is reported also beside an unknown", () => {
      assert.deepEqual(
        checked({ name: "web", description: UNKNOWN, descripton: "d" }).failures.map(({ property }) => property),
        ["descripton"],
      );
    });

    it("check: an unknown organization is not judged", () => {
      assert.deepEqual(checked({ name: "web" }, { org: UNKNOWN }).failures, []);
    });
  });

  describe("rules between fields", () => {
    it("check: a template is written in one way only", () => {
      assert.deepEqual(failuresOf({ name: "web", template: "version: 1", legacyTemplate: ["scan"] }), [
        "legacyTemplate: Use either template or legacyTemplate, not both",
      ]);
    });

    it("check: a template is written in one way only, also where one of them is unknown", () => {
      assert.deepEqual(failuresOf({ name: "web", template: UNKNOWN, legacyTemplate: ["scan"] }), [
        "legacyTemplate: Use either template or legacyTemplate, not both",
      ]);
    });

    it("check: a repository needs a list of controls", () => {
      assert.deepEqual(failuresOf({ name: "web", repoUrl: "https://github.com/acme/web" }), [
        "repoUrl: repoUrl can only be sent together with legacyTemplate; Kosli keeps it up to date by itself from what CI reports",
      ]);
      assert.deepEqual(
        failuresOf({ name: "web", repoUrl: "https://github.com/acme/web", legacyTemplate: ["scan"] }),
        [],
      );
    });
  });

  it("check: an organization that cannot stand in a path is reported at plan time", () => {
    for (const org of [".", "..", ""]) {
      assert.deepEqual(
        checked({ name: "web", org }).failures.map(({ property }) => property),
        ["org"],
        `"${org}"`,
      );
    }
  });

  it("check: an organization with a slash is refused, since no id could be read back", () => {
    for (const org of ["a/b", "/", "acme/"]) {
      assert.deepEqual(failuresOf({ name: "web", org }), [
        "org: The organization must be a name: not empty, . or .., and without a slash",
      ]);
    }
    assert.deepEqual(failuresOf({ name: "web" }, { org: "a/b" }).length, 1);
  });

  it("check: a template that is neither text nor object says what it may be", () => {
    for (const template of [5, true, ["version: 1"]]) {
      const [failure, ...more] = checked({ name: "web", template }).failures;
      assert.deepEqual([failure?.property, more], ["template", []]);
      assert.match(failure?.reason ?? "", /text|string/);
      assert.match(failure?.reason ?? "", /object/);
    }
  });
});
