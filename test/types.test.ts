import assert from "node:assert/strict";
import { TypedModules, type TypeProblem } from "./harness/typed-modules";

const head = `import * as pulumi from "@pulumi/pulumi";
import { kosli } from "pulumi-flows";
const other = new kosli.Flow("other");
const attestations = [{ name: "unit", type: "junit" as const }];
void [pulumi, other, attestations];
`;

/** Statements that the compiler must refuse, with a word of its message. */
const REFUSED: Record<string, readonly [statement: string, said: RegExp]> = {
  "an attestation type that Kosli does not have": [
    `new kosli.Flow("f", { template: { trail: { attestations: [{ name: "unit", type: "junitt" }] } } });`,
    /junitt/,
  ],
  "a custom attestation type without its prefix": [
    `new kosli.Flow("f", { template: { trail: { attestations: [{ name: "change", type: "change-record" }] } } });`,
    /change-record/,
  ],
  "an attestation without a type": [
    `new kosli.Flow("f", { template: { trail: { attestations: [{ name: "unit" }] } } });`,
    /type/,
  ],
  "an attestation type of an artifact that Kosli does not have": [
    `new kosli.Flow("f", { template: { trail: { artifacts: [{ name: "web", attestations: [{ name: "unit", type: "unit" }] }] } } });`,
    /unit/,
  ],
  "an argument that does not exist": [`new kosli.Flow("f", { descripton: "" });`, /descripton/],
  "a visibility that does not exist": [`new kosli.Flow("f", { visibility: "internal" });`, /internal/],
  "a key that templates do not have": [
    `new kosli.Flow("f", { template: { trail: { attestation: [] } } });`,
    /attestation/,
  ],
  "a top-level key that templates do not have": [`new kosli.Flow("f", { template: { steps: [] } });`, /steps/],
  "a version of the template language that does not exist": [`new kosli.Flow("f", { template: { version: 2 } });`, /2/],
  "a tag that is no text": [`new kosli.Flow("f", { tags: { size: 3 } });`, /number/],
  "an onConflict that does not exist": [`new kosli.Flow("f", { onConflict: "ignore" });`, /ignore/],
  "an output of the wrong type": [`new kosli.Flow("f", { adopt: other.name });`, /string/],
  "an output of a flow that is assigned": [`other.name = pulumi.output("web");`, /read-only/],
  "a provider without a token": [`new kosli.Provider("p", { org: "acme" });`, /apiToken/],
  "a region that does not exist": [`new kosli.Provider("p", { apiToken: "t", region: "asia" });`, /asia/],
  "a lookup without a name": [`void kosli.getFlow({});`, /name/],
  "an output where a lookup needs to know": [`void kosli.getFlow({ name: other.name });`, /string/],
};

