import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readPreviews } from "../../../provider/cli/review/preview";
import { reviewedFlow } from "../../../provider/cli/review/reviewed-flow";
import { run } from "../exported-state";

/**
 * What `pulumi preview --json --refresh --show-sames` of CLI 3.260 wrote, without the places of sources and the times: of a stack in which
 * somebody has archived one flow and changed another one, and a program that leaves one out that it retains, moves one to another
 * organization, deleting it first, and has a new one with a secret.
 */
const RECORDED = join(__dirname, "recorded.json");

describe("review of what the CLI wrote", () => {
  it("review: every flow is told as what becomes of it", async () => {
    const io = { stdout: () => undefined, stderr: () => undefined, stdin: async () => "", cwd: "." };
    const [preview] = await readPreviews([RECORDED], io);
    const { flows, unchanged, names, messages, hasFailed } = preview ?? assert.fail();
    assert.deepEqual([unchanged, messages, hasFailed], [1, [], false]);
    const told = flows.map((flow) => {
      const { operation, name, fields, remarks } = reviewedFlow(flow, names);
      return {
        [`${operation} ${name}`]: [
          ...fields.map(({ place, before, after }) => `${place}: ${before} => ${after}`),
          ...remarks,
        ],
      };
    });
    assert.deepEqual(told, [
      {
        "update drifted": [
          "description: by hand => two",
          "Changed outside of Pulumi since the last update: description.",
        ],
      },
      {
        "create gone": [
          "name: undefined => gone",
          "org: undefined => acme",
          "description: undefined => one",
          "Somebody has deleted it outside of Pulumi, and it is made anew.",
        ],
      },
      {
        "create made": [
          "name: undefined => made",
          "org: undefined => acme",
          "description: undefined => [secret]",
          "tags.team: undefined => payments",
        ],
      },
      { "replace moved": ["org: acme => other"] },
      {
        "delete retained": [
          "name: retained => undefined",
          "org: acme => undefined",
          "description: one => undefined",
          "The flow that is there stays at the vendor: Pulumi only forgets it.",
        ],
      },
    ]);
  });

  it("review: its page and summary are made of it", async () => {
    const { code, stdout } = await run(["review", "--summary", "-"], { stdin: readFileSync(RECORDED, "utf8") });
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^### Flows of `shop\/dev`: 2 to create, 1 to update, 1 to replace, 1 to delete, 1 unchanged\n/,
    );
  });
});
