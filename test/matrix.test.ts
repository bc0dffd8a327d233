import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Cell, groundRecord, groundTable, SUBSET, sayOf, withCells } from "../scripts/matrix/ground";

const root = resolve(__dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const { engines, peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const recorded = groundRecord.parse(JSON.parse(readFileSync(join(root, "docs/ground.json"), "utf8")));

const cell: Cell = { node: "20.1.0", sdk: "3.216.0", tests: "subset", source: "a", passed: 9, failed: 0, skipped: 1 };

describe("matrix", () => {
  it("matrix: the README shows what is recorded, and nothing else", () => {
    const [, shown] = readme.split(/<!-- \/?ground -->/);
    assert.equal(shown?.trim(), groundTable(recorded));
  });

  it("matrix: the oldest supported SDK and Node were run, and something newer, without a failure", () => {
    const [, oldest = ""] = /^>=(\d+\.\d+\.\d+)/.exec(peerDependencies["@pulumi/pulumi"]) ?? [];
    const [, major = ""] = /^>=(\d+)/.exec(engines.node) ?? [];
    assert.ok(recorded.some(({ sdk }) => sdk === oldest));
    assert.ok(recorded.some(({ sdk }) => sdk !== oldest));
    assert.ok(recorded.some(({ node }) => node.startsWith(`${major}.`)));
    assert.ok(recorded.some(({ node }) => !node.startsWith(`${major}.`)));
    for (const { node, sdk, failed, passed } of recorded)
      assert.ok(failed === 0 && passed > 0, `Node ${node} with ${sdk}`);
  });

  it("matrix: a run takes the place of an earlier one on the same SDK and the same major version of Node", () => {
    const newer = { ...cell, node: "20.9.0", passed: 10 };
    assert.deepEqual(withCells([cell], [newer]), [newer]);
    const others = [
      { ...cell, node: "22.0.0" },
      { ...cell, sdk: "3.270.0" },
    ];
    assert.equal(withCells([cell], others).length, 3);
  });

  it("matrix: a record of another source than the present one is said aloud, also where it is so in one combination", () => {
    assert.equal(sayOf([cell, cell], "a"), "All 2 combinations were run with the present source, a.");
    assert.match(
      sayOf([cell, { ...cell, source: "b" }], "a"),
      /^!!! .*ANOTHER SOURCE: 1 of 2 combinations were run with b, /,
    );
    assert.match(sayOf([], "a"), /^!!! .*0 of 0 combinations were run with none/);
  });

  it("matrix: rows stand in the order of their versions, which is not that of their letters", () => {
    const versions = (cells: readonly Cell[]) => cells.map(({ node, sdk }) => `${node} ${sdk}`);
    const cells = [
      { ...cell, node: "22.3.0" },
      { ...cell, sdk: "3.1000.0" },
      { ...cell, node: "20.10.0", sdk: "3.9.0" },
      cell,
    ];
    assert.deepEqual(versions(withCells([], cells)), [
      "20.1.0 3.216.0",
      "20.1.0 3.1000.0",
      "20.10.0 3.9.0",
      "22.3.0 3.216.0",
    ]);
  });

  it("matrix: the table says where there was no CLI", () => {
    const table = groundTable([cell, { ...cell, cli: "3.260.0" }]);
    assert.match(table, /none: rehearsed/);
    assert.match(table, /\| 3\.260\.0 /);
  });

  it("matrix: every test that it names exists", () => {
    for (const each of SUBSET) assert.ok(existsSync(join(root, each.replace("/*.test.ts", ""))), each);
  });
});
