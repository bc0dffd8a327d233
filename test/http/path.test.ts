import assert from "node:assert/strict";
import fc from "fast-check";
import { path } from "../../provider/http/path";

describe("path template", () => {
  it("path: names that Kosli allows are written as they are", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9.\-_~]*$/), (name) => {
        assert.equal(path`/flows/${name}`.text, `/flows/${name}`);
      }),
    );
  });

  it("path: values that would change the path's shape are refused", () => {
    for (const value of ["", ".", ".."]) {
      assert.throws(() => path`/api/v2/flows/${value}/archive`, {
        name: "RangeError",
        message: `"${value}" cannot stand in a path after "/api/v2/flows/"`,
      });
    }
  });

  it("path: constants are taken as written", () => {
    assert.equal(path`/a%20b/${"c d"}`.text, "/a%20b/c%20d");
  });
});
