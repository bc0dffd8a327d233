import assert from "node:assert/strict";
import fc from "fast-check";
import { path } from "../../provider/http/path";

/** Values that may stand in a path. */
const segment = fc
  .oneof(
    fc.string({ minLength: 1 }),
    fc.string({ minLength: 1, unit: "binary" }),
    fc.constantFrom("a/b", "../x", "..%2f", "%2e%2e", "a?b=c", "a#b", "a b", "a\\b", ";", "\u0000", "名前"),
  )
  .filter((value) => value !== "." && value !== "..");

describe("path template", () => {
  it("path: every value stays one segment and is decoded to itself", () => {
    fc.assert(
      fc.property(segment, segment, (org, name) => {
        const { text } = path`/api/v2/flows/${org}/${name}/archive`;
        const url = new URL(text, "https://app.kosli.com");
        const segments = url.pathname.split("/");
        assert.deepEqual(segments.slice(0, 4), ["", "api", "v2", "flows"]);
        assert.deepEqual(segments.slice(4).map(decodeURIComponent), [org, name, "archive"]);
        assert.deepEqual([url.origin, url.search, url.hash], ["https://app.kosli.com", "", ""]);
      }),
    );
  });

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
