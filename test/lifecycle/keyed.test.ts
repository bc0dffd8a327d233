import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import isEqual from "lodash/isEqual";
import { z } from "zod";
import { fromRegistered, keyed, keyedAsEdges, keyedBy, toRegistered } from "../../provider/lifecycle/keyed";
import { differingPaths, showPath, valueAt } from "../../provider/lifecycle/paths";
import { UNKNOWN } from "../../provider/lifecycle/values";
import { template } from "../../provider/vendors/kosli/template";

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
/** What can be a key; `__proto__` and unknown names have a test of their own. */
const key = fc.string({ minLength: 1 }).filter((each) => each !== "__proto__");
const attestation = fc.record({ name: key, type: fc.string() }, { noNullPrototype: true });
const attestations = fc.uniqueArray(attestation, { selector: ({ name }) => name });
const artifact = fc.record({ name: key, attestations }, { requiredKeys: ["name"], noNullPrototype: true });
const trail = fc.record(
  { attestations, artifacts: fc.uniqueArray(artifact, { selector: ({ name }) => name }) },
  { requiredKeys: [], noNullPrototype: true },
);

interface Attestation {
  name: string;
  type: string;
}
interface Artifact {
  name: string;
  attestations?: Attestation[];
}

/** The same trail with its lists in the order of their names. */
function sorted({ attestations: required, artifacts }: { attestations?: Attestation[]; artifacts?: Artifact[] }) {
  return {
    ...(required ? { attestations: [...required].sort(byName) } : {}),
    ...(artifacts
      ? {
          artifacts: artifacts
            .map((each) =>
              each.attestations ? { ...each, attestations: [...each.attestations].sort(byName) } : { name: each.name },
            )
            .sort(byName),
        }
      : {}),
  };
}

