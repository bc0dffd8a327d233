import assert from "node:assert/strict";
import { registeredForm } from "../../provider/lifecycle/keyed";
import { migrate } from "../../provider/lifecycle/migrate";
import { DECLARED, declarationOf, declare, observedOfDeclared, stateOf } from "../../provider/lifecycle/state";
import { flow } from "../../provider/vendors/kosli/flow";

const TEMPLATE = "version: 1\ntrail:\n  attestations:\n    - name: scan\n      type: snyk\n";
const OBSERVED = {
  name: "web",
  org: "acme",
  description: "theirs",
  visibility: "private",
  template: TEMPLATE,
  legacyTemplate: TEMPLATE,
  tags: { team: "shop", ci: "github" },
};
const OUTPUTS = { vendorId: "1-2", url: "https://app.kosli.com/acme/flows/web" };

describe("state", () => {
  it("state: the shape of version 3 is this", () => {
    const inputs = { name: "web", org: "acme", template: TEMPLATE, tags: { team: "shop" }, adopt: true };
    const declaration = declare(flow, inputs, "https://app.kosli.com/acme");
    assert.deepEqual(stateOf(flow, OBSERVED, OUTPUTS, declaration, inputs), {
      name: "web",
      org: "acme",
      description: "theirs",
      visibility: "private",
      template: TEMPLATE,
      tags: { team: "shop" },
      vendorId: "1-2",
      url: "https://app.kosli.com/acme/flows/web",
      __declared:
        '{"account":"https://app.kosli.com/acme","engine":{"adopt":true},"fields":["name","org","template","tags"],"keys":{"tags":["team"]},"version":3}',
    });
  });

  it("state: survives the way through JSON unchanged", () => {
    const inputs = { name: "web", org: "acme", tags: { team: "shop" } };
    const state = stateOf(flow, OBSERVED, { ...OUTPUTS, vendorId: undefined }, declare(flow, inputs, "a"), inputs);
    assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
    assert.deepEqual(declarationOf(JSON.parse(JSON.stringify(state))), declarationOf(state));
  });

  it("state: holds no undefined member, which Pulumi could not keep", () => {
    const inputs = { name: "web", org: "acme", repoUrl: undefined };
    const state = stateOf(flow, { name: "web", org: "acme" }, { vendorId: undefined }, declare(flow, inputs, ""), {});
    assert.deepEqual(
      Object.entries(state).filter(([, value]) => value === undefined),
      [],
    );
  });

  it("declaration: tells the fields that the program set, in the order of the flow type", () => {
    const declaration = declare(flow, { tags: {}, name: "web", description: undefined, onConflict: "fail" }, "a");
    assert.deepEqual(declaration, {
      version: 3,
      fields: ["name", "tags"],
      keys: {},
      engine: { onConflict: "fail" },
      account: "a",
    });
  });

  it("declaration: a state without one was only looked up", () => {
    for (const found of [undefined, null, 5, [], { version: 3 }, { version: 3, fields: "name" }]) {
      assert.equal(declarationOf({ [DECLARED]: found }), undefined);
    }
    assert.equal(declarationOf({}), undefined);
  });

  it("declaration: a text that cannot be read is an error, never a flow that was only looked up", () => {
    for (const text of ["{", "x", '"x"', "[]"]) {
      assert.throws(
        () => declarationOf({ [DECLARED]: text }),
        /cannot be read: somebody has edited `__declared` by hand/,
      );
    }
  });

  it("declaration: one of another version is an error that says to install a newer package, never a flow that was only looked up", () => {
    for (const version of [4, 0, 1.5, "1", undefined]) {
      assert.throws(() => migrate({ [DECLARED]: { version, fields: ["name"] } }), {
        name: "FlowError",
        message: `Its state was written by a newer version of pulumi-flows (state version ${String(version)}): install that one.`,
      });
    }
  });

  it("declaration: one that was edited by hand is read as far as it makes sense", () => {
    const found = { version: 3, fields: ["name", 5], keys: { tags: ["team", null], x: "y" }, engine: 1, account: 2 };
    assert.deepEqual(declarationOf({ [DECLARED]: JSON.stringify(found) }), {
      version: 3,
      fields: ["name"],
      keys: { tags: ["team"], x: [] },
      engine: {},
      account: "",
    });
  });

  it("observed: shows declared fields only, and owned keys only", () => {
    const inputs = { name: "web", tags: { team: "shop" } };
    assert.deepEqual(observedOfDeclared(flow, OBSERVED, declare(flow, inputs, ""), inputs), inputs);
  });

  it("observed: keeps the program's spelling where the meaning is the same, and only there", () => {
    const spelled = { template: `# ours\n${TEMPLATE}` };
    const declaration = declare(flow, spelled, "");
    assert.deepEqual(observedOfDeclared(flow, OBSERVED, declaration, spelled), spelled);
    const other = { ...OBSERVED, template: "version: 1" };
    assert.deepEqual(observedOfDeclared(flow, other, declaration, spelled), { template: "version: 1" });
  });

  it("observed: what the vendor never tells keeps the value that was sent", () => {
    const spelled = { repoUrl: "https://github.com/acme/web" };
    assert.deepEqual(observedOfDeclared(flow, OBSERVED, declare(flow, spelled, ""), spelled), spelled);
  });

  it("observed: so does a declared field that this server does not tell", () => {
    const spelled = { visibility: "public" };
    const { visibility: _, ...observed } = OBSERVED;
    assert.deepEqual(observedOfDeclared(flow, observed, declare(flow, spelled, ""), spelled), spelled);
  });

  it("registered form: lists with identity become maps, everything else stays", () => {
    const template = { trail: { attestations: [{ name: "scan", type: "snyk" }] } };
    assert.deepEqual(registeredForm(flow, { ...OBSERVED, template, more: [1] }), {
      ...OBSERVED,
      template: { trail: { attestations: { scan: { type: "snyk" } } } },
      more: [1],
    });
  });
});
