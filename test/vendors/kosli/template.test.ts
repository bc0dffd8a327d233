import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { Document, stringify } from "yaml";
import { check } from "../../../provider/lifecycle/check";
import { rules } from "../../../provider/lifecycle/flow-type";
import { flow } from "../../../provider/vendors/kosli/flow";
import {
  canonicalTemplate,
  EMPTY_TEMPLATE,
  type FlowTemplate,
  legacyControls,
  legacyTemplate,
  templateObject,
  templateText,
} from "../../../provider/vendors/kosli/template";

interface Attestation {
  name: string;
  type: string;
}
interface Artifact {
  name: string;
  attestations: Attestation[];
}
interface Model {
  attestations: Attestation[];
  artifacts: Artifact[];
}

const name = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9\-_,]{1,12}$/),
  fc.constantFrom("on", "yes", "null", "~", "1", "1.0", "- a", "a: b", "#x", "*a", "&a", "'", '"', "é", "名前", "true"),
);
const type = fc.constantFrom(
  "generic",
  "junit",
  "snyk",
  "pull_request",
  "jira",
  "sonar",
  "decision",
  "*",
  "custom:a-b",
);
const required = fc.uniqueArray(fc.record({ name, type }, { noNullPrototype: true }), {
  selector: (each) => each.name,
  maxLength: 5,
});
const artifacts = fc.uniqueArray(fc.record({ name, attestations: required }, { noNullPrototype: true }), {
  selector: (each) => each.name,
  maxLength: 4,
});
const model: fc.Arbitrary<Model> = fc.record({ attestations: required, artifacts }, { noNullPrototype: true });

/** The template as a program or Kosli may hold it: each style is another text or object of the same meaning. */
const styles: Record<string, (model: Model) => unknown> = {
  "block YAML": (of) => stringify({ version: 1, trail: of }),
  "flow YAML": (of) => stringify({ version: 1, trail: of }, { collectionStyle: "flow" }),
  "quoted YAML": (of) => stringify({ trail: of }, { defaultStringType: "QUOTE_SINGLE", defaultKeyType: "PLAIN" }),
  "wide YAML": (of) => stringify({ trail: of, version: 1 }, { indent: 7, indentSeq: false }),
  JSON: (of) => JSON.stringify({ version: 1, trail: of }),
  "commented YAML": (of) => {
    const document = new Document({ version: 1, trail: of });
    document.commentBefore = " what a release proves: {}";
    document.comment = " the end";
    return `\n\n${document.toString()}\n`;
  },
  "CRLF YAML": (of) => stringify({ version: 1, trail: of }).replaceAll("\n", "\r\n"),
  "YAML with a byte order mark": (of) => `\uFEFF${stringify({ version: 1, trail: of })}`,
  "reversed YAML": (of) => stringify({ trail: reversed(of), version: 1 }),
  "YAML without defaults": (of) => stringify({ trail: withoutEmptyLists(of) }),
  object: (of) => ({ version: 1, trail: of }),
  "object without version": (of) => ({ trail: of }),
  "registered object": (of) => ({ trail: { attestations: keyed(of.attestations), artifacts: keyedArtifacts(of) } }),
};

function reversed({ attestations, artifacts: built }: Model): object {
  const turned = (items: Attestation[]) => [...items].reverse().map((each) => ({ type: each.type, name: each.name }));
  return {
    artifacts: [...built].reverse().map((each) => ({ attestations: turned(each.attestations), name: each.name })),
    attestations: turned(attestations),
  };
}

function withoutEmptyLists({ attestations, artifacts: built }: Model): object {
  const list = (items: Attestation[]) => (items.length > 0 ? { attestations: items } : {});
  return {
    ...list(attestations),
    ...(built.length > 0 ? { artifacts: built.map((each) => ({ name: each.name, ...list(each.attestations) })) } : {}),
  };
}

function keyed(items: Attestation[]): object {
  return Object.fromEntries(items.map((each) => [each.name, { type: each.type }]));
}