describe("keyed lists", () => {
  it("keyed: a list of unique names loses nothing but its order on the way to a map and back", () => {
    fc.assert(
      fc.property(trail, (written) => {
        const value = { version: 1, trail: written };
        const registered = toRegistered(template, value);
        assert.deepEqual(fromRegistered(template, registered), { version: 1, trail: sorted(written) });
      }),
    );
  });

  it("keyed: to register what is registered already changes nothing", () => {
    fc.assert(
      fc.property(trail, (written) => {
        const registered = toRegistered(template, { trail: written });
        assert.deepEqual(toRegistered(template, registered), registered);
      }),
    );
  });

  it("keyed: an inserted item is one more key, and no neighbour changes", () => {
    const [first, last, inserted] = ["build", "test", "lint"].map((name) => ({ name, type: "generic" }));
    assert.deepEqual(toRegistered(template, { trail: { attestations: [first, inserted, last] } }), {
      trail: {
        attestations: { build: { type: "generic" }, lint: { type: "generic" }, test: { type: "generic" } },
      },
    });
  });

  it("keyed: duplicate, missing, empty and unknown names stay as written", () => {
    const named = { name: "scan", type: "snyk" };
    for (const odd of [
      { name: "scan", type: "jira" },
      { type: "jira" },
      { name: "", type: "jira" },
      { name: UNKNOWN, type: "jira" },
      { name: 5, type: "jira" },
      { name: "__proto__", type: "jira" },
      "jira",
      null,
    ]) {
      const written = { trail: { attestations: [named, odd] } };
      assert.deepEqual(toRegistered(template, written), written, JSON.stringify(odd));
      assert.deepEqual(fromRegistered(template, toRegistered(template, written)), written, JSON.stringify(odd));
    }
  });

  it("keyed: a list that cannot be keyed does not keep the lists in it from being keyed", () => {
    const attestations = [{ name: "scan", type: "snyk" }];
    const registered = toRegistered(template, {
      trail: { artifacts: [{ name: "image", attestations }, { attestations }] },
    });
    const inner = { attestations: { scan: { type: "snyk" } } };
    assert.deepEqual(registered, { trail: { artifacts: [{ name: "image", ...inner }, inner] } });
  });

  it("keyed: what is no template is left as it is", () => {
    for (const value of ["version: 1", 5, null, undefined, UNKNOWN, [], { trail: null }, { trail: UNKNOWN }]) {
      assert.deepEqual(toRegistered(template, value), value);
      assert.deepEqual(fromRegistered(template, value), value);
    }
  });

  it("keyed: members that the template language does not know are kept", () => {
    const written = {
      trail: { attestations: [{ name: "scan", type: "snyk", note: "x" }], steps: [1] },
      more: { a: 1 },
    };
    assert.deepEqual(fromRegistered(template, toRegistered(template, written)), written);
  });

  it("keyed: outputs of other resources that stand as leaves stay leaves", () => {
    const type = pulumi.secret("snyk");
    const later = Promise.resolve("jira");
    const registered = toRegistered(template, {
      trail: {
        attestations: [
          { name: "scan", type },
          { name: "ticket", type: later },
        ],
      },
    });
    assert.ok(typeof registered === "object" && registered !== null && "trail" in registered);
    assert.deepEqual(Object.keys(Object(Reflect.get(Object(registered.trail), "attestations"))), ["scan", "ticket"]);
    const keyed = Object(Reflect.get(Object(registered.trail), "attestations"));
    assert.equal(keyed.scan.type, type);
    assert.equal(keyed.ticket.type, later);
  });

  it("keyed: an output in place of a name, an item or a list leaves the list as written", () => {
    const output = pulumi.output("x");
    const withName = { trail: { attestations: [{ name: output, type: "jira" }] } };
    const withItem = { trail: { attestations: [output] } };
    const withList = { trail: { attestations: output } };
    for (const written of [withName, withItem, withList]) {
      const registered = toRegistered(template, written);
      const inner = (value: unknown) => Reflect.get(Object(Reflect.get(Object(value), "trail")), "attestations");
      assert.deepEqual(Object.keys(Object(inner(registered))), Object.keys(Object(inner(written))));
      assert.equal(Array.isArray(inner(registered)), Array.isArray(inner(written)));
    }
    assert.equal(Reflect.get(Object(toRegistered(template, withList)), "trail").attestations, output);
  });

  it("keyed: does not change the value that it is given", () => {
    const written = { trail: { attestations: [{ name: "scan", type: "snyk" }] } };
    const copy = structuredClone(written);
    toRegistered(template, written);
    assert.deepEqual(written, copy);
  });

  it("keyed: lists without an identity keep their order", () => {
    const schema = z.object({ steps: z.array(z.object({ name: z.string() })) });
    const value = { steps: [{ name: "b" }, { name: "a" }] };
    assert.deepEqual(toRegistered(schema, value), value);
    assert.deepEqual(fromRegistered(schema, value), value);
  });

  it("keyed: any member may be the key", () => {
    const nodes = keyed(z.array(z.object({ id: z.string(), message: z.string() })), keyedBy("id"), String);
    const schema = z.object({ nodes: nodes.optional() });
    const registered = toRegistered(schema, { nodes: [{ id: "greet", message: "Hi" }] });
    assert.deepEqual(registered, { nodes: { greet: { message: "Hi" } } });
    assert.deepEqual(fromRegistered(schema, registered), { nodes: [{ id: "greet", message: "Hi" }] });
  });
});

/** A list of edges, as a schema of their own. */
const edges = keyed(z.array(z.looseObject({ source: z.string() })), keyedAsEdges("next"), (key) => `twice ${key}`);

