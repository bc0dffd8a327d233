import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { NO_BROWSER, openBrowser } from "../../harness/browser";
import { run } from "../exported-state";
import { previewOf } from "./previews";

const PICTURES = resolve(__dirname, "../../../docs/pictures");

/** The flow of the documentation's other picture, and a pull request that makes it friendlier and shorter. */
function changes(): string {
  const read = () => ({
    name: "order-status",
    definition: parse(readFileSync(join(PICTURES, "order-status.yaml"), "utf8")),
  });
  const after = read();
  const { nodes, edges } = after.definition;
  const nodeOf = (wanted: string) => nodes.find(({ id }: { id: string }) => id === wanted);
  nodeOf("greet").data.config.message = "Hello! Shall I look up where your order is?";
  after.definition.nodes = nodes.filter(({ id }: { id: string }) => id !== "not_found");
  after.definition.nodes.push({ id: "bye", data: { node_type: "send_text", config: { message: "Have a nice day!" } } });
  after.definition.edges = edges.flatMap((edge: { source: string; target: string }) =>
    edge.source === "not_found" ? [] : [edge.target === "not_found" ? { ...edge, target: "open_ticket" } : edge],
  );
  after.definition.edges.push({ source: "tell", target: "bye" });
  return previewOf([{ token: "kapso:Workflow", name: "order-status", before: read(), after }]);
}

describe("picture of a review", function () {
  this.timeout(60_000);

  it("pictures: the page that the documentation shows is what the command makes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-review-"));
    try {
      const { code, stderr } = await run(["review", "--out", "review.html"], { cwd: folder, stdin: changes() });
      assert.deepEqual([code, stderr], [0, ""]);
      const page = readFileSync(join(folder, "review.html"), "utf8");
      const kept = join(PICTURES, "review.html");
      if (process.env.UPDATE_GOLDEN && (!existsSync(kept) || readFileSync(kept, "utf8") !== page)) {
        await photograph(join(folder, "review.html"), join(PICTURES, "review.png"));
        writeFileSync(kept, page);
      }
      assert.ok(existsSync(join(PICTURES, "review.png")));
      assert.equal(page, readFileSync(kept, "utf8"), "UPDATE_GOLDEN=1 makes page and picture anew");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** The picture belongs to the page: both are made anew, or neither. */
async function photograph(page: string, picture: string): Promise<void> {
  const browser = await openBrowser();
  if (!browser) throw new Error(NO_BROWSER);
  try {
    const context = await browser.newContext({ viewport: { width: 1180, height: 1250 }, colorScheme: "light" });
    const opened = await context.newPage();
    await opened.goto(`file://${page}`);
    await opened.screenshot({ path: picture, fullPage: true });
  } finally {
    await browser.close();
  }
}