function keyedArtifacts({ artifacts: built }: Model): object {
  return Object.fromEntries(built.map((each) => [each.name, { attestations: keyed(each.attestations) }]));
}

/** Real changes. Each answers `undefined` where the template has nothing that it could change. */
const mutations: Record<string, (model: Model) => Model | undefined> = {
  "an attestation more": (of) => ({ ...of, attestations: [...of.attestations, { name: "one more", type: "generic" }] }),
  "an attestation less": ({ attestations: [first, ...others], ...of }) => first && { ...of, attestations: others },
  "an attestation of another name": ({ attestations: [first, ...others], ...of }) =>
    first && { ...of, attestations: [{ ...first, name: `${first.name}-x-y-z-1-2-3` }, ...others] },
  "an attestation of another type": ({ attestations: [first, ...others], ...of }) =>
    first && { ...of, attestations: [{ ...first, type: "custom:another" }, ...others] },
  "an artifact more": (of) => ({ ...of, artifacts: [...of.artifacts, { name: "one more", attestations: [] }] }),
  "an artifact less": ({ artifacts: [first, ...others], ...of }) => first && { ...of, artifacts: others },
  "an artifact of another name": ({ artifacts: [first, ...others], ...of }) =>
    first && { ...of, artifacts: [{ ...first, name: `${first.name}-x-y-z-1-2-3` }, ...others] },
  "an attestation of an artifact more": ({ artifacts: [first, ...others], ...of }) =>
    first && {
      ...of,
      artifacts: [
        { ...first, attestations: [...first.attestations, { name: "one more", type: "generic" }] },
        ...others,
      ],
    },
  "an attestation that moves from the trail to an artifact": (of) => {
    const [moved, ...left] = of.attestations;
    const [first, ...others] = of.artifacts;
    if (!moved || !first || first.attestations.some((each) => each.name === moved.name)) return undefined;
    return { attestations: left, artifacts: [{ ...first, attestations: [...first.attestations, moved] }, ...others] };
  },
};

const failuresOf = (template: unknown) =>
  check(flow, { name: "web", template }, { org: "acme" }).failures.map(
    ({ property, reason }) => `${property}: ${reason}`,
  );

describe("template by meaning", () => {
  for (const [style, render] of Object.entries(styles)) {
    it(`canonical: ${style} means the same as block YAML`, () => {
      fc.assert(
        fc.property(model, (of) => {
          assert.deepEqual(canonicalTemplate(render(of)), canonicalTemplate(stringify({ version: 1, trail: of })));
        }),
      );
    });
  }

  for (const [what, change] of Object.entries(mutations)) {
    it(`canonical: ${what} is always found, in whichever style both are written`, () => {
      const style = fc.constantFrom(...Object.values(styles));
      fc.assert(
        fc.property(model, style, style, (of, before, after) => {
          const changed = change(of);
          if (changed) assert.notDeepEqual(canonicalTemplate(after(changed)), canonicalTemplate(before(of)));
        }),
      );
    });
  }

  it("canonical: a name and a type never run together", () => {
    const one = { trail: { attestations: [{ name: "a", type: "custom:b custom:c" }] } };
    const other = { trail: { attestations: [{ name: "a custom:b", type: "custom:c" }] } };
    assert.deepEqual([failuresOf(one), failuresOf(other)], [[], []]);
    assert.notDeepEqual(canonicalTemplate(one), canonicalTemplate(other));
  });

  it("canonical: nothing required is nothing required, however it is said", () => {
    const nothing = canonicalTemplate(EMPTY_TEMPLATE);
    for (const same of [
      "version: 1\n",
      "trail:",
      "trail: null\nversion: 1",
      "trail: {}",
      "trail: {attestations: [], artifacts: []}",
      "{}",
      { trail: null },
      {},
    ]) {
      assert.deepEqual(canonicalTemplate(same), nothing, JSON.stringify(same));
    }
  });

  it("canonical: texts that are no templates differ where they differ", () => {
    const texts = [
      "version: 2",
      "version: 3",
      "just text",
      "[1, 2]",
      "trail: {steps: []}",
      "a: [",
      "b: {",
      "",
      EMPTY_TEMPLATE,
    ];
    for (const [index, text] of texts.entries()) {
      for (const other of texts.slice(index + 1)) {
        assert.notDeepEqual(canonicalTemplate(text), canonicalTemplate(other), `${text} | ${other}`);
      }
    }
  });

  it("canonical: is a pure function of the value", () => {
    const value = {
      trail: {
        attestations: [
          { name: "b", type: "jira" },
          { name: "a", type: "snyk" },
        ],
      },
    };
    const copy = structuredClone(value);
    assert.deepEqual(canonicalTemplate(value), canonicalTemplate(value));
    assert.deepEqual(value, copy);
  });
});

