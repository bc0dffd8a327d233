import assert from "node:assert/strict";
import fc from "fast-check";
import { path } from "../../provider/http/path";

/** Anything that JavaScript calls a text: also halves of characters, controls, and what paths are made of. */
const anything = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.array(fc.nat(0xffff), { maxLength: 8 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom(
        ".",
        "..",
        "/",
        "\\",
        "%",
        "%2e",
        "%2E%2e",
        "%2f",
        "%00",
        "?",
        "#",
        "&",
        ";",
        ":",
        "@",
        "\r\n",
        "\0",
        "//",
        "\ud800",
        "a",
        "名",
        "😀",
      ),
      { maxLength: 5 },
    )
    .map((parts) => parts.join("")),
);

describe("path template", () => {
  it("path: any value is refused with a RangeError, or is one segment of the address that decodes to itself", () => {
    fc.assert(
      fc.property(anything, anything, (org, name) => {
        let text: string;
        try {
          text = path`/api/v2/flows/${org}/${name}/archive`.text;
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
          assert.match(error.message, / cannot stand in a path after "\/(api\/v2\/flows\/)?"$/);
          assert.ok([org, name].some((value) => ["", ".", ".."].includes(value) || /\p{Surrogate}/u.test(value)));
          return;
        }
        const url = new URL(`https://app.kosli.com${text}`);
        assert.equal(url.href, `https://app.kosli.com${text}`, "nothing is left for the address to normalise");
        assert.deepEqual(url.pathname.split("/").map(decodeURIComponent), [
          "",
          "api",
          "v2",
          "flows",
          org,
          name,
          "archive",
        ]);
        assert.deepEqual([url.origin, url.search, url.hash], ["https://app.kosli.com", "", ""]);
        // Visible ASCII: nothing that could end a line of a request.
        assert.match(text, /^[\x21-\x7e]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it("path: half of a character is refused with its number, since it has no encoding", () => {
    assert.throws(() => path`/flows/${"a\ud800"}/archive`, {
      name: "RangeError",
      message: '"a\\ud800" holds half of a character, and cannot stand in a path after "/flows/"',
    });
    assert.equal(path`/flows/${"a\ud83d\ude00"}`.text, "/flows/a%F0%9F%98%80");
  });

  it("path: a refusal names the place of the value, not the first one", () => {
    assert.throws(
      () => path`/flows/${"acme"}/by-name/${".."}`,
      /^RangeError: "\.\." cannot stand in a path after "\/by-name\/"$/,
    );
  });
});
