import assert from "node:assert/strict";
import { type Refused, testCompiling } from "./harness/typed-modules";

const head = `import * as pulumi from "@pulumi/pulumi";
import { kapso, kosli } from "pulumi-flows";
const other = new kosli.Flow("other");
const { node, edge } = kapso;
const fn = new kapso.Function("fn", { code: "x" });
const bot = new kapso.Workflow("bot");
const attestations = [{ name: "unit", type: "junit" as const }];
void [pulumi, other, attestations, node, edge, fn, bot];
`;

/** Statements that the compiler must refuse, with a word of its message. */
const REFUSED: Refused = {
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
  "a setting that a kind of step does not have": [`node.sendText("a", { message: "x", mesage: "y" });`, /mesage/],
  "a text step without a text": [`node.sendText("a", {});`, /message/],
  "a value that a setting does not have": [
    `node.decide("a", { decision_type: "person", conditions: [{ label: "x" }] });`,
    /person/,
  ],
  "an id that is no text": [`node.function("a", { function_id: 3 });`, /number/],
  "a graph without edges": [`new kapso.Workflow("w", { definition: { nodes: [node.start()] } });`, /edges/],
  "a node without a kind": [
    `new kapso.Workflow("w", { definition: { nodes: [{ id: "a", data: {} }], edges: [] } });`,
    /node_type/,
  ],
  "a status that does not exist": [`new kapso.Workflow("w", { status: "paused" });`, /paused/],
  "a trigger without its workflow": [`new kapso.Trigger("t", { triggerType: "api_call" });`, /workflowId/],
  "an event that starts no new triggers": [
    `new kapso.Trigger("t", { workflowId: bot.id, triggerType: "whatsapp_event", event: "whatsapp.message.read" });`,
    /whatsapp\.message\.read/,
  ],
  "a function without code": [`new kapso.Function("f", {});`, /code/],
  "a field that a check derives": [`new kapso.Function("f", { code: "x", deployment: "y" });`, /deployment/],
  "a provider without a key": [`new kapso.Provider("p", {});`, /apiKey/],
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
  "a graph of all kinds of steps, wired by outputs": `new kapso.Workflow("w", {
    status: "active", slug: "w", messageDebounceSeconds: 2, inboundMessageReadMode: "read_only", validate: "warn", ignoreLayout: false,
    definition: {
      nodes: [
        node.start(), node.waitForResponse("wait"), node.agent("agent"), node.handoff("person"),
        node.sendText("greet", { message: other.name }, { position: { x: 0, y: -1.5 } }),
        node.sendText("ai", { message: { $ai: {} }, ai_field_config: { message: { mode: "prompt", prompt: "Greet" } } }),
        node.function("run", { function_id: fn.id, save_response_to: "x" }),
        node.call("call", { workflow_id: bot.id }),
        node.webhook("hook", { url: "https://a.example", headers: { Authorization: pulumi.interpolate\`Bearer \${pulumi.secret("t")}\` } }),
        node.decide("route", { decision_type: "function", function_id: fn.id, conditions: [{ label: "yes" }] }),
        node.setVariable("set", { variable_name: "x", variable_value: { any: fn.id } }),
      ],
      edges: [edge("start", "greet"), edge("route", "person", { label: "yes" })],
    },
  });`,
  "a graph as Kapso answers it": `new kapso.Workflow("w", { definition: {
      nodes: [{ id: "start", type: "flow-node", position: { x: 0, y: 0 }, data: { node_type: "start", config: {}, display_name: "Start" } }],
      edges: [{ id: "e", source: "start", target: "a", label: null, type: "default", flow_condition_id: null }],
    } });
    new kapso.Workflow("v", { definition: JSON.parse("{}") });
    new kapso.Flow("f", { definition: pulumi.output({ nodes: [node.start()], edges: [edge("a", "b")] }) });`,
  "a config that is kept in a variable of its type": `const config: kapso.SendTextConfig = { message: "x" }; node.sendText("a", config);`,
  "triggers and functions": `new kapso.Trigger("t", { workflowId: bot.id, triggerType: "project_event", eventName: "order.paid", propertyKey: "n", operator: "gt", propertyValue: 3 });
    new kapso.Function("f", { code: "x", secrets: { TOKEN: pulumi.secret("t") }, runtimeConfig: { a: 1 } });`,
  "lookups of Kapso": `const found: pulumi.Output<string> = kapso.getWorkflowOutput({ slug: bot.slug }).id;
    void [found, kapso.getFunction({ name: "f" }), kapso.Workflow.get("w", "x").status, kapso.Trigger.get("t", "x", { workflowId: bot.id })];`,
  "a flow that is looked up": `const found: kosli.Flow = kosli.Flow.get("f", "acme/web"); void kosli.Flow.isInstance(found);`,
};

const HOVERED = `new kosli.Flow("f", {
  description: "x",
  onConflict: "fail",
  template: { trail: { attestations: [{ type: "junit", name: "unit" }] } },
});
void other.vendorId;
kosli.getFlowOutput({ name: "x" });
node.sendText("a", { message: "x" });
new kapso.Workflow("w", { ignoreLayout: true });
`;

describe("types", function () {
  this.timeout(60_000);

  const modules = testCompiling("types", head, REFUSED, ACCEPTED, { hovered: HOVERED });

  it("types: an editor shows the documentation of an argument, also inside a template", () => {
    assert.match(modules().hover("hovered", "description:"), /What the flow is for/);
    assert.match(modules().hover("hovered", "onConflict"), /since Pulumi last saw them/);
    assert.match(modules().hover("hovered", "template:"), /What a trail of this flow must prove/);
    assert.match(modules().hover("hovered", "trail:"), /What every trail of the flow must prove/);
    assert.match(modules().hover("hovered", "attestations:"), /Evidence required of the trail/);
    assert.match(modules().hover("hovered", 'type: "junit", name'), /What kind of evidence is required/);
  });

  it("types: an editor shows the documentation of a step's settings, and what kind of step a function makes", () => {
    assert.match(modules().hover("hovered", "sendText"), /Sends a text/);
    assert.match(modules().hover("hovered", 'message: "x"'), /What is sent/);
    assert.match(modules().hover("hovered", "ignoreLayout"), /dragged on the canvas/);
  });

  it("types: an editor shows the documentation of classes, outputs and lookups", () => {
    assert.match(modules().hover("hovered", "vendorId"), /Kosli's own id of the flow/);
    assert.match(modules().hover("hovered", "getFlowOutput"), /for arguments that may be outputs/);
  });
});
