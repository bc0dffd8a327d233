import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RehearsalResult } from "../../testing/src";
import { changed, readGuide } from "./guide";
import { fits } from "./shown";
import { untold } from "./told";

const URN = "urn:pulumi:dev::payments::pulumi-nodejs:dynamic/kosli:Flow::build";

const RESULT: RehearsalResult = {
  ok: true,
  steps: [
    {
      op: "update",
      urn: URN,
      type: "pulumi-nodejs:dynamic/kosli:Flow",
      name: "build",
      diff: [
        { path: "description", kind: "update", before: "old", after: "new" },
        { path: 'edges["start --next-->"]', kind: "delete", before: "greet" },
        { path: "template.trail.attestations.sbom", kind: "add", after: { type: "generic" } },
      ],
    },
  ],
  diagnostics: [
    { severity: "warning", message: '[runtime] Runtype flow "a": changed at 2026-11-22T22:31:48.894Z.' },
    { severity: "error", message: 'invalid inputs: edges[1].target: there is no node "boss"', urn: URN },
  ],
  outputs: { page: "http://vendor/build", versions: { kosli: "two" } },
  changes: { update: 1, same: 2 },
};

/** What the CLI prints of it. */
const SHOWN = `…
    ~ pulumi-nodejs:dynamic/kosli:Flow: (update)
        [id=acme/build]
        [urn=${URN}]
      ~ description: "old" => "new"
      ~ edges      : {
          - start --next-->: "greet"
        }
        name       : "build"
      ~ template   : {
          ~ trail: {
              ~ attestations: {
                  + sbom: {
                      + type: "generic"
                    }
Diagnostics:
  pulumi:pulumi:Stack (payments-dev):
    warning: [runtime] Runtype flow "a": changed at 2026-01-01T00:00:00Z.
    error: pulumi-nodejs:dynamic/kosli:Flow resource 'build': property edges[1].target value {<nil>} has a problem: there is no node "boss"

Outputs:
  ~ page    : "http://vendor/old" => "http://vendor/build"
    versions: {
        kosli: "two"
    }

Resources:
    ~ 1 to update
    2 unchanged

Duration: 3s`.split("\n");

describe("guides, compared with the rehearsal", () => {
  it("guides: what Pulumi's CLI prints is borne out by what the rehearsal answers", () => {
    assert.deepEqual(untold(SHOWN, RESULT), []);
  });

  const wrong: readonly (readonly [what: string, line: string, instead: string])[] = [
    ["another resource", "kosli:Flow: (update)", "kapso:Flow: (update)"],
    ["another operation", "(update)", "(replace)"],
    ["another name", "Flow::build]", "Flow::deploy]"],
    ["another value", '"old" => "new"', '"old" => "newer"'],
    ["another property", "description", "summary"],
    ["another mark", '- start --next-->: "greet"', '+ start --next-->: "greet"'],
    ["another place", "~ attestations: {", "~ artifacts: {"],
    ["an addition of another value", '+ type: "generic"', '+ type: "jira"'],
    ["another warning", "changed at", "deleted at"],
    ["another refusal", "no node", "no edge"],
    ["the refusal of another place", "edges[1].target", "edges[0].target"],
    ["another output", '"http://vendor/build"', '"http://vendor/deploy"'],
    ["another part of an output", 'kosli: "two"', 'kosli: "three"'],
    ["another number of resources", "~ 1 to update", "~ 2 to update"],
    ["something that nobody understands", "Duration: 3s", "Something else"],
  ];
  for (const [what, from, to] of wrong) {
    it(`guides: ${what} is not borne out`, () => {
      const shown = SHOWN.map((line) => line.replace(from, to));
      assert.notDeepEqual(shown, SHOWN);
      assert.ok(untold(shown, RESULT).length > 0);
    });
  }
});

describe("guides, as they are read", () => {
  it("guides: what is left out may be anything, and what is shown must be there, in its order", () => {
    const printed = ["one", "two (0.3s)", "three", "four"];
    assert.ok(fits(["…", "two (5s)", "…"], printed));
    assert.ok(fits(printed, printed));
    for (const other of [["one"], ["two (0.3s)", "…"], ["…", "three", "two (0.3s)", "…"], [], ["…", "thr.e", "…"]]) {
      assert.ok(!fits(other, printed), other.join());
    }
  });

  it("guides: a change that does not fit its file is told", () => {
    const change = { kind: "change" as const, path: "index.ts", parts: [["-a", "+b", " c"]], line: 1 };
    assert.equal(changed("a\nc\n", change), "b\nc\n");
    assert.throws(() => changed("a\nd\n", change), /fits index.ts not exactly once/);
    assert.throws(() => changed("a\nc\na\nc\n", change), /not exactly once/);
  });

  const refused: Readonly<Record<string, readonly [text: string, said: RegExp]>> = {
    "commands in another kind of block": ["`x`:\n\n```bash\npulumi up\n```\n", /a block is one of/],
    "a file without a name": ["Look:\n\n```ts\nexport {};\n```\n", /ends with its name/],
    "output without a command": ["```console\nhello\n```\n", /begins with a command/],
    "a block without an end": ["```console\n$ true\n", /has no end/],
    "a block within a list": ["- x\n  ```console\n  $ true\n  ```\n", /beginning of its line/],
  };
  for (const [what, [text, said]] of Object.entries(refused)) {
    it(`guides: ${what} cannot be tried, and is refused`, () => {
      const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-guide-"));
      try {
        const file = join(folder, "guide.md");
        writeFileSync(file, text);
        assert.throws(() => readGuide(file), said);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