describe("template text and object", () => {
  it("template: an object becomes a text that reads back as the same object", () => {
    fc.assert(
      fc.property(model, (trail) => {
        const value = { version: 1, trail };
        const text = templateText(templateObject(JSON.stringify(value)) ?? "");
        assert.deepEqual(templateObject(text), value);
      }),
    );
  });

  it("template: a text is uploaded as it is written", () => {
    const text = "\uFEFF# mine\r\n{ version: 1 }  ";
    assert.equal(templateText(text), text);
  });

  it("template: what is uploaded for an object states its version", () => {
    assert.equal(templateText({}), "version: 1\n");
  });

  it("template: a text that is no template has no object", () => {
    assert.deepEqual(["version: 2", "a: [", "x"].map(templateObject), [undefined, undefined, undefined]);
  });
});

describe("lists of controls", () => {
  const canonicalLegacy = rules.get(legacyTemplate)?.canonical ?? assert.fail("legacyTemplate has no canonical form");
  const control = fc.stringMatching(/^[a-z][a-z-]{0,10}$/).filter((each) => each !== "artifact");
  const controls = fc.uniqueArray(control, { maxLength: 8 });

  /** What Kosli makes of a list, by its documentation. */
  const serverMade = (list: readonly string[]) => {
    const attestations = list.filter((each) => each !== "artifact").map((each) => ({ name: each, type: "*" }));
    return stringify({ version: 1, trail: { attestations: [], artifacts: [{ name: "artifact", attestations }] } });
  };

  it("legacyTemplate: a list means what Kosli makes of it", () => {
    fc.assert(
      fc.property(controls, (list) => {
        assert.deepEqual(canonicalLegacy(list), canonicalTemplate(serverMade(list)));
        assert.deepEqual(canonicalLegacy([...list, "artifact"]), canonicalLegacy(list));
        assert.deepEqual(canonicalLegacy([...list].reverse()), canonicalLegacy(list));
      }),
    );
  });

  it("legacyTemplate: a list is found again in what Kosli makes of it, in its order", () => {
    fc.assert(fc.property(controls, (list) => assert.deepEqual(legacyControls(serverMade(list)), list)));
  });

  it("legacyTemplate: one control more or less is a difference", () => {
    fc.assert(
      fc.property(controls, control, (list, more) => {
        fc.pre(!list.includes(more));
        assert.notDeepEqual(canonicalLegacy([...list, more]), canonicalLegacy(list));
      }),
    );
  });

  it("legacyTemplate: a template that no list makes has no list behind it", () => {
    const others: FlowTemplate[] = [
      {},
      { trail: { artifacts: [{ name: "image" }] } },
      { trail: { artifacts: [{ name: "artifact" }, { name: "image" }] } },
      { trail: { artifacts: [{ name: "artifact", attestations: [{ name: "scan", type: "snyk" }] }] } },
      { trail: { attestations: [{ name: "scan", type: "*" }], artifacts: [{ name: "artifact" }] } },
    ];
    for (const other of others) assert.equal(legacyControls(templateText(other)), undefined);
    assert.deepEqual(["version: 2", "a: ["].map(legacyControls), [undefined, undefined]);
  });
});

