import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { mermaidComment, mermaidOf } from "../../provider/picture/mermaid";
import { svgOf } from "../../provider/picture/svg";
import { allVendors } from "../../provider/vendors";
import { run } from "../cli/exported-state";
import { FLOWS, pictureOf } from "./flows";
import { readXml } from "./xml";

const GOLDEN = join(__dirname, "golden");
const DOCUMENTED = resolve(__dirname, "../../docs/pictures");

/** Compares a text with a file that is kept; `UPDATE_GOLDEN=1` writes it instead. */
function assertKept(file: string, text: string): void {
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  const kept = existsSync(file) ? readFileSync(file, "utf8") : "";
  assert.equal(text, kept, `${file} differs; UPDATE_GOLDEN=1 writes it anew`);
}

describe("pictures", () => {
  for (const [name, [token, args]] of Object.entries(FLOWS)) {
    it(`pictures: ${name} is drawn as the kept files show it`, () => {
      const picture = pictureOf(token, args);
      readXml(svgOf(picture));
      assertKept(join(GOLDEN, `${name}.svg`), svgOf(picture));
      assertKept(join(GOLDEN, `${name}.mmd`), `${mermaidComment(picture)}\n${mermaidOf(picture)}`);
    });
  }

  it("pictures: the documentation shows what the command draws of the file beside it", async () => {
    const args = ["graph", "--type", "kapso:Workflow", "--file", "order-status.yaml", "--format", "svg"];
    const { code, stdout, stderr } = await run(args, { cwd: DOCUMENTED });
    assert.deepEqual([code, stderr], [0, ""]);
    assertKept(join(DOCUMENTED, "order-status.svg"), stdout);
  });

  it("pictures: there is one of every flow type, and no file of another one", () => {
    const tokens = allVendors().flatMap(({ flowTypes }) => flowTypes.map(({ token }) => token));
    assert.deepEqual(
      Object.values(FLOWS)
        .map(([token]) => token)
        .sort(),
      tokens.sort(),
    );
    const files = Object.keys(FLOWS).flatMap((name) => [`${name}.mmd`, `${name}.svg`]);
    assert.deepEqual(readdirSync(GOLDEN).sort(), files.sort());
  });
});