/** Statements that the compiler must take. */
const ACCEPTED: Record<string, string> = {
  "a flow without arguments": `new kosli.Flow("f");`,
  "every argument": `new kosli.Flow("f", {
    name: "web", org: "acme", description: "", visibility: "public", tags: { team: "web" }, adopt: true, onConflict: "fail",
    template: { version: 1, trail: { attestations: [{ name: "a", type: "custom:change-record" }], artifacts: [{ name: "web", attestations: [{ name: "b", type: "*" }] }] } },
  });`,
  "a template as text, and the deprecated list": `new kosli.Flow("f", { template: "version: 1" });
    new kosli.Flow("g", { legacyTemplate: ["unit"], repoUrl: "https://example.com/web" });`,
  "arguments that may be undefined": `const description: string | undefined = process.env.X; new kosli.Flow("f", { description });`,
  "a template that is kept in a variable of its type": `const template: kosli.FlowTemplate = { trail: { attestations } };
    new kosli.Flow("f", { template });`,
  "outputs of another flow as texts": `new kosli.Flow("f", { name: other.name, org: other.org, description: other.url, tags: { id: other.id } });`,
  "outputs of another flow inside a text": `new kosli.Flow("f", { description: pulumi.interpolate\`after \${other.name}\` });`,
  "an output as the name of an attestation": `new kosli.Flow("f", { template: { trail: { attestations: [{ name: other.name, type: "generic" }] } } });`,
  "an output as the name of an artifact, and deeper": `new kosli.Flow("f", {
    template: { trail: { artifacts: [{ name: other.name, attestations: [{ name: other.name, type: pulumi.output("junit" as const) }] }] } },
  });`,
  "an output as the item of a list": `new kosli.Flow("f", { template: { trail: { attestations: [pulumi.output(attestations[0]!)] } } });`,
  "an output as a list": `new kosli.Flow("f", { template: { trail: { attestations: pulumi.output(attestations) } } });`,
  "an output as a trail": `new kosli.Flow("f", { template: { trail: pulumi.output({ attestations }) } });`,
  "an output as a template": `new kosli.Flow("f", { template: pulumi.output({ trail: { attestations } }) });
    new kosli.Flow("g", { template: pulumi.output("version: 1") });`,
  "an output as all tags": `new kosli.Flow("f", { tags: pulumi.output({ team: "web" }) });`,
  "an output that is one of several values": `declare const visibility: pulumi.Output<"public" | "private">;
    declare const type: pulumi.Output<"junit" | "generic">;
    declare const adopt: pulumi.Output<boolean>;
    declare const template: pulumi.Output<string | kosli.FlowTemplate>;
    new kosli.Flow("f", { visibility, adopt, template: { trail: { attestations: [{ name: "unit", type }] } } });
    new kosli.Flow("g", { template });`,
  "secrets, and outputs of other stacks": `new kosli.Provider("p", { apiToken: pulumi.secret("t"), org: other.org });
    new kosli.Flow("f", { description: new pulumi.StackReference("s").requireOutput("x").apply(String) });`,
  "lookups by outputs": `const found = kosli.getFlowOutput({ name: other.name, org: other.org });
    new kosli.Flow("f", { description: found.description, tags: { id: found.url } });`,
  "an explicit provider, for flows and for lookups": `const provider = new kosli.Provider("p", { apiToken: "t", region: "us" });
    new kosli.Flow("f", {}, { provider });
    kosli.listFlowsOutput({}, { provider });`,
  "a flow that is looked up": `const found: kosli.Flow = kosli.Flow.get("f", "acme/web"); void kosli.Flow.isInstance(found);`,
};

const HOVERED = `new kosli.Flow("f", {
  description: "x",
  onConflict: "fail",
  template: { trail: { attestations: [{ type: "junit", name: "unit" }] } },
});
void other.vendorId;
kosli.getFlowOutput({ name: "x" });
`;

function briefly(problems: readonly TypeProblem[]): string[] {
  return problems.map(({ message }) => message.split("\n")[0] ?? "");
}

describe("types", function () {
  this.timeout(60_000);

  let modules: TypedModules;

  before(() => {
    const snippets = [
      ...Object.entries(REFUSED).map(([title, [text]]) => [title, text] as const),
      ...Object.entries(ACCEPTED),
    ];
    modules = new TypedModules({
      ...Object.fromEntries(snippets.map(([title, text]) => [title, head + text])),
      hovered: head + HOVERED,
    });
  });

  for (const [title, [, said]] of Object.entries(REFUSED)) {
    it(`types: ${title} does not compile`, () => {
      const [problem, ...others] = modules.problems(title);
      assert.ok(problem, "it compiles");
      assert.match(problem.message, said);
      assert.deepEqual(briefly(others), []);
    });
  }

  for (const title of Object.keys(ACCEPTED)) {
    it(`types: ${title} compiles`, () => assert.deepEqual(briefly(modules.problems(title)), []));
  }

  it("types: an editor shows the documentation of an argument, also inside a template", () => {
    assert.match(modules.hover("hovered", "description:"), /What the flow is for/);
    assert.match(modules.hover("hovered", "onConflict"), /since Pulumi last saw them/);
    assert.match(modules.hover("hovered", "template:"), /What a trail of this flow must prove/);
    assert.match(modules.hover("hovered", "trail:"), /What every trail of the flow must prove/);
    assert.match(modules.hover("hovered", "attestations:"), /Evidence required of the trail/);
    assert.match(modules.hover("hovered", 'type: "junit", name'), /What kind of evidence is required/);
  });

  it("types: an editor shows the documentation of classes, outputs and lookups", () => {
    assert.match(modules.hover("hovered", "vendorId"), /Kosli's own id of the flow/);
    assert.match(modules.hover("hovered", "getFlowOutput"), /for arguments that may be outputs/);
  });
});
