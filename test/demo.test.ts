import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { demo } from "../scripts/demo/demo";
import { RECORDING, recordingOf } from "../scripts/demo/recording";
import { QUICK_START } from "./harness/compiled";

const HOW = { rehearsalOnly: true, env: QUICK_START };

describe("demo", function () {
  this.timeout(180_000);

  const printed: string[] = [];
  let code: number;

  before(async () => {
    code = await demo({ output: (line) => printed.push(line), ...HOW });
  });

  it("every claim holds, and the last line counts them", () => {
    assert.equal(code, 0, printed.join("\n"));
    assert.match(printed.at(-1) ?? "", /45 claims held, on the rehearsal, in \d+ s\./);
  });

  it("the recording is what the demo prints, to the byte", () => {
    const kept = readFileSync(RECORDING, "utf8");
    const now = recordingOf(printed);
    // By lines first: whoever reads the failure sees which.
    assert.deepEqual(now.split("\n"), kept.split("\n"), "out of date: run `npm run demo -- --record`");
    assert.equal(now, kept);
  });

  it("the README shows a part of the recording, and leads to the whole", () => {
    const [, section = ""] = readFileSync(join(resolve(__dirname, ".."), "README.md"), "utf8").split("\n## Try it\n");
    const [tryIt = ""] = section.split("\n## ");
    const [, excerpt = ""] = /^```text\n(.*?)^```$/ms.exec(tryIt) ?? [];
    assert.ok(excerpt.split("\n").length > 10, "nothing of the demo is shown");
    assert.ok(readFileSync(RECORDING, "utf8").includes(`\n${excerpt}`), "the excerpt is no part of the recording");
    assert.match(tryIt, /\(docs\/demo\.md\)/);
  });

  it("a key that may not deploy makes the demo fail at the step that deploys", async () => {
    const lines: string[] = [];
    const member = { organization: "acme", role: "member", email: "kim@acme.example" } as const;
    const emulator = { switches: { humanloopKeys: { "demo-key": member } } };
    const code = await demo({ output: (line) => lines.push(line), ...HOW, emulator });
    assert.equal(code, 1);
    assert.match(lines.at(-1) ?? "", /✗ FAILED at step 5: each once, and each after what it needs: /);
  });
});
