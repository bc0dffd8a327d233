import assert from "node:assert/strict";
import { demo } from "../scripts/demo/demo";

describe("demo", function () {
  this.timeout(180_000);

  it("every claim holds, and the last line counts them", async () => {
    const lines: string[] = [];
    const code = await demo({ output: (line) => lines.push(line), rehearsalOnly: true });
    assert.equal(code, 0, lines.join("\n"));
    assert.match(lines.at(-1) ?? "", /30 claims held, on the rehearsal, in \d+ s\./);
  });

  it("a vendor that takes an archive and ignores it makes the demo fail at that step", async () => {
    const lines: string[] = [];
    const emulator = { switches: { archiveIgnored: true } };
    const code = await demo({ output: (line) => lines.push(line), rehearsalOnly: true, emulator });
    assert.equal(code, 1);
    assert.match(lines.at(-1) ?? "", /✗ FAILED at step 20: all 6 flows are archived/);
  });
});