describe("template validation", () => {
  it("template: whatever the styles make of a valid template is accepted", () => {
    fc.assert(
      fc.property(model, fc.constantFrom(...Object.values(styles)), (of, render) => {
        assert.deepEqual(failuresOf(render(of)), []);
      }),
    );
  });

  const types =
    "Kosli's attestation types are generic, junit, snyk, pull_request, jira, sonar, decision, * and custom:<name of a custom type>";
  const wrong: [what: string, text: string, expected: string[]][] = [
    [
      "a type that does not exist",
      "trail: {attestations: [{name: scan, type: sonarqube}]}",
      [`template.trail.attestations.scan.type: ${types}`],
    ],
    [
      "a custom type without a name",
      "trail: {attestations: [{name: scan, type: 'custom:'}]}",
      [`template.trail.attestations.scan.type: ${types}`],
    ],
    [
      "a key that does not exist",
      "version: 1\nsteps: []",
      ["template.steps: Kosli's template language has no such key"],
    ],
    [
      "a key that does not exist, deep inside",
      "trail: {artifacts: [{name: image, attestations: [{name: sbom, type: '*', kind: x}]}]}",
      ["template.trail.artifacts.image.attestations.sbom.kind: Kosli's template language has no such key"],
    ],
    ["another version", "version: 2", ["template.version: The only version of Kosli's template language is 1"]],
    [
      "a name twice",
      "trail: {attestations: [{name: a, type: '*'}, {name: a, type: jira}]}",
      ['template.trail.attestations.a.name: There are two attestations named "a"'],
    ],
    [
      "an empty name",
      "trail: {artifacts: [{name: ''}]}",
      ['template.trail.artifacts[""].name: An artifact needs a name'],
    ],
    [
      "no mapping",
      "just text",
      ['template: The template must be a YAML mapping with the key "version", such as "version: 1"'],
    ],
    [
      "an empty text",
      "",
      ['template: The template must be a YAML mapping with the key "version", such as "version: 1"'],
    ],
    [
      "several things at once",
      "version: 2\ntrail: {attestations: [{name: a, type: nope}], more: 1}",
      [
        "template.version: The only version of Kosli's template language is 1",
        `template.trail.attestations.a.type: ${types}`,
        "template.trail.more: Kosli's template language has no such key",
      ],
    ],
  ];
  for (const [what, text, expected] of wrong) {
    it(`template: ${what} is reported with its path`, () => assert.deepEqual(failuresOf(text), expected));
  }

  const broken: [what: string, text: string, reason: RegExp][] = [
    ["an open bracket", "trail: [", /^template: The template is not readable YAML: [^\n]* at line 1, column 9/],
    [
      "a tab for indentation",
      "trail:\n\tattestations: []",
      /^template: The template is not readable YAML: [^\n]* at line 2/,
    ],
    [
      "a key that is there twice",
      "version: 1\nversion: 1",
      /^template: The template is not readable YAML: Map keys must be unique at line 2/,
    ],
    ["an alias without anchor", "trail: *nowhere", /^template: The template is not readable YAML: [^\n]*nowhere/],
    [
      "an unquoted star",
      "trail: {attestations: [{name: a, type: *}]}",
      /^template: The template is not readable YAML: /,
    ],
    [
      "several documents",
      "version: 1\n---\nversion: 1\n",
      /^template: The template is not readable YAML: [^\n]*multiple documents/i,
    ],
  ];
  for (const [what, text, reason] of broken) {
    it(`template: ${what} is broken YAML, told in one line`, () => {
      const [failure, ...more] = failuresOf(text);
      assert.deepEqual(more, []);
      assert.match(failure ?? "", reason);
      assert.doesNotMatch(failure ?? "", /\n/);
    });
  }

  it("template: anchors and aliases are read", () => {
    const text =
      "trail:\n  attestations: &all [{name: a, type: '*'}]\n  artifacts: [{name: image, attestations: *all}]\n";
    assert.deepEqual(failuresOf(text), []);
    const attestations = [{ name: "a", type: "*" }];
    assert.deepEqual(
      canonicalTemplate(text),
      canonicalTemplate({ trail: { attestations, artifacts: [{ name: "image", attestations }] } }),
    );
  });

  it("canonical: the order of a list has no meaning, also where a name in it cannot be a key", () => {
    const list = [
      { name: "__proto__", type: "generic" },
      { name: "1", type: "generic" },
    ];
    const meaning = (attestations: object[]) =>
      canonicalTemplate({ trail: { attestations, artifacts: [{ name: "image", attestations }] } });
    assert.deepEqual(meaning(list), meaning([...list].reverse()));
  });

  it("template: CRLF and a byte order mark are read", () => {
    assert.deepEqual(
      failuresOf("\uFEFFversion: 1\r\ntrail:\r\n  attestations:\r\n    - name: a\r\n      type: jira\r\n"),
      [],
    );
  });

  it("template: more than 10 MB are refused by size, in no time", () => {
    const begun = Date.now();
    const text = `version: 1\n#${"\u00e9".repeat(5_000_000)}`;
    assert.ok(text.length < 10_000_000, "it is the bytes that count");
    assert.deepEqual(failuresOf(text), ["template: The template is larger than the 10 MB that Kosli takes"]);
    assert.ok(Date.now() - begun < 500);
  });

  it("template: a text too long to be parsed in bounded time is taken as it is, and compared as text", () => {
    const begun = Date.now();
    const text = Array.from({ length: 2_000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n");
    assert.deepEqual(failuresOf(text), []);
    assert.deepEqual(canonicalTemplate(text), canonicalTemplate(text));
    assert.notDeepEqual(canonicalTemplate(text), canonicalTemplate(`${text}\n`));
    assert.ok(Date.now() - begun < 500, `it took ${Date.now() - begun} ms`);
  });

  const hostile: [what: string, text: string][] = [
    [
      "aliases that grow without bound",
      [
        "a: &a [x,x,x,x,x,x,x,x,x]",
        ..."bcdefghi".split("").map((key, index) => {
          const before = "abcdefgh"[index];
          return `${key}: &${key} [${Array.from({ length: 9 }, () => `*${before}`).join(",")}]`;
        }),
      ].join("\n"),
    ],
    ["an alias of itself", "trail: &t {attestations: *t}"],
    ["400 nested mappings", Array.from({ length: 400 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
    ["5000 keys", Array.from({ length: 5_000 }, (_, index) => `k${index}: 1`).join("\n")],
  ];
  for (const [what, text] of hostile) {
    it(`template: ${what} are an ordinary failure, in bounded time`, () => {
      const begun = Date.now();
      const failures = failuresOf(text);
      assert.ok(failures.length > 0);
      assert.ok(failures.every((failure) => failure.startsWith("template")));
      canonicalTemplate(text);
      assert.ok(Date.now() - begun < 2_000, `it took ${Date.now() - begun} ms`);
    });
  }

  it("template: nesting without end is an ordinary failure, and never the end of the process", () => {
    // In a process of its own: an overflow inside of a regular expression is fatal and cannot be caught.
    const script = `
      const { check } = require("./provider/lifecycle/check");
      const { flow } = require("./provider/vendors/kosli/flow");
      const failures = ["[".repeat(5000), "[".repeat(20000), "- ".repeat(20000)].map((template) => check(flow, { name: "web", template }, { org: "acme" }).failures.length);
      console.log(JSON.stringify(failures));
    `;
    const begun = Date.now();
    const { status, signal, stdout } = spawnSync(
      process.execPath,
      ["-r", "ts-node/register/transpile-only", "-e", script],
      { cwd: join(__dirname, "../../.."), encoding: "utf8", timeout: 8_000 },
    );
    assert.deepEqual({ status, signal, stdout: stdout.trim() }, { status: 0, signal: null, stdout: "[1,1,1]" });
    assert.ok(Date.now() - begun < 3_000, `it took ${Date.now() - begun} ms`);
  });
});
