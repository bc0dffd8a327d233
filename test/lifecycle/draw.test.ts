import assert from "node:assert/strict";
import { check } from "../../provider/lifecycle/check";
import { draw, drawn, shownOf } from "../../provider/lifecycle/draw";
import { DECLARED } from "../../provider/lifecycle/state";
import type { Values } from "../../provider/lifecycle/values";
import { mermaidComment, mermaidOf } from "../../provider/picture/mermaid";
import { svgOf } from "../../provider/picture/svg";
import { flowTypeOf } from "../../provider/runtime/process";
import { allVendors } from "../../provider/vendors";
import { secretArguments } from "../harness/secret-arguments";
import { Search } from "../secrets/canaries";
import { canaryFlows, namesIn } from "../secrets/programs";

const HEADER = "Bearer a-long-and-secret-key";

const workflow = (message: string): Values => ({
  name: "it",
  definition: {
    nodes: [
      {
        id: "call",
        data: { node_type: "webhook", config: { url: "https://a.example", headers: { Authorization: HEADER } } },
      },
      { id: "say", data: { node_type: "send_text", config: { message } } },
    ],
    edges: [],
  },
});

function everythingOf(token: string, args: Values, known = {}): string {
  const { type } = flowTypeOf(token);
  const { label, drawing } = draw(type, check(type, args, {}).inputs, known);
  const picture = { title: label, drawing };
  return [JSON.stringify(picture), mermaidComment(picture), mermaidOf(picture), svgOf(picture)].join("\n");
}

describe("draw", () => {
  it("draw: what the vendor's fields say is a secret is hidden, also where it stands in another text", () => {
    const shown = everythingOf("kapso:Workflow", workflow(`The key is ${HEADER}!`));
    assert.doesNotMatch(shown, /a-long-and-secret/);
    assert.match(shown, /The key is \[secret\]!/);
  });

  it("draw: what the program made a secret is hidden, in a drawing as in its label", () => {
    const path = ["definition", "nodes", "say", "data", "config", "message"];
    assert.doesNotMatch(
      everythingOf("kapso:Workflow", secretArguments(workflow("nobody reads this"), path)),
      /nobody reads/,
    );
    const named = { name: "the secret name", steps: [{ type: "prompt", name: "the secret name" }] };
    assert.doesNotMatch(everythingOf("runtype:Flow", secretArguments(named, ["name"])), /the secret name/);
  });

  it("draw: a state hides what its declaration says, and what it is told beside", () => {
    const { type } = flowTypeOf("humanloop:Flow");
    const declared = {
      version: 3,
      fields: ["path", "attributes"],
      keys: {},
      engine: {},
      secret: [["attributes", "a"]],
      account: "",
    };
    const state = {
      path: "it",
      attributes: { a: "first secret", b: "second secret", c: "third secret" },
      [DECLARED]: JSON.stringify(declared),
    };
    const { drawing } = draw(type, state, { places: [["attributes", "b"]], texts: ["third secret"] });
    assert.deepEqual(drawing.boxes[1]?.content, {
      attributes: { a: "[secret]", b: "[secret]", c: "[secret]" },
      versionName: undefined,
      versionDescription: undefined,
    });
  });

  it("draw: what looks like a credential is hidden, also where no field calls it a secret, and what a vendor fills in is not", () => {
    const headers = { Authorization: "Bearer x", Accept: "{{kind}}" };
    const steps = [
      {
        type: "prompt",
        name: "ask",
        config: { userPrompt: "Use sk_live_abcdefgh12345678 now", tools: { runtimeTools: [{ config: { headers } }] } },
      },
    ];
    const shown = everythingOf("runtype:Flow", { name: "it", steps });
    assert.doesNotMatch(shown, /Bearer x|sk_live/);
    assert.match(shown, /Use \[secret\] now/);
    assert.match(shown, /{{kind}}/);
    const attributes = { openai_api_key: "no known shape", headers: [{ name: "X-Key", value: "in a list" }] };
    assert.doesNotMatch(everythingOf("humanloop:Flow", { path: "it", attributes }), /no known shape|in a list/);
  });

  it("draw: a pointer shows what the flow is called that it leads to, and keeps the flow's id", () => {
    const told = (token: string, args: Values) => {
      const { type } = flowTypeOf(token);
      const { drawing } = drawn(
        type,
        shownOf(type, check(type, args, {}).inputs, {}),
        new Map([["flow-1", "Support"]]),
      );
      return drawing.boxes.map(({ title, detail, content }) => [title, detail, content].join("; "));
    };
    assert.deepEqual(
      [
        ...told("kapso:Trigger", { workflowId: "flow-1", triggerType: "api_call" }).slice(1),
        ...told("runtype:FlowPublication", { flow: "flow-1" }).slice(0, 1),
        ...told("humanloop:FlowMonitoring", { flow: "flow-1" }).slice(0, 1),
        ...told("humanloop:FlowDeployment", { flow: "flow-1", version: "v1", environment: "live" }).slice(0, 1),
      ],
      [...Array(3).fill("Support; flow-1; flow-1"), "v1; of Support (flow-1); v1"],
    );
  });

  it("draw: no canary of any secret place of any flow type is in its picture", () => {
    const names = namesIn(1).filter((name) => name.includes(":"));
    const search = new Search(names);
    const tokens = new Set<string>();
    for (const { token, args } of canaryFlows(1)) {
      tokens.add(token);
      assert.deepEqual(search.in(everythingOf(token, args)), [], token);
    }
    assert.deepEqual(
      [...tokens].sort(),
      allVendors()
        .flatMap(({ flowTypes }) => flowTypes.map(({ token }) => token))
        .sort(),
    );
  });
});
