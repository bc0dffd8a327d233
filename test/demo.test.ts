import assert from "node:assert/strict";
import { demo } from "../scripts/demo/demo";

describe("demo", function () {
  this.timeout(180_000);

  it("every claim holds, and the last line counts them", async () => {
    const lines: string[] = [];
    const code = await demo({ output: (line) => lines.push(line), rehearsalOnly: true });
    assert.equal(code, 0, lines.join("\n"));
    assert.match(lines.at(-1) ?? "", /45 claims held, on the rehearsal, in \d+ s\./);
  });

  it("a key that may not deploy makes the demo fail at the step that deploys", async () => {
    const lines: string[] = [];
    const member = { organization: "acme", role: "member", email: "kim@acme.example" } as const;
    const emulator = { switches: { humanloopKeys: { "demo-key": member } } };
    const code = await demo({ output: (line) => lines.push(line), rehearsalOnly: true, emulator });
    assert.equal(code, 1);
    assert.match(lines.at(-1) ?? "", /✗ FAILED at step 5: each once, and each after what it needs: /);
  });
});