describe("keyed edges", () => {
  const label = fc.oneof(fc.constant("next"), fc.string({ minLength: 1 }));
  const node = fc.string({ minLength: 1 }).filter((each) => !each.includes(" --"));
  const more = fc.option(fc.record({ weight: fc.nat() }, { noNullPrototype: true }), { nil: {} });
  const edge = fc.tuple(node, label, fc.string({ minLength: 1 }), more).map(([source, name, target, rest]) => ({
    source,
    label: name,
    target,
    ...rest,
  }));
  const list = fc.uniqueArray(edge, { selector: (each) => JSON.stringify([each.source, each.label]) });

  it("edges: a graph loses nothing but its order on the way to a map and back", () => {
    fc.assert(
      fc.property(list, (written) => {
        const registered = toRegistered(edges, written);
        assert.ok(!Array.isArray(registered));
        const back = fromRegistered(edges, registered);
        assert.ok(Array.isArray(back));
        assert.deepEqual(new Set(back), new Set(written));
      }),
    );
  });

  it("edges: show as an arrow from source and label to the target", () => {
    const written = [
      { source: "start", target: "greet" },
      { source: "greet", label: "yes", target: "buy", weight: 2 },
    ];
    const registered = { "start --next-->": "greet", "greet --yes-->": { target: "buy", weight: 2 } };
    assert.deepEqual(toRegistered(edges, written), registered);
    assert.deepEqual(fromRegistered(edges, registered), [
      { source: "greet", label: "yes", target: "buy", weight: 2 },
      { source: "start", label: "next", target: "greet" },
    ]);
  });

  it("edges: a rewired edge is one changed key", () => {
    const before = toRegistered(edges, [{ source: "start", target: "greet" }]);
    const after = toRegistered(edges, [{ source: "start", target: "check" }]);
    assert.deepEqual(differingPaths(before, after), [["start --next-->"]]);
  });

  it("edges: what cannot be keyed without loss stays as written", () => {
    for (const odd of [
      { source: "a", target: "c" },
      { source: "a --b", target: "c" },
      { source: "", target: "c" },
      { source: "x", label: "", target: "c" },
      { source: "x" },
      { source: "x", target: { id: "c" } },
      { target: "c" },
      { source: UNKNOWN, target: "c" },
    ]) {
      const written = [{ source: "a", target: "b" }, odd];
      assert.deepEqual(toRegistered(edges, written), written, JSON.stringify(odd));
    }
  });

  it("edges: a target that a preview cannot know yet is a leaf like any other", () => {
    assert.deepEqual(toRegistered(edges, [{ source: "a", target: UNKNOWN }]), { "a --next-->": UNKNOWN });
  });

  it("edges: the same source and label twice is reported", () => {
    const twice = [
      { source: "a", target: "b" },
      { source: "a", label: "next", target: "c" },
    ];
    const { error } = edges.safeParse(twice);
    assert.deepEqual(
      error?.issues.map(({ path, message }) => [path, message]),
      [[[1], "twice a --next-->"]],
    );
  });
});

describe("paths", () => {
  it("path: the innermost differences of two values are named", () => {
    const before = { nodes: { greet: { message: "Hi", to: [1] }, gone: 1 }, same: { a: 1 } };
    const after = { nodes: { greet: { message: "Hello", to: [1, 2] }, new: 1 }, same: { a: 1 } };
    assert.deepEqual(differingPaths(before, after), [
      ["nodes", "greet", "message"],
      ["nodes", "greet", "to"],
      ["nodes", "gone"],
      ["nodes", "new"],
    ]);
  });

  it("path: two values differ exactly where a path says so", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const paths = differingPaths(a, b);
        assert.equal(paths.length === 0, isEqual(a, b));
        for (const path of paths) assert.ok(!isEqual(valueAt(a, path), valueAt(b, path)));
      }),
    );
  });

  it("path: leads to what an object has of its own, and into an unknown to an unknown", () => {
    assert.equal(valueAt({ a: {} }, ["a", "constructor"]), undefined);
    assert.equal(valueAt({ a: UNKNOWN }, ["a", "b"]), UNKNOWN);
    assert.equal(valueAt({ a: [{ b: 1 }] }, ["a", 0, "b"]), 1);
  });

  const value = {
    trail: { attestations: [{ name: "scan" }, { name: "" }, { id: "x" }, 5] },
    tags: { "a b": 1, ok: 2 },
  };

  it("path: items of lists are named by name or id where they have one, else by their place", () => {
    const at = (index: number) => showPath(["trail", "attestations", index, "type"], value);
    assert.deepEqual([0, 1, 2, 3].map(at), [
      'trail.attestations["scan"].type',
      "trail.attestations[1].type",
      'trail.attestations["x"].type',
      "trail.attestations[3].type",
    ]);
  });

  it("path: keys that are no identifiers are quoted", () => {
    assert.equal(showPath(["tags", "a b"], value), 'tags["a b"]');
    assert.equal(showPath(["tags", "ok"], value), "tags.ok");
  });

  it("path: the whole has no path", () => {
    assert.equal(showPath([], value), "");
  });
});
